"""Corrections: editors add them to an article, everyone reads them at its foot."""

from datetime import UTC, date, datetime, time

import pytest
from django.contrib.auth.models import Permission

from eurasia.newsroom import publishing
from eurasia.newsroom.models import Correction
from tests.conftest import HttpsClient
from tests.pages import one, submit, texts, tree_of

ADDRESS = "/en/articles/the-crossing/"
FORM = "//form[@id='correction_form']"


@pytest.fixture
def corrected(article):
    for on, text in [
        (date(2025, 1, 8), "The name was misspelt."),
        (date(2025, 3, 2), "The border lies <further> east.\n\nSo does the river."),
        (date(2025, 1, 8), "The year was 1980."),
    ]:
        publishing.correct(article, text, at=datetime.combine(on, time(12), UTC))
    return article


@pytest.mark.parametrize("who", ["outsider", "registered", "lapsed", "subscriber", "editor"])
def test_everyone_reads_the_corrections_newest_first(who, client, corrected, request):
    if who != "outsider":
        client.force_login(request.getfixturevalue(who))

    tree = tree_of(client.get(ADDRESS))

    assert texts(tree, "//section[@class='corrections']//li") == [
        "2 March 2025 The border lies <further> east. So does the river.",
        "8 January 2025 The year was 1980.",
        "8 January 2025 The name was misspelt.",
    ]
    assert tree.xpath("//section[@class='corrections']//time/@datetime") == [
        "2025-03-02",
        "2025-01-08",
        "2025-01-08",
    ]


def test_date_of_the_last_correction_leads_to_the_foot(client, corrected):
    tree = tree_of(client.get(ADDRESS))

    link = one(tree, "//div[@class='article-facts']//a[starts-with(@href, '#')]")
    assert " ".join(link.text_content().split()) == "Corrected on 2 March 2025"
    assert link.get("href") == "#corrections"
    assert len(tree.xpath("//*[@id='corrections']")) == 1


def test_article_that_needed_none_speaks_of_no_corrections(client, article):
    tree = tree_of(client.get(ADDRESS))

    assert "orrect" not in one(tree, "//main").text_content()


def test_corrections_of_one_article_are_not_those_of_another(client, corrected, write_article):
    write_article("another")

    assert "misspelt" not in client.get("/en/articles/another/").content.decode()


def test_corrections_go_with_the_language_of_their_article(client, corrected, write_article):
    french = write_article("le-passage", language="fr", work=corrected.work)
    publishing.correct(french, "Le nom était faux.", at=datetime(2025, 1, 2, 12, tzinfo=UTC))

    tree = tree_of(client.get("/fr/articles/le-passage/"))

    assert texts(tree, "//section[@class='corrections']//li") == [
        "2 janvier 2025 Le nom était faux."
    ]


# --- At the desk ----------------------------------------------------------------------------------


CORRECTIONS = "/admin/newsroom/correction/"


def test_editor_adds_a_correction(client, article, editor):
    client.force_login(editor)
    values = {"article": article.pk, "on": "2025-01-08", "text": "The name was misspelt."}

    response = client.post(f"{CORRECTIONS}add/", values)

    assert response.status_code == 302
    assert list(article.corrections.values_list("on", "text")) == [
        (date(2025, 1, 8), "The name was misspelt.")
    ]
    client.logout()
    assert "The name was misspelt." in client.get(ADDRESS).content.decode()


def test_editor_mends_a_correction(client, article, editor):
    made = Correction.objects.create(article=article, on=date(2025, 1, 8), text="Misspelt.")
    client.force_login(editor)
    page = client.get(f"{CORRECTIONS}{made.pk}/change/")

    response = submit(client, page, FORM, text="The name was misspelt.")

    assert response.status_code == 302
    assert [correction.text for correction in article.corrections.all()] == [
        "The name was misspelt."
    ]
    client.logout()
    assert "The name was misspelt." in client.get(ADDRESS).content.decode()


def test_correction_that_is_deleted_goes_from_the_page(client, corrected, editor):
    client.force_login(editor)
    one_of_them = corrected.corrections.get(text="The year was 1980.")

    client.post(f"{CORRECTIONS}{one_of_them.pk}/delete/", {"post": "yes"})
    after_one = HttpsClient().get(ADDRESS).content.decode()
    rest = list(corrected.corrections.values_list("pk", flat=True))
    asked = {"action": "delete_selected", "_selected_action": rest, "post": "yes"}
    client.post(CORRECTIONS, asked)

    assert "1980" not in after_one
    assert "misspelt" in after_one
    assert "misspelt" not in HttpsClient().get(ADDRESS).content.decode()


@pytest.mark.parametrize("on, text", [("", "The name was misspelt."), ("2025-01-08", " ")])
def test_correction_without_a_day_or_a_text_is_refused(on, text, client, article, editor):
    client.force_login(editor)

    response = client.post(f"{CORRECTIONS}add/", {"article": article.pk, "on": on, "text": text})

    assert response.status_code == 200
    assert "This field is required." in response.content.decode()
    assert not article.corrections.exists()


def test_colleague_without_the_permission_sees_no_corrections(client, corrected, colleague):
    client.force_login(colleague)

    response = client.get(CORRECTIONS)

    assert response.status_code == 403
    assert "The year was 1980." not in response.content.decode()


def test_colleague_who_may_only_look_cannot_change_them(client, corrected, colleague):
    colleague.user_permissions.add(Permission.objects.get(codename="view_correction"))
    client.force_login(colleague)
    address = f"{CORRECTIONS}{corrected.corrections.first().pk}/change/"

    seen, sent = client.get(address), client.post(address, {"text": "Planted."})

    assert (seen.status_code, sent.status_code) == (200, 403)
    assert "The name was misspelt." in seen.content.decode()


def test_preview_at_the_desk_shows_the_corrections(client, corrected, editor):
    client.force_login(editor)

    page = client.get(f"/admin/newsroom/article/{corrected.pk}/as/outsider/").content.decode()

    assert "The name was misspelt." in page
