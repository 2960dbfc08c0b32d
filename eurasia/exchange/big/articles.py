"""Articles by the thousand: the rows that publishing.write would leave.

Called by `make_big` and tests. Whatever a text becomes is made once for its template; a batch is
one transaction, so a stop in between leaves whole articles.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Max

from eurasia.exchange.big.labels import YEARS, bylines_of, files_of
from eurasia.exchange.big.texts import Text, by_zipf, text_of, words
from eurasia.languages import CODES
from eurasia.newsroom import engraving, indexing, publishing, vault
from eurasia.newsroom.models import (
    Article,
    ArticleContributor,
    ArticleFile,
    BodyIndex,
    Contributor,
    FullText,
    PublicIndex,
    TopicFile,
)
from eurasia.newsroom.slugs import slug_of

AT_ONCE = 500
DAY = timedelta(days=1)
YEAR = 365 * DAY


@dataclass(frozen=True)
class Piece:
    """An article that has its id, and what belongs to it."""

    article: Article
    text: Text
    files: Sequence[TopicFile]
    bylines: Sequence[Contributor]


def make(count: int, *, seed: int, at: datetime) -> Iterator[int]:
    """Add so many articles, spread over the years before `at`. Yields how many are done."""
    dice = Random(seed)  # noqa: S311 - no secret
    plan = _Plan(
        files=files_of(dice, at.date()),
        bylines=bylines_of(Article.objects.count() + count),
        first=first_free_id(),
        count=count,
        seed=seed,
        at=at,
    )
    with _sorted_in_at_the_end():
        for start in range(0, count, AT_ONCE):
            places = range(start, min(start + AT_ONCE, count))
            write(map(plan.piece, places))
            yield places.stop


def first_free_id() -> int:
    """Of an article that was deleted for good the history stays."""
    newest: int | None = Article.history.aggregate(newest=Max("id"))["newest"]
    return (newest or 0) + 1


@transaction.atomic
def write(pieces: Iterable[Piece]) -> None:
    """Store pieces whose ids are free."""
    pieces = list(pieces)
    articles = [piece.article for piece in pieces]
    full_texts = [FullText(article=piece.article, **piece.text.gated) for piece in pieces]
    for piece, full_text in zip(pieces, full_texts, strict=True):
        for name, value in piece.text.public.items():
            setattr(piece.article, name, value)
        piece.article.wording_digest = publishing.digest(piece.article, full_text.body)
    Article.objects.bulk_create(articles)
    with vault.opened("import"):
        FullText.objects.bulk_create(full_texts)
        FullText.history.bulk_history_create(full_texts, default_change_reason=None)
    for article in articles:  # as of their first save: publishing.write finishes texts after it
        article.teaser_html = article.teaser_notes = ""
        article.reading_minutes = 1
    Article.history.bulk_history_create(articles, default_change_reason=None)
    ArticleFile.objects.bulk_create(
        ArticleFile(article=piece.article, file=file, position=position)
        for piece in pieces
        for position, file in enumerate(piece.files)
    )
    ArticleContributor.objects.bulk_create(
        ArticleContributor(article=piece.article, contributor=contributor, position=position)
        for piece in pieces
        for position, contributor in enumerate(piece.bylines)
    )
    numbers = [article.pk for article in articles]
    engraving.store(numbers)
    indexing.index_public(numbers)
    with vault.opened("index"):
        indexing.store(BodyIndex, {piece.article.pk: [piece.text.words] for piece in pieces})
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), [Article]):
            cursor.execute(sql)


@contextmanager
def _sorted_in_at_the_end() -> Iterator[None]:
    """PostgreSQL sorts words into an index many times faster when there are many of them."""
    if connection.vendor != "postgresql":
        yield
        return
    indexes = [f"{model._meta.db_table}_words" for model in [PublicIndex, BodyIndex]]
    try:
        for index in indexes:
            _ask(f"ALTER INDEX {index} SET (fastupdate = on, gin_pending_list_limit = 262144)")
        yield
    finally:
        for index in indexes:
            _ask(f"ALTER INDEX {index} RESET (gin_pending_list_limit)")
            _ask(f"ALTER INDEX {index} SET (fastupdate = off)")
            _ask("SELECT gin_clean_pending_list(%s::regclass)", index)


def _ask(sql: str, *values: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


# --- What an article is made of -------------------------------------------------------------------


@dataclass(frozen=True)
class _Plan:
    """What the articles of one run share."""

    files: Sequence[TopicFile]
    bylines: Sequence[Contributor]
    first: int
    count: int
    seed: int
    at: datetime

    def piece(self, place: int) -> Piece:
        """The oldest come first. Every fourth article is a translation of the one before it;
        originals are as often French as English.
        """
        number = self.first + place
        dice = Random(f"{self.seed} {number}")  # noqa: S311 - no secret
        one, other = CODES if place // 4 % 2 == 0 else reversed(CODES)
        is_translation = place % 4 == 1
        language = other if is_translation else one
        files = _some(self.files, 3, dice)
        headline = f"{getattr(files[0], f'name_{language}')}: {_words(6, language, dice)}"
        published_at = self.at - YEARS * YEAR * (1 - (place + dice.random()) / self.count)
        article = Article(
            pk=number,
            language=language,
            work=f"work-{number - is_translation}",
            translated_version=1 if is_translation else None,
            slug=f"{slug_of(headline)}-{number}",
            headline=headline,
            standfirst=f"{_words(20, language, dice).capitalize()}.",
            **_state(published_at, self.at, dice),
            **_access(published_at, dice),
        )
        return Piece(article, text_of(number, language, dice), files, _some(self.bylines, 2, dice))


def _some(things: Sequence[Any], most: int, dice: Random) -> list[Any]:
    """One or more, some things far more often than others."""
    drawn = dice.choices(things, cum_weights=by_zipf(len(things)), k=dice.randint(1, most))
    return list(dict.fromkeys(drawn))


def _words(most: int, language: str, dice: Random) -> str:
    return " ".join(words(dice.randint(most // 2, most), language, dice))


def _state(published_at: datetime, at: datetime, dice: Random) -> dict[str, Any]:
    past = {"published_at": published_at}
    match dice.random():
        case draw if draw < 0.02:
            return {"status": "draft"}
        case draw if draw < 0.025:
            return {"status": "in_review"}
        case draw if draw < 0.03:  # scheduled
            return {"status": "published", "published_at": at + dice.uniform(1, 30) * DAY}
        case draw if draw < 0.04:
            return {"status": "withdrawn", "withdrawn_because": "It is checked again.", **past}
        case draw if draw < 0.045:
            deleted_at = at - dice.uniform(0, 29) * DAY
            return {"status": "deleted", "deleted_at": deleted_at, **past}
    return {"status": "published", **past}


def _access(published_at: datetime, dice: Random) -> dict[str, Any]:
    match dice.random():
        case draw if draw < 0.1:
            return {"access": "everyone"}
        case draw if draw < 0.15:
            return {"free_from": published_at + YEAR}
        case draw if draw < 0.16:
            return {"free_until": published_at + 30 * DAY}
    return {}
