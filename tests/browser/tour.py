"""Every page of the journal, each as the readers see it for whom it differs.

One list for whatever has to look at all of them: axe, the HTML checker, the screenshots. It walks
over the seeds and what `settling.settle` adds to them. Knows nothing of Django: the edition may be
served by another process.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

OUTSIDER = "outsider"
PASSWORD = "a-password-of-the-tour"
WITHDRAWN = {"en": "taken-back", "fr": "retire"}

GATED = {"en": "a-pragmatic-alliance", "fr": "une-alliance-pragmatique"}
OPEN = {"en": "talking-through-muscat", "fr": "ankara-au-seuil-des-brics"}
FILE = "iran-neighbouring-countries"
#: A word that stands in full texts alone.
WITHIN = {"en": "negotiators", "fr": "banques"}


@dataclass(frozen=True)
class Stop:
    """A page and who looks at it. `typed` is what they enter on it to see the page in question."""

    name: str
    path: str
    reader: str = OUTSIDER
    status: int = 200
    typed: dict[str, str] = field(default_factory=dict)
    #: The path of the page in question, where typing leads to another one.
    ends_at: str = ""


def tour(language: str) -> list[Stop]:
    """The pages in one language, in the order in which a reader comes across them."""
    new = f"new-{language}@example.org"  # the doors that mail codes count by address
    return [
        Stop(name, f"/{language}/{path}", *rest)
        for name, path, *rest in [
            ("front", ""),
            ("front, subscriber", "", "subscriber"),
            ("files", "files/"),
            ("file", f"files/{FILE}/"),
            ("file, of two parties", "files/iran-united-states/"),
            ("articles", "articles/"),
            ("archive", "archive/"),
            ("archive of a month", "archive/2025/1/"),
            ("article, wall", f"articles/{GATED[language]}/"),
            ("article, subscribe", f"articles/{GATED[language]}/", "registered"),
            ("article, renew", f"articles/{GATED[language]}/", "lapsed"),
            ("article, full text", f"articles/{GATED[language]}/", "subscriber"),
            ("article, open", f"articles/{OPEN[language]}/"),
            ("search", "search/"),
            ("search, found", "search/", OUTSIDER, 200, {"q": "iran"}),
            ("search, found in full texts", "search/", "subscriber", 200, {"q": WITHIN[language]}),
            ("search, nothing found", "search/", OUTSIDER, 200, {"q": "brisc"}),
            ("contributor", "contributors/iran-desk/"),
            ("about", "about/"),
            ("privacy", "privacy/"),
            ("subscribe", "subscribe/"),
            ("subscribe, registered", "subscribe/", "registered"),
            ("subscribe, subscriber", "subscribe/", "subscriber"),
            ("no such page", "no-such-page/", OUTSIDER, 404),
            ("article of the other language", f"articles/{other(GATED, language)}/", OUTSIDER, 404),
            ("article taken back", f"articles/{WITHDRAWN[language]}/", OUTSIDER, 410),
            ("login", "accounts/login/"),
            ("login, refused", "accounts/login/", OUTSIDER, 200,
             {"login": new, "password": "wrong"}),
            ("login, second factor", "accounts/login/", OUTSIDER, 200,
             {"login": address_of("guarded"), "password": PASSWORD},
             f"/{language}/accounts/2fa/authenticate/"),
            ("login by code", "accounts/login/code/"),
            ("login code", "accounts/login/code/", OUTSIDER, 200,
             {"email": new}, f"/{language}/accounts/login/code/confirm/"),
            ("sign up", "accounts/signup/"),
            ("password reset", "accounts/password/reset/"),
            ("password reset code", "accounts/password/reset/", OUTSIDER, 200,
             {"email": new}, f"/{language}/accounts/password/reset/confirm/"),
            ("signed out", "account/signed-out/"),
            ("inactive", "accounts/inactive/"),
            ("account", "account/", "registered"),
            ("account, subscriber", "account/", "subscriber"),
            ("account, lapsed", "account/", "lapsed"),
            ("where you are signed in", "accounts/sessions/", "subscriber"),
            ("your reading", "account/reading/", "subscriber"),
            ("your feeds", "account/feeds/", "subscriber"),
            ("your feeds, registered", "account/feeds/", "registered"),
            ("your data", "account/data/", "subscriber"),
            ("delete the account", "account/delete/", "subscriber"),
            ("email", "accounts/email/", "registered"),
            ("password", "accounts/password/change/", "registered"),
            ("first password", "accounts/password/set/", "lapsed"),
            ("sign out", "accounts/logout/", "registered"),
            ("sign in again", "accounts/reauthenticate/", "registered"),
            ("second factor", "accounts/2fa/", "registered"),
            ("second factor, set", "accounts/2fa/", "guarded"),
            ("authenticator app", "accounts/2fa/totp/activate/", "subscriber"),
            ("authenticator app off", "accounts/2fa/totp/deactivate/", "guarded"),
            ("recovery codes", "accounts/2fa/recovery-codes/", "guarded"),
            ("new recovery codes", "accounts/2fa/recovery-codes/generate/", "guarded"),
            ("second factor again", "accounts/2fa/reauthenticate/", "guarded"),
            ("security keys", "accounts/2fa/webauthn/", "subscriber"),
            ("new security key", "accounts/2fa/webauthn/add/", "subscriber"),
        ]
    ]  # fmt: skip


def address_of(reader: str) -> str:
    """Not that of a demo reader, whose password each start of the demo sets anew."""
    return f"{reader}@tour.example.org"


def other(slugs: dict[str, str], language: str) -> str:
    return slugs["fr" if language == "en" else "en"]


# --- Walking it -----------------------------------------------------------------------------------


class Edition(NamedTuple):
    """A running demo edition."""

    url: str
    sessions: dict[str, str]


class Visitor:
    """A page of a browser that becomes each reader in turn, and hears what Chromium objects to."""

    def __init__(self, page: Any, edition: Edition) -> None:
        self.page, self.edition = page, edition
        self.complaints: list[str] = []
        self._expected = ""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._watch)

    def visit(self, stop: Stop) -> None:
        """Stand before the page of `stop`, as its reader, with nothing left of the stop before."""
        self.complaints.clear()
        self.page.context.clear_cookies()
        if stop.reader != OUTSIDER:
            self.page.context.add_cookies(
                [
                    {
                        "name": "eurasia_session",
                        "value": self.edition.sessions[stop.reader],
                        "url": self.edition.url,
                    }
                ]
            )
        # Chromium reports the answer to a page itself like that of a missing picture.
        self._expected = self.edition.url + stop.path if stop.status >= 400 else ""
        answer = self.page.goto(self.edition.url + stop.path)
        if answer.status != stop.status:
            self.complaints.append(f"answered {answer.status}")
        if stop.typed:
            for name, value in stop.typed.items():
                self.page.locator(f"main [name={name}]").fill(value)
            with self.page.expect_navigation():
                self.page.locator(f"main [name={name}]").press("Enter")
        here = urlsplit(self.page.url).path
        if stop.reader != OUTSIDER and not self.page.locator(".masthead form[method=post]").count():
            self.complaints.append(f"{stop.reader} is not signed in")
        if here != (stop.ends_at or stop.path):
            self.complaints.append(f"ended at {here}")

    def _hear(self, message: Any) -> None:
        if message.type not in {"error", "warning"}:
            return
        if self._expected and message.location["url"] == self.page.url:
            return
        self.complaints.append(message.text)

    def _watch(self, request: Any) -> None:
        if not request.url.startswith((f"{self.edition.url}/", "data:")):
            self.complaints.append(f"asked {request.url}")
