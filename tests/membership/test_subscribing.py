"""Subscriptions start and end through `subscribing` alone."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from eurasia.accounts import privacy
from eurasia.accounts.models import User
from eurasia.membership import subscribing
from eurasia.membership.models import Plan, Subscription

AT = datetime(2026, 3, 28, 12, tzinfo=UTC)  # the night before Paris loses an hour
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


@pytest.fixture
def month(db):
    return Plan.objects.create(slug="month", name_en="Month", name_fr="Mois", days=30)


def facts(subscription):
    """Everything of a row but its number."""
    subscription.refresh_from_db()
    return {
        name: getattr(subscription, name)
        for name in ["reader", "plan", "source", "starts_at", "ends_at", "cancelled_at", "note"]
    }


def extend(subscription, ends_at, *, by=None, reason="Paid again"):
    return subscribing.extend(subscription, ends_at=ends_at, by=by, reason=reason)


def end(subscription, at, ends_at=None, *, by=None, reason="Asked for it"):
    return subscribing.end(subscription, at=at, ends_at=ends_at or at, by=by, reason=reason)


def grants(reader, at):
    return Subscription.objects.granting_access(reader, at).exists()


# --- Taking ---------------------------------------------------------------------------------------


def test_taken_plan_starts_at_once_and_lasts_its_days(registered, month):
    subscription = subscribing.take(reader=registered, plan=month, at=AT)

    assert facts(subscription) == {
        "reader": registered,
        "plan": month,
        "source": "free",
        "starts_at": AT,
        "ends_at": AT + timedelta(hours=30 * 24),
        "cancelled_at": None,
        "note": "",
    }


def test_plan_without_days_has_no_end(registered, plan):
    assert subscribing.take(reader=registered, plan=plan, at=AT).ends_at is None


def test_taken_plan_opens_from_its_instant_to_before_its_end(registered, month):
    subscribing.take(reader=registered, plan=month, at=AT)

    asked = [AT - TICK, AT, AT + 30 * DAY - TICK, AT + 30 * DAY]
    assert [grants(registered, at) for at in asked] == [False, True, True, False]


def test_taking_what_is_held_changes_nothing(registered, month):
    first = subscribing.take(reader=registered, plan=month, at=AT)

    second = subscribing.take(reader=registered, plan=month, at=AT + DAY)

    assert second == first
    assert Subscription.objects.count() == 1
    assert first.ends_at == AT + 30 * DAY


@pytest.mark.parametrize("late, count", [(-TICK, 1), (timedelta(0), 2)])
def test_plan_can_be_taken_again_from_the_instant_of_its_end(late, count, registered, month):
    subscribing.take(reader=registered, plan=month, at=AT)

    subscribing.take(reader=registered, plan=month, at=AT + 30 * DAY + late)

    assert Subscription.objects.count() == count


def test_another_plan_is_taken_beside_the_one_held(registered, plan, month):
    subscribing.take(reader=registered, plan=month, at=AT)
    subscribing.take(reader=registered, plan=plan, at=AT)

    assert Subscription.objects.filter(reader=registered).count() == 2


def test_plan_of_another_reader_is_not_held(subscriber, registered, plan):
    taken = subscribing.take(reader=registered, plan=plan, at=AT)

    assert taken.reader == registered
    assert Subscription.objects.count() == 2


def test_plan_that_is_not_offered_is_refused(registered, month):
    month.is_offered = False
    month.save()

    with pytest.raises(subscribing.SubscribingError) as refusal:
        subscribing.take(reader=registered, plan=month, at=AT)

    assert refusal.value.messages == ["This plan is not offered at the moment."]
    assert Subscription.objects.count() == 0


def test_plan_withdrawn_from_offer_is_refused_to_its_holder_and_stays_held(registered, month):
    held = subscribing.take(reader=registered, plan=month, at=AT)
    month.is_offered = False
    month.save()

    with pytest.raises(subscribing.SubscribingError):
        subscribing.take(reader=registered, plan=month, at=AT + DAY)

    assert facts(held)["ends_at"] == AT + 30 * DAY


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_subscription():
    reader = User.objects.create_user("hasty@example.org")
    plan = Plan.objects.create(slug="free", name_en="Free", name_fr="Gratuit")
    start, taken = threading.Barrier(2), []

    def click():
        start.wait()
        try:
            taken.append(subscribing.take(reader=reader, plan=plan, at=AT).pk)
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _number in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()

    assert taken == [Subscription.objects.get().pk] * 2


# --- Granting -------------------------------------------------------------------------------------


@pytest.mark.parametrize("ends_at", [None, AT + TICK, AT + 400 * DAY])
def test_desk_grants_a_span(ends_at, registered, month):
    granted = subscribing.grant(
        reader=registered, plan=month, starts_at=AT, ends_at=ends_at, note="Press", by=None
    )

    assert facts(granted) == {
        "reader": registered,
        "plan": month,
        "source": "granted",
        "starts_at": AT,
        "ends_at": ends_at,
        "cancelled_at": None,
        "note": "Press",
    }


@pytest.mark.parametrize("ends_at", [AT, AT - TICK])
def test_grant_that_does_not_end_after_its_start_is_refused(ends_at, registered, month):
    with pytest.raises(subscribing.SubscribingError) as refusal:
        subscribing.grant(
            reader=registered, plan=month, starts_at=AT, ends_at=ends_at, note="", by=None
        )

    assert refusal.value.messages == ["A subscription must end after it starts."]
    assert Subscription.objects.count() == 0


def test_desk_grants_a_plan_that_readers_cannot_take(registered, month):
    month.is_offered = False
    month.save()

    subscribing.grant(reader=registered, plan=month, starts_at=AT, ends_at=None, note="", by=None)

    assert grants(registered, AT)


# --- Ending ---------------------------------------------------------------------------------------


def granted(reader, plan, starts_at=AT, ends_at=None):
    return subscribing.grant(
        reader=reader, plan=plan, starts_at=starts_at, ends_at=ends_at, note="kept", by=None
    )


def test_ended_subscription_opens_until_that_instant(registered, plan):
    subscription = granted(registered, plan)

    ended = end(subscription, AT + DAY)

    assert (ended.ends_at, ended.cancelled_at, ended.note) == (AT + DAY, AT + DAY, "kept")
    assert grants(registered, AT + DAY - TICK)
    assert not grants(registered, AT + DAY)


@pytest.mark.parametrize("late", [timedelta(0), TICK, DAY])
def test_subscription_that_has_ended_by_then_stays_as_it_is(late, registered, plan):
    subscription = granted(registered, plan, ends_at=AT + DAY)
    before = facts(subscription)

    end(subscription, AT + DAY + late)

    assert facts(subscription) == before


def test_subscription_ended_before_its_start_never_opens(registered, plan):
    subscription = granted(registered, plan, starts_at=AT + DAY, ends_at=AT + 9 * DAY)

    ended = end(subscription, AT)

    assert (ended.starts_at, ended.ends_at, ended.cancelled_at) == (AT + DAY, AT + DAY, AT)
    assert not any(grants(registered, AT + days * DAY) for days in range(10))


def test_ending_twice_keeps_the_first_end(registered, plan):
    subscription = granted(registered, plan)
    end(subscription, AT + DAY)

    end(subscription, AT + 2 * DAY)

    assert facts(subscription)["ends_at"] == AT + DAY


def test_ending_looks_at_the_row_as_it_is_now(registered, plan):
    stale = granted(registered, plan)
    end(Subscription.objects.get(), AT + DAY)

    end(stale, AT + 2 * DAY)

    assert facts(stale)["ends_at"] == AT + DAY


def test_ending_one_leaves_the_others_whole(registered, subscriber, plan):
    end(granted(registered, plan), AT)

    assert subscriber.is_subscriber


def test_desk_ends_a_subscription_on_a_later_day(registered, plan):
    ended = end(granted(registered, plan), AT, AT + DAY)

    assert (ended.ends_at, ended.cancelled_at) == (AT + DAY, None)
    asked = [AT + DAY - TICK, AT + DAY]
    assert [grants(registered, at) for at in asked] == [True, False]


def test_end_that_is_not_sooner_changes_nothing(registered, plan):
    subscription = granted(registered, plan, ends_at=AT + DAY)
    before = facts(subscription)

    end(subscription, AT, AT + DAY)

    assert facts(subscription) == before
    assert subscription.history.count() == 1


def test_end_in_the_past_is_refused(registered, plan):
    subscription = granted(registered, plan)

    with pytest.raises(subscribing.SubscribingError) as refusal:
        end(subscription, AT + DAY, AT + DAY - TICK)

    assert refusal.value.messages == ["This moment has passed: choose a later one."]
    assert facts(subscription)["ends_at"] is None


def test_note_is_changed_and_nothing_else(registered, plan):
    subscription = granted(registered, plan)
    before = facts(subscription)
    subscription.ends_at = AT  # not saved: a right is never changed by way of a note

    subscribing.annotate(subscription, note="Press card seen", by=None)

    assert facts(subscription) == {**before, "note": "Press card seen"}
    assert set(subscription.history.values_list("ends_at", flat=True)) == {None}


# --- Trials and prices ----------------------------------------------------------------------------


@pytest.fixture
def trial(db):
    return Plan.objects.create(
        slug="trial", name_en="Trial", name_fr="Essai", days=14, is_trial=True
    )


def test_trial_is_taken_once(registered, trial):
    subscribing.take(reader=registered, plan=trial, at=AT)

    with pytest.raises(subscribing.SubscribingError) as refusal:
        subscribing.take(reader=registered, plan=trial, at=AT + 14 * DAY)

    assert refusal.value.messages == ["A trial can be taken once."]
    assert not grants(registered, AT + 14 * DAY)


def test_trial_is_not_lengthened(registered, trial):
    subscribing.take(reader=registered, plan=trial, at=AT)

    with pytest.raises(subscribing.SubscribingError):
        subscribing.renew(reader=registered, plan=trial, at=AT + 14 * DAY - TICK)

    assert not grants(registered, AT + 14 * DAY)


@pytest.mark.parametrize("act", [subscribing.take, subscribing.renew])
def test_plan_with_a_price_is_not_taken_by_a_click(act, registered, month):
    month.price = "4.50"
    month.save()

    with pytest.raises(subscribing.SubscribingError) as refusal:
        act(reader=registered, plan=month, at=AT)

    assert refusal.value.messages == ["This plan is paid for outside this site: write to the desk."]


# --- Renewing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "at, ends_at",
    [
        (AT + 23 * DAY - TICK, AT + 30 * DAY),  # too early: nothing happens
        (AT + 23 * DAY, AT + 60 * DAY),
        (AT + 30 * DAY - TICK, AT + 60 * DAY),
        (AT + 30 * DAY, AT + 60 * DAY),  # ended: taken anew from now
        (AT + 40 * DAY, AT + 70 * DAY),
    ],
)
def test_renewing_adds_the_plans_days(at, ends_at, registered, month):
    subscribing.take(reader=registered, plan=month, at=AT)

    renewed = subscribing.renew(reader=registered, plan=month, at=at)

    assert renewed.ends_at == ends_at


def test_two_clicks_renew_once(registered, month):
    subscribing.take(reader=registered, plan=month, at=AT)
    clicks = [
        subscribing.renew(reader=registered, plan=month, at=AT + 29 * DAY).ends_at
        for _click in range(2)
    ]

    assert clicks == [AT + 60 * DAY] * 2


@pytest.mark.parametrize("days, opens", [(1, 0.5), (13, 6.5), (14, 7), (365, 358)])
def test_renewal_opens_a_week_before_the_end_or_half_way(days, opens, registered, month):
    month.days = days
    month.save()
    held = subscribing.take(reader=registered, plan=month, at=AT)

    assert subscribing.may_renew_from(held) == AT + opens * DAY


def test_plan_without_days_loses_an_end_that_the_desk_gave_it(registered, plan):
    subscribing.grant(
        reader=registered, plan=plan, starts_at=AT, ends_at=AT + DAY, note="", by=None
    )

    assert subscribing.renew(reader=registered, plan=plan, at=AT + TICK).ends_at is None


# --- Extending ------------------------------------------------------------------------------------


def test_desk_extends_and_takes_a_cancellation_back(registered, month):
    held = subscribing.cancel(subscribing.take(reader=registered, plan=month, at=AT), at=AT)

    extended = extend(held, AT + 31 * DAY)

    assert (extended.ends_at, extended.cancelled_at) == (AT + 31 * DAY, None)
    assert extend(extended, None).ends_at is None


@pytest.mark.parametrize("ends_at", [AT + 30 * DAY, AT + 30 * DAY - TICK])
def test_extending_never_shortens(ends_at, registered, month):
    held = subscribing.take(reader=registered, plan=month, at=AT)

    with pytest.raises(subscribing.SubscribingError):
        extend(held, ends_at)

    assert facts(held)["ends_at"] == AT + 30 * DAY


def test_what_has_no_end_is_not_extended(registered, plan):
    held = subscribing.take(reader=registered, plan=plan, at=AT)

    with pytest.raises(subscribing.SubscribingError):
        extend(held, AT + DAY)


# --- Cancelling and resuming ----------------------------------------------------------------------


def test_cancelled_subscription_opens_until_its_end(registered, month):
    held = subscribing.take(reader=registered, plan=month, at=AT)

    cancelled = subscribing.cancel(held, at=AT + DAY)

    assert (cancelled.cancelled_at, cancelled.ends_at) == (AT + DAY, AT + 30 * DAY)
    asked = [AT + DAY, AT + 30 * DAY - TICK, AT + 30 * DAY]
    assert [grants(registered, at) for at in asked] == [True, True, False]


def test_cancelled_subscription_without_an_end_stops_now(registered, plan):
    held = subscribing.take(reader=registered, plan=plan, at=AT)

    subscribing.cancel(held, at=AT + DAY)

    assert [grants(registered, at) for at in [AT + DAY - TICK, AT + DAY]] == [True, False]


def test_cancelling_twice_keeps_the_first_moment(registered, month):
    held = subscribing.take(reader=registered, plan=month, at=AT)
    subscribing.cancel(held, at=AT + DAY)

    assert subscribing.cancel(held, at=AT + 2 * DAY).cancelled_at == AT + DAY


@pytest.mark.parametrize("at, refused", [(AT + 30 * DAY - TICK, False), (AT + 30 * DAY, True)])
def test_cancellation_is_taken_back_before_the_end(at, refused, registered, month):
    held = subscribing.take(reader=registered, plan=month, at=AT)
    subscribing.cancel(held, at=AT + DAY)

    if refused:
        with pytest.raises(subscribing.SubscribingError):
            subscribing.resume(held, at=at)
    else:
        subscribing.resume(held, at=at)

    assert (facts(held)["cancelled_at"] is None) is not refused
    assert facts(held)["ends_at"] == AT + 30 * DAY


def test_taking_again_resumes(registered, month):
    held = subscribing.cancel(subscribing.take(reader=registered, plan=month, at=AT), at=AT)

    taken = subscribing.take(reader=registered, plan=month, at=AT + DAY)

    assert (taken.pk, taken.cancelled_at) == (held.pk, None)


def test_history_keeps_what_was(registered, month):
    held = subscribing.take(reader=registered, plan=month, at=AT)
    subscribing.cancel(held, at=AT + DAY)
    subscribing.resume(held, at=AT + 2 * DAY)

    kept = held.history.order_by("history_id").values_list("cancelled_at", flat=True)

    assert list(kept) == [None, AT + DAY, None]


def test_history_tells_who_did_it_and_why(registered, editor, month):
    taken = subscribing.take(reader=registered, plan=month, at=AT)
    extend(taken, AT + 40 * DAY, by=editor, reason="An apology")
    end(taken, AT + DAY, by=editor, reason="A mistake")
    subscribing.annotate(taken, note="See her letter", by=editor)
    subscribing.grant(
        reader=registered, plan=month, starts_at=AT, ends_at=None, note="Press", by=editor
    )

    kept = Subscription.history.order_by("history_id")

    assert list(kept.values_list("history_type", "history_user", "history_change_reason")) == [
        ("+", None, None),
        ("~", editor.pk, "An apology"),
        ("~", editor.pk, "A mistake"),
        ("~", editor.pk, ""),
        ("+", editor.pk, "Press"),
    ]


def test_what_the_desk_did_outlives_the_reader_without_name_and_words(registered, editor, month):
    extend(subscribing.take(reader=registered, plan=month, at=AT), None, by=editor, reason="Hers")

    privacy.erase(registered)

    [kept] = Subscription.history.all()
    assert (kept.history_user, kept.reader, kept.plan) == (editor, None, month)
    assert (kept.history_change_reason, kept.note) == ("", "")


# --- Many at once ---------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_many_are_granted_in_as_many_queries_as_one(count, month, django_assert_num_queries):
    readers = [User.objects.create_user(f"r{number}@example.org") for number in range(count)]

    with django_assert_num_queries(5):  # savepoint, lock, rows, history, release
        subscribing.grant_all(
            readers=readers, plan=month, starts_at=AT, ends_at=AT + DAY, note="A list", by=None
        )

    assert Subscription.objects.filter(source="granted", note="A list").count() == count
    assert Subscription.history.values("history_date").distinct().count() == 1


def test_one_erased_reader_among_many_is_refused_and_nobody_is_granted(registered, month):
    gone = User.objects.create_user("gone@example.org")
    privacy.erase(User.objects.get(pk=gone.pk))

    with pytest.raises(subscribing.SubscribingError):
        subscribing.grant_all(
            readers=[registered, gone], plan=month, starts_at=AT, ends_at=None, note="", by=None
        )

    assert Subscription.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_desk_waits_for_the_reader_who_is_renewing():
    """Else the end that is renewed would be one from before, and what the desk gave lost."""
    reader = User.objects.create_user("hasty@example.org")
    plan = Plan.objects.create(slug="month", name_en="Month", name_fr="Mois", days=30)
    held = subscribing.take(reader=reader, plan=plan, at=AT)

    def extend_by_a_year():
        try:
            extend(held, AT + 400 * DAY)
        finally:
            connection.close()

    desk = threading.Thread(target=extend_by_a_year)
    with transaction.atomic():
        subscribing.renew(reader=reader, plan=plan, at=AT + 29 * DAY)
        desk.start()
        desk.join(0.3)
        waits = desk.is_alive()
    desk.join()

    assert waits
    assert facts(held)["ends_at"] == AT + 400 * DAY


# --- The calendar ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "starts_at",
    [
        datetime(2026, 3, 28, 12, tzinfo=UTC),  # Paris loses an hour within
        datetime(2026, 10, 24, 12, tzinfo=UTC),  # and wins one
        datetime(2028, 2, 28, 12, tzinfo=UTC),  # a leap day within
        datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC),
    ],
)
def test_day_of_a_plan_is_24_hours_whatever_the_clocks_do(starts_at, registered, month):
    month.days = 2
    month.save()

    subscribing.take(reader=registered, plan=month, at=starts_at)

    ends_at = starts_at + timedelta(hours=48)
    asked = [starts_at - TICK, starts_at, ends_at - TICK, ends_at]
    assert [grants(registered, at) for at in asked] == [False, True, True, False]
