"""The settings of the journal: one form, its preview, and who changed what."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia import languages, masthead
from eurasia.newsroom.desk import choosing
from eurasia.newsroom.editor import ModularAdmin
from eurasia.newsroom.models import Journal

ON_RECORD = 100


@dataclass(frozen=True)
class Change:
    """What one save did to one field."""

    field: str
    before: str
    after: str


@admin.register(Journal)
class JournalAdmin(ModularAdmin):
    formfield_overrides = {
        models.CharField: {"widget": AdminTextInputWidget(attrs={"class": "vLargeTextField"})},
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})},
    }
    change_form_template = "newsroom/desk/journal_form.html"
    fieldsets = [
        (None, {"fields": ["name", ("tagline_en", "tagline_fr"), "contact", "links"]}),
        (
            _("Subscribing"),
            {
                "fields": [
                    ("call_en", "call_fr"),
                    ("wall_title_en", "wall_title_fr"),
                    ("wall_text_en", "wall_text_fr"),
                    ("gains_en", "gains_fr"),
                    "first_plan",
                ]
            },
        ),
        (_("Elsewhere"), {"fields": ["card_picture"]}),
    ]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "card_picture":
            return choosing.picture_field(db_field)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """The row, or one of defaults before its first save."""
        if object_id != "1":
            return None
        return Journal.objects.filter(pk=1).first() or Journal(pk=1)

    def save_model(self, request: HttpRequest, obj: Journal, form: Any, change: bool) -> None:
        obj._history_user = request.user  # type: ignore[attr-defined]  # simple_history reads it
        super().save_model(request, obj, form, change)

    def response_change(self, request: HttpRequest, obj: Journal) -> HttpResponse:
        self.message_user(request, gettext("Saved. Readers see it within two seconds."))
        return HttpResponseRedirect(reverse("admin:newsroom_journal_change", args=[1]))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return self.change_view(request, "1", extra_context=extra_context)

    def get_urls(self) -> list[Any]:
        preview = path(
            "1/preview/", self.admin_site.admin_view(self.preview), name="newsroom_journal_preview"
        )
        return [preview, *super().get_urls()]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """What readers would see of the form as it stands, in one language; nothing is saved."""
        journal = self.get_object(request, "1")
        if not self.has_change_permission(request, journal):
            raise PermissionDenied
        form = self.get_form(request, journal, change=True)(request.POST, instance=journal)
        if not form.is_valid():
            return render(
                request,
                "newsroom/desk/journal_refused.html",
                {**self.admin_site.each_context(request), "title": _("Preview"), "form": form},
            )
        code = request.POST.get("_preview")
        language = code if code in languages.CODES else languages.CODES[0]
        with translation.override(language), masthead.trying(form.instance):
            context = {"is_preview": True, "reader": None}
            return render(request, "newsroom/desk/journal_preview.html", context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        saves = list(
            Journal.history.select_related("history_user").order_by("-history_id")[: ON_RECORD + 1]
        )
        context = {
            **self.admin_site.each_context(request),
            "title": _("History of the settings"),
            "opts": self.opts,
            "saves": [
                {"save": save, "changes": changes}
                for save, before in list(zip(saves, [*saves[1:], None], strict=False))[:ON_RECORD]
                if (changes := _changes(before, save))
            ],
        }
        return render(request, "newsroom/desk/journal_history.html", context)


def _changes(before: Any, save: Any) -> list[Change]:
    """Of the first save on record, whatever it filled in."""
    changes = []
    for field in Journal._meta.concrete_fields:
        if field.name in {"id", "changed_at"}:
            continue
        was, now = (_said(each, field) for each in [before, save])
        if was != now:
            changes.append(Change(capfirst(str(field.verbose_name)), was, now))
    return changes


def _said(save: Any, field: Any) -> str:
    """What a save holds in a field; of a row that is gone meanwhile, its number."""
    number = getattr(save, field.attname, None)
    if number is None or not field.is_relation:
        return str(number or "")
    row = field.related_model.objects.filter(pk=number).first()
    return str(row or number)
