"""The only writer of articles: text, status and what follows from both, in one transaction.

Called by the desk, the importers and commands. Guards raise PublishingError before anything is
written.
"""

import re
from collections.abc import Iterator, Sequence, Set
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from eurasia.accounts.models import User
from eurasia.newsroom import drafting, engraving, indexing, moving, rendering, uses, vault
from eurasia.newsroom.models import (
    Article,
    ArticleContributor,
    ArticleFile,
    ArticleQuerySet,
    Correction,
    FullText,
)

Status = Article.Status
#: How long a deleted article can be restored.
IN_THE_BIN = timedelta(days=30)


class PublishingError(ValidationError):
    """Says in the editor's language why nothing was written."""


@transaction.atomic
def write(
    article: Article,
    body: str | None,
    *,
    by: User | None,
    reason: Literal["desk", "import"],
    note: str = "",
    in_files: Sequence[int] | None = None,
    bylines: Sequence[int] | None = None,
) -> Article:
    """Save an article and its full text (source HTML), both finished, and put it into files and
    under bylines, by id, in this order. None leaves text, files or bylines as they are.

    `note` goes into the history. Raises ValidationError for text that rendering refuses.
    """
    article.teaser = rendering.clean(article.teaser)
    body = body if body is None else rendering.clean(body)
    article.saved_by = by
    _sign(article, by, note)
    created = article._state.adding
    earlier, full_text = None, None
    if not created:
        # What readers have never seen under an address, nobody will look for there.
        seen_at = Article.objects.filter(pk=article.pk, published_at__isnull=False)
        earlier = seen_at.values_list("slug", flat=True).first()
    else:
        article.wording_digest = digest(article, body or "")
        # Footnotes carry the article's id, so the row must be there first.
        article.save()
    with vault.opened(reason):
        if not created:
            full_text = FullText.objects.filter(pk=article.pk).first()
        full_text = full_text or FullText(article=article)
        if body is not None:
            full_text.body = body
        article.wording_digest = digest(article, full_text.body)
        _sign(full_text, by, note)
        rendering.finish(article, full_text)
        full_text.article_version = article.version if created else article.version + 1
        full_text.save(force_insert=full_text._state.adding)
    if created:
        Article.objects.filter(pk=article.pk).update(
            teaser_html=article.teaser_html,
            teaser_notes=article.teaser_notes,
            reading_minutes=article.reading_minutes,
        )
    else:
        article.save()
    if earlier:
        moving.remember(article, earlier)
    _place(article, in_files, bylines, is_new=created)
    engraving.keep(indexing.index([article.pk]))
    return article


def digest(article: Article, body: str) -> str:
    """Of all that a translator translates; white space in the source says nothing."""
    parts = [article.headline, article.standfirst, article.teaser, body]
    text = "\0".join(re.sub(r">\s+<", "><", " ".join(part.split())) for part in parts)
    return sha256(text.encode()).hexdigest()


@transaction.atomic
def submit(article: Article, *, by: User | None, to: User | None = None) -> Article:
    """Send a draft to review, to somebody or to whoever comes first.

    Raises PublishingError for anything but a draft.
    """
    _lock(article)
    if article.status != Status.DRAFT:
        raise PublishingError(_("“%s” is no draft.") % article)
    article.status = Status.IN_REVIEW
    article.assignee = to
    return _save(article, by)


@transaction.atomic
def return_to_draft(article: Article, *, by: User | None) -> Article:
    """Give an article in review back to its writer. Raises PublishingError for any other."""
    _lock(article)
    if article.status != Status.IN_REVIEW:
        raise PublishingError(_("“%s” is not in review.") % article)
    article.status = Status.DRAFT
    article.assignee = article.owner
    return _save(article, by)


@transaction.atomic
def publish(article: Article, *, by: User | None, at: datetime) -> Article:
    """Publish now, or at `article.published_at` if that was set ahead.

    Raises PublishingError if the article is published already or lacks a teaser or full text.
    """
    _lock(article)
    if article.status == Status.PUBLISHED:
        raise PublishingError(_("“%s” is published already.") % article)
    if article.status == Status.DELETED:
        raise PublishingError(_("“%s” is deleted: restore it first.") % article)
    if not article.teaser_html:
        raise PublishingError(_("“%s” has no teaser yet.") % article)
    with vault.opened("desk"):
        if not FullText.objects.filter(pk=article.pk).exclude(body_html="").exists():
            raise PublishingError(_("“%s” has no full text yet.") % article)
    article.status = Status.PUBLISHED
    article.published_at = article.published_at or at
    article.withdrawn_because = ""
    return _save(article, by)


@transaction.atomic
def schedule(article: Article, *, by: User | None, at: datetime, now: datetime) -> Article:
    """Publish at `at`, which may lie ahead of `now`: nothing has to run then.

    Raises PublishingError as `publish` does.
    """
    Article.objects.filter(pk=article.pk).exclude(status=Status.PUBLISHED).update(published_at=at)
    return publish(article, by=by, at=now)


@transaction.atomic
def unschedule(article: Article, *, by: User | None, now: datetime) -> Article:
    """Make a scheduled article a draft again, before readers have seen it.

    Raises PublishingError if it is not scheduled, or its time has come.
    """
    _lock(article)
    if article.status != Status.PUBLISHED or article.is_published(now):
        raise PublishingError(_("“%s” is not scheduled.") % article)
    article.status, article.published_at = Status.DRAFT, None
    return _save(article, by)


@transaction.atomic
def publish_changes(
    article: Article, *, by: User | None, at: datetime, revised: bool, correction: str = ""
) -> Article:
    """Let readers see the changes that wait for a live article.

    `revised` dates them for readers; `correction` is a public note on what was wrong. Raises
    PublishingError if nothing waits, ValidationError if the result is no article.
    """
    _lock(article)
    draft = drafting.draft_of(article)
    if draft is None or article.status == Status.DELETED:
        raise PublishingError(_("No changes wait for “%s”.") % article)
    values = draft.values
    drafting.apply(article, values)
    if revised:
        article.revised_at = at
    article.full_clean(exclude=["teaser"])
    write(
        article, values["body"], by=by, reason="desk", note=_("Changes published"),
        in_files=values["in_files"], bylines=values["bylines"],
    )  # fmt: skip
    if correction:
        correct(article, correction, at=at)
    drafting.drop(article)
    return article


@transaction.atomic
def correct(article: Article, text: str, *, at: datetime) -> Correction:
    """Tell readers at the foot of an article, under the day of `at`, what was corrected in it."""
    correction = Correction.objects.create(article=article, on=localdate(at), text=text)
    engraving.store([article.pk])
    return correction


def _place(
    article: Article,
    in_files: Sequence[int] | None,
    bylines: Sequence[int] | None,
    *,
    is_new: bool,
) -> None:
    for model, name, ids in [
        (ArticleFile, "file_id", in_files),
        (ArticleContributor, "contributor_id", bylines),
    ]:
        if ids is None:
            continue
        if not is_new:
            rows: Any = model.objects.filter(article=article)  # type: ignore[attr-defined]  # both have it
            if list(rows.order_by("position", "id").values_list(name, flat=True)) == list(ids):
                continue
            rows.delete()
        model.objects.bulk_create(  # type: ignore[attr-defined]  # both have it
            model(article=article, position=position, **{name: pk})
            for position, pk in enumerate(ids)
        )


@transaction.atomic
def withdraw(article: Article, *, by: User | None, at: datetime, because: str = "") -> Article:
    """Take a published article back: readers get 410 with the reason, the desk keeps everything.

    Raises PublishingError if it is not published, or its time has not come: of what readers have
    never seen they would else be told, at that time, that it was taken back.
    """
    _lock(article)
    if not article.is_published(at):
        raise PublishingError(_("“%s” is not published.") % article)
    article.status = Status.WITHDRAWN
    article.withdrawn_because = because
    return _save(article, by)


@transaction.atomic
def delete(article: Article, *, by: User | None, at: datetime) -> Article:
    """Put an article into the bin: readers get 404, the desk can restore it for a month.

    Raises PublishingError if it lies there already.
    """
    _lock(article)
    if article.status == Status.DELETED:
        raise PublishingError(_("“%s” is deleted already.") % article)
    article.status, article.deleted_at = Status.DELETED, at
    return _save(article, by)


@transaction.atomic
def restore(article: Article, *, by: User | None, at: datetime) -> Article:
    """Take an article out of the bin, as a draft.

    Raises PublishingError if it is not deleted, or was longer ago than the bin keeps things.
    """
    _lock(article)
    if article.status != Status.DELETED or article.deleted_at is None:
        raise PublishingError(_("“%s” is not deleted.") % article)
    if not restorable(at).filter(pk=article.pk).exists():
        raise PublishingError(_("“%s” was deleted too long ago.") % article)
    article.status, article.deleted_at = Status.DRAFT, None
    return _save(article, by)


def restorable(at: datetime) -> ArticleQuerySet:
    """What can still be taken out of the bin."""
    return Article.objects.deleted().filter(deleted_at__gt=at - IN_THE_BIN)


def expired(at: datetime) -> ArticleQuerySet:
    """What has lain in the bin for too long."""
    return Article.objects.deleted().filter(deleted_at__lte=at - IN_THE_BIN)


def empty_bin(at: datetime) -> Iterator[int]:
    """Purge what is expired, one by one: a stop in between leaves no half. Yields each id."""
    for pk in list(expired(at).order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            articles = list(expired(at).filter(pk=pk).select_for_update())
            purge(articles)
        if articles:
            yield pk


@transaction.atomic
def purge(articles: Sequence[Article]) -> None:
    """Delete articles for good, with their full texts. Their history stays behind the vault."""
    with vault.opened("delete"):
        for article in articles:
            article.delete()


def finish_again(pictures: Set[int] = frozenset(), documents: Set[int] = frozenset()) -> int:
    """Make the finished columns anew wherever a text shows one of these, by id.

    No save of an editor's: the history stays as it is. Returns how many articles were finished.
    """
    done = 0
    for pk in sorted(uses.articles_showing(pictures, documents)):
        with transaction.atomic(), vault.opened("index"):
            article = Article.objects.select_for_update().get(pk=pk)
            full_text = FullText.objects.filter(pk=pk).first() or FullText(article=article)
            rendering.finish(article, full_text)
            Article.objects.filter(pk=pk).update(
                teaser_html=article.teaser_html,
                version=F("version") + 1,
                finished_again=F("finished_again") + 1,
            )
            FullText.objects.filter(pk=pk).update(
                body_html=full_text.body_html, body_notes=full_text.body_notes
            )
            indexing.index([pk])
            engraving.store([pk])
            done += 1
    return done


def _save(article: Article, by: User | None) -> Article:
    article.saved_by = by
    _sign(article, by)
    article.save(
        update_fields=["status", "published_at", "assignee", "withdrawn_because", "deleted_at"]
    )
    engraving.store([article.pk])
    return article


def _sign(row: Any, by: User | None, note: str = "") -> None:
    """Who the next history row names, and what they say of it."""
    row._history_user = by
    row._change_reason = note[:100] or None


def _lock(article: Article) -> None:
    """Guards look at the row as it is now, and nobody changes it before the transaction ends."""
    article.refresh_from_db(from_queryset=Article.objects.select_for_update())
