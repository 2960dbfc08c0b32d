"""Unsaved work is kept, others are noticed, and the writer sees what outsiders will see."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from lxml import html

from eurasia.accounts.models import User
from eurasia.newsroom import colleagues, drafting, vault
from eurasia.newsroom.models import Article, Autosave, FullText, Presence
from tests.cast import GATED, guard
from tests.conftest import HttpsClient
from tests.pages import one, submit, texts, tree_of

ADD = "/admin/newsroom/article/add/"
FORM = "//form[@id='article_form']"
TAB, OTHER_TAB = "1a" * 16, "2b" * 16
NOTES = "//section[@aria-label='Unsaved work'][not(@hidden)]"


def address_of(article):
    return reverse("admin:newsroom_article_writing", args=[article.pk] if article else [])


def page_of(article):
    return f"/admin/newsroom/article/{article.pk}/change/"


def say(client, article, **said):
    return client.post(address_of(article), said, content_type="application/json")


def keep(client, article, *, tab=TAB, lock="1.0", **fields):
    return say(
        client,
        article,
        tab=tab,
        lock=lock,
        fields={name: [value] for name, value in fields.items()},
    )


def kept():
    with vault.opened("desk"):
        return [
            (row.editor.email, row.article_id, row.tab, json.loads(row.fields))
            for row in Autosave.objects.order_by("id")
        ]


@pytest.fixture
def draft(write_article):
    return write_article(status="draft", published_at=None)


@pytest.fixture
def writing(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture
def other(client, editor):
    """A second editor."""
    user = User.objects.create_user("other@example.org", name="Second Editor", is_staff=True)
    user.user_permissions.set(editor.user_permissions.all())
    return guard(user)


# --- Unsaved work ---------------------------------------------------------------------------------


@time_machine.travel("2026-02-03T11:04:00Z", tick=False)
def test_unsaved_work_is_acknowledged_with_the_time(writing, draft, editor):
    response = keep(writing, draft, headline="New", body="<p>Typed</p>")

    assert response.json().keys() == {"colleagues", "newer", "saved", "address", "seen"}
    assert response.json()["saved"] == "12:04"
    assert kept() == [
        (editor.email, draft.pk, TAB, {"headline": ["New"], "body": ["<p>Typed</p>"]})
    ]


def test_what_is_acknowledged_changes_nothing_that_is_saved(writing, draft):
    keep(writing, draft, headline="New", teaser="<p>New</p>", body="<p>New</p>")

    draft.refresh_from_db()
    with vault.opened("desk"):
        body = FullText.objects.get(pk=draft.pk).body
    assert draft.headline == "Headline of the-crossing"
    assert GATED in body


def test_work_on_a_new_article_is_kept(writing, editor):
    keep(writing, None, headline="New")

    assert kept() == [(editor.email, None, TAB, {"headline": ["New"]})]


def test_later_work_of_a_tab_takes_the_place_of_earlier(writing, draft):
    keep(writing, draft, headline="One")
    keep(writing, draft, headline="Elsewhere", tab=OTHER_TAB)
    keep(writing, draft, headline="Two")

    assert [fields["headline"] for *_rest, fields in kept()] == [["Two"], ["Elsewhere"]]


def test_only_fields_of_the_editors_own_form_are_kept(writing, draft):
    keep(writing, draft, headline="New", status="published", tab_="x", published_at_0="2026-01-01")

    assert kept()[0][-1] == {"headline": ["New"], "published_at_0": ["2026-01-01"]}


def test_colleague_without_full_texts_keeps_none(client, colleague, draft):
    client.force_login(colleague)

    response = keep(client, draft, teaser="<p>Mine</p>", body="<p>Slipped in</p>")

    assert kept()[0][-1] == {"teaser": ["<p>Mine</p>"]}
    assert "Full text" not in response.json()["seen"]


def test_what_rendering_refuses_is_kept_and_the_answer_says_why(writing, draft):
    deep = "<div>" * 101

    response = keep(writing, draft, headline="Deep", teaser="<p>Fine</p>", body=deep)

    assert kept()[0][-1]["body"] == [deep]
    assert "Full text: This text nests its markup more than 100 levels" in response.json()["seen"]
    assert "<p>Fine</p>" in response.json()["seen"]


def test_work_that_came_back_to_what_is_saved_is_forgotten(writing, draft):
    keep(writing, draft, headline="New")

    response = say(writing, draft, tab=TAB, lock="1.0", forget=True)

    assert (response.status_code, kept()) == (200, [])


@pytest.mark.parametrize(
    "said",
    [
        [],
        {"tab": TAB, "fields": []},
        {"tab": TAB, "fields": {"headline": "New"}},
        {"tab": TAB, "fields": {"headline": [1]}},
        {"tab": "short", "fields": {}},
        {"tab": None, "fields": {}},
        {"tab": "", "forget": True},
        {"tab": TAB, "lock": "1" * 41, "fields": {}},
        {"tab": TAB, "lock": 1, "fields": {}},
    ],
)
def test_what_no_page_sends_is_refused(writing, draft, said):
    response = writing.post(address_of(draft), said, content_type="application/json")

    assert (response.status_code, response.json()) == (
        400,
        {"error": "This is not what the page sends."},
    )
    assert kept() == []


def test_what_is_no_json_is_refused(writing, draft):
    response = writing.post(address_of(draft), b"\xff{", content_type="application/json")

    assert response.status_code == 400


def test_too_much_is_refused_with_a_reason(writing, draft, monkeypatch):
    monkeypatch.setattr(drafting, "MOST_CHARACTERS", 100)

    response = keep(writing, draft, body="x" * 100)

    assert response.status_code == 413
    assert response.json() == {
        "error": "This is more than can be kept as unsaved work. Divide it into several articles."
    }


def test_more_than_a_request_may_hold_is_refused_with_the_same_reason(writing, draft, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    response = keep(writing, draft, body="x" * 100)

    assert response.json()["error"].startswith("This is more than can be kept")


# --- Who may --------------------------------------------------------------------------------------


def only(user, *codenames):
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="newsroom", codename__in=codenames)
    )
    return user


@pytest.mark.parametrize("who", ["outsider", "subscriber"])
def test_nobody_else_writes(client, who, draft, request):
    if who != "outsider":
        client.force_login(request.getfixturevalue(who))

    assert keep(client, draft, headline="New").status_code == 302
    assert kept() == []


def test_who_may_only_look_keeps_nothing(client, colleague, draft):
    client.force_login(only(colleague, "view_article", "view_fulltext"))

    assert keep(client, draft, headline="New").status_code == 403
    assert keep(client, None, headline="New").status_code == 403
    assert kept() == []


def test_writer_keeps_work_on_their_own_articles_alone(client, colleague, draft, write_article):
    own = write_article("own", status="draft", published_at=None, owner=colleague)
    client.force_login(
        only(colleague, "write_own_article", "add_article", "view_fulltext", "change_fulltext")
    )

    statuses = [keep(client, article, headline="New").status_code for article in [own, draft]]

    assert statuses == [200, 404]
    assert [article for _editor, article, *_rest in kept()] == [own.pk]


def test_page_that_looks_only_offers_no_place_to_write(client, colleague, draft):
    client.force_login(only(colleague, "view_article", "view_fulltext"))

    page = client.get(page_of(draft))

    assert page.status_code == 200
    assert "desk/writing.js" not in page.content.decode()


def test_other_sites_cannot_write(editor, draft):
    client = HttpsClient(enforce_csrf_checks=True, headers={"Referer": "https://testserver/"})
    client.force_login(editor)
    refused = keep(client, draft, headline="New")
    token = client.get(address_of(draft)).json()["token"]

    accepted = client.post(
        address_of(draft),
        {"tab": TAB, "fields": {"headline": ["New"]}},
        content_type="application/json",
        headers={"X-CSRFToken": token},
    )

    assert (refused.status_code, accepted.status_code) == (403, 200)


# --- Colleagues -----------------------------------------------------------------------------------


def test_two_editors_notice_each_other(client, editor, other, draft):
    client.force_login(other)
    first = say(client, draft).json()
    client.force_login(editor)

    second = say(client, draft).json()

    assert (first["colleagues"], second["colleagues"]) == ([], ["Second Editor"])


@pytest.mark.parametrize("seconds, names", [(44, ["Second Editor"]), (45, [])])
def test_who_is_silent_for_45_seconds_has_left(writing, other, draft, seconds, names):
    with time_machine.travel("2026-02-03T11:04:00Z", tick=False) as clock:
        colleagues.meet(draft, other, timezone.now())
        clock.shift(timedelta(seconds=seconds))
        writing.force_login(User.objects.get(email="editor@example.org"))

        assert say(writing, draft).json()["colleagues"] == names


def test_who_leaves_is_gone_at_once(writing, draft):
    say(writing, draft)

    say(writing, draft, leave=True)

    assert Presence.objects.count() == 0


def test_page_is_told_of_a_newer_version(writing, draft):
    lock = drafting.lock_of(draft, None)
    before = say(writing, draft, lock=lock).json()["newer"]
    draft.save()

    assert (before, say(writing, draft, lock=lock).json()["newer"]) == (False, True)


# --- What outsiders will see ----------------------------------------------------------------------


def seen(client, article, **fields):
    return keep(client, article, **fields).json()["seen"]


def test_outsiders_see_the_free_part_alone_with_its_notes_numbered(writing, draft):
    note = '<span class="footnote">Public note</span>'
    gated = '<span class="footnote">Gated note</span>'

    shown = seen(
        writing,
        draft,
        headline="<New>",
        standfirst="Short",
        teaser=f"<p>Free{note}</p>",
        body=f"<p>Paid{gated}</p>",
    )

    assert "&lt;New&gt;" in shown
    assert "Short" in shown
    assert f'<a class="fn-ref" id="fnref-{draft.pk}-1"' in shown
    assert f'<li id="fn-{draft.pk}-1">Public note' in shown
    assert "The full text is for subscribers." in shown
    assert "Paid" not in shown
    assert "Gated note" not in shown


def test_hostile_markup_does_not_come_back(writing, draft):
    shown = seen(writing, draft, teaser='<img src=x onerror="alert(1)"><script>alert(2)</script>')

    assert "alert" not in shown


def test_wall_speaks_the_language_of_the_article(writing, write_article):
    article = write_article("fr", language="fr", status="draft", published_at=None)

    shown = seen(writing, article, teaser="<p>Libre</p>")

    assert "Le texte intégral est réservé aux abonnés." in shown
    assert "Teaser: 1 word" in shown


def test_open_article_has_no_wall(writing, draft):
    shown = seen(writing, draft, teaser="<p>Free</p>", access="everyone")

    assert "The full text is for subscribers." not in shown
    assert "it is open" in shown


def test_words_are_counted(writing, draft):
    shown = seen(writing, draft, teaser="<p>one two</p>", body=f"<p>{'word ' * 438}</p>")

    [line] = texts(tree_of_html(shown), "//p[@class='desk-words']")
    assert line == "Teaser: 2 words Full text: 438 words 2 minutes to read"


def tree_of_html(source):
    return html.fragment_fromstring(source, create_parent=True)


def test_page_shows_it_before_anything_is_typed(writing, draft):
    shown = one(tree_of(writing.get(page_of(draft))), "//div[@data-writing-seen]")

    assert "speaks of a border crossing" in shown.text_content()
    assert GATED not in shown.text_content()


# --- Taking it up again ---------------------------------------------------------------------------


def test_page_offers_what_was_left_unsaved(writing, draft):
    keep(writing, draft, headline="Left")

    tree = tree_of(writing.get(page_of(draft)))

    assert texts(tree, f"{NOTES}//a") == [
        "Take it up again",
        "See the difference",
        "Throw it away",
    ]


def test_nothing_left_nothing_offered(writing, draft, other):
    writing.force_login(other)
    keep(writing, draft, headline="Left by another")
    writing.force_login(User.objects.get(email="editor@example.org"))
    keep(writing, None, headline="Left on a new one")

    assert texts(tree_of(writing.get(page_of(draft))), NOTES) == []


def take_up(client, page):
    return client.get(one(tree_of(page), f"{NOTES}//a[text()='Take it up again']").get("href"))


def test_taking_up_fills_every_field(writing, draft, topic_file):
    keep(
        writing,
        draft,
        lock="7.0",
        headline="Left",
        standfirst="Below",
        teaser="<p>Teaser</p>",
        body="<p>Body</p>",
        access="everyone",
        free_from_0="2026-02-03",
        free_from_1="no time",
        in_files=str(topic_file.pk),
        note="Why",
    )

    form = one(tree_of(take_up(writing, writing.get(page_of(draft)))), FORM)

    values = dict(form.form_values())
    assert {name: values[name].strip() for name in values if name in FILLED} == FILLED | {
        "in_files": ""  # the empty choice at the end
    }
    assert form.xpath(".//select[@name='in_files'][1]/option[@selected]/@value") == [
        str(topic_file.pk)
    ]


FILLED = {
    "headline": "Left",
    "standfirst": "Below",
    "teaser": "<p>Teaser</p>",
    "body": "<p>Body</p>",
    "access": "everyone",
    "free_from_0": "2026-02-03",
    "free_from_1": "no time",
    "in_files": "",
    "note": "Why",
    "tab": TAB,
    "lock": "7.0",
}


@pytest.mark.parametrize("cover", ["no number", "999"])
def test_what_is_no_longer_there_is_not_taken_up(writing, draft, cover):
    keep(writing, draft, headline="Left", cover=cover)

    form = one(tree_of(take_up(writing, writing.get(page_of(draft)))), FORM)

    values = dict(form.form_values())
    assert (values["headline"], values.get("cover")) == ("Left", None)


def test_what_was_taken_up_is_kept_until_it_is_saved(writing, draft):
    lock = drafting.lock_of(draft, None)
    keep(writing, draft, lock=lock, headline="Left", slug=draft.slug, language="en")
    page = take_up(writing, writing.get(page_of(draft)))
    before = len(kept())

    submit(writing, page, FORM, follow=True)

    assert (before, kept()) == (1, [])
    assert Article.objects.get(pk=draft.pk).headline == "Left"


def test_work_on_a_new_article_is_taken_up(writing):
    keep(writing, None, lock="", headline="Left", teaser="<p>T</p>", language="fr", slug="left")

    page = take_up(writing, writing.get(ADD))
    submit(writing, page, FORM, follow=True)

    assert Article.objects.get().headline == "Left"
    assert kept() == []


def test_work_that_began_from_an_older_version_is_refused_as_stale(writing, draft):
    keep(writing, draft, lock=drafting.lock_of(draft, None), headline="Left", slug=draft.slug)
    draft.save()

    page = submit(writing, take_up(writing, writing.get(page_of(draft))), FORM)

    assert "Somebody saved this article after you had opened it" in page.content.decode()
    assert [fields["headline"] for *_rest, fields in kept()] == [["Left"]]


def test_throwing_away_asks_and_then_forgets(writing, draft):
    keep(writing, draft, headline="Left")
    page = writing.get(page_of(draft))

    asked = writing.get(one(tree_of(page), f"{NOTES}//a[text()='Throw it away']").get("href"))
    before = len(kept())
    answer = submit(writing, asked, "//form[.//input[@value='Throw it away']]", follow=True)

    assert (before, kept()) == (1, [])
    assert texts(tree_of(answer), "//ul[@class='messagelist']/li") == [
        "The unsaved work was thrown away."
    ]


def test_difference_to_what_is_saved_is_shown(writing, draft):
    keep(writing, draft, headline="Headline of a crossing", teaser="<div>" * 101)
    page = writing.get(page_of(draft))

    shown = writing.get(one(tree_of(page), f"{NOTES}//a[text()='See the difference']").get("href"))

    sections = texts(tree_of(shown), "//section[@class='desk-difference']")
    assert [section.partition(" ")[0] for section in sections] == ["Headline", "Teaser"]
    assert texts(tree_of(shown), "//del[@class='removed']") == ["Removed: the-crossing"]
    assert texts(tree_of(shown), "//ins[@class='added']") == ["Added: a crossing"]


def test_unsaved_work_of_another_editor_is_not_there(writing, draft, other):
    writing.force_login(other)
    keep(writing, draft, headline="Theirs")
    with vault.opened("desk"):
        pk = Autosave.objects.get().pk
    writing.force_login(User.objects.get(email="editor@example.org"))

    page = f"/admin/newsroom/article/unsaved/{pk}/"
    statuses = [
        writing.get(f"{page_of(draft)}?unsaved={pk}").status_code,
        writing.get(page).status_code,
        writing.post(page).status_code,
    ]

    assert statuses == [404, 404, 404]
    assert len(kept()) == 1


@pytest.mark.parametrize("number", ["0", "x", "9" * 30])
def test_unsaved_work_that_never_was_is_no_page(writing, draft, number):
    assert writing.get(f"{page_of(draft)}?unsaved={number}").status_code == 404


def test_unsaved_work_opens_on_its_own_article_alone(writing, draft, write_article):
    keep(writing, draft, headline="Left")
    with vault.opened("desk"):
        pk = Autosave.objects.get().pk

    assert writing.get(f"{page_of(write_article('else'))}?unsaved={pk}").status_code == 404
    assert writing.get(f"{ADD}?unsaved={pk}").status_code == 404


# --- A save that is refused -----------------------------------------------------------------------


def test_stale_save_is_kept_as_unsaved_work_without_scripts(writing, draft, editor):
    page = writing.get(page_of(draft))
    draft.save()

    refused = submit(writing, page, FORM, headline="Mine", body="<p>Mine</p>")

    [(_editor, article, tab, fields)] = kept()
    assert (article, fields["headline"], fields["body"]) == (draft.pk, ["Mine"], ["<p>Mine</p>"])
    assert one(tree_of(refused), "//input[@name='tab']").get("value") == tab
    assert one(tree_of(refused), "//input[@name='headline']").get("value") == "Mine"


def test_save_that_lacks_something_is_kept_in_its_tab(writing):
    page = writing.get(ADD)

    submit(writing, page, FORM, standfirst="Only this", tab=TAB)

    assert [(tab, fields["standfirst"]) for *_rest, tab, fields in kept()] == [(TAB, ["Only this"])]


def test_save_forgets_the_work_of_its_tab(writing, draft):
    keep(writing, draft, headline="Typed")
    keep(writing, draft, headline="Elsewhere", tab=OTHER_TAB)

    submit(writing, writing.get(page_of(draft)), FORM, headline="Typed", tab=TAB, follow=True)

    assert [tab for *_rest, tab, _fields in kept()] == [OTHER_TAB]
