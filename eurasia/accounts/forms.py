"""Signing in and signing up: an address, then a code, or a password for those who set one."""

from secrets import token_hex
from typing import Any

from allauth.account import forms, signals
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.utils import filter_users_by_email, passthrough_next_redirect_url
from allauth.core import context, ratelimit
from django import forms as django_forms
from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from eurasia.accounts.models import User

CLOCK = TimestampSigner(salt="eurasia.accounts.forms")
#: A form that lay open for longer than a day is sent twice.
FORM_AGE = 24 * 3600


class LoginForm(forms.LoginForm):
    """Address and password, or the address alone: then a code is mailed.

    allauth drops the password where signing up asks for none; here it may be set afterwards.
    """

    def _setup_password_field(self) -> None:
        self.fields["password"].required = False
        self.fields["password"].label = _("Password, if you have set one")


def _as_if_new() -> None:
    """As slow as to sign somebody up: no answer tells by its time that an address is known."""
    with transaction.atomic():
        User.objects.create_user(f"{token_hex(16)}@example.invalid")
        transaction.set_rollback(True)


class SignupForm(forms.SignupForm):
    """One road for new and known addresses, so that a taken address answers as a free one.

    Both are sent a sign-in code and both type it into the same form; the code confirms the
    address of a new reader on the way.
    """

    data: Any
    #: When the form was asked for, signed.
    asked_at = django_forms.CharField(
        required=False, widget=django_forms.HiddenInput, initial=lambda: CLOCK.sign("")
    )

    def clean(self) -> Any:
        cleaned = super().clean()
        if not self.is_typed():
            self.add_error(None, _("That was very quick. Please send it again."))
        return cleaned

    def is_typed(self) -> bool:
        """Whether as much time has passed as a person takes. A form sent again counts on."""
        try:
            CLOCK.unsign(self.cleaned_data["asked_at"], max_age=FORM_AGE)
        except BadSignature:
            self.data = {**self.data.dict(), "asked_at": CLOCK.sign("")}
            return not settings.SIGNUP_SECONDS
        try:
            CLOCK.unsign(self.cleaned_data["asked_at"], max_age=settings.SIGNUP_SECONDS)
        except SignatureExpired:
            return True
        return not settings.SIGNUP_SECONDS

    def clean_email(self) -> str:
        """Mails a code, so the limit of that door counts here as well, address by address."""
        email = super().clean_email()
        if not ratelimit.consume(context.request, action="request_login_code", key=email):
            raise get_adapter().validation_error("too_many_login_attempts")
        return email

    def try_save(self, request: HttpRequest) -> tuple[Any, HttpResponse | None]:
        if self.cleaned_data[self.honeypot]:
            return super().try_save(request)
        email = self.cleaned_data["email"]
        if self.account_already_exists:
            _as_if_new()
            user = None
        else:
            user = self._new(request)
        if user is None:
            known = filter_users_by_email(email, is_active=True, prefer_verified=True)
            user = known[0] if known else None
        LoginCodeVerificationProcess.initiate(request=request, user=user, email=email)
        url = passthrough_next_redirect_url(request, reverse("account_confirm_login_code"), "next")
        return user, HttpResponseRedirect(url)

    def _new(self, request: HttpRequest) -> Any:
        """The new reader, or None where a second click has signed up the address meanwhile."""
        try:
            with transaction.atomic():
                user = self.save(request)
        except IntegrityError:
            return None
        signals.user_signed_up.send(sender=type(user), request=request, user=user)
        return user

    @property
    def honeypot(self) -> str:
        return forms.app_settings.SIGNUP_FORM_HONEYPOT_FIELD
