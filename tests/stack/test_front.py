"""The front on the production server, over real sockets and in real time."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from django.utils import timezone

from eurasia.newsroom import publishing
from tests.cast import GATED, TEASER
from tests.conftest import session_of
from tests.serving import NO_TLS

pytestmark = pytest.mark.stack

ADDRESS = "/en/articles/the-crossing/"
#: Of seconds: how far the clocks of two processes and a busy machine may put a change off.
LEEWAY = 0.5


@pytest.fixture
def visitor(server_alone):
    with httpx.Client(base_url=server_alone.address, timeout=60, verify=NO_TLS) as visitor:
        yield visitor


def reader(user):
    return {"Cookie": f"eurasia_session={session_of(user)}"}


def until(holds):
    """The seconds until it holds, with forty looks a second."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() < begun + 20
        time.sleep(0.025)
    return time.monotonic() - begun


def test_withdrawn_article_is_gone_within_two_seconds(visitor, article, subscriber):
    def is_gone():
        return visitor.get(ADDRESS).status_code == 410

    inside = reader(subscriber)
    assert TEASER in visitor.get(ADDRESS).text
    assert GATED in visitor.get(ADDRESS, headers=inside).text
    with ThreadPoolExecutor(4) as crowd:  # who look on, so that it is renewed under them
        looks = [crowd.submit(until, is_gone) for _ in range(4)]
        time.sleep(0.3)

        publishing.withdraw(article, by=None, at=timezone.now())
        withdrawn = time.monotonic()
        assert visitor.get(ADDRESS, headers=inside).status_code == 410
        assert until(is_gone) < 2 + LEEWAY
        for look in looks:
            look.result()
    assert time.monotonic() - withdrawn < 2 + LEEWAY


def test_no_text_is_shown_when_its_free_date_has_come(visitor, write_article):
    end = timezone.now() + timedelta(seconds=1.8)
    write_article(free_until=end)
    seen = []

    def look():
        asked = timezone.now()
        seen.append((asked, GATED in visitor.get(ADDRESS).text))
        return asked > end + timedelta(seconds=0.5)

    with ThreadPoolExecutor(4) as crowd:
        for each in [crowd.submit(until, look) for _ in range(4)]:
            each.result()

    assert {is_open for asked, is_open in seen if asked >= end} == {False}
    assert {is_open for asked, is_open in seen if asked < end - timedelta(seconds=1)} == {True}


def test_outsider_and_subscriber_take_turns_on_one_connection(visitor, article, subscriber):
    inside = reader(subscriber)

    for _turn in range(20):
        outside = visitor.get(f"{ADDRESS}?utm_source=letter")
        full = visitor.get(ADDRESS, headers=inside)
        head = visitor.head(ADDRESS)
        known = visitor.get(ADDRESS, headers={"If-None-Match": outside.headers["ETag"]})

        assert (TEASER in outside.text, GATED in outside.text) == (True, False)
        assert GATED in full.text
        assert full.headers["Cache-Control"] == "private, no-store"
        assert (known.status_code, known.content) == (304, b"")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == outside.headers["Content-Length"]


def test_crowd_gets_one_page_in_each_encoding(visitor, article):
    def look(encoding):
        answer = visitor.get(ADDRESS, headers={"Accept-Encoding": encoding})
        return encoding, answer.headers.get("Content-Encoding", "identity"), answer.text

    encodings = ["br", "gzip", "identity"]
    with ThreadPoolExecutor(8) as crowd:
        answers = set(crowd.map(look, encodings * 80))

    assert sorted((asked, said) for asked, said, _text in answers) == [
        (encoding, encoding) for encoding in encodings
    ]
    [text] = {text for _asked, _said, text in answers}
    assert TEASER in text
