"""A glance at a reader says what the gate would, and lists find whom a glance names."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from django.db.models import Q

from eurasia.accounts.models import User
from eurasia.membership import glance
from eurasia.membership.glance import Narrowing, State
from eurasia.membership.models import Plan, Subscription

AT = datetime(2026, 3, 28, 12, tzinfo=UTC)
TICK, DAY = timedelta(microseconds=1), timedelta(days=1)
#: Rights by name: start, end, cancelled.
RIGHTS = {
    "free": (AT, None, None),
    "ends now": (AT - DAY, AT, None),
    "ends in a tick": (AT - DAY, AT + TICK, None),
    "ends in a month": (AT - DAY, AT + 30 * DAY, None),
    "ends after a month": (AT - DAY, AT + 30 * DAY + TICK, None),
    "cancelled": (AT - DAY, AT + DAY, AT),
    "starts in a tick": (AT + TICK, AT + DAY, None),
    "starts in a week": (AT + 7 * DAY, None, None),
    "over": (AT - 9 * DAY, AT - DAY, AT - 2 * DAY),
    "ended before it began": (AT + DAY, AT + DAY, AT),
}


@pytest.fixture
def plan(db):
    return Plan.objects.create(slug="free", name_en="Free", name_fr="Gratuit")


@pytest.fixture
def readers(plan):
    """One for each right, for each pair of rights, and one without any."""
    readers = {}
    for names in [(), *combinations(RIGHTS, 1), *combinations(RIGHTS, 2)]:
        reader = User.objects.create_user(f"reader{len(readers)}@example.org")
        for name in names:
            starts_at, ends_at, cancelled_at = RIGHTS[name]
            Subscription.objects.create(
                reader=reader, plan=plan, source="free",
                starts_at=starts_at, ends_at=ends_at, cancelled_at=cancelled_at,
            )  # fmt: skip
        readers[frozenset(names)] = reader
    return readers


@pytest.mark.parametrize(
    "name, state",
    list(zip(
        RIGHTS,
        [
            State.RUNNING, State.ENDED, State.RUNNING, State.RUNNING, State.RUNNING,
            State.CANCELLED, State.AWAITED, State.AWAITED, State.ENDED, State.ENDED,
        ],
        strict=True,
    )),
)  # fmt: skip
def test_state_of_one_right(name, state):
    starts_at, ends_at, cancelled_at = RIGHTS[name]
    one = Subscription(starts_at=starts_at, ends_at=ends_at, cancelled_at=cancelled_at)

    assert glance.state_of(one, AT) is state


@pytest.mark.parametrize(
    "names, speaks",
    [
        ((), None),
        (("over", "ends now"), "ends now"),
        (("over", "starts in a week"), "starts in a week"),
        (("starts in a tick", "starts in a week"), "starts in a tick"),
        (("starts in a tick", "cancelled"), "cancelled"),
        (("ends in a tick", "cancelled"), "cancelled"),
        (("free", "ends in a month"), "free"),
        (("free", "cancelled"), "free"),
    ],
)
def test_right_that_speaks_is_the_one_that_lasts(names, speaks, readers):
    number = readers[frozenset(names)].pk
    seen = glance.of_each([number], AT)[number]

    if speaks is None:
        assert (seen.state, seen.subscription) == (State.NONE, None)
    else:
        assert (seen.subscription.starts_at, seen.subscription.ends_at) == RIGHTS[speaks][:2]


def test_glance_agrees_with_the_gate(readers):
    glances = glance.of_each([reader.pk for reader in readers.values()], AT)

    for reader in readers.values():
        opens = Subscription.objects.granting_access(reader, AT).exists()
        state = glances[reader.pk].state
        assert (state in {State.RUNNING, State.CANCELLED}) == opens


def test_lists_find_whom_a_glance_names(readers):
    glances = glance.of_each([reader.pk for reader in readers.values()], AT)

    def found(to):
        return set(glance.narrowed(User.objects.all(), to, Q(), AT).values_list("pk", flat=True))

    def seen(*states):
        return {number for number, each in glances.items() if each.state in states}

    cancelled = {
        number
        for number in seen(State.RUNNING, State.CANCELLED)
        if not Subscription.objects.running(AT).filter(reader=number, cancelled_at=None).exists()
    }
    soon = {
        number
        for number in seen(State.RUNNING, State.CANCELLED)
        if (ends_at := glances[number].subscription.ends_at) and ends_at <= AT + 30 * DAY
    }
    assert found(None) == {reader.pk for reader in readers.values()}
    assert found(Narrowing.RUNNING) == seen(State.RUNNING, State.CANCELLED)
    assert found(Narrowing.CANCELLED) == cancelled
    assert found(Narrowing.SOON) == soon
    assert found(Narrowing.AWAITED) == seen(State.AWAITED)
    assert found(Narrowing.ENDED) == seen(State.ENDED)
    assert found(Narrowing.NONE) == seen(State.NONE)
    assert min(len(found(to)) for to in list(Narrowing)[:6]) > 0


def test_kind_of_right_is_asked_of_the_same_subscription(plan):
    other = Plan.objects.create(slug="other", name_en="Other", name_fr="Autre")
    reader = User.objects.create_user("reader@example.org")
    over = {"starts_at": AT - 9 * DAY, "ends_at": AT - DAY}
    Subscription.objects.create(reader=reader, plan=plan, source="free", starts_at=AT)
    Subscription.objects.create(reader=reader, plan=other, source="paid", **over)

    def is_found(to, **right):
        return glance.narrowed(User.objects.all(), to, Q(**right), AT).exists()

    assert is_found(Narrowing.RUNNING, plan=plan, source="free")
    assert not is_found(Narrowing.RUNNING, plan=plan, source="paid")
    assert not is_found(Narrowing.RUNNING, plan=other)
    assert is_found(None, plan=other)
    assert not is_found(None, plan=other, source="free")


def test_switched_off_and_leaving_readers_are_found(readers):
    off, leaving = readers[frozenset()], readers[frozenset(["free"])]
    User.objects.filter(pk=off.pk).update(is_active=False)
    User.objects.filter(pk=leaving.pk).update(erasure_due_at=AT)

    assert [*glance.narrowed(User.objects.all(), Narrowing.OFF, Q(), AT)] == [off]
    assert [*glance.narrowed(User.objects.all(), Narrowing.LEAVING, Q(), AT)] == [leaving]


@pytest.mark.parametrize("count", [1, 3])
def test_many_are_looked_at_in_one_query(count, readers, django_assert_num_queries):
    numbers = [reader.pk for reader in readers.values()][-count:]

    with django_assert_num_queries(1):
        glances = glance.of_each(numbers, AT)
        assert [str(each.subscription.plan) for each in glances.values()] == ["Free"] * count
