"""How a reader stands with the journal, at a glance: for lists, pages and exports of the desk.

One subscription speaks for all that a reader has or had. What opens a text is the gate's matter.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from eurasia.accounts.models import User
from eurasia.membership.models import Subscription

#: So near an end, a reader counts as one whose subscription ends soon.
SOON = timedelta(days=30)
NEVER = datetime.max.replace(tzinfo=UTC)


class State(models.TextChoices):
    """What the subscription that speaks says at a moment. Whoever has several rights has the best
    of these: running beats awaited, awaited beats ended.
    """

    RUNNING = "running", _("subscribes")
    CANCELLED = "cancelled", _("cancelled, runs out")
    AWAITED = "awaited", _("starts later")
    ENDED = "ended", _("has ended")
    NONE = "none", _("never subscribed")


@dataclass(frozen=True)
class Glance:
    state: State
    #: The one that speaks.
    subscription: Subscription | None = None


def of_each(readers: Iterable[int], at: datetime) -> dict[int, Glance]:
    """A glance at each of the readers, who are named by number. One query."""
    rights = defaultdict(list)
    for subscription in Subscription.objects.filter(reader__in=readers).select_related("plan"):
        rights[subscription.reader_id].append(subscription)
    return {reader: of(rights[reader], at) for reader in readers}


def of(subscriptions: Iterable[Subscription], at: datetime) -> Glance:
    """A glance at one reader, by all their subscriptions. Pure."""
    best = max(subscriptions, key=lambda one: _rank(one, at), default=None)
    return Glance(State.NONE) if best is None else Glance(state_of(best, at), best)


def state_of(subscription: Subscription, at: datetime) -> State:
    is_empty = subscription.ends_at == subscription.starts_at  # ended before it began
    if is_empty or (subscription.ends_at is not None and subscription.ends_at <= at):
        return State.ENDED
    if subscription.starts_at > at:
        return State.AWAITED
    return State.CANCELLED if subscription.cancelled_at else State.RUNNING


def _rank(subscription: Subscription, at: datetime) -> tuple[int, float, int]:
    """Running: what lasts longest. Awaited: what starts first. Ended: what ended last."""
    state, ends_at = state_of(subscription, at), subscription.ends_at or NEVER
    if state is State.AWAITED:
        return 1, -subscription.starts_at.timestamp(), subscription.pk
    return 0 if state is State.ENDED else 2, ends_at.timestamp(), subscription.pk


# --- Found in the database ------------------------------------------------------------------------


class Narrowing(models.TextChoices):
    """What a list of readers can be narrowed to."""

    RUNNING = "running", _("subscribe now")
    SOON = "soon", _("end within 30 days")
    CANCELLED = "cancelled", _("cancelled, run out")
    AWAITED = "awaited", _("start later")
    ENDED = "ended", _("have ended")
    NONE = "none", _("never subscribed")
    OFF = "off", _("switched off")
    LEAVING = "leaving", _("asked to be erased")


def narrowed(
    readers: QuerySet[User], to: Narrowing | None, right: Q, at: datetime
) -> QuerySet[User]:
    """The readers who stand like this by a subscription of the kind `right`; `Q()`: by any."""
    subscriptions = Subscription.objects.filter(reader__isnull=False)
    running = subscriptions.running(at)
    awaited = subscriptions.filter(starts_at__gt=at).exclude(ends_at=F("starts_at"))

    def have(found: QuerySet[Subscription]) -> Q:
        return Q(pk__in=found.values("reader"))

    match to:
        case Narrowing.RUNNING:
            return readers.filter(have(running.filter(right)))
        case Narrowing.SOON:
            ending = running.filter(ends_at__lte=at + SOON)
            outlasting = running.exclude(ends_at__lte=at + SOON)
            return readers.filter(have(ending.filter(right)) & ~have(outlasting))
        case Narrowing.CANCELLED:
            cancelled = running.filter(cancelled_at__isnull=False)
            wanted = running.filter(cancelled_at=None)
            return readers.filter(have(cancelled.filter(right)) & ~have(wanted))
        case Narrowing.AWAITED:
            return readers.filter(have(awaited.filter(right)) & ~have(running))
        case Narrowing.ENDED:
            lasting = subscriptions.exclude(ends_at__lte=at).exclude(ends_at=F("starts_at"))
            return readers.filter(have(subscriptions.filter(right)) & ~have(lasting))
        case Narrowing.NONE:
            return readers.filter(subscriptions=None)
        case Narrowing.OFF:
            readers = readers.filter(is_active=False)
        case Narrowing.LEAVING:
            readers = readers.filter(erasure_due_at__isnull=False)
    return readers.filter(have(subscriptions.filter(right))) if right else readers
