"""What a page says to those who share its address, and which pages browsers may fetch ahead."""

import base64
import hashlib
import json

import pytest

from eurasia import scripts
from eurasia.newsroom.templatetags.sharing import abstract
from tests.cast import GATED, GATED_NOTE, TEASER
from tests.newsroom.test_views import ADDRESS
from tests.pages import one, tree_of

SITE = "https://journal.test"
HOUSE = (
    "A journal of international relations: Iran and Turkey, their neighbours and the blocs they"
    " deal with."
)


def cards_of(response):
    """What the page says, by property; a property that stands twice has a list."""
    said = {}
    for meta in tree_of(response).xpath("//head/meta[@property or starts-with(@name, 'twitter:')]"):
        said.setdefault(meta.get("property") or meta.get("name"), []).append(meta.get("content"))
    return {name: each[0] if len(each) == 1 else each for name, each in said.items()}


def test_article_says_all_that_a_network_asks_for(client, write_article, now):
    article = write_article(standfirst='A "standfirst" & more', revised_at=now, work="w")
    write_article("la-traversee", language="fr", work="w")

    said = cards_of(client.get(ADDRESS))

    image = said.pop("og:image")
    assert image.startswith(f"{SITE}/en/articles/the-crossing/card.png?v=")
    published, modified = said.pop("article:published_time"), said.pop("article:modified_time")
    assert published < modified
    assert said == {
        "og:site_name": "EurasiaPeace",
        "og:type": "article",
        "og:title": article.headline,
        "og:description": 'A "standfirst" & more',
        "og:url": f"{SITE}/en/articles/the-crossing/",
        "og:locale": "en_GB",
        "og:locale:alternate": "fr_FR",
        "og:image:type": "image/png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": f"{article.headline} – EurasiaPeace",
        "article:tag": "Relations between Iran and the BRICS",
        "twitter:card": "summary_large_image",
    }


def test_card_that_a_page_names_is_there_for_ever(client, article):
    image = cards_of(client.get(ADDRESS))["og:image"]

    response = client.get(image.removeprefix(SITE))

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_article_without_standfirst_is_described_by_its_teaser(client, write_article):
    note = '<span class="footnote">A note</span>'
    write_article(teaser=f"<p>Ink &amp; paper,{note} <em>read</em>.</p><p>{TEASER * 3}</p>")

    said = cards_of(client.get(ADDRESS))["og:description"]

    assert said.startswith(f"Ink & paper, read. {TEASER}")
    assert len(said) == 200
    assert said.endswith("…")


@pytest.mark.parametrize("who", ["outsider", "subscriber"])
def test_nothing_gated_is_said(who, client, write_article, request):
    write_article(teaser="<p>Short.</p>")
    if who == "subscriber":
        client.force_login(request.getfixturevalue(who))

    said = str(cards_of(client.get(ADDRESS)))

    assert GATED[:30] not in said
    assert GATED_NOTE[:30] not in said


@pytest.mark.parametrize(
    "address, title, description",
    [
        ("/en/", "EurasiaPeace: a journal of international relations", HOUSE),
        (
            "/en/files/",
            "The files we follow",
            "The subjects that the journal follows over time, each with its parties, a chronology"
            " and its articles.",
        ),
        ("/en/files/iran-brics/", "Relations between Iran and the BRICS", HOUSE),
        ("/en/articles/", "Articles", HOUSE),
        ("/en/contributors/iran-desk/", "Iran desk", "Articles by Iran desk."),
        ("/en/about/", "About EurasiaPeace", HOUSE),
        ("/en/privacy/", "Privacy", "What this site keeps of you, and what it does not."),
        ("/en/subscribe/", "Subscription", "Subscribe for free access to the full content."),
    ],
)
def test_other_page_says_its_own_title_with_the_card_of_the_house(
    address, title, description, client, article
):
    said = cards_of(client.get(address))

    assert (said["og:type"], said["og:title"], said["og:url"]) == ("website", title, SITE + address)
    assert said["og:description"] == description
    assert said["og:image"].startswith(f"{SITE}/en/card.png?v=")
    assert said["og:locale:alternate"] == "fr_FR"


def test_file_is_described_by_its_introduction(client, topic_file):
    topic_file.introduction_en = "<p>One <em>file</em> &amp; its story.</p>" + "<p>More.</p>" * 99
    topic_file.save()

    said = cards_of(client.get("/en/files/iran-brics/"))["og:description"]

    assert said.startswith("One file & its story. More. More.")
    assert len(said) == 200


def test_foreign_host_does_not_get_into_the_addresses(client, article):
    page = client.get(ADDRESS, headers={"host": "testserver"}).content.decode()

    assert "testserver" not in page


@pytest.mark.parametrize("address", ["/en/nowhere/", "/en/accounts/login/", "/fr/articles/x/"])
def test_page_that_is_not_to_be_shared_says_nothing(address, client, db):
    assert cards_of(client.get(address)) == {}


def test_preview_of_the_desk_says_nothing(client, editor, article):
    client.force_login(editor)

    response = client.get(f"/admin/newsroom/article/{article.pk}/as/outsider/")

    assert (response.status_code, cards_of(response)) == (200, {})


def test_abstract_of_an_article_without_words_is_empty(write_article):
    article = write_article()
    article.teaser_html = ""

    assert abstract(article) == ""


# --- Pages that browsers may fetch ahead ---------------------------------------------------------


RULES = "//script[@type='speculationrules']"


@pytest.mark.parametrize("who", ["outsider", "subscriber"])
def test_public_page_holds_the_rules_and_the_policy_obeys_them(who, client, article, request):
    if who == "subscriber":
        client.force_login(request.getfixturevalue(who))

    response = client.get(ADDRESS)

    text = one(tree_of(response), RULES).text
    assert json.loads(text) == scripts.RULES
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("address", ["/en/accounts/login/", "/en/nowhere/", "/admin/login/"])
def test_other_page_holds_none(address, client, db):
    page = client.get(address, follow=True)

    assert tree_of(page).xpath(RULES) == []
