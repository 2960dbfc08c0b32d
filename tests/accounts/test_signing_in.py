"""Signing up, in, and out: with codes, with a password, and with every mistake."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.utils.translation import gettext, override

from eurasia.accounts.models import User
from tests.cast import GATED, guard
from tests.conftest import HttpsClient
from tests.pages import code_in, code_sent_to, submit, texts, tree_of

PASSWORD = "a long way to Muscat"
CODE_FORM = "//form[.//input[@name='code']]"
PASSWORD_FORM = "//form[.//input[@name='password']]"
ARTICLE = "/en/articles/the-crossing/"
TICK = timedelta(milliseconds=1)
FOREIGN = ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"]


@pytest.fixture
def member(registered):
    """Has a confirmed address and a password."""
    registered.set_password(PASSWORD)
    registered.save()
    registered.emailaddress_set.update(verified=True)
    return registered


def is_signed_in(client):
    return "_auth_user_id" in client.session


def sign_up(client, address, language="en", follow=True):
    page = client.get(f"/{language}/accounts/signup/")
    return submit(client, page, email=address, follow=follow)


def said(language, message):
    """What Django or allauth says in a language."""
    with override(language):
        return gettext(message)


def errors_of(response):
    return texts(tree_of(response), "//ul[contains(@class, 'errorlist')]/li")


# --- Signing up ----------------------------------------------------------------------------------


def test_new_reader_is_sent_a_code_and_no_link(client, db):
    sign_up(client, "new@example.org")

    [message] = mail.outbox
    assert message.to == ["new@example.org"]
    assert message.subject == "Your code for EurasiaPeace"
    assert re.findall(r"\w+://[^\s<>\"]+", message.body) == ["https://journal.test"]
    assert code_in(message) in message.alternatives[0].content
    assert "accounts/" not in message.body + message.alternatives[0].content


def test_new_reader_is_signed_in_by_the_code_alone(client, db):
    asked = sign_up(client, "new@example.org")
    assert not is_signed_in(client)

    response = submit(client, asked, form=CODE_FORM, code=code_sent_to("new@example.org"))

    assert (response.status_code, response.url) == (302, "/en/account/")
    assert is_signed_in(client)


def test_code_may_be_typed_in_small_letters(client, db):
    asked = sign_up(client, "new@example.org")

    submit(client, asked, form=CODE_FORM, code=code_sent_to("new@example.org").lower())

    assert is_signed_in(client)


def without_tokens(response):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


def test_taken_address_answers_exactly_as_a_free_one(member, subscriber, db):
    gone = User.objects.create_user("gone@example.org", is_active=False)
    answers = []
    for address in ["free@example.org", member.email, subscriber.email, gone.email]:
        client = HttpsClient()
        posted = sign_up(client, address, follow=False)
        asked = client.get(posted.url)
        wrong = submit(client, asked, form=CODE_FORM, code="WRONG-CODE", follow=True)
        answers.append(
            [
                (posted.status_code, posted.url, posted.content, sorted(posted.cookies)),
                {key: value for key, value in posted.headers.items() if key != "Expires"},
                (asked.status_code, without_tokens(asked).replace(address, "ADDRESS")),
                (wrong.status_code, without_tokens(wrong).replace(address, "ADDRESS")),
            ]
        )

    assert answers[0][0][:2] == (302, "/en/accounts/login/code/confirm/")
    assert answers[1:] == [answers[0]] * 3
    assert [message.to[0] for message in mail.outbox] == [
        "free@example.org",
        member.email,
        subscriber.email,
        gone.email,
    ]


def test_taken_address_is_sent_the_very_mail_of_a_free_one(member, db):
    for address in ["free@example.org", member.email]:
        sign_up(HttpsClient(), address)

    free, taken = mail.outbox
    assert free.subject == taken.subject
    assert free.body.replace(code_in(free), "CODE") == taken.body.replace(code_in(taken), "CODE")


def test_taken_address_in_other_letters_makes_no_second_reader(client, member):
    asked = sign_up(client, "REGISTERED@Example.ORG")

    submit(client, asked, form=CODE_FORM, code=code_in(mail.outbox[-1]))

    assert User.objects.count() == 1
    assert is_signed_in(client)


def test_inactive_reader_is_sent_no_code(client, member):
    member.is_active = False
    member.save()

    sign_up(client, member.email)

    assert re.findall(r"^[A-Z0-9-]{6,12}$", mail.outbox[-1].body, re.MULTILINE) == []


def test_robot_that_fills_the_hidden_field_becomes_no_reader(client, db):
    page = client.get("/en/accounts/signup/")

    submit(client, page, email="robot@example.org", website="https://spam.example/")

    assert User.objects.count() == 0
    assert not is_signed_in(client)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("address", ["no-address", "a@b", "a b@example.org", "@example.org", "a@"])
def test_malformed_address_gets_the_message_in_the_pages_language(address, language, client, db):
    response = sign_up(client, address, language)

    message = said(language, "Enter a valid email address.")
    assert (message == "Enter a valid email address.") == (language == "en")
    assert errors_of(response) == [message]
    assert (User.objects.count(), mail.outbox) == (0, [])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_missing_address_gets_the_message_in_the_pages_language(language, client, db):
    response = sign_up(client, "", language)

    message = said(language, "This field is required.")
    assert (message == "This field is required.") == (language == "en")
    assert errors_of(response) == [message]


# --- Codes that are wrong, old, or tried too often -----------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr"])
def test_wrong_code_gets_the_message_in_the_pages_language(language, client, db):
    asked = sign_up(client, "new@example.org", language)

    response = submit(client, asked, form=CODE_FORM, code="WRONG-CODE", follow=True)

    message = said(language, "Incorrect code.")
    assert (message == "Incorrect code.") == (language == "en")
    assert (response.status_code, errors_of(response)) == (200, [message])
    assert not is_signed_in(client)


def test_right_code_after_a_wrong_one_signs_in(client, db):
    asked = sign_up(client, "new@example.org")
    again = submit(client, asked, form=CODE_FORM, code="WRONG-CODE", follow=True)

    submit(client, again, form=CODE_FORM, code=code_sent_to("new@example.org"))

    assert is_signed_in(client)


def test_code_is_worth_nothing_after_three_wrong_ones(client, db):
    asked = sign_up(client, "new@example.org")
    for _ in range(3):
        client.post("/en/accounts/login/code/confirm/", {"code": "WRONG-CODE"})

    submit(client, asked, form=CODE_FORM, code=code_sent_to("new@example.org"))

    assert not is_signed_in(client)


def test_code_of_one_reader_does_not_sign_in_another(client, member):
    sign_up(HttpsClient(), "new@example.org")
    code = code_sent_to("new@example.org")
    asked = sign_up(client, member.email)

    submit(client, asked, form=CODE_FORM, code=code)

    assert not is_signed_in(client)


def test_code_works_in_the_browser_alone_that_asked_for_it(member):
    sign_up(HttpsClient(), member.email)
    thief = HttpsClient()

    response = thief.post("/en/accounts/login/code/confirm/", {"code": code_sent_to(member.email)})

    assert (response.status_code, response.url) == (302, "/en/accounts/login/code/")
    assert not is_signed_in(thief)


@pytest.mark.parametrize("door", ["signup", "login/code", "password/reset", "login"])
@pytest.mark.parametrize("late, works", [(-TICK, True), (TICK, False)])
def test_code_holds_for_fifteen_minutes(door, late, works, client, member, now, time_machine):
    time_machine.move_to(now, tick=False)
    member.emailaddress_set.update(verified=door != "login")  # which else mails no code
    typed = {"login": member.email, "password": PASSWORD, "email": member.email}
    asked = client.post(f"/en/accounts/{door}/", typed)
    code = code_sent_to(member.email)

    time_machine.move_to(now + timedelta(minutes=15) + late, tick=False)
    answer = client.post(asked.url, {"code": code})

    may_choose = answer.url == "/en/accounts/password/reset/complete/"
    assert (is_signed_in(client) or may_choose) == works


def test_another_code_is_sent_on_request_and_the_first_is_dead(client, db):
    asked = sign_up(client, "new@example.org")
    first = code_sent_to("new@example.org")

    asked = submit(client, asked, form="//form[@id='resend']", follow=True)
    second = code_sent_to("new@example.org")
    submit(client, asked, form=CODE_FORM, code=first)
    assert not is_signed_in(client)
    submit(client, asked, form=CODE_FORM, code=second)

    assert first != second
    assert is_signed_in(client)


# --- Signing in ----------------------------------------------------------------------------------


def by_code(client, address, language="en", query=""):
    page = client.get(f"/{language}/accounts/login/code/{query}")
    return submit(client, page, email=address, follow=True)


def test_reader_signs_in_by_code_and_comes_back(client, member, article):
    asked = by_code(client, member.email, query=f"?next={ARTICLE}")

    response = submit(client, asked, form=CODE_FORM, code=code_sent_to(member.email))

    assert (response.status_code, response.url) == (302, ARTICLE)
    assert is_signed_in(client)


def test_code_for_an_unknown_address_answers_as_for_a_known_one(member):
    known, unknown = HttpsClient(), HttpsClient()

    answers = [
        without_tokens(by_code(client, address)).replace(address, "ADDRESS")
        for client, address in [(known, member.email), (unknown, "nobody@example.org")]
    ]

    assert answers[0] == answers[1]
    assert mail.outbox[1].subject == "No account at EurasiaPeace"


@pytest.mark.parametrize("door", ["login/", "login/code/", "signup/"])
def test_who_goes_back_from_the_code_finds_the_form_and_the_code_still_counts(client, member, door):
    asked = by_code(client, member.email)

    back = client.get(f"/en/accounts/{door}")
    submit(client, asked, form=CODE_FORM, code=code_sent_to(member.email))

    assert back.status_code == 200
    assert is_signed_in(client)


def test_refused_form_is_shown_by_a_page_of_its_own_once(client, member):
    values = {"login": member.email, "password": "wrong", "next": ARTICLE}

    answer = client.post("/en/accounts/login/", values)
    shown, again = client.get(answer.url), client.get(answer.url)

    assert (answer.status_code, answer.url) == (
        302,
        f"/en/accounts/login/?next={quote(ARTICLE, '')}",
    )
    [field] = tree_of(shown).xpath("//input[@name='login']")
    assert (field.value, errors_of(shown) != [], errors_of(again)) == (member.email, True, [])
    assert "wrong" not in str(dict(client.session))


def test_reader_signs_in_by_password_and_comes_back(client, member, article):
    page = client.get(f"/en/accounts/login/?next={ARTICLE}")

    response = submit(client, page, form=PASSWORD_FORM, login=member.email, password=PASSWORD)

    assert (response.status_code, response.url) == (302, ARTICLE)
    assert is_signed_in(client)
    assert mail.outbox == []


@pytest.mark.parametrize("foreign", FOREIGN)
def test_signing_in_never_leads_to_a_foreign_address(foreign, client, member):
    response = client.post(
        "/en/accounts/login/",
        {"login": member.email, "password": PASSWORD, "next": foreign},
    )

    assert (response.status_code, response.url) == (302, "/en/account/")


@pytest.mark.parametrize("foreign", FOREIGN)
def test_a_code_never_leads_to_a_foreign_address(foreign, client, member):
    by_code(client, member.email)

    response = client.post(
        "/en/accounts/login/code/confirm/",
        {"code": code_sent_to(member.email), "next": foreign},
    )

    assert (response.status_code, response.url) == (302, "/en/account/")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_wrong_password_says_the_same_as_an_unknown_address(language, client, member):
    answers = [
        errors_of(
            client.post(
                f"/{language}/accounts/login/",
                {"login": login, "password": "wrong"},
                follow=True,
            )
        )
        for login in [member.email, "nobody@example.org"]
    ]

    message = "The email address and/or password you specified are not correct."
    assert answers == [[said(language, message)]] * 2
    assert not is_signed_in(client)


def test_password_of_an_unconfirmed_address_is_not_enough(client, member):
    member.emailaddress_set.update(verified=False)

    response = client.post("/en/accounts/login/", {"login": member.email, "password": PASSWORD})

    assert (response.status_code, response.url) == (302, "/en/accounts/confirm-email/")
    assert not is_signed_in(client)
    assert code_sent_to(member.email)


def test_inactive_reader_does_not_sign_in(client, member):
    member.is_active = False
    member.save()

    client.post("/en/accounts/login/", {"login": member.email, "password": PASSWORD})

    assert not is_signed_in(client)


def test_too_many_wrong_passwords_shut_the_door_for_the_right_one(client, member):
    for _ in range(12):
        client.post("/en/accounts/login/", {"login": member.email, "password": "wrong"})

    client.post("/en/accounts/login/", {"login": member.email, "password": PASSWORD})

    assert not is_signed_in(client)


def test_signing_in_changes_the_session(client, member):
    by_code(client, member.email)
    before = client.session.session_key

    client.post("/en/accounts/login/code/confirm/", {"code": code_sent_to(member.email)})

    assert client.session.session_key != before


# --- A new password ------------------------------------------------------------------------------


def ask_for_a_new_password(client, address):
    page = client.get("/en/accounts/password/reset/")
    return submit(client, page, email=address, follow=True)


def test_reader_resets_the_password_by_code(client, member):
    asked = ask_for_a_new_password(client, member.email)
    choose = submit(client, asked, form=CODE_FORM, code=code_sent_to(member.email), follow=True)

    submit(client, choose, password1="the ledger of Bandar", password2="the ledger of Bandar")

    member.refresh_from_db()
    assert member.check_password("the ledger of Bandar")


def test_new_password_wants_the_right_code(client, member):
    asked = ask_for_a_new_password(client, member.email)

    response = submit(client, asked, form=CODE_FORM, code="WRONG-CODE", follow=True)

    member.refresh_from_db()
    assert errors_of(response) == ["Incorrect code."]
    assert member.check_password(PASSWORD)


def test_new_password_for_an_unknown_address_answers_as_for_a_known_one(member):
    answers = [
        without_tokens(ask_for_a_new_password(HttpsClient(), address)).replace(address, "ADDRESS")
        for address in [member.email, "nobody@example.org"]
    ]

    assert answers[0] == answers[1]


# --- Signing out ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr"])
def test_signing_out_ends_on_a_page_of_its_own_and_removes_the_session(
    language, client, subscriber
):
    client.force_login(subscriber)
    assert Session.objects.count() == 1
    page = client.get(f"/{language}/")

    response = submit(client, page, form="//header//form[@method='post']")

    assert (response.status_code, response.url) == (302, f"/{language}/account/signed-out/")
    assert response.cookies[settings.SESSION_COOKIE_NAME].value == ""
    assert response.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 0
    assert Session.objects.count() == 0


def test_page_after_signing_out_is_in_the_public_form(client, subscriber, article):
    client.force_login(subscriber)
    client.post("/en/accounts/logout/")
    for name in [name for name, cookie in client.cookies.items() if cookie["max-age"] == 0]:
        del client.cookies[name]  # as a browser does

    page = client.get("/en/account/signed-out/")

    assert texts(tree_of(page), "//h1") == ["You are signed out."]
    assert page.headers["Cache-Control"] == "public, max-age=0, s-maxage=1"
    assert GATED not in client.get(ARTICLE).content.decode()


def test_link_alone_signs_nobody_out(client, subscriber):
    client.force_login(subscriber)

    client.get("/en/accounts/logout/")

    assert is_signed_in(client)


def test_session_cookie_is_for_this_host_and_https_alone(client, member):
    by_code(client, member.email)

    cookie = client.cookies[settings.SESSION_COOKIE_NAME]

    assert cookie.key == "__Host-eurasia_session"
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["path"], cookie["domain"]) == ("/", "")


# --- The account ---------------------------------------------------------------------------------


def test_account_page_shows_the_readers_own_subscriptions_only(client, lapsed, subscriber):
    client.force_login(lapsed)

    response = client.get("/en/account/")

    tree = tree_of(response)
    assert texts(tree, "//dl/dd") == ["lapsed@example.org"]
    assert len(tree.xpath("//tbody/tr")) == 1
    assert "No subscription is running." in tree.text_content()
    assert subscriber.email not in response.content.decode()


@pytest.mark.parametrize("chosen, stored", [("fr", "fr"), ("de", "en"), ("", "en")])
def test_reader_chooses_one_of_our_languages(chosen, stored, client, registered):
    client.force_login(registered)

    response = client.post("/en/account/language/", {"language": chosen})

    registered.refresh_from_db()
    assert registered.language == stored
    assert (response.status_code, response.url) == (302, f"/{stored}/account/")


# --- Ways into somebody else's account ------------------------------------------------------------


def test_no_address_is_added_to_another_account_at_the_desk(client, db):
    """Its code would sign in whoever added it."""
    client.force_login(guard(User.objects.create_superuser("chief@example.org")))

    assert client.get("/admin/account/emailaddress/add/").status_code == 404
