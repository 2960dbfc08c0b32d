"""Readers at the desk: found, seen at a glance, and looked after on one page."""

from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone
from django.utils.formats import date_format

from eurasia.accounts.models import User
from eurasia.membership import subscribing
from eurasia.membership.models import Plan, Subscription
from tests.newsroom.desk.roles import member_of
from tests.pages import texts, tree_of

READERS = "/admin/accounts/user/"
ROWS = "//table[@id='result_list']/tbody/tr"
DAY = timedelta(days=1)


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def column(response, name):
    return texts(tree_of(response), f"{ROWS}//*[contains(@class, 'field-{name}')]")


def found(desk, asked):
    return [
        address.split()[0].split("@")[0] for address in column(desk.get(READERS + asked), "reader")
    ]


def page_of(desk, reader):
    return tree_of(desk.get(f"{READERS}{reader.pk}/change/"))


# --- The list -------------------------------------------------------------------------------------


def test_row_says_at_a_glance_how_a_reader_stands(desk, subscriber, lapsed, registered, now):
    User.objects.filter(pk=subscriber.pk).update(
        name="Ada", language="fr", seen_on=date(2026, 3, 1), is_active=False
    )
    User.objects.filter(pk=registered.pk).update(erasure_due_at="2026-05-03T10:00Z")
    Subscription.objects.filter(reader=lapsed).update(
        starts_at="2026-01-01T10:00Z", ends_at="2026-02-01T10:00Z", source="paid"
    )

    page = desk.get(READERS)

    assert column(page, "reader") == [
        "editor@example.org",
        "lapsed@example.org",
        "registered@example.org",
        "subscriber@example.orgAda",
    ]
    assert column(page, "state") == [
        "never subscribed",
        "has ended",
        "never subscribederased on 3 May 2026",
        "subscribesswitched off",
    ]
    assert column(page, "right") == ["–", "Freepaid", "–", "Freefree"]
    assert column(page, "ends") == ["–", "1 Feb. 2026", "–", "never"]
    assert column(page, "language") == ["English", "English", "English", "Français"]
    assert column(page, "seen") == [
        date_format(timezone.localdate(), "j N Y"),
        "–",
        "–",
        "1 March 2026",
    ]


@pytest.mark.parametrize(
    "asked, readers",
    [
        ("?q=lapsed", ["lapsed"]),
        ("?q=ADA+love", ["subscriber"]),
        ("?q=love+example.org", ["subscriber"]),
        ("?q=%C3%A9lodie", ["registered"]),
        ("?q=%C3%89LODIE", ["registered"]),
        ("?q=second@example.org", ["lapsed"]),
        ("?q=zebu", []),
        ("?q=100%25", []),
        ("?state=running", ["subscriber"]),
        ("?state=ended", ["lapsed"]),
        ("?state=none&language__exact=en", ["editor", "registered"]),
        ("?state=nonsense&plan=nonsense&source=nonsense&is_staff__exact=1", ["editor"]),
        ("?source=free&is_staff__exact=0", ["lapsed", "subscriber"]),
        ("?source=paid", []),
    ],
)
def test_reader_is_found(asked, readers, desk, subscriber, lapsed, registered):
    User.objects.filter(pk=subscriber.pk).update(name="Ada Lovelace")
    User.objects.filter(pk=registered.pk).update(name="Élodie Martin")
    EmailAddress.objects.create(user=lapsed, email="second@example.org", verified=True)

    assert found(desk, asked) == readers


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_as_many_queries_for_three_as_for_one(
    count, desk, plan, now, django_assert_num_queries
):
    for number in range(count):
        reader = User.objects.create_user(f"reader{number}@example.org")
        subscribing.take(reader=reader, plan=plan, at=now)
    desk.get(READERS)

    with django_assert_num_queries(8):
        desk.get(READERS)


def test_who_sees_readers_and_no_subscriptions_sees_accounts_alone(client, colleague, subscriber):
    colleague.user_permissions.add(*_permissions("accounts.view_user"))
    client.force_login(colleague)

    page, reader = client.get(READERS), client.get(f"{READERS}{subscriber.pk}/change/")
    narrowed = client.get(f"{READERS}?state=running")

    assert column(page, "reader") == ["colleague@example.org", "subscriber@example.org"]
    assert column(page, "state") == []
    assert "At a glance" not in reader.text
    assert "Free" not in reader.text
    assert narrowed.status_code == 302  # nobody knows this parameter


def _permissions(*names):
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(codename__in=[name.split(".")[1] for name in names])


def test_chooser_tells_readers_of_one_name_apart(desk, plan):
    for number in range(2):
        User.objects.create_user(f"marie{number}@example.org", name="Marie Dupont")

    answer = desk.get(
        f"{READERS}choose/",
        {"term": "dupont\0", "app_label": "membership", "model_name": "subscription",
         "field_name": "reader"},
    )  # fmt: skip

    assert [each["text"] for each in answer.json()["results"]] == [
        "Marie Dupont, marie0@example.org",
        "Marie Dupont, marie1@example.org",
    ]


# --- The page -------------------------------------------------------------------------------------


@pytest.fixture
def ada(registered, editor, plan, now):
    """Had a month, took it again, was given more, cancelled, and waits for a year."""
    month = Plan.objects.create(slug="month", name_en="A month", name_fr="Un mois", days=30)
    subscribing.take(reader=registered, plan=month, at=now - 90 * DAY)
    held = subscribing.take(reader=registered, plan=month, at=now - 10 * DAY)
    held = subscribing.extend(held, ends_at=now + 40 * DAY, by=editor, reason="An outage")
    subscribing.cancel(held, at=now - DAY)
    subscribing.grant(
        reader=registered,
        plan=plan,
        starts_at=now + 50 * DAY,
        ends_at=None,
        note="Press",
        by=editor,
    )
    return registered


def test_page_shows_at_a_glance_and_as_a_time_line(desk, ada, now):
    page = page_of(desk, ada)

    glance = dict(
        zip(
            texts(page, "//*[@class='glance']//dt"), texts(page, "//*[@class='glance']//dd"),
            strict=True,
        )
    )  # fmt: skip
    assert glance["State"] == "cancelled, runs out"
    assert (glance["Plan"], glance["Source"]) == ("A month", "free")
    assert (glance["Language"], glance["Last seen"]) == ("English", "not yet")
    assert glance["Address"] == "not confirmed yet"
    assert texts(page, "//*[@class='time-line']//h3") == [
        "Free starts later",
        "A month cancelled, runs out",
        "A month has ended",
    ]
    acts = [
        texts(entry, ".//*[@class='time-line-acts']/a")
        for entry in page.xpath("//*[@class='time-line']/ol/li")
    ]
    assert acts == [
        ["End… Free", "Note Free"],
        ["Extend… A month", "End… A month", "Note A month"],
        ["Note A month"],
    ]
    said = texts(page, "//*[@class='time-line']/ol/li[2]//*[@class='deed-says']")
    assert [each.split(":")[0].split(" from ")[0] for each in said] == [
        "Cancelled “A month”",
        "Extended “A month”",
        "Took “A month”",
    ]
    assert texts(page, "//*[@class='time-line']/ol/li[2]//*[@class='deed-reason']") == [
        "Reason: An outage"
    ]


def test_page_of_a_reader_without_subscriptions_offers_to_grant_one(desk, registered):
    page = page_of(desk, registered)

    assert texts(page, "//*[@class='time-line']//p") == [
        "This reader has never had a subscription."
    ]
    assert page.xpath("//*[@class='time-line']//a/@href") == [
        f"/admin/membership/subscription/add/?reader={registered.pk}"
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_as_many_queries_for_three_subscriptions_as_for_one(
    count, desk, registered, plan, now, django_assert_num_queries
):
    for number in range(count):
        start = now - (number * 2 + 1) * DAY
        subscribing.grant(
            reader=registered, plan=plan, starts_at=start, ends_at=start + DAY, note="", by=None
        )
    page_of(desk, registered)

    with django_assert_num_queries(8):
        page_of(desk, registered)


def test_subscriber_desk_looks_after_readers_and_sees_staff_without_changing_them(
    client, editor, subscriber
):
    client.force_login(member_of("Subscriber desk"))

    answers = [
        client.get(READERS),
        client.get(f"{READERS}{subscriber.pk}/change/"),
        client.get(f"{READERS}{editor.pk}/change/"),
        client.post(f"{READERS}{editor.pk}/change/", {"name": "Small"}),
        client.post(f"{READERS}{subscriber.pk}/delete/", {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 403, 403]
    editor.refresh_from_db()
    assert editor.name == ""
