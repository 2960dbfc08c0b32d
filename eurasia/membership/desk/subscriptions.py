"""Subscriptions at the desk: the list, granting one, and the note on it."""

from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia import languages
from eurasia.accounts.models import User
from eurasia.membership import glance, notices, subscribing
from eurasia.membership.desk import acts, choosing, granting
from eurasia.membership.desk.forms import How, HowLong, MomentField, ReasonField
from eurasia.membership.desk.reader_list import called, short, words_of
from eurasia.membership.models import Notice, Plan, Subscription
from eurasia.policy import reader_of


class GrantForm(HowLong, forms.ModelForm):
    """A new subscription at the desk is a grant; its note is the reason."""

    hows = [How.PLAN, How.DAYS, How.UNTIL, How.EVER]

    starts_at = MomentField(label=_("Starts"), required=False, help_text=_("Empty: now."))
    note = ReasonField()
    tell = forms.BooleanField(
        label=_("Tell the reader by mail"),
        required=False,
        initial=True,
        help_text=_("If it starts now."),
    )

    class Meta:
        model = Subscription
        fields = ["reader", "plan"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        #: Read once, so that "now" is one moment.
        self.at = timezone.now()
        starts_at = cleaned["starts_at"] = cleaned.get("starts_at") or self.at
        if not self.errors:
            ends_at = cleaned["ends_at"] = self.ends_at(starts_at, cleaned["plan"])
            if ends_at is not None and ends_at <= starts_at:
                self.add_error("until", gettext("A subscription must end after it starts."))
            self._look_for_another(cleaned["reader"], cleaned["plan"], starts_at)
        return cleaned

    def _look_for_another(self, reader: User, plan: Plan, at: datetime) -> None:
        """Two clicks, or somebody else a moment ago: the transaction of the page holds the lock."""
        subscribing.lock(reader.pk)
        if Subscription.objects.granting_access(reader, at).filter(plan=plan).exists():
            self.add_error(
                "plan", gettext("The reader has this plan at that time already: extend it.")
            )


class NoteForm(forms.ModelForm):
    class Meta:
        model = Subscription
        fields = ["note"]


class RunningFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("running", _("grants access now")), ("over", _("has ended"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        at = timezone.now()
        if self.value() == "running":
            return queryset.running(at)
        return queryset.ended(at) if self.value() == "over" else queryset


class SubscriptionChangeList(ChangeList):
    """Fetches the rows of one page by their numbers: what is sorted is narrow."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        numbers = list(self.result_list.values_list("pk", flat=True))
        rows = Subscription.objects.select_related("reader", "plan").in_bulk(numbers)
        self.result_list = [rows[number] for number in numbers]


@admin.register(Subscription)
class SubscriptionAdmin(admin.ModelAdmin):
    list_display = ["of_reader", "state", "right", "starts", "ends"]
    list_filter = [RunningFilter, "source", "plan"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would be a scan
    search_fields = ["note"]  # shows the box; readers are found as in their list
    search_help_text = _("Addresses and names of readers, notes.")
    ordering = ["-id"]
    actions = ["extend", "end"]
    change_form_template = add_form_template = "membership/desk/subscription_form.html"
    change_list_template = "membership/desk/subscription_list.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return SubscriptionChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        for word in words_of(search_term):
            readers = User.objects.filter(called(word))
            queryset = queryset.filter(Q(reader__in=readers) | Q(note__icontains=word))
        return queryset, False

    # --- Columns ----------------------------------------------------------------------------------

    @admin.display(description=_("reader"), ordering="reader__email")
    def of_reader(self, subscription: Subscription) -> str:
        reader = subscription.reader
        return choosing.in_two_lines(reader) if reader else gettext("erased reader")

    @admin.display(description=_("state"))
    def state(self, subscription: Subscription) -> Any:
        return glance.state_of(subscription, timezone.now()).label

    @admin.display(description=_("plan, source"), ordering="plan")
    def right(self, subscription: Subscription) -> str:
        return format_html("{}<br>{}", subscription.plan, subscription.get_source_display())

    @admin.display(description=_("starts"), ordering="starts_at")
    def starts(self, subscription: Subscription) -> str:
        return short(timezone.localtime(subscription.starts_at))

    @admin.display(description=_("ends"), ordering="ends_at")
    def ends(self, subscription: Subscription) -> str:
        ends_at = subscription.ends_at
        return short(timezone.localtime(ends_at)) if ends_at else gettext("never")

    @admin.display(description=_("starts"))
    def began_at(self, subscription: Subscription) -> str:
        return languages.moment(timezone.localtime(subscription.starts_at))

    @admin.display(description=_("ends"))
    def ended_at(self, subscription: Subscription) -> str:
        ends_at = subscription.ends_at
        return languages.moment(timezone.localtime(ends_at)) if ends_at else gettext("never")

    # --- One of them ------------------------------------------------------------------------------

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kwargs["form"] = NoteForm if obj else GrantForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ["reader", "plan", "starts_at", "how", "days", "until", "note", "tell"]
        return ["reader", "plan", "source", "began_at", "ended_at", "state", "note"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A right that was given is history; it is extended or ended, never rewritten."""
        return self.get_fields(request, obj)[:-1] if obj else []

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "reader":
            widget = choosing.ReaderSelect(db_field, self.admin_site)
            kwargs |= {"widget": widget, "form_class": choosing.ReaderField}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        if change:
            subscribing.annotate(obj, note=obj.note, by=reader_of(request))
            return
        values = form.cleaned_data
        granted = subscribing.grant(
            reader=values["reader"],
            plan=values["plan"],
            starts_at=values["starts_at"],
            ends_at=values["ends_at"],
            note=values["note"],
            by=reader_of(request),
        )
        obj.pk, obj.source = granted.pk, granted.source
        if values["tell"] and granted.starts_at <= form.at:
            tell = partial(
                notices.send, granted, Notice.Kind.STARTED, about=granted.starts_at, at=form.at
            )
            transaction.on_commit(tell)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def response_add(self, request: HttpRequest, obj: Any, *args: Any) -> HttpResponse:
        self.message_user(request, gettext("Granted."))
        return acts.back_to(obj)

    # --- Several at once: each asks first ---------------------------------------------------------

    @admin.action(description=_("Extend…"), permissions=["change"])
    def extend(self, request: HttpRequest, chosen: QuerySet[Subscription]) -> HttpResponse | None:
        return acts.ask(self, request, chosen, acts.EXTEND)

    @admin.action(description=_("End…"), permissions=["change"])
    def end(self, request: HttpRequest, chosen: QuerySet[Subscription]) -> HttpResponse | None:
        return acts.ask(self, request, chosen, acts.END)

    # --- The other pages --------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        return [*acts.urls(self), *granting.urls(self), *super().get_urls()]
