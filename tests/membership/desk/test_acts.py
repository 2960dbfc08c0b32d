"""Extending and ending at the desk: asked first, with a reason, and told by whom."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission

from eurasia.membership import subscribing
from eurasia.membership.models import Subscription
from tests.cast import GATED
from tests.pages import submit, texts, tree_of

SUBSCRIPTIONS = "/admin/membership/subscription/"
FORM = "//form[.//input[@name='confirmed']]"
DAY = timedelta(days=1)


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture
def held(registered, plan, now):
    """Runs for ten days more."""
    return subscribing.grant(
        reader=registered,
        plan=plan,
        starts_at=now - DAY,
        ends_at=now + 10 * DAY,
        note="Hers",
        by=None,
    )


def page_of(desk, act, subscription):
    return desk.get(f"{SUBSCRIPTIONS}{subscription.pk}/{act}/")


def messages(response):
    return texts(tree_of(response), "//ul[@class='messagelist']/li")


def told(subscription):
    """Who did the last thing, and why."""
    kept = subscription.history.first()
    return kept.history_user, kept.history_change_reason


# --- One ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked, ends_at",
    [
        ({"how": "days", "days": "5"}, "five days on"),
        ({"how": "until", "until": "2190-01-01T01:00"}, datetime(2190, 1, 1, tzinfo=UTC)),
        ({"how": "ever"}, None),
    ],
)
def test_editor_extends_a_subscription(asked, ends_at, desk, editor, held):
    expected = held.ends_at + 5 * DAY if ends_at == "five days on" else ends_at

    answer = submit(desk, page_of(desk, "extend", held), FORM, reason="An outage", **asked)

    held.refresh_from_db()
    assert (answer.status_code, answer.url) == (
        302,
        f"/admin/accounts/user/{held.reader_id}/change/#subscriptions",
    )
    assert held.ends_at == expected
    assert told(held) == (editor, "An outage")


def test_editor_ends_a_subscription_and_the_text_shuts(desk, editor, held, article):
    answer = submit(
        desk, page_of(desk, "end", held), FORM, when="now", reason="A mistake", follow=True
    )

    held.refresh_from_db()
    assert messages(answer) == ["Ended."]
    assert held.ends_at == held.cancelled_at
    assert told(held) == (editor, "A mistake")
    desk.force_login(held.reader)
    page = desk.get("/en/articles/the-crossing/").content.decode()
    assert GATED not in page
    assert "Your subscription has ended." in page


def test_editor_lets_a_subscription_end_on_a_day(desk, held, now):
    held = subscribing.extend(held, ends_at=None, by=None, reason="")

    submit(
        desk,
        page_of(desk, "end", held),
        FORM,
        when="until",
        until="2190-01-01T01:00",
        reason="As agreed",
    )

    held.refresh_from_db()
    assert (held.ends_at, held.cancelled_at) == (datetime(2190, 1, 1, tzinfo=UTC), None)


@pytest.mark.parametrize(
    "act, asked, says",
    [
        ("extend", {"how": "days", "days": ""}, "Say how many days."),
        ("extend", {"how": "until", "until": ""}, "Say on which day and at which time."),
        ("extend", {"how": "ever", "reason": ""}, "This field is required."),
        ("extend", {"how": "until", "until": "2190-01-01"}, None),
        ("end", {"when": "until", "until": ""}, "Say on which day and at which time."),
        ("end", {"when": "now", "reason": ""}, "This field is required."),
    ],
)
def test_page_says_what_it_lacks(act, asked, says, desk, held):
    before = held.ends_at

    answer = submit(desk, page_of(desk, act, held), FORM, **{"reason": "So", **asked})

    held.refresh_from_db()
    if says is None:  # a day without a time is its first moment
        assert held.ends_at == datetime(2189, 12, 31, 23, tzinfo=UTC)
        return
    assert texts(tree_of(answer), "//ul[contains(@class, 'errorlist')]/li") == [says]
    assert (held.ends_at, held.history.count()) == (before, 1)


@pytest.mark.parametrize(
    "act, asked, says",
    [
        ("extend", {"how": "until", "until": "2020-01-01T00:00"},
         "The new end must come after the present one."),
        ("end", {"when": "until", "until": "2020-01-01T00:00"},
         "This moment has passed: choose a later one."),
        ("end", {"when": "until", "until": "2190-01-01T00:00"}, "It ends sooner already."),
    ],
)  # fmt: skip
def test_end_that_makes_no_sense_is_refused_in_words(act, asked, says, desk, held):
    answer = submit(desk, page_of(desk, act, held), FORM, reason="So", **asked)

    assert messages(answer) == [f"Not done: registered@example.org – Free. {says}"]
    assert held.history.count() == 1


def test_what_has_changed_since_it_was_asked_is_shown_again(desk, held, now):
    page = page_of(desk, "extend", held)
    subscribing.extend(held, ends_at=now + 20 * DAY, by=None, reason="A colleague")

    answer = submit(desk, page, FORM, how="days", days="5", reason="So")

    held.refresh_from_db()
    assert messages(answer) == [
        "Not done: registered@example.org – Free. It has changed since you were asked."
    ]
    assert held.ends_at == now + 20 * DAY


def test_two_clicks_extend_once(desk, held):
    page = page_of(desk, "extend", held)
    before = held.ends_at

    for _click in range(2):
        submit(desk, page, FORM, how="days", days="5", reason="So")

    held.refresh_from_db()
    assert held.ends_at == before + 5 * DAY


@pytest.mark.parametrize(
    "act, who, says",
    [
        ("extend", "lapsed", "Is refused It has ended: grant a new one."),
        ("extend", "subscriber", "Is refused It has no end."),
        ("end", "lapsed", "Is refused It has ended already."),
    ],
)
def test_act_that_is_not_open_has_no_button(act, who, says, desk, request):
    subscription = request.getfixturevalue(who).subscriptions.get()

    page = tree_of(page_of(desk, act, subscription))

    assert texts(page, "//*[@class='finding-block']") == [says]
    assert page.xpath("//input[@type='submit' and contains(@class, 'default')]") == []
    desk.post(
        f"{SUBSCRIPTIONS}{subscription.pk}/{act}/",
        {"confirmed": "yes", "how": "ever", "when": "now", "reason": "So",
         f"lock-{subscription.pk}": str(subscription.ends_at)},
    )  # fmt: skip
    assert Subscription.history.filter(id=subscription.pk).count() == 1


def test_row_of_the_ledger_has_no_reader_to_go_back_to(desk, plan, now):
    paid = Subscription.objects.create(
        reader=None, plan=plan, source="paid", starts_at=now, ends_at=now + DAY
    )

    answer = submit(desk, page_of(desk, "end", paid), FORM, when="now", reason="So")

    assert answer.url == SUBSCRIPTIONS


def test_page_of_no_subscription_is_404(desk):
    assert desk.get(f"{SUBSCRIPTIONS}9/end/").status_code == 404


def test_viewer_ends_and_extends_none(client, colleague, held):
    colleague.user_permissions.set(Permission.objects.filter(codename="view_subscription"))
    client.force_login(colleague)

    answers = [
        client.post(f"{SUBSCRIPTIONS}{held.pk}/{act}/", {"confirmed": "yes"})
        for act in ["end", "extend"]
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert held.history.count() == 1


@pytest.mark.parametrize("act", ["end", "extend"])
def test_form_of_another_site_does_nothing(act, desk, held):
    desk.handler.enforce_csrf_checks = True

    answer = desk.post(
        f"{SUBSCRIPTIONS}{held.pk}/{act}/",
        {"confirmed": "yes", "how": "ever", "when": "now", "reason": "So",
         f"lock-{held.pk}": str(held.ends_at)},
        headers={"Origin": "https://evil.example"},
    )  # fmt: skip

    assert answer.status_code == 403
    assert held.history.count() == 1


# --- Several --------------------------------------------------------------------------------------


def choose(desk, act, *subscriptions):
    numbers = [subscription.pk for subscription in subscriptions]
    return desk.post(SUBSCRIPTIONS, {"action": act, "_selected_action": numbers})


def test_several_are_asked_about_and_ended_but_for_those_that_cannot(
    desk, editor, held, subscriber, lapsed
):
    running, over = subscriber.subscriptions.get(), lapsed.subscriptions.get()
    before = over.ends_at

    page = choose(desk, "end", held, running, over)
    asked = texts(tree_of(page), "//*[@class='desk-line-of']")
    answer = submit(desk, page, FORM, when="now", reason="The list of May", follow=True)

    assert asked == ["subscriber@example.org", "registered@example.org", "lapsed@example.org"]
    assert messages(answer) == [
        "Not done: lapsed@example.org – Free. It has ended already.",
        "2 subscriptions: done.",
    ]
    assert Subscription.objects.get(pk=over.pk).ends_at == before
    assert told(held) == told(running) == (editor, "The list of May")
    assert not subscriber.is_subscriber


def test_nothing_happens_before_the_question_is_answered(desk, held):
    choose(desk, "end", held)
    answer = submit(desk, choose(desk, "end", held), FORM, when="now", reason="")

    assert texts(tree_of(answer), "//ul[contains(@class, 'errorlist')]/li") == [
        "This field is required."
    ]
    assert held.history.count() == 1


def test_too_many_are_not_asked_about(desk, held, monkeypatch):
    monkeypatch.setattr("eurasia.membership.desk.acts.MOST", 0)

    choose(desk, "end", held)
    answer = desk.get(SUBSCRIPTIONS)

    assert messages(answer) == ["Choose 0 subscriptions at most."]
