"""The chronology of a file: events and articles on one line of time, one year a page."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

import pytest

from eurasia.newsroom import chronology as chronology_module
from eurasia.newsroom.chronology import chronology
from eurasia.newsroom.models import Article, Event, TopicFile
from tests.cast import GATED, TEASER
from tests.pages import one, texts, tree_of

ADDRESS = "/en/files/iran-brics/"
ENTRIES = "//ol[@class='chronology']/li"
YEARS = "//ul[@class='years']//a"
SHOW = "//ul[@class='chronology-show']//a"


@pytest.fixture
def record(topic_file):
    """Writes an event of the file."""

    def write(on, text="Something happened."):
        return Event.objects.create(
            file=topic_file,
            on=on,
            text_en=text,
            text_fr=f"{text} (fr)",
            source_title="Gazette",
            source_url="https://gazette.example/",
        )

    return write


@pytest.fixture
def chronicle(record, write_article):
    """Events in 2022 and 2024, articles in 2024 and 2025."""
    record(date(2022, 8, 24), "Invited")
    record(date(2024, 1, 1), "Joined")
    record(date(2024, 10, 22), "Met")
    write_article("joining", published_at=datetime(2024, 1, 9, 8, tzinfo=UTC))
    write_article("meeting", published_at=datetime(2024, 10, 22, 5, tzinfo=UTC))
    write_article("later", published_at=datetime(2025, 3, 1, 8, tzinfo=UTC))


def entries_of(client, query="", address=ADDRESS):
    """Each entry's day and what it says first."""
    tree = tree_of(client.get(address + query))
    return [
        (one(entry, ".//time").get("datetime"), texts(entry, ".//p[not(@class='moment')]")[0])
        for entry in tree.xpath(ENTRIES)
    ]


def answer_to(client, query):
    return client.get(ADDRESS + query).status_code


# --- What stands in it ---------------------------------------------------------------------------


def test_chronology_mixes_events_and_articles_by_day(client, chronicle):
    assert entries_of(client, "?year=2024") == [
        ("2024-01-01", "Joined"),
        ("2024-01-09", "Headline of joining"),
        ("2024-10-22", "Met"),
        ("2024-10-22", "Headline of meeting"),
    ]


def test_entries_of_a_day_stand_in_the_order_they_were_made(client, record, write_article):
    at = datetime(2024, 5, 1, 8, tzinfo=UTC)
    write_article("second", published_at=at + timedelta(hours=1))
    write_article("first", published_at=at)
    write_article("third", published_at=at + timedelta(hours=1))
    record(date(2024, 5, 1), "B")
    record(date(2024, 5, 1), "A")

    said = [text.removeprefix("Headline of ") for _day, text in entries_of(client)]

    assert said == ["B", "A", "first", "second", "third"]


def test_year_of_many_articles_shows_its_newest_and_leads_to_the_others(
    client, record, write_article, monkeypatch
):
    monkeypatch.setattr(chronology_module, "MOST_ARTICLES", 2)
    record(date(2024, 1, 1), "Joined")
    for day in range(1, 5):
        write_article(f"piece-{day}", published_at=datetime(2024, 2, day, 8, tzinfo=UTC))

    tree = tree_of(client.get(ADDRESS))
    [link] = tree.xpath("//section[h2[@id='chronology']]/p[@class='more']/a")
    earlier = tree_of(client.get(ADDRESS + link.get("href")))
    twin = client.get("/en/files/iran-brics.md").text

    assert texts(tree, f"{ENTRIES}//a[starts-with(@href, '/en/')]") == [
        "Headline of piece-3",
        "Headline of piece-4",
    ]
    assert link.text_content() == "Earlier articles of 2024"
    assert texts(earlier, "//section[h2[@id='articles']]//h3") == [
        "Headline of piece-2",
        "Headline of piece-1",
    ]
    assert (
        f"[Earlier articles of 2024](https://journal.test/en/files/iran-brics.md{link.get('href')})"
        in twin
    )


def test_year_that_has_room_leads_nowhere(client, write_article, monkeypatch):
    monkeypatch.setattr(chronology_module, "MOST_ARTICLES", 2)
    for day in range(1, 3):
        write_article(f"piece-{day}", published_at=datetime(2024, 2, day, 8, tzinfo=UTC))

    tree = tree_of(client.get(ADDRESS))

    assert len(tree.xpath(ENTRIES)) == 2
    assert tree.xpath("//section[h2[@id='chronology']]/p[@class='more']") == []


def test_article_of_the_chronology_is_a_link_and_called_an_article(client, chronicle):
    tree = tree_of(client.get(f"{ADDRESS}?year=2024"))

    articles = "//ol[@class='chronology']/li[@class='of-article']"
    links = tree.xpath(f"{articles}//a")
    assert [(link.text_content(), link.get("href")) for link in links] == [
        ("Headline of joining", "/en/articles/joining/"),
        ("Headline of meeting", "/en/articles/meeting/"),
    ]
    assert texts(tree, f"{articles}/p[1]") == ["9 January 2024 Article", "22 October 2024 Article"]
    assert texts(tree, f"{ENTRIES}[@class='of-event']/time") == [
        "1 January 2024",
        "22 October 2024",
    ]


def test_chronology_says_which_article_is_open_at_this_instant(
    client, write_article, now, time_machine
):
    until = now + timedelta(hours=1)
    write_article("gated")
    write_article("open", access="everyone")
    write_article("free-until", free_until=until)
    marked = f"{ENTRIES}[p[@class='open-label']]/p[@class='moment-headline']"

    time_machine.move_to(until - timedelta(microseconds=1), tick=False)
    before = texts(tree_of(client.get(ADDRESS)), marked)
    time_machine.move_to(until, tick=False)
    then = texts(tree_of(client.get(ADDRESS)), marked)

    assert before == ["Headline of open", "Headline of free-until"]
    assert then == ["Headline of open"]


def test_chronology_holds_the_pages_language_and_the_file_alone(client, chronicle, write_article):
    at = datetime(2024, 2, 1, 8, tzinfo=UTC)
    other = TopicFile.objects.create(slug="other", name_en="Other", name_fr="Autre")
    write_article("ailleurs", language="fr", files=[other], published_at=at)
    write_article("en-francais", language="fr", published_at=at)

    assert entries_of(client, "?year=2024", "/fr/files/iran-brics/") == [
        ("2024-01-01", "Joined (fr)"),
        ("2024-02-01", "Headline of en-francais"),
        ("2024-10-22", "Met (fr)"),
    ]


def test_chronology_shows_no_article_before_its_instant(client, write_article, now, time_machine):
    at = now + timedelta(hours=1)
    write_article("scheduled", published_at=at)
    for status in ["draft", "in_review", "withdrawn"]:
        write_article(status, status=status)

    time_machine.move_to(at - timedelta(microseconds=1), tick=False)
    before = tree_of(client.get(ADDRESS)).xpath(ENTRIES)
    time_machine.move_to(at, tick=False)
    then = entries_of(client)

    assert before == []
    assert [text for _day, text in then] == ["Headline of scheduled"]


@pytest.mark.parametrize("who", ["outsider", "subscriber"])
def test_chronology_holds_no_text_of_an_article(who, client, article, request):
    if who == "subscriber":
        client.force_login(request.getfixturevalue(who))

    page = client.get(f"{ADDRESS}?show=articles").content.decode()

    assert TEASER not in page
    assert GATED not in page


# --- Years ---------------------------------------------------------------------------------------


def test_years_are_those_of_events_and_articles_newest_first(client, chronicle):
    tree = tree_of(client.get(ADDRESS))

    assert texts(tree, YEARS) == ["2025", "2024", "2022"]
    assert texts(tree, f"{YEARS[:-1]}a[@aria-current='page']") == ["2025"]
    assert [link.get("href") for link in tree.xpath(YEARS)] == [
        f"{ADDRESS}?year={year}#chronology" for year in [2025, 2024, 2022]
    ]
    assert entries_of(client) == [("2025-03-01", "Headline of later")]


def test_year_leads_to_the_years_beside_it(client, chronicle):
    def turns(query):
        return texts(tree_of(client.get(ADDRESS + query)), "//nav[@aria-label='Other years']/a")

    assert turns("?year=2025") == ["Earlier: 2024"]
    assert turns("?year=2024") == ["Earlier: 2022", "Later: 2025"]
    assert turns("?year=2022") == ["Later: 2024"]


def test_single_year_has_no_way_to_others(client, article):
    tree = tree_of(client.get(ADDRESS))

    assert len(tree.xpath(ENTRIES)) == 1
    assert tree.xpath(YEARS) == tree.xpath("//nav[@aria-label='Other years']") == []


def test_year_of_an_article_is_that_of_the_time_zone(client, write_article):
    new_year = datetime(2024, 12, 31, 23, tzinfo=UTC)  # midnight in Paris
    write_article("before", published_at=new_year - timedelta(microseconds=1))
    write_article("after", published_at=new_year)

    assert entries_of(client, "?year=2024") == [("2024-12-31", "Headline of before")]
    assert entries_of(client, "?year=2025") == [("2025-01-01", "Headline of after")]


def test_year_without_anything_is_404(client, chronicle):
    years = ["2023", "20244", "x", "2024x", "02024", "\u0662\u0660\u0662\u0664", "2024\x00"]
    asked = [f"?year={quote(year)}{show}" for year in years for show in ["", "&show=articles"]]

    assert {each: answer_to(client, each) for each in asked} == dict.fromkeys(asked, 404)


def test_year_of_the_chronology_has_the_files_own_address(client, chronicle):
    for query in ["?year=2024", "?show=articles", "?year=2024&show=articles"]:
        tree = tree_of(client.get(ADDRESS + query))

        canonical = one(tree, "//link[@rel='canonical']").get("href")
        assert canonical == f"https://journal.test{ADDRESS}"


# --- Articles only -------------------------------------------------------------------------------


def test_articles_only_leaves_the_events_out(client, chronicle):
    assert entries_of(client, "?show=articles") == [("2025-03-01", "Headline of later")]
    assert entries_of(client, "?year=2024&show=articles") == [
        ("2024-01-09", "Headline of joining"),
        ("2024-10-22", "Headline of meeting"),
    ]


def test_articles_only_keeps_to_the_years_that_have_some(client, chronicle):
    tree = tree_of(client.get(f"{ADDRESS}?show=articles"))

    assert [link.get("href") for link in tree.xpath(YEARS)] == [
        f"{ADDRESS}?year={year}&show=articles#chronology" for year in [2025, 2024]
    ]
    assert answer_to(client, "?year=2022&show=articles") == 404


@pytest.mark.parametrize(
    "query, current, addresses",
    [
        ("?year=2024", 0, ["?year=2024", "?year=2024&show=articles"]),
        ("?year=2024&show=articles", 1, ["?year=2024", "?year=2024&show=articles"]),
        ("?year=2022", 0, ["?year=2022", "?show=articles"]),
    ],
)
def test_choice_of_what_to_show_keeps_the_year(query, current, addresses, client, chronicle):
    links = tree_of(client.get(ADDRESS + query)).xpath(SHOW)

    assert [link.text_content() for link in links] == ["Events and articles", "Articles only"]
    assert [link.get("href") for link in links] == [f"{ADDRESS}{q}#chronology" for q in addresses]
    assert links[current].get("aria-current") == "true"
    assert links[1 - current].get("aria-current") is None


@pytest.mark.parametrize("show", ["events", "Articles", "articles ", "articles\x00"])
def test_unknown_choice_of_what_to_show_is_404(show, client, chronicle):
    assert answer_to(client, f"?show={quote(show)}") == 404


def test_every_link_of_the_chronology_answers(client, chronicle):
    for query in ["", "?year=2022", "?show=articles", "?year=2024&show=articles"]:
        section = one(
            tree_of(client.get(ADDRESS + query)), "//section[@aria-labelledby='chronology']"
        )
        ours = [href for href in section.xpath(".//a/@href") if href.startswith("/")]

        assert len(ours) > 3
        assert {client.get(href).status_code for href in ours} == {200}


# --- Nothing to show -----------------------------------------------------------------------------


def test_file_of_events_alone_offers_no_choice_and_says_what_is_missing(client, record):
    record(date(2024, 1, 1))

    tree = tree_of(client.get(ADDRESS))
    asked = tree_of(client.get(f"{ADDRESS}?show=articles"))

    empty = "//section[@aria-labelledby='chronology']/p[@class='empty']"
    assert tree.xpath(SHOW) == []
    assert texts(asked, empty) == ["No article of this file is published in this language yet."]
    assert [link.get("href") for link in asked.xpath(SHOW)] == [
        f"{ADDRESS}#chronology",
        f"{ADDRESS}?show=articles#chronology",
    ]


def test_file_without_anything_says_so(client, topic_file):
    tree = tree_of(client.get(ADDRESS))

    empty = "//section[@aria-labelledby='chronology']/p[@class='empty']"
    assert texts(tree, empty) == ["No event is recorded yet."]
    assert tree.xpath("//p[contains(@class, 'to-chronology')]") == []


# --- Its price -----------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("show, queries", [(None, 3), ("articles", 2)])
def test_chronology_takes_as_many_queries_for_three_rows_as_for_one(
    rows, show, queries, record, write_article, topic_file, now, django_assert_num_queries
):
    for number in range(1, rows + 1):
        record(date(2024, 1, number))
        write_article(f"new-{number}", published_at=datetime(2024, 2, number, tzinfo=UTC))
        write_article(f"old-{number}", published_at=datetime(2023, 2, number, tzinfo=UTC))
    articles = Article.objects.published(now).of_file(topic_file)

    with django_assert_num_queries(queries):
        found = chronology(topic_file, articles, now, year=None, show=show)
        addresses = [entry.article.get_absolute_url() for entry in found.entries if entry.article]

    assert (len(addresses), len(found.years)) == (rows, 2)
