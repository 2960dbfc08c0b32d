"""What articles and files say of themselves to search engines, in JSON-LD."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from eurasia.newsroom import publishing
from eurasia.newsroom.models import Contributor
from tests.cast import GATED, GATED_NOTE
from tests.conftest import HttpsClient
from tests.newsroom.test_pictures import png
from tests.pages import one, tree_of

SITE = "https://journal.test"
ADDRESS = "/en/articles/the-crossing/"
BLOCK = "//head/script[@type='application/ld+json']"
TICK = timedelta(microseconds=1)


def block_of(response):
    return one(tree_of(response), BLOCK).text


def data_of(response):
    """By type."""
    return {data["@type"]: data for data in json.loads(block_of(response))}


def steps_of(response):
    crumbs = data_of(response)["BreadcrumbList"]["itemListElement"]
    assert [step["position"] for step in crumbs] == list(range(1, len(crumbs) + 1))
    assert {step["@type"] for step in crumbs} == {"ListItem"}
    return [(step["name"], step["item"].removeprefix(SITE)) for step in crumbs]


def test_gated_article_says_all_that_google_asks_for(client, write_article, topic_file):
    cover = png(is_public=True)
    article = write_article(
        standfirst="A standfirst.",
        cover=cover,
        cover_alt="A road",
        published_at=datetime(2024, 3, 5, 8, tzinfo=UTC),
        revised_at=datetime(2024, 4, 1, 9, tzinfo=UTC),
    )
    person = Contributor.objects.create(slug="an-author", name="An Author")
    bylines = [article.contributors.get().pk, person.pk]
    publishing.write(article, None, by=None, reason="desk", bylines=bylines)

    data = data_of(client.get(ADDRESS, headers={"host": "testserver"}))["NewsArticle"]

    card = data["image"].pop()
    assert card.startswith(f"{SITE}{ADDRESS}card.png?v=")
    assert data == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": SITE + ADDRESS,
        "mainEntityOfPage": {"@type": "WebPage", "@id": SITE + ADDRESS},
        "headline": "Headline of the-crossing",
        "description": "A standfirst.",
        "image": [SITE + cover.file.url],
        "datePublished": "2024-03-05T09:00:00+01:00",
        "dateModified": "2024-04-01T11:00:00+02:00",
        "inLanguage": "en",
        "author": [
            {
                "@type": "Organization",
                "name": "Iran desk",
                "url": f"{SITE}/en/contributors/iran-desk/",
            },
            {"@type": "Person", "name": "An Author", "url": f"{SITE}/en/contributors/an-author/"},
        ],
        "publisher": {
            "@type": "Organization",
            "name": "EurasiaPeace",
            "url": f"{SITE}/",
            "logo": {"@type": "ImageObject", "url": f"{SITE}/static/img/mark.svg"},
        },
        "articleSection": ["Relations between Iran and the BRICS"],
        "isAccessibleForFree": False,
        "hasPart": {
            "@type": "WebPageElement",
            "isAccessibleForFree": False,
            "cssSelector": ".gated",
        },
    }


def test_article_without_byline_or_revision_is_the_journals_of_one_day(client, write_article):
    write_article(language="fr", files=[], bylines=[])

    data = data_of(client.get("/fr/articles/the-crossing/"))["NewsArticle"]

    assert data["author"] == [data["publisher"]]
    assert data["dateModified"] == data["datePublished"]
    assert data["inLanguage"] == "fr"


@pytest.mark.parametrize("who", [None, "subscriber"])
def test_selector_finds_what_the_wall_hides_and_nothing_that_is_free(who, client, article, request):
    if who:
        client.force_login(request.getfixturevalue(who))

    response = client.get(ADDRESS)

    selector = data_of(response)["NewsArticle"]["hasPart"]["cssSelector"]
    gated = one(tree_of(response), f"//*[@class='{selector.removeprefix('.')}']")
    assert bool(gated.xpath(".//*[@id='full-text']")) is bool(who)
    assert bool(gated.xpath(".//*[@class='wall']")) is not bool(who)
    assert "The free part" not in gated.text_content()


def test_open_article_is_free_and_has_no_gated_part(client, write_article):
    write_article(access="everyone")

    data = data_of(client.get(ADDRESS))["NewsArticle"]

    assert data["isAccessibleForFree"] is True
    assert "hasPart" not in data


def test_article_is_free_until_the_instant_its_free_span_ends(
    client, write_article, now, time_machine
):
    until = now + timedelta(hours=1)
    write_article(free_until=until)

    time_machine.move_to(until - TICK, tick=False)
    before = data_of(client.get(ADDRESS))["NewsArticle"]["isAccessibleForFree"]
    time_machine.move_to(until, tick=False)
    then = data_of(client.get(ADDRESS))["NewsArticle"]["isAccessibleForFree"]

    assert (before, then) == (True, False)


@pytest.mark.parametrize("who", ["outsider", "subscriber", "editor"])
def test_data_are_the_same_whoever_reads_and_hold_no_text(who, client, write_article, request):
    write_article(teaser="<p>Short.</p>")
    expected = block_of(HttpsClient().get(ADDRESS))
    if who != "outsider":
        client.force_login(request.getfixturevalue(who))

    block = block_of(client.get(ADDRESS))

    assert block == expected
    assert "articleBody" not in block
    assert GATED[:30] not in block
    assert GATED_NOTE[:30] not in block


def test_robot_gets_the_bytes_that_people_get(client, article):
    robot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

    assert client.get(ADDRESS, headers={"user-agent": robot}).content == client.get(ADDRESS).content


@pytest.mark.parametrize(
    "hostile", ["</script><script>alert(1)</script>", "<!-- x", "]]>", "a\u2028b\u2029c", "&lt;"]
)
def test_nothing_in_the_data_ends_their_element(hostile, client, write_article):
    write_article(headline=f"Of {hostile}", standfirst=hostile)

    response = client.get(ADDRESS)

    block = block_of(response)
    assert data_of(response)["NewsArticle"]["headline"] == f"Of {hostile}"
    assert data_of(response)["NewsArticle"]["description"] == hostile
    assert not set("<>&\u2028\u2029") & set(block)


def test_policy_of_scripts_is_the_same_with_data_in_the_page(client, article):
    with_data, without = client.get(ADDRESS), client.get("/en/about/")

    policy = "Content-Security-Policy"
    assert with_data.headers[policy] == without.headers[policy]
    assert "unsafe-inline" not in with_data.headers[policy]


# --- The way to a page ----------------------------------------------------------------------------


def test_way_leads_through_the_first_file(client, article):
    assert steps_of(client.get(ADDRESS)) == [
        ("EurasiaPeace", "/en/"),
        ("Files", "/en/files/"),
        ("Relations between Iran and the BRICS", "/en/files/iran-brics/"),
        ("Headline of the-crossing", ADDRESS),
    ]


def test_way_to_an_article_without_file_leads_through_the_list(client, write_article):
    write_article(files=[])

    assert steps_of(client.get(ADDRESS))[1:] == [
        ("Articles", "/en/articles/"),
        ("Headline of the-crossing", ADDRESS),
    ]


def test_way_to_a_file_speaks_the_language_of_the_page(client, topic_file):
    assert steps_of(client.get("/fr/files/iran-brics/")) == [
        ("EurasiaPeace", "/fr/"),
        ("Dossiers", "/fr/files/"),
        ("Relations entre l’Iran et les BRICS", "/fr/files/iran-brics/"),
    ]


def test_preview_of_the_desk_says_nothing(client, editor, article):
    client.force_login(editor)

    page = tree_of(client.get(f"/admin/newsroom/article/{article.pk}/as/outsider/"))

    assert page.xpath(BLOCK) == []
    assert page.xpath("//link[@type='text/markdown']") == []
