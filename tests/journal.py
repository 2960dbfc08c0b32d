"""A journal of many articles, written faster than editors write."""

from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from eurasia.accounts.models import User
from eurasia.exchange.big.articles import AT_ONCE, Piece, first_free_id, write
from eurasia.exchange.big.texts import finished
from eurasia.newsroom.models import Article, TopicFile
from tests.prose import prose


def grain(number: int, language: str) -> dict[str, str]:
    return {"headline": f"Piece {number} on grain", "standfirst": "Of grain and rails"}


def fill(
    count: int,
    topic_file: TopicFile,
    owner: User | None,
    *,
    words: int,
    labels: Callable[[int, str], dict[str, str]] = grain,
) -> None:
    """`count` articles with full texts of so many words, one each hour; half of them are works in
    both languages.
    """

    first = first_free_id()

    def piece(number: int) -> Piece:
        pk, language = first + number, "fr" if number % 4 == 1 else "en"
        article = Article(
            pk=pk,
            language=language,
            work=f"work-{number - 1 if number % 4 == 1 else number}",
            slug=f"piece-{number}",
            owner=owner,
            saved_by=owner,
            translated_version=1 if number % 4 == 1 else None,
            status="published",
            published_at=timezone.now() - timedelta(hours=number),
            **labels(number, language),
        )
        text = finished(pk, language, prose(-number, words=100), prose(pk, words=words))
        return Piece(article, text, [topic_file], [])

    for start in range(0, count, AT_ONCE):
        write(map(piece, range(start, min(start + AT_ONCE, count))))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as a server does by itself, in time
