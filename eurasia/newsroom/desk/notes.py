"""Notes between editors on an article. They may quote the full text, so they are gated like it."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia.newsroom import colleagues
from eurasia.newsroom.desk import opening
from eurasia.newsroom.models import Article, Note
from eurasia.policy import reader_of


class NoteField(forms.CharField):
    """Counts a line's end as one character, as browsers do before they send it as two."""

    def __init__(self, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"})
        longest = Note._meta.get_field("text").max_length
        super().__init__(widget=widget, max_length=longest, **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class NoteForm(forms.Form):
    text = NoteField(
        label=_("Note"), help_text=_("For those at the desk who may read the full text.")
    )


def urls(model_admin: Any) -> list[Any]:
    view = model_admin.admin_site.admin_view(partial(notes, model_admin))
    return [path("<int:pk>/notes/", view, name="newsroom_article_notes")]


def context(
    model_admin: Any, request: HttpRequest, article: Article | None, form: Any
) -> dict[str, Any]:
    if article is None or not opening.may_see_full_texts(request):
        return {}
    return {"notes": colleagues.notes_on(article), "note_form": NoteForm()}


def notes(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The notes on a page of their own, where a refused one can be mended; POST adds one."""
    article = opening.article_of(model_admin, request, pk)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        colleagues.note(article, text, by=reader_of(request), at=timezone.now())
        messages.success(request, gettext("Your note has been added."))
        there = reverse("admin:newsroom_article_change", args=[pk])
        return HttpResponseRedirect(f"{there}#notes")
    return TemplateResponse(
        request,
        "newsroom/desk/notes.html",
        {
            **model_admin.admin_site.each_context(request),
            "title": gettext("Notes"),
            "opts": model_admin.opts,
            "original": article,
            "notes": colleagues.notes_on(article),
            "note_form": form,
        },
    )
