"""What an entry of a feed is, said once for all feeds and all ways of writing them.

Asked by `public` and `private` alone. What a reader may see of each article the gate decides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import nh3
from django.conf import settings
from django.db.models import F, JSONField, OuterRef, QuerySet, Subquery
from django.template.loader import render_to_string
from django.urls import reverse

from eurasia import languages, masthead
from eurasia.membership.gate import Standing
from eurasia.newsroom import reading
from eurasia.newsroom.feeds.writings import Writing
from eurasia.newsroom.models import (
    Article,
    ArticleContributor,
    ArticleFile,
    ArticleQuerySet,
    Contributor,
    TopicFile,
)
from eurasia.newsroom.reading import Reading
from eurasia.newsroom.rendering import ATTRIBUTES, BLOCKS, PHRASING, URL_SCHEMES

ENTRIES = 20
#: One picture of each: programs that read feeds choose among none.
TAGS = PHRASING | BLOCKS
ATTRIBUTES_OF_ENTRIES = ATTRIBUTES | {
    "a": {*ATTRIBUTES["a"], "id"},
    "img": {"alt", "src", "width", "height"},
    "li": {"id"},
}


@dataclass(frozen=True)
class Stream:
    """What a feed is of: its articles, and the page on which they stand."""

    title: str
    path: str
    articles: ArticleQuerySet


def of_the_journal() -> Stream:
    return Stream(masthead.name(), reverse("newsroom:front"), Article.objects.all())


def of_file(file: TopicFile) -> Stream:
    title = f"{masthead.name()} – {file.name}"
    return Stream(title, file.get_absolute_url(), Article.objects.of_file(file))


def of_contributor(contributor: Contributor) -> Stream:
    title = f"{masthead.name()} – {contributor.name}"
    articles = Article.objects.of_contributor(contributor)
    return Stream(title, contributor.get_absolute_url(), articles)


def begin(
    writing: type[Writing],
    stream: Stream,
    *,
    subtitle: str,
    address: str | None,
    guid: str | None = None,
) -> Writing:
    """A feed without entries in the page's language. `address`: its own, if it may be told."""
    return writing(
        title=stream.title,
        link=settings.SITE_URL + stream.path,
        description=subtitle,
        subtitle=subtitle,
        language=languages.current(),
        feed_url=address and settings.SITE_URL + address,
        feed_guid=guid,
    )


def fill(
    feed: Writing,
    stream: Stream,
    standing: Standing,
    at: datetime,
    picture_at: Callable[[Article, str], str] | None = None,
) -> None:
    """Add the newest articles of `stream`, as `standing` may read them at `at`.

    In two queries, whatever their number. `picture_at` says for an article and the number of a
    picture where it is served to somebody who has no cookie.
    """
    articles = _newest(stream.articles.published(at))
    for article, seen in zip(articles, reading.read_as(articles, standing, at), strict=True):
        feed.add_item(**_entry(article, seen, picture_at))


def identity(*parts: object) -> str:
    """A tag URI (RFC 4151): it stays when an address changes."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},2026:{'/'.join(map(str, parts))}"


def _entry(
    article: Article, seen: Reading, picture_at: Callable[[Article, str], str] | None
) -> dict[str, Any]:
    path = article.get_absolute_url()
    pictures = f"{path}pictures/"

    def whole(address: str) -> str:
        """No page stands around an entry for an address to lean on."""
        if picture_at and address.startswith(pictures):
            address = picture_at(article, address.removeprefix(pictures).strip("/"))
        if address.startswith("#"):
            address = path + address
        return settings.SITE_URL + address if address.startswith("/") else address

    html = render_to_string("newsroom/_feed_entry.html", {"article": article, "reading": seen})
    return {
        "title": article.headline,
        "link": settings.SITE_URL + path,
        "unique_id": identity("article", article.pk),
        "unique_id_is_permalink": False,
        "standfirst": article.standfirst,
        "description": _alone(html.strip(), whole),
        "is_whole": seen.opens,
        "authors": article.contributor_names or [masthead.name()],
        "author_name": ", ".join(article.contributor_names) or masthead.name(),
        "pubdate": article.published_at,
        "updateddate": article.revised_at or article.published_at,
        "categories": article.file_names,
    }


def _alone(html: str, whole: Callable[[str], str]) -> str:
    """Finished HTML for where no page of ours is around it."""

    def address(_tag: str, name: str, value: str) -> str:
        return whole(value) if name in {"href", "src", "cite"} else value

    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES_OF_ENTRIES,
        attribute_filter=address,
        url_schemes=URL_SCHEMES,
        link_rel=None,
    )


class _Names(Subquery):
    """The column `name` of a query as a list in its order: labels that cost no query more."""

    output_field = JSONField()
    template = "(SELECT json_group_array(name) FROM (%(subquery)s) AS named)"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(SELECT COALESCE(jsonb_agg(name), '[]'::jsonb) FROM (%(subquery)s) AS named)"
        return self.as_sql(compiler, connection, template=template, **context)


def _newest(articles: ArticleQuerySet) -> list[Article]:
    """Those of the page's language, with the names of their files and bylines."""
    language = languages.current()

    def names(rows: QuerySet[Any], column: str) -> _Names:
        of_article = rows.filter(article=OuterRef("pk")).order_by("position", "id")
        return _Names(of_article.annotate(name=F(column)).values("name"))

    return list(
        articles.in_language(language)
        .newest()
        .annotate(
            file_names=names(ArticleFile.objects.all(), f"file__name_{language}"),
            contributor_names=names(ArticleContributor.objects.all(), "contributor__name"),
        )[:ENTRIES]
    )
