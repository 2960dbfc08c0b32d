"""Passkeys: for readers a way in beside the others, for the desk a second factor as well.

Who has lost a passkey still signs in by a mailed code: it locks no door but that of the desk.
"""

from typing import Any
from urllib.parse import urlsplit

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn import forms as allauth_forms
from allauth.mfa.webauthn.views import AddWebAuthnView
from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from eurasia import masthead
from eurasia.accounts import browsers
from eurasia.accounts.second_factor import FACTORS
from eurasia.accounts.views import fresh_sign_in_required
from eurasia.policy import private


class MFAAdapter(DefaultMFAAdapter):
    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        if user.is_authenticated and not user.is_staff:
            types = {*(types or Authenticator.Type)} - {Authenticator.Type.WEBAUTHN}
        return super().is_mfa_enabled(user, types)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """What will tell one from another: where it was made."""
        return str(browsers.named(context.request.headers.get("User-Agent", "")))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        host = urlsplit(settings.SITE_URL).hostname or ""
        return {"id": host, "name": masthead.name()}

    def get_totp_issuer(self) -> str:
        return masthead.name()


class AddForm(allauth_forms.AddWebAuthnForm):
    """Readers add passkeys; who works at the desk may add a key without a PIN instead."""

    name = forms.CharField(label=_("Name"), required=False, max_length=100)
    passwordless = forms.BooleanField(
        label=_("Sign in with it alone"),
        required=False,
        initial=True,
        help_text=_(
            "It asks for your fingerprint, your face or a PIN. A key that cannot do so is a second "
            "factor: unselect this."
        ),
    )

    def clean_passwordless(self) -> bool:
        return self.cleaned_data["passwordless"] or not self.user.is_staff


class EditForm(allauth_forms.EditWebAuthnForm):
    name = forms.CharField(label=_("Name"), max_length=100)


class AddView(AddWebAuthnView):
    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        if is_mfa_enabled(self.request.user, FACTORS):
            return response
        # allauth's recovery codes stand in for a second factor, which this is not.
        Authenticator.objects.filter(
            user=self.request.user, type=Authenticator.Type.RECOVERY_CODES
        ).delete()
        return redirect("mfa_list_webauthn")


add = private(fresh_sign_in_required(AddView.as_view()))
