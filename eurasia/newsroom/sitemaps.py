"""Sitemaps of teaser pages (sitemaps.org protocol) with their translations, and that of the news.

`/sitemap.xml` is the index. Articles stand oldest first: those of a full map never move to another.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.paginator import InvalidPage, Paginator
from django.db.models import Max
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from eurasia import languages, masthead
from eurasia.newsroom import rendering
from eurasia.newsroom.archive import months_by_language
from eurasia.newsroom.models import Article, Contributor, TopicFile
from eurasia.policy import machine, reads

#: The most addresses in one map, so that none takes long; the protocol allows 50,000 and 50 MB.
LIMIT = 10_000
#: Google's rules for a sitemap of news: how much it holds, and for how long.
NEWS_LIMIT = 1_000
NEWS_FOR = timedelta(hours=48)


@dataclass(frozen=True)
class Page:
    """A page in one language, and where it stands in each that it is there in."""

    code: str
    paths: dict[str, str]
    lastmod: datetime | None = None

    @property
    def location(self) -> str:
        return settings.SITE_URL + self.paths[self.code]

    @property
    def alternates(self) -> list[dict[str, str]]:
        """As the page's head names them, itself included; `x-default` is for all other readers."""
        named = {**self.paths, "x-default": self.paths[languages.default_of(self.paths)]}
        return [
            {"lang_code": code, "location": settings.SITE_URL + path}
            for code, path in named.items()
        ]


@machine
def index(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    sections = {name: listed(at) for name, listed in SECTIONS.items()}
    maps = [
        {
            "location": _address(section, number),
            "last_mod": _newest(rows.page(number).object_list) if section == "articles" else None,
        }
        for section, rows in sections.items()
        for number in rows.page_range
    ]
    if sections["articles"].count:
        maps.append({"location": settings.SITE_URL + reverse("sitemap_news"), "last_mod": None})
    return _xml(request, "sitemap_index.xml", {"sitemaps": maps})


@machine
@reads("p")
def section(request: HttpRequest, section: str) -> HttpResponse:
    """One map of a section; `?p=` counts them from 1."""
    at, number = timezone.now(), request.GET.get("p", "1")
    # Each map under one address, as the index has it: ten thousand articles take a second to list.
    if not re.fullmatch("[1-9][0-9]{0,4}", number):
        raise Http404
    try:
        found = SECTIONS[section](at).page(number).object_list
    except (KeyError, InvalidPage) as error:
        raise Http404 from error
    pages = map(_page_of, _whole(found, at)) if section == "articles" else found
    return _xml(request, "sitemap.xml", {"urlset": pages})


@machine
def news(request: HttpRequest) -> HttpResponse:
    """What was published in the last two days (www.google.com/schemas/sitemap-news/0.9).

    Else the newest article, which is told as no news: the protocol has no map of nothing.
    """
    at = timezone.now()
    published, since = Article.objects.published(at).newest(), at - NEWS_FOR
    listed = list(published.filter(published_at__gt=since)[:NEWS_LIMIT]) or list(published[:1])
    if not listed:
        raise Http404
    context = {
        "articles": [(article, rendering.sayable(article.headline)) for article in listed],
        "are_news": listed[0].published_at > since,
        "site_name": masthead.name(),
        "site_url": settings.SITE_URL,
    }
    return _xml(request, "newsroom/news_sitemap.xml", context)


def _xml(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context, content_type="application/xml")


def _address(section: str, number: int) -> str:
    page = f"?p={number}" if number > 1 else ""
    return f"{settings.SITE_URL}{reverse('sitemap_section', args=[section])}{page}"


# --- What stands in them --------------------------------------------------------------------------


def _articles(at: datetime) -> "Paginator[Article]":
    articles = Article.objects.published(at).order_by("published_at", "id")
    return Paginator(articles, LIMIT, allow_empty_first_page=False)


def _whole(articles: Any, at: datetime) -> Any:
    """What stands in a map of these articles. Those before them have been passed in the index."""
    found = Article.objects.filter(pk__in=articles.values("pk")).with_translated_slug(at)
    found = found.only("language", "slug", "published_at", "revised_at")
    return found.order_by("published_at", "id")


def _newest(articles: Any) -> datetime | None:
    """When the last of these was published or revised."""
    changed = articles.aggregate(at=Max(Coalesce("revised_at", "published_at")))
    newest: datetime | None = changed["at"]
    return newest


def _page_of(article: Article) -> Page:
    paths = {article.language: article.get_absolute_url()}
    if article.translated_slug:
        other = next(code for code in languages.CODES if code != article.language)
        with override(other):
            paths[other] = reverse("newsroom:article", args=[article.translated_slug])
    return Page(article.language, paths, article.revised_at or article.published_at)


def _pages(at: datetime) -> "Paginator[Page]":
    return Paginator(list(_standing(at)), LIMIT)


def _standing(at: datetime) -> Iterator[Page]:
    """Every page that is no article. Contributors and months where they have articles."""
    published = Article.objects.published(at)
    files = list(TopicFile.objects.in_order())
    authors: dict[str, list[str]] = {}
    for code in languages.CODES:
        named = Contributor.objects.bylines_of(published.in_language(code)).order_by("slug")
        for slug in named.values_list("slug", flat=True):
            authors.setdefault(slug, []).append(code)
    months: dict[Any, list[str]] = {}
    for code, found in months_by_language(published).items():
        for month in found:
            months.setdefault(month, []).append(code)
    for name in ["front", "file_list", "article_list", "archive", "about"]:
        yield from _in(languages.CODES, name)
    for file in files:
        yield from _in(languages.CODES, "file", file.slug)
    for slug, codes in authors.items():
        yield from _in(codes, "contributor", slug)
    for month, codes in sorted(months.items(), reverse=True):
        yield from _in(codes, "archive_month", month.year, month.number)


SECTIONS: "dict[str, Callable[[datetime], Paginator[Any]]]" = {
    "pages": _pages,
    "articles": _articles,
}


def _in(codes: Sequence[str], name: str, *args: Any) -> Iterator[Page]:
    paths = {}
    for code in sorted(codes):
        with override(code):
            paths[code] = reverse(f"newsroom:{name}", args=args)
    yield from (Page(code, paths) for code in paths)
