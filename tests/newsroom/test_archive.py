"""The archive by month, as readers meet it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.cast import GATED
from tests.pages import one, texts, tree_of

MONTHS = "//ol[@class='months']/li/a"
EMPTY = "//main//p[@class='empty']"


def months_of(response):
    """What a screen reader says of each month that has articles."""
    links = tree_of(response).xpath(MONTHS)
    return [" ".join(texts(link, "span[not(@aria-hidden)]")) for link in links]


def headlines(response):
    return texts(tree_of(response), "//article[@class='card']//h3")


@pytest.fixture
def write_on(write_article):
    """Writes an article at noon of a day."""

    def write(year, month, day=15, slug=None, **values):
        return write_article(
            slug or f"of-{year}-{month}-{day}",
            published_at=datetime(year, month, day, 12, tzinfo=UTC),
            **values,
        )

    return write


# --- All the months ------------------------------------------------------------------------------


def test_archive_counts_the_articles_of_every_month_newest_year_first(client, write_on):
    write_on(2023, 12)
    write_on(2025, 3, 1)
    write_on(2025, 3, 2)
    write_on(2025, 11)

    response = client.get("/en/archive/")

    tree = tree_of(response)
    assert texts(tree, "//main//h2") == ["2025 3 articles", "2023 1 article"]
    assert months_of(response) == ["March 2 articles", "November 1 article", "December 1 article"]
    assert texts(tree, "//span[@class='month-count']") == ["2", "1", "1"]
    assert [link.get("href") for link in tree.xpath(MONTHS)] == [
        "/en/archive/2025/3/",
        "/en/archive/2025/11/",
        "/en/archive/2023/12/",
    ]
    assert [len(year.xpath("li")) for year in tree.xpath("//ol[@class='months']")] == [12, 12]


def test_archive_draws_each_month_against_the_fullest(client, write_on):
    write_on(2025, 3, 1)
    write_on(2025, 3, 2)
    write_on(2025, 11)

    bars = tree_of(client.get("/en/archive/")).xpath("//ol[@class='months']//svg")

    drawn = [(bar.get("viewbox"), one(bar, "rect").get("width")) for bar in bars]
    assert drawn == [("0 0 2 1", "2"), ("0 0 2 1", "1")]


def test_archive_holds_the_pages_language_only(client, write_on):
    write_on(2025, 3)
    write_on(2025, 4, language="fr")

    english, french = client.get("/en/archive/"), client.get("/fr/archive/")

    assert months_of(english) == ["March 1 article"]
    assert months_of(french) == ["avril 1 article"]


def test_archive_holds_only_what_is_published_at_this_instant(
    client, write_article, now, time_machine
):
    at = now + timedelta(hours=1)
    write_article("scheduled", published_at=at)
    for status in ["draft", "in_review", "withdrawn"]:
        write_article(status, status=status)

    time_machine.move_to(at - timedelta(microseconds=1), tick=False)
    before = tree_of(client.get("/en/archive/")).xpath(MONTHS)
    time_machine.move_to(at, tick=False)
    then = tree_of(client.get("/en/archive/")).xpath(MONTHS)

    assert (len(before), len(then)) == (0, 1)


def test_archive_of_an_empty_journal_says_so(client, db):
    tree = tree_of(client.get("/en/archive/"))

    assert texts(tree, EMPTY) == ["No article is published in this language yet."]


@pytest.mark.parametrize("address", ["/en/articles/", "/en/about/", "/en/"])
def test_page_leads_to_the_archive(address, client, db):
    links = tree_of(client.get(address)).xpath("//a[@href='/en/archive/']")

    assert len(links) == (2 if address == "/en/articles/" else 1)


# --- A month -------------------------------------------------------------------------------------


def test_month_shows_its_articles_newest_first(client, write_on):
    write_on(2025, 3, 1)
    write_on(2025, 3, 31)
    write_on(2025, 2, 28)
    write_on(2025, 4, 1)
    write_on(2025, 3, 9, language="fr")

    english, french = client.get("/en/archive/2025/3/"), client.get("/fr/archive/2025/3/")

    assert headlines(english) == ["Headline of of-2025-3-31", "Headline of of-2025-3-1"]
    assert texts(tree_of(english), "//h1") == ["March 2025"]
    assert texts(tree_of(english), "//header[contains(@class, 'archive-head')]/p") == [
        "Archive",
        "2 articles",
    ]
    assert headlines(french) == ["Headline of of-2025-3-9"]
    assert texts(tree_of(french), "//h1") == ["mars 2025"]


def test_month_begins_and_ends_at_midnight_of_the_time_zone(client, write_article):
    begins = datetime(2025, 2, 28, 23, tzinfo=UTC)  # 1 March in Paris, in winter
    ends = datetime(2025, 3, 31, 22, tzinfo=UTC)  # 1 April in Paris, in summer
    tick = timedelta(microseconds=1)
    for slug, at in {
        "february": begins - tick,
        "first": begins,
        "last": ends - tick,
        "april": ends,
    }.items():
        write_article(slug, published_at=at)

    march = client.get("/en/archive/2025/3/")
    months = months_of(client.get("/en/archive/"))

    assert headlines(march) == ["Headline of last", "Headline of first"]
    assert months == ["February 1 article", "March 2 articles", "April 1 article"]
    assert headlines(client.get("/en/archive/2025/2/")) == ["Headline of february"]
    assert headlines(client.get("/en/archive/2025/4/")) == ["Headline of april"]


def test_december_ends_with_its_year(client, write_on):
    write_on(2024, 12, 31)
    write_on(2025, 1, 1)

    assert headlines(client.get("/en/archive/2024/12/")) == ["Headline of of-2024-12-31"]


def test_month_shows_twelve_and_the_rest_after_show_more(client, write_on):
    for day in range(1, 15):
        write_on(2025, 3, day)
    write_on(2025, 2)

    first = client.get("/en/archive/2025/3/")
    more = one(tree_of(first), "//p[@class='more']/a").get("href")
    second = client.get(f"/en/archive/2025/3/{more}")

    assert headlines(first) == [f"Headline of of-2025-3-{day}" for day in range(14, 2, -1)]
    assert headlines(second) == ["Headline of of-2025-3-2", "Headline of of-2025-3-1"]
    assert tree_of(second).xpath("//p[@class='more']") == []


def test_month_after_its_end_says_so(client, write_on):
    write_on(2025, 3)

    tree = tree_of(client.get("/en/archive/2025/3/?before=0-1"))

    assert texts(tree, EMPTY) == ["No earlier article in this month."]


def test_month_with_a_malformed_cursor_is_404(client, write_on):
    write_on(2025, 3)

    assert client.get("/en/archive/2025/3/?before=x").status_code == 404


def beside(client, address):
    links = tree_of(client.get(address)).xpath("//nav[@aria-label='Other months']//a")
    return {link.get("rel"): (link.text_content(), link.get("href")) for link in links}


def test_month_leads_to_the_months_beside_it_and_skips_empty_ones(client, write_on):
    write_on(2023, 12, 31)
    write_on(2025, 2, 28, language="fr")
    write_on(2025, 3)
    write_on(2025, 5, status="withdrawn")
    write_on(2025, 7, 1)

    assert beside(client, "/en/archive/2023/12/") == {"next": ("March 2025", "/en/archive/2025/3/")}
    assert beside(client, "/en/archive/2025/3/") == {
        "prev": ("December 2023", "/en/archive/2023/12/"),
        "next": ("July 2025", "/en/archive/2025/7/"),
    }
    assert beside(client, "/en/archive/2025/7/") == {"prev": ("March 2025", "/en/archive/2025/3/")}


def test_month_beside_is_that_of_the_time_zone(client, write_article, write_on):
    write_article("april", published_at=datetime(2025, 3, 31, 22, tzinfo=UTC))
    write_on(2025, 3)
    write_article("february", published_at=datetime(2025, 2, 28, 22, 59, tzinfo=UTC))

    assert beside(client, "/en/archive/2025/3/") == {
        "prev": ("February 2025", "/en/archive/2025/2/"),
        "next": ("April 2025", "/en/archive/2025/4/"),
    }


NO_MONTHS = [
    "2025/2",
    "2025/4",
    "2024/3",
    "2025/0",
    "2025/13",
    "2025/99999999999999999999",
    "0/3",
    "9999/12",
    "99999999999999999999/3",
    "1/1",
    "9" * 5000 + "/3",
    "-2025/3",
    "2025/-3",
    "2025/x",
    "x/3",
    "2025",
    "2025/3/15",
    "\u0662\u0660\u0662\u0665/\u0663",
    "2025/\u0663",
    "2025/3.0",
]


def test_month_without_articles_or_malformed_is_404(client, write_on):
    write_on(2025, 3)
    write_on(2025, 4, status="draft")
    write_on(2025, 2, language="fr")

    answers = {month: client.get(f"/en/archive/{month}/").status_code for month in NO_MONTHS}

    assert answers == dict.fromkeys(NO_MONTHS, 404)


@pytest.mark.parametrize("month", ["2025/03", "02025/3"])
def test_month_with_a_leading_zero_leads_to_the_one_without(month, client, write_on):
    write_on(2025, 3)

    response = client.get(f"/en/archive/{month}/")

    assert (response.status_code, response.url) == (301, "/en/archive/2025/3/")


def test_month_switches_language_where_the_other_has_articles(client, write_on):
    write_on(2025, 3)
    write_on(2025, 3, language="fr", slug="en-mars")
    write_on(2025, 4)

    both = tree_of(client.get("/en/archive/2025/3/"))
    english_only = tree_of(client.get("/en/archive/2025/4/"))

    switch = "//header//nav//a[@hreflang='fr']"
    assert one(both, switch).get("href") == "/fr/archive/2025/3/"
    assert one(both, "//head/link[@hreflang='fr']").get("href") == (
        "https://journal.test/fr/archive/2025/3/"
    )
    assert one(english_only, switch).get("href") == "/fr/"
    assert english_only.xpath("//head/link[@hreflang='fr']") == []


@pytest.mark.parametrize("who", ["outsider", "subscriber"])
def test_month_shows_no_full_text(who, client, write_on, request):
    write_on(2025, 3)
    if who == "subscriber":
        client.force_login(request.getfixturevalue(who))

    assert GATED not in client.get("/en/archive/2025/3/").content.decode()


# --- How many queries they take ------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("address, queries", [("/en/archive/", 1), ("/en/archive/2025/3/", 7)])
def test_archive_takes_as_many_queries_for_three_rows_as_for_one(
    rows, address, queries, client, write_on, django_assert_num_queries
):
    for number in range(rows):
        for month in [2, 3, 4]:
            write_on(2025, month, number + 1)

    with django_assert_num_queries(queries):
        client.get(address)
