"""Atom feeds of teasers (RFC 4287), the same for everybody."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from eurasia import languages
from eurasia.newsroom import reading
from eurasia.newsroom.models import Article, ArticleQuerySet, TopicFile
from eurasia.policy import machine

ENTRIES = 20
#: XML 1.0 cannot say these, and a paste at the desk can bring them.
UNSAYABLE = dict.fromkeys(set(range(32)) - {9, 10, 13})


class TeaserFeed(Atom1Feed):
    def latest_post_date(self) -> datetime:
        """Of a feed without entries, always the same."""
        return super().latest_post_date() if self.items else datetime(2000, 1, 1, tzinfo=UTC)

    def root_attributes(self) -> dict[str, str]:
        """Relative addresses in teasers are those of the site."""
        return {**super().root_attributes(), "xml:base": settings.SITE_URL}

    def add_item(self, **values: Any) -> None:  # type: ignore[override]  # keywords alone
        said = {
            name: value.translate(UNSAYABLE) if isinstance(value, str) else value
            for name, value in values.items()
        }
        super().add_item(**said)  # type: ignore[arg-type]  # passed on as they came


@machine
def feed(request: HttpRequest) -> HttpResponse:
    """The newest teasers of the page's language."""
    return _respond(request, title=settings.SITE_NAME, link="", articles=Article.objects.all())


@machine
def file_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest teasers of one file, in the page's language."""
    file = get_object_or_404(TopicFile, slug=slug)
    return _respond(
        request,
        title=f"{settings.SITE_NAME} – {file.name}",
        link=file.get_absolute_url(),
        articles=Article.objects.of_file(file),
    )


def _respond(
    request: HttpRequest, *, title: str, link: str, articles: ArticleQuerySet
) -> HttpResponse:
    at = timezone.now()
    language = languages.current()
    published = articles.published(at).in_language(language).newest().with_labels()[:ENTRIES]
    atom = TeaserFeed(
        title=title,
        link=settings.SITE_URL + (link or f"/{language}/"),
        description="",
        language=language,
        feed_url=settings.SITE_URL + request.path_info,
        subtitle=_("The free teasers of our articles"),
    )
    entries = list(published)
    for article, seen in zip(entries, reading.read_all(entries, None, at), strict=True):
        atom.add_item(
            title=article.headline,
            link=settings.SITE_URL + article.get_absolute_url(),
            description=render_to_string(
                "newsroom/_feed_entry.html", {"article": article, "reading": seen}
            ),
            author_name=", ".join(person.name for person in article.byline) or settings.SITE_NAME,
            pubdate=article.published_at,
            updateddate=article.revised_at or article.published_at,
            categories=[file.name for file in article.file_list],
        )
    response = HttpResponse(content_type=f"{atom.content_type}")
    atom.write(response, "utf-8")
    return response
