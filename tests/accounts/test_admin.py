"""Readers at the desk: looked after by editors, raised by superusers alone."""

import pytest
from django.contrib.auth.models import Permission

from eurasia.accounts.models import User
from eurasia.newsroom import publishing, vault
from eurasia.newsroom.models import FullText
from tests.cast import GATED, guard
from tests.conftest import HttpsClient
from tests.pages import code_sent_to, one, submit, texts, tree_of

READERS = "/admin/accounts/user/"
FORM = "//form[@id='user_form']"


@pytest.fixture
def superuser(db):
    return guard(User.objects.create_superuser("chief@example.org"))


def change_page(reader):
    return f"{READERS}{reader.pk}/change/"


def delete(client, *readers):
    """By the button on the list, which asks once more."""
    return client.post(
        READERS,
        {
            "action": "delete_selected",
            "_selected_action": [reader.pk for reader in readers],
            "post": "yes",
        },
    )


def test_editor_adds_a_reader_who_then_signs_in_by_code(client, editor, article):
    client.force_login(editor)

    submit(client, client.get(f"{READERS}add/"), FORM, email="New@Example.org", name="New")

    reader = User.objects.get(email="new@example.org")
    assert (reader.is_staff, reader.is_superuser, reader.has_usable_password()) == (False,) * 3
    browser = HttpsClient()
    asked = submit(
        browser,
        browser.get("/en/accounts/login/code/?next=/en/articles/the-crossing/"),
        email=reader.email,
        follow=True,
    )
    end = submit(
        browser,
        asked,
        "//form[.//input[@name='code']]",
        code=code_sent_to(reader.email),
        follow=True,
    )
    assert end.request["PATH_INFO"] == "/en/articles/the-crossing/"


def test_editor_switches_a_reader_off_and_the_text_shuts(client, editor, subscriber, article):
    reading = HttpsClient()
    reading.force_login(subscriber)
    assert GATED in reading.get("/en/articles/the-crossing/").content.decode()
    client.force_login(editor)

    page = client.get(change_page(subscriber))
    form = one(tree_of(page), FORM)
    values = {name: value for name, value in form.form_values() if name != "is_active"}
    client.post(change_page(subscriber), values)

    subscriber.refresh_from_db()
    assert not subscriber.is_active
    assert GATED not in reading.get("/en/articles/the-crossing/").content.decode()


def test_address_is_not_changed_at_the_desk(client, editor, registered):
    client.force_login(editor)
    page = client.get(change_page(registered))

    values = dict(one(tree_of(page), FORM).form_values())
    client.post(change_page(registered), {**values, "email": "thief@example.org", "name": "R."})

    registered.refresh_from_db()
    assert (registered.email, registered.name) == ("registered@example.org", "R.")


@pytest.mark.parametrize("target", ["editor", "registered"])
def test_editor_raises_nobody(target, client, editor, request):
    reader = request.getfixturevalue(target)
    client.force_login(editor)
    page = client.get(change_page(reader))
    names = set(one(tree_of(page), FORM).fields.keys())
    right = Permission.objects.get(codename="delete_group")

    values = dict(one(tree_of(page), FORM).form_values())
    rise = {"is_staff": "on", "is_superuser": "on", "user_permissions": [right.pk]}
    client.post(change_page(reader), {**values, **rise})

    before = reader.is_staff
    reader = User.objects.get(pk=reader.pk)
    assert names.isdisjoint(["is_staff", "is_superuser", "groups", "user_permissions", "password"])
    assert (reader.is_staff, reader.is_superuser) == (before, False)
    assert not reader.has_perm("auth.delete_group")


def test_superuser_makes_an_editor(client, superuser, registered):
    client.force_login(superuser)
    page = client.get(change_page(registered))
    right = Permission.objects.get(codename="change_article")

    submit(client, page, FORM, is_staff="on", user_permissions=[right.pk])

    registered = User.objects.get(pk=registered.pk)
    assert registered.is_staff
    assert registered.get_user_permissions() == {"newsroom.change_article"}


def test_editor_neither_changes_nor_deletes_a_superuser(client, editor, superuser):
    client.force_login(editor)

    answers = [
        client.post(change_page(superuser), {"name": "Small", "language": "en"}),
        client.post(f"{READERS}{superuser.pk}/delete/", {"post": "yes"}),
        delete(client, superuser),
    ]

    kept = User.objects.get(pk=superuser.pk)
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert (kept.name, kept.is_active) == ("", True)


def test_colleague_sees_no_reader(client, colleague, subscriber):
    client.force_login(colleague)

    answers = [client.get(READERS), client.get(change_page(subscriber)), client.get("/admin/")]

    assert [answer.status_code for answer in answers] == [403, 403, 200]
    assert all(subscriber.email not in answer.content.decode() for answer in answers)


def test_page_of_a_reader_shows_no_password(client, superuser, registered):
    registered.set_password("a long way to Muscat")
    registered.save()
    client.force_login(superuser)

    page = client.get(change_page(registered)).content.decode()

    assert registered.password not in page


# --- Deleting ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["editor", "superuser"])
@pytest.mark.parametrize("way", ["alone", "from the list"])
def test_reader_is_deleted_with_what_hangs_on_the_account(
    who, way, client, subscriber, lapsed, request
):
    client.force_login(request.getfixturevalue(who))
    subscriber.authenticator_set.create(type="recovery_codes", data={})

    if way == "alone":
        page = client.get(f"{READERS}{subscriber.pk}/delete/")
        response = submit(client, page, "//form[.//input[@name='post']]")
    else:
        response = delete(client, subscriber)

    assert response.status_code == 302
    assert not User.objects.filter(pk=subscriber.pk).exists()
    assert lapsed.subscriptions.count() == 1


def test_writer_is_deleted_and_the_texts_stay(client, superuser, editor, article):
    publishing.write(article, f"<p>{GATED}</p>", by=editor, reason="desk")
    client.force_login(superuser)

    page = client.get(f"{READERS}{editor.pk}/delete/")
    submit(client, page, "//form[.//input[@name='post']]")

    assert GATED not in page.content.decode()
    assert not User.objects.filter(pk=editor.pk).exists()
    with vault.opened("desk"):
        assert FullText.objects.get(pk=article.pk).body == f"<p>{GATED}</p>"
        assert FullText.history.first().history_user is None


def test_viewer_of_readers_deletes_none(client, colleague, registered):
    colleague.user_permissions.set(Permission.objects.filter(codename="view_user"))
    client.force_login(colleague)

    answer = client.post(f"{READERS}{registered.pk}/delete/", {"post": "yes"})
    delete(client, registered)

    assert answer.status_code == 403
    assert User.objects.filter(pk=registered.pk).exists()


def test_editor_finds_a_reader_by_address(client, editor, registered, lapsed):
    client.force_login(editor)

    page = tree_of(client.get(f"{READERS}?q=registered@"))

    assert texts(page, "//tbody//*[contains(@class, 'field-reader')]") == ["registered@example.org"]
