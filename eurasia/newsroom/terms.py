"""What the journal tells machines: who may fetch what, on which terms, where things stand, and whom
to tell of a hole. Which crawlers are let in is set at the desk (newsroom.crawlers).
"""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from eurasia import languages, masthead
from eurasia.newsroom import twins
from eurasia.newsroom.models import Article, CrawlerPolicy, TopicFile
from eurasia.policy import machine

Purpose = CrawlerPolicy.Purpose
TEXT = "text/plain; charset=utf-8"
#: What no crawler has any business with; addresses of previews and of private feeds are keys.
CLOSED = ["/admin/", "/*/account/", "/*/accounts/", "/*/preview/", "/*/feed/private/"]
#: Uses as RSL 1.0 names them (https://rslstandard.org/rsl, 3.4).
USES = {
    Purpose.SEARCH: ["search"],
    Purpose.ANSWERS: ["ai-index", "ai-input"],
    Purpose.TRAINING: ["ai-train"],
}
ARTICLES_IN_LLMS = 20


@machine
def robots(request: HttpRequest) -> HttpResponse:
    """RFC 9309: a group for each purpose and answer, then one for everybody else."""
    crawlers = list(CrawlerPolicy.objects.order_by("token"))
    groups: list[dict[str, Any]] = [
        {"purpose": purpose, "tokens": tokens, "closed": CLOSED if is_allowed else ["/"]}
        for purpose in Purpose
        for is_allowed in [True, False]
        if (tokens := [each.token for each in crawlers if _is(each, purpose, is_allowed)])
    ]
    groups.append({"purpose": None, "tokens": ["*"], "closed": CLOSED})
    context = {"groups": groups, "site_url": settings.SITE_URL}
    return render(request, "robots.txt", context, content_type=TEXT)


def _is(crawler: CrawlerPolicy, purpose: Purpose, is_allowed: bool) -> bool:
    return crawler.purpose == purpose and crawler.is_allowed == is_allowed


@machine
def licence(request: HttpRequest) -> HttpResponse:
    """RSL 1.0. A use is granted where no known crawler of its purpose is kept out."""
    kept_out = set(CrawlerPolicy.objects.filter(is_allowed=False).values_list("purpose", flat=True))
    context = {
        "permits": [use for purpose in Purpose if purpose not in kept_out for use in USES[purpose]],
        "prohibits": [use for purpose in Purpose if purpose in kept_out for use in USES[purpose]],
        "site_name": masthead.name(),
        "site_url": settings.SITE_URL,
    }
    return render(
        request, "newsroom/licence.xml", context, content_type="application/rsl+xml; charset=utf-8"
    )


@machine
def security(request: HttpRequest) -> HttpResponse:
    """RFC 9116; no such file where nobody is named, or once it has expired."""
    expires = settings.SECURITY_EXPIRES
    if expires is None or expires <= timezone.now():
        raise Http404
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(languages.CODES)}",
        f"Canonical: {settings.SITE_URL}{request.path_info}",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type=TEXT)


@machine
def llms(request: HttpRequest) -> HttpResponse:
    """A table of contents for language models, as llmstxt.org describes it."""
    parts = list(_parts_of_llms())
    with override("en"):
        line = twins.said(masthead.current().line)
    name = twins.said(masthead.name())
    context = {"parts": parts, "line": line, "site_name": name, "site_url": settings.SITE_URL}
    return render(request, "llms.txt", context, content_type=TEXT)


def _parts_of_llms() -> Iterator[dict[str, Any]]:
    """The files and the newest articles of each language; titles are Markdown already."""
    at = timezone.now()
    files = list(TopicFile.objects.followed().in_order())
    for code in languages.CODES:
        articles = Article.objects.published(at).in_language(code).newest()[:ARTICLES_IN_LLMS]
        with override(code):
            yield {
                "language": code,
                "files": [(twins.said(file.name), twins.address_of(file)) for file in files],
                "articles": [
                    (twins.said(each.headline), twins.address_of(each), twins.said(each.standfirst))
                    for each in articles
                ],
                "feed": settings.SITE_URL + reverse("newsroom:feed"),
            }
