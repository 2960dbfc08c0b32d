"""A list of readers is granted a plan: judged row by row, then all of it or nothing."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connection

from eurasia.accounts.models import User
from eurasia.membership import enrolling, subscribing
from eurasia.membership.enrolling import EnrollingError, Fate, Wish
from eurasia.membership.models import Plan, Subscription
from eurasia.membership.spreadsheets import Row

AT = datetime(2026, 3, 28, 12, tzinfo=UTC)
TICK, DAY = timedelta(microseconds=1), timedelta(days=1)


@pytest.fixture
def wish(plan):
    return Wish(plan, AT, AT + 30 * DAY, makes_accounts=True, language="fr")


def rows(*emails):
    return [Row(line, email) for line, email in enumerate(emails, 2)]


def judged(rows, wish):
    return [(row.line, row.fate, row.why) for row in enrolling.judge(rows, wish).rows]


def enrol(rows, wish, editor, *, seen=None, good_only=False):
    seen = enrolling.judge(rows, wish).digest if seen is None else seen
    return enrolling.enrol(rows, wish, seen=seen, good_only=good_only, note="A list", by=editor)


# --- Judged ---------------------------------------------------------------------------------------


def test_known_and_new_readers_are_granted(wish, registered):
    listed = rows(" Registered@Example.org".strip(), "mailto:new@example.org")

    assert judged(listed, wish) == [(2, Fate.GRANTED, ""), (3, Fate.MADE, "")]


@pytest.mark.parametrize(
    "row, why",
    [
        (Row(2), "This field cannot be blank."),
        (Row(2, "nonsense"), "Enter a valid email address."),
        (Row(2, f"{'x' * 250}@example.org"), None),
        (Row(2, "new@example.org", "x" * 151), None),
        (Row(2, "new@example.org", language="de"), "Value 'de' is not a valid choice."),
        (Row(2, "new@example.org", has_too_many_cells=True),
         "This row has more cells than the first one."),
        (Row(2, "registered@example.org", has_too_many_cells=True),
         "This row has more cells than the first one."),
    ],
)  # fmt: skip
def test_bad_row_is_named_with_its_reason(row, why, wish, registered):
    [(line, fate, said)] = judged([row], wish)

    assert (line, fate) == (2, Fate.BAD)
    assert said == why if why else said


def test_unknown_address_is_refused_where_no_accounts_are_made(wish, registered):
    wish = replace(wish, makes_accounts=False)

    assert judged(rows("new@example.org", "registered@example.org"), wish) == [
        (2, Fate.BAD, "Nobody has an account with this address."),
        (3, Fate.GRANTED, ""),
    ]


@pytest.mark.parametrize(
    "change, why",
    [
        ({"is_active": False}, "This account is switched off."),
        ({"erasure_due_at": AT}, "This reader has asked to be erased."),
    ],
)
def test_account_that_could_not_read_is_refused(change, why, wish, registered):
    User.objects.update(**change)

    assert judged(rows("registered@example.org"), wish) == [(2, Fate.BAD, why)]


def test_address_that_is_named_twice_counts_once(wish, registered):
    EmailAddress.objects.create(user=registered, email="second@example.org", verified=True)
    listed = rows(
        "registered@example.org", "REGISTERED@example.org", "second@example.org",
        "new@example.org", "new@example.org", "", "",
    )  # fmt: skip

    assert [(fate, why) for _line, fate, why in judged(listed, wish)] == [
        (Fate.GRANTED, ""),
        (Fate.NAMED_BEFORE, "As in line 2."),
        (Fate.NAMED_BEFORE, "As in line 2."),
        (Fate.MADE, ""),
        (Fate.NAMED_BEFORE, "As in line 5."),
        (Fate.BAD, "This field cannot be blank."),
        (Fate.BAD, "This field cannot be blank."),
    ]


def test_address_that_nobody_has_confirmed_is_not_theirs(wish, registered):
    EmailAddress.objects.create(user=registered, email="second@example.org", verified=False)

    assert judged(rows("second@example.org"), wish) == [(2, Fate.MADE, "")]


@pytest.mark.parametrize(
    "starts_at, ends_at, fate",
    [
        (AT, AT + 30 * DAY, Fate.HELD),
        (AT - DAY, None, Fate.HELD),
        (AT + TICK, None, Fate.GRANTED),
        (AT, AT + 30 * DAY - TICK, Fate.GRANTED),
    ],
)
def test_plan_that_is_held_over_the_span_is_not_granted_again(
    starts_at, ends_at, fate, wish, registered
):
    Subscription.objects.create(
        reader=registered, plan=wish.plan, source="paid", starts_at=starts_at, ends_at=ends_at
    )

    assert judged(rows("registered@example.org"), wish) == [(2, fate, "")]


def test_other_plan_and_a_shorter_right_do_not_count_as_held(wish, registered):
    other = Plan.objects.create(slug="other", name_en="Other", name_fr="Autre")
    subscribing.take(reader=registered, plan=other, at=AT)
    subscribing.grant(
        reader=registered, plan=wish.plan, starts_at=AT, ends_at=AT + 99 * DAY, note="", by=None
    )

    assert judged(rows("registered@example.org"), replace(wish, ends_at=None)) == [
        (2, Fate.GRANTED, "")
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_judging_takes_as_many_queries_for_three_as_for_one(
    count, wish, registered, django_assert_num_queries
):
    listed = rows("registered@example.org", *[f"new{n}@example.org" for n in range(count - 1)])

    with django_assert_num_queries(3):
        enrolling.judge(listed, wish)


# --- Granted --------------------------------------------------------------------------------------


def test_list_is_granted_and_accounts_are_made(wish, registered, editor):
    listed = [
        Row(2, registered.email),
        Row(3, "New@example.org", " Zoé   Lac ", "EN"),
        Row(4, "b@c.org"),
    ]

    done = enrol(listed, wish, editor)

    assert done.counts == {Fate.GRANTED: 1, Fate.MADE: 2}
    made = User.objects.get(email="new@example.org")
    assert (made.name, made.language, made.has_usable_password()) == ("Zoé Lac", "en", False)
    assert User.objects.get(email="b@c.org").language == "fr"
    [address] = EmailAddress.objects.filter(user=made)
    assert (address.email, address.primary, address.verified) == ("new@example.org", True, False)
    assert [
        (one.plan, one.source, one.starts_at, one.ends_at, one.note)
        for one in Subscription.objects.select_related("plan")
    ] == [(wish.plan, "granted", AT, AT + 30 * DAY, "A list")] * 3
    kept = Subscription.history.values_list("history_user", "history_change_reason").distinct()
    assert list(kept.order_by()) == [(editor.pk, "A list")]


def test_list_that_comes_twice_is_granted_once(wish, registered, editor):
    listed = rows(registered.email, "new@example.org")
    enrol(listed, wish, editor)

    done = enrol(listed, wish, editor)

    assert done.counts == {Fate.HELD: 2}
    assert Subscription.objects.count() == 2


def test_one_bad_row_lets_nothing_pass(wish, registered, editor):
    with pytest.raises(EnrollingError) as refused:
        enrol(rows(registered.email, "new@example.org", "nonsense"), wish, editor)

    assert refused.value.messages == ["Some rows are bad: mend them, or leave them out."]
    assert Subscription.objects.count() == 0
    assert not User.objects.filter(email="new@example.org").exists()


def test_good_rows_pass_where_the_bad_ones_are_left_out(wish, registered, editor):
    done = enrol(rows(registered.email, "nonsense"), wish, editor, good_only=True)

    assert done.counts == {Fate.GRANTED: 1, Fate.BAD: 1}
    assert Subscription.objects.get().reader == registered


def test_list_that_fares_otherwise_than_it_was_shown_is_not_applied(wish, registered, editor):
    listed = rows(registered.email, "new@example.org")
    seen = enrolling.judge(listed, wish).digest
    User.objects.create_user("new@example.org")

    with pytest.raises(EnrollingError) as refused:
        enrol(listed, wish, editor, seen=seen)

    assert refused.value.messages == [
        "Something has changed since the list was checked: look at it again."
    ]
    assert Subscription.objects.count() == 0


def test_account_made_in_between_is_a_change_and_no_crash(wish, editor):
    """The row is there when the database is written to, and was not when it was looked at."""
    listed = rows("new@example.org")
    seen = enrolling.judge(listed, wish).digest
    User.objects.create_user("New2@example.org")
    User.objects.filter(email="new2@example.org").update(email="NEW@example.org")

    with pytest.raises(EnrollingError):
        enrol(listed, wish, editor, seen=seen)

    assert Subscription.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_list_that_is_confirmed_twice_at_once_is_granted_once():
    reader, staff = (User.objects.create_user(f"{name}@example.org") for name in ["one", "two"])
    plan = Plan.objects.create(slug="free", name_en="Free", name_fr="Gratuit")
    wish = Wish(plan, AT, AT + DAY, makes_accounts=True, language="en")
    listed, start, said = rows(reader.email), threading.Barrier(2), []
    seen = enrolling.judge(listed, wish).digest

    def confirm():
        start.wait()
        try:
            said.append(len(enrol(listed, wish, staff, seen=seen).good))
        except EnrollingError as refusal:
            said.append(refusal.messages)
        finally:
            connection.close()

    clicks = [threading.Thread(target=confirm) for _number in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()

    changed = ["Something has changed since the list was checked: look at it again."]
    assert sorted(said, key=str) == [1, changed]
    assert Subscription.objects.count() == 1
