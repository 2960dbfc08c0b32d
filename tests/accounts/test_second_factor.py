"""The second lock of the desk: who is led where, and what opens it."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail

from eurasia.accounts.models import User
from tests.cast import guard, totp
from tests.conftest import HttpsClient
from tests.pages import code_in, one, submit, texts, tree_of

PASSWORD = "a long way to Muscat"
PASSWORD_FORM = "//form[.//input[@name='password']]"
CODE_FORM = "//form[.//input[@name='code']]"
SETUP = "/en/accounts/2fa/"
ADDRESSES = [
    "/admin/",
    "/admin/newsroom/article/",
    "/admin/newsroom/article/add/",
    "/admin/newsroom/article/1/translate/",
    "/admin/accounts/user/",
    "/admin/jsi18n/",
]


@pytest.fixture
def chief(db):
    """Is staff with every right, and has a password and no second factor."""
    user = User.objects.create_superuser("chief@example.org", PASSWORD)
    user.emailaddress_set.update(verified=True)
    return user


def sign_in(client, user, **values):
    page = client.get("/en/accounts/login/?next=/admin/")
    return submit(client, page, PASSWORD_FORM, login=user.email, follow=True, **values)


def arrived_at(response):
    return response.request["PATH_INFO"]


# --- Who has none ---------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_a_second_factor_are_led_to_set_it_up(method, address, client, chief):
    client.force_login(chief)

    response = getattr(client, method)(address)

    assert (response.status_code, response.url) == (302, SETUP)


@pytest.mark.parametrize(
    "language, title",
    [("en", "Why the desk asks for it"), ("fr", "Pourquoi la rédaction le demande")],
)
def test_page_of_the_set_up_explains_it_in_both_languages(language, title, client, chief):
    client.force_login(chief)

    page = tree_of(client.get(f"/{language}/accounts/2fa/"))

    assert title in texts(page, "//h2")
    assert len(page.xpath("//main//ol/li")) == 3


def test_reader_is_told_nothing_of_the_desk(client, registered):
    client.force_login(registered)

    assert "desk" not in client.get(SETUP).content.decode().split("<main")[1]


@pytest.mark.django_db(transaction=True)
def test_authenticator_app_is_set_up_and_the_desk_opens(client, chief):
    sign_in(client, chief, password=PASSWORD)
    again = client.get(f"{SETUP}totp/activate/", follow=True)
    form = submit(client, again, PASSWORD_FORM, password=PASSWORD, follow=True)
    secret = one(tree_of(form), "//input[@id='authenticator_secret']").get("value")
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))

    submit(client, form, CODE_FORM, code=code)

    assert client.get("/admin/").status_code == 200
    assert set(chief.authenticator_set.values_list("type", flat=True)) == {
        "totp",
        "recovery_codes",
    }


def test_recovery_codes_alone_do_not_open_the_desk(client, chief):
    RecoveryCodes.activate(chief)
    client.force_login(chief)

    assert client.get("/admin/").url == SETUP


def test_removing_the_last_factor_shuts_the_desk(client, chief):
    guard(chief)
    client.force_login(chief)
    before = client.get("/admin/").status_code

    chief.authenticator_set.all().delete()

    assert (before, client.get("/admin/").url) == (200, SETUP)


def test_demo_asks_nobody(client, chief, settings):
    settings.DEMO = True
    client.force_login(chief)

    assert client.get("/admin/").status_code == 200


# --- Who has one ----------------------------------------------------------------------------------


@pytest.mark.parametrize("code, opens", [(totp, True), (lambda: "000000", False)])
def test_password_asks_for_the_second_factor(code, opens, client, chief):
    guard(chief)
    asked = sign_in(client, chief, password=PASSWORD)

    done = submit(client, asked, CODE_FORM, code=code(), follow=True)

    assert arrived_at(asked) == "/en/accounts/2fa/authenticate/"
    assert (arrived_at(done) == "/admin/") is opens
    assert (client.get("/admin/").status_code == 200) is opens


def test_mailed_code_asks_for_the_second_factor(client, chief):
    guard(chief)
    typed = sign_in(client, chief, password="")

    asked = submit(client, typed, CODE_FORM, code=code_in(mail.outbox[-1]), follow=True)

    assert arrived_at(asked) == "/en/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in client.session


def test_reset_password_asks_for_the_second_factor(client, chief):
    guard(chief)
    asked = client.get("/en/accounts/password/reset/")
    page = submit(client, asked, email=chief.email, follow=True)
    fresh = submit(client, page, CODE_FORM, code=code_in(mail.outbox[-1]), follow=True)

    submit(client, fresh, password1="another long way", password2="another long way", follow=True)

    assert client.get("/admin/").status_code == 302


def test_recovery_code_stands_in_once_for_a_lost_phone(client, chief):
    guard(chief)
    [code, *_others] = RecoveryCodes.activate(chief).get_unused_codes()
    opened = []

    for _time in range(2):
        browser = HttpsClient()
        asked = sign_in(browser, chief, password=PASSWORD)
        submit(browser, asked, CODE_FORM, code=code, follow=True)
        opened.append(browser.get("/admin/").status_code)

    assert opened == [200, 302]


def test_session_from_before_the_second_factor_is_asked_for_it(client, chief):
    """Whoever stole the password in time must not come in by the factor of its owner."""
    sign_in(client, chief, password=PASSWORD)
    guard(chief)

    led = client.get("/admin/newsroom/article/?q=tea")
    posted = client.post("/admin/newsroom/article/add/", {"headline": "x"})
    shown = submit(client, client.get(led.url), CODE_FORM, code=totp())

    assert led.url == (
        "/en/accounts/2fa/reauthenticate/?next=%2Fadmin%2Fnewsroom%2Farticle%2F%3Fq%3Dtea"
    )
    assert posted.url == "/en/accounts/2fa/reauthenticate/?next=%2Fadmin%2F"
    assert shown.url == "/admin/newsroom/article/?q=tea"
    assert client.get("/admin/").status_code == 200


def test_session_from_before_a_security_key_is_asked_for_the_key(client, chief):
    sign_in(client, chief, password=PASSWORD)
    Authenticator.objects.create(user=chief, type=Authenticator.Type.WEBAUTHN, data={})

    assert client.get("/admin/").url.startswith("/en/accounts/2fa/webauthn/reauthenticate/?next=")
