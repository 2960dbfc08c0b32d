"""How often pages are read: counted in the process, written from behind, so that no reader waits.

Counted is a GET that is answered by 200 or 304, from people and machines alike: nothing is kept of
who asks, so nobody is told apart. Of who has no session cookie, one source counts per set-up: the
front (eurasia.front), or a log of nginx that `manage.py count_reads` reads. Of who has one, Django
counts, in either set-up, and nobody else does.
"""

import logging
import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from django.db import Error

from eurasia.behind import behind

log = logging.getLogger(__name__)

STATUSES = {"200", "304"}
#: Of pages for all; who reads an article there is known only when it is written down.
ARTICLE, FILE, ASKED = "article", "file", "asked"
#: Of those who are signed in, or of a subscription that was taken.
TEASER, FULL_TEXT, TAKEN = "teaser", "full_text", "taken"

_PAGE = re.compile(r"/(en|fr)/(articles|files)/([-a-zA-Z0-9_]+)/")
_SUBSCRIBE = re.compile(r"/(?:en|fr)/subscribe/")
#: As browsers send it; deploy/nginx/rules.conf says the same.
_NEXT = re.compile(
    r"next=((?:/|%2[Ff])(?:en|fr)(?:/|%2[Ff])articles(?:/|%2[Ff])[-a-zA-Z0-9_]+(?:/|%2[Ff]))"
)


class Read(NamedTuple):
    """What is counted: a page, by language and slug, and how it was read."""

    kind: str
    language: str
    slug: str


#: Writes totals of today, as a database transaction.
Writer = Callable[[Mapping[Read, int]], None]


def read_of(path: str, query: str = "") -> Read | None:
    """What a request for a page for all counts as: `path` decoded, `query` as it was sent."""
    if found := _PAGE.fullmatch(path):
        language, kind, slug = found.groups()
        return Read(ARTICLE if kind == "articles" else FILE, language, slug)
    if _SUBSCRIBE.fullmatch(path) and (led := _NEXT.fullmatch(query)):
        return article_at(unquote(led[1]), ASKED)
    return None


def article_at(path: str, kind: str) -> Read | None:
    """An article by its address."""
    found = _PAGE.fullmatch(path)
    if found is None or found[2] != "articles":
        return None
    return Read(kind, found[1], found[3])


class Tally:
    """Counts of this process that are not written yet. Any thread may call any of it."""

    def __init__(self) -> None:
        self._seen: deque[Read] = deque()
        #: Appending is all that a page served from memory pays.
        self.add = self._seen.append
        self._unwritten: Counter[Read] = Counter()
        self._lock = threading.Lock()
        self.writer: Writer | None = None

    def seen(self, read: Read) -> None:
        self.add(read)
        behind.start()

    def flush(self) -> None:
        """Write what has been counted; what the database does not take stays for the next time."""
        with self._lock:
            for _each in range(len(self._seen)):
                self._unwritten[self._seen.popleft()] += 1
            if not (self._unwritten and self.writer):
                return
            try:
                self.writer(self._unwritten)
            except Error:
                log.exception("Reads could not be written; they are kept for the next time.")
            else:
                self._unwritten.clear()

    def clear(self) -> None:
        self._seen.clear()
        self._unwritten.clear()


#: Of this process.
tally = Tally()
