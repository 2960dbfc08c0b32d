"""A notice by mail where an account is opened from a browser that it does not know."""

import logging
import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.utils import timezone

from eurasia.accounts import browsers
from eurasia.accounts.models import User
from tests.accounts.test_sessions import FIREFOX, SAFARI
from tests.conftest import HttpsClient
from tests.pages import code_sent_to, submit

COOKIE = "__Host-eurasia_known"
PASSWORD = "a long way to Muscat"


@pytest.fixture
def member(registered):
    """Has signed in before, elsewhere."""
    registered.set_password(PASSWORD)
    registered.last_login = timezone.now()
    registered.save()
    EmailAddress.objects.update(verified=True)
    return registered


def browser(user_agent=FIREFOX):
    return HttpsClient(headers={"user-agent": user_agent})


def sign_in(client, reader, password=PASSWORD):
    answer = client.post("/en/accounts/login/", {"login": reader.email, "password": password})
    assert "_auth_user_id" in client.session
    return answer


def test_sign_up_brings_no_notice_and_the_next_sign_in_there_none(db):
    client = browser()
    asked = submit(client, client.get("/en/accounts/signup/"), email="a@example.org", follow=True)
    submit(client, asked, code=code_sent_to("a@example.org"))
    client.post("/en/accounts/logout/")

    asked = submit(
        client, client.get("/en/accounts/login/code/"), email="a@example.org", follow=True
    )
    submit(client, asked, code=code_sent_to("a@example.org"))

    assert "_auth_user_id" in client.session
    assert {message.subject for message in mail.outbox} == {"Your code for EurasiaPeace"}


@pytest.mark.parametrize(
    "language, subject, said",
    [
        ("en", "A new browser at EurasiaPeace", "Firefox on Linux"),
        ("fr", "Un nouveau navigateur sur EurasiaPeace", "Firefox sur Linux"),
    ],
)
def test_new_browser_brings_a_notice_in_the_readers_language(member, language, subject, said):
    User.objects.update(language=language)

    sign_in(browser(), member)

    [sent] = mail.outbox
    assert (sent.to, sent.subject) == ([member.email], subject)
    for part in [sent.body, sent.alternatives[0].content]:
        assert said in part
        assert member.email not in part
        assert set(re.findall(r"https?://[^\s\"<>]+", part)) == {"https://journal.test"}


def test_known_browser_brings_none(member):
    client = browser()
    sign_in(client, member)
    client.post("/en/accounts/logout/")
    mail.outbox.clear()

    sign_in(client, member)

    assert mail.outbox == []


def test_browser_of_one_reader_is_new_to_another(member, subscriber):
    User.objects.update(last_login=timezone.now(), password=member.password)
    EmailAddress.objects.update(verified=True)
    client = browser()
    sign_in(client, member)
    client.post("/en/accounts/logout/")

    sign_in(client, subscriber)
    client.post("/en/accounts/logout/")
    sign_in(client, member)

    assert [message.to for message in mail.outbox] == [[member.email], [subscriber.email]]


@pytest.mark.parametrize("value", ["", "." * 9, "a.b", "é\0"])
def test_cookie_that_is_made_up_knows_nobody(member, value):
    client = browser(SAFARI)
    client.cookies[COOKIE] = value

    sign_in(client, member)

    assert len(mail.outbox) == 1


def test_cookie_is_for_this_host_and_names_nobody(member):
    client = browser()

    cookie = sign_in(client, member).cookies[COOKIE]

    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["path"], cookie["domain"]) == ("/", "")
    assert re.fullmatch("[0-9a-f]{64}", cookie.value)


def test_cookie_holds_eight_accounts_at_most(db):
    client = browser()
    readers = [User.objects.create_user(f"{n}@example.org", PASSWORD) for n in range(9)]
    EmailAddress.objects.update(verified=True)

    for reader in readers:
        cookie = sign_in(client, reader).cookies[COOKIE]
        client.post("/en/accounts/logout/")

    assert len(cookie.value.split(".")) == browsers.AT_MOST == 8


def test_words_of_the_browser_are_not_mailed(member):
    sign_in(browser("Call +1 555 0100 at once <b>now</b>"), member)

    [sent] = mail.outbox
    assert "555" not in sent.body + sent.alternatives[0].content
    assert "An unknown browser" in sent.body


def test_mail_server_that_is_down_keeps_nobody_out(member, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    with caplog.at_level(logging.ERROR):
        sign_in(browser(), member)

    assert f"was not sent to reader {member.pk}." in caplog.text
    assert member.email not in caplog.text
