"""The sitemaps: of pages, of articles with their translations, and of the news of two days."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from eurasia.newsroom import sitemaps
from tests.cast import GATED, TEASER

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NAMES = {
    "s": SITEMAP,
    "x": "http://www.w3.org/1999/xhtml",
    "n": "http://www.google.com/schemas/sitemap-news/0.9",
}
SITE = "https://journal.test"
PAGES, ARTICLES, NEWS = (f"/sitemap-{name}.xml" for name in ["pages", "articles", "news"])
TICK = timedelta(microseconds=1)
W3C_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?")
#: What the XSDs of sitemaps.org let stand in an entry, in this order; then any other namespace.
ORDER = {
    "urlset": ("url", ["loc", "lastmod", "changefreq", "priority"]),
    "sitemapindex": ("sitemap", ["loc", "lastmod"]),
}


def valid(response):
    """The root of a map that keeps every rule of the XSDs and of the protocol."""
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/xml"
    root = etree.fromstring(response.content)
    kind = etree.QName(root)
    entry_name, order = ORDER[kind.localname]
    assert kind.namespace == SITEMAP
    assert 1 <= len(root) <= (sitemaps.LIMIT if entry_name == "url" else 50_000)
    assert len(response.content) < 50 * 1024 * 1024
    for entry in root:
        assert entry.tag == f"{{{SITEMAP}}}{entry_name}"
        names = [etree.QName(child) for child in entry]
        own = [name.localname for name in names if name.namespace == SITEMAP]
        assert own == [name for name in order if name in own]
        assert own.count("loc") == 1
        assert [name.namespace for name in names[: len(own)]] == [SITEMAP] * len(own)
        location = entry.findtext("s:loc", namespaces=NAMES)
        assert location.startswith(f"{SITE}/")
        assert 12 <= len(location) < 2048
        lastmod = entry.findtext("s:lastmod", namespaces=NAMES)
        assert lastmod is None or W3C_DATE.fullmatch(lastmod)
    return root


def pages_of(client, address=ARTICLES, **headers):
    root = valid(client.get(address, headers=headers))
    return {
        url.findtext("s:loc", namespaces=NAMES): url.findtext("s:lastmod", None, NAMES)
        for url in root
    }


def alternates_of(client, address, page):
    [url] = [
        url
        for url in valid(client.get(address))
        if url.findtext("s:loc", namespaces=NAMES) == SITE + page
    ]
    links = url.findall("x:link[@rel='alternate']", NAMES)
    return {link.get("hreflang"): link.get("href").removeprefix(SITE) for link in links}


def news_of(client):
    return [
        {
            etree.QName(part).localname: part.text.strip()
            for part in url.iter()
            if isinstance(part.tag, str) and len(part) == 0
        }
        for url in valid(client.get(NEWS))
    ]


# --- The index ------------------------------------------------------------------------------------


def test_index_names_each_map_by_the_sites_own_address(client, write_article):
    write_article("crossing", published_at=datetime(2024, 3, 5, 8, tzinfo=UTC))
    write_article(
        "passage",
        published_at=datetime(2024, 3, 6, 8, tzinfo=UTC),
        revised_at=datetime(2024, 4, 1, 8, tzinfo=UTC),
    )

    assert pages_of(client, "/sitemap.xml", host="testserver") == {
        f"{SITE}{PAGES}": None,
        f"{SITE}{ARTICLES}": "2024-04-01T10:00:00+02:00",
        f"{SITE}{NEWS}": None,
    }


def test_map_that_is_full_goes_on_in_another(client, write_article, monkeypatch):
    monkeypatch.setattr(sitemaps, "LIMIT", 2)
    moment = datetime(2024, 3, 5, 8, tzinfo=UTC)
    for number in range(3):
        write_article(f"number-{number}", published_at=moment + timedelta(days=number))

    index = pages_of(client, "/sitemap.xml")
    articles = {page: day for page, day in index.items() if ARTICLES in page}
    maps = [pages_of(client, page.removeprefix(SITE)) for page in articles]

    assert articles == {
        f"{SITE}{ARTICLES}": "2024-03-06T09:00:00+01:00",
        f"{SITE}{ARTICLES}?p=2": "2024-03-07T09:00:00+01:00",
    }
    assert [list(found) for found in maps] == [
        [f"{SITE}/en/articles/number-0/", f"{SITE}/en/articles/number-1/"],
        [f"{SITE}/en/articles/number-2/"],
    ]
    assert len([page for page in index if PAGES in page]) > 1


def test_new_article_leaves_full_maps_as_they_are(client, write_article, monkeypatch):
    monkeypatch.setattr(sitemaps, "LIMIT", 2)
    for number in range(2):
        write_article(f"number-{number}")
    before = client.get(ARTICLES).content

    write_article("newer")

    assert client.get(ARTICLES).content == before
    assert list(pages_of(client, f"{ARTICLES}?p=2")) == [f"{SITE}/en/articles/newer/"]


@pytest.mark.parametrize("number", ["2", "0", "x", "01", "+1", "%201", "1_0", "%D9%A1", "9" * 5000])
def test_map_that_is_not_there_is_404(number, client, article):
    assert client.get(f"{ARTICLES}?p={number}").status_code == 404
    assert client.get("/sitemap-drafts.xml").status_code == 404


# --- Articles -------------------------------------------------------------------------------------


def test_articles_stand_with_their_day_oldest_first(client, write_article):
    write_article("later", published_at=datetime(2024, 3, 6, 8, tzinfo=UTC))
    write_article(
        "passage",
        language="fr",
        published_at=datetime(2024, 3, 5, 8, tzinfo=UTC),
        revised_at=datetime(2024, 4, 1, 8, tzinfo=UTC),
    )

    assert list(pages_of(client, host="testserver").items()) == [
        (f"{SITE}/fr/articles/passage/", "2024-04-01"),
        (f"{SITE}/en/articles/later/", "2024-03-06"),
    ]


def test_translations_name_each_other_and_themselves(client, write_article):
    write_article("the-crossing", work="one")
    write_article("le-passage", language="fr", work="one")
    write_article("seul", language="fr")
    both = {
        "en": "/en/articles/the-crossing/",
        "fr": "/fr/articles/le-passage/",
        "x-default": "/en/articles/the-crossing/",
    }

    assert alternates_of(client, ARTICLES, both["en"]) == both
    assert alternates_of(client, ARTICLES, both["fr"]) == both
    assert alternates_of(client, ARTICLES, "/fr/articles/seul/") == {
        "fr": "/fr/articles/seul/",
        "x-default": "/fr/articles/seul/",
    }


def test_translation_is_named_from_its_instant(client, write_article, now, time_machine):
    write_article("the-crossing", work="one")
    at = now + timedelta(hours=1)
    write_article("le-passage", language="fr", work="one", published_at=at)

    time_machine.move_to(at - TICK, tick=False)
    before = alternates_of(client, ARTICLES, "/en/articles/the-crossing/")
    time_machine.move_to(at, tick=False)
    then = alternates_of(client, ARTICLES, "/en/articles/the-crossing/")

    assert ("fr" in before, "fr" in then) == (False, True)


def test_sitemap_hides_what_is_not_published_at_this_instant(
    client, write_article, now, time_machine
):
    at = now + timedelta(hours=1)
    write_article("scheduled", published_at=at)
    for status in ["draft", "in_review", "withdrawn"]:
        write_article(status, status=status)

    time_machine.move_to(at - TICK, tick=False)
    before = [client.get(address).status_code for address in [ARTICLES, NEWS]]
    maps = list(pages_of(client, "/sitemap.xml"))
    time_machine.move_to(at, tick=False)
    then = [list(pages_of(client)), [item["loc"] for item in news_of(client)]]

    assert (before, maps) == ([404, 404], [f"{SITE}{PAGES}"])
    assert then == [[f"{SITE}/en/articles/scheduled/"]] * 2


# --- Other pages ----------------------------------------------------------------------------------


def test_map_of_pages_lists_all_that_are_no_articles(client, write_article):
    write_article("crossing", published_at=datetime(2024, 3, 5, 8, tzinfo=UTC))
    standing = ["", "files/", "articles/", "archive/", "about/", "files/iran-brics/"]

    assert set(pages_of(client, PAGES, host="testserver")) == {
        *(f"{SITE}/{language}/{path}" for language in ["en", "fr"] for path in standing),
        f"{SITE}/en/contributors/iran-desk/",
        f"{SITE}/en/archive/2024/3/",
    }


def test_pages_name_their_other_language_where_it_has_something(client, write_article):
    moment = datetime(2024, 3, 5, 8, tzinfo=UTC)
    write_article("crossing", published_at=moment)
    write_article("passage", language="fr", published_at=moment)
    write_article("april", published_at=moment + timedelta(days=30))

    for path in ["", "files/iran-brics/", "contributors/iran-desk/", "archive/2024/3/"]:
        assert alternates_of(client, PAGES, f"/fr/{path}") == {
            "en": f"/en/{path}",
            "fr": f"/fr/{path}",
            "x-default": f"/en/{path}",
        }
    assert alternates_of(client, PAGES, "/en/archive/2024/4/") == {
        "en": "/en/archive/2024/4/",
        "x-default": "/en/archive/2024/4/",
    }


def test_sitemap_lists_the_months_of_the_time_zone(client, write_article):
    new_year = datetime(2024, 12, 31, 23, tzinfo=UTC)  # midnight in Paris
    write_article("before", published_at=new_year - TICK)
    write_article("after", published_at=new_year)
    write_article("again", published_at=new_year + timedelta(days=1))

    pages = pages_of(client, PAGES)
    assert [page for page in pages if page.startswith(f"{SITE}/en/archive/2")] == [
        f"{SITE}/en/archive/2025/1/",
        f"{SITE}/en/archive/2024/12/",
    ]


def test_every_page_of_the_sitemaps_answers_and_names_the_same_alternates(client, write_article):
    write_article("crossing", work="one")
    write_article("passage", language="fr", work="one")
    write_article("alone")

    for address in [PAGES, ARTICLES]:
        for page in pages_of(client, address):
            path = page.removeprefix(SITE)
            response = client.get(path)

            head = etree.HTML(response.content.decode()).xpath("//head/link[@hreflang]")
            named = {link.get("hreflang"): link.get("href").removeprefix(SITE) for link in head}
            if "/contributors/" not in path:  # whose page is there in both, if empty in one
                assert named == alternates_of(client, address, path)
            assert response.status_code == 200


# --- News -----------------------------------------------------------------------------------------


def test_news_say_what_google_asks_for(client, write_article, now):
    article = write_article(headline="Tea & <trade>\x0b", language="fr")

    assert news_of(client) == [
        {
            "loc": f"{SITE}/fr/articles/the-crossing/",
            "name": "EurasiaPeace",
            "language": "fr",
            "publication_date": news_of(client)[0]["publication_date"],
            "title": "Tea & <trade>",
        }
    ]
    said = datetime.fromisoformat(news_of(client)[0]["publication_date"])
    assert said == article.published_at


def test_news_are_of_two_days_and_the_newest_article_stays_without_being_news(
    client, write_article, now, time_machine
):
    write_article(published_at=now)
    write_article("older", published_at=now - timedelta(hours=1))

    time_machine.move_to(now + timedelta(hours=48) - TICK, tick=False)
    before = news_of(client)
    time_machine.move_to(now + timedelta(hours=48), tick=False)
    then = news_of(client)

    assert [item.get("title") for item in before] == ["Headline of the-crossing"]
    assert then == [{"loc": f"{SITE}/en/articles/the-crossing/"}]


def test_news_keep_to_googles_limit_with_the_newest(client, write_article, monkeypatch, now):
    monkeypatch.setattr(sitemaps, "NEWS_LIMIT", 2)
    for number in range(3):
        write_article(f"number-{number}", published_at=now - timedelta(minutes=number + 1))

    assert [item["title"] for item in news_of(client)] == [
        "Headline of number-0",
        "Headline of number-1",
    ]


# --- All of them ----------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/sitemap.xml", PAGES, ARTICLES, NEWS])
def test_sitemap_holds_no_text(address, client, article):
    content = client.get(address).content.decode()

    assert TEASER not in content
    assert GATED not in content


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    "address, queries", [("/sitemap.xml", 6), (PAGES, 4), (ARTICLES, 2), (NEWS, 1)]
)
def test_sitemap_takes_few_queries(
    address, queries, rows, client, write_article, django_assert_num_queries
):
    for number in range(rows):
        write_article(f"number-{number}")

    with django_assert_num_queries(queries):
        client.get(address)
