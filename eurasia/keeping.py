"""How long an answer may be kept by whoever stands before Django, and what may stand in it.

An answer in the public form goes to everybody. While one is made, `newsroom.reading` says here
which full texts it opens: one that is not open to all is refused, and one whose free date ends
limits how long the answer may be kept. `newsroom.vault` opens for nothing else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponseBase

#: Seconds for which a front answers with what Django said, counted from when Django began.
FRESH = 1
#: Seconds for which it may go on to while one request asks Django anew.
STALE = 1

PRIVATE = "private, no-store"
PUBLIC = f"public, max-age=0, s-maxage={FRESH}"
#: To a proxy of ours, which says `PUBLIC` to everybody else (RFC 5861; deploy/nginx/rules.conf).
TO_A_PROXY = f"{PUBLIC}, stale-while-revalidate={STALE}"
ENDS_SOON = "public, max-age=0, s-maxage=0"


#: What may be kept.
STATUSES = frozenset({200, 301, 404, 410})


class PublicFormError(RuntimeError):
    """A page that everybody gets asked for what not everybody may read. Never caught."""

    loggable = True  # it names a route, no text


@dataclass
class Answer:
    """An answer that is being made."""

    route: str
    is_for_all: bool
    #: When the first of the full texts that stand in it shuts again.
    free_until: datetime | None = None

    def cache_control(self, at: datetime) -> str:
        """For how long others may keep it: never beyond `free_until`, stale time included.

        `at` is the moment when it is ready, the last from which anybody counts.
        """
        if not self.is_for_all:
            return PRIVATE
        end = self.free_until
        return ENDS_SOON if end and end < at + timedelta(seconds=FRESH + STALE) else PUBLIC


def tell_proxy(response: HttpResponseBase, at: datetime) -> None:
    """Let a proxy of ours keep what everybody gets: fresh for what is left of this second, stale
    for one more. nginx counts in whole ones, so that "one second" to it would be up to two.
    """
    if response.headers.get("Cache-Control") == PUBLIC and response.status_code in STATUSES:
        response.headers["Cache-Control"] = TO_A_PROXY
        response.headers["X-Accel-Expires"] = f"@{int(at.timestamp())}"


_answer: ContextVar[Answer | None] = ContextVar("answer", default=None)


@contextmanager
def making(route: str, *, is_for_all: bool) -> Iterator[Answer]:
    """The answer that this thread makes until the block ends."""
    answer = Answer(route, is_for_all)
    token = _answer.set(answer)
    try:
        yield answer
    finally:
        _answer.reset(token)


def opened_to_all(until: datetime | None) -> None:
    """A full text opens that is open to everyone, until a free date ends."""
    answer = _answer.get()
    if answer and until:
        answer.free_until = min(until, answer.free_until or until)


def refuse_in_public(what: str) -> None:
    """Raises PublicFormError while an answer is made that everybody gets."""
    answer = _answer.get()
    if answer and answer.is_for_all:
        raise PublicFormError(f"The page of {answer.route!r} is for all and asked for {what}.")
