"""A journal of many articles, written faster than editors write."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from eurasia.accounts.models import User
from eurasia.newsroom.models import Article, ArticleFile, FullText, TopicFile
from eurasia.newsroom.vault import opened
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

    def written(number: int) -> Article:
        language = "fr" if number % 4 == 1 else "en"
        return Article(
            language=language,
            work=f"work-{number - 1 if number % 4 == 1 else number}",
            slug=f"piece-{number}",
            teaser=prose(-number, words=100),
            teaser_html=prose(-number, words=100),
            wording_digest=str(number),
            owner=owner,
            saved_by=owner,
            translated_version=1 if number % 4 == 1 else None,
            status="published",
            published_at=timezone.now() - timedelta(hours=number),
            **labels(number, language),
        )

    articles = Article.objects.bulk_create(map(written, range(count)))
    history: Any = Article.history.model
    history.objects.bulk_create(
        history(
            **{field.attname: getattr(article, field.attname) for field in Article._meta.fields},
            history_date=timezone.now(),
            history_type="+",
        )
        for article in articles
    )
    ArticleFile.objects.bulk_create(
        ArticleFile(article=article, file=topic_file) for article in articles
    )
    with opened("desk"):
        for article in articles:  # one by one: all of these texts are too much to hold at once
            text = prose(article.pk, words=words)
            FullText.objects.bulk_create([FullText(article=article, body=text, body_html=text)])
    call_command("reindex", stdout=StringIO())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as a server does by itself, in time
