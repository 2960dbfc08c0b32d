from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from eurasia import masthead
from eurasia.accounts.adapter import is_own_path
from eurasia.languages import day
from eurasia.membership import notices, subscribing
from eurasia.membership.models import Notice, Plan, Subscription
from eurasia.membership.subscribing import SubscribingError
from eurasia.policy import public, reader_of, reader_only, reads
from eurasia.tally import TAKEN, article_at, tally


def _next_of(parameters: dict) -> str:
    """A path of this site to go on to, or nothing."""
    url = parameters.get("next", "")
    return url if is_own_path(url) else ""


@public
@reads("next")
def subscribe(request: HttpRequest) -> HttpResponse:
    """The plans on offer. An outsider signs up or in first and comes back to one click."""
    reader = reader_of(request)
    following = _next_of(request.GET)
    here = request.path + (f"?{urlencode({'next': following})}" if following else "")
    back = urlencode({"next": here})
    current, at = None, timezone.now()
    first = masthead.current().first_plan_id
    if reader:
        rights = Subscription.objects.granting_access(reader, at)
        current = rights.select_related("plan").newest().first()
    if current and following:
        return HttpResponseRedirect(following)  # signed up with an address that has it all
    return render(
        request,
        "membership/subscribe.html",
        {
            "plans": sorted(Plan.objects.offered(), key=lambda plan: plan.pk != first),
            "current": current,
            "may_renew": current and at >= subscribing.may_renew_from(current),
            "next": following,
            "signup_url": f"{reverse('account_signup')}?{back}",
            "login_url": f"{reverse('account_login')}?{back}",
        },
    )


@reader_only
@require_POST
def take_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """One click: the plan is taken, or renewed, and the reader is back at the article."""
    plan = get_object_or_404(Plan.objects.offered(), slug=slug)
    at = timezone.now()
    try:
        taken = subscribing.renew(reader=reader_of(request), plan=plan, at=at)
    except SubscribingError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("membership:subscribe")
    if led := article_at(_next_of(request.POST), TAKEN):
        tally.seen(led)
    notices.send(taken, Notice.Kind.STARTED, about=taken.starts_at, at=at)
    messages.success(request, _("Your subscription is active. Good reading!"))
    return HttpResponseRedirect(_next_of(request.POST) or reverse("newsroom:front"))


@reader_only
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks first: says until when the full texts stay open."""
    subscription = _running_of(request, pk)
    if request.method == "POST":
        cancelled = subscribing.cancel(subscription, at=timezone.now())
        if subscription.ends_at:
            end = day(timezone.localtime(cancelled.ends_at))
            said = _("Cancelled. The full texts stay open until %s.") % end
        else:
            said = _("Your subscription has ended.")
        messages.success(request, said)
        return redirect("account:home")
    return render(request, "membership/cancel.html", {"subscription": subscription})


@reader_only
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a cancellation back."""
    subscribing.resume(_running_of(request, pk), at=timezone.now())
    messages.success(request, _("Your subscription goes on."))
    return redirect("account:home")


def _running_of(request: HttpRequest, pk: int) -> Subscription:
    """The reader's own, as long as it runs. Raises Http404."""
    reader = reader_of(request)
    rights = Subscription.objects.granting_access(reader, timezone.now())
    return get_object_or_404(rights.select_related("plan"), pk=pk)
