"""Readers leave as a file that runs nothing, and who took it stands in the log."""

import csv
import io
from datetime import date

import pytest
from django.contrib.admin.models import LogEntry

from eurasia.accounts.models import User
from eurasia.membership.desk import exporting
from eurasia.membership.models import Subscription
from tests.membership.test_spreadsheets import DANGEROUS
from tests.newsroom.desk.roles import member_of
from tests.pages import submit, texts, tree_of
from tests.test_policy import body_of

READERS, EXPORT = "/admin/accounts/user/", "/admin/accounts/user/export/"
FORM = "//form[@class='desk-act']"


@pytest.fixture
def staff(db):
    return member_of("Subscriber desk")


@pytest.fixture
def desk(client, staff):
    client.force_login(staff)
    return client


def rows_of(answer, separator=","):
    text = body_of(answer).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


def test_readers_are_exported_as_they_stand(desk, staff, lapsed, registered):
    Subscription.objects.update(
        starts_at="2026-01-01T10:00Z", ends_at="2026-02-01T10:00Z", source="paid"
    )
    User.objects.exclude(pk=staff.pk).update(date_joined="2026-01-01T22:59Z", seen_on=None)
    User.objects.filter(pk=registered.pk).update(
        name="Zoé", language="fr", seen_on=date(2026, 3, 1), is_active=False
    )

    answer = submit(desk, desk.get(f"{EXPORT}?is_staff__exact=0"), FORM)

    assert answer.headers["Content-Type"] == "text/csv"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="readers-')
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert rows_of(answer) == [
        exporting.COLUMNS,
        ["lapsed@example.org", "", "en", "ended", "Free", "paid", "2026-01-01", "2026-02-01", "",
         "2026-01-01", "yes"],
        ["registered@example.org", "Zoé", "fr", "none", "", "", "", "", "2026-03-01",
         "2026-01-01", "no"],
    ]  # fmt: skip


def test_export_asks_first_and_says_how_many(desk, subscriber, lapsed):
    page = desk.get(f"{EXPORT}?q=lapsed")

    assert texts(tree_of(page), "//main//p")[0].startswith(
        "The search and the filters of the list find one reader."
    )
    assert not LogEntry.objects.exists()


def test_who_exports_stands_in_the_log_without_what_was_searched(desk, staff, lapsed):
    submit(desk, desk.get(f"{EXPORT}?q=lapsed@example.org"), FORM)

    entry = LogEntry.objects.get()
    assert (entry.user, entry.change_message) == (staff, '[{"exported": {"count": 1}}]')
    assert "Exported 1 reader." in desk.get(f"{READERS}log/").text


def test_chosen_readers_are_exported(desk, lapsed, registered):
    answer = desk.post(READERS, {"action": "export", "_selected_action": [lapsed.pk]})

    assert [row[0] for row in rows_of(answer)] == ["email", "lapsed@example.org"]
    assert LogEntry.objects.count() == 1


def test_frenchman_gets_semicolons(desk, staff, lapsed):
    User.objects.filter(pk=staff.pk).update(language="fr")

    answer = desk.post(f"{EXPORT}?q=lapsed")

    assert [row[0] for row in rows_of(answer, ";")] == ["email", "lapsed@example.org"]


def test_names_are_no_formulas(desk, registered):
    for number, name in enumerate(DANGEROUS):
        User.objects.create_user(f"={number}@example.org", name=name)

    rows = rows_of(desk.post(EXPORT))

    cells = [cell for row in rows[1:] for cell in row]
    assert [cell for cell in cells if cell.strip(' "\t\r\n')[:1] in tuple("=+-@\uff1d")] == []
    assert "'=0@example.org" in cells


def test_no_secret_leaves(desk, registered):
    registered.set_password("a long way to Muscat")
    registered.save()

    answer = body_of(desk.post(EXPORT)).decode()

    assert registered.password not in answer
    assert "md5" not in answer


def test_many_leave_in_as_many_queries_as_pages(desk, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    for number in range(4):
        User.objects.create_user(f"r{number}@example.org")
    desk.post(EXPORT)

    with django_assert_num_queries(17):
        rows = rows_of(desk.post(EXPORT))
    assert len(rows) == 1 + 5


@pytest.mark.parametrize("role", ["Writers", "Translators", "Editors", "Publishers"])
def test_no_other_role_exports(role, client, registered):
    client.force_login(member_of(role))

    answers = [
        client.get(EXPORT),
        client.post(EXPORT),
        client.post(READERS, {"action": "export", "_selected_action": [registered.pk]}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert not LogEntry.objects.exists()


def test_form_of_another_site_exports_nothing(desk):
    desk.handler.enforce_csrf_checks = True

    answer = desk.post(EXPORT, headers={"Origin": "https://evil.example"})

    assert (answer.status_code, LogEntry.objects.count()) == (403, 0)
