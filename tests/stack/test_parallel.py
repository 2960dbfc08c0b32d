"""Fifty clicks at once on the production server have the effect of one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.utils import timezone
from django.utils.crypto import get_random_string

from eurasia.accounts.codes import TRIES
from eurasia.accounts.models import Guess, User
from eurasia.membership.models import Notice, Subscription
from tests.conftest import HttpsClient, session_of
from tests.pages import code_in, code_sent_to, submit

pytestmark = pytest.mark.stack

CLICKS, HANDS = 50, 10


def click(server, session, path, **values):
    """Fifty times, ten at each moment; answers what the server said each time.

    A value that can be called is another one each time.
    """
    start = Barrier(HANDS)

    def filled():
        return {name: value() if callable(value) else value for name, value in values.items()}

    def hand(number):
        start.wait()
        # Of a network of its own: no throttle stands in the way.
        with server.client(session, f"203.0.113.{number}") as client:
            return [client.post(path, data=filled()) for _click in range(CLICKS // HANDS)]

    with ThreadPoolExecutor(HANDS) as hands:
        return [answer for answers in hands.map(hand, range(HANDS)) for answer in answers]


def statuses(answers):
    return {answer.status_code for answer in answers}


def test_fifty_starts_are_one_subscription_and_one_mail(server, registered, plan):
    answers = click(server, session_of(registered), f"/en/subscribe/{plan.slug}/")

    assert statuses(answers) == {302}
    [taken] = Subscription.objects.all()
    assert (taken.reader, taken.plan, taken.ends_at) == (registered, plan, None)
    [notice] = Notice.objects.all()
    assert (notice.subscription, notice.kind) == (taken, Notice.Kind.STARTED)
    assert [row.history_type for row in Subscription.history.all()] == ["+"]


def test_fifty_cancellations_are_one(server, subscriber):
    [right] = subscriber.subscriptions.all()

    answers = click(server, session_of(subscriber), f"/en/account/subscriptions/{right.pk}/cancel/")

    # A click after the last second of a right without an end finds nothing to cancel.
    assert statuses(answers) <= {302, 404}
    right.refresh_from_db()
    assert right.cancelled_at == right.ends_at <= timezone.now()
    history = Subscription.history.exclude(cancelled_at=None)
    assert [row.cancelled_at for row in history] == [right.cancelled_at]


def test_fifty_times_the_same_code_sign_in_once(server, registered):
    EmailAddress.objects.update(verified=True)
    browser = HttpsClient()
    page = browser.get("/en/accounts/login/code/")
    submit(browser, page, email=registered.email)
    code = code_sent_to(registered.email)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value

    answers = click(server, session, "/en/accounts/login/code/confirm/", code=code)

    assert statuses(answers) <= {200, 302}
    assert User.objects.exclude(last_login=None).count() == 1
    signed_in = {answer.cookies.get("__Host-eurasia_session") for answer in answers} - {None, ""}
    assert len(signed_in) == UserSession.objects.count() == 1
    assert mail.outbox[1:] == []


#: Where a code is asked for, and what is typed there.
DOORS = {
    "login/code": {"email": "registered@example.org"},
    "signup": {"email": "registered@example.org"},
    "password/reset": {"email": "registered@example.org"},
    "login": {"login": "unconfirmed@example.org", "password": "a long way to Muscat"},
}


def test_right_code_after_fifty_wrong_ones_at_once_is_refused(server, registered):
    EmailAddress.objects.update(verified=True)
    User.objects.create_user("unconfirmed@example.org", "a long way to Muscat")
    for door, typed in DOORS.items():
        browser = HttpsClient()
        page = browser.get(f"/en/accounts/{door}/")
        asked = submit(browser, page, **typed)
        code = code_in(mail.outbox[-1])
        before = Session.objects.get(pk=browser.cookies[settings.SESSION_COOKIE_NAME].value)

        answers = click(server, before.pk, asked.url, code=lambda: get_random_string(8))

        assert statuses(answers) <= {200, 302}, door
        # A session may be read before, and written after, all that allauth has counted in it.
        before.pk = before.pk[::-1]
        before.save()
        with server.client(before.pk) as client:
            late = client.post(asked.url, data={"code": code})
            late = client.get(asked.url) if late.status_code == 302 else late
        assert (late.status_code, "Incorrect code." in late.text) == (200, True), door
    assert Guess.objects.count() == TRIES * len(DOORS)
    assert not User.objects.exclude(last_login=None).exists()
