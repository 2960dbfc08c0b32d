"""The sitemap of teaser pages and robots.txt."""

from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from eurasia.newsroom import sitemaps
from tests.cast import GATED, TEASER

NAMESPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
SITE = "https://journal.test"


def pages_of(client, **headers):
    response = client.get("/sitemap.xml", headers=headers)
    assert response.headers["Content-Type"] == "application/xml"
    tree = etree.fromstring(response.content)
    return {
        url.findtext("s:loc", namespaces=NAMESPACE): url.findtext("s:lastmod", None, NAMESPACE)
        for url in tree.findall("s:url", NAMESPACE)
    }


def test_sitemap_lists_every_teaser_page_with_its_day(client, write_article):
    write_article("crossing", published_at=datetime(2024, 3, 5, 8, tzinfo=UTC))
    write_article(
        "passage",
        language="fr",
        published_at=datetime(2024, 3, 6, 8, tzinfo=UTC),
        revised_at=datetime(2024, 4, 1, 8, tzinfo=UTC),
    )

    assert pages_of(client, host="testserver") == {
        f"{SITE}/en/": None,
        f"{SITE}/en/files/": None,
        f"{SITE}/en/archive/": None,
        f"{SITE}/en/files/iran-brics/": None,
        f"{SITE}/en/archive/2024/3/": None,
        f"{SITE}/fr/": None,
        f"{SITE}/fr/files/": None,
        f"{SITE}/fr/archive/": None,
        f"{SITE}/fr/files/iran-brics/": None,
        f"{SITE}/fr/archive/2024/3/": None,
        f"{SITE}/en/articles/crossing/": "2024-03-05",
        f"{SITE}/fr/articles/passage/": "2024-04-01",
    }


def test_sitemap_lists_the_months_of_the_time_zone(client, write_article):
    new_year = datetime(2024, 12, 31, 23, tzinfo=UTC)  # midnight in Paris
    write_article("before", published_at=new_year - timedelta(microseconds=1))
    write_article("after", published_at=new_year)
    write_article("again", published_at=new_year + timedelta(days=1))

    assert [page for page in pages_of(client) if page.startswith(f"{SITE}/en/archive/2")] == [
        f"{SITE}/en/archive/2025/1/",
        f"{SITE}/en/archive/2024/12/",
    ]


def test_every_page_of_the_sitemap_answers(client, write_article):
    write_article("crossing")
    write_article("passage", language="fr")

    answers = {
        address: client.get(address.removeprefix(SITE)).status_code for address in pages_of(client)
    }

    assert set(answers.values()) == {200}


def test_sitemap_hides_what_is_not_published_at_this_instant(
    client, write_article, now, time_machine
):
    at = now + timedelta(hours=1)
    write_article("scheduled", published_at=at)
    for status in ["draft", "in_review", "withdrawn"]:
        write_article(status, status=status)

    time_machine.move_to(at - timedelta(microseconds=1), tick=False)
    before = [page for page in pages_of(client) if "/articles/" in page]
    time_machine.move_to(at, tick=False)
    then = [page for page in pages_of(client) if "/articles/" in page]

    assert (before, then) == ([], [f"{SITE}/en/articles/scheduled/"])


def test_sitemap_holds_no_text(client, article):
    content = client.get("/sitemap.xml").content.decode()

    assert "the-crossing" in content
    assert TEASER not in content
    assert GATED not in content


def test_sitemap_keeps_to_the_protocols_limit(client, write_article, monkeypatch):
    monkeypatch.setattr(sitemaps, "LIMIT", 11)
    moment = datetime(2024, 3, 5, 8, tzinfo=UTC)
    for number in range(3):
        write_article(f"number-{number}", published_at=moment - timedelta(minutes=number + 1))

    pages = pages_of(client)

    assert len(pages) == 11
    assert [page for page in pages if "/articles/" in page] == [
        f"{SITE}/en/articles/number-0/",
        f"{SITE}/en/articles/number-1/",
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_sitemap_takes_three_queries(rows, client, write_article, django_assert_num_queries):
    for number in range(rows):
        write_article(f"number-{number}")

    with django_assert_num_queries(3):
        client.get("/sitemap.xml")


def test_robots_names_the_sitemap_by_the_sites_own_address(client, db):
    response = client.get("/robots.txt", headers={"host": "testserver"})

    lines = response.content.decode().splitlines()
    assert response.headers["Content-Type"] == "text/plain"
    assert "User-agent: *" in lines
    assert f"Sitemap: {SITE}/sitemap.xml" in lines
    assert "Disallow: /admin/" in lines
    assert "Disallow: /" not in lines
