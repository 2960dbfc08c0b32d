"""No desk without a second factor: a password alone opens nothing that could publish."""

from typing import Any

from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from eurasia.policy import Policy, View, policy_of, reader_of

#: Recovery codes are for the day on which one of these is lost.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class SecondFactorMiddleware:
    """Opens the desk to a session in which a second factor was shown.

    Staff who have none are led to the page on which they add one. Who has one is asked for it by
    allauth at each signing in; a session from before that is asked here. The demo, which serves
    its own machine alone, asks nobody.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        user, match = reader_of(request), request.resolver_match
        if settings.DEMO or match is None or policy_of(match) is not Policy.DESK:
            return None
        if user is None or not user.is_staff:
            return None
        if not is_mfa_enabled(user, FACTORS):
            messages.warning(
                request,
                _(
                    "The desk opens with a second factor: add an authenticator app or a security "
                    "key."
                ),
            )
            return HttpResponseRedirect(reverse("mfa_index"))
        if any(record["method"] == "mfa" for record in get_authentication_records(request, user)):
            return None
        has_app = is_mfa_enabled(user, [Authenticator.Type.TOTP])
        asks = reverse("mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn")
        back = request.get_full_path() if request.method == "GET" else reverse("admin:index")
        return HttpResponseRedirect(f"{asks}?{urlencode({'next': back})}")


def was_added(request: HttpRequest, user: Any, authenticator: Authenticator, **kwargs: Any) -> None:
    """Whoever adds a factor has just shown it; on allauth's `authenticator_added`."""
    if authenticator.type in FACTORS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
