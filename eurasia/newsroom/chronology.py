"""The chronology of a file, one year a page: its events and its articles on one line of time.

Asked by the page of a file alone; whoever calls says which articles are published.
"""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.db.models import IntegerField, Value
from django.db.models.functions import ExtractYear
from django.http import Http404
from django.utils import timezone

from eurasia.newsroom.cursors import Cursor
from eurasia.newsroom.lists import mark_open
from eurasia.newsroom.models import Article, ArticleQuerySet, Event, TopicFile

#: Of a year, its newest; those before them stand in the file's list of articles.
MOST_ARTICLES = 100
#: The value of `?show=` that leaves the events out.
ARTICLES_ONLY = "articles"


@dataclass(frozen=True)
class Year:
    year: int
    url: str
    is_current: bool


@dataclass(frozen=True)
class Entry:
    """What stands at one day: an event or an article."""

    day: date
    event: Event | None = None
    article: Article | None = None


@dataclass(frozen=True)
class Chronology:
    """One year's entries in order of time, and the years that have some, newest first."""

    year: int | None
    years: list[Year]
    entries: list[Entry]
    #: The query string of the list of articles from where the entries begin; empty if they are all.
    earlier_articles: str
    articles_only: bool
    #: Whether leaving the events out makes a difference.
    has_both: bool
    url_of_all: str
    url_of_articles: str

    @property
    def earlier(self) -> Year | None:
        return next((year for year in self.years if self.year and year.year < self.year), None)

    @property
    def later(self) -> Year | None:
        newer = [year for year in self.years if self.year and year.year > self.year]
        return newer[-1] if newer else None


def chronology(
    file: TopicFile, articles: ArticleQuerySet, at: datetime, *, year: str | None, show: str | None
) -> Chronology:
    """The year that `?year=` asks for, else the newest; `?show=articles` leaves the events out.

    `articles` are the published ones of the page's language. Raises Http404 for a year with
    nothing to show and for any other `?show=`. Days and years are those of TIME_ZONE.
    """
    if show not in {None, ARTICLES_ONLY}:
        raise Http404
    articles_only = show == ARTICLES_ONLY
    of_articles, of_events = _years(file, articles)
    either = of_articles | of_events
    years = sorted(of_articles if articles_only else either, reverse=True)
    if year is not None and year not in map(str, years):
        raise Http404
    shown = int(year) if year else max(years, default=None)

    def address(year: int | None, show: str | None) -> str:
        asked = {"year": year, "show": show}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{file.get_absolute_url()}{'?' if query else ''}{query}#chronology"

    written = _newest_of(articles, shown) if shown else []
    entries = [
        Entry(timezone.localdate(article.published_at), article=article)
        for article in mark_open(written[:MOST_ARTICLES], at)
    ][::-1]
    if shown and not articles_only:
        entries = _with_events(file, shown, entries)
    rest = Cursor.of(written[MOST_ARTICLES - 1]) if len(written) > MOST_ARTICLES else None
    return Chronology(
        year=shown,
        years=[Year(each, address(each, show), each == shown) for each in years],
        entries=entries,
        earlier_articles=f"?before={rest}" if rest else "",
        articles_only=articles_only,
        has_both=bool(of_articles and of_events),
        url_of_all=address(shown, None),
        # A year of events alone leads to the newest year with articles.
        url_of_articles=address(shown if shown in of_articles else None, ARTICLES_ONLY),
    )


def _years(file: TopicFile, articles: ArticleQuerySet) -> tuple[set[int], set[int]]:
    """The years with articles and the years with events, in one query."""
    is_article = Value(1, output_field=IntegerField())
    is_event = Value(0, output_field=IntegerField())
    rows = list(
        file.events.values_list(ExtractYear("on"), is_event).union(
            articles.order_by().values_list(ExtractYear("published_at"), is_article)
        )
    )
    return {year for year, kind in rows if kind}, {year for year, kind in rows if not kind}


def _newest_of(articles: ArticleQuerySet, year: int) -> list[Article]:
    """Those of a year that have room, and one more if there is one."""
    return list(
        articles.filter(published_at__year=year)
        .defer("standfirst", "teaser", "teaser_html", "teaser_notes")
        .newest()[: MOST_ARTICLES + 1]
    )


def _with_events(file: TopicFile, year: int, entries: list[Entry]) -> list[Entry]:
    """On one day the events come first: articles speak of them."""
    happened = file.events.filter(on__year=year).order_by("on", "id")
    return sorted(
        [*(Entry(event.on, event=event) for event in happened), *entries],
        key=lambda entry: entry.day,  # sorting is stable
    )
