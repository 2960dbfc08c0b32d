"""What was saved of an article, save by save, and going back to one of them.

Called by the desk alone. Two histories make one list: that of the article, whose full texts are
paired with it by `article_version`, and that of the changes which waited while it was live.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from eurasia.accounts.models import User
from eurasia.newsroom import drafting, publishing, vault
from eurasia.newsroom.models import Article, Draft, FullText


@dataclass(frozen=True)
class Save:
    """One save. `key` names it in addresses."""

    key: str
    at: datetime
    by: User | None
    note: str
    #: Of the article, or of the changes that wait for it.
    number: int
    waits: bool
    #: In words, where this save changed it.
    status: str = ""
    status_before: str = ""

    @property
    def name(self) -> str:
        if self.waits:
            return _("Waiting changes %(number)d") % {"number": self.number}
        return _("Version %(number)d") % {"number": self.number}

    @property
    def restored(self) -> str:
        """What the history says of going back to it."""
        if self.waits:
            return _("Waiting changes %(number)d restored") % {"number": self.number}
        return _("Version %(number)d restored") % {"number": self.number}


@dataclass(frozen=True)
class Text:
    """What a save is compared by, and what going back to it brings back."""

    headline: str
    standfirst: str
    teaser: str
    body: str


def saves_of(article: Article) -> list[Save]:
    """Every save, newest first."""
    columns = ["history_id", "history_date", "history_user_id", "history_change_reason", "version"]
    saves = list(article.history.order_by("history_id").values(*columns, "status", "published_at"))
    with vault.opened("desk"):
        # A draft is deleted when its changes are published, which is a save of the article's.
        waited = Draft.history.filter(article_id=article.pk).exclude(history_type="-")
        waiting = list(waited.order_by("history_id").values(*columns))
    users = User.objects.in_bulk({row["history_user_id"] for row in [*saves, *waiting]} - {None})

    def save(letter: str, row: dict[str, Any], **status: str) -> Save:
        return Save(
            key=f"{letter}{row['history_id']}",
            at=row["history_date"],
            by=users.get(row["history_user_id"]),
            note=row["history_change_reason"] or "",
            number=row["version"],
            waits=letter == "w",
            **status,
        )

    found = [save("w", row) for row in waiting]
    before = ""
    for row in saves:
        status = _status(row)
        changed = {"status": status, "status_before": before} if status != before else {}
        found.append(save("s", row, **changed))
        before = status
    return sorted(found, key=lambda one: (one.at, one.number), reverse=True)


def one_before(save: Save, saves: list[Save]) -> Save | None:
    """What a save is compared with unless something else is asked for.

    That of an article with the one before it: the changes that waited in between are in it.
    """
    older = saves[saves.index(save) + 1 :]
    return next((one for one in older if save.waits or not one.waits), None)


def text_of(article: Article, save: Save) -> Text:
    """What was saved."""
    row_id = int(save.key[1:])
    with vault.opened("desk"):
        if save.waits:
            waited = Draft.history.get(article_id=article.pk, history_id=row_id)
            labels = waited.labels
            return Text(labels["headline"], labels["standfirst"], waited.teaser, waited.body)
        saved = article.history.get(history_id=row_id)
        bodies = FullText.history.filter(article_id=article.pk, article_version__lte=saved.version)
        body = bodies.order_by("-article_version", "-history_id").values_list("body", flat=True)
        return Text(saved.headline, saved.standfirst, saved.teaser, body.first() or "")


def text_now(article: Article) -> Text:
    """What an editor goes on from."""
    values = drafting.values_of(article)
    return Text(values["headline"], values["standfirst"], values["teaser"], values["body"])


@transaction.atomic
def restore(article: Article, save: Save, *, lock: str, by: User, at: datetime) -> bool:
    """Save an old text anew: of a live article as waiting changes. Answers whether they wait.

    Address, dates, access, cover, files and bylines stay as they are. Raises PublishingError if
    somebody has saved the article since `lock`.
    """
    article.refresh_from_db(from_queryset=Article.objects.kept().select_for_update())
    if lock != drafting.lock_of(article, drafting.draft_of(article)):
        raise publishing.PublishingError(_("Somebody has just saved “%s”. Look again.") % article)
    text = text_of(article, save)
    if article.is_published(at):
        drafting.stage(
            article, {**drafting.values_of(article), **vars(text)}, by=by, at=at, note=save.restored
        )
        return True
    article.headline, article.standfirst = text.headline, text.standfirst
    article.teaser = text.teaser
    publishing.write(article, text.body, by=by, reason="desk", note=save.restored)
    drafting.drop(article)
    return False


def _status(row: dict[str, Any]) -> str:
    """What the article became by a save, in words."""
    ahead = row["published_at"] is not None and row["published_at"] > row["history_date"]
    if row["status"] == Article.Status.PUBLISHED and ahead:
        return _("scheduled")
    return str(Article.Status(row["status"]).label)
