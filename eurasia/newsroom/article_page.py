"""What the page of an article shows beside its text, by queries that are put together once.

One a query: the article, its files, bylines and corrections, its translations, its neighbours.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eurasia.newsroom.cursors import Cursor
from eurasia.newsroom.models import (
    Article,
    ArticleContributor,
    ArticleFile,
    Correction,
    TopicFile,
)
from eurasia.prepared import Prepared

_ARTICLE = Prepared(
    lambda at, language, slug: (
        Article.objects.published(at)
        .in_language(language)
        .filter(slug=slug)
        .select_related("cover")
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
    """The article as its page shows it, with labels and corrections."""
    for article in _ARTICLE(at=at, language=language, slug=slug):
        article.files_in_order = _FILES(article=article.pk)
        article.contributors_in_order = _BYLINE(article=article.pk)
        article.corrections_in_order = _CORRECTIONS(article=article.pk)
        return article
    return None


def translations_of(article: Article, at: datetime) -> dict[str, str]:
    """The addresses of the work in other languages, by their codes."""
    others = _TRANSLATIONS(at=at, work=article.work, article=article.pk)
    return {other.language: other.get_absolute_url() for other in others}


@dataclass(frozen=True)
class Neighbours:
    """Previous and next in the article's first file, in its language."""

    file: TopicFile
    previous: Article | None
    next: Article | None


def neighbours_of(article: Article, at: datetime) -> Neighbours | None:
    """None for an article that stands in no file."""
    if not article.file_list:
        return None
    file = article.file_list[0]
    here: dict[str, Any] = {
        "at": at,
        "language": article.language,
        "file": file.pk,
        "place": article.published_at,
        "number": article.pk,
    }
    return Neighbours(file, next(iter(_EARLIER(**here)), None), next(iter(_LATER(**here)), None))
