"""`DEMO=1 DATABASE_URL=postgres://… python -m benchmarks.growth`: what a larger journal costs.

Fills the database step by step (100, 10,000 and 100,000 articles, unless sizes follow) and prints
for each page the processor time that it costs at each size, in milliseconds, and how many times
that of the first size it is at the last. In one process and without a server: this is Django and
the database alone. What PostgreSQL works is counted where it runs on this machine.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import process_time
from typing import Any

import django

TIMES = int(os.environ.get("TIMES", "21"))
READERS = int(os.environ.get("READERS", "10000"))


def pages() -> Iterator[tuple[str, str, Any]]:
    """Name, address and client of every page: the fullest lists and the shortest ones."""
    from django.db.models import Count  # these want the settings first
    from django.test import Client
    from django.utils import timezone

    from eurasia.accounts.models import User
    from eurasia.membership.models import Subscription
    from eurasia.newsroom.cursors import Cursor
    from eurasia.newsroom.models import Article, Contributor, TopicFile

    at = timezone.now()
    published = Article.objects.published(at).in_language("en")
    newest = list(published.newest().values_list("published_at", "pk", "slug"))
    *_place, latest = newest[0]
    middle_at, middle_pk, middle = newest[len(newest) // 2]
    deep = f"?before={Cursor(middle_at, middle_pk)}"
    files = TopicFile.objects.annotate(n=Count("articles")).filter(n__gt=0).order_by("-n")
    people = Contributor.objects.annotate(n=Count("articles")).filter(n__gt=0).order_by("-n")
    files, people = [row.slug for row in files], [row.slug for row in people]

    outsider = Client()
    for name, path in {
        "front": "",
        "front, French": "../fr/",
        "articles": "articles/",
        "articles, half-way": f"articles/{deep}",
        "article, newest": f"articles/{latest}/",
        "article, half-way": f"articles/{middle}/",
        "article in Markdown": f"articles/{middle}.md",
        "no such article": "articles/no-such-article/",
        "files": "files/",
        "fullest file": f"files/{files[0]}/",
        "fullest file, half-way": f"files/{files[0]}/{deep}",
        "thinnest file": f"files/{files[-1]}/",
        "fullest byline": f"contributors/{people[0]}/",
        "thinnest byline": f"contributors/{people[-1]}/",
        "archive": "archive/",
        "month": f"archive/{middle_at.year}/{middle_at.month}/",
        "feed": "feed/",
        "feed of the fullest file": f"files/{files[0]}/feed/",
        "feed of the thinnest file": f"files/{files[-1]}/feed/",
        "feed of the fullest byline": f"contributors/{people[0]}/feed/",
        "search, no words": "search/",
        "search, a name": "search/?q=azerbaijan",
        "search, two words": "search/?q=gas+tariffs",
        "search, one article": f"search/?q={middle_pk}",
        "suggestions": "search/suggest/?q=iran",
        "sitemap": "../sitemap.xml",
        "sitemap of pages": "../sitemap-pages.xml",
        "sitemap of articles": "../sitemap-articles.xml",
        "sitemap of the news": "../sitemap-news.xml",
        "llms.txt": "../llms.txt",
    }.items():
        yield name, f"/{path.removeprefix('../')}" if path[:2] == ".." else f"/en/{path}", outsider

    subscriber = Client()
    right = Subscription.objects.running(at).select_related("reader").first()
    assert right is not None  # make_big made some
    subscriber.force_login(right.reader)
    for name, path in {
        "front": "",
        "article, half-way": f"articles/{middle}/",
        "search, two words": "search/?q=gas+tariffs",
        "account": "account/",
    }.items():
        yield f"subscriber: {name}", f"/en/{path}", subscriber

    editor = Client()
    address = "growth@big.invalid"
    user = User.objects.filter(email=address).first() or User.objects.create_superuser(address)
    editor.force_login(user)
    for name, path in {
        "articles": "newsroom/article/",
        "articles, page 2": "newsroom/article/?p=2",
        "published in French": "newsroom/article/?state=published&language__exact=fr",
        "without translation": "newsroom/article/?translation=missing",
        "translation behind": "newsroom/article/?translation=behind",
        "by headline": "newsroom/article/?o=1",
        "one word": "newsroom/article/?q=azerbaijan",
        "an article": f"newsroom/article/{middle_pk}/change/",
        "calendar": "newsroom/article/calendar/",
        "bin": "newsroom/article/bin/",
        "files": "newsroom/topicfile/",
        "bylines": "newsroom/contributor/",
        "readers": "accounts/user/",
        "subscriptions": "membership/subscription/",
    }.items():
        yield f"desk: {name}", f"/admin/{path}", editor


def milliseconds(address: str, client: Any) -> float:
    for _time in range(3):  # the first ones fill caches and the pool of connections
        response = client.get(address, HTTP_HOST="localhost")
    if response.status_code not in {200, 404}:
        raise SystemExit(f"benchmarks: {address} answers {response.status_code}.")
    begun = worked()
    for _time in range(TIMES):
        client.get(address, HTTP_HOST="localhost")
    return (worked() - begun) / TIMES


def worked() -> float:
    """The processor time of this process and of those that serve it in PostgreSQL."""
    from django.db import connection  # wants the settings first

    taken = process_time() * 1000
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
            numbers = [number for [number] in cursor.fetchall()]
        for number in numbers:
            with suppress(FileNotFoundError):  # it has ended, or works on another machine
                fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
                taken += sum(map(int, fields[11:13])) * 1000 / os.sysconf("SC_CLK_TCK")
    return taken


def main(sizes: list[int]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eurasia.settings")
    django.setup()
    from django.core.management import call_command

    logging.getLogger("django.request").setLevel(logging.ERROR)  # one page is to be missing
    call_command("collectstatic", verbosity=0, interactive=False)
    table: dict[str, list[float]] = {}
    for size in sizes:
        call_command("make_big", articles=size, readers=READERS)
        for name, address, client in pages():
            table.setdefault(name, []).append(milliseconds(address, client))
    sys.stdout.write(f"{'':32}{''.join(f'{size:>10,}' for size in sizes)}     ratio\n")
    for name, taken in table.items():
        row = "".join(f"{each:10.1f}" for each in taken)
        sys.stdout.write(f"{name:32}{row}{taken[-1] / taken[0]:10.2f}\n")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [100, 10_000, 100_000])
