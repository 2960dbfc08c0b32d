"""What the page of an article shows beside its text, by queries that are put together once.

One for the article with its plate and its place on the reader's shelf, one for what is around it;
without a plate three more, for its files, bylines and corrections.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, Subquery

from eurasia.accounts.models import User
from eurasia.newsroom import engraving, shelf
from eurasia.newsroom.cursors import Cursor
from eurasia.newsroom.models import Article, Plate
from eurasia.prepared import Prepared


def _article(at: Any, language: Any, slug: Any) -> Any:
    published = Article.objects.published(at).in_language(language)
    return published.filter(slug=slug).select_related("plate__file")


_ARTICLE = Prepared(_article)
_ARTICLE_FOR_READER: Prepared[Article] = Prepared(
    lambda at, language, slug, reader: shelf.with_standing(_article(at, language, slug), reader)
)


def _around(at: Any, language: Any, work: Any, article: Any, file: Any, place: Any) -> Any:
    """Its translations, and the two beside it in a file: never its own row."""
    published = Article.objects.published(at)
    in_file, here = published.in_language(language).of_file(file), Cursor(place, article)
    beside = [
        in_file.before(here).newest(), in_file.after(here).newest().reverse()
    ]  # fmt: skip
    found = Q(work=work) & ~Q(language=language)
    for articles in beside:
        found |= Q(pk=Subquery(articles.values("pk")[:1]))
    return published.filter(found).only("language", "slug", "headline", "published_at")


_AROUND = Prepared(_around)


def published_article(
    slug: str, language: str, at: datetime, reader: User | None
) -> Article | None:
    """With the plate that was stored with it, and how it stands on the reader's shelf."""
    asked: dict[str, Any] = {"at": at, "language": language, "slug": slug}
    found = _ARTICLE_FOR_READER(**asked, reader=reader.pk) if reader else _ARTICLE(**asked)
    return next(iter(found), None)


def plate_of(article: Article, at: datetime) -> Plate:
    """The stored one where it holds, else one drawn now."""
    if plate := engraving.stored(article):
        return plate
    return engraving.draw(engraving.labelled(article), at)


@dataclass(frozen=True)
class Surroundings:
    """Where a reader can go on: the work in other languages, what is beside it in its file."""

    #: Addresses, by language.
    translations: dict[str, str]
    previous: Article | None
    next: Article | None


def surroundings_of(article: Article, file: int | None, at: datetime) -> Surroundings:
    """`file`: the number of the one in which it has neighbours, if any."""
    found = _AROUND(
        at=at,
        language=article.language,
        work=article.work,
        article=article.pk,
        file=file or 0,
        place=article.published_at,  # type: ignore[arg-type]  # it is published
    )
    translations, beside = {}, {}
    for other in found:
        if other.language == article.language:
            beside[_order(other) > _order(article)] = other
        else:
            translations[other.language] = other.get_absolute_url()
    return Surroundings(translations, previous=beside.get(False), next=beside.get(True))


def _order(article: Article) -> tuple[Any, int]:
    return article.published_at, article.pk
