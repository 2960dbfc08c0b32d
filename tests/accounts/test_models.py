"""The account: one reader per address, whatever its capitals; the flag that cannot go stale."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from eurasia.accounts.models import User
from eurasia.membership import subscribing
from eurasia.membership.models import Subscription

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
PASSWORD = "correct horse battery staple"


# --- The address is the login ---------------------------------------------------------------------


def test_reader_is_made_without_rights_or_password(db):
    reader = User.objects.create_user("Nadia@Example.ORG")

    assert (reader.email, reader.name, reader.language) == ("nadia@example.org", "", "en")
    assert (reader.is_active, reader.is_staff, reader.is_superuser) == (True, False, False)
    assert not reader.has_usable_password()
    assert reader.get_username() == "nadia@example.org"


def test_superuser_has_every_right(db):
    chief = User.objects.create_superuser("chief@example.org", PASSWORD)

    assert (chief.is_staff, chief.is_superuser) == (True, True)
    assert chief.check_password(PASSWORD)


def test_name_is_shown_where_there_is_one():
    assert str(User(email="nadia@example.org")) == "nadia@example.org"
    assert str(User(email="nadia@example.org", name="Nadia K.")) == "Nadia K."


@pytest.mark.parametrize("twin", ["nadia@example.org", "NADIA@example.org", "Nadia@Example.Org"])
def test_address_belongs_to_one_reader_whatever_its_capitals(twin, db):
    User.objects.create_user("nadia@example.org")

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user(twin)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email=twin)])  # save() does not see this one

    assert User.objects.count() == 1


def test_form_refuses_an_address_that_is_taken(db):
    User.objects.create_user("nadia@example.org")

    with pytest.raises(ValidationError) as refusal:
        User(email="NADIA@example.org", password="!").full_clean()

    assert list(refusal.value.error_dict) == ["__all__"]


@pytest.mark.parametrize("typed", ["nadia@example.org", "NADIA@Example.org"])
def test_reader_signs_in_however_the_address_is_typed(typed, db):
    reader = User.objects.create_user("nadia@example.org", PASSWORD)

    assert User.objects.get_by_natural_key(typed) == reader
    assert authenticate(None, email=typed, password=PASSWORD) == reader


@pytest.mark.parametrize("typed", ["", None, "nobody@example.org"])
def test_unknown_address_is_nobody(typed, db):
    User.objects.create_user("nadia@example.org")

    with pytest.raises(User.DoesNotExist):
        User.objects.get_by_natural_key(typed)


@pytest.mark.parametrize("password", ["", None, "!", PASSWORD])
def test_account_without_a_password_opens_to_none(password, db):
    User.objects.create_user("nadia@example.org")

    assert authenticate(None, email="nadia@example.org", password=password) is None


def test_inactive_reader_does_not_sign_in(db):
    User.objects.create_user("nadia@example.org", PASSWORD, is_active=False)

    assert authenticate(None, email="nadia@example.org", password=PASSWORD) is None


@pytest.mark.parametrize(
    "constraint, wrong",
    [
        ("reader_has_an_address", {"email": ""}),
        ("reader_language_is_ours", {"language": "de"}),
        ("reader_language_is_ours", {"language": ""}),
    ],
)
def test_database_refuses_a_reader_that_cannot_be(constraint, wrong, db):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        User.objects.create_user(**{"email": "nadia@example.org", **wrong})


# --- The flag -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "starts, ends, flag",
    [
        (-TICK, None, True),
        (timedelta(0), None, True),
        (TICK, None, False),
        (-TICK, TICK, True),
        (-TICK, timedelta(0), False),
        (timedelta(0), timedelta(0), False),
    ],
)
def test_flag_is_true_while_a_subscription_runs(starts, ends, flag, registered, plan, time_machine):
    Subscription.objects.create(
        reader=registered,
        plan=plan,
        source="paid",
        starts_at=AT + starts,
        ends_at=None if ends is None else AT + ends,
    )
    time_machine.move_to(AT, tick=False)

    assert registered.is_subscriber is flag


def test_flag_follows_the_clock_on_the_same_object(registered, plan, time_machine):
    plan.days = 1
    time_machine.move_to(AT, tick=False)
    flags = [registered.is_subscriber]
    subscribing.take(reader=registered, plan=plan, at=AT)
    for instant in [AT, AT + timedelta(days=1) - TICK, AT + timedelta(days=1)]:
        time_machine.move_to(instant, tick=False)
        flags.append(registered.is_subscriber)

    assert flags == [False, True, True, False]


def test_flag_costs_one_query(subscriber, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert subscriber.is_subscriber


def test_flag_of_one_reader_says_nothing_of_another(subscriber, registered, lapsed, editor):
    flags = [reader.is_subscriber for reader in [subscriber, registered, lapsed, editor]]

    assert flags == [True, False, False, False]
