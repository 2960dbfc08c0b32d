"""Passkeys: whose they lock out, whose they do not, and who may add one."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings

from eurasia.accounts.passkeys import MFAAdapter
from tests.accounts.test_browsers import PASSWORD, sign_in
from tests.pages import code_sent_to, submit, texts, tree_of

ADD = "/en/accounts/2fa/webauthn/add/"


def with_passkey(reader):
    data = {"name": "Phone", "credential": {"clientExtensionResults": {"credProps": {"rk": True}}}}
    Authenticator.objects.create(user=reader, type=Authenticator.Type.WEBAUTHN, data=data)
    EmailAddress.objects.update(verified=True)
    return reader


def by_code(client, reader, following="", *, follow=True):
    page = client.get(f"/en/accounts/login/code/?next={following}")
    asked = submit(client, page, email=reader.email, follow=True)
    return submit(client, asked, follow=follow, code=code_sent_to(reader.email))


def test_reader_who_has_lost_the_passkey_signs_in_by_code_and_removes_it(client, registered):
    with_passkey(registered)

    by_code(client, registered)
    page = client.get("/en/accounts/2fa/webauthn/")
    assert texts(tree_of(page), "//tbody//td[1]") == ["Phone"]
    key = Authenticator.objects.get()
    submit(client, client.get(f"/en/accounts/2fa/webauthn/keys/{key.pk}/remove/"))

    assert not Authenticator.objects.exists()


def test_key_is_a_second_factor_at_the_desk(client, editor):
    Authenticator.objects.all().delete()
    with_passkey(editor)

    assert by_code(client, editor, follow=False).url == "/en/accounts/2fa/authenticate/"


def test_app_stays_a_second_factor_beside_a_passkey(client, registered):
    Authenticator.objects.create(user=registered, type=Authenticator.Type.TOTP, data={})
    with_passkey(registered)

    assert by_code(client, registered, follow=False).url == "/en/accounts/2fa/authenticate/"


def test_who_would_add_one_has_just_signed_in(client, registered):
    EmailAddress.objects.update(verified=True)
    client.force_login(registered)

    asked = client.get(ADD, follow=True)

    assert asked.request["PATH_INFO"] == "/en/accounts/login/code/"
    assert by_code(client, registered, ADD).request["PATH_INFO"] == ADD


def test_password_is_asked_for_again_before_one_is_added(client, registered):
    registered.set_password(PASSWORD)
    registered.save()
    EmailAddress.objects.update(verified=True)
    sign_in(client, registered)

    page = client.get(ADD, follow=True)

    assert page.request["PATH_INFO"] == "/en/accounts/reauthenticate/"
    assert submit(client, page, follow=True, password=PASSWORD).request["PATH_INFO"] == ADD


@pytest.mark.parametrize("who, asked", [("registered", 0), ("editor", 1)])
def test_kind_of_key_is_a_question_for_the_desk_alone(who, asked, client, request):
    reader = request.getfixturevalue(who)
    Authenticator.objects.all().delete()
    EmailAddress.objects.update(verified=True)
    by_code(client, reader)

    page = tree_of(client.get(ADD))

    assert len(page.xpath("//main//input[@name='passwordless' and @checked]")) == 1
    assert len(page.xpath("//main//label[contains(., 'Sign in with it alone')]")) == asked


def test_passkey_belongs_to_the_site_whatever_host_was_asked():
    entity = MFAAdapter().get_public_key_credential_rp_entity()

    assert entity == {"id": "journal.test", "name": settings.SITE_NAME}


@pytest.mark.parametrize("credential", ["", "{}", "[]", "1", '{"response": {"userHandle": "MQ"}}'])
def test_malformed_passkey_signs_nobody_in(credential, client, registered):
    with_passkey(registered)

    answer = client.post("/en/accounts/2fa/webauthn/login/", {"credential": credential})

    assert (answer.status_code, answer.url) == (302, "/en/accounts/login/")
    assert "_auth_user_id" not in client.session
