"""Readers by the hundred thousand, with subscriptions of every sort. Their addresses lead nowhere.

Called by `make_big`. The rows are those that signing up and membership.subscribing would leave.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Max

from eurasia.accounts.models import User
from eurasia.languages import CODES
from eurasia.membership.models import Plan, Subscription

AT_ONCE = 5_000
DAY = timedelta(days=1)
#: How many of a hundred readers have, or had, what.
SORTS = {
    "free": 40, "granted": 8, "paid": 15, "cancelled": 3, "lapsed": 15, "renewed": 4, "none": 15,
}  # fmt: skip


def make(count: int, *, seed: int, at: datetime) -> Iterator[int]:
    """Add so many readers, who have joined before `at`. Yields how many are done."""
    plans = _plans()
    password = make_password(None)  # nobody signs in by it
    first = (User.objects.aggregate(newest=Max("pk"))["newest"] or 0) + 1
    for start in range(0, count, AT_ONCE):
        places = range(start, min(start + AT_ONCE, count))
        _write([first + place for place in places], password, plans, seed, at)
        yield places.stop


@transaction.atomic
def _write(
    numbers: list[int], password: str, plans: dict[str, Plan], seed: int, at: datetime
) -> None:
    dice = Random(f"{seed} {numbers[0]}")  # noqa: S311 - no secret
    readers = User.objects.bulk_create(
        User(
            email=f"reader-{number}@big.invalid",
            password=password,
            language=dice.choice(CODES),
            date_joined=at - dice.uniform(0, 3_000) * DAY,
        )
        for number in numbers
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=reader, email=reader.email, primary=True, verified=dice.random() < 0.98)
        for reader in readers
    )
    sorts = dice.choices(list(SORTS), list(SORTS.values()), k=len(readers))
    subscriptions = Subscription.objects.bulk_create(
        Subscription(reader=reader, **values)
        for reader, sort in zip(readers, sorts, strict=True)
        for values in _subscriptions(sort, plans, reader.date_joined, at, dice)
    )
    Subscription.history.bulk_history_create(subscriptions, default_change_reason=None)


def _subscriptions(
    sort: str, plans: dict[str, Plan], joined_at: datetime, at: datetime, dice: Random
) -> list[dict[str, Any]]:
    free: dict[str, Any] = {"plan": plans["free"], "source": "free", "starts_at": joined_at}
    begun = at - dice.uniform(1, 364) * DAY
    year = {
        "plan": plans["year"],
        "source": "paid",
        "starts_at": begun,
        "ends_at": begun + 365 * DAY,
    }
    past = {**year, "starts_at": begun - 365 * DAY, "ends_at": begun}
    match sort:
        case "free":
            return [free]
        case "granted":
            return [{**year, "source": "granted", "note": "A library."}]
        case "paid":
            return [year]
        case "cancelled":
            return [{**year, "cancelled_at": begun + dice.uniform(0, 1) * (at - begun)}]
        case "lapsed":
            return [past]
        case "renewed":
            return [past, year]
    return []


def _plans() -> dict[str, Plan]:
    """The demo's free one, and one that is paid for."""
    free, _made = Plan.objects.get_or_create(
        slug="free",
        defaults={"name_en": "Free subscription", "name_fr": "Abonnement gratuit"},
    )
    year, _made = Plan.objects.get_or_create(
        slug="year",
        defaults={"name_en": "A year", "name_fr": "Un an", "days": 365, "price": 60},
    )
    return {"free": free, "year": year}
