"""Finding articles by words: each must stand somewhere, the last one may be begun.

Who may not read the full texts is answered out of public words alone; the index of the others is
not even asked then, so that no answer and no delay can tell what stands in it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Literal

from django.db import connection, transaction
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from eurasia.membership import gate
from eurasia.membership.gate import Standing
from eurasia.newsroom import spellings, vault
from eurasia.newsroom.folding import fold
from eurasia.newsroom.indexes import (
    Among,
    BodyIndex,
    Gathered,
    LookedThrough,
    PublicIndex,
    Stand,
    Term,
)
from eurasia.newsroom.models import Article, ArticleQuerySet

MOST_WORDS = 6
#: What a word that may go on must have of it: fewer letters begin half of the language.
BEGUN = 2
#: Where all words of an answer stand: from the innermost ring outward.
HEADLINE, LABELS, TEASER, FULL_TEXT = 0, 1, 2, 3


def find(
    terms: Sequence[Term], *, language: str, standing: Standing, at: datetime
) -> ArticleQuerySet:
    """What readers find, `ring` by ring and newest first; filters go on from here.

    Everything in the full texts' ring may be read by whoever stands like this.
    """
    if not terms:
        return Article.objects.none()
    articles = Article.objects.published(at).in_language(language)
    articles = articles.filter(_matches(terms, "read" if gate.reads_all(standing) else None))
    ring = Case(
        *[When(_public(terms, ring + 1), then=Value(ring)) for ring in (HEADLINE, LABELS)],
        When(_public(terms), then=Value(TEASER)),
        default=Value(FULL_TEXT),
        output_field=IntegerField(),
    )
    return articles.annotate(ring=ring).order_by("ring", "-published_at", "-id")


def by_headline(terms: Sequence[Term], *, language: str, at: datetime) -> ArticleQuerySet:
    """Published articles with all terms in the headline, newest first, for anybody."""
    if not terms:
        return Article.objects.none()
    articles = Article.objects.published(at).in_language(language)
    return articles.filter(_public(terms, HEADLINE + 1)).newest()


def at_the_desk(query: str, *, full_texts: bool) -> Q:
    """Which articles the desk's list keeps, in whatever state they are."""
    terms = terms_of(query)
    if not terms:
        return Q(pk__in=[])
    return _matches(terms, "desk" if full_texts else None)


def terms_of(query: str) -> tuple[Term, ...]:
    """What must stand in each answer. One query, for spellings; none if there are no words."""
    words = fold(query).split()[:MOST_WORDS]
    if not words:
        return ()
    terms = [Term(tuple(phrases)) for phrases in spellings.phrases_of(words)]
    terms[-1] = Term(terms[-1].phrases, goes_on=len(words[-1]) >= BEGUN)
    return tuple(dict.fromkeys(terms))


def _public(terms: Sequence[Term], rings: int | None = None) -> Q:
    return Q(pk__in=_asked(PublicIndex, terms, rings))


def _asked(index: Any, terms: Sequence[Term], rings: int | None = None) -> QuerySet[Any]:
    return index.objects.filter(Stand(terms, rings)).values("pk")


def _matches(terms: Sequence[Term], reason: Literal["read", "desk"] | None) -> Q:
    """Articles with all terms: with a reason to open the vault, also in their full texts."""
    if reason is None:
        return _public(terms)
    # Full texts first: most words stand there, and the second is asked for nothing but the rest.
    stand = [
        Q(number__in=_asked(BodyIndex, [term])) | Q(number__in=_asked(PublicIndex, [term]))
        for term in terms
    ]
    articles = Article.objects.alias(number=LookedThrough("pk")).filter(*stand)
    # Asked while the vault is open: no gated table stands in the query that goes on from here.
    with _by_index(), vault.opened(reason):
        found = articles.aggregate(found=Gathered("pk"))["found"]
    return Q(Among(LookedThrough("pk"), Value(found)))


@contextmanager
def _by_index() -> Iterator[None]:
    """PostgreSQL counts pages, and the words of full texts lie outside of these.

    Left to itself it reads all of them where there are some thousand articles.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        yield
