from allauth.account import views as allauth_views
from allauth.account.utils import passthrough_next_redirect_url
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_POST

from eurasia.accounts.models import User
from eurasia.policy import private, public, reader_of, reader_only


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


@public
def signed_out(request: HttpRequest) -> HttpResponse:
    """Where signing out ends: a page that needs no session to say good-bye."""
    return render(request, "account/signed_out.html")


@private
def confirm_login_code(request: HttpRequest) -> HttpResponseBase:
    """allauth's; where a code is used up or too old, the way to another one keeps `next`."""
    response = allauth_views.confirm_login_code(request)
    again = reverse("account_request_login_code")
    if getattr(response, "url", "") == again:
        return redirect(passthrough_next_redirect_url(request, again, "next"))
    return response
