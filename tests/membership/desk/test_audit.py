"""Who did what to whom: of one reader everything, of all what the desk did last."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry

from eurasia.accounts import privacy
from eurasia.accounts.models import User
from eurasia.membership import deeds, subscribing
from eurasia.membership.models import Plan, Subscription
from tests.newsroom.desk.roles import member_of
from tests.pages import submit, texts, tree_of

READERS = "/admin/accounts/user/"
LOG = f"{READERS}log/"
ROWS = "//table[@class='desk-log']/tbody/tr"
DAY = timedelta(days=1)


@pytest.fixture
def staff(db):
    return member_of("Subscriber desk")


@pytest.fixture
def desk(client, staff):
    client.force_login(staff)
    return client


def told(response):
    """Who, to whom, what (as far as dates), why."""
    return [
        [" ".join(cell.text_content().split()) for cell in row.xpath("./td")][1:]
        for row in tree_of(response).xpath(ROWS)
    ]


def said(reader):
    return [(deed.says, deed.by, deed.reason) for deed in deeds.of_reader(reader)]


@pytest.fixture
def month(db):
    return Plan.objects.create(slug="month", name_en="A month", name_fr="Un mois", days=30)


def test_log_tells_who_did_what_to_whom_and_why(desk, staff, registered, plan, now):
    page = desk.get(f"{READERS}{registered.pk}/change/")
    submit(desk, page, "//form[@id='user_form']", name="Ada", language="fr")
    held = subscribing.grant(
        reader=registered, plan=plan, starts_at=now, ends_at=None, note="Press", by=staff
    )
    subscribing.end(held, at=now, ends_at=now, by=staff, reason="A mistake")
    subscribing.take(reader=registered, plan=plan, at=now)

    rows = told(desk.get(LOG))

    assert [(who, whom, why) for who, whom, _what, why in rows] == [
        ("subscriber-desk@example.org", "Ada", "A mistake"),
        ("subscriber-desk@example.org", "Ada", "Press"),
        ("subscriber-desk@example.org", "Ada", "–"),
    ]
    assert [what.split(" until ")[0].split(" from ")[0] for _who, _whom, what, _why in rows] == [
        "Ended “Free”:",
        "Granted “Free”",
        "Changed Name and Language.",
    ]


def test_page_of_a_reader_tells_their_own_acts_too(
    desk, staff, registered, month, now, time_machine
):
    time_machine.move_to("2026-03-01T08:00Z", tick=False)
    held = subscribing.take(reader=registered, plan=month, at=now)
    subscribing.cancel(held, at=now)
    subscribing.resume(held, at=now)
    subscribing.renew(reader=registered, plan=month, at=now + 29 * DAY)
    subscribing.annotate(held, note="See her letter", by=staff)

    verbs = [(says.split(":")[0].split(" from ")[0], by) for says, by, _reason in said(registered)]
    page = tree_of(desk.get(f"{READERS}{registered.pk}/history/"))

    assert sorted(verbs, key=str) == sorted(
        [
            ("Took “A month”", None),
            ("Cancelled “A month”", None),
            ("Kept “A month” after all", None),
            ("Renewed “A month”", None),
            ("Changed the note on “A month”.", staff),
        ],
        key=str,
    )
    assert set(texts(page, "//*[@class='deed-facts']")) == {
        "1 March 2026, 09:00, by themselves",
        "1 March 2026, 09:00, subscriber-desk@example.org",
    }


def test_switching_off_and_on_is_told_apart(desk, registered):
    address = f"{READERS}{registered.pk}/change/"
    desk.post(address, {"language": "en"})
    desk.post(address, {"language": "en", "is_active": "on"})

    assert [what for _who, _whom, what, _why in told(desk.get(LOG))] == [
        "Changed Active. Switched it on.",
        "Changed Active. Switched it off.",
    ]


def test_what_staff_give_themselves_is_marked(desk, staff, plan, now):
    subscribing.grant(reader=staff, plan=plan, starts_at=now, ends_at=None, note="Mine", by=staff)

    [(_who, whom, _what, _why)] = told(desk.get(LOG))
    page = desk.get(f"{READERS}{staff.pk}/history/")

    assert whom == "subscriber-desk@example.org their own account"
    assert "To their own account." in page.text


def test_what_a_command_grants_is_no_act_of_the_desk(desk, registered, plan, now):
    subscribing.grant(
        reader=registered, plan=plan, starts_at=now, ends_at=None, note="Moved in", by=None
    )

    page = tree_of(desk.get(f"{READERS}{registered.pk}/history/"))
    [facts] = texts(page, "//*[@class='deed-facts']")
    privacy.erase(registered)

    assert facts.endswith(", nobody on record")
    assert told(desk.get(LOG)) == []
    assert not Subscription.history.exists()


def test_list_is_one_act(desk, staff, plan, now):
    readers = [User.objects.create_user(f"r{number}@example.org") for number in range(3)]
    subscribing.grant_all(
        readers=readers, plan=plan, starts_at=now, ends_at=None, note="Library", by=staff
    )

    [(who, whom, what, why)] = told(desk.get(LOG))

    assert (who, whom, why) == ("subscriber-desk@example.org", "–", "Library")
    assert what.startswith("Granted “Free” to 3 readers from ")
    assert [reason for _says, _by, reason in said(readers[0])] == ["Library"]


def test_changes_of_plans_are_told(desk, plan):
    page = desk.get(f"/admin/membership/plan/{plan.pk}/change/")
    submit(desk, page, "//form[@id='plan_form']", days="9")

    assert [what for _who, _whom, what, _why in told(desk.get(LOG))] == [
        "Plan “Free”: Changed Days."
    ]


def test_log_goes_on_page_by_page_and_loses_nothing(
    desk, staff, registered, plan, now, monkeypatch
):
    monkeypatch.setattr("eurasia.membership.desk.audit.ON_A_PAGE", 2)
    for number in range(5):
        subscribing.grant(
            reader=registered, plan=plan, starts_at=now, ends_at=None, note=str(number), by=staff
        )

    seen, address = [], LOG
    while address:
        page = desk.get(address)
        seen += [why for _who, _whom, _what, why in told(page)]
        [address] = tree_of(page).xpath("//a[contains(., 'Older')]/@href") or [""]
        address = address and LOG + address

    assert seen == ["4", "3", "2", "1", "0"]


def test_log_of_one_member_of_staff(desk, staff, editor, registered, plan, now):
    for by in [staff, editor]:
        subscribing.grant(
            reader=registered, plan=plan, starts_at=now, ends_at=None, note=by.email, by=by
        )

    rows = told(desk.get(f"{LOG}?by={editor.pk}"))

    assert [why for _who, _whom, _what, why in rows] == [editor.email]


@pytest.mark.parametrize(
    "asked",
    ["by=nonsense", "by=0", "by={reader}", "before=nonsense", "before=2026-02-30T10:00Z",
     "before=2026-02-03T10:00", "before=9999-99-99"],
)  # fmt: skip
def test_malformed_address_is_404(asked, desk, registered):
    assert desk.get(f"{LOG}?{asked.format(reader=registered.pk)}").status_code == 404


def test_log_keeps_what_the_desk_did_to_somebody_erased_without_name_and_words(
    desk, staff, registered, plan, now
):
    subscribing.grant(
        reader=registered, plan=plan, starts_at=now, ends_at=None, note="Her essay", by=staff
    )
    page = desk.get(f"{READERS}{registered.pk}/change/")
    submit(desk, page, "//form[@id='user_form']", name="Ada Lovelace")

    privacy.erase(registered)
    desk.get(LOG)  # shows the message that waited
    page = desk.get(LOG)

    assert [[who, whom, why] for who, whom, _what, why in told(page)] == [
        ["subscriber-desk@example.org", "–", "–"],
        ["subscriber-desk@example.org", "–", "–"],
    ]
    for word in ["Her essay", "Ada", "registered@example.org"]:
        assert word not in page.text
    assert not Subscription.history.exclude(reader=None).exists()


def test_act_outlives_the_account_of_who_did_it(desk, registered, editor, plan, now):
    subscribing.grant(
        reader=registered, plan=plan, starts_at=now, ends_at=None, note="Press", by=editor
    )

    privacy.erase(editor)

    [(who, _whom, _what, why)] = told(desk.get(LOG))
    assert (who, why) == ("nobody on record", "Press")


def test_log_takes_as_many_queries_for_three_as_for_one(
    desk, staff, registered, plan, now, django_assert_num_queries
):
    for number in range(3):
        subscribing.grant(
            reader=registered, plan=plan, starts_at=now, ends_at=None, note=str(number), by=staff
        )
        LogEntry.objects.log_actions(staff.pk, [registered], 2, "Changed.")
        if number in {0, 2}:
            desk.get(LOG)
            with django_assert_num_queries(10):
                desk.get(LOG)


@pytest.mark.parametrize("role", ["Writers", "Translators", "Editors", "Publishers"])
def test_no_other_role_sees_the_log(role, client, registered):
    client.force_login(member_of(role))

    answers = [client.get(LOG), client.get(f"{READERS}{registered.pk}/history/")]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_log_of_nobody_is_404(desk):
    assert desk.get(f"{READERS}0/history/").status_code == 404
