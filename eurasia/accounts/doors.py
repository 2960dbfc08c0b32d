"""allauth's ways in, with what they want here: limits, and a page apart for what is refused."""

from typing import Any

from allauth.account import views
from allauth.account.internal.stagekit import unstash_login
from allauth.account.utils import passthrough_next_redirect_url
from allauth.core import ratelimit
from allauth.decorators import rate_limit
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse

from eurasia.accounts import passkeys
from eurasia.accounts.refusals import shown_apart
from eurasia.policy import View, private


@shown_apart
def confirm_login_code(request: HttpRequest) -> HttpResponseBase:
    """allauth's; where a code is used up or too old, the way to another one keeps `next`.

    Another code is a mail like the first, so the limit for an address counts it as well: what
    allauth counts stands in the session, which clicks at once outrun.
    """
    if request.POST.get("action") == "resend":
        login = unstash_login(request, peek=True)
        refusal = login and ratelimit.consume_or_429(
            request, action="request_login_code", key=login.email.lower()
        )
        if refusal:
            return refusal
    response = views.confirm_login_code(request)
    again = reverse("account_request_login_code")
    if getattr(response, "url", "") == again:
        return redirect(passthrough_next_redirect_url(request, again, "next"))
    return response


def code_form(view: View) -> View:
    """Asks for a mailed code, so often for one network."""
    return private(rate_limit(action="confirm_code")(view))


class Reopened:
    """Mixed into allauth's forms: who goes back to one finds it, and may type another address.

    allauth leads on to the code that waits, or, from signing up, throws it away; here it waits
    until the form is sent once more.
    """

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: Any) -> None:
        return None


class SignIn(Reopened, views.LoginView):
    pass


class SignUp(Reopened, views.SignupView):
    pass


class RequestCode(Reopened, views.RequestLoginCodeView):
    pass


#: In front of allauth's own, under the names that allauth asks for.
urlpatterns = [
    path("login/", private(shown_apart(SignIn.as_view())), name="account_login"),
    path("signup/", private(shown_apart(SignUp.as_view())), name="account_signup"),
    path(
        "login/code/",
        private(shown_apart(RequestCode.as_view())),
        name="account_request_login_code",
    ),
    path(
        "login/code/confirm/",
        code_form(confirm_login_code),
        name="account_confirm_login_code",
    ),
    path(
        "confirm-email/",
        code_form(views.email_verification_sent),
        name="account_email_verification_sent",
    ),
    path(
        "password/reset/", private(shown_apart(views.password_reset)), name="account_reset_password"
    ),
    path(
        "password/reset/confirm/",
        code_form(shown_apart(views.confirm_password_reset_code)),
        name="account_confirm_password_reset_code",
    ),
    path("2fa/webauthn/add/", passkeys.add, name="mfa_add_webauthn"),
]
