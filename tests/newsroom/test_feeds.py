"""Feeds of teasers: well formed, the same for everybody, with the site's own addresses."""

from datetime import UTC, datetime, timedelta

import feedparser
import pytest

from eurasia.newsroom.models import TopicFile
from tests.cast import GATED, GATED_NOTE, TEASER

FEEDS = ["/en/feed/", "/en/files/iran-brics/feed/"]


def parsed(response):
    feed = feedparser.parse(response.content)
    assert (response.status_code, feed.bozo) == (200, 0)
    return feed


def titles(response):
    return [entry.title for entry in parsed(response).entries]


def test_feed_tells_who_it_is(client, article):
    english, french = parsed(client.get("/en/feed/")), parsed(client.get("/fr/feed/"))

    assert english.version == "atom10"
    assert (english.feed.title, english.feed.language) == ("EurasiaPeace", "en")
    assert english.feed.links[0].href == "https://journal.test/en/"
    assert french.feed.language == "fr"
    assert french.feed.links[0].href == "https://journal.test/fr/"


def test_feed_of_a_file_bears_the_files_name(client, topic_file):
    english = parsed(client.get("/en/files/iran-brics/feed/"))
    french = parsed(client.get("/fr/files/iran-brics/feed/"))

    assert english.feed.title == "EurasiaPeace – Relations between Iran and the BRICS"
    assert english.feed.links[0].href == "https://journal.test/en/files/iran-brics/"
    assert french.feed.title == "EurasiaPeace – Relations entre l’Iran et les BRICS"


@pytest.mark.parametrize("address", FEEDS)
def test_feed_has_an_own_address_of_the_site(address, client, article):
    feed = parsed(client.get(address, headers={"host": "testserver"}))

    [itself] = [link.href for link in feed.feed.links if link.rel == "self"]
    assert itself == f"https://journal.test{address}"


@pytest.mark.parametrize("address", FEEDS)
def test_entry_holds_what_a_reader_wants_to_know(address, client, write_article):
    write_article(
        headline="Tea & <trade>",
        standfirst="A standfirst.",
        published_at=datetime(2024, 3, 5, 8, tzinfo=UTC),
        revised_at=datetime(2024, 4, 1, 9, tzinfo=UTC),
    )

    [entry] = parsed(client.get(address)).entries

    assert entry.title == "Tea & <trade>"
    assert entry.link == "https://journal.test/en/articles/the-crossing/"
    assert (entry.published, entry.updated) == (
        "2024-03-05T08:00:00+00:00",
        "2024-04-01T09:00:00+00:00",
    )
    assert entry.author == "Iran desk"
    assert [tag.term for tag in entry.tags] == ["Relations between Iran and the BRICS"]
    assert entry.summary == (
        f"<p><strong>A standfirst.</strong></p><p>{TEASER}</p>"
        "<p>The full text is for subscribers.</p>"
    )


@pytest.mark.parametrize("address", FEEDS)
@pytest.mark.parametrize("who", ["outsider", "registered", "subscriber", "editor"])
def test_feed_holds_teasers_only_whoever_asks(address, who, client, article, request):
    if who != "outsider":
        client.force_login(request.getfixturevalue(who))

    content = client.get(address).content.decode()

    assert TEASER in content
    assert GATED not in content
    assert GATED_NOTE not in content


@pytest.mark.parametrize("address", FEEDS)
def test_feed_holds_the_whole_of_an_open_article(address, client, write_article):
    write_article(access="everyone")

    [entry] = parsed(client.get(address)).entries

    assert GATED in entry.summary
    assert GATED_NOTE in entry.summary
    assert "for subscribers" not in entry.summary


@pytest.mark.parametrize("address", FEEDS)
def test_feed_shuts_an_article_the_instant_its_free_span_ends(
    address, client, write_article, now, time_machine
):
    until = now + timedelta(hours=1)
    write_article(free_until=until)

    time_machine.move_to(until - timedelta(microseconds=1), tick=False)
    before = client.get(address).content.decode()
    time_machine.move_to(until, tick=False)
    then = client.get(address).content.decode()

    assert GATED in before
    assert GATED not in then


@pytest.mark.parametrize("address", FEEDS)
def test_feed_holds_the_twenty_newest_published_articles(address, client, write_article, now):
    for number in range(21):
        write_article(f"number-{number}", published_at=now - timedelta(minutes=number + 1))
    for status in ["draft", "in_review", "withdrawn"]:
        write_article(status, status=status)
    write_article("scheduled", published_at=now + timedelta(hours=1))
    write_article("en-francais", language="fr")

    assert titles(client.get(address)) == [f"Headline of number-{number}" for number in range(20)]


def test_feed_of_a_file_holds_no_article_of_another(client, write_article, topic_file):
    other = TopicFile.objects.create(slug="other", name_en="Other", name_fr="Autre")
    write_article("elsewhere", files=[other])

    assert titles(client.get("/en/files/iran-brics/feed/")) == []
    assert titles(client.get("/en/files/other/feed/")) == ["Headline of elsewhere"]


@pytest.mark.parametrize("address", FEEDS)
@pytest.mark.parametrize("rows", [1, 3])
def test_feed_takes_as_many_queries_for_three_entries_as_for_one(
    address, rows, client, write_article, django_assert_num_queries
):
    for number in range(rows):
        write_article(f"number-{number}")

    with django_assert_num_queries(4 if "files" in address else 3):
        client.get(address)


def test_feed_never_takes_the_hosts_word_for_its_addresses(client, article):
    content = client.get("/en/feed/", headers={"host": "testserver"}).content.decode()

    assert "testserver" not in content
    assert "https://journal.test/en/articles/the-crossing/" in content


def test_feed_with_a_control_character_in_a_headline_stays_well_formed(client, write_article):
    write_article(headline="Tea\x0btrade")

    assert titles(client.get("/en/feed/")) == ["Teatrade"]
