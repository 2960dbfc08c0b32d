"""Subscriptions at the desk: given, ended, and never rewritten."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission

from eurasia.membership.models import Plan, Subscription
from tests.cast import GATED
from tests.pages import submit, texts, tree_of

SUBSCRIPTIONS = "/admin/membership/subscription/"
FORM = "//form[@id='subscription_form']"


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def errors_of(response):
    return texts(tree_of(response), "//ul[contains(@class, 'errorlist')]/li")


def grant(desk, reader, plan, **values):
    """`reader` is typed in by hand: the page fetches the choices as one types."""
    values = {
        "starts_at_0": "2024-01-01",
        "starts_at_1": "00:00",
        "ends_at_0": "",
        "ends_at_1": "",
        "note": "",
        **values,
    }
    return desk.post(f"{SUBSCRIPTIONS}add/", {"reader": reader.pk, "plan": plan.pk, **values})


def test_editor_grants_a_subscription_and_the_text_opens(desk, registered, plan, article):
    response = grant(desk, registered, plan, note="For her essay.")

    subscription = Subscription.objects.get()
    assert response.status_code == 302
    assert subscription.source == "granted"
    assert (subscription.reader, subscription.plan) == (registered, plan)
    assert subscription.starts_at == datetime(2023, 12, 31, 23, tzinfo=UTC)  # Paris
    assert (subscription.ends_at, subscription.note) == (None, "For her essay.")
    assert LogEntry.objects.get().object_id == str(subscription.pk)
    desk.force_login(registered)
    assert GATED in desk.get("/en/articles/the-crossing/").content.decode()


@pytest.mark.parametrize("ends", [("2024-01-01", "00:00"), ("2023-06-01", "00:00")])
def test_grant_must_end_after_its_start(ends, desk, registered, plan):
    response = grant(desk, registered, plan, ends_at_0=ends[0], ends_at_1=ends[1])

    assert (response.status_code, Subscription.objects.count()) == (200, 0)
    assert errors_of(response) == ["A subscription must end after it starts."]


def test_grant_takes_no_other_source(desk, registered, plan):
    grant(desk, registered, plan, source="paid", cancelled_at_0="2024-01-01")

    assert Subscription.objects.get().source == "granted"
    assert Subscription.objects.get().cancelled_at is None


def test_editor_ends_a_subscription_and_the_text_shuts(desk, subscriber, article):
    subscription = subscriber.subscriptions.get()

    response = desk.post(
        SUBSCRIPTIONS, {"action": "end", "_selected_action": [subscription.pk]}, follow=True
    )

    subscription.refresh_from_db()
    assert texts(tree_of(response), "//ul[@class='messagelist']/li") == ["Ended."]
    assert subscription.ends_at == subscription.cancelled_at
    assert subscription.ends_at is not None
    assert not subscriber.is_subscriber
    assert LogEntry.objects.get().get_change_message() == "Ended."
    desk.force_login(subscriber)
    page = desk.get("/en/articles/the-crossing/").content.decode()
    assert GATED not in page
    assert "Your subscription has ended." in page


def test_ending_again_changes_nothing(desk, lapsed):
    before = Subscription.objects.values().get()

    desk.post(SUBSCRIPTIONS, {"action": "end", "_selected_action": [before["id"]]})

    assert Subscription.objects.values().get() == before


def test_given_right_is_history_and_only_its_note_changes(desk, subscriber, plan, now):
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
    client.post(SUBSCRIPTIONS, {"action": "end", "_selected_action": [subscription.pk]})

    assert seen.status_code == 403
    assert subscriber.is_subscriber


def test_viewer_of_subscriptions_ends_none(client, colleague, subscriber):
    colleague.user_permissions.set(Permission.objects.filter(codename="view_subscription"))
    client.force_login(colleague)

    client.post(
        SUBSCRIPTIONS,
        {"action": "end", "_selected_action": [subscriber.subscriptions.get().pk]},
    )

    assert subscriber.is_subscriber


@pytest.mark.parametrize("state, shown", [("running", "subscriber"), ("over", "lapsed")])
def test_filter_parts_running_from_ended(state, shown, desk, subscriber, lapsed):
    page = tree_of(desk.get(f"{SUBSCRIPTIONS}?state={state}"))

    assert texts(page, "//tbody//*[contains(@class, 'field-reader')]") == [f"{shown}@example.org"]


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
