"""What the page of an article shows beside its text, by queries that are put together once.

One a query: the article with its plate, its translations, its neighbours; without a plate its
files, bylines and corrections too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eurasia.newsroom import engraving
from eurasia.newsroom.cursors import Cursor
from eurasia.newsroom.models import (
    Article,
    ArticleContributor,
    ArticleFile,
    Correction,
    Plate,
    TopicFile,
)
from eurasia.prepared import Prepared

_ARTICLE = Prepared(
    lambda at, language, slug: (
        Article.objects.published(at)
        .in_language(language)
        .filter(slug=slug)
        .select_related("plate__file")
    )
)
_FILES = Prepared(lambda article: ArticleFile.in_order().filter(article=article))
_BYLINE = Prepared(lambda article: ArticleContributor.in_order().filter(article=article))
_CORRECTIONS = Prepared(lambda article: Correction.newest().filter(article=article))
_TRANSLATIONS = Prepared(
    lambda at, work, article: (
        Article.objects.published(at).filter(work=work).exclude(pk=article).only("language", "slug")
    )
)
_EARLIER = Prepared(
    lambda at, language, file, place, number: (
        Article.objects.published(at)
        .in_language(language)
        .of_file(file)
        .before(Cursor(place, number))
        .newest()
        .only("language", "slug", "headline")[:1]
    )
)
_LATER = Prepared(
    lambda at, language, file, place, number: (
        Article.objects.published(at)
        .in_language(language)
        .of_file(file)
        .after(Cursor(place, number))
        .newest()
        .reverse()
        .only("language", "slug", "headline")[:1]
    )
)


def published_article(slug: str, language: str, at: datetime) -> Article | None:
    """With the plate that was stored with it."""
    return next(iter(_ARTICLE(at=at, language=language, slug=slug)), None)


def plate_of(article: Article, at: datetime) -> Plate:
    """The stored one where it holds, else one drawn now."""
    if plate := engraving.stored(article):
        return plate
    article.files_in_order = _FILES(article=article.pk)
    article.contributors_in_order = _BYLINE(article=article.pk)
    article.corrections_in_order = _CORRECTIONS(article=article.pk)
    return engraving.draw(article, at)


def translations_of(article: Article, at: datetime) -> dict[str, str]:
    """The addresses of the work in other languages, by their codes."""
    others = _TRANSLATIONS(at=at, work=article.work, article=article.pk)
    return {other.language: other.get_absolute_url() for other in others}


@dataclass(frozen=True)
class Neighbours:
    """Previous and next in a file, in the article's language."""

    previous: Article | None
    next: Article | None


def neighbours_of(article: Article, file: TopicFile | None, at: datetime) -> Neighbours | None:
    """None without a file."""
    if file is None:
        return None
    here: dict[str, Any] = {
        "at": at,
        "language": article.language,
        "file": file.pk,
        "place": article.published_at,
        "number": article.pk,
    }
    return Neighbours(next(iter(_EARLIER(**here)), None), next(iter(_LATER(**here)), None))
