"""What articles and files are, in the words of schema.org, for search engines: public facts alone.

Source: Google Search Central, "Article", "Structured data for subscription and paywalled content"
and "Breadcrumb". The data stand in the page as JSON-LD, the same for everybody: they speak of the
article at this moment, never of who reads it.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from eurasia import masthead
from eurasia.membership import gate
from eurasia.newsroom import cards, citing
from eurasia.newsroom.models import Article, Contributor, TopicFile
from eurasia.newsroom.templatetags.sharing import abstract

CONTEXT = "https://schema.org"
#: On an article's page: what the gate lets some readers see, or the wall in its place. Google takes
#: a class for `cssSelector`, and nothing else.
GATED_CLASS = "gated"
#: In an element of HTML, JSON must end neither the element nor a line of a script.
ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def of_article(article: Article, at: datetime) -> SafeString:
    """The data of a published article that came `with_labels()`, with the way that leads to it."""
    path = article.get_absolute_url()
    first_file = article.file_list[0] if article.file_list else None
    above = (
        [_files(), (first_file.name, first_file.get_absolute_url())]
        if first_file
        else [(_("Articles"), reverse("newsroom:article_list"))]
    )
    return _written([_article(article, at), _way([*above, (article.headline, path)])])


def of_file(file: TopicFile) -> SafeString:
    """The way that leads to a file."""
    return _written([_way([_files(), (file.name, file.get_absolute_url())])])


def _article(article: Article, at: datetime) -> dict[str, Any]:
    assert article.published_at is not None
    address = settings.SITE_URL + article.get_absolute_url()
    is_open = gate.is_open(article, at)
    cover = [urljoin(settings.SITE_URL, article.cover.file.url)] if article.cover else []
    data: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "NewsArticle",
        "@id": address,
        "mainEntityOfPage": {"@type": "WebPage", "@id": address},
        "headline": article.headline,
        "description": abstract(article),
        "image": [*cover, settings.SITE_URL + cards.address_of(article)],
        "datePublished": _moment(article.published_at),
        "dateModified": _moment(article.revised_at or article.published_at),
        "inLanguage": article.language,
        "author": [_author(each) for each in article.byline] or [_publisher()],
        "publisher": _publisher(),
        "articleSection": [file.name for file in article.file_list],
        "isAccessibleForFree": is_open,
    }
    if not is_open:
        data["hasPart"] = {
            "@type": "WebPageElement",
            "isAccessibleForFree": False,
            "cssSelector": f".{GATED_CLASS}",
        }
    return data


def _author(contributor: Contributor) -> dict[str, str]:
    return {
        "@type": "Organization" if citing.is_group(contributor.name) else "Person",
        "name": contributor.name,
        "url": settings.SITE_URL + contributor.get_absolute_url(),
    }


def _publisher() -> dict[str, Any]:
    return {
        "@type": "Organization",
        "name": masthead.name(),
        "url": f"{settings.SITE_URL}/",
        # By its plain name, which lasts, and which is known before static files are collected.
        "logo": {
            "@type": "ImageObject",
            "url": f"{settings.SITE_URL}{settings.STATIC_URL}img/mark.svg",
        },
    }


def _way(steps: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """A BreadcrumbList from the front page to the page itself."""
    steps = [(masthead.name(), reverse("newsroom:front")), *steps]
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": position,
                "name": name,
                "item": settings.SITE_URL + path,
            }
            for position, (name, path) in enumerate(steps, start=1)
        ],
    }


def _files() -> tuple[str, str]:
    return _("Files"), reverse("newsroom:file_list")


def _moment(moment: datetime) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")


def _written(data: list[dict[str, Any]]) -> SafeString:
    """For a script element that browsers do not run: nothing in it can end the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES)
    return mark_safe(text)  # noqa: S308 - no markup survives ESCAPES
