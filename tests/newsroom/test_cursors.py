"""A cursor says to the microsecond where a list goes on, and nothing else can be said with it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eurasia.newsroom.cursors import Cursor
from eurasia.newsroom.models import Article

AT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
MALFORMED = [
    "", "-", "1", "1-", "-1", "1-2-3", "a-1", "1-a", "1.5-2", "1e3-2", " 1-2", "1-2 ", "1-2\n",
    "1--2", "--1-2", "+1-2", "1-+2", "1_0-2", "0x1-2", "\N{ARABIC-INDIC DIGIT ONE}-1", "1-²",
    "1234567890123456789-1",
    "1-1234567890123456789", "999999999999999999-1", "-999999999999999999-1", "1-2;DROP TABLE x",
    "\x001-2", "null", "NaN-1",
]  # fmt: skip


def test_cursor_is_utc_microseconds_and_the_number():
    assert str(Cursor(AT, 42)) == "1772366400123456-42"


def test_cursor_of_an_article_is_its_place_in_the_list():
    article = Article(pk=7, published_at=AT)

    assert Cursor.of(article) == Cursor(AT, 7)


def test_same_instant_in_another_time_zone_is_the_same_cursor():
    paris = AT.astimezone(timezone(timedelta(hours=2)))

    assert str(Cursor(paris, 1)) == str(Cursor(AT, 1))


@pytest.mark.parametrize(
    "text, cursor",
    [
        ("0-0", Cursor(datetime(1970, 1, 1, tzinfo=UTC), 0)),
        ("-1-5", Cursor(datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), 5)),
        ("1772366400123456-42", Cursor(AT, 42)),
        ("007-007", Cursor(datetime(1970, 1, 1, 0, 0, 0, 7, tzinfo=UTC), 7)),
    ],
)
def test_cursor_is_read(text, cursor):
    assert Cursor.parse(text) == cursor


@pytest.mark.parametrize("text", MALFORMED)
def test_malformed_cursor_is_refused(text):
    with pytest.raises(ValueError, match=r"^malformed cursor$"):
        Cursor.parse(text)


@settings(max_examples=100, deadline=None)
@given(st.datetimes(timezones=st.just(UTC)), st.integers(0, 10**18 - 1))
def test_what_is_written_is_read_back(at, number):
    cursor = Cursor(at, number)

    assert Cursor.parse(str(cursor)) == cursor


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30) | st.from_regex(r"-?\d{0,20}-\d{0,20}"))
def test_anything_else_is_a_value_error(text):
    try:
        cursor = Cursor.parse(text)
    except ValueError:
        return

    assert cursor.at.tzinfo is UTC


# --- In the order of a list -----------------------------------------------------------------------


@pytest.fixture
def three(write_article):
    """Two at one instant, one a microsecond later; newest first."""
    first, second = (write_article(f"same-{n}", published_at=AT) for n in "ab")
    later = write_article("later", published_at=AT + timedelta(microseconds=1))
    return [later, second, first]


def test_list_goes_on_after_the_cursor_without_gap_or_repeat(three):
    seen, articles = [], Article.objects.newest()
    page = list(articles[:1])
    while page:
        seen += page
        page = list(articles.before(Cursor.parse(str(Cursor.of(page[-1]))))[:1])

    assert seen == three


@pytest.mark.parametrize("place", [0, 1, 2])
def test_before_and_after_leave_out_the_place_itself(place, three):
    cursor = Cursor.of(three[place])

    assert list(Article.objects.newest().before(cursor)) == three[place + 1 :]
    assert list(Article.objects.newest().after(cursor)) == three[:place]


@pytest.mark.parametrize("text", ["-62135596800000000-0", "253402300799999999-999999999999999999"])
def test_list_goes_on_from_the_ends_of_time(text, three):
    assert Article.objects.before(Cursor.parse(text)).count() in {0, 3}
