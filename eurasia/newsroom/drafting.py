"""What is written and not yet what readers see: changes to a live article, and unsaved work.

Called by the desk alone, with the vault open for "desk". Both tables hold gated text.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import transaction
from django.db.models import Max

from eurasia.accounts.models import User
from eurasia.newsroom import uses, vault
from eurasia.newsroom.models import Article, Autosave, Draft, FullText

#: The rest of what an editor may change on the page of an article, beside teaser and full text.
LABELS = [
    "headline",
    "standfirst",
    "slug",
    "work",
    "access",
    "published_at",
    "revised_at",
    "free_from",
    "free_until",
    "cover",
    "cover_alt",
    "translated_version",
    "in_files",
    "bylines",
]
#: Those of them that are rows beside the article.
ROWS = {"in_files", "bylines"}
#: Of one editor's unsaved work, in characters of JSON: two texts of rendering.MOST_BYTES, escaped.
MOST_CHARACTERS = 10_000_000
KEEP_AUTOSAVES = timedelta(days=30)


def draft_of(article: Article) -> Draft | None:
    """The changes that wait for `article`."""
    with vault.opened("desk"):
        return Draft.objects.select_related("saved_by").filter(pk=article.pk).first()


def values_of(article: Article) -> dict[str, Any]:
    """All that `stage` takes, as it stands: the waiting changes if there are some."""
    if draft := draft_of(article):
        return draft.values
    columns = set(LABELS) - {"cover", "in_files", "bylines"} | {"teaser"}
    stored = {name: getattr(article, name) for name in columns}
    with vault.opened("desk"):
        full_text = FullText.objects.filter(pk=article.pk).only("body").first()
    stored |= {"cover": article.cover_id, "body": full_text.body if full_text else ""}
    return {**stored, **places_of(article)}


def places_of(article: Article) -> dict[str, list[int]]:
    """The ids of its files and of its bylines, in order."""
    rows = {
        "in_files": article.article_files.order_by("position", "id").values_list("file_id"),
        "bylines": article.article_contributors.order_by("position", "id").values_list(
            "contributor_id"
        ),
    }
    return {name: [pk for (pk,) in ids] for name, ids in rows.items()}


def stage(
    article: Article, values: dict[str, Any], *, by: User, at: datetime, note: str = ""
) -> Draft:
    """Keep changes to a live article from readers until they are published.

    `values` has "teaser", "body" (None: as it was) and LABELS, rows by id; `note` goes into the
    history. Raises ValidationError for text that rendering refuses.
    """
    with transaction.atomic(), vault.opened("desk"):
        draft: Any = Draft.objects.select_for_update().filter(pk=article.pk).first()
        if draft is None:
            stored = FullText.objects.filter(pk=article.pk).only("body").first()
            # Counted on from the last draft: a lock of those days never fits this one.
            before = Draft.history.filter(article_id=article.pk).aggregate(last=Max("version"))
            draft = Draft(
                article=article,
                body=stored.body if stored else "",
                version=before["last"] or 0,
            )
        draft.teaser = values["teaser"]
        if values["body"] is not None:
            draft.body = values["body"]
        draft.labels = {name: values[name] for name in LABELS}
        draft.version += 1
        draft.saved_at, draft.saved_by = at, by
        draft._history_user = by
        draft._change_reason = note[:100] or None
        draft.save()
        uses.note([article.pk])
        Article.objects.filter(pk=article.pk).update(saved_at=at, saved_by=by)
    return cast(Draft, draft)


def apply(article: Article, values: Mapping[str, Any]) -> None:
    """Set on `article`, which is not saved, what `values` holds of it; files and bylines apart."""
    for name in {*LABELS, "teaser"} - {"cover", *ROWS}:
        if name in values:
            setattr(article, name, values[name])
    if "cover" in values:
        article.cover_id = values["cover"]


def drop(article: Article) -> None:
    """Throw the waiting changes away; the history keeps them."""
    with transaction.atomic(), vault.opened("desk"):
        if Draft.objects.filter(pk=article.pk).delete()[0]:
            uses.note([article.pk])


def lock_of(article: Article, draft: Draft | None) -> str:
    """What a save must have begun from; it changes with each save of the article or its draft."""
    saves = article.version - article.finished_again
    return f"{saves}.{draft.version if draft else 0}"


def autosave(
    article: Article | None,
    fields: dict[str, list[str]],
    *,
    editor: User,
    tab: str,
    lock: str,
    at: datetime,
) -> Autosave:
    """Keep unsaved work; acknowledged only once it is committed. Raises ValueError if too long."""
    text = json.dumps(fields)
    if len(text) > MOST_CHARACTERS:
        raise ValueError("unsaved work is too long to keep")
    with vault.opened("desk"):
        kept, _created = Autosave.objects.update_or_create(
            editor=editor,
            tab=tab,
            defaults={"article": article, "lock": lock, "fields": text, "saved_at": at},
        )
    return kept


def autosaves_of(article: Article | None, editor: User) -> list[Autosave]:
    """An editor's unsaved work on an article (None: on new ones), the newest first."""
    with vault.opened("desk"):
        return list(
            Autosave.objects.filter(article=article, editor=editor).order_by("-saved_at", "-id")
        )


def autosave_of(editor: User, pk: int) -> Autosave | None:
    """One of an editor's own."""
    with vault.opened("desk"):
        return Autosave.objects.filter(editor=editor, pk=pk).first()


def purge_autosaves(at: datetime) -> int:
    """Delete unsaved work that nobody has come back to; answers how much."""
    with vault.opened("delete"):
        old = Autosave.objects.filter(saved_at__lte=at - KEEP_AUTOSAVES)
        return old.delete()[0]


def forget_autosave(editor: User, tab: str) -> None:
    """What this tab held has been saved, or its editor wants it no more."""
    with vault.opened("desk"):
        Autosave.objects.filter(editor=editor, tab=tab).delete()
