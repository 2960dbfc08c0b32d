"""What machines are told: who may come in, on which terms, where things stand, whom to write to."""

from datetime import UTC, datetime, timedelta
from urllib.robotparser import RobotFileParser

import pytest
from django.test import override_settings
from lxml import etree

from eurasia import masthead
from eurasia.newsroom.models import CrawlerPolicy, Journal
from tests.cast import GATED, TEASER

SITE = "https://journal.test"
RSL = {"r": "https://rslstandard.org/rsl"}
USES = {"all", "ai-all", "ai-train", "ai-input", "ai-index", "search"}
SECURITY = "/.well-known/security.txt"
EXPIRES = datetime(2030, 1, 31, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def crawlers(db):
    """Three of the table, whatever other tests have left of it."""
    CrawlerPolicy.objects.all().delete()
    for token, purpose, is_allowed in [
        ("Googlebot", "search", True),
        ("OAI-SearchBot", "answers", True),
        ("GPTBot", "training", False),
    ]:
        CrawlerPolicy.objects.create(
            token=token, operator="Somebody", purpose=purpose, is_allowed=is_allowed
        )


# --- robots.txt -----------------------------------------------------------------------------------


def robots_of(client):
    parser = RobotFileParser()
    parser.parse(client.get("/robots.txt").content.decode().splitlines())
    return parser


def test_robots_say_what_the_desk_has_set(client):
    response = client.get("/robots.txt", headers={"host": "testserver"})

    closed = [f"Disallow: {path}" for path in ["/admin/", "/*/account/", "/*/accounts/"]]
    closed += ["Disallow: /*/preview/", "Disallow: /*/feed/private/", ""]
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        "User-agent: Googlebot", *closed,
        "User-agent: OAI-SearchBot", *closed,
        "User-agent: GPTBot", "Disallow: /", "",
        "User-agent: *", *closed,
        f"License: {SITE}/license.xml",
        f"Sitemap: {SITE}/sitemap.xml",
    ]  # fmt: skip


def test_demo_names_no_licence_for_its_samples(client, settings):
    settings.DEMO = True

    assert b"License" not in client.get("/robots.txt").content


@pytest.mark.parametrize(
    "who, article, desk",
    [
        ("Googlebot", True, False),
        ("OAI-SearchBot", True, False),
        ("GPTBot", False, False),
        ("Unheard-Of", True, False),
    ],
)
def test_crawler_reads_its_own_answer(who, article, desk, client):
    robots = robots_of(client)

    assert robots.can_fetch(who, f"{SITE}/en/articles/the-crossing/") is article
    assert robots.can_fetch(who, f"{SITE}/admin/") is desk


def test_crawler_is_let_in_as_soon_as_the_desk_says_so(client):
    CrawlerPolicy.objects.filter(token="GPTBot").update(is_allowed=True)

    assert robots_of(client).can_fetch("GPTBot", f"{SITE}/en/")


def test_robots_of_a_journal_that_knows_no_crawler_speak_to_all(client):
    CrawlerPolicy.objects.all().delete()

    assert client.get("/robots.txt").content.decode().startswith("User-agent: *\nDisallow: /admin/")


# --- The licence ----------------------------------------------------------------------------------


def licence_of(client):
    response = client.get("/license.xml", headers={"host": "testserver"})
    assert response.headers["Content-Type"] == "application/rsl+xml; charset=utf-8"
    root = etree.fromstring(response.content)
    assert root.tag == "{https://rslstandard.org/rsl}rsl"
    [content] = root
    assert content.get("url") == "/"
    assert [etree.QName(part).localname for part in content] == ["license", "copyright"]
    said = {
        etree.QName(part).localname: (part.get("type"), set((part.text or "").split()))
        for part in content[0]
    }
    for name in said.keys() & {"permits", "prohibits"}:
        kind, uses = said[name]
        assert kind == "usage"
        assert uses <= USES
    return said, content[1]


def test_licence_grants_what_no_crawler_is_kept_from(client):
    said, copyright = licence_of(client)

    assert said == {
        "permits": ("usage", {"search", "ai-index", "ai-input"}),
        "prohibits": ("usage", {"ai-train"}),
        "payment": ("attribution", set()),
    }
    assert dict(copyright.attrib) == {"type": "organization", "contactUrl": f"{SITE}/en/about/"}
    assert copyright.text == "EurasiaPeace"


@pytest.mark.parametrize("is_allowed, missing", [(True, "prohibits"), (False, "permits")])
def test_licence_follows_the_desk(is_allowed, missing, client):
    CrawlerPolicy.objects.update(is_allowed=is_allowed)

    said, _copyright = licence_of(client)

    [other] = {"permits", "prohibits"} - {missing}
    assert missing not in said
    assert said[other][1] == {"search", "ai-index", "ai-input", "ai-train"}


def test_one_crawler_that_is_kept_out_is_enough_to_grant_nothing(client):
    CrawlerPolicy.objects.create(
        token="Otherbot", operator="Somebody", purpose="search", is_allowed=False
    )

    assert licence_of(client)[0]["prohibits"] == ("usage", {"search", "ai-train"})


# --- llms.txt -------------------------------------------------------------------------------------


def test_llms_leads_to_the_twins_of_files_and_articles(client, write_article, now):
    write_article(standfirst="One\nsentence.", headline="Tea & [trade]")
    write_article("le-passage", language="fr")
    write_article("scheduled", published_at=now + timedelta(hours=1))
    write_article("draft", status="draft")

    response = client.get("/llms.txt", headers={"host": "testserver"})

    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.content.decode().splitlines()
    assert lines[0] == "# EurasiaPeace"
    assert lines[2].startswith("> A journal of international relations: ")
    assert f"[licence]({SITE}/license.xml)" in lines[4]
    assert [line for line in lines if line[:2] in {"##", "- "}] == [
        "## The files we follow",
        f"- [Relations between Iran and the BRICS]({SITE}/en/files/iran-brics.md)",
        "## Articles",
        f"- [Tea & \\[trade\\]]({SITE}/en/articles/the-crossing.md): One sentence.",
        f"- [Atom feed]({SITE}/en/feed/)",
        "## Les dossiers que nous suivons",
        f"- [Relations entre l’Iran et les BRICS]({SITE}/fr/files/iran-brics.md)",
        "## Articles",
        f"- [Headline of le-passage]({SITE}/fr/articles/le-passage.md)",
        f"- [Flux Atom]({SITE}/fr/feed/)",
    ]
    assert TEASER not in response.content.decode()
    assert GATED not in response.content.decode()


def test_llms_takes_nothing_that_the_desk_writes_for_markup(client, write_article):
    journal = Journal(name="A [b](c) <d>", tagline_en="*E*", tagline_fr="F")
    write_article(headline="# A [b](c)", standfirst="<d> ~~~")

    with masthead.trying(journal):
        content = client.get("/llms.txt").content.decode()

    assert content.startswith("# A \\[b\\](c) \\<d>\n\n> \\*E\\*")
    assert "- [\\# A \\[b\\](c)](" in content
    assert "): \\<d> \\~\\~\\~\n" in content


def test_every_address_in_llms_answers(client, write_article):
    write_article()
    write_article("le-passage", language="fr")

    content = client.get("/llms.txt").content.decode()

    addresses = [part.partition(")")[0] for part in content.split("](")[1:]]
    answers = {client.get(address.removeprefix(SITE)).status_code for address in addresses}
    assert len(addresses) == 8
    assert answers == {200}


@pytest.mark.parametrize("rows", [1, 3])
def test_llms_takes_three_queries(rows, client, write_article, django_assert_num_queries):
    for number in range(rows):
        write_article(f"number-{number}")

    with django_assert_num_queries(3):
        client.get("/llms.txt")


# --- security.txt ---------------------------------------------------------------------------------


@override_settings(SECURITY_CONTACT="mailto:security@journal.test", SECURITY_EXPIRES=EXPIRES)
def test_security_says_whom_to_write_to_until_it_expires(client, time_machine):
    time_machine.move_to(EXPIRES - timedelta(microseconds=1), tick=False)
    before = client.get(SECURITY, headers={"host": "testserver"})
    time_machine.move_to(EXPIRES, tick=False)
    then = client.get(SECURITY)

    assert before.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert before.content.decode() == (
        "Contact: mailto:security@journal.test\n"
        "Expires: 2030-01-31T12:00:00Z\n"
        "Preferred-Languages: en, fr\n"
        f"Canonical: {SITE}{SECURITY}\n"
    )
    assert then.status_code == 404


@override_settings(SECURITY_CONTACT="", SECURITY_EXPIRES=None)
def test_security_is_not_there_where_nobody_is_named(client):
    assert client.get(SECURITY).status_code == 404
