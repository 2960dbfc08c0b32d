"""Share cards: a picture of public labels for every article that is published, and no other."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from eurasia.newsroom import cards
from eurasia.newsroom.cards import Card
from eurasia.newsroom.models import Article, FileParty, Party

CARD = "/en/articles/the-crossing/card.png"
FOREVER = "public, max-age=31536000, immutable"
PUBLIC_FORM = "public, max-age=0, s-maxage=1"
PLAIN = Card("A headline", "A file", "EurasiaPeace")


@pytest.fixture(autouse=True)
def own_folder(tmp_path, settings):
    settings.VAR_DIR = tmp_path


def kept():
    return sorted(path.name for path in Path(settings.VAR_DIR, "cards").glob("*"))


def address_of(article):
    return cards.address_of(Article.objects.with_labels().get(pk=article.pk))


# --- Who is given one ----------------------------------------------------------------------------


def test_card_is_a_png_of_the_size_that_networks_ask_for(client, article):
    response = client.get(CARD)

    image = Image.open(io.BytesIO(response.content))
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/png")
    assert (image.format, image.size) == ("PNG", (1200, 630))
    assert len(response.content) < 60_000


def test_card_asked_for_by_its_digest_is_kept_for_ever(client, article):
    response = client.get(address_of(article))

    assert (response.status_code, response.headers["Cache-Control"]) == (200, FOREVER)


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789abcdef", "?w=1"])
def test_card_asked_for_otherwise_is_the_present_one_for_a_second(query, client, article):
    response = client.get(CARD + query)

    assert (response.status_code, response.headers["Cache-Control"]) == (200, PUBLIC_FORM)
    assert len(kept()) == 1


def test_digest_follows_the_words_of_the_card(write_article, topic_file):
    article = write_article()
    first = address_of(article)

    article.standfirst = "Another standfirst, which the card does not show."
    article.save()
    assert address_of(article) == first

    article.headline = "Another headline"
    article.save()
    second = address_of(article)
    topic_file.name_en = "Another name"
    topic_file.save()

    assert len({first, second, address_of(article)}) == 3


@pytest.mark.parametrize("status", ["draft", "in_review", "withdrawn"])
def test_unpublished_article_has_no_card(status, client, article):
    address = address_of(article)
    article.status = status
    article.save()

    assert [client.get(each).status_code for each in [CARD, address]] == [404, 404]
    assert kept() == []


def test_scheduled_article_has_a_card_from_its_instant(client, write_article, now, time_machine):
    at = now + timedelta(hours=1)
    write_article(published_at=at)

    time_machine.move_to(at - timedelta(microseconds=1), tick=False)
    before = client.get(CARD)
    time_machine.move_to(at, tick=False)
    then = client.get(CARD)

    assert (before.status_code, then.status_code) == (404, 200)


@pytest.mark.parametrize(
    "address", ["/en/articles/never-written/card.png", "/fr/articles/the-crossing/card.png"]
)
def test_unknown_article_has_no_card(address, client, article):
    assert client.get(address).status_code == 404


def test_every_other_page_has_the_card_of_the_house_in_its_language(client, db):
    english, french = client.get("/en/card.png"), client.get("/fr/card.png")

    assert (english.status_code, french.status_code) == (200, 200)
    assert english.content != french.content
    assert len(kept()) == 2


# --- What it shows -------------------------------------------------------------------------------


def test_card_says_public_labels_alone(write_article, topic_file):
    article = write_article(headline="Headline", standfirst="Standfirst")
    for position, colour in enumerate(["madder", "teal", "plum"]):
        party = Party.objects.create(slug=colour, name_en="A", name_fr="B", colour=colour)
        FileParty.objects.create(file=topic_file, party=party, position=position)
    loaded = Article.objects.with_emblems().get(pk=article.pk)

    assert cards.card_of(loaded) == Card(
        "Headline", "Relations between Iran and the BRICS", "EurasiaPeace", ("madder", "teal")
    )


def test_card_names_the_file_in_the_articles_language(write_article):
    article = write_article(language="fr")

    card = cards.card_of(Article.objects.with_labels().get(pk=article.pk))

    assert card.file == "Relations entre l’Iran et les BRICS"


def test_article_without_a_file_has_a_card_too(client, write_article):
    write_article(files=[])

    assert client.get(CARD).status_code == 200


@pytest.mark.parametrize(
    "headline",
    [
        "A",
        "Wide " * 40,
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 3,
        "Ṭahmāsp’s şehzade ʿAbbās at Çaldıran: ə, ḫ, ž – and a decomposed e\u0301",
        "«\u202fUnion\u202f» et 100\u00a0% de réserve, œuvre d’un siècle…",
        "هزاره ایران",
        "\U0001f30d",
        " ",
    ],
)
def test_headline_of_any_kind_stays_in_its_room(headline):
    card = Card(headline[:200], "A file", "EurasiaPeace", ("slate", "copper"))

    image = cards.draw(card).convert("RGB")

    paper = image.getpixel((20, 300))
    column = image.crop((cards.MARGIN + cards.MEASURE + 4, 20, 848, 200))
    foot = image.crop((cards.MARGIN, 476, cards.MARGIN + cards.MEASURE, 490))
    assert {colour for _count, colour in column.getcolors()} == {paper}
    assert {colour for _count, colour in foot.getcolors()} == {paper}


def test_long_headline_shrinks_and_a_longer_one_is_cut():
    short, _lines = cards._fitted("A headline of some words")
    long, lines = cards._fitted("A headline of many more words than one line can hold " * 3)
    longest, cut = cards._fitted("W" * 200)

    assert short > long > longest
    assert len(lines) <= cards.MOST_LINES[long]
    assert cut == [cut[0][:-1] + "…"]


def test_letters_that_the_plain_file_lacks_come_from_the_extended_one():
    runs = [
        (font.getname()[0], font is cards._font("display", 40), part)
        for font, part in cards._parts("aāb", "display", 40)
    ]

    assert runs == [
        ("Eurasia Display", True, "a"),
        ("Eurasia Display", False, "ā"),
        ("Eurasia Display", True, "b"),
    ]


def test_every_colour_of_a_party_has_one_on_cards():
    assert set(cards.PARTIES) == set(Party.Colour)


def test_colours_are_those_of_the_style_sheet():
    tokens = Path(settings.BASE_DIR, "eurasia/static/css/tokens.css").read_text()
    expected = {f"party-{name}": shade for name, shade in cards.PARTIES.items()} | {
        "paper": cards.PAPER, "ink": cards.INK, "rule": cards.RULE, "lapis": cards.LAPIS,
    }  # fmt: skip

    assert [
        name for name in expected if f"--{name}: light-dark({expected[name]}," not in tokens
    ] == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_card_is_drawn_whatever_ends_a_line_within_a_headline(end):
    broken = Card(f"A headline{end}of two lines", f"A{end}file", "EurasiaPeace")

    assert cards.draw(broken).size == (cards.WIDTH, cards.HEIGHT)


# --- On disk -------------------------------------------------------------------------------------


def test_card_is_drawn_once(monkeypatch, db):
    first = cards.png_of(PLAIN)
    monkeypatch.setattr(cards, "draw", None)

    assert cards.png_of(PLAIN) == first
    assert kept() == [PLAIN.path.name]


def test_card_that_cannot_be_drawn_leaves_nothing(monkeypatch):
    def fail(card):
        raise MemoryError

    monkeypatch.setattr(cards, "draw", fail)

    with pytest.raises(MemoryError):
        cards.png_of(PLAIN)

    assert kept() == []
