"""Mails on a subscription: when it starts, a week before its end, and at the end.

Called after commit by the views that start one, and by `manage.py send_subscription_mails`, which
cron runs. Claim, commit, send, mark: a mail that fails is tried again, none is sent twice.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from eurasia import mail
from eurasia.membership.models import Notice, Subscription

log = logging.getLogger(__name__)

BEFORE_THE_END = timedelta(days=7)
#: What has been due for longer is of no use to anybody, such as after a long standstill.
TOO_LATE = timedelta(days=3)
#: A claim that has not been sent after this was left by a process that died.
ABANDONED = timedelta(minutes=10)

Due = tuple[Subscription, Notice.Kind, datetime]


def due(at: datetime) -> Iterator[Due]:
    """What is to be said at `at`, whether it has been said or not."""
    subscriptions = Subscription.objects.exclude(reader=None).select_related("reader", "plan")
    for subscription in subscriptions.filter(
        ends_at__gt=at, ends_at__lte=at + BEFORE_THE_END, starts_at__lte=at
    ).order_by("id"):
        assert subscription.ends_at is not None  # the filter said so
        # A short plan that has just begun says in its first mail when it ends.
        if subscription.starts_at <= subscription.ends_at - BEFORE_THE_END:
            yield subscription, Notice.Kind.ENDING, subscription.ends_at
    for subscription in subscriptions.filter(ends_at__lte=at, ends_at__gt=at - TOO_LATE).order_by(
        "id"
    ):
        assert subscription.ends_at is not None  # the filter said so
        if subscription.ends_at > subscription.starts_at:
            yield subscription, Notice.Kind.ENDED, subscription.ends_at


def send_due(at: datetime) -> int:
    """Send what is due and has not been sent; answers how many mails left."""
    return sum(
        send(subscription, kind, about=about, at=at)
        for subscription, kind, about in due(at)
        if not Subscription.objects.outlasting(subscription).exists()
    )


def send(subscription: Subscription, kind: Notice.Kind, *, about: datetime, at: datetime) -> bool:
    """Send one mail, once; answers whether it left now."""
    notice = _claim(subscription, kind, about, at)
    if notice is None:
        return False
    reader = subscription.reader
    assert reader is not None  # nothing starts or is due without one
    with translation.override(reader.language):
        address = settings.SITE_URL + reverse("membership:subscribe")
        account = settings.SITE_URL + reverse("account:home")
    try:
        mail.send(
            f"membership/email/{kind}",
            to=reader.email,
            language=reader.language,
            context={"subscription": subscription, "address": address, "account": account},
        )
    except OSError:  # smtplib's and socket's
        log.warning("mail %s on subscription %s was not sent", kind, subscription.pk)
        return False
    Notice.objects.filter(pk=notice.pk).update(sent_at=at)
    return True


@transaction.atomic
def _claim(
    subscription: Subscription, kind: Notice.Kind, about: datetime, at: datetime
) -> Notice | None:
    notice, created = Notice.objects.select_for_update().get_or_create(
        subscription=subscription, kind=kind, about=about, defaults={"claimed_at": at}
    )
    if created:
        return notice
    if notice.sent_at is None and notice.claimed_at <= at - ABANDONED:
        notice.claimed_at = at
        notice.save(update_fields=["claimed_at"])
        return notice
    return None
