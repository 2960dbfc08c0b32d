"""The newsroom's desk: who may enter, what each may see, and what the buttons do."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission

import eurasia.urls  # noqa: F401 - decides what the desk shows
from eurasia.newsroom import publishing, vault
from eurasia.newsroom.models import (
    Article,
    FullText,
    TopicFile,
)
from tests.cast import GATED, TEASER, totp
from tests.newsroom.test_pictures import png
from tests.pages import one, submit, texts, tree_of

ARTICLES = "/admin/newsroom/article/"
FORM = "//form[@id='article_form']"


def change_page(article):
    return f"{ARTICLES}{article.pk}/change/"


def messages_of(response):
    return texts(tree_of(response), "//ul[@class='messagelist']/li")


def full_text_of(article):
    with vault.opened("desk"):
        return FullText.objects.get(pk=article.pk).body


# --- The door ------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/admin/", ARTICLES, "/admin/login/"])
def test_outsider_at_the_desk_signs_in_by_the_houses_form(address, client, db):
    response = client.get(address, follow=True)

    assert response.request["PATH_INFO"] == "/en/accounts/login/"
    assert response.redirect_chain[-1][0].startswith("/en/accounts/login/?next=%2Fadmin%2F")


def test_editor_comes_to_the_desk_by_password_and_second_factor(client, editor):
    editor.set_password("a long way to Muscat")
    editor.save()
    editor.emailaddress_set.update(verified=True)
    page = client.get("/admin/", follow=True)

    second = submit(
        client,
        page,
        "//form[.//input[@name='password']]",
        login=editor.email,
        password="a long way to Muscat",
        follow=True,
    )
    desk = submit(client, second, "//form[.//input[@name='code']]", code=totp(), follow=True)

    assert desk.request["PATH_INFO"] == "/admin/"
    assert desk.status_code == 200


@pytest.mark.parametrize("address", ["/admin/", ARTICLES, "/admin/accounts/user/"])
def test_subscriber_is_refused_at_the_desk(address, client, subscriber, article):
    client.force_login(subscriber)

    response = client.get(address, follow=True)

    assert response.status_code == 403
    assert "Headline of the-crossing" not in response.content.decode()


def test_desk_speaks_the_language_of_its_editor(client, editor):
    editor.language = "fr"
    editor.save()
    client.force_login(editor)

    response = client.get(ARTICLES)

    assert tree_of(response).get("lang") == "fr"
    assert response.headers["Content-Language"] == "fr"
    assert response.headers["Cache-Control"] == "private, no-store"


# --- Staff without the right to full texts -------------------------------------------------------


def test_colleague_changes_a_teaser_and_never_the_full_text(client, colleague, write_article):
    article = write_article(status="draft")
    client.force_login(colleague)
    page = client.get(change_page(article))
    assert tree_of(page).xpath("//*[@name='body']") == []

    form = one(tree_of(page), FORM)
    sent = {**dict(form.form_values()), "teaser": "<p>New.</p>", "body": "<p>Planted.</p>"}
    response = client.post(change_page(article), sent)

    article.refresh_from_db()
    assert response.status_code == 302
    assert article.teaser == "<p>New.</p>"
    assert GATED in full_text_of(article)
    assert "Planted" not in full_text_of(article)


@pytest.mark.parametrize("name", ["body", "body_html", "fulltext__body", "full_text__body"])
def test_colleague_cannot_ask_for_words_of_the_full_text(name, client, colleague, article):
    client.force_login(colleague)

    answers = [
        client.get(f"{ARTICLES}?{name}__icontains={word}", follow=True)
        for word in ["caravan", "nowhere-to-be-found"]
    ]

    rows = "//table[@id='result_list']/tbody/tr"
    assert answers[0].status_code == answers[1].status_code
    assert texts(tree_of(answers[0]), rows) == texts(tree_of(answers[1]), rows)


def test_colleague_is_refused_the_previews(client, colleague, article):
    client.force_login(colleague)

    answers = [
        client.get(f"{ARTICLES}{article.pk}/as/{who}/") for who in ["outsider", "subscriber"]
    ]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_viewer_of_articles_changes_nothing(client, colleague, article):
    colleague.user_permissions.set(
        Permission.objects.filter(codename__in=["view_article", "view_fulltext", "change_fulltext"])
    )
    client.force_login(colleague)

    seen = client.get(change_page(article))
    sent = client.post(change_page(article), {"headline": "Planted", "body": "<p>Planted.</p>"})

    article.refresh_from_db()
    assert (seen.status_code, sent.status_code) == (200, 403)
    assert (article.headline, article.status) == ("Headline of the-crossing", "published")
    assert "Planted" not in full_text_of(article)


# --- Writing -------------------------------------------------------------------------------------


def test_editor_writes_an_article_on_one_page(client, editor, topic_file):
    client.force_login(editor)

    response = submit(
        client,
        client.get(f"{ARTICLES}add/"),
        FORM,
        headline="Tea and trade",
        slug="tea-and-trade",
        language="en",
        teaser='<p onclick="x()">Free.</p>',
        body="<p>Kept.<script>alert(1)</script></p>",
    )

    article = Article.objects.get()
    assert response.status_code == 302
    assert (article.status, article.access, article.teaser) == (
        "draft",
        "subscribers",
        "<p>Free.</p>",
    )
    assert article.teaser_html == "<p>Free.</p>"
    assert full_text_of(article) == "<p>Kept.</p>"
    assert article.history.first().history_user == editor


def test_editor_sees_and_changes_both_parts(client, editor, write_article):
    article = write_article(status="in_review")
    client.force_login(editor)
    page = client.get(change_page(article))
    assert GATED in one(tree_of(page), "//*[@name='body']").text

    submit(client, page, FORM, teaser="<p>New free.</p>", body="<p>New kept.</p>")

    article.refresh_from_db()
    assert (article.teaser_html, full_text_of(article)) == ("<p>New free.</p>", "<p>New kept.</p>")
    assert article.status == "in_review"


def test_log_of_the_desk_names_fields_and_no_text(client, editor, article):
    client.force_login(editor)

    submit(client, client.get(change_page(article)), FORM, body=f"<p>{GATED} Twice.</p>")

    entry = LogEntry.objects.get()
    assert entry.get_change_message() == "Changed Full text."
    assert GATED not in entry.change_message + entry.object_repr


@pytest.mark.parametrize(
    "values",
    [
        {"headline": ""},
        {"slug": ""},
        {"slug": "taken"},
        {"published_at_0": "", "published_at_1": ""},
        {"access": "everyone", "free_until_0": "2030-01-01", "free_until_1": "00:00"},
        {
            "free_from_0": "2030-01-01",
            "free_from_1": "00:00",
            "free_until_0": "2029-01-01",
            "free_until_1": "00:00",
        },
        {"body": "<div>" * 200},
        {"teaser": "<div>" * 200},
    ],
)
def test_what_cannot_be_is_refused_with_a_word_and_changes_nothing(
    values, client, editor, article, write_article
):
    write_article("taken")
    client.force_login(editor)

    response = submit(client, client.get(change_page(article)), FORM, **values)

    assert response.status_code == 200
    assert texts(tree_of(response), "//ul[contains(@class, 'errorlist')]/li") != []
    article.refresh_from_db()
    assert (article.headline, article.slug) == ("Headline of the-crossing", "the-crossing")
    assert article.published_at is not None
    assert GATED in full_text_of(article)


def test_editor_schedules_an_article(client, editor, write_article, time_machine, now):
    article = write_article(status="draft", published_at=None)
    client.force_login(editor)
    submit(
        client,
        client.get(change_page(article)),
        FORM,
        published_at_0="2040-01-01",
        published_at_1="12:00",
    )
    publishing.publish(article, by=editor, at=now)

    article.refresh_from_db()
    assert article.status == "published"
    assert article.published_at.isoformat() == "2040-01-01T11:00:00+00:00"
    assert "scheduled" in texts(tree_of(client.get(ARTICLES)), "//td[@class='field-state']")
    assert client.get("/en/articles/the-crossing/").status_code == 404


# --- Previews ------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["draft", "in_review", "published", "withdrawn"])
def test_editor_views_an_article_as_others_would(status, client, editor, write_article):
    values = {"published_at": None} if status in {"draft", "in_review"} else {}
    article = write_article(status=status, **values)
    client.force_login(editor)

    outsider, subscriber = (
        client.get(f"{ARTICLES}{article.pk}/as/{who}/") for who in ["outsider", "subscriber"]
    )

    assert (outsider.status_code, subscriber.status_code) == (200, 200)
    assert TEASER in outsider.content.decode()
    assert GATED not in outsider.content.decode()
    assert "Take your subscription" in outsider.content.decode()
    assert GATED in subscriber.content.decode()
    assert {outsider.headers["Cache-Control"], subscriber.headers["Cache-Control"]} == {
        "private, no-store"
    }
    article.refresh_from_db()
    assert article.status == status


def test_preview_is_in_the_articles_language(client, editor, write_article):
    article = write_article(language="fr")
    client.force_login(editor)

    response = client.get(f"{ARTICLES}{article.pk}/as/outsider/")

    assert tree_of(response).get("lang") == "fr"


@pytest.mark.parametrize("who", ["editor", "OUTSIDER", "nobody"])
def test_preview_as_anybody_else_is_refused(who, client, editor, article):
    client.force_login(editor)

    response = client.get(f"{ARTICLES}{article.pk}/as/{who}/")

    assert response.status_code == 403
    assert GATED not in response.content.decode()


# --- Deleting ------------------------------------------------------------------------------------


def test_editor_puts_an_article_into_the_bin(client, editor, article, write_article):
    kept = write_article("kept")
    client.force_login(editor)
    page = client.get(f"{ARTICLES}{article.pk}/delete/")
    assert GATED not in page.content.decode()

    response = submit(client, page, "//form[.//input[@name='post']]", follow=True)

    article.refresh_from_db()
    assert (article.status, GATED in full_text_of(article)) == ("deleted", True)
    assert list(Article.objects.kept()) == [kept]
    assert client.get("/en/articles/the-crossing/").status_code == 404
    assert messages_of(response) == [
        "The article “Headline of the-crossing” was deleted successfully."
    ]


def test_colleague_deletes_nothing(client, colleague, article):
    client.force_login(colleague)

    response = client.post(f"{ARTICLES}{article.pk}/delete/", {"post": "yes"})

    article.refresh_from_db()
    assert (response.status_code, article.status) == (403, "published")


def test_file_with_articles_is_not_deleted(client, editor, article, topic_file):
    client.force_login(editor)

    client.post(f"/admin/newsroom/topicfile/{topic_file.pk}/delete/", {"post": "yes"})

    assert TopicFile.objects.count() == 1


# --- Pictures ------------------------------------------------------------------------------------


def test_gated_picture_does_not_become_public(client, editor, db):
    picture = png(is_public=False)
    client.force_login(editor)
    address = f"/admin/newsroom/picture/{picture.pk}/change/"
    page = client.get(address)
    assert tree_of(page).xpath("//form[@id='picture_form']//*[@name='is_public']") == []

    form = one(tree_of(page), "//form[@id='picture_form']")
    response = client.post(
        address,
        {**dict(form.form_values()), "is_public": "on", "credit": "New", "alt_fr": "Une vue"},
    )

    picture.refresh_from_db()
    assert response.status_code == 302
    assert (picture.is_public, picture.credit) == (False, "New")


def test_scheduled_state_ends_at_its_instant(client, editor, write_article, now, time_machine):
    at = now + timedelta(hours=1)
    write_article(published_at=at)
    client.force_login(editor)
    state = "//td[@class='field-state']"

    time_machine.move_to(at - timedelta(microseconds=1), tick=False)
    before = texts(tree_of(client.get(ARTICLES)), state)
    time_machine.move_to(at, tick=False)
    then = texts(tree_of(client.get(ARTICLES)), state)

    assert (before, then) == (["scheduled"], ["published"])
