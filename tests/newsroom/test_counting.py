"""Daily totals: what readers' pages and logs of nginx add to them, each read once."""

import gzip
import random
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from eurasia.newsroom import counting
from eurasia.newsroom.models import Article, ArticleReads, FileReads, JournalReads, LogPosition
from eurasia.tally import Read, tally
from tests.front import ask
from tests.pages import submit

pytestmark = pytest.mark.django_db
ADDRESS = "/en/articles/the-crossing/"
FILE = "/en/files/iran-brics/"
ASKED = f"/en/subscribe/?next={ADDRESS}"


@pytest.fixture
def articles(write_article, topic_file, now):
    """One behind the wall, one open to everyone; both in one file."""
    return [write_article(), write_article("open", access="everyone")]


def totals(model=ArticleReads):
    """As the dashboard has them, written down first."""
    tally.flush()
    columns = {ArticleReads: ["article__slug", "kind"], FileReads: ["kind"], JournalReads: ["kind"]}
    rows = model.objects.order_by("pk").values_list("on", *columns[model], "total")
    return sorted(map(tuple, rows))


# --- The front ------------------------------------------------------------------------------------


def test_front_counts_who_has_no_session(site_front, articles, clock, now):
    for path in [ADDRESS, ADDRESS, "/en/articles/open/", FILE, ASKED, "/en/", "/en/articles/no/"]:
        ask(site_front, path)
    clock.now += 5
    ask(site_front, ADDRESS)

    on = timezone.localdate(now)
    assert totals() == [
        (on, "open", "full_text", 1),
        (on, "the-crossing", "asked", 1),
        (on, "the-crossing", "teaser", 3),
    ]
    assert totals(FileReads) == [
        (on, "asked", 1), (on, "file", 1), (on, "full_text", 1), (on, "teaser", 3),
    ]  # fmt: skip
    assert totals(JournalReads) == [(on, "asked", 1), (on, "full_text", 1), (on, "teaser", 3)]


@pytest.mark.parametrize(
    "method, headers, count",
    [
        ("GET", {}, 1),
        ("GET", {"authorization": "Basic Zm9v"}, 1),
        ("GET", {"range": "bytes=0-1"}, 1),
        ("HEAD", {}, 0),
        ("POST", {}, 0),
        ("GET", {"host": "elsewhere.example"}, 0),
        ("GET", {"if_none_match": '"another"'}, 1),
    ],
)
def test_front_counts_answers_not_questions(method, headers, count, site_front, articles):
    ask(site_front, ADDRESS, method, **headers)

    assert sum(total for *_key, total in totals()) == count


def test_page_that_a_browser_has_already_is_read_again(site_front, articles, clock):
    etag = ask(site_front, ADDRESS).headers["ETag"]

    assert ask(site_front, ADDRESS, if_none_match=etag).status == 304
    clock.now += 5
    assert ask(site_front, ADDRESS, if_none_match=etag).status == 304

    assert [total for *_key, total in totals()] == [3]


# --- Readers who are signed in --------------------------------------------------------------------


def test_reads_of_signed_in_readers_are_counted_once(
    site_front, client, articles, subscriber, registered, editor, now
):
    for user, times in [(subscriber, 3), (registered, 2), (editor, 5)]:
        client.force_login(user)
        session = client.cookies["__Host-eurasia_session"].value
        for _each in range(times):
            ask(site_front, ADDRESS, cookie=f"__Host-eurasia_session={session}")
        ask(site_front, ADDRESS, "HEAD", cookie=f"__Host-eurasia_session={session}")
        ask(site_front, FILE, cookie=f"__Host-eurasia_session={session}")

    on = timezone.localdate(now)
    assert totals() == [(on, "the-crossing", "full_text", 3), (on, "the-crossing", "teaser", 2)]
    assert totals(FileReads) == [(on, "file", 2), (on, "full_text", 3), (on, "teaser", 2)]


def test_subscription_taken_from_an_article_is_told(client, articles, registered, plan, now):
    client.force_login(registered)

    submit(client, client.get(ASKED), "//main//form[contains(@action, 'subscribe')]")

    taken = [row for row in totals() if row[2] == "taken"]
    assert taken == [(timezone.localdate(now), "the-crossing", "taken", 1)]


# --- Writing --------------------------------------------------------------------------------------


def test_totals_grow(articles, now):
    read = Read("article", "en", "the-crossing")

    counting.write({read: 2})
    counting.write({read: 3})

    assert totals() == [(timezone.localdate(now), "the-crossing", "teaser", 5)]


def test_a_day_is_one_of_the_journal(articles, now):
    read = Read("article", "en", "the-crossing")
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)

    counting.write({read: 1}, midnight)
    counting.write({read: 1}, midnight - timedelta(microseconds=1))

    today = timezone.localdate(now)
    assert [row[0] for row in totals()] == [today - timedelta(days=1), today]


def test_what_is_nowhere_is_not_counted(articles):
    counting.write({Read("article", "fr", "the-crossing"): 1, Read("file", "en", "no"): 1})

    assert totals() == totals(FileReads) == totals(JournalReads) == []


def test_free_date_decides_by_the_moment(articles, now):
    Article.objects.filter(slug="the-crossing").update(free_until=now)
    read = Read("article", "en", "the-crossing")

    counting.write({read: 1}, now - timedelta(seconds=1))
    counting.write({read: 1}, now)

    assert sorted(row[2] for row in totals()) == ["full_text", "teaser"]


# --- The log of nginx -----------------------------------------------------------------------------


@pytest.fixture
def log(tmp_path, settings, articles):
    settings.TRUSTED_PROXIES = 1
    return tmp_path / "eurasia-reads.log"


def line(path=ADDRESS, status=200, method="GET", at="2026-03-01T12:00:00+01:00"):
    return f"{at} {method} {status} {path}\n"


def count(*logs):
    said = StringIO()
    call_command("count_reads", *map(str, logs), stdout=said)
    return said.getvalue()


def sums():
    return {(str(on), slug, kind): total for on, slug, kind, total in totals()}


def test_each_line_is_counted_once(log):
    log.write_text(
        line() + line(status=304) + line("/en/articles/open/")
        + line(status=404) + line(method="HEAD")
        + line(ASKED) + line("/en/articles/the%2Dcrossing/") + "nonsense\n" + line("/en/")
    )  # fmt: skip
    assert count(log) == "5 reads counted\n"
    assert count(log) == "0 reads counted\n"

    with log.open("a") as more:
        more.write(line(at="2026-03-02T00:00:00+01:00"))
    assert count(log) == "1 reads counted\n"

    assert sums() == {
        ("2026-03-01", "the-crossing", "teaser"): 3,
        ("2026-03-01", "the-crossing", "asked"): 1,
        ("2026-03-01", "open", "full_text"): 1,
        ("2026-03-02", "the-crossing", "teaser"): 1,
    }


def test_line_that_is_being_written_waits(log):
    whole = line()
    log.write_text(whole + whole[:20])
    assert count(log) == "1 reads counted\n"

    log.write_text(whole + whole)

    assert count(log) == "1 reads counted\n"


def test_rotated_log_is_finished_and_the_new_one_begun(log, tmp_path):
    log.write_text(line(at="2026-03-01T12:00:00+01:00"))
    count(log)
    with log.open("a") as more:
        more.write(line())
    rotated = log.rename(tmp_path / "eurasia-reads.log.1")
    log.write_text(line(at="2026-03-02T12:00:00+01:00"))

    assert count(rotated, log) == "2 reads counted\n"
    zipped = tmp_path / "eurasia-reads.log.2.gz"
    zipped.write_bytes(gzip.compress(rotated.read_bytes()))
    rotated.unlink()

    assert count(zipped, log) == "0 reads counted\n"
    assert LogPosition.objects.count() == 2


def test_emptied_log_is_a_new_one(log):
    log.write_text(line() * 3)
    count(log)

    log.write_text(line(at="2026-03-02T12:00:00+01:00"))

    assert count(log) == "1 reads counted\n"


def test_empty_and_missing_logs(log):
    log.write_text("")
    assert count(log) == "0 reads counted\n"
    with pytest.raises(CommandError, match="No such file"):
        count(log.with_name("none.log"))


def test_where_the_front_counts_no_log_is_taken(settings, log):
    settings.TRUSTED_PROXIES = 0
    log.write_text(line())

    with pytest.raises(CommandError, match="the front counts"):
        count(log)


def test_long_log_is_counted_in_steps(log, monkeypatch):
    chance = random.Random(8)  # noqa: S311 - no secret
    paths = chance.choices([ADDRESS, "/en/articles/open/", FILE, ASKED, "/en/"], k=500)
    monkeypatch.setattr("eurasia.newsroom.read_log.LINES_AT_ONCE", 100)
    log.write_text("".join(map(line, paths)))

    count(log)

    day = "2026-03-01"
    assert sums() == {
        (day, "the-crossing", "teaser"): paths.count(ADDRESS),
        (day, "the-crossing", "asked"): paths.count(ASKED),
        (day, "open", "full_text"): paths.count("/en/articles/open/"),
    }
