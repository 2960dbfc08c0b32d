from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_POST

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


@public
def signed_out(request: HttpRequest) -> HttpResponse:
    """Where signing out ends: a page that needs no session to say good-bye."""
    return render(request, "account/signed_out.html")
