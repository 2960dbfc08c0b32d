"""Bylines."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from eurasia.newsroom import indexing, moving
from eurasia.newsroom.editor import ProseAdmin, prose_field
from eurasia.newsroom.models import Contributor


class ContributorForm(forms.ModelForm):
    about_en = prose_field(label=_("about (English)"))
    about_fr = prose_field(label=_("about (French)"))


@admin.register(Contributor)
class ContributorAdmin(ProseAdmin):
    form = ContributorForm
    list_display = ["name", "slug"]
    search_fields = ["name", "slug"]
    ordering = ["name", "id"]
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["account"]

    def save_model(self, request: HttpRequest, obj: Contributor, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "slug" in form.changed_data:
            moving.remember(obj, form.initial["slug"])
        if change and {"name", "slug"} & set(form.changed_data):
            indexing.index_named(obj.articles)
