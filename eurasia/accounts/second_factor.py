"""No desk without a second factor: a password alone opens nothing that could publish."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from eurasia.policy import Policy, View, policy_of, reader_of

#: Recovery codes are for the day on which one of these is lost.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class SecondFactorMiddleware:
    """Leads staff to the page on which they add one, before any page of the desk opens.

    Who has one is asked for it at each signing in, by allauth. The demo, which serves its own
    machine alone, asks nobody.
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
        if user is None or not user.is_staff or is_mfa_enabled(user, FACTORS):
            return None
        messages.warning(
            request,
            _("The desk opens with a second factor: add an authenticator app or a security key."),
        )
        return HttpResponseRedirect(reverse("mfa_index"))
