"""Corrections that readers see. One that speaks of waiting changes is published with them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from eurasia.newsroom import engraving
from eurasia.newsroom.models import Correction


@admin.register(Correction)
class CorrectionAdmin(admin.ModelAdmin):
    list_display = ["on", "article", "text"]
    list_display_links = ["on", "text"]
    list_select_related = ["article"]
    search_fields = ["text", "article__headline"]
    date_hierarchy = "on"
    ordering = ["-on", "-id"]
    autocomplete_fields = ["article"]

    def save_model(self, request: HttpRequest, obj: Correction, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        engraving.store({obj.article_id, form.initial.get("article", obj.article_id)})

    def delete_model(self, request: HttpRequest, obj: Correction) -> None:
        super().delete_model(request, obj)
        engraving.store([obj.article_id])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Correction]) -> None:
        articles = list(queryset.values_list("article", flat=True))
        super().delete_queryset(request, queryset)
        engraving.store(articles)
