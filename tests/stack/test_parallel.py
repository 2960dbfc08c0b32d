"""Fifty clicks at once on the production server have the effect of one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core import mail
from django.utils import timezone

from eurasia.accounts.models import User
from eurasia.membership.models import Notice, Subscription
from tests.conftest import HttpsClient, session_of
from tests.pages import code_sent_to, submit

pytestmark = pytest.mark.stack

CLICKS, HANDS = 50, 10


def click(server, session, path, **values):
    """Fifty times, ten at each moment; answers what the server said each time."""
    start = Barrier(HANDS)

    def hand(number):
        start.wait()
        # Of a network of its own: no throttle stands in the way.
        with server.client(session, f"203.0.113.{number}") as client:
            return [client.post(path, data=values) for _click in range(CLICKS // HANDS)]

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
