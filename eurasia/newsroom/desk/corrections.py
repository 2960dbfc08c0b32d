"""Corrections that readers see. One that speaks of waiting changes is published with them."""

from django.contrib import admin

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
