"""The list of readers: how each stands at a glance, without a query for each."""

from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia import languages
from eurasia.accounts.admin import UserAdmin
from eurasia.accounts.models import User
from eurasia.membership import glance
from eurasia.membership.desk.choosing import in_two_lines
from eurasia.membership.models import Plan, Subscription

EMPTY = "–"


def may_see_subscriptions(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("membership.view_subscription"))


class NarrowingFilter(admin.SimpleListFilter):
    """Asks for state, plan and source of one and the same subscription: the next two only name
    what can be asked.
    """

    title = _("subscription")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return glance.Narrowing.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        state, plan, source = (request.GET.get(name, "") for name in ["state", "plan", "source"])
        right = Q()
        if plan.isdecimal():
            right &= Q(plan=plan)
        if source in Subscription.Source:
            right &= Q(source=source)
        to = glance.Narrowing(state) if state in glance.Narrowing else None
        return glance.narrowed(queryset, to, right, timezone.now())


class PlanFilter(admin.SimpleListFilter):
    title = _("plan")
    parameter_name = "plan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(plan.pk), plan.name) for plan in Plan.objects.order_by("position", "id")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset


class SourceFilter(admin.SimpleListFilter):
    title = _("source")
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Subscription.Source.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset


class ReaderChangeList(ChangeList):
    """Looks at the readers of one page in one query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        shown = list(self.result_list)
        glances = glance.of_each([reader.pk for reader in shown], timezone.now())
        for reader in shown:
            reader.glance = glances[reader.pk]
        self.result_list = shown


class ReaderList(UserAdmin):
    """What the page of a reader needs of its list: mixed into ReaderAdmin."""

    search_help_text = _("Addresses and names.")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would be a scan

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ReaderChangeList if may_see_subscriptions(request) else ChangeList

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        standing = ["state", "right", "ends"] if may_see_subscriptions(request) else []
        return ["reader", *standing, "language", "seen"]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        filters: list[Any] = ["language", "is_staff"]
        if may_see_subscriptions(request):
            filters = [NarrowingFilter, PlanFilter, SourceFilter, *filters]
        return [*filters, "groups"] if request.user.is_superuser else filters

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Each word must stand in address or name, or be another whole address of the reader."""
        for word in words_of(search_term):
            queryset = queryset.filter(called(word))
        return queryset, False

    # --- Columns ----------------------------------------------------------------------------------

    @admin.display(description=_("address, name"), ordering="email")
    def reader(self, reader: User) -> str:
        return in_two_lines(reader)

    @admin.display(description=_("state"))
    def state(self, reader: Any) -> str:
        marks = marks_of(reader)
        said = reader.glance.state.label
        return format_html("{}<br><strong>{}</strong>", said, ", ".join(marks)) if marks else said

    @admin.display(description=_("plan, source"))
    def right(self, reader: Any) -> str:
        shown = reader.glance.subscription
        if not shown:
            return EMPTY
        return format_html("{}<br>{}", shown.plan, shown.get_source_display())

    @admin.display(description=_("ends"))
    def ends(self, reader: Any) -> str:
        shown = reader.glance.subscription
        if not shown:
            return EMPTY
        if shown.ends_at is None:
            return gettext("never")
        return short(timezone.localtime(shown.ends_at))

    @admin.display(description=_("last seen"), ordering="seen_on")
    def seen(self, reader: User) -> str:
        return short(reader.seen_on) if reader.seen_on else EMPTY


def words_of(search_term: str) -> list[str]:
    return search_term.replace("\0", "").split()


def called(word: str) -> Q:
    """Which readers a word of a search finds."""
    found = Q(email__icontains=word)
    for spelling in _spellings(word):
        found |= Q(name__icontains=spelling)
    if "@" in word:
        others = EmailAddress.objects.filter(email=word.lower())
        found |= Q(pk__in=others.values("user"))
    return found


def short(day: date) -> str:
    return format_html('<span class="desk-day">{}</span>', date_format(day, "j N Y"))


def _spellings(word: str) -> set[str]:
    """SQLite takes capital and small letters for the same in ASCII alone."""
    return {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}


def marks_of(reader: User) -> list[str]:
    """What stands against a subscription, however long it runs."""
    marks = []
    if not reader.is_active:
        marks.append(gettext("switched off"))
    if reader.erasure_due_at:
        day = languages.day(timezone.localtime(reader.erasure_due_at))
        marks.append(gettext("erased on %(day)s") % {"day": day})
    return marks
