"""The settings of the journal: changed at the desk, seen on every page, refused where they are
wrong, previewed before they are saved."""

from io import BytesIO

import pytest
from django.contrib.auth.models import Group
from django.core import mail as outbox
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from eurasia import mail, masthead
from eurasia.membership.models import Plan
from eurasia.newsroom.models import Journal, Picture
from tests.conftest import HttpsClient
from tests.newsroom.desk.roles import ROLES, member_of
from tests.newsroom.test_pictures import png
from tests.pages import submit, texts, tree_of

pytestmark = pytest.mark.django_db
DESK = "/admin/newsroom/journal/1/change/"
FORM = "//form[@id='journal_form']"
TEXTS = {
    "name": "Straits & Steppes",
    "tagline_en": "What happens between two seas",
    "tagline_fr": "Ce qui se passe entre deux mers",
    "call_en": "Read the whole of it.",
    "call_fr": "Lisez-le en entier.",
    "wall_title_en": "Here the road forks.",
    "wall_title_fr": "Ici la route bifurque.",
    "wall_text_en": "Subscribers go on.",
    "wall_text_fr": "Les abonnés continuent.",
    "gains_en": "Maps\nLedgers",
    "gains_fr": "Des cartes\nDes registres",
    "contact": "desk@straits.example",
    "links": "Mastodon https://social.example/@straits\nOpen data https://data.example/",
}


@pytest.fixture
def save(client, editor):
    """Saves the form with these values typed in, and lets this process look at the row."""
    client.force_login(editor)

    def save(**values):
        response = submit(client, client.get(DESK), FORM, **values)
        masthead.remember(None)
        return response

    return save


def page(address):
    return HttpsClient().get(address).content.decode()


@pytest.mark.parametrize(
    "address, said",
    [
        ("/en/", ["Straits &amp; Steppes: What happens between two seas</title>",
                  "Read the whole of it.", "mailto:desk@straits.example",
                  '<a href="https://social.example/@straits">Mastodon</a>', ">Open data</a>",
                  'content="What happens between two seas."']),
        ("/fr/", ["Ce qui se passe entre deux mers", "Lisez-le en entier."]),
        ("/en/articles/the-crossing/", ["Here the road forks.", "Subscribers go on.",
                                        "<li>Maps</li>", "<li>Ledgers</li>",
                                        '"name":"Straits \\u0026 Steppes"',
                                        "<i>Straits &amp; Steppes</i>"]),
        ("/en/about/", ["What happens between two seas.", "desk@straits.example</a>"]),
        ("/fr/subscribe/", ["Les abonnés continuent."]),
        ("/en/nowhere/", ["This page does not exist – Straits &amp; Steppes"]),
        ("/en/accounts/login/", ["Straits &amp; Steppes</title>"]),
        ("/en/feed/", ["Straits &amp; Steppes"]),
        ("/license.xml", ["Straits &amp; Steppes"]),
        ("/llms.txt", ["# Straits & Steppes", "> What happens between two seas."]),
        ("/sitemap-news.xml", ["<news:name>Straits &amp; Steppes"]),
    ],
)  # fmt: skip
def test_what_is_saved_is_said_and_what_was_said_before_is_gone(address, said, save, article):
    assert "EurasiaPeace" in page(address)

    assert save(**TEXTS).status_code == 302

    changed = page(address)
    assert [text for text in said if text not in changed] == []
    assert "EurasiaPeace" not in changed


def test_empty_fields_fall_back(save, article):
    before = {address: page(address) for address in ["/en/", "/fr/", article.get_absolute_url()]}
    save(**TEXTS)

    save(**dict.fromkeys(TEXTS, ""))

    assert {address: page(address) for address in before} == before


def test_mails_come_from_it(save):
    save(**TEXTS)

    mail.send(
        "account/email/login_code", to="a@example.org", language="en", context={"code": "ABCD-1234"}
    )

    [sent] = outbox.outbox
    assert sent.from_email == "Straits & Steppes <no-reply@journal.test>"
    assert sent.subject == "Your code for Straits & Steppes"
    assert "Straits &amp; Steppes" in sent.alternatives[0].content


def test_plan_that_is_offered_first_stands_first(save, db):
    for position, name in enumerate(["Reader", "Patron", "Library"]):
        plan = Plan.objects.create(slug=name.lower(), name_en=name, name_fr=name, position=position)

    save(first_plan=str(plan.pk))

    names = texts(tree_of(HttpsClient().get("/en/subscribe/")), "//li[@class='plan']/h2")
    assert names == ["Library", "Reader", "Patron"]


def test_share_card_shows_the_picture(client, editor):
    colour = (30, 90, 160)
    picture = plain(colour)
    client.force_login(editor)
    before = card_of(page("/en/about/"))

    response = client.post(DESK, {"card_picture": picture.pk})
    masthead.remember(None)

    assert response.status_code == 302
    after = card_of(page("/en/about/"))
    image = Image.open(BytesIO(HttpsClient().get(after).content)).convert("RGB")
    assert after != before
    assert image.size == (1200, 630)
    assert image.getpixel((600, 200)) == pytest.approx(colour, abs=12)


def plain(colour, *, is_public=True):
    stream = BytesIO()
    Image.new("RGB", (1300, 700), colour).save(stream, "PNG")
    file = ContentFile(stream.getvalue(), name="plain.png")
    return Picture.objects.create(file=file, credit="Archive", is_public=is_public)


def card_of(text):
    return text.split('property="og:image" content="https://journal.test')[1].split('"')[0]


# --- Refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values, said",
    [
        ({"tagline_en": "Alone"}, "Write it in both languages, or leave both empty."),
        ({"contact": "nobody"}, "Enter a valid email address."),
        ({"links": "https://no-name.example"},
         "“https://no-name.example” is not a name followed by an address such as https://…"),
        ({"links": "Script javascript:alert(1)"},
         "“Script javascript:alert(1)” is not a name followed by an address such as https://…"),
        ({"links": "\n".join(["A https://a.example"] * 9)}, "At most 8 links, with short names."),
        ({"gains_en": "x\n" * 7, "gains_fr": "y"}, "At most 6 lines of 120 characters."),
    ],
)  # fmt: skip
def test_form_refuses(values, said, save):
    response = save(**values)

    assert said in texts(tree_of(response), "//ul[contains(@class, 'errorlist')]/li")
    assert not Journal.objects.exists()


def test_name_of_two_lines_would_spoil_a_header(client, editor):
    client.force_login(editor)

    response = client.post(DESK, {"name": "One\r\nBcc: x@example.org"})

    assert "Write it in one line." in texts(tree_of(response), "//ul[@class='errorlist']/li")


def test_picture_that_is_too_small_or_not_public_is_refused(client, editor):
    client.force_login(editor)
    small, gated = png(is_public=True), plain("teal", is_public=False)

    refusals = [
        texts(
            tree_of(client.post(DESK, {"card_picture": picture.pk})),
            "//ul[contains(@class, 'errorlist')]/li",
        )
        for picture in [small, gated]
    ]

    assert refusals == [
        ["This picture is smaller than 1200 × 630 pixels."],
        ["Select a valid choice. That choice is not one of the available choices."],
    ]


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"Publishers"}))
def test_who_does_not_publish_has_no_say(role, client):
    client.force_login(member_of(role))

    answers = [
        client.get(DESK), client.post(DESK, {"name": "Mine"}), client.get(f"{DESK}../history/"),
        client.post("/admin/newsroom/journal/1/preview/", {}),
        client.get("/admin/newsroom/journal/"),
    ]  # fmt: skip

    assert [answer.status_code for answer in answers] == [403] * 5


def test_publishers_have_a_say(db):
    publishers = Group.objects.filter(name="Publishers").first()
    if publishers is None:
        pytest.skip("a test that commits has emptied the database of what migrations put there")

    held = publishers.permissions.filter(content_type__model="journal")
    assert set(held.values_list("codename", flat=True)) == {"view_journal", "change_journal"}


def test_there_is_one_row(client, editor):
    client.force_login(editor)

    assert tree_of(client.get("/admin/newsroom/journal/")).xpath(FORM)
    assert client.get("/admin/newsroom/journal/add/").status_code == 403
    assert client.get("/admin/newsroom/journal/1/delete/").status_code == 403
    assert client.get("/admin/newsroom/journal/2/change/").status_code == 302


# --- Preview and history --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code, said", [("en", "Here the road forks."), ("fr", "Ici la route bifurque.")]
)
def test_preview_shows_the_form_and_saves_nothing(code, said, client, editor, article):
    client.force_login(editor)
    before = page("/en/")

    response = client.post("/admin/newsroom/journal/1/preview/", {**TEXTS, "_preview": code})

    assert said in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"
    assert not Journal.objects.exists()
    assert page("/en/") == before


def test_preview_of_a_wrong_form_says_what_is_wrong(client, editor):
    client.force_login(editor)

    response = client.post("/admin/newsroom/journal/1/preview/", {"contact": "nobody"})

    assert "Enter a valid email address." in response.content.decode()


def test_history_says_who_changed_what(save, client, editor):
    client.force_login(editor)
    empty = client.get("/admin/newsroom/journal/1/history/")
    assert texts(tree_of(empty), "//tbody/tr") == ["Nothing has been changed yet."]

    save(name="First", contact="a@example.org")
    save(name="Second")

    rows = texts(tree_of(client.get("/admin/newsroom/journal/1/history/")), "//tbody/tr")

    by = [" ".join(row.split()[-4:]) for row in rows]
    assert len(rows) == 3
    assert all("editor@example.org" in row for row in rows)
    assert by == [
        "editor@example.org Name First Second",
        "editor@example.org Name – First",
        "editor@example.org Contact – a@example.org",
    ]


# --- Every process follows ------------------------------------------------------------------------


def test_row_is_read_once_in_half_a_second(settings, db):
    settings.JOURNAL_SECONDS = 0.5
    masthead.remember(None)

    with CaptureQueriesContext(connection) as asked:
        seen = {id(masthead.current()) for _each in range(100)}

    assert [len(asked), len(seen)] == [1, 1]


def test_another_process_is_heard(settings, db):
    settings.JOURNAL_SECONDS = 0
    masthead.remember(None)
    assert masthead.name() == "EurasiaPeace"

    Journal.objects.create(pk=1, name="Another")
    assert masthead.name() == "Another"
    seen = masthead.current()
    assert masthead.current() is seen  # what is drawn with it stays

    Journal.objects.update(name="A third")
    assert [masthead.name(), masthead.current() is seen] == ["A third", False]


def test_furniture_follows(settings, save, article):
    page("/en/about/")
    save(links="First https://one.example/")
    first = page("/en/about/")

    save(links="Second https://two.example/")

    assert "https://one.example/" in first
    assert "https://two.example/" in page("/en/about/")
    assert "https://one.example/" not in page("/en/about/")
