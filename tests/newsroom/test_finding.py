"""The search page: what it shows to whom, how it is narrowed, and what it never tells."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, quote_plus

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eurasia.newsroom import publishing
from eurasia.newsroom.models import Contributor, TopicFile
from tests.newsroom.test_search import spell
from tests.pages import one, texts, tree_of

RESULTS = "//article[@class='card']"
OUTSIDE = ["outsider", "registered", "lapsed", "colleague"]
INSIDE = ["subscriber", "editor"]
TEXT = (
    "<p>Before the war the road was long. At the gate of the town a caravan of seven drivers"
    " waited for its ledger, and nobody knew who had sent for it.</p>"
)


@pytest.fixture
def become(client, request):
    def sign_in(who):
        if who != "outsider":
            client.force_login(request.getfixturevalue(who))

    return sign_in


def search(client, query, language="en"):
    return client.get(f"/{language}/search/?{query}")


def slugs(response):
    return [
        href.rstrip("/").rpartition("/")[2]
        for href in tree_of(response).xpath(f"{RESULTS}//h3/a/@href")
    ]


def marks(response):
    return texts(tree_of(response), "//main//mark")


def head(response):
    return one(tree_of(response), "//*[@id='answer']").text_content()


# --- What is shown --------------------------------------------------------------------------------


def test_answer_shows_public_fields_with_the_words_marked(client, write_article):
    write_article(
        headline="Erdoğan’s envoy & the <BRICS>",
        standfirst="L’envoyé d’Erdogan, and others",
        byline="Ayşe Şahin",
        published_at=datetime(2025, 3, 1, tzinfo=UTC),
    )

    page = search(client, "q=sahin+brics+ERDOGAN+envoy")

    [card] = tree_of(page).xpath(RESULTS)
    assert " ".join(card.text_content().split()) == (
        "Relations between Iran and the BRICS Erdoğan’s envoy & the <BRICS>"
        " L’envoyé d’Erdogan, and others Ayşe Şahin 1 March 2025 1 minute to read For subscribers"
    )
    assert marks(page) == ["BRICS", "Erdoğan", "envoy", "BRICS", "envoyé", "Erdogan", "Şahin"]
    assert head(page) == "1 article"


def test_article_found_in_its_teaser_shows_where(client, write_article):
    write_article(teaser="<p>The free part: a border <em>re</em>opened.</p>")

    page = search(client, "q=reop")

    assert texts(tree_of(page), "//*[@class='found-passage']") == [
        "The free part: a border reopened."
    ]
    assert marks(page) == ["reopened"]


@pytest.mark.parametrize("who", INSIDE)
def test_words_of_a_full_text_are_shown_to_those_who_may_read_it(
    who, client, become, write_article
):
    write_article(body=TEXT)
    become(who)

    page = search(client, "q=crossing+caravan+ledger")

    [shown] = texts(tree_of(page), "//*[@class='found-passage']")
    assert shown == (
        "In the full text Before the war the road was long. At the gate of the town a caravan of"
        " seven drivers waited for its ledger, and nobody knew who had sent for it."
    )
    assert marks(page) == ["crossing", "caravan", "ledger"]


@pytest.mark.parametrize("access", ["subscribers", "everyone"])
@pytest.mark.parametrize("who", OUTSIDE)
def test_outsider_finds_nothing_by_words_of_full_texts(who, access, client, become, write_article):
    write_article(body=TEXT, access=access)
    become(who)

    for query in ["q=caravan", "q=crossing+caravan"]:
        assert slugs(search(client, query)) == []
    assert "caravan" not in search(client, "q=crossing").content.decode()


def test_lock_tells_open_articles_from_those_for_subscribers(client, write_article, now):
    write_article("shut")
    write_article("open", access="everyone", published_at=now - timedelta(days=1))

    page = tree_of(search(client, "q=headline"))

    labels = f"{RESULTS}//*[contains(@class, 'lock-label') or contains(@class, 'open-label')]"
    assert texts(page, labels) == ["For subscribers", "Open to everyone"]


def test_article_costs_no_query_of_its_own(client, write_article):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            search(client, "q=headline")
        return len(captured)

    write_article("one")
    queries()  # what is kept for a minute
    once = queries()
    write_article("two")
    write_article("three")

    assert (once, queries()) == (6, 6)


def test_passages_of_full_texts_come_in_one_query(client, become, write_article):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            search(client, "q=caravan")
        return [query["sql"] for query in captured if "newsroom_fulltext" in query["sql"]]

    become("subscriber")
    write_article("one")
    assert len(queries()) == 1
    write_article("two")
    write_article("three")

    assert len(queries()) == 1


# --- Narrowing, order, pages ----------------------------------------------------------------------


def test_answer_is_narrowed_by_file_contributor_and_year(client, write_article):
    other = TopicFile.objects.create(slug="other", name_en="Other", name_fr="Autre")
    person = Contributor.objects.create(slug="somebody", name="Somebody")
    write_article("old", published_at=datetime(2023, 12, 31, 22, 59, tzinfo=UTC))
    write_article("new", published_at=datetime(2023, 12, 31, 23, 0, tzinfo=UTC), files=[other])
    signed = {"files": [other], "bylines": [person]}
    write_article("signed", published_at=datetime(2024, 5, 1, tzinfo=UTC), **signed)

    def found(narrowed):
        return slugs(search(client, f"q=headline{narrowed}"))

    assert found("") == ["signed", "new", "old"]
    assert found("&file=other") == ["signed", "new"]
    assert found("&contributor=somebody") == ["signed"]
    assert found("&year=2023") == ["old"]  # midnight in Paris
    assert found("&year=2024&file=other&contributor=iran-desk") == ["new"]
    assert found("&file=&contributor=&year=&order=") == ["signed", "new", "old"]


def test_form_offers_what_there_is_and_keeps_what_was_chosen(client, write_article):
    write_article("old", published_at=datetime(2022, 5, 1, tzinfo=UTC))
    write_article("new", published_at=datetime(2024, 5, 1, tzinfo=UTC))
    hidden = Contributor.objects.create(slug="hidden", name="Hidden")
    write_article("draft", status="draft", files=[], bylines=[hidden])

    page = tree_of(search(client, "q=headline&year=2022&order=newest"))

    form = one(page, "//main//form")
    assert dict(form.form_values()) == {
        "q": "headline", "file": "", "contributor": "", "year": "2022", "order": "newest",
    }  # fmt: skip
    assert texts(page, "//select[@name='file']/option") == [
        "All files",
        "Relations between Iran and the BRICS",
    ]
    assert texts(page, "//select[@name='contributor']/option") == ["All contributors", "Iran desk"]
    assert texts(page, "//select[@name='year']/option") == ["All years", "2024", "2023", "2022"]


@pytest.mark.parametrize(
    "malformed",
    [
        "file=nowhere", "file=%00", "file=a%20b", "contributor=nobody", "year=24", "year=٢٠٢٤",
        "year=0000", "year=9999", "year=x", "order=oldest", "before=x", "before=4r1-1",
        "before=0r", "before=0r1-1-1", "before=1-1", "before=%00", "order=newest&before=0r1-1",
        "order=newest&before=r1-1x", "before=0r999999999999999999-1",
    ],
)  # fmt: skip
def test_malformed_address_is_no_page(malformed, client, article):
    assert search(client, f"q=crossing&{malformed}").status_code == 404


@pytest.mark.parametrize("order", ["", "&order=newest"])
def test_pages_hold_twenty_and_miss_none(order, client, become, write_article, now):
    become("subscriber")
    for number in range(45):
        where = ["headline", "standfirst", "teaser", "body"][number % 4]
        write_article(
            f"number-{number:02}",
            **{"headline": "Other", "body": "<p>Other</p>", where: "<p>Wheat</p>"},
            published_at=now - timedelta(minutes=1 + number // 8),
        )

    address, pages = f"/en/search/?q=wheat{order}", []
    while address:
        page = client.get(address)
        assert head(page) == "45 articles"
        pages.append(slugs(page))
        address = "".join(
            f"/en/search/{href}" for href in tree_of(page).xpath("//a[@rel='next nofollow']/@href")
        )

    assert [len(page) for page in pages] == [20, 20, 5]
    numbers = [int(slug.removeprefix("number-")) for page in pages for slug in page]
    rings = (lambda number: number % 4) if not order else (lambda number: 0)
    assert numbers == sorted(range(45), key=lambda number: (rings(number), number // 8, -number))


def test_page_beyond_the_last_says_so(client, article):
    page = search(client, "q=crossing&before=2r1-1")

    assert (slugs(page), head(page)) == ([], "1 article")
    assert texts(tree_of(page), "//*[@class='empty']") == ["No further article."]


def test_answer_holds_the_language_of_the_page_and_leads_to_the_other(client, write_article):
    write_article("crossing", headline="BRICS summit")
    write_article("passage", headline="Sommet BRICS", language="fr")

    page = search(client, "q=brics&order=newest")

    assert slugs(page) == ["crossing"]
    [link] = tree_of(page).xpath("//main//a[@hreflang='fr']")
    assert (link.text, link.get("href")) == ("Search in French", "/fr/search/?q=brics&order=newest")
    [switch] = tree_of(page).xpath("//header//a[@hreflang='fr']/@href")
    assert switch == "/fr/search/?q=brics&order=newest"
    assert slugs(client.get(switch)) == ["passage"]


# --- Nothing asked, nothing found -----------------------------------------------------------------


def test_page_without_words_helps(client, article):
    page = tree_of(search(client, ""))

    assert texts(page, "//h2") == ["The files we follow"]
    assert texts(page, "//li[@class='file-name']") == ["Relations between Iran and the BRICS"]
    assert page.xpath("//main//select") == []


def test_marks_alone_are_no_words(client, article):
    page = search(client, "q=%3F%21")

    assert "There is no word in “?!”." in " ".join(tree_of(page).text_content().split())


def test_page_without_an_answer_leads_on(client, write_article, topic_file):
    write_article(headline="The summit of Erdoğan")
    write_article("sommet", headline="Le sommet de zebu", language="fr")

    page = tree_of(search(client, "q=summit+zebu"))

    assert texts(page, "//*[@id='answer']") == ["No article for “summit zebu”"]
    assert page.xpath("//*[@class='search-fewer']//a/@href") == ["?q=summit", "?q=zebu"]
    assert texts(page, "//li[@class='file-name']") == [topic_file.name]
    assert page.xpath("//main//a[@hreflang]") == []
    french = one(tree_of(search(client, "q=zebu")), "//main//a[@hreflang]")
    assert (french.text, french.get("href")) == ("1 article in French", "/fr/search/?q=zebu")


def meant(response):
    return texts(tree_of(response), "//*[@class='search-meant']/a")


@pytest.mark.parametrize("who", ["outsider", "subscriber"])
@pytest.mark.parametrize(
    "asked, means",
    [
        ("erdogna summit", ["Erdoğan summit"]),
        ("sumit", ["summit"]),
        ("brisc", ["BRICS"]),
        ("şahni", ["Şahin"]),
        ("erdogna zebu", []),  # nothing would be found
        ("draftword", []),
        ("draftwrod", []),
        ("caravna", []),
        ("zzzzzz", []),
        ("summt 2025", []),
    ],
)
def test_did_you_mean_knows_public_words_alone(who, asked, means, client, become, write_article):
    become(who)
    write_article(headline="The summit of Erdoğan", standfirst="At the summit", byline="Ayşe Şahin")
    write_article("draft", headline="Draftword", status="draft")

    assert meant(search(client, f"q={quote(asked)}")) == means


def test_did_you_mean_leads_to_an_answer(client, write_article):
    write_article(headline="The summit of Erdoğan")

    [address] = tree_of(search(client, "q=erdogna")).xpath("//*[@class='search-meant']/a/@href")

    assert slugs(client.get(f"/en/search/{address}")) == ["the-crossing"]


# --- Hostile words --------------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' OR 1=1 --", '"crossing',
    "a\0b", "{{ 7|add:7 }}", "\u202egnissorc", "crossing NEAR/2 x", "headline:crossing*", "(((",
    "%s %(x)s", "\ud800", "]]>", "&lt;b&gt;", "javascript:alert(1)", "x" * 10_000, "\u2066\u2069",
    "crossing\r\nSet-Cookie: a=b",
]  # fmt: skip


@pytest.mark.parametrize("address", ["search/", "search/suggest/"])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_are_words(hostile, address, client, article):
    query = quote(hostile, errors="surrogatepass")
    page = client.get(f"/en/{address}?q={query}&file=&year=")

    assert page.status_code == 200
    text = page.content.decode()
    assert "x" * 201 not in text
    assert not re.search("<script>alert|<img src=x|[\0\u202e\u2066]", text)
    if address == "search/":
        [shown] = tree_of(page).xpath("//main//input[@name='q']/@value")
        assert shown == re.sub(
            "[\0-\x1f\u202a-\u202e\u2066-\u2069]+", " ", hostile[:200]
        ).strip() or ("\ud800" in hostile)


# --- No oracle ------------------------------------------------------------------------------------

#: Words that stand in a full text or a draft alone, and nonsense of the same length.
PAIRS = [
    ("caravan", "zyqwxvb"),
    ("cara", "zyqw"),
    ("seven drivers", "zyqwx vbnmzxc"),
    ("crossing caravan", "crossing zyqwxvb"),
    ("caravan crossing", "zyqwxvb crossing"),
    ("caravna", "zyqwxbv"),
    ("draftword", "zyqwxvbnm"),
    ("waiting", "zyqwxvb"),
]


def told(client, address, words):
    """What is answered, but for the words themselves, and what is asked of the database."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address.format(quote_plus(words)))
    said = re.sub(r'csrfmiddlewaretoken" value="[^"]*"', "", response.content.decode())
    for word in words.split():
        said = said.replace(word, "…")
    asked = [re.sub("'([^']|'')*'", "''", query["sql"]) for query in captured]
    headers = {**response.headers, "ETag": None}  # a digest of the page, words and all
    return response.status_code, headers, said, asked


@pytest.mark.parametrize("who", OUTSIDE)
@pytest.mark.parametrize("address", ["/en/search/?q={}", "/en/search/suggest/?q={}"])
def test_gated_words_and_nonsense_have_one_answer(who, address, client, become, write_article):
    write_article()
    write_article("open", access="everyone", body="<p>Also waiting</p>")
    write_article("draft", headline="Draftword", status="draft")
    become(who)
    client.get(address.format("warm"))

    for gated, nonsense in PAIRS:
        assert told(client, address, gated) == told(client, address, nonsense)


@pytest.mark.parametrize("who", OUTSIDE)
@pytest.mark.parametrize("address", ["/en/search/?q={}", "/en/search/suggest/?q={}"])
def test_full_texts_and_drafts_change_no_answer(who, address, client, become, write_article):
    article = write_article(body="<p>Nothing yet</p>")
    become(who)
    client.get(address.format("warm"))
    before = [told(client, address, words) for pair in PAIRS for words in pair]

    said = " ".join(words for pair in PAIRS for words in pair)
    publishing.write(article, f"<p>{said}</p>", by=None, reason="desk")
    write_article("draft", headline=f"Caravan {said}", standfirst=said, status="draft")
    cache.delete_many(["search-names-en", "search-words-en"])
    client.get(address.format("warm"))

    assert before == [told(client, address, words) for pair in PAIRS for words in pair]


def test_the_same_words_do_tell_a_subscriber(client, become, article):
    become("subscriber")

    gated, nonsense = (told(client, "/en/search/?q={}", words) for words in PAIRS[0])

    assert gated != nonsense


# --- Suggestions ----------------------------------------------------------------------------------


def suggested(client, words, language="en"):
    answer = client.get(f"/{language}/search/suggest/?q={quote(words)}").json()
    return [(each["kind"], each["text"], each["url"]) for each in answer["suggestions"]]


def test_suggestions_name_files_contributors_spellings_and_articles(client, write_article):
    spell("Xyzamenei", "Kxhamenei")
    write_article(headline="Kxhamenei speaks", byline="Ayşe Xyzahin")
    write_article("other", headline="Of Xyzamenei")
    write_article("passage", headline="Xyzamenei parle", language="fr")

    assert suggested(client, "xyz") == [
        ("Contributor", "Ayşe Xyzahin", "/en/contributors/iran-desk/"),
        ("Name", "Xyzamenei", "/en/search/?q=Xyzamenei"),
        ("Article", "Of Xyzamenei", "/en/articles/other/"),
    ]
    assert suggested(client, "iran and the br") == [
        ("File", "Relations between Iran and the BRICS", "/en/files/iran-brics/")
    ]
    assert suggested(client, "xyzamenei")[1:] == [
        ("Article", "Of Xyzamenei", "/en/articles/other/"),
        ("Article", "Kxhamenei speaks", "/en/articles/the-crossing/"),
    ]
    assert suggested(client, "iran brics", "fr") == [
        ("Dossier", "Relations entre l’Iran et les BRICS", "/fr/files/iran-brics/")
    ]


@pytest.mark.parametrize("who", [*OUTSIDE, *INSIDE])
def test_suggestions_hold_public_words_alone_for_everybody(who, client, become, write_article, now):
    become(who)
    write_article("draft", headline="Caravan of a draft", status="draft")
    write_article("later", headline="Caravan to come", published_at=now + timedelta(hours=1))
    write_article("back", headline="Caravan taken back", status="withdrawn")
    write_article(standfirst="Of grain")

    for words in ["caravan", "cara", "drivers", "grain"]:
        assert suggested(client, words) == []
    assert len(suggested(client, "headline")) == 1


def test_suggestions_are_eight_and_cost_two_queries(
    client, write_article, django_assert_num_queries
):
    for number in range(9):
        write_article(f"number-{number}")
        Contributor.objects.create(slug=f"head-{number}", name=f"Headliner {number}")
    suggested(client, "warm")

    with django_assert_num_queries(2):
        assert len(suggested(client, "head")) == 8


@pytest.mark.parametrize("words", ["", "c", "?!", "crossing c"])
def test_what_is_too_short_suggests_nothing(words, client, article):
    assert suggested(client, words) == []


# --- For search engines, and from every page ------------------------------------------------------


def test_search_pages_are_not_for_search_engines(client, article):
    for query in ["", "q=crossing", "q=zebu"]:
        page = tree_of(search(client, query))
        assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
        assert page.xpath("//link[@rel='canonical' or @hreflang]") == []
    assert client.get("/en/search/suggest/?q=x").headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(
    "address", ["/en/", "/en/archive/", "/en/articles/the-crossing/", "/en/x/"]
)
def test_search_is_at_hand_on_every_page(address, client, article):
    page = tree_of(client.get(address))

    [form] = page.xpath("//form[@role='search']")
    assert (form.get("action"), form.get("method")) == ("/en/search/", None)
    assert [name for name, _value in form.form_values()] == ["q"]
    assert page.xpath("//nav[contains(@class, 'sections')]//a[@href='/en/search/']/text()") == [
        "Search"
    ]


def test_search_page_has_one_box(client, article):
    assert len(tree_of(search(client, "q=crossing")).xpath("//form[@role='search']")) == 1
