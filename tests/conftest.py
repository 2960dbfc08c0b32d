"""The house that the tests run in: its settings, its walls, and what happens without a server."""

import gc
import ipaddress
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from copy import deepcopy
from hashlib import sha256
from importlib import import_module
from math import inf
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings
from django.contrib.auth import login
from django.core.cache import caches
from django.core.servers.basehttp import WSGIRequestHandler
from django.db import connection, transaction
from django.http import HttpRequest
from django.test import Client, TransactionTestCase, override_settings
from pytest_django.live_server_helper import LiveServer

pytest_plugins = ["tests.cast", "tests.front"]
gc.disable()  # until all is loaded: what is loaded stays

# --- The environment that the settings read ------------------------------------------------------

ENVIRONMENT = {
    "SECRET_KEY": "for-the-tests-alone-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "journal.test,testserver,localhost,127.0.0.1",
    "SITE_URL": "https://journal.test",
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL") or "sqlite://:memory:",
    "REDIS_URL": os.environ.get("TEST_REDIS_URL", ""),
    "EMAIL_URL": "consolemail://",
    "TIME_ZONE": "Europe/Paris",
    "TRUSTED_PROXIES": "0",
    "SECURITY_CONTACT": "mailto:security@journal.test",
    "SECURITY_EXPIRES": "2999-12-31T00:00:00Z",
    "DEMO": "0",
    "DEBUG": "0",
    "DJANGO_SETTINGS_MODULE": "eurasia.settings",
}
if "PYTEST_XDIST_WORKER" not in os.environ:  # workers inherit them
    if settings.configured:
        raise pytest.UsageError(
            "Unset DJANGO_SETTINGS_MODULE: the tests bring settings of their own."
        )
    os.environ.update(ENVIRONMENT)
    # The browser's driver keeps an event loop in this thread, in which Django would refuse the
    # database to a test that is plainly synchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    django.setup()


# --- No test reaches beyond this machine ---------------------------------------------------------


class OutsideHostError(RuntimeError):
    pass


def is_loopback(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode()
    if not isinstance(host, str) or host in {"", "localhost"}:
        return True  # no host at all: a wildcard, a netlink socket
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse_outside_hosts(event: str, arguments: tuple) -> None:
    """An audit hook: it also sees threads, fixtures and name look-ups. C libraries pass it by."""
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path is a Unix socket
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    else:
        return
    if not is_loopback(host):
        raise OutsideHostError(f"A test reached for {host!r}; only loopback is open to tests.")


sys.addaudithook(refuse_outside_hosts)


# --- What a test needs, and what happens without it ----------------------------------------------

PROJECT = Path(__file__).resolve().parent.parent
CHROMIUM = shutil.which("chromium")
HTML_VALIDATE = PROJECT / "tests/browser/tools/node_modules/.bin/html-validate"
AVAILABLE = {
    "chromium": CHROMIUM,
    "gettext": shutil.which("xgettext"),
    "html-validate": shutil.which("node") and HTML_VALIDATE.exists(),
    "nginx": shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"),
    "postgresql": os.environ.get("TEST_DATABASE_URL", "").startswith("postgres"),
    "redis": os.environ.get("TEST_REDIS_URL"),
    "shared": (PROJECT.parent / "shared").is_dir(),
}
ASK_FOR = {
    "chromium": "install chromium",
    "gettext": "install gettext",
    "html-validate": "install npm and run `make html`",
    "nginx": "install nginx",
    "postgresql": "set TEST_DATABASE_URL to a PostgreSQL server",
    "redis": "set TEST_REDIS_URL to a Redis server",
    "shared": "the folder of shared inputs is not beside this one",
}
# Needs that a later run of the same suite meets: .ci/run runs it twice.
NEEDED_LATER = set(os.environ.get("NEEDED_LATER", "").split())


#: Fixtures of whoever asks a database for something.
DATABASE = {"db", "transactional_db", "db_of_the_module", "live_server"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL: the tests that ask a database. What the others show, they show on SQLite."""
    if not AVAILABLE["postgresql"]:
        return

    def asks(item: pytest.Item) -> bool:
        fixtures = set(getattr(item, "fixturenames", ()))
        return bool(item.get_closest_marker("django_db") or DATABASE & fixtures)

    config.hook.pytest_deselected(items=[item for item in items if not asks(item)])
    items[:] = [item for item in items if asks(item)]


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not look at it again, test after test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


def with_room(call, **arguments):
    return call(**arguments)


# CPython keeps the frames of calls in chunks of 16 KB, each of which it asks the system for when
# calls go that deep and hands back when they return: a tenth of a run, for tests and Django lie
# several chunks deep. A frame that claims half a megabyte has a chunk of one made, with room for
# all above it.
with_room.__code__ = with_room.__code__.replace(co_stacksize=70_000)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session):
    here = session.config.pluginmanager.get_plugin(__file__)
    loop = session.config.pluginmanager.subset_hook_caller("pytest_runtestloop", [here])
    return with_room(loop, session=session)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    needs = {name for mark in item.iter_markers("needs") for name in mark.args}
    if item.get_closest_marker("browser"):
        needs.add("chromium")
    missing = sorted(name for name in needs if not AVAILABLE[name])
    if not missing:
        return
    reason = "needs " + " and ".join(f"{name} ({ASK_FOR[name]})" for name in missing)
    if os.environ.get("REQUIRE_ALL") == "1" and set(missing) - NEEDED_LATER - {"shared"}:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


# --- The house -----------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def house(tmp_path_factory, worker_id):
    """Settings that only tests want; every file lands in a folder that pytest clears away."""
    var = tmp_path_factory.mktemp("var")
    (var / "static").mkdir()
    storages: dict[str, Any] = deepcopy(settings.STORAGES)
    storages["gated"]["OPTIONS"] = {"location": var / "gated", "base_url": None}
    # Without the manifest that collectstatic makes.
    storages["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    caches = deepcopy(settings.CACHES)
    if redis_url := os.environ.get("TEST_REDIS_URL"):
        # Each worker empties a database of its own.
        number = 0 if worker_id == "master" else worker_id.removeprefix("gw")
        caches["default"]["LOCATION"] = f"{redis_url.rstrip('/')}/{number}"
    with override_settings(
        VAR_DIR=var,
        MEDIA_ROOT=var / "media",
        STATIC_ROOT=var / "static",
        STORAGES=storages,
        CACHES=caches,
        JOURNAL_SECONDS=inf,  # queries are counted: a test says when the row is read
        WRITES_SECONDS=None,  # visits are written at once, reads when a test wants it
        STARTS_WORKERS=False,  # likewise: background.work()
        SIGNUP_SECONDS=0,  # tests type as fast as robots
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],  # fast, not safe
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def each_picture_is_encoded_once():
    """Test after test adds the same pictures, and encoding takes seconds."""
    from eurasia.newsroom import clean_copies, renditions  # after the set-up

    def remembering(encode):
        known = {}

        def encode_once(opened):
            digest = sha256(opened.read()).hexdigest()
            opened.seek(0)
            if digest not in known:
                known[digest] = encode(opened)
            return known[digest]

        return encode_once

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clean_copies, "make", remembering(clean_copies.make))
        patch.setattr(renditions, "encode", remembering(renditions.encode))
        yield


@pytest.fixture(scope="session", autouse=True)
def worker_keeps_the_connection():
    """A test is a transaction, and the worker works in it: between tasks it would hang up."""
    from django_tasks_db.management.commands.db_worker import Worker  # after the set-up

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{Worker.__module__}.close_old_connections", lambda: None)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory, django_db_modify_db_settings_parallel_suffix):
    """SQLite in a file, as the site has it: in memory, threads would share one connection."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(
            tmp_path_factory.mktemp("db") / "test.sqlite3"
        )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """pytest-django's; on SQLite it answers a copy as migrated, and a test that commits ends by
    taking it: a flush would make every permission anew.

    False where no test that was collected is marked as one of the database.
    """
    with django_db_blocker.unblock():
        connection.close()
    database = Path(connection.settings_dict["NAME"])
    if not database.exists():
        yield False
        return
    migrated = shutil.copy(database, tmp_path_factory.mktemp("migrated"))

    def as_migrated(test_case):
        with closing(sqlite3.connect(migrated)) as source:
            connection.ensure_connection()
            source.backup(connection.connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", as_migrated)
        yield migrated


@pytest.fixture(scope="module")
def db_of_the_module(django_db_setup, django_db_blocker):
    """What fixtures of a module write stands for each of its tests, none of which may commit."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def empty_cache():
    """Rate limits, sessions and what is remembered in one test are not those of the next."""
    for each in settings.CACHES:
        caches[each].clear()


@pytest.fixture
def no_plate_is_stale(request, _django_db_helper):
    """Whoever writes what stands on a plate draws it anew: looked at when the test is over."""
    yield
    if not {"db", "transactional_db"} & set(request.fixturenames):
        return
    from eurasia.newsroom import engraving  # after the set-up
    from eurasia.newsroom.models import Article  # likewise

    kept = Article.objects.filter(plate__isnull=False).select_related("plate")
    for article in kept.with_labels().with_corrections().order_by("-pk")[:10]:
        if plate := engraving.stored(article):
            drawn = engraving.draw(article, article.published_at)
            for name in [*plate.PIECES, "file_id"]:
                assert getattr(plate, name) == getattr(drawn, name)


@pytest.fixture(autouse=True)
def journal_of_defaults():
    """What it says of itself, and no reads of other tests.

    `masthead.remember(None)` lets it look at the row.
    """
    from eurasia import masthead  # after the set-up
    from eurasia.newsroom.models import Journal  # likewise
    from eurasia.tally import tally  # likewise

    tally.clear()
    masthead.remember(Journal())


class SureClient(Client):
    """Whoever signs in has shown their second factor, where they have one.

    Django's writes the session three times.
    """

    def _login(self, user, backend=None):
        from allauth.account.internal.flows.login import record_authentication  # after the set-up
        from allauth.mfa.utils import is_mfa_enabled  # likewise

        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore()
        login(request, user, backend)
        if is_mfa_enabled(user):
            record_authentication(request, user, "mfa")
        request.session.save()
        self._set_login_cookies(request)


def session_of(user):
    """What the cookie of a reader holds who has signed in."""
    client = SureClient()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class HttpsClient(SureClient):
    """The site speaks HTTPS only, so every request of a test does."""

    def generic(self, *args, **kwargs):
        return super().generic(*args, **{**kwargs, "secure": True})


@pytest.fixture
def client() -> HttpsClient:
    return HttpsClient()


# --- The browser ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium, silent: nothing but the page under test is asked for anything."""
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--process-per-site",  # a test finds the scripts of the one before compiled
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
        ],
    }


#: Headers and page are two packets, and the second would wait 40 ms to hear of the first.
WSGIRequestHandler.disable_nagle_algorithm = True


@pytest.fixture(scope="session")
def live_server(house, django_db_setup):
    """pytest-django's server, on plain HTTP: its middleware reads the redirect once, here."""
    with override_settings(SECURE_SSL_REDIRECT=False):
        server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def plain_http(request):
    """Tests with a live server see the site as a demo on localhost has it."""
    if "live_server" not in request.fixturenames:
        return
    settings = request.getfixturevalue("settings")
    settings.SITE_URL = request.getfixturevalue("live_server").url
    settings.HTTPS = False
    settings.SESSION_COOKIE_NAME = "eurasia_session"
    settings.CSRF_COOKIE_NAME = "eurasia_csrf"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SECURE_HSTS_SECONDS = 0
