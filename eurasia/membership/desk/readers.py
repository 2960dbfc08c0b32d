"""The page of a reader: how they stand, their subscriptions as a time line, and the account."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eurasia.accounts.models import User
from eurasia.membership import deeds, glance
from eurasia.membership.desk import audit, choosing, exporting, granting, reader_list
from eurasia.membership.desk.acts import END, EXTEND
from eurasia.membership.desk.reader_list import ReaderList, may_see_subscriptions
from eurasia.membership.models import Subscription


@dataclass(frozen=True)
class Entry:
    """A subscription on the time line."""

    subscription: Subscription
    state: glance.State
    deeds: list[deeds.Deed]
    may_be_extended: bool
    may_be_ended: bool


@admin.register(User)
class ReaderAdmin(ReaderList):
    actions = ["grant", "export"]
    change_form_template = "membership/desk/reader_form.html"
    change_list_template = "membership/desk/reader_list.html"

    def get_urls(self) -> list[Any]:
        parts: list[Any] = [choosing, exporting, audit]
        return [*(url for part in parts for url in part.urls(self)), *super().get_urls()]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        return audit.of_reader(self, request, object_id)

    # --- The page ---------------------------------------------------------------------------------

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        reader = kwargs.get("obj")
        if reader and may_see_subscriptions(request):
            context |= self._standing(request, reader)
        return super().render_change_form(request, context, *args, **kwargs)

    def _standing(self, request: HttpRequest, reader: User) -> dict[str, Any]:
        at = timezone.now()
        newest = reader.subscriptions.select_related("plan").newest()
        subscriptions = list(newest)
        told = deeds.of_each(subscriptions)
        may_change = request.user.has_perm("membership.change_subscription")
        return {
            "at": at,
            "glance": glance.of(subscriptions, at),
            "marks": reader_list.marks_of(reader),
            "is_confirmed": reader.emailaddress_set.filter(  # type: ignore[attr-defined]  # allauth made the relation
                email=reader.email, verified=True
            ).exists(),
            "entries": [
                Entry(
                    subscription,
                    glance.state_of(subscription, at),
                    told[subscription.pk],
                    may_be_extended=may_change and not EXTEND.refusal(subscription, at),
                    may_be_ended=may_change and not END.refusal(subscription, at),
                )
                for subscription in subscriptions
            ],
            "may_grant": request.user.has_perm("membership.add_subscription"),
        }

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        told = super().construct_change_message(request, form, formsets, add)
        if not add and "is_active" in form.changed_data:
            told.append({deeds.SWITCHED: form.cleaned_data["is_active"]})
        return told

    # --- Several at once --------------------------------------------------------------------------

    def has_grant_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("membership.add_subscription"))

    def has_export_permission(self, request: HttpRequest) -> bool:
        return exporting.may_export(self, request)

    @admin.action(description=_("Grant…"), permissions=["grant"])
    def grant(self, request: HttpRequest, readers: QuerySet[User]) -> HttpResponse | None:
        subscriptions = self.admin_site.get_model_admin(Subscription)
        return granting.begin(subscriptions, request, readers)

    @admin.action(description=_("Export as CSV"), permissions=["export"])
    def export(self, request: HttpRequest, readers: QuerySet[User]) -> HttpResponseBase:
        return exporting.sent(request, readers)
