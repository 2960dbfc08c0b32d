"""Writes daily totals of reads (newsroom.totals), alone. No reader, no hour, no address is in them.

`eurasia.tally` says what a read is. That of a page for all counts as one of a full text if the
article is open to everyone at that moment, else as one of a teaser.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from eurasia import tally
from eurasia.membership import gate
from eurasia.newsroom.models import (
    Article,
    ArticleFile,
    ArticleReads,
    FileReads,
    JournalReads,
    TopicFile,
)
from eurasia.tally import Read


@transaction.atomic
def write(reads: Mapping[Read, int], at: datetime | None = None) -> None:
    """Add these to the totals of the day of `at`. What is there no more is passed over.

    A file has the reads of its own page and those of its articles.
    """
    at = at or timezone.now()
    of_articles = _of_articles(reads, at)
    of_files = _of_files(reads)
    of_days: Counter[str] = Counter()
    files = defaultdict(list)
    placed = ArticleFile.objects.filter(article__in={article for article, _kind in of_articles})
    for article, file in placed.values_list("article", "file"):
        files[article].append(file)
    for (article, kind), total in of_articles.items():
        of_days[kind] += total
        for file in files[article]:
            of_files[file, kind] += total
    on = timezone.localdate(at)
    _add(ArticleReads, on, of_articles)
    _add(FileReads, on, of_files)
    _add(JournalReads, on, {(kind,): total for kind, total in of_days.items()})


def _of_articles(reads: Mapping[Read, int], at: datetime) -> Counter[tuple[int, str]]:
    """By article and kind."""
    slugs = {read.slug for read in reads if read.kind != tally.FILE}
    columns = ["language", "slug", "access", "free_from", "free_until"]
    articles = {
        (article.language, article.slug): article
        for article in Article.objects.filter(slug__in=slugs).only(*columns)
    }
    totals: Counter[tuple[int, str]] = Counter()
    for read, total in reads.items():
        article = articles.get((read.language, read.slug))
        if read.kind == tally.FILE or article is None:
            continue
        kind = read.kind
        if kind == tally.ARTICLE:
            kind = tally.FULL_TEXT if gate.is_open(article, at) else tally.TEASER
        totals[article.pk, kind] += total
    return totals


def _of_files(reads: Mapping[Read, int]) -> Counter[tuple[int, str]]:
    slugs = {read.slug for read in reads if read.kind == tally.FILE}
    files = dict(TopicFile.objects.filter(slug__in=slugs).values_list("slug", "pk"))
    totals: Counter[tuple[int, str]] = Counter()
    for read, total in reads.items():
        if read.kind == tally.FILE and read.slug in files:
            totals[files[read.slug], tally.FILE] += total
    return totals


def _add(model: Any, on: date, totals: Mapping[Any, int]) -> None:
    """In the order of their keys, so that no two writers wait for each other for ever."""
    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    names = ", ".join(map(connection.ops.quote_name, columns))
    table, keys = connection.ops.quote_name(model._meta.db_table), names.rpartition(",")[0]
    places = ", ".join(["%s"] * len(columns))
    sql = (
        f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608 - of our models alone
        f" ON CONFLICT ({keys}) DO UPDATE SET total = {table}.total + excluded.total"
    )
    day = connection.ops.adapt_datefield_value(on)
    with connection.cursor() as cursor:
        for key in sorted(totals):
            cursor.execute(sql, [day, *key, totals[key]])
