"""The first page of the desk: what waits for whom, and how the journal does.

Each panel is shown to whom may see the pages that it sums up, and asks for nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS_AP
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from eurasia.membership.models import Subscription, running_at
from eurasia.newsroom.desk import opening
from eurasia.newsroom.desk.plots import plot
from eurasia.newsroom.models import Article, ArticleReads, FileReads, JournalReads, TopicFile
from eurasia.newsroom.totals import DailyTotal

ROWS = 8
MONTHS_BACK = 12
DAYS, DAYS_OF_ARTICLES = 30, 7
Kind = DailyTotal.Kind


@dataclass(frozen=True)
class Panel:
    """`kind` names its template in templates/newsroom/desk/dashboard/."""

    name: str
    title: str
    kind: str
    content: Any
    more: str = ""
    note: str = ""

    @property
    def template(self) -> str:
        return f"newsroom/desk/dashboard/_{self.kind}.html"


@dataclass(frozen=True)
class Row:
    said: Any
    url: str
    beside: Sequence[Any] = ()


def panels(request: HttpRequest, at: datetime) -> list[Panel]:
    """Those that this member of staff may see."""
    may = request.user.has_perm
    asked: list[tuple[bool, Callable[[HttpRequest, datetime], Panel]]] = [
        (may("newsroom.view_article") or may(opening.OWN_PERMISSION), waiting),
        (may("newsroom.view_article") or may(opening.OWN_PERMISSION), scheduled),
        (may("newsroom.view_article") and opening.may_see_full_texts(request), behind),
        (may("membership.view_subscription"), newest_subscribers),
        (may("membership.view_subscription"), subscribers),
        (may("newsroom.view_article"), reads),
        (may("newsroom.view_article"), articles),
        (may("newsroom.view_article"), files),
        (may("membership.view_subscription") or may(opening.PUBLISH_PERMISSION), way),
    ]
    return [panel(request, at) for is_shown, panel in asked if is_shown]


# --- Lists ----------------------------------------------------------------------------------------


def _seen_by(request: HttpRequest) -> Any:
    return admin.site.get_model_admin(Article).get_queryset(request)


def _list(address: str = "") -> str:
    return reverse("admin:newsroom_article_changelist") + address


def _row_of(article: Article, *beside: Any) -> Row:
    url = reverse("admin:newsroom_article_change", args=[article.pk])
    return Row(article.headline, url, [article.get_language_display(), *beside])


def waiting(request: HttpRequest, at: datetime) -> Panel:
    """My own and those assigned to me; to who publishes, what nobody has taken up yet, too."""
    mine = Q(owner=request.user, status=Article.Status.DRAFT) | Q(assignee=request.user)
    if opening.may_publish(request):
        mine |= Q(status=Article.Status.IN_REVIEW, assignee=None)
    unpublished = _seen_by(request).filter(mine, status__in=opening.UNPUBLISHED)
    found = unpublished.order_by("-saved_at", "-id")[:ROWS]
    rows = [_row_of(article, article.get_status_display()) for article in found]
    return Panel("waiting", _("Waits for you"), "rows", rows, _list("?whose=assigned"))


def scheduled(request: HttpRequest, at: datetime) -> Panel:
    found = _seen_by(request).filter(status=Article.Status.PUBLISHED, published_at__gt=at)
    rows = [
        _row_of(article, date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT"))
        for article in found.order_by("published_at", "id")[:ROWS]
        if (moment := article.published_at)
    ]
    return Panel("scheduled", _("Scheduled"), "rows", rows, _list("?state=scheduled"))


def behind(request: HttpRequest, at: datetime) -> Panel:
    found = _seen_by(request).behind().filter(translated_version__isnull=False)
    rows = [
        Row(
            article.headline,
            reverse("admin:newsroom_article_translate", args=[article.original_id]),
            [article.get_language_display()],
        )
        for article in found.order_by("-saved_at", "-id")[:ROWS]
    ]
    return Panel("behind", _("Translations behind"), "rows", rows, _list("?translation=behind"))


def newest_subscribers(request: HttpRequest, at: datetime) -> Panel:
    found = Subscription.objects.filter(reader__isnull=False).select_related("reader", "plan")
    rows = [
        Row(
            subscription.reader,
            reverse("admin:membership_subscription_change", args=[subscription.pk]),
            [
                subscription.plan,
                subscription.get_source_display(),
                date_format(timezone.localtime(subscription.starts_at), "SHORT_DATE_FORMAT"),
            ],
        )
        for subscription in found.newest()[:ROWS]
    ]
    more = reverse("admin:membership_subscription_changelist")
    return Panel("newest", _("Newest subscribers"), "rows", rows, more)


# --- How the journal does -------------------------------------------------------------------------


def subscribers(request: HttpRequest, at: datetime) -> Panel:
    """The subscriptions that ran at the beginning of each month, and now."""
    moments = [*_months(at), at]
    running = {
        f"at_{place}": Count("pk", filter=running_at(moment))
        for place, moment in enumerate(moments)
    }
    rows: Any = Subscription.objects.values("source").annotate(**running)
    by_source = {row["source"]: row for row in rows}
    labels = [_month(moment) for moment in moments[:-1]]
    series = {
        source.label: [by_source[source][name] for name in running]
        for source in Subscription.Source
        if source in by_source
    }
    shown = plot(series, [*labels, _("today")])
    return Panel("subscribers", _("Subscriptions, by source"), "plot", shown)


def _months(at: datetime) -> list[datetime]:
    first = timezone.localtime(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    months = [first]
    while len(months) < MONTHS_BACK:
        first = (first - timedelta(days=1)).replace(day=1, hour=0)
        months.append(timezone.make_aware(first.replace(tzinfo=None)))
    return months[::-1]


def _month(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{MONTHS_AP[local.month]} {local:%y}"


def reads(request: HttpRequest, at: datetime) -> Panel:
    days = _days(at, DAYS)
    kinds = [Kind.TEASER, Kind.FULL_TEXT]
    found = {
        (on, kind): total
        for on, kind, total in JournalReads.objects.filter(
            on__gte=days[0], kind__in=kinds
        ).values_list("on", "kind", "total")
    }
    series = {kind.label: [found.get((day, kind), 0) for day in days] for kind in kinds}
    labels = [f"{day.day} {MONTHS_AP[day.month]}" for day in days]
    return Panel(
        "reads", _("Reads, by days"), "plot", plot(series, labels),
        note=_("Machines are counted like people: nothing is kept that could tell them apart."),
    )  # fmt: skip


def _days(at: datetime, count: int) -> list[date]:
    """The last so many, today among them."""
    today = timezone.localdate(at)
    return [today - timedelta(days=back) for back in reversed(range(count))]


@dataclass(frozen=True)
class Bar:
    """`share` is of the longest, in hundredths."""

    said: Any
    url: str
    values: Sequence[int]
    shares: Sequence[float]


@dataclass(frozen=True)
class Bars:
    heads: Sequence[Any]
    bars: Sequence[Bar]


def articles(request: HttpRequest, at: datetime) -> Panel:
    totals = _sums(ArticleReads.objects, "article", _days(at, DAYS_OF_ARTICLES))
    found = Article.objects.in_bulk([pk for pk, *_values in totals])
    named = [(found[pk].headline, _change("article", pk), values) for pk, *values in totals]
    title = _("Most read articles of %s days") % DAYS_OF_ARTICLES
    return Panel("articles", title, "bars", _bars(_("Article"), named))


def files(request: HttpRequest, at: datetime) -> Panel:
    totals = _sums(FileReads.objects, "file", _days(at, DAYS))
    found = TopicFile.objects.in_bulk([pk for pk, *_values in totals])
    named = [(found[pk].name, _change("topicfile", pk), values) for pk, *values in totals]
    title = _("Most read files of %s days") % DAYS
    return Panel("files", title, "bars", _bars(_("File"), named))


def _sums(totals: Any, of: str, days: Sequence[date]) -> list[tuple[int, int, int]]:
    """Number, reads of teasers and of full texts, the most read first.

    Days are named one by one: asked for all since one of them, SQLite goes through the table.
    """
    counted = totals.filter(on__in=days, kind__in=[Kind.TEASER, Kind.FULL_TEXT])
    sums = counted.values(of).annotate(both=Sum("total")).order_by("-both", of)[:ROWS]
    found = [row[of] for row in sums]
    by_kind = counted.filter(**{f"{of}__in": found}).values(of, "kind").annotate(sum=Sum("total"))
    said = {(row[of], row["kind"]): row["sum"] for row in by_kind}
    return [(pk, said.get((pk, Kind.TEASER), 0), said.get((pk, Kind.FULL_TEXT), 0)) for pk in found]


def _change(model: str, pk: int) -> str:
    return reverse(f"admin:newsroom_{model}_change", args=[pk])


def _bars(head: str, named: Sequence[tuple[Any, str, Sequence[int]]]) -> Bars:
    most = max((sum(values) for _said, _url, values in named), default=0) or 1
    bars = [
        Bar(said, url, values, [round(100 * value / most, 1) for value in values])
        for said, url, values in named
    ]
    return Bars([head, Kind.TEASER.label, Kind.FULL_TEXT.label], bars)


def way(request: HttpRequest, at: datetime) -> Panel:
    """From a teaser to a subscription."""
    kinds = [Kind.TEASER, Kind.ASKED, Kind.TAKEN]
    since = JournalReads.objects.filter(on__gte=_days(at, DAYS)[0], kind__in=kinds)
    found = dict(since.values("kind").annotate(sum=Sum("total")).values_list("kind", "sum"))
    names = [
        _("Teasers read"),
        _("Page of subscription seen, from an article"),
        _("Subscriptions taken there"),
    ]
    values = [found.get(kind, 0) for kind in kinds]
    most = max(*values, 1)
    steps = [
        Bar(name, "", [value], [round(100 * value / most, 1)])
        for name, value in zip(names, values, strict=True)
    ]
    title = _("From teaser to subscription, in %s days") % DAYS
    return Panel("way", title, "bars", Bars([_("Step"), _("Number")], steps))
