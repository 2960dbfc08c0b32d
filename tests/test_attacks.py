"""What an attacker tried against the house, and what stops it now."""

import json
import re
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.cache import cache

from eurasia.accounts.models import User
from eurasia.logs import ADDRESS
from eurasia.membership.models import Plan
from eurasia.newsroom import publishing
from tests.cast import guard, totp
from tests.conftest import HttpsClient
from tests.pages import code_sent_to, tree_of
from tests.passkey import Passkey
from tests.proof import IS_PROOF

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/en/", "/en/feed/", "/robots.txt", "/en/nothing/", "/media/x"])
def test_malformed_csrf_cookie_gets_no_cookie_on_a_page_for_all(client, path):
    client.cookies["__Host-eurasia_csrf"] = "x"

    response = client.get(path)

    assert response["Cache-Control"].startswith("public")
    assert not response.cookies


@pytest.mark.parametrize("host", ["evil.example", "journal.test:abc"])
def test_answer_to_a_foreign_host_is_kept_by_nobody(client, host):
    response = client.get("/en/", headers={"host": host})

    assert (response.status_code, response["Cache-Control"]) == (400, "private, no-store")


def test_machine_door_is_public_for_reading_alone(client):
    response = client.post("/en/feed/")

    assert response["Cache-Control"] == "private, no-store"


def test_long_address_does_not_hold_up_the_log():
    started = time.process_time()

    ADDRESS.sub("", "a" * 1_000_000)

    assert time.process_time() - started < 5  # took the square of its length: hours


def test_password_hashes_cannot_be_guessed_by_filters(client, editor, subscriber):
    client.force_login(editor)

    response = client.get("/admin/accounts/user/?password__startswith=x")

    assert response.status_code == 400


@pytest.mark.parametrize("act", ["change", "delete"])
def test_staff_do_not_touch_each_others_accounts(client, editor, colleague, act):
    client.force_login(editor)

    response = client.post(f"/admin/accounts/user/{colleague.pk}/{act}/", {"post": "yes"})

    assert response.status_code == 403
    assert User.objects.get(pk=colleague.pk).is_active


def test_signing_up_mails_an_address_no_more_often_than_signing_in(db):
    for _attempt in range(8):
        HttpsClient().post("/en/accounts/signup/", {"email": "victim@example.org"})

    assert len(mail.outbox) == 3


def test_accounts_without_a_page_leads_to_the_readers_own(client):
    response = client.get("/en/accounts/")

    assert (response.status_code, response.url) == (302, "/en/account/")


def test_null_byte_in_a_session_cookie_is_nobodys_session(client):
    client.cookies["__Host-eurasia_session"] = "\0aaaaaaaaaaaaaaaa"

    assert client.get("/en/").status_code == 200


def test_nobody_is_told_of_a_withdrawal_before_anything_appeared(
    client, write_article, now, time_machine
):
    """At its time it would answer that it was published here, and why it was taken back."""
    article = write_article(published_at=now + timedelta(hours=1))

    with pytest.raises(publishing.PublishingError, match="is not published"):
        publishing.withdraw(article, by=None, at=now, because="It named a source.")

    publishing.unschedule(article, by=None, now=now)
    time_machine.move_to(now + timedelta(hours=2))
    assert client.get(article.get_absolute_url()).status_code == 404


def test_who_may_not_see_full_texts_may_not_open_them(client, colleague, article):
    client.force_login(colleague)
    address = f"/admin/newsroom/article/{article.pk}/change/"

    page = client.get(address).content.decode()
    client.post("/admin/newsroom/article/", {"action": "publish", "_selected_action": article.pk})

    assert 'name="access"' not in page
    assert 'value="publish"' not in client.get("/admin/newsroom/article/").content.decode()


def test_secrets_of_authenticator_apps_are_not_at_the_desk(client, db):
    client.force_login(guard(User.objects.create_superuser("chief@example.org")))

    assert client.get("/admin/mfa/authenticator/").status_code == 404


def test_plan_of_a_million_days_is_refused(client, editor):
    editor.user_permissions.add(*Permission.objects.filter(codename="add_plan"))
    client.force_login(editor)

    client.post(
        "/admin/membership/plan/add/",
        {"slug": "long", "name_en": "Long", "name_fr": "Long", "days": "4000000", "position": "0"},
    )

    assert not Plan.objects.exists()


# --- Open redirects ------------------------------------------------------------------------------

EVIL = "evil.example"
#: What has led away from some site, or might.
TRIED = [
    *(f"{scheme}://{EVIL}/" for scheme in ["http", "https", "HTTPS", "ftp", "ws", "file", "x"]),
    *(
        f"{slashes}{EVIL}/"
        for slashes in ["//", "///", "////", "/\\", "\\\\", "\\/", "/\\/", "//\\"]
    ),
    *(f"{start}//{EVIL}/" for start in [" ", "\t", "\n", "\r\n", "\0", "\x1f", "\xa0", "\u3000"]),
    *(f"/{inside}/{EVIL}/" for inside in ["\t", "\n", "\r", "\r\n", "\0", "\x0b", " ", "\u200b"]),
    *(
        f"https:{rest}"
        for rest in [EVIL, f"/{EVIL}", f"///{EVIL}", f"\\{EVIL}", f"/\\{EVIL}", "//"]
    ),
    *(f"//journal.test{rest}" for rest in [f"@{EVIL}", f".{EVIL}", f":80@{EVIL}", f"\\@{EVIL}"]),
    *(f"https://{rest}" for rest in [f"journal.test@{EVIL}", f"journal.test.{EVIL}", f"{EVIL}#@x"]),
    *(
        f"https://{rest}"
        for rest in ["[", "[::1", "[::1]@x", "\u2100.example", "3232235777", "\uff0f"]
    ),
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "mailto:x@evil.example",
    f"/en/\r\nLocation: https://{EVIL}/",
    f"/en/../..//{EVIL}/",
    f"/%2f{EVIL}/",
    f"/%5c{EVIL}/",
]
#: Signing in tries them all; every other door a fifth, and all of them under `make prove`.
SOME = TRIED if IS_PROOF else TRIED[::5]
SIGN_IN, CONFIRM = "/en/accounts/login/", "/en/accounts/login/code/confirm/"
PASSWORD = "a long way to Muscat"


def as_a_browser_reads(address):
    """What it leaves out and takes for a slash: https://url.spec.whatwg.org/#url-parsing."""
    address = address.strip("".join(map(chr, range(33))))
    return address.translate({9: None, 10: None, 13: None, 92: "/"})


def stays(address):
    read = as_a_browser_reads(address)
    return read.startswith("/") and not read.startswith("//")


@pytest.fixture
def member(registered, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.MFA_RATE_LIMITS = False
    registered.set_password(PASSWORD)
    registered.save()
    registered.emailaddress_set.update(verified=True)
    return registered


def newcomer():
    """A browser of its own, while nobody is signed in elsewhere: allauth looks at each of those."""
    UserSession.objects.all().delete()
    cache.clear()  # which codes have been used
    return HttpsClient()


def addresses_on(page):
    """Where the links and forms of a page lead, `next` in their queries included."""
    found = tree_of(page).xpath("//main//a/@href | //main//form/@action")
    within = [parse_qs(urlsplit(each).query).get("next", []) for each in found]
    return [*found, *(address for addresses in within for address in addresses)]


def test_table_is_of_sixty_addresses():
    assert len(set(TRIED)) == len(TRIED) == 60


@pytest.mark.proof
@pytest.mark.parametrize(
    "path",
    [
        "accounts/login/",
        "accounts/signup/",
        "accounts/login/code/",
        "accounts/password/reset/",
        "subscribe/",
    ],
)
def test_no_page_carries_a_foreign_next_on(client, member, plan, path):
    for tried in SOME:
        answer = client.get(f"/en/{path}", {"next": tried})

        assert answer.status_code == 200, tried
        assert [each for each in addresses_on(answer) if not stays(each)] == [], tried


def test_signing_in_leads_to_no_foreign_next(member):
    for tried in TRIED:
        values = {"login": member.email, "password": PASSWORD, "next": tried}
        answer = newcomer().post(SIGN_IN, values)

        assert answer.status_code == 302, tried
        assert stays(answer.url), tried


@pytest.mark.proof
@pytest.mark.parametrize("door", ["login/code/", "signup/"])
def test_form_of_the_code_takes_no_foreign_next_along(client, member, door):
    for tried in SOME:
        asked = client.post(f"/en/accounts/{door}", {"email": member.email, "next": tried})

        assert asked.url.startswith(CONFIRM), tried
        assert all(map(stays, parse_qs(urlsplit(asked.url).query).get("next", []))), tried


@pytest.mark.proof
def test_code_leads_to_no_foreign_next(member):
    for tried in SOME:
        client = newcomer()
        client.post("/en/accounts/login/code/", {"email": member.email})
        answer = client.post(CONFIRM, {"code": code_sent_to(member.email), "next": tried})

        assert "_auth_user_id" in client.session, tried
        assert stays(answer.url), tried


@pytest.mark.proof
def test_passkey_leads_to_no_foreign_next(member):
    passkey, door = Passkey(member), "/en/accounts/2fa/webauthn/login/"
    for tried in SOME:
        client = newcomer()
        options = client.get(door, headers={"x-requested-with": "XMLHttpRequest"}).json()
        values = {"credential": passkey.answer(options["request_options"])}
        answer = client.post(door, {**values, "next": tried})

        assert "_auth_user_id" in client.session, tried
        assert stays(answer.url), tried


@pytest.mark.proof
def test_second_factor_leads_to_no_foreign_next(member, now, time_machine):
    time_machine.move_to(now, tick=False)  # the code of an app lasts for half a minute
    guard(member)
    for tried in SOME:
        client = newcomer()
        asked = client.post(SIGN_IN, {"login": member.email, "password": PASSWORD, "next": tried})
        assert stays(asked.url), tried
        answer = client.post(asked.url, {"code": totp(), "next": tried})

        assert "_auth_user_id" in client.session, tried
        assert stays(answer.url), tried


@pytest.mark.proof
def test_second_factor_that_is_asked_again_leads_to_no_foreign_next(
    client, member, now, time_machine
):
    time_machine.move_to(now, tick=False)
    client.force_login(guard(member))
    for tried in SOME:
        cache.clear()  # which codes have been used
        answer = client.post("/en/accounts/2fa/reauthenticate/", {"code": totp(), "next": tried})

        assert answer.status_code == 302, tried
        assert stays(answer.url), tried


@pytest.mark.proof
def test_security_key_that_is_asked_again_leads_to_no_foreign_next(client, member):
    User.objects.update(is_staff=True)  # for whom a passkey is a second factor
    member.refresh_from_db()
    passkey, door = Passkey(member), "/en/accounts/2fa/webauthn/reauthenticate/"
    client.force_login(member)
    for tried in SOME:
        [said] = tree_of(client.get(door)).xpath("//script[@id='js_data']/text()")
        credential = passkey.answer(json.loads(said)["request_options"])
        answer = client.post(door, {"credential": credential, "next": tried})

        assert answer.status_code == 302, tried
        assert stays(answer.url), tried


@pytest.mark.proof
@pytest.mark.parametrize(
    "path", ["accounts/reauthenticate/", "accounts/logout/", "subscribe/free/"]
)
def test_act_of_a_reader_leads_to_no_foreign_next(client, member, plan, path):
    for tried in SOME:
        client.force_login(member)
        answer = client.post(f"/en/{path}", {"next": tried, "password": PASSWORD})

        assert answer.status_code == 302, tried
        assert stays(answer.url), tried


def test_page_of_our_own_is_come_back_to(member):
    for own in ["/en/articles/the-crossing/", "/fr/?q=//evil.example/", "/en/about/#top"]:
        values = {"login": member.email, "password": PASSWORD, "next": own}

        assert HttpsClient().post(SIGN_IN, values).url == own


# --- The Host header -----------------------------------------------------------------------------

HOSTS = [
    *[
        EVIL,
        f"{EVIL}:443",
        f"journal.test.{EVIL}",
        f"journal.test@{EVIL}",
        f"journal.test:80@{EVIL}",
    ],
    *[
        f"journal.test#{EVIL}",
        f"journal.test/{EVIL}",
        f"journal.test, {EVIL}",
        f"{EVIL}\tjournal.test",
    ],
    *[
        "xjournal.test",
        ".journal.test",
        "[::1]",
        "169.254.169.254",
        "",
        "journal.test:x",
        "jo\u00fcr.test",
    ],
]
#: By which some servers are told another host than in Host.
BESIDE = ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL", "X-HTTP-Host-Override"]
MAILING = ["login/code/", "signup/", "password/reset/"]


@pytest.mark.parametrize("door", MAILING)
def test_foreign_host_sends_no_mail(member, door):
    for host in HOSTS:
        answer = HttpsClient().post(
            f"/en/accounts/{door}", {"email": member.email}, headers={"host": host}
        )

        assert answer.status_code == 400, host
        assert mail.outbox == [], host


@pytest.mark.parametrize("door", MAILING)
def test_mail_names_the_site_whatever_host_was_asked(member, door):
    for headers in [{"host": "localhost"}, *({name: EVIL} for name in BESIDE)]:
        HttpsClient().post(f"/en/accounts/{door}", {"email": member.email}, headers=headers)

    assert len(mail.outbox) == 1 + len(BESIDE)
    for sent in mail.outbox:
        text = f"{sent.subject} {sent.body} {sent.alternatives[0].content} {sent.from_email}"
        assert set(re.findall(r"https?://[^\s\"<>]+", text)) == {"https://journal.test"}
        assert not re.search("evil|localhost", text)
