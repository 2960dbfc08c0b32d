"""What is held of a reader: registered, shown, exported, and gone a week after the wish."""

import json
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.db import models
from django.utils import timezone

from eurasia.accounts import codes, held, privacy
from eurasia.accounts.models import User
from eurasia.membership import subscribing
from eurasia.membership.models import Subscription
from eurasia.newsroom import colleagues, drafting, publishing, shelf
from eurasia.newsroom.templatetags import days
from tests.cast import GATED, guard
from tests.pages import code_sent_to, submit, texts, tree_of

HOME, DATA, FILE, DELETE = (f"/en/account/{end}" for end in ["", "data/", "data/file/", "delete/"])
GRACE = timedelta(days=7)
TICK = timedelta(microseconds=1)
PERSONAL = (models.EmailField, models.GenericIPAddressField)
#: Rows that say who somebody is, by other means than a column of their own.
ELSEWHERE = {Session: "the number of the reader, sealed; shown as where you are signed in"}


# --- The register ---------------------------------------------------------------------------------


def registered_columns():
    columns = {}
    for holding in privacy.holdings():
        names = [*holding.readers, *holding.fields, *holding.unseen]
        columns[holding.model] = {name.partition("__")[0] for name in names} | {"pk", "id"}
    return columns


def test_every_column_that_names_a_reader_is_registered():
    columns, missing = registered_columns(), []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            names_one = field.related_model is User or isinstance(field, PERSONAL)
            if names_one and field.name not in columns.get(model, ()):
                missing.append(str(field))

    assert missing == []


def test_every_column_of_what_is_registered_is_shown_or_said_to_be_unseen():
    missing = [
        str(field)
        for model, columns in registered_columns().items()
        for field in model._meta.concrete_fields
        if field.name not in columns and not field.primary_key
    ]

    assert missing == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_privacy_page_tells_of_every_holding(client, language):
    page = tree_of(client.get(f"/{language}/privacy/"))

    headings = texts(page, "//main//h3")
    assert len(headings) == len(privacy.holdings())
    if language == "en":
        assert headings[:2] == ["Your account", "Your addresses"]
        assert texts(page, "//main//dl[1]/dd")[0].startswith("Email address, Name, Language")


# --- Shown and exported ---------------------------------------------------------------------------


def test_data_are_shown_and_exported_of_nobody_else(client, subscriber, lapsed):
    guard(subscriber)
    client.force_login(subscriber)

    page, answer = client.get(DATA), client.get(FILE)

    exported = json.loads(answer.content)
    assert exported.keys() == {
        "accounts.user", "account.emailaddress", "mfa.authenticator", "usersessions.usersession",
        "membership.subscription", "membership.historicalsubscription",
    }  # fmt: skip
    [account], [right] = exported["accounts.user"], exported["membership.subscription"]
    assert (account["email"], account["language"]) == ("subscriber@example.org", "en")
    assert (right["plan__slug"], right["source"], right["ends_at"]) == ("free", "free", None)
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="eurasia-{timezone.localdate():%Y-%m-%d}.json"'
    )
    assert answer.headers["Cache-Control"] == page.headers["Cache-Control"] == "private, no-store"
    assert "subscriber@example.org" in texts(tree_of(page), "//main//dd")
    for text in [page.text, answer.text]:
        assert "lapsed@example.org" not in text
        assert Authenticator.objects.get().data["secret"] not in text
        assert subscriber.password not in text


def test_nobody_is_shown_the_data_of_an_outsider(client):
    assert [client.get(page).status_code for page in [DATA, FILE, DELETE]] == [302] * 3


def test_export_of_an_editor_holds_no_sentence_of_the_journal(client, editor, write_article, now):

    article = write_article(owner=editor)
    publishing.write(article, f"<p>{GATED}</p>", by=editor, reason="desk")
    drafting.stage(article, drafting.values_of(article), by=editor, at=now)
    drafting.autosave(article, {"body": [GATED]}, editor=editor, tab="1a" * 16, lock="", at=now)
    colleagues.note(article, GATED, by=editor, at=now)
    client.force_login(editor)

    exported = json.loads(client.get(FILE).content)

    assert [note["article"] for note in exported["newsroom.note"]] == [article.pk]
    assert {"newsroom.draft", "newsroom.autosave", "newsroom.historicalfulltext"} < exported.keys()
    assert GATED not in json.dumps(exported)
    assert GATED not in client.get(DATA).text


def test_export_knows_nothing_of_what_became_of_an_article(client, subscriber, write_article, now):
    article = write_article()
    shelf.save(subscriber, article, at=now)
    shelf.keep_place(subscriber, article, block=3, is_last=False, at=now)
    publishing.withdraw(article, by=None, at=timezone.now())
    article.headline = article.standfirst = GATED
    publishing.write(article, f"<p>{GATED}</p>", by=None, reason="desk")
    client.force_login(subscriber)

    exported = json.loads(client.get(FILE).content)

    assert [row["article"] for row in exported["newsroom.savedarticle"]] == [article.pk]
    assert [row["article"] for row in exported["newsroom.readingplace"]] == [article.pk]
    assert GATED not in json.dumps(exported)
    assert GATED not in client.get(DATA).text
    assert GATED not in client.get("/en/account/reading/").text


# --- Erased ---------------------------------------------------------------------------------------


PASSWORD = "correct horse battery"


@pytest.fixture
def signed_in(client, subscriber):
    """By a mailed code, just now."""
    EmailAddress.objects.update(verified=True)
    page = client.get("/en/accounts/login/code/")
    asked = submit(client, page, follow=True, email=subscriber.email)
    submit(client, asked, code=code_sent_to(subscriber.email))
    return client


def test_reader_asks_to_be_deleted_and_is_told_when(signed_in, subscriber):
    before = timezone.now()
    mail.outbox.clear()

    asked = submit(signed_in, signed_in.get(DELETE), follow=True)

    subscriber.refresh_from_db()
    due = subscriber.erasure_due_at
    assert before + GRACE <= due <= timezone.now() + GRACE
    told = days.moment(timezone.localtime(due))
    assert told in " ".join(tree_of(asked).text_content().split())
    assert subscriber.is_subscriber
    [said] = mail.outbox
    assert (said.to, said.subject) == ([subscriber.email], "Your account will be deleted")
    assert told in " ".join(said.body.split())


def test_password_is_asked_for_again(client, subscriber):
    subscriber.set_password(PASSWORD)
    subscriber.save()
    client.force_login(subscriber)

    asked = client.get(DELETE, follow=True)

    assert asked.request["PATH_INFO"] == "/en/accounts/reauthenticate/"
    page = submit(client, asked, follow=True, password=PASSWORD)
    assert page.request["PATH_INFO"] == DELETE


def test_who_signs_in_by_code_signs_in_again_and_comes_back(client, subscriber):
    client.force_login(subscriber)

    page = client.get(DELETE, follow=True)

    assert page.request["PATH_INFO"] == "/en/accounts/login/code/"
    asked = submit(client, page, follow=True, email=subscriber.email)
    page = submit(client, asked, follow=True, code=code_sent_to(subscriber.email))
    assert page.request["PATH_INFO"] == DELETE


@pytest.mark.parametrize("password", ["", PASSWORD])
def test_wish_is_not_heard_before_the_sign_in_is_fresh(client, subscriber, password):
    subscriber.set_password(password or None)
    subscriber.save()
    client.force_login(subscriber)

    client.post(DELETE)

    subscriber.refresh_from_db()
    assert subscriber.erasure_due_at is None


@pytest.mark.parametrize("minutes, page", [(4.9, 200), (5.1, 302)])
def test_sign_in_is_fresh_for_five_minutes(signed_in, time_machine, minutes, page):
    time_machine.move_to(timezone.now() + timedelta(minutes=minutes))

    assert signed_in.get(DELETE).status_code == page


def test_wish_stands_where_the_mail_server_is_down(signed_in, subscriber, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    answer = submit(signed_in, signed_in.get(DELETE), follow=True)

    subscriber.refresh_from_db()
    assert (answer.status_code, subscriber.erasure_due_at is None) == (200, False)
    assert f"was not sent to reader {subscriber.pk}." in caplog.text
    assert subscriber.email not in caplog.text


def test_reader_changes_their_mind(signed_in, subscriber):
    home = submit(signed_in, signed_in.get(DELETE), follow=True)

    kept = submit(signed_in, home, "//form[contains(@action, 'keep')]", follow=True)

    subscriber.refresh_from_db()
    assert subscriber.erasure_due_at is None
    assert "Your account stays as it is." in kept.text
    assert tree_of(kept).xpath("//form[contains(@action, 'keep')]") == []


@pytest.mark.parametrize("act", ["delete", "keep"])
def test_form_of_another_site_asks_for_nothing_and_takes_nothing_back(signed_in, subscriber, act):
    wish = None if act == "delete" else privacy.ask_for_erasure(subscriber, timezone.now())
    signed_in.handler.enforce_csrf_checks = True

    answer = signed_in.post(f"/en/account/{act}/", headers={"Origin": "https://evil.example"})

    subscriber.refresh_from_db()
    assert (answer.status_code, subscriber.erasure_due_at) == (403, wish)


def test_second_wish_does_not_put_the_day_off(subscriber, now):
    privacy.ask_for_erasure(subscriber, now)

    assert privacy.ask_for_erasure(subscriber, now + timedelta(days=3)) == now + GRACE


@pytest.mark.parametrize("before, erased", [(TICK, 0), (timedelta(0), 1), (-TICK, 1)])
def test_erased_when_seven_days_have_passed(subscriber, registered, now, before, erased):
    privacy.ask_for_erasure(subscriber, now)

    counts = privacy.apply_retention(now + GRACE - before)

    assert counts["accounts that asked to be erased"] == erased
    assert User.objects.filter(pk=registered.pk).exists()
    assert User.objects.filter(email=subscriber.email).count() == 1 - erased


def test_ledger_keeps_what_was_paid_without_the_name(subscriber, plan, now):
    paid = Subscription.objects.create(
        reader=subscriber, plan=plan, source="paid", starts_at=now, note="subscriber@example.org"
    )

    privacy.erase(subscriber)

    [row] = Subscription.objects.all()
    assert (row.pk, row.reader, row.source, row.note) == (paid.pk, None, "paid", "")
    assert set(Subscription.history.values_list("id", "reader", "note")) == {(paid.pk, None, "")}


def test_log_of_the_desk_forgets_name_and_address_and_those_of_nobody_else(editor, subscriber):
    right = subscriber.subscriptions.get()
    neighbour = User.objects.create_user(f"a-{subscriber.email}")
    about = [subscriber, right, neighbour]
    LogEntry.objects.log_actions(editor.pk, about, CHANGE, "Changed.")
    User.objects.filter(pk=subscriber.pk).update(name="A Reader")
    subscriber.refresh_from_db()
    LogEntry.objects.log_actions(editor.pk, [subscriber], CHANGE, "Changed.")

    privacy.erase(subscriber)

    said = LogEntry.objects.order_by("pk").values_list("object_repr", flat=True)
    assert list(said) == ["", "", neighbour.email, ""]


def test_editor_leaves_the_desk_before_the_account_goes(client, editor):
    client.force_login(editor)

    answer = client.post(DELETE, follow=True)

    editor.refresh_from_db()
    assert editor.erasure_due_at is None
    assert tree_of(client.get(HOME)).xpath("//a[contains(@href, 'delete')]") == []
    assert answer.status_code == 200


# --- What goes by itself --------------------------------------------------------------------------


@pytest.mark.parametrize("age, left", [(held.UNCONFIRMED - TICK, 1), (held.UNCONFIRMED, 0)])
def test_account_that_nobody_confirmed_goes_after_seven_days(registered, now, age, left):
    User.objects.update(date_joined=now - age)

    privacy.apply_retention(now)

    assert User.objects.count() == left


@pytest.mark.parametrize("who", ["confirmed", "granted", "signed in", "staff"])
def test_who_has_come_or_is_awaited_stays(registered, plan, now, who):
    User.objects.update(date_joined=now - timedelta(days=99))
    if who == "confirmed":
        EmailAddress.objects.update(verified=True)
    elif who == "granted":
        subscribing.grant(
            reader=registered, plan=plan, starts_at=now, ends_at=None, note="", by=None
        )
    else:
        User.objects.update(**({"last_login": now} if who == "signed in" else {"is_staff": True}))

    privacy.apply_retention(now)

    assert User.objects.count() == 1


def test_command_says_what_went(registered, now, capsys):
    privacy.ask_for_erasure(registered, now - GRACE)
    Session.objects.create(session_key="old", session_data="", expire_date=now - TICK)
    for at in [now - codes.KEPT, now]:
        assert codes.is_allowed(f"CODE-{at}", "GUESS", at)

    call_command("apply_retention")

    assert capsys.readouterr().out.splitlines() == [
        "0 networks of private feeds",
        "1 accounts that asked to be erased",
        "0 accounts that nobody confirmed",
        "1 sessions that have ended",
        "1 tries at codes",
    ]
