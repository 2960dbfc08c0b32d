"""The archive: which months hold articles, and which months lie beside one.

Asked by the archive's pages and the sitemap. Months begin at midnight in TIME_ZONE.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.http import Http404
from django.urls import reverse
from django.utils import timezone, translation

from eurasia.newsroom.cursors import Cursor
from eurasia.newsroom.models import Article, ArticleQuerySet

#: The years whose beginning and end a datetime can name in any time zone.
FIRST_YEAR, LAST_YEAR = 2, 9998


@dataclass(frozen=True, order=True)
class Month:
    year: int
    number: int
    count: int = 0

    @classmethod
    def asked(cls, year: int, number: int) -> "Month":
        """Raises Http404 for a month that no calendar has."""
        if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= number <= 12):
            raise Http404
        return cls(year, number)

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def begins_at(self) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=timezone.get_current_timezone())

    @property
    def ends_at(self) -> datetime:
        year, number = (self.year + 1, 1) if self.number == 12 else (self.year, self.number + 1)
        return Month(year, number).begins_at

    def get_absolute_url(self) -> str:
        return reverse("newsroom:archive_month", args=[self.year, self.number])

    def url_in(self, language: str) -> str:
        with translation.override(language):
            return self.get_absolute_url()


@dataclass(frozen=True)
class ArchiveYear:
    """Twelve months, those without articles included."""

    year: int
    months: list[Month]

    @property
    def count(self) -> int:
        return sum(month.count for month in self.months)


@dataclass(frozen=True)
class Archive:
    """The years that have articles, newest first."""

    years: list[ArchiveYear]

    @property
    def busiest(self) -> int:
        """How many articles the fullest month holds: the measure of the bars."""
        return max((month.count for year in self.years for month in year.months), default=0)


def archive_of(articles: ArticleQuerySet) -> Archive:
    """Every month that holds some of the published `articles`, in one query."""
    rows = articles.order_by().values_list(TruncMonth("published_at")).annotate(count=Count("pk"))
    counts = {(begins_at.year, begins_at.month): count for begins_at, count in rows}
    years = sorted({year for year, _number in counts}, reverse=True)
    return Archive(
        [
            ArchiveYear(
                year,
                [Month(year, number, counts.get((year, number), 0)) for number in range(1, 13)],
            )
            for year in years
        ]
    )


def months_by_language(articles: ArticleQuerySet) -> dict[str, list[Month]]:
    """The months that have a page, newest first, under the code of each language."""
    months: dict[str, list[Month]] = {}
    rows = articles.order_by().values_list("language", TruncMonth("published_at")).distinct()
    for language, begins_at in rows:
        months.setdefault(language, []).append(Month(begins_at.year, begins_at.month))
    return {language: sorted(found, reverse=True) for language, found in months.items()}


def beside(month: Month, articles: ArticleQuerySet) -> tuple[Month | None, Month | None]:
    """The nearest months before and after `month` that hold some of the published `articles`."""
    earlier = articles.before(Cursor(month.begins_at, 0)).newest().first()
    later = articles.after(Cursor(month.ends_at, 0)).newest().last()
    return _month_of(earlier), _month_of(later)


def _month_of(article: Article | None) -> Month | None:
    if article is None or article.published_at is None:
        return None
    day = timezone.localdate(article.published_at)
    return Month(day.year, day.month)
