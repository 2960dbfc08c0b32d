"""A reader adds a passkey, signs in with it, renames it and removes it: in Chromium, with an
authenticator that the browser makes up."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from playwright.sync_api import expect

from tests.browser.settling import session_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def authenticator(page):
    """Keeps keys and knows its owner, as a phone does."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    yield
    devtools.detach()


def test_reader_adds_a_passkey_signs_in_with_it_and_removes_it(
    live_server, page, authenticator, registered, complaints
):
    registered.emailaddress_set.update(verified=True)
    page.context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": session_of(registered),
                "url": live_server.url,
            }
        ]
    )

    page.goto(f"{live_server.url}/en/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Add a passkey").click()
    expect(page.get_by_label("Name")).to_have_value("Chrome on Linux")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("cell", name="Chrome on Linux", exact=True)).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in again").click()
    page.goto(f"{live_server.url}/en/accounts/login/?next=/en/about/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(f"{live_server.url}/en/about/")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    page.goto(f"{live_server.url}/en/accounts/2fa/webauthn/")
    page.get_by_role("link", name=re.compile("Rename.*Chrome on Linux")).click()
    page.get_by_label("Name").fill("The old laptop")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name=re.compile("Remove.*The old laptop")).click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("You have no passkey yet.")).to_be_visible()

    assert not Authenticator.objects.exists()
    assert complaints == []
