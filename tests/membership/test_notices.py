"""Mails on subscriptions: once each, in the reader's language, none that is wrong by then."""

import smtplib
from datetime import timedelta
from io import StringIO
from unittest.mock import patch

import pytest
from django.core import mail
from django.core.management import call_command

from eurasia.membership import notices, subscribing
from eurasia.membership.models import Notice, Plan
from tests.membership.test_subscribing import AT, DAY, TICK

WEEK = 7 * DAY


@pytest.fixture
def month(db):
    return Plan.objects.create(slug="month", name_en="Month", name_fr="Mois", days=30)


@pytest.fixture
def taken(registered, month):
    return subscribing.take(reader=registered, plan=month, at=AT)


def sent():
    said = [(message.to, message.subject) for message in mail.outbox]
    mail.outbox.clear()
    return said


ENDING = (["registered@example.org"], "Your subscription ends on 27 April 2026")
ENDED = (["registered@example.org"], "Your subscription to EurasiaPeace has ended")


@pytest.mark.parametrize(
    "after, said",
    [
        (timedelta(0), []),
        (23 * DAY - TICK, []),
        (23 * DAY, [ENDING]),
        (30 * DAY - TICK, [ENDING]),
        (30 * DAY, [ENDED]),
        (33 * DAY - TICK, [ENDED]),
        (33 * DAY, []),
    ],
)
def test_mails_are_due_a_week_before_and_at_the_end(after, said, taken):
    assert notices.send_due(AT + after) == len(said)

    assert sent() == said


def test_each_mail_is_sent_once(taken):
    for hours in range(24 * 24, 24 * 34, 5):
        notices.send_due(AT + timedelta(hours=hours))

    assert sent() == [ENDING, ENDED]


def test_mail_is_in_the_readers_language(taken, registered):
    registered.language = "fr"
    registered.save()

    notices.send_due(AT + 23 * DAY)

    [message] = mail.outbox
    assert message.subject == "Votre abonnement prend fin le 27 avril 2026"
    assert "/fr/subscribe/" in message.body
    assert 'lang="fr"' in message.alternatives[0][0]


def test_renewed_subscription_is_not_said_to_end_and_speaks_again_of_its_new_end(
    taken, registered, month
):
    notices.send_due(AT + 23 * DAY)
    subscribing.renew(reader=registered, plan=month, at=AT + 24 * DAY)
    sent()

    notices.send_due(AT + 30 * DAY)
    notices.send_due(AT + 53 * DAY)

    assert sent() == [(ENDING[0], "Your subscription ends on 27 May 2026")]


def test_nothing_is_said_where_another_right_goes_on(taken, registered, plan):
    subscribing.take(reader=registered, plan=plan, at=AT + DAY)

    notices.send_due(AT + 23 * DAY)
    notices.send_due(AT + 30 * DAY)

    assert sent() == []


@pytest.mark.parametrize("gap, said", [(timedelta(0), 0), (TICK, 1)])
def test_right_that_follows_without_a_gap_counts(gap, said, taken, registered, month):
    subscribing.grant(
        reader=registered,
        plan=month,
        starts_at=taken.ends_at + gap,
        ends_at=taken.ends_at + 2 * WEEK,
        note="",
        by=None,
    )

    assert notices.send_due(AT + 30 * DAY) == said


def test_short_plan_is_not_said_to_end_as_soon_as_it_begins(registered, month):
    month.days = 6
    month.save()
    subscribing.take(reader=registered, plan=month, at=AT)

    notices.send_due(AT + DAY)

    assert sent() == []


def test_mail_that_fails_is_tried_again_and_stops_no_other(taken, subscriber, month):
    subscribing.take(reader=subscriber, plan=month, at=AT)
    subscriber.subscriptions.exclude(plan=month).delete()
    with patch("eurasia.mail.send", side_effect=smtplib.SMTPServerDisconnected):
        assert notices.send_due(AT + 23 * DAY) == 0

    assert notices.send_due(AT + 23 * DAY + notices.ABANDONED - TICK) == 0
    assert notices.send_due(AT + 23 * DAY + notices.ABANDONED) == 2
    assert Notice.objects.filter(sent_at=None).count() == 0


def test_command_says_how_many_left(taken, time_machine):
    time_machine.move_to(AT + 23 * DAY, tick=False)
    said = StringIO()

    call_command("send_subscription_mails", stdout=said)

    assert said.getvalue() == "1 mails sent.\n"


def test_start_is_said_once_after_the_click(client, registered, plan):
    client.force_login(registered)

    for _click in range(2):
        client.post("/en/subscribe/free/")

    assert sent() == [(["registered@example.org"], "Your subscription to EurasiaPeace")]
