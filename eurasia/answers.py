"""Answers of Django as the front has them: just asked for, or kept as a page for everybody."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django.utils.cache import get_conditional_response
from django.utils.http import parse_http_date_safe

from eurasia import tally
from eurasia.keeping import PUBLIC, STATUSES

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

Headers = list[tuple[str, str]]

VARYING_BY = {"", "cookie", "accept-encoding"}
#: The headers of a 304 (RFC 9110, 15.4.5).
OF_UNCHANGED = {
    "cache-control", "content-location", "date", "etag", "expires", "last-modified", "vary",
}  # fmt: skip
#: Bytes of the largest page, and about what one takes beside its body.
LARGEST, OVERHEAD = 2**20, 4096


class Page:
    """What Django answers everybody; `began` is when it began to."""

    def __init__(self, began: float, status: str, headers: Headers, body: bytes) -> None:
        self._status, self._headers, self._body = status, headers, body
        self.began, self.size = began, len(body) + OVERHEAD
        self.is_read = status[:3] in tally.STATUSES
        self._unchanged = [each for each in headers if each[0].lower() in OF_UNCHANGED]
        said = {name.lower(): value for name, value in self._unchanged}
        self._etag = said.get("etag")
        self._modified = parse_http_date_safe(said.get("last-modified", ""))

    def send(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if (
            "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ
        ) and self._is_known_by(environ):
            start_response("304 Not Modified", self._unchanged[:])
            return []
        start_response(self._status, self._headers[:])
        return [self._body] if environ["REQUEST_METHOD"] == "GET" else []

    def _is_known_by(self, environ: "WSGIEnvironment") -> bool:
        """Whether the visitor has it already, as Django has it in eurasia.sending."""
        if self._etag is None:
            return False
        if environ.get("HTTP_IF_NONE_MATCH") == self._etag:
            return True
        request: Any = SimpleNamespace(META=environ, method="GET")
        return get_conditional_response(request, self._etag, self._modified) is not None


class Asked:
    """What Django has just answered, its body not read yet."""

    def __init__(self, status: str, headers: Headers, body: Iterable[bytes]) -> None:
        self._status, self._headers, self._body = status, headers, body
        self.is_read = status[:3] in tally.STATUSES

    def send(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        start_response(self._status, self._headers)
        if environ["REQUEST_METHOD"] == "GET":
            return self._body
        self._close()
        return []

    def page(self, began: float, *, encoding: str) -> Page | None:
        """It as a page, if Django says that it is one."""
        said = {name.lower(): value for name, value in self._headers}
        varies = {name.strip().lower() for name in said.get("vary", "").split(",")}
        length = said.get("content-length", "")
        if not (
            int(self._status[:3]) in STATUSES
            and said.get("cache-control") == PUBLIC
            and varies <= VARYING_BY
            and "set-cookie" not in said
            and len(said) == len(self._headers)  # none is said twice
            and said.get("content-encoding", encoding) == encoding
            and length.isdecimal()
            and int(length) <= LARGEST
        ):
            return None
        try:
            body = b"".join(self._body)
        finally:
            self._close()
        return Page(began, self._status, self._headers, body)

    def _close(self) -> None:
        if close := getattr(self._body, "close", None):
            close()
