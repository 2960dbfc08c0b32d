"""The pages of the journal, as readers meet them."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from eurasia.newsroom import vault, views
from eurasia.newsroom.models import (
    Article,
    ArticleContributor,
    ArticleFile,
    Contributor,
    Event,
    FileParty,
    FullText,
    Party,
    TopicFile,
)
from tests.cast import GATED, GATED_NOTE, TEASER

OUTSIDE = ["outsider", "registered", "lapsed"]


def tree_of(response):
    return html.document_fromstring(response.content.decode())


def words_of(tree):
    return " ".join(tree.text_content().split())


def one(tree, path):
    [found] = tree.xpath(path)
    return found


def texts(tree, path):
    return [" ".join(each.text_content().split()) for each in tree.xpath(path)]


def headlines(response):
    return texts(tree_of(response), "//article[@class='card']//h3")


def sign_in(client, who, request):
    if who != "outsider":
        client.force_login(request.getfixturevalue(who))


def queries_of(client, address):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(address)
    assert response.status_code == 200
    return [query["sql"] for query in captured]


@pytest.fixture
def write_many(write_article, now):
    """Writes `count` articles: number 0 is the newest, each a minute older than the one before."""

    def write(count, **values):
        return [
            write_article(
                f"number-{number}", published_at=now - timedelta(minutes=number + 1), **values
            )
            for number in range(count)
        ]

    return write


# --- The front page ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "language, title",
    [
        ("en", "EurasiaPeace: a journal of international relations"),
        ("fr", "EurasiaPeace\u202f: un journal de relations internationales"),
    ],
)
def test_front_says_what_it_is_in_the_type_of_its_language(language, title, client, db):
    tree = tree_of(client.get(f"/{language}/"))

    assert tree.findtext(".//title") == title
    assert tree.xpath("//meta[@property='og:title']/@content") == [title]


def test_front_shows_nine_articles_newest_first_and_the_way_to_all(client, write_many):
    write_many(10)

    response = client.get("/en/")

    assert headlines(response) == [f"Headline of number-{number}" for number in range(9)]
    assert one(tree_of(response), "//p[@class='more']/a").get("href") == "/en/articles/"


def test_front_with_nine_articles_leads_to_no_more(client, write_many):
    write_many(9)

    response = client.get("/en/")

    assert len(headlines(response)) == 9
    assert tree_of(response).xpath("//p[@class='more']") == []


def test_front_holds_the_pages_language_only(client, write_article):
    write_article("in-english")
    write_article("en-francais", language="fr")

    english, french = client.get("/en/"), client.get("/fr/")

    assert headlines(english) == ["Headline of in-english"]
    assert headlines(french) == ["Headline of en-francais"]


def test_front_names_the_files_we_follow_in_order(client, topic_file):
    first = TopicFile.objects.create(slug="first", name_en="First", name_fr="Premier", position=0)
    TopicFile.objects.create(slug="over", name_en="Over", name_fr="Clos", status="closed")
    topic_file.position = 7
    topic_file.save()
    for position, name in [(1, "Bloc"), (0, "State")]:
        party = Party.objects.create(slug=name.lower(), name_en=name, name_fr=f"{name}-fr")
        FileParty.objects.create(file=first, party=party, position=position)

    english, french = tree_of(client.get("/en/")), tree_of(client.get("/fr/"))

    names = "//ul[@class='files']/li//h3"
    assert texts(english, names) == ["First", "Relations between Iran and the BRICS"]
    assert texts(french, names) == ["Premier", "Relations entre l’Iran et les BRICS"]
    assert texts(english, "//ul[@class='parties']/li") == ["State", "Bloc"]
    assert texts(french, "//ul[@class='parties']/li") == ["State-fr", "Bloc-fr"]


def test_front_calls_an_outsider_to_subscribe(client, db):
    call = one(tree_of(client.get("/en/")), "//section[@class='subscribe-call']")

    assert "subscribe for free access to the full content" in words_of(call)
    assert one(call, ".//a").get("href") == "/en/subscribe/"


def test_front_calls_no_reader_who_is_signed_in(client, subscriber):
    client.force_login(subscriber)

    assert tree_of(client.get("/en/")).xpath("//section[@class='subscribe-call']") == []


def test_front_of_an_empty_journal_says_so(client, db):
    assert "No article is published in this language yet." in words_of(tree_of(client.get("/en/")))


OPEN = "//section[@class='front-open']"


def test_front_shows_three_open_articles_that_are_not_on_the_page_already(
    client, write_article, write_many, now
):
    write_article("open-above", access="everyone")
    write_many(8)
    for number in range(4):
        write_article(
            f"open-{number}", access="everyone", published_at=now - timedelta(days=number + 1)
        )
    write_article("ouvert", language="fr", access="everyone")
    write_article("gated", published_at=now - timedelta(days=1))

    tree = tree_of(client.get("/en/"))

    assert texts(tree, f"{OPEN}/h2") == ["Open to everyone"]
    assert texts(tree, f"{OPEN}//h3") == [f"Headline of open-{number}" for number in range(3)]
    assert tree.xpath(f"{OPEN}//h3/a/@href")[0] == "/en/articles/open-0/"


def test_front_shows_an_article_as_open_until_its_instant(
    client, write_article, write_many, now, time_machine
):
    until = now + timedelta(hours=1)
    write_many(9)
    write_article("free", free_until=until, published_at=now - timedelta(days=1))

    time_machine.move_to(until - timedelta(microseconds=1), tick=False)
    before = texts(tree_of(client.get("/en/")), f"{OPEN}//h3")
    time_machine.move_to(until, tick=False)
    then = tree_of(client.get("/en/")).xpath(OPEN)

    assert (before, then) == (["Headline of free"], [])


def test_front_has_no_section_of_open_articles_where_all_stand_above(client, write_article):
    write_article("open", access="everyone")
    write_article("gated")

    assert tree_of(client.get("/en/")).xpath(OPEN) == []


def test_card_says_what_is_open_to_everyone(client, write_article):
    write_article("gated")
    write_article("open", access="everyone")

    tree = tree_of(client.get("/en/articles/"))

    marked = "//article[.//span[@class='open-label']]//h3"
    assert texts(tree, marked) == ["Headline of open"]


# --- Lists and their pages -----------------------------------------------------------------------

LISTS = ["/en/articles/", "/en/files/iran-brics/", "/en/contributors/iran-desk/"]


def more_of(response):
    found = tree_of(response).xpath("//p[@class='more']/a")
    return found[0].get("href") if found else None


@pytest.mark.parametrize("address", LISTS)
def test_list_shows_twelve_and_the_rest_after_show_more(address, client, write_many):
    articles = write_many(14)

    first = client.get(address)
    second = client.get(address + more_of(first))

    twelfth = articles[11]
    microseconds = round(twelfth.published_at.timestamp() * 1_000_000)
    assert headlines(first) == [article.headline for article in articles[:12]]
    assert more_of(first) == f"?before={microseconds}-{twelfth.pk}"
    assert headlines(second) == [article.headline for article in articles[12:]]
    assert more_of(second) is None


@pytest.mark.parametrize("address", LISTS)
def test_list_of_twelve_is_one_page(address, client, write_many):
    write_many(12)

    response = client.get(address)

    assert len(headlines(response)) == 12
    assert more_of(response) is None


def test_list_goes_on_in_order_where_moments_are_the_same(client, write_article, now):
    at = now - timedelta(hours=1)
    for number in range(14):
        write_article(f"number-{number:02}", published_at=at)

    first = client.get("/en/articles/")
    second = client.get("/en/articles/" + more_of(first))

    shown = headlines(first) + headlines(second)
    assert shown == [f"Headline of number-{number:02}" for number in reversed(range(14))]


def test_list_repeats_nothing_when_an_article_appears_meanwhile(client, write_many, write_article):
    write_many(13)
    first = client.get("/en/articles/")
    write_article("fresh", published_at=datetime.now(UTC))

    second = client.get("/en/articles/" + more_of(first))

    assert headlines(second) == ["Headline of number-12"]


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "1",
        "1-",
        "-1",
        "1-2-3",
        " 1-2",
        "1-2 ",
        "1.5-2",
        "\u0661-\u0662",
        "1" * 19 + "-1",
        "1-" + "1" * 19,
        "9" * 18 + "-1",
        "-" + "9" * 18 + "-1",
        "1-2'--",
        "1-2\x00",
    ],
)
def test_malformed_cursor_is_404(address, cursor, client, article):
    response = client.get(f"{address}?before={quote(cursor)}")

    assert response.status_code == 404
    assert "This page does not exist" in words_of(tree_of(response))


def test_list_after_its_end_is_empty(client, article):
    response = client.get("/en/articles/?before=0-1")

    assert response.status_code == 200
    assert headlines(response) == []


@pytest.mark.parametrize("address", [*LISTS, "/en/"])
def test_list_holds_only_what_is_published_at_this_instant(
    address, client, write_article, now, time_machine
):
    at = now + timedelta(hours=1)
    write_article("published")
    write_article("scheduled", published_at=at)
    write_article("draft", status="draft")
    write_article("reviewed", status="in_review")
    write_article("withdrawn", status="withdrawn")

    time_machine.move_to(at - timedelta(microseconds=1), tick=False)
    before = headlines(client.get(address))
    time_machine.move_to(at, tick=False)
    then = headlines(client.get(address))

    assert before == ["Headline of published"]
    assert then == ["Headline of scheduled", "Headline of published"]


@pytest.mark.parametrize("who", [*OUTSIDE, "subscriber"])
@pytest.mark.parametrize("address", [*LISTS, "/en/", "/en/files/"])
def test_no_list_shows_a_full_text(who, address, client, article, request):
    sign_in(client, who, request)

    page = client.get(address).content.decode()

    assert GATED not in page
    assert GATED_NOTE not in page


# --- How many queries a list takes ---------------------------------------------------------------

#: The literal number, whether one row or three stand in the list.
QUERIES = {
    "/en/": 9,
    "/en/articles/": 4,
    "/en/files/": 3,
    "/en/files/iran-brics/": 14,
    "/en/contributors/iran-desk/": 7,
}


def write_a_row(write_article, number):
    """An article with two files of two parties, two bylines, and an event of its first file."""
    files = []
    for letter in "ab":
        file, _created = TopicFile.objects.get_or_create(
            slug=f"file-{number}-{letter}", defaults={"name_en": "A file", "name_fr": "Un dossier"}
        )
        files.append(file)
        for state in ["one", "two"]:
            party, _created = Party.objects.get_or_create(
                slug=state, defaults={"name_en": state, "name_fr": state}
            )
            FileParty.objects.create(file=file, party=party)
    iran_brics = TopicFile.objects.get(slug="iran-brics")
    article = write_article(f"number-{number}", files=[iran_brics, *files])
    second = Contributor.objects.create(slug=f"second-{number}", name="Second")
    ArticleContributor.objects.create(article=article, contributor=second, position=1)
    write_article(f"numero-{number}", language="fr", files=[iran_brics])
    Event.objects.create(
        file=iran_brics,
        on=date(2024, 1, number + 1),
        text_en="Something happened.",
        text_fr="Quelque chose arriva.",
        source_title="Gazette",
        source_url="https://gazette.example/",
    )


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("address", QUERIES)
def test_list_takes_as_many_queries_for_three_rows_as_for_one(
    address, rows, client, write_article, topic_file
):
    for number in range(rows):
        write_a_row(write_article, number)

    queries = queries_of(client, address)

    assert len(queries) == QUERIES[address], queries


# --- The list of files ---------------------------------------------------------------------------


def test_file_list_parts_followed_files_from_closed_ones(client, topic_file):
    TopicFile.objects.create(slug="over", name_en="Over", name_fr="Clos", status="closed")

    english, french = tree_of(client.get("/en/files/")), tree_of(client.get("/fr/files/"))

    followed = "//section[@aria-labelledby='followed']//h3"
    closed = "//section[@aria-labelledby='closed']//h3"
    assert texts(english, followed) == ["Relations between Iran and the BRICS"]
    assert texts(english, closed) == ["Over"]
    assert texts(french, followed) == ["Relations entre l’Iran et les BRICS"]
    assert texts(french, closed) == ["Clos"]
    assert one(english, f"{followed}/a").get("href") == "/en/files/iran-brics/"
    assert one(french, f"{followed}/a").get("href") == "/fr/files/iran-brics/"


def test_file_list_of_an_empty_journal_says_so(client, db):
    page = words_of(tree_of(client.get("/en/files/")))

    assert "No file is followed at the moment." in page


# --- A file --------------------------------------------------------------------------------------


@pytest.fixture
def chronicle(topic_file):
    """Events in three years, one of them with two on a day."""
    for on, text in [
        (date(2023, 8, 24), "Invited"),
        (date(2025, 7, 6), "Summit"),
        (date(2024, 1, 1), "Second of the year"),
        (date(2024, 1, 1), "Third of the year"),
        (date(2024, 10, 22), "Fourth of the year"),
    ]:
        Event.objects.create(
            file=topic_file,
            on=on,
            text_en=text,
            text_fr=f"{text} (fr)",
            source_title="Gazette",
            source_url=f"https://gazette.example/{on}",
        )


EVENTS = "//ol[@class='chronology']/li/p[1]"


def test_file_shows_its_introduction_parties_and_articles(client, topic_file, article):
    topic_file.introduction_en = "<p>What it is <em>about</em>.</p>"
    topic_file.introduction_fr = "<p>De quoi il <em>s’agit</em>.</p>"
    topic_file.save()
    party = Party.objects.create(slug="iran", name_en="Iran", name_fr="L’Iran")
    FileParty.objects.create(file=topic_file, party=party)

    english = client.get("/en/files/iran-brics/")
    french = tree_of(client.get("/fr/files/iran-brics/"))

    tree = tree_of(english)
    assert texts(tree, "//h1") == ["Relations between Iran and the BRICS"]
    assert texts(tree, "//div[@class='intro']") == ["What it is about."]
    assert texts(tree, "//ul[@class='parties']/li") == ["Iran"]
    assert headlines(english) == ["Headline of the-crossing"]
    assert texts(french, "//h1") == ["Relations entre l’Iran et les BRICS"]
    assert texts(french, "//div[@class='intro']") == ["De quoi il s’agit."]
    assert texts(french, "//ul[@class='parties']/li") == ["L’Iran"]


def test_file_shows_the_newest_year_of_its_chronology(client, chronicle):
    tree = tree_of(client.get("/en/files/iran-brics/"))

    assert texts(tree, EVENTS) == ["Summit"]
    assert texts(tree, "//ul[@class='years']//a") == ["2025", "2024", "2023"]
    assert texts(tree, "//ul[@class='years']//a[@aria-current='page']") == ["2025"]
    assert one(tree, "//p[@class='source']/a").get("href") == "https://gazette.example/2025-07-06"


def test_file_shows_the_year_asked_for_in_order(client, chronicle):
    english = tree_of(client.get("/en/files/iran-brics/?year=2024"))
    french = tree_of(client.get("/fr/files/iran-brics/?year=2024"))

    expected = ["Second of the year", "Third of the year", "Fourth of the year"]
    assert texts(english, EVENTS) == expected
    assert texts(french, EVENTS) == [f"{text} (fr)" for text in expected]


@pytest.mark.parametrize(
    "year", ["2022", "20244", "x", "2024x", "\u0662\u0660\u0662\u0664", "-2024", "2024\x00"]
)
def test_year_without_events_is_404(year, client, chronicle):
    assert client.get(f"/en/files/iran-brics/?year={quote(year)}").status_code == 404


def test_file_without_events_says_so(client, topic_file):
    page = words_of(tree_of(client.get("/en/files/iran-brics/")))

    assert "No event is recorded yet." in page
    assert "No article of this file is published in this language yet." in page


def test_file_holds_no_article_of_another(client, write_article, topic_file):
    other = TopicFile.objects.create(slug="other", name_en="Other", name_fr="Autre")
    write_article("elsewhere", files=[other])

    assert headlines(client.get("/en/files/iran-brics/")) == []
    assert headlines(client.get("/en/files/other/")) == ["Headline of elsewhere"]


UNTRANSLATED = "//section[@aria-labelledby='untranslated']//a"


def test_file_links_to_what_is_not_translated(client, write_article):
    write_article("english-only", work="one")
    write_article("french-draft", language="fr", work="one", status="draft")
    write_article("both", work="two")
    write_article("les-deux", language="fr", work="two")
    write_article("hidden", work="three", status="draft")

    french = tree_of(client.get("/fr/files/iran-brics/"))
    english = tree_of(client.get("/en/files/iran-brics/"))

    link = one(french, UNTRANSLATED)
    assert link.text_content() == "Headline of english-only"
    assert (link.get("href"), link.get("lang"), link.get("hreflang")) == (
        "/en/articles/english-only/",
        "en",
        "en",
    )
    assert english.xpath(UNTRANSLATED) == []


def test_file_links_to_twenty_untranslated_articles_at_most(client, write_many):
    write_many(21)

    links = texts(tree_of(client.get("/fr/files/iran-brics/")), UNTRANSLATED)

    assert links == [f"Headline of number-{number}" for number in range(20)]


@pytest.mark.parametrize("looked_through, found", [(2, 0), (3, 1)])
def test_untranslated_articles_are_looked_for_among_the_newest(
    looked_through, found, client, write_article, monkeypatch, now
):
    monkeypatch.setattr(views, "LOOKED_THROUGH", looked_through)
    write_article("alone", published_at=now - timedelta(days=1))
    for work in ["one", "two"]:
        write_article(f"english-{work}", work=work)
        write_article(f"french-{work}", work=work, language="fr")

    assert len(tree_of(client.get("/fr/files/iran-brics/")).xpath(UNTRANSLATED)) == found


# --- A contributor, and pages that stand still ---------------------------------------------------


def test_contributor_has_a_page_in_both_languages(client, write_article):
    write_article("in-english")
    write_article("en-francais", language="fr")
    desk = Contributor.objects.get(slug="iran-desk")
    desk.about_en, desk.about_fr = "<p>Writes on Iran.</p>", "<p>Écrit sur l’Iran.</p>"
    desk.save()

    english = client.get("/en/contributors/iran-desk/")
    french = client.get("/fr/contributors/iran-desk/")

    assert texts(tree_of(english), "//h1") == ["Iran desk"]
    assert texts(tree_of(english), "//div[@class='intro']") == ["Writes on Iran."]
    assert headlines(english) == ["Headline of in-english"]
    assert texts(tree_of(french), "//div[@class='intro']") == ["Écrit sur l’Iran."]
    assert headlines(french) == ["Headline of en-francais"]


def test_contributor_without_a_language_has_an_empty_list_and_a_way_to_the_other(client, article):
    response = client.get("/fr/contributors/iran-desk/")

    tree = tree_of(response)
    assert (response.status_code, headlines(response)) == (200, [])
    assert tree.xpath("//section[@class='contributor-files']") == []
    assert tree.xpath("//main//p[contains(@class, 'contributor-counts')]/a/@href") == [
        "/en/contributors/iran-desk/"
    ]


def test_contributor_who_has_written_nothing_has_no_count_and_no_files(client, db):
    Contributor.objects.create(slug="new", name="New")

    tree = tree_of(client.get("/en/contributors/new/"))

    assert texts(tree, "//main//p[@class='empty']") == [
        "No article is published in this language yet."
    ]
    assert tree.xpath("//p[contains(@class, 'contributor-counts')]") == []
    assert tree.xpath("//section[@class='contributor-files']") == []


def test_contributors_articles_are_counted_and_their_files_named(
    client, write_article, topic_file, now
):
    other = TopicFile.objects.create(slug="other", name_en="Other", name_fr="Autre")
    TopicFile.objects.create(slug="unwritten", name_en="Unwritten", name_fr="Vierge")
    write_article("one", files=[topic_file, other])
    write_article("two", files=[other])
    write_article("draft", files=[topic_file], status="draft")
    write_article("scheduled", files=[topic_file], published_at=now + timedelta(hours=1))
    write_article("trois", files=[topic_file], language="fr")

    tree = tree_of(client.get("/en/contributors/iran-desk/"))

    counts = "//p[contains(@class, 'contributor-counts')]"
    files = "//section[@class='contributor-files']//li"
    assert texts(tree, f"{counts}/*") == ["2 articles", "1 article in French"]
    assert one(tree, f"{counts}/a").get("href") == "/fr/contributors/iran-desk/"
    assert texts(tree, files) == [
        "Other 2 articles",
        "Relations between Iran and the BRICS 1 article",
    ]
    assert one(tree, f"{files}[1]/a").get("href") == "/en/files/other/"


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("path", ["", "files/", "articles/", "archive/", "about/", "privacy/"])
def test_page_says_its_language_and_its_own_address(language, path, client, db):
    address = f"/{language}/{path}"

    response = client.get(address)

    tree = tree_of(response)
    other = "fr" if language == "en" else "en"
    assert response.status_code == 200
    assert response.headers["Content-Language"] == language
    assert tree.get("lang") == language
    assert one(tree, "//link[@rel='canonical']").get("href") == f"https://journal.test{address}"
    assert {
        link.get("hreflang"): link.get("href")
        for link in tree.xpath("//head/link[@rel='alternate'][@hreflang]")
    } == {
        **{code: f"https://journal.test/{code}/{path}" for code in [language, other]},
        "x-default": f"https://journal.test/en/{path}",
    }
    assert len(tree.xpath("//h1")) == 1
    assert tree.xpath(f"//nav//a[@hreflang='{other}']")[0].get("href") == f"/{other}/{path}"


@pytest.mark.parametrize(
    "path, english, french",
    [
        ("", "The files we follow", "Les dossiers que nous suivons"),
        ("about/", "About EurasiaPeace", "À propos"),
        ("privacy/", "No cookie is set.", "Aucun cookie"),
        ("subscribe/", "Subscription", "Abonnement"),
    ],
)
def test_page_speaks_its_language(path, english, french, client, topic_file):
    in_english = words_of(tree_of(client.get(f"/en/{path}")))
    in_french = words_of(tree_of(client.get(f"/fr/{path}")))

    assert english in in_english
    assert french in in_french
    assert english not in in_french


# --- An article ----------------------------------------------------------------------------------

ADDRESS = "/en/articles/the-crossing/"


def test_article_shows_everyone_its_head_and_teaser(client, write_article, now):
    write_article(
        standfirst="A standfirst.",
        published_at=datetime(2024, 3, 5, 23, 30, tzinfo=UTC),
        revised_at=datetime(2024, 4, 1, 8, 0, tzinfo=UTC),
    )

    tree = tree_of(client.get(ADDRESS))

    assert texts(tree, "//h1") == ["Headline of the-crossing"]
    assert texts(tree, "//article//p[@class='standfirst']") == ["A standfirst."]
    assert texts(tree, "//ul[@class='labels']/li") == ["Relations between Iran and the BRICS"]
    assert texts(tree, "//article//a[@rel='author']") == ["Iran desk"]
    assert texts(tree, "//article//time") == ["6 March 2024", "1 April 2024"]
    assert "1 minute to read" in words_of(tree)
    assert texts(tree, "//div[@class='prose']") == [TEASER]


def test_article_counts_minutes_of_the_whole(client, write_article):
    write_article(body=f"<p>{'word ' * 1000}</p>")

    assert "5 minutes to read" in words_of(tree_of(client.get(ADDRESS)))


@pytest.mark.parametrize("who", OUTSIDE)
@pytest.mark.parametrize("suffix", ["", "?subscriber=1", "?print=1", "?format=json", "?x=%00"])
def test_article_gives_nobody_outside_its_full_text(who, suffix, client, article, request):
    sign_in(client, who, request)

    response = client.get(ADDRESS + suffix, headers={"accept": "*/*"})

    page = response.content.decode()
    assert response.status_code == 200
    assert TEASER in page
    assert GATED not in page
    assert GATED_NOTE not in page
    tree = tree_of(response)
    assert tree.xpath("//body//@*[contains(., 'fn-')]") == []
    assert tree.xpath("//section[@aria-labelledby='notes']") == []


def test_article_opens_for_a_subscriber(client, article, subscriber):
    client.force_login(subscriber)

    response = client.get(ADDRESS)

    tree = tree_of(response)
    assert texts(tree, "//div[@class='prose']") == [TEASER, f"{GATED}1"]
    assert texts(tree, "//ol[@class='notes']/li") == [f"{GATED_NOTE} ↩"]
    assert tree.xpath("//section[@class='wall']") == []
    assert response.headers["Cache-Control"] == "private, no-store"


def test_article_opens_for_an_editor(client, article, editor):
    client.force_login(editor)

    assert GATED in client.get(ADDRESS).content.decode()


def test_article_stays_shut_for_staff_without_the_permission(client, article, colleague):
    client.force_login(colleague)

    page = client.get(ADDRESS).content.decode()

    assert TEASER in page
    assert GATED not in page


def test_article_for_everyone_opens_for_an_outsider(client, write_article):
    write_article(access="everyone")

    tree = tree_of(client.get(ADDRESS))

    assert texts(tree, "//div[@class='prose']") == [TEASER, f"{GATED}1"]
    assert texts(tree, "//p[@class='open-label']") == ["Open to everyone"]
    assert tree.xpath("//section[@class='wall']") == []


def test_article_shuts_the_second_a_subscription_ends(
    client, article, subscriber, now, time_machine
):
    until = now + timedelta(hours=1)
    subscriber.subscriptions.update(ends_at=until)
    client.force_login(subscriber)

    time_machine.move_to(until - timedelta(microseconds=1), tick=False)
    before = client.get(ADDRESS).content.decode()
    time_machine.move_to(until, tick=False)
    then = client.get(ADDRESS).content.decode()

    assert GATED in before
    assert GATED not in then
    assert "Your subscription has ended." in then


# --- The wall ------------------------------------------------------------------------------------

WALLS = {
    ("outsider", "en"): [
        "The full text is for subscribers.",
        "Subscribe for free access to the full content.",
        "Take your subscription",
    ],
    ("registered", "en"): [
        "The full text is for subscribers.",
        "You are signed in, and one step is left: subscribe for free access to the full content.",
        "Take your subscription",
    ],
    ("lapsed", "en"): [
        "Your subscription has ended.",
        "Renew it to read on here: the full text of this article and of all the others.",
        "Renew your subscription",
    ],
    ("outsider", "fr"): [
        "Le texte intégral est réservé aux abonnés.",
        "Abonnez-vous gratuitement pour accéder à tout le contenu.",
        "Prendre votre abonnement",
    ],
    ("registered", "fr"): [
        "Le texte intégral est réservé aux abonnés.",
        "Vous êtes connecté, il reste un pas : "
        "abonnez-vous gratuitement pour accéder à tout le contenu.",
        "Prendre votre abonnement",
    ],
    ("lapsed", "fr"): [
        "Votre abonnement est terminé.",
        "Renouvelez-le pour poursuivre ici : "
        "le texte intégral de cet article et de tous les autres.",
        "Renouveler votre abonnement",
    ],
}


def parts_of_wall(tree):
    wall = one(tree, "//section[@class='wall']")
    return texts(wall, ".//h2") + texts(wall, ".//p[1]") + texts(wall, "./div/a")


@pytest.mark.parametrize("who", OUTSIDE)
def test_wall_says_in_english_what_to_do(who, client, article, request):
    sign_in(client, who, request)

    tree = tree_of(client.get(ADDRESS))

    assert parts_of_wall(tree) == WALLS[who, "en"]
    assert one(tree, "//section[@class='wall']/div/a").get("href") == (
        f"/en/subscribe/?next={ADDRESS}"
    )


GAINS = {
    "outsider": "Free of charge: an email address is all it takes",
    "registered": "Free of charge: your account is all it takes",
    "lapsed": "Free of charge: your account is all it takes",
}


@pytest.mark.parametrize("who", OUTSIDE)
def test_wall_says_what_one_gets_before_its_one_button(who, client, article, request):
    sign_in(client, who, request)

    wall = one(tree_of(client.get(ADDRESS)), "//section[@class='wall']")

    assert texts(wall, ".//ul[@class='gains']/li") == [
        "The full text of every article, with its notes",
        "In every file, in English and in French",
        GAINS[who],
    ]
    assert len(wall.xpath(".//a[@class='button']")) == 1


def test_wall_shows_an_outsider_the_way_to_sign_in(client, article):
    wall = one(tree_of(client.get(ADDRESS)), "//section[@class='wall']")

    other = one(wall, ".//p[@class='wall-other']")
    assert words_of(other) == "Already a subscriber? Sign in"
    assert one(other, "a").get("href") == f"/en/accounts/login/?next={ADDRESS}"


@pytest.mark.parametrize("who", ["registered", "lapsed"])
def test_wall_asks_no_reader_to_sign_in_again(who, client, article, request):
    sign_in(client, who, request)

    wall = one(tree_of(client.get(ADDRESS)), "//section[@class='wall']")

    assert "Sign in" not in words_of(wall)


@pytest.mark.parametrize("who", OUTSIDE)
def test_wall_speaks_french_on_a_french_page(who, client, write_article, request):
    write_article("le-passage", language="fr")
    sign_in(client, who, request)

    tree = tree_of(client.get("/fr/articles/le-passage/"))

    assert parts_of_wall(tree) == WALLS[who, "fr"]
    assert one(tree, "//section[@class='wall']/div/a").get("href") == (
        "/fr/subscribe/?next=/fr/articles/le-passage/"
    )


def test_wall_is_the_same_for_every_outsider_and_holds_no_form(client, article):
    wall = one(tree_of(client.get(ADDRESS)), "//section[@class='wall']")

    assert wall.xpath(".//form | .//input | .//button") == []


def test_article_says_on_paper_where_it_stands(client, article):
    line = one(tree_of(client.get(ADDRESS)), "//p[@class='on-paper']")

    assert "hidden" in line.attrib
    assert line.text_content() == f"https://journal.test{ADDRESS}"


# --- How many queries an article takes -----------------------------------------------------------


@pytest.fixture
def crowd(write_article, topic_file, now):
    """`count` published articles, each in the same file; the one asked for is amid them."""

    def write(count):
        middle = write_article("the-crossing", published_at=now - timedelta(minutes=count))
        others = Article.objects.bulk_create(
            Article(
                language="en",
                slug=f"number-{number}",
                headline=f"Number {number}",
                teaser="<p>Free.</p>",
                status="published",
                published_at=now - timedelta(minutes=2 * number + 1),
            )
            for number in range(count - 1)
        )
        ArticleFile.objects.bulk_create(
            ArticleFile(article=other, file=topic_file) for other in others
        )
        with vault.opened("desk"):
            FullText.objects.bulk_create(
                FullText(article=other, body=f"<p>{GATED}</p>", body_html=f"<p>{GATED}</p>")
                for other in others
            )
        assert Article.objects.count() == count
        return middle

    return write


def named_in(queries, tables):
    return [sql for sql in queries if any(f'"{table}"' in sql for table in tables)]


@pytest.mark.parametrize("count", [15, 1_500])
def test_outsiders_article_page_takes_few_queries_however_many_articles(count, client, crowd):
    crowd(count)

    queries = queries_of(client, ADDRESS)

    assert len(queries) == 2, queries
    assert named_in(queries, {"django_session", "accounts_user", *vault.tables()}) == []
    assert len(named_in(queries, {"newsroom_article"})) > 0


@pytest.mark.parametrize("count", [15, 1_500])
def test_subscribers_article_page_takes_few_queries_however_many_articles(
    count, client, crowd, subscriber
):
    crowd(count)
    client.force_login(subscriber)
    client.get("/en/about/")  # the visit is noted, once in five minutes

    queries = queries_of(client, ADDRESS)

    assert len(queries) == 5, queries
    assert len(named_in(queries, vault.tables())) == 1


# --- The other language --------------------------------------------------------------------------


def switch_of(tree, language):
    return one(tree, f"//header//nav//a[@hreflang='{language}']")


def test_article_links_to_its_translation(client, write_article):
    write_article("the-crossing", work="one")
    write_article("le-passage", language="fr", work="one")

    english = tree_of(client.get(ADDRESS))
    french = tree_of(client.get("/fr/articles/le-passage/"))

    assert switch_of(english, "fr").get("href") == "/fr/articles/le-passage/"
    assert switch_of(french, "en").get("href") == ADDRESS
    also = one(english, "//div[@class='article-facts']//a[@rel='alternate']")
    assert (also.text_content(), also.get("lang")) == ("Français", "fr")
    assert {
        link.get("hreflang"): link.get("href")
        for link in english.xpath("//head/link[@rel='alternate'][@hreflang]")
    } == {
        "en": f"https://journal.test{ADDRESS}",
        "fr": "https://journal.test/fr/articles/le-passage/",
        "x-default": f"https://journal.test{ADDRESS}",
    }


@pytest.mark.parametrize("values", [None, {"status": "draft"}, {"status": "withdrawn"}])
def test_article_without_translation_says_so(values, client, write_article):
    write_article("the-crossing", work="one")
    if values:
        write_article("le-passage", language="fr", work="one", **values)

    response = client.get(ADDRESS)

    tree = tree_of(response)
    switch = switch_of(tree, "fr")
    assert switch.get("href") == "/fr/"
    assert switch.get("title") == "This page is not translated: to the front page"
    assert tree.xpath("//head/link[@hreflang='fr']") == []
    assert "le-passage" not in response.content.decode()


def test_article_links_to_a_scheduled_translation_from_its_instant(
    client, write_article, now, time_machine
):
    at = now + timedelta(hours=1)
    write_article("the-crossing", work="one")
    write_article("le-passage", language="fr", work="one", published_at=at)

    time_machine.move_to(at - timedelta(microseconds=1), tick=False)
    before = switch_of(tree_of(client.get(ADDRESS)), "fr").get("href")
    time_machine.move_to(at, tick=False)
    then = switch_of(tree_of(client.get(ADDRESS)), "fr").get("href")

    assert (before, then) == ("/fr/", "/fr/articles/le-passage/")


def test_french_address_of_an_english_article_is_404_and_links_to_it(client, article):
    response = client.get("/fr/articles/the-crossing/")

    tree = tree_of(response)
    link = one(tree, "//main//a[@hreflang='en']")
    assert response.status_code == 404
    assert tree.get("lang") == "fr"
    assert (link.get("href"), link.text_content()) == (ADDRESS, "Headline of the-crossing")
    assert TEASER not in response.content.decode()


@pytest.mark.parametrize("status", ["draft", "in_review", "withdrawn"])
def test_french_address_of_what_is_unpublished_links_nowhere(status, client, write_article):
    write_article(status=status)

    response = client.get("/fr/articles/the-crossing/")

    assert response.status_code == 404
    assert tree_of(response).xpath("//main//a[@hreflang='en']") == []
    assert "Headline of the-crossing" not in response.content.decode()


# --- Previous and next ---------------------------------------------------------------------------


def neighbours_of(client, slug):
    tree = tree_of(client.get(f"/en/articles/{slug}/"))
    return [
        link.get("href").removeprefix("/en/articles/").strip("/")
        for rel in ["prev", "next"]
        for link in tree.xpath(f"//nav[@class='neighbours']//a[@rel='{rel}']")
    ]


def test_article_leads_to_its_neighbours_in_the_file(client, write_many):
    write_many(3)

    assert neighbours_of(client, "number-2") == ["number-1"]
    assert neighbours_of(client, "number-1") == ["number-2", "number-0"]
    assert neighbours_of(client, "number-0") == ["number-1"]


def test_neighbours_are_in_the_first_file_and_the_same_language_and_published(
    client, write_article, topic_file, now
):
    other = TopicFile.objects.create(slug="other", name_en="Other", name_fr="Autre")
    for number, (slug, values) in enumerate(
        {
            "oldest": {},
            "in-another-file": {"files": [other]},
            "in-french": {"language": "fr"},
            "draft": {"status": "draft"},
            "withdrawn": {"status": "withdrawn"},
            "middle": {"files": [topic_file, other]},
            "second-there": {"files": [other, topic_file]},
        }.items()
    ):
        write_article(slug, published_at=now - timedelta(hours=20 - number), **values)
    write_article("scheduled", published_at=now + timedelta(hours=1))

    assert neighbours_of(client, "middle") == ["oldest", "second-there"]


def test_neighbours_of_the_same_moment_go_by_number(client, write_article, now):
    at = now - timedelta(hours=1)
    for slug in ["one", "two", "three"]:
        write_article(slug, published_at=at)

    assert neighbours_of(client, "two") == ["one", "three"]


def test_article_without_a_file_has_no_neighbours(client, write_article):
    write_article("alone", files=[])
    write_article("other", files=[])

    assert neighbours_of(client, "alone") == []


# --- What is not there ---------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["outsider", "subscriber", "editor"])
def test_scheduled_article_is_404_until_its_instant(
    who, client, write_article, now, time_machine, request
):
    at = now + timedelta(hours=1)
    write_article(published_at=at)
    sign_in(client, who, request)

    time_machine.move_to(at - timedelta(microseconds=1), tick=False)
    before = client.get(ADDRESS)
    time_machine.move_to(at, tick=False)
    then = client.get(ADDRESS)

    assert (before.status_code, then.status_code) == (404, 200)
    assert "Headline of the-crossing" not in before.content.decode()


@pytest.mark.parametrize("who", ["outsider", "subscriber", "editor"])
@pytest.mark.parametrize("status", ["draft", "in_review"])
def test_unpublished_article_is_404(who, status, client, write_article, request):
    write_article(status=status)
    sign_in(client, who, request)

    response = client.get(ADDRESS)

    page = response.content.decode()
    assert response.status_code == 404
    assert texts(tree_of(response), "//h1") == ["This page does not exist"]
    assert TEASER not in page
    assert GATED not in page
    assert "Headline of the-crossing" not in page


@pytest.mark.parametrize("who", ["outsider", "subscriber", "editor"])
def test_withdrawn_article_is_410(who, client, write_article, request):
    write_article(status="withdrawn")
    sign_in(client, who, request)

    response = client.get(ADDRESS)

    page = response.content.decode()
    assert response.status_code == 410
    assert texts(tree_of(response), "//h1") == ["This article has been withdrawn"]
    assert TEASER not in page
    assert GATED not in page
    assert "Headline of the-crossing" not in page


@pytest.mark.parametrize(
    "address",
    [
        "/de/",
        "/en/nowhere/",
        "/en/files/no-such-file/",
        "/en/articles/no-such-article/",
        "/en/contributors/nobody/",
        "/en/files/no-such-file/feed/",
        "/en/articles/no-such-article/pictures/1/",
        "/en/articles/the-crossing/pictures/1/",
        "/en/articles/the-crossing/amp/",
        "/en/articles/THE-CROSSING/",
        "/en/articles/the-crossing.html",
        "/nowhere",
    ],
)
def test_unknown_address_is_a_styled_404(address, client, article):
    response = client.get(address)

    tree = tree_of(response)
    assert response.status_code == 404
    assert texts(tree, "//h1") == ["This page does not exist"]
    assert tree.get("lang") == "en"
    assert one(tree, "//meta[@name='robots']").get("content") == "noindex"
    assert tree.xpath("//style") != []
    assert switch_of(tree, "fr").get("href") == "/fr/"


@pytest.mark.parametrize(
    "address", ["/fr/nulle-part/", "/fr/files/inconnu/", "/fr/articles/inconnu/"]
)
def test_unknown_address_under_french_is_a_french_404(address, client, db):
    response = client.get(address)

    tree = tree_of(response)
    assert response.status_code == 404
    assert tree.get("lang") == "fr"
    assert texts(tree, "//h1") != ["This page does not exist"]


def test_address_without_its_slash_leads_to_the_one_with(client, article):
    response = client.get("/en/articles/the-crossing")

    assert (response.status_code, response.url) == (301, ADDRESS)


def test_pages_of_an_outsider_name_no_cookie(client, article):
    client.get(ADDRESS)

    assert settings.SESSION_COOKIE_NAME not in client.cookies
    assert dict(client.cookies) == {}
