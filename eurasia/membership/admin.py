"""Plans and subscriptions at the desk. Whatever changes a right goes through `subscribing`."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia.membership import subscribing
from eurasia.membership.models import Plan, Subscription
from eurasia.policy import reader_of
from eurasia.rows import EditableList


@admin.register(Plan)
class PlanAdmin(EditableList, admin.ModelAdmin):
    list_display = ["name", "days", "is_offered", "position"]
    list_editable = ["position"]
    list_filter = ["is_offered"]
    search_fields = ["name_en", "name_fr", "slug"]
    ordering = ["position", "id"]
    prepopulated_fields = {"slug": ["name_en"]}


class GrantForm(forms.ModelForm):
    """A new subscription at the desk is a grant."""

    class Meta:
        model = Subscription
        fields = ["reader", "plan", "starts_at", "ends_at", "note"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", gettext("A subscription must end after it starts."))
        return cleaned


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


@admin.register(Subscription)
class SubscriptionAdmin(admin.ModelAdmin):
    list_display = ["reader", "plan", "source", "starts_at", "ends_at", "cancelled_at"]
    list_filter = [RunningFilter, "source", "plan"]
    list_select_related = ["reader", "plan"]
    search_fields = ["reader__email", "reader__name", "note"]
    ordering = ["-starts_at", "-id"]
    show_full_result_count = False
    autocomplete_fields = ["reader"]
    actions = ["end"]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = GrantForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ["reader", "plan", "starts_at", "ends_at", "note"]
        return ["reader", "plan", "source", "starts_at", "ends_at", "cancelled_at", "note"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A right that was given is history; it is ended, never rewritten."""
        return self.get_fields(request, obj)[:-1] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        if change:
            subscribing.annotate(obj, note=obj.note, by=reader_of(request))
            return
        granted = subscribing.grant(
            reader=form.cleaned_data["reader"],
            plan=obj.plan,
            starts_at=obj.starts_at,
            ends_at=obj.ends_at,
            note=obj.note,
            by=reader_of(request),
        )
        obj.pk, obj.source = granted.pk, granted.source

    @admin.action(description=_("End now"), permissions=["change"])
    def end(self, request: HttpRequest, subscriptions: QuerySet[Subscription]) -> None:
        at = timezone.now()
        for subscription in subscriptions:
            subscribing.end(subscription, at=at, ends_at=at, by=reader_of(request), reason="")
            self.log_change(request, subscription, gettext("Ended."))
        self.message_user(request, gettext("Ended."))
