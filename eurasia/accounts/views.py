from collections.abc import Callable
from functools import wraps
from time import time
from urllib.parse import urlencode

from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from eurasia import mail
from eurasia.accounts import privacy
from eurasia.accounts.models import User
from eurasia.policy import public, reader_of, reader_only


class LanguageForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["language"]


@reader_only
def home(request: HttpRequest) -> HttpResponse:
    """The reader's own page: subscription, ways of signing in, language."""
    reader, at = reader_of(request), timezone.now()
    return render(
        request,
        "account/home.html",
        {
            "subscriptions": reader.subscriptions.select_related("plan").newest(),
            "granting": reader.subscriptions.granting_access(reader, at),
            "language_form": LanguageForm(instance=reader),
        },
    )


@reader_only
@require_POST
def change_language(request: HttpRequest) -> HttpResponse:
    form = LanguageForm(request.POST, instance=request.user)
    if form.is_valid():
        form.save()
    with translation.override(request.user.language):
        return redirect("account:home")


@reader_only
def data(request: HttpRequest) -> HttpResponse:
    """Everything that is held of the reader, to be read."""
    held = []
    for holding, rows in privacy.held(reader_of(request)):
        labels = holding.labels
        labelled = [list(zip(labels, row.values(), strict=True)) for row in rows]
        held.append((holding, labelled))
    return render(request, "account/data.html", {"held": held})


@reader_only
def data_file(request: HttpRequest) -> HttpResponse:
    """The same as JSON: the rows of each model by the names of their columns."""
    held = {holding.key: rows for holding, rows in privacy.held(reader_of(request))}
    name = f"eurasia-{timezone.localdate():%Y-%m-%d}.json"
    return JsonResponse(
        held,
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def fresh_sign_in_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Asks for the password or the second factor again; who has neither signs in by a new code."""

    @wraps(view)
    def asking(request: HttpRequest) -> HttpResponse:
        if get_reauthentication_flows(request.user):
            return reauthentication_required(view)(request)
        records = get_authentication_records(request, request.user)
        if records and time() - records[-1]["at"] < REAUTHENTICATION_TIMEOUT:
            return view(request)
        logout(request)
        again = reverse("account_request_login_code")
        return redirect(f"{again}?{urlencode({'next': request.path})}")

    return asking


@reader_only
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def delete(request: HttpRequest) -> HttpResponse:
    """Asks first; then a week remains in which the reader can change their mind."""
    reader = reader_of(request)
    if reader.is_staff:
        messages.error(request, _("You work at the desk: leave it first, then delete the account."))
        return redirect("account:home")
    if request.method == "POST":
        privacy.ask_for_erasure(reader, timezone.now())
        mail.notify(
            "account/email/erasure",
            number=reader.pk,
            to=reader.email,
            language=reader.language,
            context={"due": reader.erasure_due_at},
        )
        return redirect("account:home")
    return render(request, "account/delete.html", {"due": timezone.now() + privacy.GRACE})


@reader_only
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Takes the wish to be deleted back."""
    privacy.take_back(reader_of(request))
    messages.success(request, _("Your account stays as it is."))
    return redirect("account:home")


@public
def signed_out(request: HttpRequest) -> HttpResponse:
    """Where signing out ends: a page that needs no session to say good-bye."""
    return render(request, "account/signed_out.html")
