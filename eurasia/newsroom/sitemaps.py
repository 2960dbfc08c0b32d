"""The sitemap of teaser pages (sitemaps.org protocol) and robots.txt."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from eurasia import languages
from eurasia.newsroom.archive import months_by_language
from eurasia.newsroom.models import Article, TopicFile
from eurasia.policy import machine

#: The most addresses that one sitemap file may hold, by the protocol.
LIMIT = 50_000


@machine
def sitemap(request: HttpRequest) -> HttpResponse:
    return render(
        request, "sitemap.xml", {"urlset": list(_pages())}, content_type="application/xml"
    )


@machine
def robots(request: HttpRequest) -> HttpResponse:
    return render(request, "robots.txt", {"site_url": settings.SITE_URL}, content_type="text/plain")


def _pages() -> Iterator[dict[str, Any]]:
    files = list(TopicFile.objects.in_order())
    published = Article.objects.published(timezone.now())
    months = months_by_language(published)
    standing = 0
    for code in languages.CODES:
        with override(code):
            urls = [
                reverse("newsroom:front"),
                reverse("newsroom:file_list"),
                reverse("newsroom:archive"),
            ]
            urls += [each.get_absolute_url() for each in [*files, *months.get(code, [])]]
        standing += len(urls)
        yield from ({"location": settings.SITE_URL + url} for url in urls)
    for article in published.newest()[: LIMIT - standing]:
        yield {
            "location": settings.SITE_URL + article.get_absolute_url(),
            "lastmod": article.revised_at or article.published_at,
        }
