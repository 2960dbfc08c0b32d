"""allauth's pages in French: typographic, and with our words for things."""

import re

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.http import HttpRequest

from tests.cast import guard
from tests.conftest import HttpsClient
from tests.pages import code_in, submit, tree_of

pytestmark = pytest.mark.django_db

PASSWORD = "a long way to Muscat"
CODE_FORM = "//form[.//input[@name='code']]"
OUTSIDE = ["login", "signup", "login/code", "password/reset", "password/reset/done", "inactive"]
INSIDE = ["email", "password/change", "password/set", "reauthenticate", "logout", "sessions"]
FACTORS = [
    *("2fa", "2fa/totp/activate", "2fa/totp/deactivate", "2fa/reauthenticate"),
    *("2fa/recovery-codes", "2fa/recovery-codes/generate", "2fa/webauthn", "2fa/webauthn/add"),
]
#: A straight apostrophe, a space at which a mark would begin a line, a word that is not ours.
WRONG = re.compile(
    r"'|[ \n][;:!?»]|«[ \n]|\b(e-mails?|emails?|tu|ton|ta|tes|te)\b|\(e\)", re.IGNORECASE
)


def wrong_in(response):
    """What should be put otherwise on a page."""
    assert response.request["PATH_INFO"].startswith("/fr/accounts/")
    said = "//title | //main//text()[not(ancestor::script)] | //*[contains(@class, 'message')]"
    shown = tree_of(response).xpath(f"{said} | //main//@placeholder | //main//@aria-label")
    texts = [each if isinstance(each, str) else each.text_content() for each in shown]
    return [text.strip() for text in texts if WRONG.search(text.strip())]


def at(client, paths):
    return [client.get(f"/fr/accounts/{path}/", follow=True) for path in paths]


def post(client, path, **values):
    return client.post(f"/fr/accounts/{path}/", values, follow=True)


def freshly_signed_in(reader):
    """Nothing is asked again."""
    client = HttpsClient()
    client.force_login(reader)
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, reader, "password")
    request.session.save()
    return client


def test_outside(client, registered):
    reset = post(client, "password/reset", email=registered.email)
    choose = submit(client, reset, form=CODE_FORM, code=code_in(mail.outbox[-1]), follow=True)
    seen = [
        *at(HttpsClient(), OUTSIDE),
        *(reset, choose),
        submit(client, choose, password1="short", password2="shorter", follow=True),
        submit(client, choose, password1=PASSWORD, password2=PASSWORD, follow=True),
        post(HttpsClient(), "login", login="nobody@example.org", password="wrong"),
    ]
    asked = post(HttpsClient(), "login/code", email=registered.email)
    seen += [asked, *(post(client, "login/code/confirm", code="FALSCH") for _try in range(3))]

    assert [wrong for page in seen for wrong in wrong_in(page)] == []


def test_inside(registered):
    registered.set_password(PASSWORD)
    registered.save()
    registered.emailaddress_set.update(verified=True)
    client = freshly_signed_in(registered)
    seen = [
        *at(client, INSIDE + FACTORS),
        post(client, "email", action_add="", email=registered.email),
        post(client, "email", action_remove="", email=registered.email),
        post(client, "email", action_add="", email="other@example.org"),
        *at(client, ["email", "confirm-email"]),
        post(client, "password/change", oldpassword="x", password1="a", password2="b"),
        post(client, "reauthenticate", password="x"),
        post(client, "2fa/totp/activate", code="x"),
    ]

    assert [wrong for page in seen for wrong in wrong_in(page)] == []


def test_with_a_second_factor(registered):
    registered.set_password(PASSWORD)
    registered.save()
    registered.emailaddress_set.update(verified=True)
    RecoveryCodes.activate(guard(registered))
    client, stranger = freshly_signed_in(registered), HttpsClient()
    seen = [
        *at(client, [*FACTORS, "email"]),
        post(stranger, "login", login=registered.email, password=PASSWORD),
        post(stranger, "2fa/authenticate", code="000000"),
    ]

    assert [wrong for page in seen for wrong in wrong_in(page)] == []
