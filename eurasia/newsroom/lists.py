"""Lists of articles, newest first, that go on where a cursor says."""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest

from eurasia.membership import gate
from eurasia.newsroom.cursors import Cursor
from eurasia.newsroom.models import Article, ArticleQuerySet

PAGE_SIZE = 12


@dataclass(frozen=True)
class ArticleList:
    """One page of a list: `more` is the query string of the next one, empty on the last."""

    articles: list[Article]
    more: str
    is_first: bool


def page_of(articles: ArticleQuerySet, request: HttpRequest, at: datetime) -> ArticleList:
    """The page that `?before=` asks for, ready for cards. Raises Http404 for a malformed cursor."""
    before = request.GET.get("before")
    articles = articles.newest().with_emblems()
    if before is not None:
        try:
            articles = articles.before(Cursor.parse(before))
        except ValueError as error:
            raise Http404 from error
    rows = list(articles[: PAGE_SIZE + 1])
    page = mark_open(rows[:PAGE_SIZE], at)
    more = f"?before={Cursor.of(page[-1])}" if len(rows) > PAGE_SIZE else ""
    return ArticleList(page, more, before is None)


def mark_open(articles: list[Article], at: datetime) -> list[Article]:
    """Tell the cards which articles are open to everyone at `at`."""
    for article in articles:
        article.is_open = gate.is_open(article, at)
    return articles
