"""The sole writer of subscriptions: every start and every end passes here.

Called by views, the desk and commands. All of it is keyed by `at`, in UTC; a day is 24 hours.
Whatever the desk does takes `by` and a reason, which the history keeps. A command is nobody at the
desk: for it, as for what readers do themselves, the history has no reason.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from eurasia.accounts.models import User
from eurasia.membership.models import Plan, Subscription

RENEW_BEFORE = timedelta(days=7)


class SubscribingError(ValidationError):
    """Says in the reader's language why nothing was written."""


@transaction.atomic
def take(*, reader: User, plan: Plan, at: datetime) -> Subscription:
    """A reader takes an offered plan. Taking again what is held changes nothing, or resumes it.

    Raises SubscribingError if the plan is not offered, has a price, or is a second trial.
    """
    lock(reader.pk)
    if not plan.is_offered:
        raise SubscribingError(_("This plan is not offered at the moment."))
    if plan.price is not None:
        raise SubscribingError(_("This plan is paid for outside this site: write to the desk."))
    if held := _held(reader, plan, at):
        return _resumed(held)
    if plan.is_trial and reader.subscriptions.filter(plan__is_trial=True).exists():
        raise SubscribingError(_("A trial can be taken once."))
    return Subscription.objects.create(
        reader=reader,
        plan=plan,
        source=Subscription.Source.FREE,
        starts_at=at,
        ends_at=plan.ends_at(at),
    )


@transaction.atomic
def renew(*, reader: User, plan: Plan, at: datetime) -> Subscription:
    """Take a plan that has ended, or lengthen one near its end by the plan's days.

    Not nearer than `may_renew_from`: it stays as it is, so that two clicks renew once. Raises
    SubscribingError as `take` does, and for a trial.
    """
    lock(reader.pk)
    held = _held(reader, plan, at)
    if held is None or held.ends_at is None:
        return take(reader=reader, plan=plan, at=at)
    if plan.is_trial:
        raise SubscribingError(_("A trial can be taken once."))
    if not plan.is_offered or plan.price is not None:
        raise SubscribingError(_("This plan is not offered at the moment."))
    if at >= may_renew_from(held):
        held.ends_at = plan.ends_at(held.ends_at)
        held.cancelled_at = None
        held.save(update_fields=["ends_at", "cancelled_at"])
    return held


def may_renew_from(subscription: Subscription) -> datetime:
    """The moment from which a subscription can be renewed: a week before its end, or half-way.

    A plan without days that was given an end can lose it again at any time.
    """
    if subscription.ends_at is None:
        return datetime.max.replace(tzinfo=UTC)
    if subscription.plan.days is None:
        return subscription.starts_at
    return subscription.ends_at - min(RENEW_BEFORE, timedelta(days=subscription.plan.days) / 2)


@transaction.atomic
def extend(
    subscription: Subscription, *, ends_at: datetime | None, by: User | None, reason: str
) -> Subscription:
    """The desk lets a subscription last longer; None: without an end.

    Raises SubscribingError for an end that is not later: extending never shortens a right.
    """
    subscription = _lock_row(subscription)
    if subscription.ends_at is None or (ends_at is not None and ends_at <= subscription.ends_at):
        raise SubscribingError(_("The new end must come after the present one."))
    subscription.ends_at = ends_at
    subscription.cancelled_at = None
    _record(subscription, by, reason)
    subscription.save(update_fields=["ends_at", "cancelled_at"])
    return subscription


@transaction.atomic
def cancel(subscription: Subscription, *, at: datetime) -> Subscription:
    """The reader wants no more of it: access goes on until the end, and stops now without one.

    Cancelling again, or after the end, changes nothing.
    """
    subscription = _lock_row(subscription)
    over = subscription.ends_at is not None and subscription.ends_at <= at
    if subscription.cancelled_at is None and not over:
        subscription.cancelled_at = at
        if subscription.ends_at is None:
            subscription.ends_at = max(at, subscription.starts_at)
        subscription.save(update_fields=["ends_at", "cancelled_at"])
    return subscription


@transaction.atomic
def resume(subscription: Subscription, *, at: datetime) -> Subscription:
    """Take a cancellation back before the end. Raises SubscribingError from the end on."""
    subscription = _lock_row(subscription)
    if subscription.ends_at is not None and subscription.ends_at <= at:
        raise SubscribingError(_("This subscription has ended: take it again."))
    return _resumed(subscription)


def grant(
    *,
    reader: User,
    plan: Plan,
    starts_at: datetime,
    ends_at: datetime | None,
    note: str,
    by: User | None,
) -> Subscription:
    """The desk gives a reader the full texts over [starts_at, ends_at), or without an end.

    The note is the reason. Raises SubscribingError if the end does not come after the start.
    """
    [granted] = grant_all(
        readers=[reader], plan=plan, starts_at=starts_at, ends_at=ends_at, note=note, by=by
    )
    return granted


@transaction.atomic
def grant_all(
    *,
    readers: Sequence[User],
    plan: Plan,
    starts_at: datetime,
    ends_at: datetime | None,
    note: str,
    by: User | None,
) -> list[Subscription]:
    """The desk gives the same to many, in as many queries as to one. Raises as `grant` does."""
    if ends_at is not None and ends_at <= starts_at:
        raise SubscribingError(_("A subscription must end after it starts."))
    lock(*(reader.pk for reader in readers))
    granted = Subscription.objects.bulk_create(
        Subscription(
            reader=reader,
            plan=plan,
            source=Subscription.Source.GRANTED,
            starts_at=starts_at,
            ends_at=ends_at,
            note=note,
        )
        for reader in readers
    )
    # One act: it bears one moment, read from the clock as the history does for a single save.
    Subscription.history.bulk_history_create(
        granted,
        default_user=by,
        default_change_reason=note if by else None,
        default_date=timezone.now(),
    )
    return granted


@transaction.atomic
def end(
    subscription: Subscription, *, at: datetime, ends_at: datetime, by: User | None, reason: str
) -> Subscription:
    """The desk, at `at`, lets a subscription end at `ends_at`.

    One that ends by then stays as it is. Raises SubscribingError for an end in the past: what was
    open then is not rewritten.
    """
    if ends_at < at:
        raise SubscribingError(_("This moment has passed: choose a later one."))
    subscription = _lock_row(subscription)
    if subscription.ends_at is None or subscription.ends_at > ends_at:
        subscription.ends_at = max(ends_at, subscription.starts_at)
        if ends_at == at:  # else it runs on, and its reader would be offered to keep it after all
            subscription.cancelled_at = at
        _record(subscription, by, reason)
        subscription.save(update_fields=["ends_at", "cancelled_at"])
    return subscription


@transaction.atomic
def annotate(subscription: Subscription, *, note: str, by: User | None) -> None:
    """Change the desk's note; the right itself stays as it is."""
    subscription = _lock_row(subscription)
    subscription.note = note
    _record(subscription, by, "")
    subscription.save(update_fields=["note"])


def lock(*numbers: int) -> None:
    """One writer at a time for each reader, so that two clicks are one subscription.

    For who looks before they write, in the transaction that writes. Raises SubscribingError for a
    reader who has been erased.
    """
    locked = User.objects.select_for_update().filter(pk__in=numbers).order_by("pk")
    if len(locked.values_list("pk")) != len(set(numbers)):
        raise SubscribingError(_("A reader has been erased in the meantime."))


def _lock_row(subscription: Subscription) -> Subscription:
    """As it is now: what the caller holds may be old. Its reader comes first, as everywhere."""
    if subscription.reader_id is not None:  # the ledger's rows have none
        lock(subscription.reader_id)
    return Subscription.objects.select_for_update().get(pk=subscription.pk)


def _record(subscription: Any, by: User | None, reason: str) -> None:
    """Let the history tell who at the desk did it, and why."""
    subscription._history_user, subscription._change_reason = by, reason if by else None


def _held(reader: User, plan: Plan, at: datetime) -> Subscription | None:
    """The right of this plan that lasts longest; also what a click has taken that overtook this.

    Free rights start at the instant of the click, so one that starts after `at` was quicker to
    the lock.
    """
    overtaking = Subscription.objects.filter(
        reader=reader, source=Subscription.Source.FREE, starts_at__gt=at, cancelled_at=None
    )
    held = (Subscription.objects.granting_access(reader, at) | overtaking).filter(plan=plan)
    return held.order_by(F("ends_at").desc(nulls_first=True), "-id").first()


def _resumed(subscription: Subscription) -> Subscription:
    if subscription.cancelled_at is not None:
        subscription.cancelled_at = None
        subscription.save(update_fields=["cancelled_at"])
    return subscription


@transaction.atomic
def forget(reader: User) -> None:
    """Before `reader` is erased: the ledger keeps what was paid, and the log what the desk did,
    without the name.
    """
    paid = Subscription.objects.filter(reader=reader, source=Subscription.Source.PAID)
    numbers = list(paid.values_list("pk", flat=True))
    paid.update(reader=None, note="")
    Subscription.objects.filter(reader=reader).delete()
    saves = Subscription.history.filter(reader=reader)
    of_the_desk = saves.filter(history_change_reason__isnull=False)
    saves.filter(history_change_reason=None).exclude(id__in=numbers).delete()
    of_the_desk.update(history_change_reason="")
    saves.update(reader=None, note="")
