"""What is true of every plan and subscription, whoever writes the row."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import translation

from eurasia.membership.models import Plan, Subscription

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)

PLAN = {"slug": "year", "name_en": "Year", "name_fr": "Année"}


@pytest.fixture
def subscribe(registered, plan):
    def create(**values):
        return Subscription.objects.create(
            **{"reader": registered, "plan": plan, "source": "free", "starts_at": AT, **values}
        )

    return create


@pytest.mark.parametrize(
    "constraint, wrong",
    [
        ("plan_lasts_a_day_to_a_century", {"days": 0}),
        ("plan_lasts_a_day_to_a_century", {"days": 36_501}),
        ("plan_has_names", {"slug": ""}),
        ("plan_has_names", {"name_en": ""}),
        ("plan_has_names", {"name_fr": ""}),
    ],
)
def test_database_refuses_a_plan_that_cannot_be(constraint, wrong, db):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Plan.objects.create(**{**PLAN, **wrong})

    assert Plan.objects.count() == 0


def test_plan_slugs_are_unique(db):
    Plan.objects.create(**PLAN)

    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.create(**PLAN)


@pytest.mark.parametrize("days", [None, 1, 365])
def test_plan_has_no_end_or_lasts_a_day_at_least(days, db):
    assert Plan.objects.create(**PLAN, days=days).days == days


def test_day_of_a_plan_is_24_hours_over_the_change_of_clocks():
    saturday = datetime.fromisoformat("2026-03-28T12:00:00+01:00")

    assert Plan(days=1).ends_at(saturday) == datetime.fromisoformat("2026-03-29T13:00:00+02:00")


def test_plan_speaks_the_language_of_the_page():
    plan = Plan(**PLAN)

    with translation.override("fr"):
        assert (plan.name, str(plan)) == ("Année", "Année")
    with translation.override("en"):
        assert plan.name == "Year"


def test_offered_plans_come_in_their_order(db):
    last = Plan.objects.create(slug="c", name_en="C", name_fr="C", position=2)
    first = Plan.objects.create(slug="b", name_en="B", name_fr="B", position=1)
    second = Plan.objects.create(slug="a", name_en="A", name_fr="A", position=1)
    Plan.objects.create(slug="d", name_en="D", name_fr="D", is_offered=False)

    assert list(Plan.objects.offered()) == [first, second, last]


@pytest.mark.parametrize(
    "constraint, wrong",
    [
        ("subscription_source_is_known", {"source": "trial"}),
        ("subscription_source_is_known", {"source": ""}),
        ("subscription_ends_after_its_start", {"ends_at": AT - TICK}),
    ],
)
def test_database_refuses_a_subscription_that_cannot_be(constraint, wrong, subscribe):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        subscribe(**wrong)

    assert Subscription.objects.count() == 0


def test_subscription_may_be_an_empty_span(subscribe, registered):
    subscribe(ends_at=AT)

    assert not Subscription.objects.granting_access(registered, AT).exists()


def test_plan_with_subscriptions_cannot_be_deleted(subscribe, plan):
    subscribe()

    with pytest.raises(ProtectedError):
        plan.delete()


def test_rights_are_those_whose_span_holds_the_instant(subscribe, registered):
    instants = [AT - DAY, AT - TICK, AT, AT + TICK, AT + DAY]
    spans = [
        (start, end)
        for start in instants
        for end in [*instants, None]
        if end is None or end > start
    ]
    for start, end in spans:
        subscribe(starts_at=start, ends_at=end)

    granting = Subscription.objects.granting_access(registered, AT)

    expected = {(start, end) for start, end in spans if start <= AT and (end is None or end > AT)}
    assert set(granting.values_list("starts_at", "ends_at")) == expected
    assert len(granting) == len(expected) == 9


def test_ended_are_those_whose_end_is_not_ahead(subscribe):
    over = [subscribe(starts_at=AT - DAY, ends_at=end) for end in [AT - TICK, AT]]
    subscribe(starts_at=AT - DAY, ends_at=AT + TICK)
    subscribe(starts_at=AT - DAY)

    assert list(Subscription.objects.ended(AT).order_by("id")) == over


def test_newest_subscription_comes_first(subscribe):
    old = subscribe(starts_at=AT - DAY)
    first, second = subscribe(), subscribe()

    assert list(Subscription.objects.newest()) == [second, first, old]
