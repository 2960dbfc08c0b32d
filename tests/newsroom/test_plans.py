"""No page reads the whole journal: how the database goes about each query of a public page.

PostgreSQL counts the rows that it looks at, SQLite the steps of its machine.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from eurasia.newsroom.cursors import Cursor
from eurasia.newsroom.models import (
    Article,
    ArticleContributor,
    ArticleFile,
    Contributor,
    TopicFile,
)
from eurasia.newsroom.vault import opened

COUNT = 4_000
#: Rows, or tens of steps.
FEW = 1_200
IS_POSTGRESQL = connection.vendor == "postgresql"
GROWING = r"newsroom_article(file|contributor)?|newsroom_fulltext"
#: These count what there is: in the whole journal, in a file, under a byline.
COUNTING = re.compile("COUNT|MAX|DISTINCT|UNION")
PAGES = [
    "/en/",
    "/en/articles/",
    "/en/articles/{before}",
    "/en/articles/piece-0/",
    "/en/articles/{slug}/",
    "/en/articles/{slug}.md",
    "/en/articles/no-such-article/",
    "/en/files/busy/",
    "/en/files/busy/{before}",
    "/en/contributors/busy/",
    "/en/contributors/busy/{before}",
    "/en/archive/",
    "/en/archive/{month}/",
    "/en/feed/",
    "/en/files/busy/feed/",
    "/en/contributors/busy/feed/",
    "/sitemap.xml",
    "/sitemap-news.xml",
    "/llms.txt",
]


@pytest.fixture(scope="module")
def journal(django_db_setup: Any, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    """Half in each language, translations of each other; of four articles one is in a file, and of
    five hundred one is open. What addresses say of an article of the first days.

    Committed: what a transaction has just written, PostgreSQL looks up row by row.
    """
    with django_db_blocker.unblock():
        try:
            articles = written()
            settle()
            yield {
                "slug": articles[-6].slug,
                "before": f"?before={Cursor.of(articles[-6])}",
                "month": articles[-6].published_at.strftime("%Y/%-m"),
            }
        finally:
            with connection.cursor() as cursor:
                for model in [ArticleFile, ArticleContributor, Article, TopicFile, Contributor]:
                    cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608 - a table of ours


def settle() -> None:
    """Wait until the database knows what it has: others may look at the tables just now."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if IS_POSTGRESQL else "ANALYZE")
        for _try in range(100 if IS_POSTGRESQL else 0):
            cursor.execute(
                "SELECT relallvisible = relpages FROM pg_class WHERE relname = 'newsroom_article'"
            )
            if cursor.fetchone() == (True,):
                break
            cursor.execute("SELECT pg_sleep(0.1)")
            cursor.execute("VACUUM ANALYZE newsroom_article")


def written() -> list[Article]:
    """Those in the file, the newest first."""
    file = TopicFile.objects.create(slug="busy", name_en="Busy", name_fr="Affairé")
    contributor = Contributor.objects.create(slug="busy", name="Busy")
    now = timezone.now()
    articles = Article.objects.bulk_create(
        Article(
            language="fr" if number % 2 else "en",
            slug=f"piece-{number}",
            work=f"work-{number // 2}",
            headline=f"Piece {number}",
            access="everyone" if number % 500 == 0 else "subscribers",
            status="published",
            published_at=now - timedelta(hours=60 * number),
        )
        for number in range(COUNT)
    )
    filed = [article for number, article in enumerate(articles) if number // 2 % 4 == 0]
    ArticleFile.objects.bulk_create(ArticleFile(article=article, file=file) for article in filed)
    ArticleContributor.objects.bulk_create(
        ArticleContributor(article=article, contributor=contributor) for article in filed
    )
    return filed


def asked(client: Any, address: str) -> list[tuple[str, Any]]:
    """The queries of a page, with their parameters."""
    queries = []

    def note(execute: Any, sql: Any, parameters: Any, many: bool, context: Any) -> Any:
        queries.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(note):
        assert client.get(address).status_code in {200, 404}
    return queries


def plan_of(sql: str, parameters: Any) -> list[Any]:
    """Nodes of PostgreSQL, lines of SQLite."""
    with opened("read"), connection.cursor() as cursor:
        if not IS_POSTGRESQL:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
            return [row[-1] for row in cursor.fetchall()]
        # A journal of this size is read from end to end as quickly as by an index.
        for way in ["seqscan", "bitmapscan", "hashjoin", "mergejoin"]:
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters)
        [[[explained]]] = cursor.fetchall()

    def below(node: Any) -> Any:
        yield node
        for child in node.get("Plans", []):
            yield from below(child)

    return list(below(explained["Plan"]))


def full_scans(plan: list[Any]) -> list[str]:
    """The growing tables that are read without an index."""
    if not IS_POSTGRESQL:
        return [line for line in plan if re.fullmatch(rf"SCAN ({GROWING})( AS \w+)?", line)]
    scans = [node for node in plan if node["Node Type"] == "Seq Scan"]
    return [node["Relation Name"] for node in scans if re.fullmatch(GROWING, node["Relation Name"])]


def rows_fetched(plan: list[Any]) -> list[str]:
    """The ways to articles that lead beyond an index."""
    if not IS_POSTGRESQL:
        to_articles = [line for line in plan if re.match(r"(SEARCH|SCAN) newsroom_article ", line)]
        return [line for line in to_articles if "COVERING INDEX" not in line]
    scans = [node for node in plan if node.get("Relation Name") == "newsroom_article"]
    return [node["Node Type"] for node in scans if node["Node Type"] != "Index Only Scan"]


def effort(plan: list[Any], sql: str, parameters: Any) -> int:
    """Rows of PostgreSQL, tens of steps of SQLite."""
    if IS_POSTGRESQL:
        read = ["Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck"]
        leaves = [node for node in plan if "Plans" not in node]
        return sum(
            node["Actual Loops"] * sum(node.get(name, 0) for name in read) for node in leaves
        )
    steps = []
    with opened("read"), connection.cursor() as cursor:
        connection.connection.set_progress_handler(lambda: steps.append(1), 10)
        cursor.execute(sql, parameters)
        cursor.fetchall()
        connection.connection.set_progress_handler(None, 10)
    return len(steps)


@pytest.mark.parametrize("address", [*PAGES, "/sitemap-articles.xml", "/sitemap-pages.xml"])
def test_no_page_reads_a_table_from_end_to_end(address, journal, client, db):
    scans = {}
    for sql, parameters in asked(client, address.format(**journal)):
        if found := full_scans(plan_of(sql, parameters)):
            scans[sql] = found

    assert scans == {}


@pytest.mark.parametrize("address", PAGES)
def test_list_reads_little_more_than_it_shows(address, journal, client, db):
    much = {}
    for sql, parameters in asked(client, address.format(**journal)):
        if not COUNTING.search(sql):
            read = effort(plan_of(sql, parameters), sql, parameters)
            if read > FEW:
                much[sql] = read

    assert much == {}


@pytest.mark.parametrize("address", ["/en/archive/", "/sitemap.xml"])
def test_articles_are_counted_out_of_an_index_alone(address, journal, client, db):
    queries = asked(client, address.format(**journal))
    counts = [query for query in queries if COUNTING.search(query[0])]

    assert counts
    assert {
        sql: found for sql, values in counts if (found := rows_fetched(plan_of(sql, values)))
    } == {}
