"""The front, and how to ask it as a web server does, without Django's test client in between."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory

from eurasia.front import Front


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str] = field(repr=False)
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def environ_of(path: str, method: str = "GET", **headers: str) -> dict[str, Any]:
    """What a web server makes of a request to https://journal.test."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    named = {"host": "journal.test", **headers}
    return RequestFactory().generic(method, path, secure=True, headers=named).environ


def ask(application: Any, path: str, method: str = "GET", **headers: str) -> Answer:
    return answer_to(application, environ_of(path, method, **headers))


def answer_to(application: Any, environ: dict[str, Any]) -> Answer:
    said: list[Any] = []
    body = application(environ, lambda *started: said.append(started))
    try:
        whole = b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()
    status, headers = said[-1][:2]
    return Answer(int(status[:3]), dict(headers), whole)


def counted(front: Front) -> dict[str, int]:
    names = ["hits", "stale", "misses", "passed_by"]
    return {name: getattr(front, name) for name in names if getattr(front, name)}


# --- What it stands before ------------------------------------------------------------------------

#: What Django says of an answer for everybody.
PUBLIC = ("Cache-Control", "public, max-age=0, s-maxage=1")


class Stub:
    """An application that answers with the address and a number, as a test wants it to."""

    def __init__(self):
        self.asked, self.status, self.headers, self.body = [], "200 OK", [PUBLIC], None
        self.closed = 0

    def __call__(self, environ, start_response):
        self.asked.append(environ)
        body = (
            self.body
            or f"{environ['PATH_INFO']}?{environ['QUERY_STRING']} {len(self.asked)}".encode()
        )
        start_response(self.status, [*self.headers, ("Content-Length", str(len(body)))])
        return Body(self, [body])


class Body(list):
    def __init__(self, stub, chunks):
        super().__init__(chunks)
        self.stub = stub

    def close(self):
        self.stub.closed += 1


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def stub():
    return Stub()


@pytest.fixture
def front(stub, clock):
    """Before the stub."""
    return Front(stub, clock=clock)


@pytest.fixture
def site(db):
    """Django itself, which leaves the connection of the test open after a request."""
    signals = [request_started, request_finished]
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield WSGIHandler()
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def site_front(clock, site):
    """Before Django itself."""
    return Front(site, clock=clock)
