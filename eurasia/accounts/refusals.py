"""A refused form is shown by a page of its own, so that "back" never asks to send it once more.

For views of allauth on the way from the wall to the text: they answer a POST with the form itself.
"""

from functools import wraps
from typing import Any

from allauth.account.utils import passthrough_next_redirect_url
from django.forms import BaseForm, PasswordInput
from django.forms.utils import ErrorDict, ErrorList
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from eurasia.policy import View

KEY = "refused"


def shown_apart(view: View) -> View:
    """Keeps what was typed, and what is wrong with it, until the next page shows it."""

    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if form is None or response.status_code != 200:
            return response
        if request.method == "POST":
            request.session[KEY] = {"path": request.path, **_kept(form)}
            return redirect(passthrough_next_redirect_url(request, request.path, "next"))
        refused = request.session.pop(KEY, {})
        if refused.get("path") == request.path:
            form.initial |= refused["typed"]
            form._errors = ErrorDict(  # as Django itself fills it, for a form that is shown only
                {name: ErrorList(said, renderer=form.renderer) for name, said in refused["errors"]}
            )
        return response

    return asking


def _kept(form: BaseForm) -> dict[str, Any]:
    typed = {
        name: form.data.get(form.add_prefix(name), "")
        for name, field in form.fields.items()
        if not isinstance(field.widget, PasswordInput)
    }
    return {"typed": typed, "errors": [[name, [*said]] for name, said in form.errors.items()]}
