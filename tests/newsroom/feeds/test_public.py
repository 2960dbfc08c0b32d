"""Feeds of teasers: valid in each writing, the same for everybody, found from their pages."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import feedparser
import pytest
from django.utils import timezone

from eurasia.newsroom import publishing
from eurasia.newsroom.models import Contributor, TopicFile
from tests.cast import GATED, GATED_NOTE, TEASER
from tests.newsroom.test_pictures import png
from tests.pages import tree_of

KINDS = {
    "": ("atom10", "application/atom+xml; charset=utf-8"),
    "rss/": ("rss20", "application/rss+xml; charset=utf-8"),
    "json/": ("https://jsonfeed.org/version/1.1", "application/feed+json; charset=utf-8"),
}
FILES_NAME = "Relations between Iran and the BRICS"
TITLES = {
    "/en/feed/": "EurasiaPeace",
    "/en/files/iran-brics/feed/": f"EurasiaPeace – {FILES_NAME}",
    "/en/contributors/iran-desk/feed/": "EurasiaPeace – Iran desk",
}
FEEDS = [stream + ending for stream in TITLES for ending in KINDS]


class Entry(NamedTuple):
    """What a feed reader makes of an entry, in whatever writing it came."""

    id: str
    title: str
    link: str
    html: str
    authors: list[str]
    tags: list[str]
    published: datetime
    #: RSS knows none.
    updated: datetime | None


def parsed(response):
    """A feed of Atom or RSS, without a fault."""
    headers = {"content-type": response.headers["Content-Type"]}
    feed = feedparser.parse(response.content, response_headers=headers)
    assert (response.status_code, feed.bozo) == (200, 0)
    return feed


def entries(response):
    if response.headers["Content-Type"] == KINDS["json/"][1]:
        return [
            Entry(
                item["id"],
                item["title"],
                item["url"],
                item["content_html"],
                [author["name"] for author in item["authors"]],
                item.get("tags", []),
                datetime.fromisoformat(item["date_published"]),
                datetime.fromisoformat(item["date_modified"]),
            )
            for item in response.json()["items"]
        ]
    return [
        Entry(
            entry.id,
            entry.title,
            entry.link,
            entry.summary,
            [author.name for author in entry.authors],
            [tag.term for tag in entry.get("tags", [])],
            moment(entry.published_parsed),
            moment(entry.updated_parsed) if "updated" in entry else None,
        )
        for entry in parsed(response).entries
    ]


def moment(parts):
    return datetime(*parts[:6], tzinfo=UTC)


def titles(response):
    return [entry.title for entry in entries(response)]


@pytest.fixture
def contributor(db):
    return Contributor.objects.create(slug="iran-desk", name="Iran desk")


# --- Who it is, and what stands in it -------------------------------------------------------------


@pytest.mark.parametrize("stream, title", TITLES.items())
@pytest.mark.parametrize("ending", KINDS)
def test_feed_tells_what_it_is_a_feed_of(stream, title, ending, client, article):
    response = client.get(stream + ending)

    if ending == "json/":
        said = response.json()
        names = ["version", "title", "language", "home_page_url", "feed_url"]
        found = [said[name] for name in names]
    else:
        feed = parsed(response)
        links = {link.rel: link.href for link in feed.feed.links}
        about = [feed.version, feed.feed.title, feed.feed.language]
        found = [*about, links["alternate"], links["self"]]
    version, kind = KINDS[ending]
    page = f"https://journal.test{stream.removesuffix('feed/')}"
    assert found == [version, title, "en", page, f"https://journal.test{stream}{ending}"]
    assert response.headers["Content-Type"] == kind


@pytest.mark.parametrize("ending", KINDS)
def test_feed_speaks_the_language_of_its_address(ending, client, write_article):
    write_article("en-francais", language="fr")

    response = client.get(f"/fr/files/iran-brics/feed/{ending}")

    [entry] = entries(response)
    assert entry.title == "Headline of en-francais"
    assert entry.tags == ["Relations entre l’Iran et les BRICS"]
    assert "Le texte intégral est réservé aux abonnés." in entry.html
    assert "EurasiaPeace – Relations entre l’Iran et les BRICS" in response.content.decode()


@pytest.mark.parametrize("address", FEEDS)
def test_entry_holds_what_a_reader_wants_to_know(address, client, write_article):
    article = write_article(
        headline="Tea & <trade>",
        standfirst="A standfirst.",
        published_at=datetime(2024, 3, 5, 8, tzinfo=UTC),
        revised_at=datetime(2024, 4, 1, 9, tzinfo=UTC),
    )

    [entry] = entries(client.get(address))

    assert entry == Entry(
        id=f"tag:journal.test,2026:article/{article.pk}",
        title="Tea & <trade>",
        link="https://journal.test/en/articles/the-crossing/",
        html=f"<p><strong>A standfirst.</strong></p><p>{TEASER}</p>"
        "<p>The full text is for subscribers.</p>",
        authors=["Iran desk"],
        tags=[FILES_NAME],
        published=datetime(2024, 3, 5, 8, tzinfo=UTC),
        updated=None if "rss" in address else datetime(2024, 4, 1, 9, tzinfo=UTC),
    )


def test_json_feed_has_the_fields_of_its_version(client, write_article):
    article = write_article(
        standfirst="A standfirst.",
        published_at=datetime(2024, 3, 5, 8, tzinfo=UTC),
        revised_at=datetime(2024, 4, 1, 9, tzinfo=UTC),
    )

    assert client.get("/en/feed/json/").json() == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "EurasiaPeace",
        "home_page_url": "https://journal.test/en/",
        "feed_url": "https://journal.test/en/feed/json/",
        "description": "The free teasers of our articles",
        "language": "en",
        "items": [
            {
                "id": f"tag:journal.test,2026:article/{article.pk}",
                "url": "https://journal.test/en/articles/the-crossing/",
                "title": "Headline of the-crossing",
                "content_html": f"<p><strong>A standfirst.</strong></p><p>{TEASER}</p>"
                "<p>The full text is for subscribers.</p>",
                "summary": "A standfirst.",
                "date_published": "2024-03-05T08:00:00+00:00",
                "date_modified": "2024-04-01T09:00:00+00:00",
                "authors": [{"name": "Iran desk"}],
                "tags": [FILES_NAME],
                "language": "en",
            }
        ],
    }


@pytest.mark.parametrize("ending", KINDS)
def test_labels_stand_in_the_order_of_the_article(ending, client, write_article, topic_file):
    first = TopicFile.objects.create(slug="first", name_en="First", name_fr="Premier")
    people = [Contributor.objects.create(slug=name, name=name.title()) for name in ["z", "a"]]
    write_article(files=[first, topic_file], bylines=people)

    [entry] = entries(client.get(f"/en/feed/{ending}"))

    assert entry.tags == ["First", FILES_NAME]
    assert entry.authors == (["Z, A"] if ending == "rss/" else ["Z", "A"])


@pytest.mark.parametrize("ending", KINDS)
def test_article_without_labels_is_the_journals(ending, client, write_article):
    write_article(files=[], bylines=[])

    [entry] = entries(client.get(f"/en/feed/{ending}"))

    assert (entry.authors, entry.tags) == (["EurasiaPeace"], [])


@pytest.mark.parametrize("address", FEEDS)
def test_feed_never_takes_the_hosts_word_for_its_addresses(address, client, article):
    content = client.get(address, headers={"host": "testserver"}).content.decode()

    assert "testserver" not in content
    assert "https://journal.test/en/articles/the-crossing/" in content


@pytest.mark.parametrize("ending", KINDS)
def test_addresses_in_an_entry_are_whole(ending, client, write_article):
    picture = png(is_public=False)
    note = '<span class="footnote">A note.</span>'
    article = write_article(
        access="everyone",
        body=f'<p><a href="/en/about/">About</a>{note}</p>'
        f'<p><img data-picture="{picture.pk}" alt="A view"></p>',
    )

    [entry] = entries(client.get(f"/en/feed/{ending}"))

    html = entry.html
    own = "https://journal.test/en/articles/the-crossing/"
    assert 'href="https://journal.test/en/about/"' in html
    assert f'href="{own}#fn-{article.pk}-1"' in html
    assert f'src="{own}pictures/{picture.pk}/"' in html
    assert '="/' not in html
    assert '="#' not in html


@pytest.mark.parametrize("ending", KINDS)
def test_feed_with_a_control_character_in_a_headline_stays_well_formed(
    ending, client, write_article
):
    write_article(headline="Tea\x0btrade")

    assert titles(client.get(f"/en/feed/{ending}")) == ["Teatrade"]


@pytest.mark.parametrize("ending", KINDS)
@pytest.mark.parametrize("page", ["files/iran-brics", "contributors/iran-desk"])
def test_feed_with_a_control_character_in_its_name_stays_well_formed(page, ending, client, article):
    TopicFile.objects.update(name_en="Tea\x0btrade")
    Contributor.objects.update(name="Tea\x1f\ufffedesk")

    assert titles(client.get(f"/en/{page}/feed/{ending}")) == ["Headline of the-crossing"]


# --- Who may read what ----------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["outsider", "registered", "subscriber", "editor"])
def test_feeds_hold_teasers_only_whoever_asks(who, client, article, request):
    if who != "outsider":
        client.force_login(request.getfixturevalue(who))

    for address in FEEDS:
        content = client.get(address).content.decode()

        assert TEASER in content, address
        assert GATED not in content, address
        assert GATED_NOTE not in content, address


@pytest.mark.parametrize("address", FEEDS)
def test_feed_holds_the_whole_of_an_open_article(address, client, write_article):
    write_article(access="everyone")

    [entry] = entries(client.get(address))

    assert GATED in entry.html
    assert GATED_NOTE in entry.html
    assert "for subscribers" not in entry.html


@pytest.mark.parametrize("address", FEEDS)
def test_feed_shuts_an_article_the_instant_its_free_span_ends(
    address, client, write_article, now, time_machine
):
    until = now + timedelta(hours=1)
    write_article(free_until=until)

    time_machine.move_to(until - timedelta(microseconds=1), tick=False)
    before = client.get(address)
    time_machine.move_to(until, tick=False)
    then = client.get(
        address,
        headers={
            "if-none-match": before.headers["ETag"],
            "if-modified-since": before.headers["Last-Modified"],
        },
    )

    assert GATED in before.content.decode()
    assert then.status_code == 200
    assert GATED not in then.content.decode()


def test_feeds_hold_the_twenty_newest_published_articles(client, write_article, now):
    for number in range(21):
        write_article(f"number-{number}", published_at=now - timedelta(minutes=number + 1))
    for status in ["draft", "in_review", "withdrawn"]:
        write_article(status, status=status)
    write_article("scheduled", published_at=now + timedelta(hours=1))
    write_article("en-francais", language="fr")

    for address in FEEDS:
        assert titles(client.get(address)) == [f"Headline of number-{n}" for n in range(20)]


def test_withdrawn_article_leaves_the_feeds(client, article):
    before = [titles(client.get(address)) for address in FEEDS]

    publishing.withdraw(article, by=None, at=timezone.now())

    assert before == [["Headline of the-crossing"]] * len(FEEDS)
    assert [titles(client.get(address)) for address in FEEDS] == [[]] * len(FEEDS)


@pytest.mark.parametrize("ending", KINDS)
def test_feed_of_a_file_or_contributor_holds_no_article_of_another(
    ending, client, write_article, topic_file, contributor
):
    other = TopicFile.objects.create(slug="other", name_en="Other", name_fr="Autre")
    writer = Contributor.objects.create(slug="other-desk", name="Other desk")
    write_article("elsewhere", files=[other], bylines=[writer])

    found = {
        place: titles(client.get(f"/en/{place}/feed/{ending}"))
        for place in [
            "files/iran-brics", "files/other", "contributors/iran-desk", "contributors/other-desk",
        ]
    }  # fmt: skip
    assert found == {
        "files/iran-brics": [],
        "files/other": ["Headline of elsewhere"],
        "contributors/iran-desk": [],
        "contributors/other-desk": ["Headline of elsewhere"],
    }


@pytest.mark.parametrize("ending", KINDS)
@pytest.mark.parametrize("place", ["files", "contributors"])
def test_nobodys_feed_is_nowhere(ending, place, client, db):
    assert client.get(f"/en/{place}/nobody/feed/{ending}").status_code == 404


# --- What it costs --------------------------------------------------------------------------------


@pytest.mark.parametrize("address", FEEDS)
@pytest.mark.parametrize("rows", [1, 3])
def test_feed_with_open_texts_takes_three_queries_at_most_whatever_its_length(
    address, rows, client, write_article, django_assert_num_queries
):
    for number in range(rows):
        write_article(f"number-{number}", access="everyone")

    with django_assert_num_queries(2 if address.startswith("/en/feed/") else 3):
        client.get(address)


@pytest.mark.parametrize("address", FEEDS)
@pytest.mark.parametrize("header", ["ETag", "Last-Modified"])
def test_feed_that_has_not_changed_is_not_sent_again(address, header, client, article):
    asks = {"ETag": "if-none-match", "Last-Modified": "if-modified-since"}[header]
    first = client.get(address)

    again = client.get(address, headers={asks: first.headers[header]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Cache-Control"] == "public, max-age=0, s-maxage=1"
    assert again.headers["ETag"] == first.headers["ETag"]
    assert client.head(address).headers["ETag"] == first.headers["ETag"]


def withdraw(article):
    publishing.withdraw(article, by=None, at=timezone.now())


def rename_the_file(article):
    TopicFile.objects.update(name_en="Another name")


def correct(article):
    article.teaser = "<p>Another teaser.</p>"
    publishing.write(article, f"<p>{GATED}</p>", by=None, reason="desk")


@pytest.mark.parametrize("change", [withdraw, rename_the_file, correct])
@pytest.mark.parametrize("header", ["ETag", "Last-Modified"])
def test_feed_that_has_changed_is_sent_again(change, header, client, article, now, time_machine):
    asks = {"ETag": "if-none-match", "Last-Modified": "if-modified-since"}[header]
    time_machine.move_to(now, tick=False)
    first = client.get("/en/feed/")

    change(article)  # within the same second
    again = client.get("/en/feed/", headers={asks: first.headers[header]})

    assert again.status_code == 200
    assert again.content != first.content
    dates = [parsedate_to_datetime(each.headers["Last-Modified"]) for each in [first, again]]
    assert dates[0] < dates[1]


# --- How it is found ------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", TITLES)
def test_page_names_its_feeds(stream, client, article):
    page = tree_of(client.get(stream.removesuffix("feed/")))

    named = {
        (link.get("href"), link.get("type"))
        for link in page.xpath("//head/link[@rel='alternate'][contains(@href, '/feed/')][@type]")
    }
    kinds = {ending: kind.partition(";")[0] for ending, (_version, kind) in KINDS.items()}
    assert named == {
        (each + ending, kind) for each in {"/en/feed/", stream} for ending, kind in kinds.items()
    }
