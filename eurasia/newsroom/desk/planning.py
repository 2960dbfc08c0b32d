"""The calendar: what is scheduled and what was published in a month, and what is in review."""

from calendar import Calendar
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import chain
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext

from eurasia.newsroom.archive import Month
from eurasia.newsroom.models import Article


@dataclass(frozen=True)
class Day:
    on: date
    is_of_month: bool
    is_today: bool
    articles: list[Article]


def urls(model_admin: Any) -> list[Any]:
    view = model_admin.admin_site.admin_view(partial(calendar, model_admin))
    return [path("calendar/", view, name="newsroom_article_calendar")]


def calendar(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """A month, in both languages, with times in TIME_ZONE; `?month=2026-05`, else this one."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    at = timezone.now()
    today = timezone.localdate(at)
    month = _asked(request.GET.get("month", "")) or Month(today.year, today.month)
    articles = model_admin.get_queryset(request).order_by("published_at", "id")
    weeks = _weeks(month, today, articles)
    return TemplateResponse(
        request,
        "newsroom/desk/calendar.html",
        {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": gettext("Calendar"),
            "time_zone": settings.TIME_ZONE,
            "at": at,
            "month": month,
            "weeks": weeks,
            "days": [day for day in chain(*weeks) if day.is_of_month and day.articles],
            "earlier": _beside(month, -1),
            "later": _beside(month, +1),
            "in_review": articles.filter(status=Article.Status.IN_REVIEW).select_related(
                "assignee"
            ),
        },
    )


def _asked(text: str) -> Month | None:
    year, _dash, number = text.partition("-")
    if not (len(year) == 4 and len(number) == 2 and f"{year}{number}".isdecimal()):
        return None
    try:
        return Month.asked(int(year), int(number))
    except Http404:
        return None


def _beside(month: Month, step: int) -> str:
    """The month before or after as its address says it; empty where no calendar has one."""
    year, index = divmod(month.year * 12 + month.number - 1 + step, 12)
    address = f"{year:04}-{index + 1:02}"
    return address if _asked(address) else ""


def _weeks(month: Month, today: date, articles: Any) -> list[list[Day]]:
    """Weeks begin on a Monday; days of other months fill them up and stay empty."""
    by_day: dict[date, list[Article]] = defaultdict(list)
    published = articles.filter(status=Article.Status.PUBLISHED)
    for article in published.within(month.begins_at, month.ends_at):
        by_day[timezone.localdate(article.published_at)].append(article)
    return [
        [
            Day(on, (on.year, on.month) == (month.year, month.number), on == today, by_day[on])
            for on in week
        ]
        for week in Calendar().monthdatescalendar(month.year, month.number)
    ]
