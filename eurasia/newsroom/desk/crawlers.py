"""Which crawlers the journal lets in."""

from django.contrib import admin

from eurasia.newsroom.models import CrawlerPolicy
from eurasia.rows import EditableList


@admin.register(CrawlerPolicy)
class CrawlerPolicyAdmin(EditableList, admin.ModelAdmin):
    list_display = ["token", "operator", "purpose", "is_allowed"]
    list_editable = ["is_allowed"]
    list_filter = ["purpose", "is_allowed"]
    search_fields = ["token", "operator"]
    ordering = ["purpose", "token", "id"]
