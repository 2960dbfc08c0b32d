"""Feeds of teasers, the same for everybody: of the journal, of a file, of a contributor."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _

from eurasia.membership import gate
from eurasia.newsroom.feeds import entries
from eurasia.newsroom.feeds.writings import WRITINGS, Writing
from eurasia.newsroom.models import Contributor, TopicFile
from eurasia.policy import View, machine


@machine
def feed(request: HttpRequest, writing: type[Writing]) -> HttpResponse:
    """The newest teasers of the page's language."""
    return _respond(request, writing, entries.of_the_journal())


@machine
def file_feed(request: HttpRequest, writing: type[Writing], slug: str) -> HttpResponse:
    """The newest teasers of one file, in the page's language."""
    return _respond(request, writing, entries.of_file(get_object_or_404(TopicFile, slug=slug)))


@machine
def contributor_feed(request: HttpRequest, writing: type[Writing], slug: str) -> HttpResponse:
    """The newest teasers of one contributor, in the page's language."""
    contributor = get_object_or_404(Contributor, slug=slug)
    return _respond(request, writing, entries.of_contributor(contributor))


def urls(address: str, view: View, name: str) -> list[Any]:
    """The feed at `address` in each writing: `feed`, `feed_rss`, `feed_json`."""
    return [
        path(
            f"{address}{ending}/" if ending else address,
            view,
            {"writing": writing},
            name=f"{name}_{ending}" if ending else name,
        )
        for ending, writing in WRITINGS.items()
    ]


def _respond(request: HttpRequest, writing: type[Writing], stream: entries.Stream) -> HttpResponse:
    at = timezone.now()
    subtitle = _("The free teasers of our articles")
    written = entries.begin(writing, stream, subtitle=subtitle, address=request.path_info)
    entries.fill(written, stream, gate.OUTSIDER, at)
    response = HttpResponse(content_type=written.content_type)
    written.write(response, "utf-8")
    digest = sha256(response.content).hexdigest()
    response["Last-Modified"] = http_date(_unchanged_since(request.path_info, digest, at))
    return response


def _unchanged_since(address: str, digest: str, at: datetime) -> int:
    """The second in which the feed was first answered as it is now.

    No date in the database tells: a feed also changes when an article is withdrawn, a free span
    ends or a file is renamed. What the cache has lost is new.
    """
    key = f"feed:{address}"
    known, since = cache.get(key) or ("", 0)
    if known != digest:
        since = max(int(at.timestamp()), since + 1)
        cache.set(key, (digest, since), timeout=None)
    return since
