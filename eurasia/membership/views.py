from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from eurasia.membership import subscribing
from eurasia.membership.models import Plan, Subscription
from eurasia.policy import public, reader_of, reader_only


def _next_of(parameters: dict) -> str:
    """A path of this site to go on to, or nothing."""
    url = parameters.get("next", "")
    return url if url.startswith("/") and url_has_allowed_host_and_scheme(url, None) else ""


@public
def subscribe(request: HttpRequest) -> HttpResponse:
    """The plans on offer. An outsider signs up or in first and comes back to one click."""
    reader = reader_of(request)
    following = _next_of(request.GET)
    here = request.path + (f"?{urlencode({'next': following})}" if following else "")
    back = urlencode({"next": here})
    current = None
    if reader:
        rights = Subscription.objects.granting_access(reader, timezone.now())
        current = rights.select_related("plan").newest().first()
    if current and following:
        return HttpResponseRedirect(following)  # signed up with an address that has it all
    return render(
        request,
        "membership/subscribe.html",
        {
            "plans": Plan.objects.offered(),
            "current": current,
            "next": following,
            "signup_url": f"{reverse('account_signup')}?{back}",
            "login_url": f"{reverse('account_login')}?{back}",
        },
    )


@reader_only
@require_POST
def take_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """One click: the plan is taken and the reader is back at the article that asked for it."""
    plan = get_object_or_404(Plan.objects.offered(), slug=slug)
    subscribing.take(reader=reader_of(request), plan=plan, at=timezone.now())
    messages.success(request, _("Your subscription is active. Good reading!"))
    return HttpResponseRedirect(_next_of(request.POST) or reverse("newsroom:front"))
