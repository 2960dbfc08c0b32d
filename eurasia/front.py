"""The front: answers from memory what Django said to everybody within the last second.

No reader's page can get in here. A request that names the session cookie is passed by before
anything is looked up. What is asked of Django carries no cookie and no header of the visitor, so
Django cannot know who asks. Of what it answers, only what it declares public is kept, and while it
makes a public answer no text opens in it that is not open to all (eurasia.keeping).

Nothing is ever purged, since nothing is shown for longer than `FRESH + STALE` seconds after Django
began to make it: what is published or withdrawn is seen by then. Behind a proxy that does the same
this one stays off, or their seconds would add up (eurasia.wsgi).
"""

import time
from collections.abc import Callable, Iterable
from io import BytesIO
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import get_path_info
from django.http.request import split_domain_port, validate_host

from eurasia.answers import Asked, Headers, Page
from eurasia.behind import behind
from eurasia.keeping import FRESH, STALE
from eurasia.policy import route_of
from eurasia.sending import encoding_for
from eurasia.tally import STATUSES, Read, read_of, tally

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

#: What of a request reaches Django: host, path, the parameters that count, encoding.
Key = tuple[str, str, str, str]
#: The key of a request that may be answered from here, else None; what it counts as.
Known = tuple[Key | None, Read | None]

#: Bytes of all pages.
MOST = 64 * 2**20
#: Characters of what tells requests apart, and how many requests are known by it.
LONGEST, MOST_KNOWN = 2048, 4096
#: Seconds to wait for a page that somebody else has asked for.
PATIENCE = 5
#: What a request to Django has of the web server.
OF_THE_SERVER = [
    "SERVER_NAME", "SERVER_PORT", "wsgi.version", "wsgi.url_scheme", "wsgi.errors",
    "wsgi.multithread", "wsgi.multiprocess", "wsgi.run_once",
]  # fmt: skip


class Front:
    """A WSGI application around Django. `clock` tells seconds that never go back.

    The counters miss a request where two threads meet; they are for totals.
    """

    def __init__(
        self,
        application: "WSGIApplication",
        *,
        clock: Callable[[], float] = time.monotonic,
        most: int = MOST,
    ) -> None:
        self._application, self._clock, self._most = application, clock, most
        self._session = settings.SESSION_COOKIE_NAME
        self._scheme = "https" if settings.HTTPS else "http"
        self._lock = Lock()
        #: The first was kept first. Whatever is in use is kept anew each second, so it is also
        #: the one that was not asked for the longest.
        self._pages: dict[Key, Page] = {}
        self._flights: dict[Key, Flight] = {}
        self._known: dict[tuple[str, str, str, str], Known] = {}
        self._bytes = 0
        #: Answered from a fresh page, from one past its second, by asking Django; not ours at all.
        self.hits = self.stale = self.misses = self.passed_by = 0

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        get, method = environ.get, environ["REQUEST_METHOD"]
        if self._session in get("HTTP_COOKIE", ""):
            self.passed_by += 1
            return self._application(environ, start_response)
        if (
            not (method == "GET" or method == "HEAD")
            or "HTTP_AUTHORIZATION" in environ
            or "HTTP_RANGE" in environ
            or "HTTP_IF_MATCH" in environ
            or "HTTP_IF_UNMODIFIED_SINCE" in environ
            or environ["wsgi.url_scheme"] != self._scheme
            or get("SCRIPT_NAME")
        ):
            self.passed_by += 1
            return self._pass_by(environ, start_response)
        said = (
            get("HTTP_HOST", ""),
            get("PATH_INFO", ""),
            get("QUERY_STRING", ""),
            get("HTTP_ACCEPT_ENCODING", ""),
        )
        key, read = self._known.get(said) or self._know(said)
        if key is None:
            self.passed_by += 1
            return self._pass_by(environ, start_response)
        now, page = self._clock(), self._pages.get(key)
        if page is not None and now - page.began < FRESH:
            self.hits += 1
            if read is not None and page.is_read and method == "GET":
                tally.add(read)
            return page.send(environ, start_response)
        answer = self._answer(key, environ, now)
        behind.start()  # hits only add: every page in memory was asked for here first
        if read is not None and answer.is_read and method == "GET":
            tally.add(read)
        return answer.send(environ, start_response)

    def _pass_by(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Let Django answer as it is asked; a read is one all the same."""
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        read = _read_of(path, query) if environ["REQUEST_METHOD"] == "GET" else None
        if read is None:
            return self._application(environ, start_response)

        def started(status: str, headers: Headers, *exc_info: Any) -> Any:
            if status[:3] in STATUSES:
                tally.seen(read)
            return start_response(status, headers, *exc_info)

        return self._application(environ, started)

    def _know(self, said: tuple[str, str, str, str]) -> Known:
        host, path, query, accepted = said
        domain, _port = split_domain_port(host)
        if (
            sum(map(len, said)) > LONGEST
            or not (domain and validate_host(domain, settings.ALLOWED_HOSTS))
            or path.startswith(settings.STATIC_URL)
        ):
            return None, None
        try:
            route = route_of(get_path_info({"PATH_INFO": path}))
        except ImproperlyConfigured:
            return None, None
        if not route.is_shared:
            return None, None
        key = (domain, path, route.query(query), encoding_for(accepted))
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[said] = key, _read_of(path, query)
        return self._known[said]

    def _answer(self, key: Key, environ: "WSGIEnvironment", now: float) -> "Page | Asked":
        """One request a second asks Django for a page; the others take the last or wait."""
        with self._lock:
            page, flight = self._pages.get(key), self._flights.get(key)
            if page and now - page.began < FRESH:  # it has come meanwhile
                self.hits += 1
                return page
            is_ours = flight is None or now - flight.began >= FRESH
            if flight is None or is_ours:
                flight = self._take_off(key, now)
        if is_ours:
            self.misses += 1
            return self._fly(flight, key, environ)
        if page and now - page.began < FRESH + STALE and not flight.landed.is_set():
            self.stale += 1
            return page
        flight.landed.wait(PATIENCE)
        if flight.page:
            self.hits += 1
            return flight.page
        self.misses += 1
        return self._ask(key, environ)

    def _take_off(self, key: Key, now: float) -> "Flight":
        while self._flights:
            oldest, flight = next(iter(self._flights.items()))
            if now - flight.began < FRESH or not flight.landed.is_set():
                break
            del self._flights[oldest]
        self._flights.pop(key, None)
        self._flights[key] = Flight(now)
        return self._flights[key]

    def _fly(self, flight: "Flight", key: Key, environ: "WSGIEnvironment") -> "Page | Asked":
        try:
            asked = self._ask(key, environ)
            flight.page = asked.page(flight.began, encoding=key[-1])
            return flight.page or asked
        finally:
            with self._lock:
                # One that brings nothing stays for its second: nobody waits for another like it.
                if flight.page:
                    self._keep(key, flight.page)
                    if self._flights.get(key) is flight:
                        del self._flights[key]
            flight.landed.set()

    def _keep(self, key: Key, page: "Page") -> None:
        last = self._pages.get(key)
        if last and last.began > page.began:
            return
        self._drop(key)
        self._pages[key] = page
        self._bytes += page.size
        dead = self._clock() - FRESH - STALE
        while self._pages:
            oldest = next(iter(self._pages))
            if self._bytes <= self._most and self._pages[oldest].began > dead:
                break
            self._drop(oldest)

    def _drop(self, key: Key) -> None:
        if page := self._pages.pop(key, None):
            self._bytes -= page.size

    def _ask(self, key: Key, environ: "WSGIEnvironment") -> "Asked":
        """Django's answer to a request of which nothing but its key is the visitor's."""
        host, path, query, encoding = key
        said: list[tuple[str, Headers]] = []
        asking = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": host,
            "HTTP_ACCEPT_ENCODING": encoding,
            "wsgi.input": BytesIO(),
            **{name: environ[name] for name in OF_THE_SERVER},
        }

        def start_response(status: str, headers: Headers, exc_info: object = None) -> None:
            said.append((status, headers))

        body = self._application(asking, start_response)  # type: ignore[arg-type]  # no write()
        return Asked(*said[-1], body)


def _read_of(path: str, query: str) -> Read | None:
    """What a request counts as, of path and query as the web server gives them."""
    path = get_path_info({"PATH_INFO": path})
    if read := read_of(path):
        return read
    return read_of(path, route_of(path).query(query)) if "next=" in query else None


class Flight:
    """A request that is on its way to Django, for everybody who wants the same."""

    def __init__(self, began: float) -> None:
        self.began, self.landed = began, Event()
        #: What it has brought, if that may be kept.
        self.page: Page | None = None
