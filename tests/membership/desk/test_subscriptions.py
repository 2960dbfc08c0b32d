"""Subscriptions at the desk: given, ended, and never rewritten."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from eurasia.membership import subscribing
from eurasia.membership.models import Plan, Subscription
from tests.cast import GATED
from tests.pages import submit, texts, tree_of

SUBSCRIPTIONS = "/admin/membership/subscription/"


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def errors_of(response):
    return texts(tree_of(response), "//ul[contains(@class, 'errorlist')]/li")


def grant(desk, reader, plan, **values):
    """`reader` is typed in by hand: the page fetches the choices as one types."""
    values = {"starts_at": "2024-01-01T00:00", "how": "ever", "note": "For her essay.", **values}
    return desk.post(f"{SUBSCRIPTIONS}add/", {"reader": reader.pk, "plan": plan.pk, **values})


def spans():
    return Subscription.objects.order_by("pk").values_list("starts_at", "ends_at")


# --- Granted --------------------------------------------------------------------------------------


def test_editor_grants_a_subscription_and_the_text_opens(desk, editor, registered, plan, article):
    response = grant(desk, registered, plan)

    subscription = Subscription.objects.get()
    assert (response.status_code, response.url) == (
        302,
        f"/admin/accounts/user/{registered.pk}/change/#subscriptions",
    )
    assert subscription.source == "granted"
    assert (subscription.reader, subscription.plan) == (registered, plan)
    assert subscription.starts_at == datetime(2023, 12, 31, 23, tzinfo=UTC)  # Paris
    assert (subscription.ends_at, subscription.note) == (None, "For her essay.")
    [kept] = subscription.history.all()
    assert (kept.history_user, kept.history_change_reason) == (editor, "For her essay.")
    assert LogEntry.objects.get().object_id == str(subscription.pk)
    desk.force_login(registered)
    assert GATED in desk.get("/en/articles/the-crossing/").content.decode()


@pytest.mark.parametrize(
    "asked, ends_at",
    [
        ({"how": "plan"}, datetime(2024, 1, 7, 23, tzinfo=UTC)),
        ({"how": "days", "days": "3"}, datetime(2024, 1, 3, 23, tzinfo=UTC)),
        ({"how": "until", "until": "2024-07-01T09:30"}, datetime(2024, 7, 1, 7, 30, tzinfo=UTC)),
        ({"how": "ever", "days": "3", "until": "2024-07-01T09:30"}, None),
    ],
)
def test_grant_lasts_as_long_as_was_asked(asked, ends_at, desk, registered, plan):
    plan.days = 7
    plan.save()

    grant(desk, registered, plan, **asked)

    assert list(spans()) == [(datetime(2023, 12, 31, 23, tzinfo=UTC), ends_at)]


def test_grant_without_a_start_starts_now(desk, registered, plan, time_machine, now):
    time_machine.move_to(now, tick=False)

    grant(desk, registered, plan, starts_at="", how="days", days="1")

    assert list(spans()) == [(now, now + timedelta(days=1))]


@pytest.mark.parametrize(
    "asked, says",
    [
        ({"how": "until", "until": "2024-01-01T00:00"}, "A subscription must end after it starts."),
        ({"how": "until", "until": "2023-06-01T00:00"}, "A subscription must end after it starts."),
        ({"how": "until"}, "Say on which day and at which time."),
        ({"how": "days"}, "Say how many days."),
        ({"how": "days", "days": "0"}, "Ensure this value is greater than or equal to 1."),
        ({"how": "days", "days": "36501"}, "Ensure this value is less than or equal to 36500."),
        ({"note": " "}, "This field is required."),
    ],
)
def test_grant_says_what_it_lacks(asked, says, desk, registered, plan):
    response = grant(desk, registered, plan, **asked)

    assert (response.status_code, Subscription.objects.count()) == (200, 0)
    assert errors_of(response) == [says]


@pytest.mark.parametrize("days, refused", [(-1, False), (0, True), (8, True), (9, False)])
def test_plan_that_is_held_then_is_extended_instead(
    days, refused, desk, registered, subscriber, plan, now
):
    start = datetime(2026, 3, 1, 8, tzinfo=UTC)
    subscribing.grant(
        reader=registered, plan=plan, starts_at=start, ends_at=start + timedelta(days=9), note="",
        by=None,
    )  # fmt: skip
    asked = timezone.localtime(start + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")

    response = grant(desk, registered, plan, starts_at=asked, how="days", days="1")

    says = "The reader has this plan at that time already: extend it."
    assert (response.status_code == 200) == refused
    assert registered.subscriptions.count() == (1 if refused else 2)
    if refused:
        assert errors_of(response) == [says]


def test_two_clicks_are_one_grant(desk, registered, plan):
    for _click in range(2):
        grant(desk, registered, plan, starts_at="", how="days", days="30")

    assert Subscription.objects.count() == 1


def test_grant_takes_no_other_source(desk, registered, plan):
    grant(desk, registered, plan, source="paid", cancelled_at="2024-01-01")

    assert Subscription.objects.get().source == "granted"
    assert Subscription.objects.get().cancelled_at is None


@pytest.mark.parametrize(
    "asked, told",
    [
        ({"tell": "on"}, ["registered@example.org"]),
        ({}, []),
        ({"tell": "on", "starts_at": "2190-01-01T00:00"}, []),
    ],
)
def test_reader_is_told_of_a_grant_that_starts_now(
    asked, told, desk, registered, plan, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        grant(desk, registered, plan, **asked)

    assert [address for mail in mailoutbox for address in mail.to] == told


def test_page_of_a_grant_begins_with_the_reader_it_was_asked_for(desk, registered):
    registered.name = "Ada"
    registered.save()

    page = tree_of(desk.get(f"{SUBSCRIPTIONS}add/?reader={registered.pk}"))

    assert texts(page, "//select[@name='reader']/option[@selected]") == [
        "Ada, registered@example.org"
    ]


# --- One that was given ---------------------------------------------------------------------------


def test_given_right_is_history_and_only_its_note_changes(desk, editor, subscriber, now):
    subscription = subscriber.subscriptions.get()
    address = f"{SUBSCRIPTIONS}{subscription.pk}/change/"

    response = desk.post(
        address,
        {
            "note": "A word.",
            "source": "paid",
            "ends_at_0": "2040-01-01",
            "ends_at_1": "00:00",
            "starts_at_0": "2000-01-01",
            "starts_at_1": "00:00",
        },
    )

    kept = Subscription.objects.get()
    assert response.status_code == 302
    assert (kept.note, kept.source, kept.ends_at) == ("A word.", "free", None)
    assert kept.starts_at == now - timedelta(days=1)
    assert kept.history.first().history_user == editor


def test_subscription_is_never_deleted_at_the_desk(desk, subscriber):
    subscription = subscriber.subscriptions.get()

    alone = desk.post(f"{SUBSCRIPTIONS}{subscription.pk}/delete/", {"post": "yes"})
    desk.post(
        SUBSCRIPTIONS,
        {"action": "delete_selected", "_selected_action": [subscription.pk], "post": "yes"},
    )

    assert alone.status_code == 403
    assert Subscription.objects.count() == 1


def test_plan_that_is_held_is_not_deleted(desk, subscriber, plan):
    desk.post(f"/admin/membership/plan/{plan.pk}/delete/", {"post": "yes"})

    assert Plan.objects.count() == 1


def test_staff_without_the_right_to_subscriptions_see_and_end_none(client, colleague, subscriber):
    client.force_login(colleague)
    subscription = subscriber.subscriptions.get()

    seen = client.get(SUBSCRIPTIONS)
    for act in ["end", "extend"]:
        client.post(f"{SUBSCRIPTIONS}{subscription.pk}/{act}/", {"confirmed": "yes"})

    assert seen.status_code == 403
    assert subscriber.is_subscriber


@pytest.mark.parametrize("state, shown", [("running", "subscriber"), ("over", "lapsed")])
def test_filter_parts_running_from_ended(state, shown, desk, subscriber, lapsed):
    page = tree_of(desk.get(f"{SUBSCRIPTIONS}?state={state}"))

    assert texts(page, "//tbody//*[contains(@class, 'field-of_reader')]") == [
        f"{shown}@example.org"
    ]


def test_editor_makes_a_plan(desk):
    submit(
        desk,
        desk.get("/admin/membership/plan/add/"),
        "//form[@id='plan_form']",
        name_en="A week",
        name_fr="Une semaine",
        slug="week",
        days="7",
    )

    assert Plan.objects.values_list("slug", "days", "is_offered").get() == ("week", 7, True)


def test_plan_of_no_days_is_refused(desk):
    response = submit(
        desk,
        desk.get("/admin/membership/plan/add/"),
        "//form[@id='plan_form']",
        name_en="Nothing",
        name_fr="Rien",
        slug="nothing",
        days="0",
    )

    assert (response.status_code, Plan.objects.count()) == (200, 0)
    assert errors_of(response) != []


@pytest.mark.parametrize(
    "asked, found",
    [
        ("subscriber@", ["subscriber"]),
        ("LOVE+ada", ["subscriber"]),
        ("press", ["lapsed"]),
        ("lapsed+press", ["lapsed"]),
        ("subscriber+press", []),
    ],
)
def test_subscription_is_found_by_reader_and_by_note(asked, found, desk, subscriber, lapsed):
    type(subscriber).objects.filter(pk=subscriber.pk).update(name="Ada Lovelace")
    Subscription.objects.filter(reader=lapsed).update(note="Press card")

    page = tree_of(desk.get(f"{SUBSCRIPTIONS}?q={asked}"))

    readers = texts(page, "//tbody//*[contains(@class, 'field-of_reader')]")
    assert [reader.partition("@")[0] for reader in readers] == found
