"""`python -m eurasia.server`: granian, whose workers are forks of a process that knows the journal.

What is loaded before the fork lies in memory once, however many workers there are.
"""

import argparse
import ctypes
import gc
import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.cache import caches
from django.db import connection, connections
from django.template.loader import get_template
from django.urls import get_resolver, reverse
from django.utils import formats, timezone, translation
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from eurasia import wsgi  # first: it loads settings, models and middleware
from eurasia.newsroom.models import Article, TopicFile

APPLICATION = "eurasia.wsgi:application"
#: Of mallopt(3): one heap for all threads, and what is free above so many bytes goes back.
MALLOPT = {-8: 1, -1: 128 * 1024, -3: 128 * 1024}  # M_ARENA_MAX, M_TRIM_THRESHOLD, M_MMAP_THRESHOLD
#: What nearly every request draws.
TEMPLATES = [
    "account/login.html", "membership/subscribe.html", "newsroom/_feed_entry.html",
    *(f"newsroom/{name}.html" for name in
      ["article_detail", "front", "file_detail", "article_list", "search", "archive_month"]),
]  # fmt: skip


def load(*, is_for_many: bool) -> None:
    """Everything that workers would else load one by one: addresses, the desk, texts, templates.

    Where there are many of them, pages too: the first of each kind makes much that the next needs.
    """
    _loaded = get_resolver().url_patterns
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            translation.gettext("Files")
            formats.get_format("DATE_FORMAT")
            reverse("admin:index")  # what an address is called is looked up in each language
    for name in TEMPLATES:
        get_template(name)
    for cache in caches.all():
        _client = getattr(cache, "client", None)  # a tenth of the memory comes with that of Redis
    if is_for_many:
        # One that fails has said why; the others would say the same.
        all(ask(path) < 500 for path in pages())
    connections.close_all()  # a connection is no good to two processes
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]  # it has; nor are its threads
    gc.collect()
    with suppress(AttributeError):  # not glibc
        ctypes.CDLL(None).malloc_trim(0)
    gc.freeze()  # what is here stays, and the collector need not touch it: pages stay shared
    # Counts what is not frozen: all is collected when that has grown by a quarter. Counted with
    # what is frozen, each worker would keep some 30,000 objects that nobody needs any more.
    gc.collect()


def pages() -> Iterator[str]:
    """An address of each kind."""
    at = timezone.now()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for name in ["front", "article_list", "feed"]:
                yield reverse(f"newsroom:{name}")
            yield f"{reverse('newsroom:search')}?q={settings.SITE_NAME}"
            yield reverse("account_login")
            for shown in [
                Article.objects.published(at).in_language(code).newest().first(),
                TopicFile.objects.followed().first(),
            ]:
                if shown:
                    yield shown.get_absolute_url()


def ask(path: str) -> int:
    """The status of Django's answer to an outsider."""
    site, (path, _mark, query) = urlsplit(settings.SITE_URL), path.partition("?")
    environ = {
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_HOST": site.netloc,
        "wsgi.url_scheme": site.scheme,
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_X_FORWARDED_FOR": "127.0.0.1",
        "HTTP_X_FORWARDED_PROTO": site.scheme,
    }
    setup_testing_defaults(environ)
    answer = wsgi.behind_the_front(environ, lambda *_said: None)  # type: ignore[arg-type]  # no write()
    answer.close()
    return answer.status_code


def main() -> None:
    parser = argparse.ArgumentParser(prog="eurasia.server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    parser.add_argument("--workers", type=int, default=1, help="more than one needs REDIS_URL")
    parser.add_argument("--threads", type=int, help="of each worker: four of one, two of several")
    parser.add_argument("--log-level", default="info", choices=[each.value for each in LogLevels])
    asked = parser.parse_args()
    if sys.platform == "linux":  # elsewhere a fork may take locks along that nobody opens
        multiprocessing.set_start_method("fork")
        with suppress(AttributeError):  # not glibc
            for name, value in MALLOPT.items():
                ctypes.CDLL(None).mallopt(name, value)
    load(is_for_many=asked.workers > 1)
    Granian(
        APPLICATION,
        address=asked.host,
        port=asked.port,
        interface=Interfaces.WSGI,
        workers=asked.workers,
        blocking_threads=asked.threads or (4 if asked.workers == 1 else 2),
        websockets=False,
        log_level=LogLevels(asked.log_level),
        respawn_failed_workers=True,
    ).serve()


if __name__ == "__main__":
    main()
