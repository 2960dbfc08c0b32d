"""Readers by the hundred thousand, with subscriptions of every sort, and what the desk did."""

from datetime import timedelta
from random import Random

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from eurasia.accounts.models import User
from eurasia.membership.models import Plan, Subscription

DAY = timedelta(days=1)


def fill(count, staff, at):
    dice = Random(8)  # noqa: S311 - no secret, and the same readers each time
    plans = [
        Plan.objects.create(slug=slug, name_en=slug, name_fr=slug) for slug in ["free", "year"]
    ]
    readers = User.objects.bulk_create(
        [
            User(
                email=f"reader-{number:06}@big.invalid",
                name=f"Name{number % 977} Family{number % 4999}" if number % 3 else "",
                language=dice.choice(["en", "fr"]),
                is_active=number % 50 != 0,
                password="!",
                seen_on=(at - dice.uniform(0, 900) * DAY).date() if number % 4 else None,
            )
            for number in range(count)
        ],
        batch_size=5_000,
    )
    subscriptions = Subscription.objects.bulk_create(
        [one for reader in readers for one in _subscriptions(reader, plans, at, dice)],
        batch_size=5_000,
    )
    granted = [one for one in subscriptions if one.source == "granted"]
    Subscription.history.bulk_history_create(
        [one for one in subscriptions if one.source != "granted"],
        default_change_reason=None,
        batch_size=5_000,
    )
    for start in range(0, len(granted), 100):
        Subscription.history.bulk_history_create(
            granted[start : start + 100],
            default_user=staff,
            default_change_reason="A list",
            default_date=at - start * timedelta(minutes=1),
        )
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.bulk_create(
        [
            LogEntry(
                user=staff, content_type=kind, object_id=str(reader.pk), object_repr=reader.email,
                action_flag=CHANGE, change_message='[{"changed": {"fields": ["Name"]}}]',
                action_time=at - reader.pk * timedelta(minutes=1),
            )
            for reader in readers[::10]
        ],
        batch_size=5_000,
    )  # fmt: skip
    return readers


def _subscriptions(reader, plans, at, dice):
    free, year = plans
    begun = at - dice.uniform(1, 364) * DAY
    now = {"reader": reader, "plan": year, "starts_at": begun, "ends_at": begun + 365 * DAY}
    past = {**now, "starts_at": begun - 365 * DAY, "ends_at": begun, "source": "paid"}
    match dice.randrange(10):
        case 0 | 1 | 2 | 3:
            return [Subscription(reader=reader, plan=free, source="free", starts_at=begun)]
        case 4:
            return [Subscription(**now, source="granted", note="A library.")]
        case 5:
            return [Subscription(**past), Subscription(**now, source="paid")]
        case 6:
            return [Subscription(**now, source="paid", cancelled_at=begun + DAY)]
        case 7:
            return [Subscription(**past)]
        case 8:
            ahead = {**now, "starts_at": at + DAY, "ends_at": at + 99 * DAY}
            return [Subscription(**ahead, source="granted")]
    return []
