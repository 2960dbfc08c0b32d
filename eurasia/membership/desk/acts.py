"""Extending and ending, one subscription or several: a page says what will be, and asks.

One refusal does not stop the others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from eurasia.accounts.models import User
from eurasia.membership import glance, subscribing
from eurasia.membership.desk.choosing import label_of
from eurasia.membership.desk.forms import EndForm, ExtendForm
from eurasia.membership.models import Subscription
from eurasia.membership.subscribing import SubscribingError
from eurasia.policy import reader_of

#: Each is listed and looked at: more than this nobody reads.
MOST = 200


@dataclass(frozen=True)
class Act:
    name: str
    title: Any
    says: Any
    button: Any
    done: Any
    form: type[forms.Form]
    #: Why it cannot be done to a subscription, or nothing.
    refusal: Callable[[Subscription, datetime], str]
    #: With a valid form.
    perform: Callable[[Subscription, Any, User, datetime], Subscription]


def _why_not_extend(subscription: Subscription, at: datetime) -> str:
    if glance.state_of(subscription, at) is glance.State.ENDED:
        return gettext("It has ended: grant a new one.")
    return "" if subscription.ends_at else gettext("It has no end.")


def _extend(subscription: Subscription, form: Any, by: User, at: datetime) -> Subscription:
    assert subscription.ends_at is not None  # else it would have been refused
    ends_at = form.ends_at(subscription.ends_at, subscription.plan)
    reason = form.cleaned_data["reason"]
    return subscribing.extend(subscription, ends_at=ends_at, by=by, reason=reason)


def _why_not_end(subscription: Subscription, at: datetime) -> str:
    if glance.state_of(subscription, at) is glance.State.ENDED:
        return gettext("It has ended already.")
    return ""


def _end(subscription: Subscription, form: Any, by: User, at: datetime) -> Subscription:
    ends_at = form.ends_at(at)
    if subscription.ends_at is not None and subscription.ends_at <= ends_at:
        raise SubscribingError(gettext("It ends sooner already."))
    reason = form.cleaned_data["reason"]
    return subscribing.end(subscription, at=at, ends_at=ends_at, by=by, reason=reason)


EXTEND = Act(
    name="extend",
    title=_("Extend"),
    says=_("It lasts longer from its present end on. A cancellation is taken back."),
    button=_("Extend"),
    done=_("Extended."),
    form=ExtendForm,
    refusal=_why_not_extend,
    perform=_extend,
)
END = Act(
    name="end",
    title=_("End"),
    says=_("The full texts shut at the end. The reader is told by mail, as of any end."),
    button=_("End"),
    done=_("Ended."),
    form=EndForm,
    refusal=_why_not_end,
    perform=_end,
)


@dataclass(frozen=True)
class Line:
    """What will become of one subscription."""

    subscription: Subscription
    state: Any
    refusal: str

    @property
    def reader(self) -> str:
        reader = self.subscription.reader
        return label_of(reader) if reader else gettext("erased reader")

    @property
    def lock(self) -> str:
        """What was seen of it: if this is not so any more, somebody else was quicker."""
        return str(self.subscription.ends_at)


# --- One ------------------------------------------------------------------------------------------


def urls(model_admin: Any) -> list[Any]:
    return [
        path(
            f"<int:pk>/{act.name}/",
            model_admin.admin_site.admin_view(partial(take, model_admin, act)),
            name=f"membership_subscription_{act.name}",
        )
        for act in [EXTEND, END]
    ]


def take(model_admin: Any, act: Act, request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one subscription: GET asks, POST acts and leads back to its reader."""
    subscription = get_object_or_404(Subscription.objects.select_related("reader", "plan"), pk=pk)
    if not model_admin.has_change_permission(request, subscription):
        raise PermissionDenied
    at = timezone.now()
    form = _form(act, request, [subscription])
    if form.is_bound and form.is_valid() and _perform(model_admin, request, act, pk, form, at):
        messages.success(request, act.done)
        return back_to(subscription)
    return _page(model_admin, request, act, [_line(act, subscription, at)], form)


def back_to(subscription: Subscription) -> HttpResponse:
    """To the page of its reader; the ledger's rows have none."""
    if subscription.reader_id is None:
        return HttpResponseRedirect(reverse("admin:membership_subscription_changelist"))
    return HttpResponseRedirect(
        reverse("admin:accounts_user_change", args=[subscription.reader_id]) + "#subscriptions"
    )


# --- Several --------------------------------------------------------------------------------------


def ask(
    model_admin: Any, request: HttpRequest, chosen: QuerySet[Subscription], act: Act
) -> HttpResponse | None:
    """The page that asks, or, once it was answered, the act; None leads back to the list."""
    at = timezone.now()
    chosen = chosen.select_related("reader", "plan")
    if chosen.count() > MOST:
        text = gettext("Choose %(most)d subscriptions at most.") % {"most": MOST}
        messages.error(request, text)
        return None
    form = _form(act, request, chosen)
    if form.is_bound and form.is_valid():
        done = sum(
            _perform(model_admin, request, act, subscription.pk, form, at)
            for subscription in chosen
        )
        if done:
            text = ngettext("%(count)d subscription: done.", "%(count)d subscriptions: done.", done)
            messages.success(request, text % {"count": done})
        return None
    lines = [_line(act, subscription, at) for subscription in chosen]
    lines.sort(key=lambda line: bool(line.refusal))  # first what will happen
    return _page(model_admin, request, act, lines, form)


# --- Their parts ----------------------------------------------------------------------------------


def _form(act: Act, request: HttpRequest, chosen: Any) -> Any:
    """Asks for the days of the plan where all are of one."""
    days = {subscription.plan.days for subscription in chosen}
    return act.form(
        request.POST if "confirmed" in request.POST else None,
        initial={"days": days.pop() if len(days) == 1 else None},
    )


def _line(act: Act, subscription: Subscription, at: datetime) -> Line:
    state = glance.state_of(subscription, at)
    return Line(subscription, state.label, act.refusal(subscription, at))


def _perform(
    model_admin: Any, request: HttpRequest, act: Act, pk: int, form: Any, at: datetime
) -> bool:
    """Whether it was done; says why not."""
    try:
        with transaction.atomic():
            subscription = Subscription.objects.select_related("reader", "plan").get(pk=pk)
            line = _line(act, subscription, at)
            if request.POST.get(f"lock-{pk}") != line.lock:
                raise ValidationError(gettext("It has changed since you were asked."))
            if line.refusal:
                raise ValidationError(line.refusal)
            act.perform(subscription, form, reader_of(request), at)
            model_admin.log_change(request, subscription, str(act.done))
    except ValidationError as error:
        facts = {"what": line.subscription, "why": " ".join(error.messages)}
        messages.error(request, gettext("Not done: %(what)s. %(why)s") % facts)
        return False
    return True


def _page(
    model_admin: Any, request: HttpRequest, act: Act, lines: list[Line], form: forms.Form
) -> HttpResponse:
    return TemplateResponse(
        request,
        "membership/desk/act.html",
        {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": act.title,
            "act": act,
            "form": form,
            "crumb": None if "action" in request.POST else lines[0].subscription.reader,
            "lines": lines,
            "refused": sum(bool(line.refusal) for line in lines),
            "is_possible": any(not line.refusal for line in lines),
            "is_of_list": "action" in request.POST,
            "checkbox": ACTION_CHECKBOX_NAME,
        },
    )
