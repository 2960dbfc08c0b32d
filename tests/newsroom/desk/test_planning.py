"""The calendar of the desk: a month of both languages, in the time of the house."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests.newsroom.desk.test_workflow import member
from tests.pages import texts, tree_of

CALENDAR = "/admin/newsroom/article/calendar/"
PARIS = ZoneInfo("Europe/Paris")


def on(day, hour=9, minute=0, month=5, year=2031):
    return datetime(year, month, day, hour, minute, tzinfo=PARIS)


def days_of(page):
    """What stands in the cells of the table that hold something."""
    cells = texts(tree_of(page), "//table//td[.//li]")
    return [" ".join(cell.split()) for cell in cells]


@pytest.fixture
def may(time_machine):
    time_machine.move_to(on(15), tick=False)


def test_month_holds_what_is_scheduled_and_published_in_both_languages(
    may, client, editor, write_article
):
    write_article("past", published_at=on(2, 7, 5))
    write_article("futur", language="fr", published_at=on(20, 18, 30))
    write_article("draft", status="draft", published_at=on(21))
    client.force_login(editor)

    page = client.get(CALENDAR)

    assert texts(tree_of(page), "//h2[@id='month']") == ["May 2031"]
    assert days_of(page) == [
        "2 07:05 EN · published Headline of past",
        "20 18:30 FR · scheduled Headline of futur",
    ]
    assert texts(tree_of(page), "//div[@class='calendar-list']/h3") == [
        "Friday 2 May 2031",
        "Tuesday 20 May 2031",
    ]


def test_month_begins_and_ends_at_midnight_of_the_house(may, client, editor, write_article):
    for slug, at in [
        ("before", on(30, 23, 59, month=4)),
        ("first", on(1, 0, 0)),
        ("last", on(31, 23, 59)),
        ("after", on(1, 0, 0, month=6)),
    ]:
        write_article(slug, published_at=at)
    client.force_login(editor)

    page = client.get(f"{CALENDAR}?month=2031-05")

    assert [cell.rpartition(" ")[2] for cell in days_of(page)] == ["first", "last"]


def test_scheduled_is_published_at_its_instant(client, editor, write_article, time_machine):
    write_article(published_at=on(20))
    time_machine.move_to(on(20).replace(microsecond=0), tick=False)
    client.force_login(editor)

    [cell] = days_of(client.get(CALENDAR))

    assert cell == "20 09:00 EN · published Headline of the-crossing"


@pytest.mark.parametrize(
    "asked, shown, beside",
    [
        ("2031-12", "December 2031", ["?month=2031-11", "?month=2032-01"]),
        ("2031-01", "January 2031", ["?month=2030-12", "?month=2031-02"]),
        ("0002-01", "January 0002", ["?month=0002-02"]),
        ("9998-12", "December 9998", ["?month=9998-11"]),
    ],
)
def test_months_lead_to_their_neighbours(asked, shown, beside, may, client, editor):
    client.force_login(editor)

    tree = tree_of(client.get(f"{CALENDAR}?month={asked}"))

    assert texts(tree, "//h2[@id='month']") == [shown]
    assert tree.xpath("//nav[@class='calendar-months']/a/@href") == beside


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "nonsense",
        "2031",
        "2031-13",
        "2031-00",
        "0000-05",
        "0001-01",
        "2031-5",
        "²031-05",
        "2031-05-01",
    ],
)
def test_malformed_month_is_the_current_one(asked, may, client, editor):
    client.force_login(editor)

    page = client.get(CALENDAR, {"month": asked})

    assert texts(tree_of(page), "//h2[@id='month']") == ["May 2031"]


def test_what_is_in_review_stands_below_with_its_reviewer(may, client, editor, write_article):
    write_article(status="in_review", assignee=editor)
    client.force_login(editor)

    page = client.get(CALENDAR)

    assert texts(tree_of(page), "//section[@aria-labelledby='in-review']//li") == [
        "English Headline of the-crossing with editor@example.org"
    ]


def test_writer_sees_their_own_alone(may, client, write_article, editor):
    writer = member("Writers")
    write_article("own", published_at=on(2), owner=writer)
    write_article("foreign", published_at=on(3), owner=editor)
    client.force_login(writer)

    assert days_of(client.get(CALENDAR)) == ["2 09:00 EN · published Headline of own"]


def test_subscriber_desk_and_outsiders_see_no_calendar(may, client, article):
    outside = client.get(CALENDAR)
    client.force_login(member("Subscriber desk"))

    inside = client.get(CALENDAR)

    assert (outside.status_code, inside.status_code) == (302, 403)


def test_list_and_page_of_an_article_lead_to_the_calendar(client, editor, article):
    client.force_login(editor)

    for address in ["/admin/newsroom/article/", f"/admin/newsroom/article/{article.pk}/change/"]:
        links = tree_of(client.get(address)).xpath("//ul[@class='object-tools']//a/@href")
        assert CALENDAR in links


@pytest.mark.parametrize("rows", [1, 3])
def test_calendar_costs_the_same_with_more_articles(
    rows, may, client, editor, write_article, django_assert_num_queries
):
    for number in range(rows):
        write_article(f"number-{number}", published_at=on(2 + number))
        write_article(f"in-review-{number}", status="in_review", assignee=editor)
    client.force_login(editor)
    client.get("/en/about/")  # the visit is noted, once in five minutes
    assert timezone.localdate().month == 5

    with django_assert_num_queries(6):
        client.get(CALENDAR)
