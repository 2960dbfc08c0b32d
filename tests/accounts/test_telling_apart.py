"""No door tells who has an account: what is said to a known and to an unknown address is the same.

The doors of addresses and codes are tried in test_signing_in.py; their times by `make enumeration`.
"""

import json

import pytest
from allauth.account.utils import user_pk_to_url_str
from django.core import mail

from tests.conftest import HttpsClient
from tests.pages import texts, tree_of
from tests.passkey import Passkey, text

pytestmark = pytest.mark.django_db
PASSKEY, ADDRESSES = "/en/accounts/2fa/webauthn/login/", "/en/accounts/email/"


def ask(client):
    answer = client.get(PASSKEY, headers={"x-requested-with": "XMLHttpRequest"})
    return answer.json()["request_options"]


def test_passkey_is_asked_of_everybody_alike(registered):
    before = ask(HttpsClient())["publicKey"]
    Passkey(registered)
    after = ask(HttpsClient())["publicKey"]

    assert {**before, "challenge": ""} == {**after, "challenge": ""}
    assert "allowCredentials" not in after or after["allowCredentials"] == []


def test_wrong_passkey_is_refused_alike_whoever_it_names(registered, subscriber):
    passkey, answers = Passkey(registered), []
    for wrong in [
        {"signature": text(b"\x30\x06\x02\x01\x01\x02\x01\x01")},  # of a reader with a passkey
        {"userHandle": text(user_pk_to_url_str(subscriber).encode())},  # of one without
        {"userHandle": text(b"999999")},  # of nobody
    ]:
        client = HttpsClient()
        credential = json.loads(passkey.answer(ask(client)))
        credential["response"] |= wrong
        answer = client.post(PASSKEY, {"credential": json.dumps(credential)}, follow=True)
        answers.append((answer.redirect_chain, texts(tree_of(answer), "//main")))
        assert "_auth_user_id" not in client.session

    assert answers == [answers[0]] * 3


def test_address_of_another_reader_is_added_as_a_free_one_until_its_code(registered, subscriber):
    registered.emailaddress_set.update(verified=True)
    said = []
    for address in ["free@example.org", subscriber.email]:
        client = HttpsClient()
        client.force_login(registered)
        answer = client.post(ADDRESSES, {"action_add": "", "email": address}, follow=True)
        pages = [answer, client.post(answer.request["PATH_INFO"], {"code": "WRONG"})]
        pages.append(client.get(ADDRESSES))
        shown = [texts(tree_of(page), "//main")[0].replace(address, "ADDRESS") for page in pages]
        said.append((answer.redirect_chain, shown, mail.outbox.pop().subject))

    assert said[0] == said[1]
