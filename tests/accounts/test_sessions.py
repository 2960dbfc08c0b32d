"""Where a reader is signed in: shown in plain words, and ended from afar."""

from datetime import date, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from eurasia.accounts import browsers, privacy, visits
from eurasia.accounts.models import User
from eurasia.behind import behind
from tests.cast import guard
from tests.conftest import HttpsClient
from tests.pages import submit, texts, tree_of

LIST = "/en/accounts/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
CHROME = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Mobile Safari/537.36"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
)


def signed_in(reader, user_agent=FIREFOX):
    client = HttpsClient(headers={"user-agent": user_agent})
    client.force_login(reader)
    client.get("/en/account/")
    return client


def is_signed_in(client):
    return client.get("/en/account/").status_code == 200


@pytest.fixture
def here(registered):
    return signed_in(registered)


@pytest.fixture
def elsewhere(registered):
    return signed_in(registered, SAFARI)


# --- In plain words -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "user_agent, said",
    [
        (FIREFOX, "Firefox on Linux"),
        (SAFARI, "Safari on iPhone"),
        (CHROME, "Chrome on Android"),
        (EDGE, "Edge on Windows"),
        (f"{EDGE} OPR/120".replace("Edg/", ""), "Opera on Windows"),
        (CHROME.replace("Chrome/", "SamsungBrowser/28.0 Chrome/"), "Samsung Internet on Android"),
        (SAFARI.replace("Version/", "CriOS/"), "Chrome on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15) Gecko Firefox/140.0", "Firefox on macOS"),
        ("Mozilla/5.0 (X11; CrOS x86_64 1) Chrome/140.0 Safari/537.36", "Chrome on ChromeOS"),
        ("curl on Linux", "Linux"),
        ("Firefox", "Firefox"),
        ("<b>Yours, the bank</b>", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)
def test_browser_is_named_by_what_is_known_alone(user_agent, said):
    assert str(browsers.named(user_agent)) == said


# --- The page -------------------------------------------------------------------------------------


def test_page_names_each_browser_and_says_which_is_this(here, elsewhere, subscriber):
    signed_in(subscriber, EDGE)

    page = here.get(LIST)

    assert texts(tree_of(page), "//main//h2") == ["Safari on iPhone", "Firefox on Linux This one"]
    assert page.headers["Cache-Control"] == "private, no-store"


def test_page_is_french_to_french_readers(here, elsewhere):
    page = tree_of(here.get("/fr/accounts/sessions/"))

    assert texts(page, "//h1") == ["Où vous êtes connecté"]
    assert texts(page, "//main//h2") == ["Safari sur iPhone", "Firefox sur Linux Celui-ci"]


def test_outsider_signs_in_first(client, db):
    assert client.get(LIST).url == f"/en/accounts/login/?next={LIST}"


def test_day_of_the_last_visit_is_kept_of_the_reader_and_written_once(registered, time_machine):
    time_machine.move_to("2026-03-01T22:59:00Z")  # before midnight in Paris
    here = signed_in(registered)
    assert User.objects.get().seen_on == date(2026, 3, 1)

    time_machine.move_to("2026-03-01T23:05:00Z")
    with CaptureQueriesContext(connection) as said:
        here.get("/en/account/")
    assert User.objects.get().seen_on == date(2026, 3, 2)
    time_machine.move_to("2026-03-02T22:58:00Z")
    cache.clear()
    with CaptureQueriesContext(connection) as said_again:
        here.get("/en/account/")

    wrote = [any("UPDATE" in each["sql"] and "seen_on" in each["sql"] for each in queries)
             for queries in [said, said_again]]  # fmt: skip
    assert wrote == [True, False]


def test_last_seen_is_noted_once_in_five_minutes(here, time_machine):
    began = UserSession.objects.get().last_seen_at
    here.get("/en/about/")
    assert UserSession.objects.get().last_seen_at == began

    time_machine.move_to(timezone.now() + timedelta(minutes=5, seconds=1))
    here.get("/en/about/")

    assert UserSession.objects.get().last_seen_at > began + timedelta(minutes=5)


def test_nobody_waits_for_a_visit_to_be_noted(here, time_machine, settings, monkeypatch):
    monkeypatch.setattr(behind, "start", lambda: None)  # now means now
    settings.WRITES_SECONDS = 5
    time_machine.move_to(timezone.now() + timedelta(days=1))
    began = UserSession.objects.values("last_seen_at", "user_agent").get()

    with CaptureQueriesContext(connection) as said:
        here.get("/en/about/", headers={"user-agent": "Another"})
    unwritten = UserSession.objects.values("last_seen_at", "user_agent").get()
    visits.write()
    visits.write()

    assert [each["sql"] for each in said if not each["sql"].startswith("SELECT")] == []
    assert unwritten == began
    assert UserSession.objects.get().user_agent == "Another"
    assert User.objects.get().seen_on == timezone.localdate()


def test_session_that_ends_before_its_visit_is_written_does_not_come_back(
    here, elsewhere, registered, settings, monkeypatch
):
    monkeypatch.setattr(behind, "start", lambda: None)
    settings.WRITES_SECONDS = 5
    monkeypatch.setattr(visits, "EXACT_TO", 0)
    elsewhere.get("/en/about/")
    submit(here, here.get(LIST), "//main//li[contains(., 'iPhone')]//form", follow=True)

    visits.write()

    assert [each.user_agent for each in UserSession.objects.all()] == [FIREFOX]


def test_visit_of_a_reader_who_is_erased_meanwhile_takes_no_other_along(
    here, registered, subscriber, settings, monkeypatch
):
    monkeypatch.setattr(behind, "start", lambda: None)
    settings.WRITES_SECONDS = 5
    UserSession.objects.all().delete()
    monkeypatch.setattr(visits, "EXACT_TO", 0)
    here.get("/en/about/")
    signed_in(subscriber, EDGE)
    privacy.erase(registered)

    visits.write()

    assert [each.user_agent for each in UserSession.objects.all()] == [EDGE]


# --- Ended ----------------------------------------------------------------------------------------


def test_one_session_is_ended_and_the_others_stay(here, elsewhere, registered):
    third = signed_in(registered, EDGE)
    page = here.get(LIST)

    answer = submit(here, page, "//main//li[contains(., 'iPhone')]//form", follow=True)

    assert "That browser is signed out." in answer.text
    assert [is_signed_in(each) for each in [here, elsewhere, third]] == [True, False, True]


def test_ending_this_one_signs_out(here, elsewhere):
    answer = submit(here, here.get(LIST), "//main//li[contains(., 'Firefox')]//form", follow=True)

    assert texts(tree_of(answer), "//h1") == ["You are signed out."]
    assert [is_signed_in(each) for each in [here, elsewhere]] == [False, True]


def test_all_others_are_ended_after_a_second_look(here, elsewhere, subscriber):
    stranger = signed_in(subscriber)
    page = here.get(LIST)

    submit(here, page, "//main//details//form")

    assert [is_signed_in(each) for each in [here, elsewhere, stranger]] == [True, False, True]


def test_nothing_to_end_elsewhere_is_no_button(here):
    assert tree_of(here.get(LIST)).xpath("//main//details") == []


def test_session_of_another_reader_is_not_to_be_ended(here, subscriber):
    stranger = signed_in(subscriber)
    theirs = UserSession.objects.get(user=subscriber)

    answer = here.post(f"/en/account/sessions/{theirs.pk}/end/")

    assert answer.status_code == 404
    assert is_signed_in(stranger)


def test_link_alone_ends_nothing(here, elsewhere, registered):
    mine = UserSession.objects.filter(user=registered).first()

    assert here.get(f"/en/account/sessions/{mine.pk}/end/").status_code == 405
    assert is_signed_in(here)


# --- What is held ---------------------------------------------------------------------------------


def test_browser_is_forgotten_with_its_session(here, elsewhere, now):
    here.post("/en/accounts/logout/")

    privacy.apply_retention(now)

    assert [session.user_agent for session in UserSession.objects.all()] == [SAFARI]


@pytest.mark.parametrize("before, left", [(timedelta(seconds=1), 1), (-timedelta(seconds=1), 0)])
def test_session_is_over_after_two_weeks(here, before, left):
    ends = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    Session.objects.update(expire_date=ends)

    privacy.apply_retention(ends - before)

    assert UserSession.objects.count() == left


def test_sessions_are_not_at_the_desk(client, db):
    client.force_login(guard(User.objects.create_superuser("chief@example.org")))

    assert client.get("/admin/usersessions/usersession/").status_code == 404
