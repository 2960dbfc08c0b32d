"""500 requests, counted by hand and by the journal: through the front, and through nginx."""

import os
import random
import signal
import time
from collections import Counter
from io import StringIO

import httpx
import pytest
from django.core.management import call_command
from django.test import override_settings

from eurasia.newsroom.models import ArticleReads, FileReads, JournalReads
from tests.conftest import session_of
from tests.serving import NO_TLS
from tests.stack.test_nginx import Nginx

pytestmark = pytest.mark.stack
CROSSING, OPEN = "/en/articles/the-crossing/", "/en/articles/open/"
FILE = "/en/files/iran-brics/"
ASKED = f"/en/subscribe/?next={CROSSING}"
PATHS = [
    CROSSING, OPEN, FILE, ASKED, f"{CROSSING}?utm_source=letter", "/en/", "/en/subscribe/",
    "/en/articles/nowhere/", f"{CROSSING}card.png", f"/en/subscribe/?utm_source=x&next={CROSSING}",
]  # fmt: skip
#: What each visit of an outsider counts as.
COUNTS = {
    CROSSING: ("the-crossing", "teaser"),
    f"{CROSSING}?utm_source=letter": ("the-crossing", "teaser"),
    OPEN: ("open", "full_text"),
    ASKED: ("the-crossing", "asked"),
    f"/en/subscribe/?utm_source=x&next={CROSSING}": ("the-crossing", "asked"),
}


def visit(address, cookie, readers):
    """500 requests, some of readers who are signed in; answers what a hand counts."""
    chance, hand = random.Random(500), Counter()  # noqa: S311 - no secret
    etags = {}
    with httpx.Client(base_url=address, timeout=20, verify=NO_TLS) as client:
        for _each in range(500):
            path, method = chance.choice(PATHS), chance.choice(["GET"] * 9 + ["HEAD"])
            who, kind = chance.choice([(None, "")] * 3 + readers)
            headers = {"Cookie": f"{cookie}={who}"} if who else {}
            if not who and chance.random() < 0.3 and path in etags:
                headers["If-None-Match"] = etags[path]
            answer = client.request(method, path, headers=headers)
            etags[path] = answer.headers.get("ETag", '"none"')
            if method == "HEAD" or answer.status_code not in {200, 304}:
                continue
            if path == FILE:
                hand["file"] += 1
            elif who and path.startswith("/en/articles/") and path in COUNTS:
                slug, _of_outsiders = COUNTS[path]
                hand[slug, "full_text" if slug == "open" else kind] += 1
            elif not who and path in COUNTS:
                hand[COUNTS[path]] += 1
    return hand


def counted():
    found = Counter(
        {
            (slug, kind): total
            for slug, kind, total in ArticleReads.objects.values_list(
                "article__slug", "kind", "total"
            )
        }
    )
    for total in FileReads.objects.filter(kind="file").values_list("total", flat=True):
        found["file"] += total
    return found


def end(server):
    """In order, as systemd does: what is counted by now is written."""
    os.kill(server.process.pid, signal.SIGTERM)
    server.process.wait(timeout=20)


@pytest.fixture
def readers(transactional_db, subscriber, registered):
    return [(session_of(subscriber), "full_text"), (session_of(registered), "teaser")]


@pytest.fixture
def articles(transactional_db, write_article):
    write_article()
    write_article("open", access="everyone")


def test_front_equals_a_count_by_hand(articles, readers, server_alone):
    hand = visit(server_alone.address, "eurasia_session", readers)

    end(server_alone)

    assert counted() == hand
    assert sum(hand.values()) > 200
    kinds = Counter()
    for (_slug, kind), total in (item for item in hand.items() if item[0] != "file"):
        kinds[kind] += total
    assert dict(JournalReads.objects.values_list("kind", "total")) == kinds


def test_front_writes_while_it_runs(articles, server_alone):
    httpx.get(f"{server_alone.address}{CROSSING}")

    deadline = time.monotonic() + 8
    while not ArticleReads.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.2)

    assert counted() == {("the-crossing", "teaser"): 1}


@pytest.mark.needs("nginx")
def test_nginx_equals_a_count_by_hand(articles, readers, server, tmp_path):
    folder = tmp_path / "nginx"
    folder.mkdir()
    nginx = Nginx(folder, server.port)
    try:
        hand = visit(f"http://localhost:{nginx.port}", "__Host-eurasia_session", readers)
    finally:
        nginx.process.terminate()
        nginx.process.wait(timeout=20)
    end(server)

    with override_settings(TRUSTED_PROXIES=1):
        for _twice in range(2):
            call_command("count_reads", str(nginx.reads), stdout=StringIO())

    assert counted() == hand
    assert sum(hand.values()) > 200
    assert "eurasia_session" not in nginx.reads.read_text()
