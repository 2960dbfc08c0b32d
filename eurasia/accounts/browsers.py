"""The browser in plain words, and the notice where an account meets one for the first time.

A browser remembers itself which accounts it has signed in, in a cookie of keyed digests: the
server stores nothing for it, and a list of old sessions need not be kept to know them by.
"""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from eurasia import mail
from eurasia.accounts.models import User

#: What a header betrays; the first that it contains is the one, since each names those below it.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrom": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Macintosh": "macOS",
    "Linux": "Linux",
}

COOKIE_AGE = 400 * 24 * 3600  # longer than this browsers keep none
#: Accounts that one browser remembers, as in a library.
AT_MOST = 8


class Browser(NamedTuple):
    """`Firefox on Linux`: names from the tables above alone, never what a header says."""

    name: str
    system: str

    def __str__(self) -> str:
        if self.name and self.system:
            return _("%(browser)s on %(system)s") % {"browser": self.name, "system": self.system}
        return self.name or self.system or _("An unknown browser")


def named(user_agent: str) -> Browser:
    """What can be told of a `User-Agent`; nothing where it says nothing known."""

    def first(table: dict[str, str]) -> str:
        return next((name for mark, name in table.items() if mark in user_agent), "")

    return Browser(first(BROWSERS), first(SYSTEMS))


# --- Known and new --------------------------------------------------------------------------------


def cookie_name() -> str:
    return "__Host-eurasia_known" if settings.HTTPS else "eurasia_known"


def _digest(reader: User) -> str:
    return salted_hmac("eurasia.accounts.browsers", str(reader.pk), algorithm="sha256").hexdigest()


def _known(request: HttpRequest) -> list[str]:
    return request.COOKIES.get(cookie_name(), "").split(".")[:AT_MOST]


def is_known(request: HttpRequest, reader: User) -> bool:
    """Whether this browser has signed in the account before. Nobody can make up a digest."""
    digest = _digest(reader)
    return any(constant_time_compare(digest, known) for known in _known(request))


def remember(request: HttpRequest, response: HttpResponseBase, reader: User) -> None:
    digest = _digest(reader)
    others = [known for known in _known(request) if known not in {digest, ""}]
    response.set_cookie(
        cookie_name(),
        ".".join([digest, *others][:AT_MOST]),
        max_age=COOKIE_AGE,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def tell_of_new(request: HttpRequest, reader: User, at: datetime) -> None:
    mail.notify(
        "account/email/new_browser",
        number=reader.pk,
        to=reader.email,
        language=reader.language,
        context={"browser": named(request.headers.get("User-Agent", "")), "at": at},
    )
