"""The sole writer of subscriptions: every start and every end passes here.

Called by views, the desk and commands. All of it is keyed by `at`, in UTC; a day is 24 hours.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from eurasia.accounts.models import User
from eurasia.membership.models import Plan, Subscription


class SubscribingError(ValidationError):
    """Says in the reader's language why nothing was written."""


@transaction.atomic
def take(*, reader: User, plan: Plan, at: datetime) -> Subscription:
    """A reader takes an offered plan. Taking again what is held already changes nothing.

    Raises SubscribingError if the plan is not offered.
    """
    _lock(reader)
    if not plan.is_offered:
        raise SubscribingError(_("This plan is not offered at the moment."))
    held = Subscription.objects.granting_access(reader, at).filter(plan=plan).newest().first()
    if held:
        return held
    return Subscription.objects.create(
        reader=reader,
        plan=plan,
        source=Subscription.Source.FREE,
        starts_at=at,
        ends_at=plan.ends_at(at),
    )


@transaction.atomic
def grant(
    *, reader: User, plan: Plan, starts_at: datetime, ends_at: datetime | None, note: str
) -> Subscription:
    """The desk gives a reader the full texts over [starts_at, ends_at), or without an end.

    Raises SubscribingError if the end does not come after the start.
    """
    if ends_at is not None and ends_at <= starts_at:
        raise SubscribingError(_("A subscription must end after it starts."))
    _lock(reader)
    return Subscription.objects.create(
        reader=reader,
        plan=plan,
        source=Subscription.Source.GRANTED,
        starts_at=starts_at,
        ends_at=ends_at,
        note=note,
    )


@transaction.atomic
def end(subscription: Subscription, *, at: datetime) -> Subscription:
    """End a subscription at `at`; one that has ended by then stays as it is."""
    subscription = Subscription.objects.select_for_update().get(pk=subscription.pk)
    if subscription.ends_at is None or subscription.ends_at > at:
        subscription.ends_at = max(at, subscription.starts_at)
        subscription.cancelled_at = at
        subscription.save(update_fields=["ends_at", "cancelled_at"])
    return subscription


def annotate(subscription: Subscription, *, note: str) -> None:
    """Change the desk's note; the right itself stays as it is."""
    subscription.note = note
    subscription.save(update_fields=["note"])


def _lock(reader: User) -> None:
    """One writer at a time for each reader, so that two clicks are one subscription."""
    User.objects.select_for_update().get(pk=reader.pk)
