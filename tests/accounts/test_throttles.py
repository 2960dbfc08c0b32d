"""How often each door may be tried, by network and by address; and who types like a robot."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.utils import timezone

from eurasia.accounts.models import User
from tests.conftest import HttpsClient
from tests.pages import submit, texts, tree_of

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.7"
SAME, OTHER = "same@example.org", "other@example.org"
REFUSED = {
    "en": {"Too many attempts", "Too many failed login attempts. Try again later."},
    "fr": {
        "Trop de tentatives",
        "Trop de tentatives ont échoué. Réessayez plus tard.",
    },
}


def ask(door, values, network=HERE, language="en", **headers):
    client = HttpsClient(REMOTE_ADDR=network, headers=headers)
    return shown(client, client.post(f"/{language}/accounts/{door}/", values))


def shown(client, answer):
    """The page on which a refused form is shown, or where else an answer leads."""
    here = answer.request["PATH_INFO"]
    is_refused = answer.status_code == 302 and urlsplit(answer.url).path == here
    return client.get(answer.url) if is_refused else answer


def is_refused(answer, language="en"):
    """By a page in style that says so in the reader's language."""
    if answer.status_code == 302:
        return False
    assert answer.headers["Cache-Control"] == "private, no-store"
    page = tree_of(answer)
    said = texts(page, "//h1 | //ul[contains(@class, 'errorlist')]/li")
    assert page.xpath("//header")
    assert page.get("lang") == language
    return bool(REFUSED[language] & set(said))


def address(number):
    return f"reader-{number}@example.org"


#: Door, how often one network may knock, and what it says the nth time.
BY_NETWORK = {
    "sign-in": ("login", 30, lambda n: {"login": ""}),
    "password": ("login", 10, lambda n: {"login": address(n), "password": "wrong"}),
    "code": ("login/code", 20, lambda n: {"email": address(n)}),
    "sign-up": ("signup", 20, lambda n: {"email": address(n)}),
    "reset": ("password/reset", 20, lambda n: {"email": address(n)}),
    "confirm": ("login/code/confirm", 30, lambda n: {"code": "WRONG"}),
    "confirm address": ("confirm-email", 30, lambda n: {"code": "WRONG"}),
    "confirm reset": ("password/reset/confirm", 30, lambda n: {"code": "WRONG"}),
}
BY_ADDRESS = {
    "password": ("login", 5, lambda who: {"login": who, "password": "wrong"}),
    "code": ("login/code", 3, lambda who: {"email": who}),
    "sign-up": ("signup", 3, lambda who: {"email": who}),
    "reset": ("password/reset", 3, lambda who: {"email": who}),
}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("door", BY_NETWORK)
def test_network_is_refused_after_the_last_allowed_and_another_is_not(door, language):
    path, allowed, values = BY_NETWORK[door]

    answers = [ask(path, values(n), language=language) for n in range(allowed + 1)]

    assert [is_refused(each, language) for each in answers] == [False] * allowed + [True]
    assert not is_refused(ask(path, values(99), ELSEWHERE, language), language)


@pytest.mark.parametrize("door", BY_ADDRESS)
def test_address_is_refused_after_the_last_allowed_from_wherever_and_another_is_not(door):
    path, allowed, values = BY_ADDRESS[door]

    answers = [ask(path, values(SAME), f"203.0.113.{n}") for n in range(allowed + 1)]

    assert [is_refused(each) for each in answers] == [False] * allowed + [True]
    assert not is_refused(ask(path, values(OTHER)))


def test_one_address_is_mailed_twenty_times_an_hour_at_most(now, time_machine):
    for minute in range(40):
        time_machine.move_to(now + timedelta(minutes=minute * 1.1))
        ask("login/code", {"email": SAME})

    assert len(mail.outbox) == 20


@pytest.mark.parametrize("account", [True, False], ids=["known", "unknown"])
def test_another_code_counts_as_one_that_was_asked_for(account):
    if account:
        User.objects.create_user(SAME)
    browser = HttpsClient()
    browser.post("/en/accounts/login/code/", {"email": SAME})
    for network in ["203.0.113.1", "203.0.113.2"]:
        ask("login/code", {"email": SAME}, network)

    answer = browser.post("/en/accounts/login/code/confirm/", {"action": "resend"})

    assert is_refused(answer)
    assert len(mail.outbox) == 3


def test_neighbours_of_one_ipv6_network_count_together():
    answers = [ask("signup", {"email": address(n)}, f"2001:db8::{n:x}") for n in range(21)]

    assert [is_refused(each) for each in answers] == [False] * 20 + [True]
    assert not is_refused(ask("signup", {"email": OTHER}, "2001:db8:0:1::1"))


@pytest.mark.parametrize("proxies, refused", [(0, True), (1, False)])
def test_forwarded_address_counts_behind_a_trusted_proxy_alone(proxies, refused, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies

    answers = [
        ask("signup", {"email": address(n)}, **{"x-forwarded-for": f"1.2.3.4, 203.0.113.{n}"})
        for n in range(21)
    ]

    assert is_refused(answers[-1]) is refused


def test_address_that_a_visitor_claims_before_the_proxy_does_not_count(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    answers = [
        ask("signup", {"email": address(n)}, **{"x-forwarded-for": f"1.2.3.{n}, {HERE}"})
        for n in range(21)
    ]

    assert is_refused(answers[-1])


def test_lost_cache_keeps_nobody_out(settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "eurasia.shared_cache.RedisCache",
            "LOCATION": "redis://127.0.0.1:9/0",
            "OPTIONS": {"IGNORE_EXCEPTIONS": True},
        }
    }

    answers = [ask("login/code", {"email": SAME}) for _attempt in range(4)]

    assert [is_refused(each) for each in answers] == [False] * 4
    assert len(mail.outbox) == 4


# --- Typed by hand --------------------------------------------------------------------------------

QUICK = {
    "en": "That was very quick. Please send it again.",
    "fr": "C’était très rapide. Veuillez envoyer encore une fois.",
}


def errors_of(answer):
    return texts(tree_of(answer), "//ul[contains(@class, 'errorlist')]/li")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_form_that_is_sent_at_once_is_sent_again(client, settings, time_machine, language):
    settings.SIGNUP_SECONDS = 2
    began = timezone.now().replace(microsecond=0)
    time_machine.move_to(began, tick=False)
    page = client.get(f"/{language}/accounts/signup/")

    time_machine.move_to(began + timedelta(seconds=2), tick=False)
    quick = submit(client, page, email=SAME, follow=True)
    assert (errors_of(quick), User.objects.count(), mail.outbox) == ([QUICK[language]], 0, [])

    time_machine.move_to(began + timedelta(seconds=2, milliseconds=1), tick=False)
    again = submit(client, quick, email=SAME)
    assert (again.status_code, User.objects.count()) == (302, 1)


@pytest.mark.parametrize("stamp", ["", ":1:x", "é", ":1tbLCc:invented"])
def test_form_without_its_time_is_sent_again(client, settings, time_machine, stamp):
    settings.SIGNUP_SECONDS = 2
    began = timezone.now()
    time_machine.move_to(began, tick=False)

    values = {"email": SAME, "asked_at": stamp}
    refused = client.post("/en/accounts/signup/", values, follow=True)
    assert errors_of(refused) == [QUICK["en"]]

    time_machine.move_to(began + timedelta(seconds=3), tick=False)
    assert submit(client, refused, email=SAME).status_code == 302


def test_form_of_yesterday_is_sent_again(client, settings, time_machine):
    settings.SIGNUP_SECONDS = 2
    page = client.get("/en/accounts/signup/")

    time_machine.move_to(timezone.now() + timedelta(days=1, seconds=5))

    assert errors_of(submit(client, page, email=SAME, follow=True)) == [QUICK["en"]]
