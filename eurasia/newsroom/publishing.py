"""The only writer of articles: text, status and what follows from both, in one transaction.

Called by the desk, the importers and commands. Guards raise PublishingError before anything is
written.
"""

from collections.abc import Sequence, Set
from datetime import datetime
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from eurasia.accounts.models import User
from eurasia.newsroom import rendering, vault
from eurasia.newsroom.models import Article, FullText

Status = Article.Status


class PublishingError(ValidationError):
    """Says in the editor's language why nothing was written."""


@transaction.atomic
def write(
    article: Article, body: str | None, *, by: User | None, reason: Literal["desk", "import"]
) -> Article:
    """Save an article and its full text (source HTML; None leaves it as it is), both finished.

    Raises ValidationError for text that rendering refuses.
    """
    article.teaser = rendering.clean(article.teaser)
    _sign(article, by)
    if created := article._state.adding:
        # Footnotes carry the article's id, so the row must be there first.
        article.save()
    with vault.opened(reason):
        full_text = FullText.objects.filter(pk=article.pk).first() or FullText(article=article)
        if body is not None:
            full_text.body = rendering.clean(body)
        _sign(full_text, by)
        rendering.finish(article, full_text)
        full_text.save()
    if created:
        article.skip_history_when_saving = True  # type: ignore[attr-defined]  # simple-history's
    article.save()
    if created:
        del article.skip_history_when_saving  # type: ignore[attr-defined]  # simple-history's
    return article


@transaction.atomic
def submit(article: Article, *, by: User | None) -> Article:
    """Send a draft to review. Raises PublishingError for anything but a draft."""
    _lock(article)
    if article.status != Status.DRAFT:
        raise PublishingError(_("“%s” is no draft.") % article)
    article.status = Status.IN_REVIEW
    return _save(article, by)


@transaction.atomic
def publish(article: Article, *, by: User | None, at: datetime) -> Article:
    """Publish now, or at `article.published_at` if that was set ahead.

    Raises PublishingError if the article is published already or lacks a teaser or full text.
    """
    _lock(article)
    if article.status == Status.PUBLISHED:
        raise PublishingError(_("“%s” is published already.") % article)
    if not article.teaser_html:
        raise PublishingError(_("“%s” has no teaser yet.") % article)
    with vault.opened("desk"):
        if not FullText.objects.filter(pk=article.pk).exclude(body_html="").exists():
            raise PublishingError(_("“%s” has no full text yet.") % article)
    article.status = Status.PUBLISHED
    article.published_at = article.published_at or at
    return _save(article, by)


@transaction.atomic
def withdraw(article: Article, *, by: User | None) -> Article:
    """Take a published article back: readers get 410, the desk keeps everything.

    Raises PublishingError if it is not published.
    """
    _lock(article)
    if article.status != Status.PUBLISHED:
        raise PublishingError(_("“%s” is not published.") % article)
    article.status = Status.WITHDRAWN
    return _save(article, by)


@transaction.atomic
def delete(articles: Sequence[Article]) -> None:
    """Delete articles with their full texts. Their history stays behind the vault."""
    with vault.opened("delete"):
        for article in articles:
            article.delete()


def finish_again(pictures: Set[int]) -> int:
    """Make the finished columns anew wherever a text shows one of these pictures, by id.

    No save of an editor's: the history stays as it is. Returns how many articles were finished.
    """
    done = 0
    for pk in Article.objects.values_list("pk", flat=True):
        with transaction.atomic(), vault.opened("index"):
            article = Article.objects.select_for_update().get(pk=pk)
            full_text = FullText.objects.filter(pk=pk).first() or FullText(article=article)
            if not pictures & rendering.pictures_in(article.teaser, full_text.body):
                continue
            rendering.finish(article, full_text)
            Article.objects.filter(pk=pk).update(
                teaser_html=article.teaser_html, version=F("version") + 1
            )
            FullText.objects.filter(pk=pk).update(body_html=full_text.body_html)
            done += 1
    return done


def _save(article: Article, by: User | None) -> Article:
    _sign(article, by)
    article.save(update_fields=["status", "published_at"])
    return article


def _sign(row: Any, by: User | None) -> None:
    """Who the next history row names."""
    row._history_user = by


def _lock(article: Article) -> None:
    """Guards look at the row as it is now, and nobody changes it before the transaction ends."""
    article.refresh_from_db(from_queryset=Article.objects.select_for_update())
