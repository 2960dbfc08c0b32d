"""One browser window for all tests of a worker, the edition of the tour, and an editor's desk."""

import shutil
from collections.abc import Iterator
from io import StringIO
from unittest.mock import patch
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from eurasia.newsroom import renditions
from tests.browser.settling import settle
from tests.browser.tour import Edition
from tests.conftest import session_of

# --- The window -----------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def lasting_static_files():
    """A browser keeps them, as it keeps those of the site, which have a hash in their names."""
    serve = StaticFilesHandler.serve

    def serve_for_an_hour(handler, request):
        response = serve(handler, request)
        response["Cache-Control"] = "max-age=3600"
        return response

    with patch.object(StaticFilesHandler, "serve", serve_for_an_hour):
        yield


@pytest.fixture(scope="session")
def window(browser, browser_context_args):
    """One for all tests of a worker: what it has fetched and compiled, it need not again."""
    window = browser.new_context(**browser_context_args)
    keeper = window.new_page()  # with a page of the site open, its process lives on
    keeper.route("**", lambda route: route.fulfill(body=""))
    keeper.goto("http://localhost/")
    yield keeper
    window.close()


@pytest.fixture
def context(window):
    """The window, in which a test finds nothing of another but the static files."""
    context = window.context
    yield context
    pages = [page for page in context.pages if page != window]
    devtools = context.new_cdp_session(window)
    for origin in {urljoin(page.url, "/") for page in pages}:
        devtools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    devtools.detach()
    for page in pages:
        page.close()
    context.clear_cookies()
    context.clear_permissions()


# --- The edition ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def edition(house, django_db_setup, tmp_path_factory, django_db_blocker) -> Iterator[Edition]:
    """The seeds, in a database of their own and on a server of their own: loaded once, since
    `live_server` would empty the tests' database after each test.
    """
    if connection.vendor != "sqlite":
        pytest.skip("runs on SQLite: the pages are the same on any database")
    tests_own = connection.settings_dict["NAME"]
    with (
        django_db_blocker.unblock(),
        override_settings(
            SECURE_SSL_REDIRECT=False,
            SESSION_COOKIE_NAME="eurasia_session",
            CSRF_COOKIE_NAME="eurasia_csrf",
            SESSION_COOKIE_SECURE=False,
            CSRF_COOKIE_SECURE=False,
            SECURE_HSTS_SECONDS=0,
        ),
    ):
        connection.close()
        tour = tmp_path_factory.mktemp("tour") / "tour.sqlite3"
        if django_db_setup:
            shutil.copy(django_db_setup, tour)
        connection.settings_dict["NAME"] = str(tour)
        try:
            call_command("migrate", verbosity=0)  # at once, where it was copied
            with patch.object(renditions, "WIDTHS", [480]):  # in seconds: nobody looks at them
                call_command("seed", stdout=StringIO())
            sessions = settle(timezone.now())
            server = LiveServer("localhost")
            with override_settings(SITE_URL=server.url):
                yield Edition(server.url, sessions)
            server.stop()
        finally:
            connection.close()
            connection.settings_dict["NAME"] = tests_own


# --- The desk -------------------------------------------------------------------------------------


@pytest.fixture
def complaints(page):
    """What the browser refused or could not do, on every page of the test."""
    said = []
    page.on("console", lambda message: said.append(message.text) if is_bad(message) else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("response", lambda answer: said.append(answer.url) if answer.status >= 400 else None)
    return said


def is_bad(message):
    return message.type in {"error", "warning"}


@pytest.fixture
def desk(live_server, page, editor, complaints):
    """The page of an editor who is signed in; nothing may be complained of in the end."""
    page.context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": session_of(editor),
                "url": live_server.url,
            }
        ]
    )
    page.address = live_server.url + "/admin/"
    yield page
    assert complaints == []
