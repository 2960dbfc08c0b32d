"""Plans at the desk."""

from django.contrib import admin

from eurasia.membership.models import Plan
from eurasia.rows import EditableList


@admin.register(Plan)
class PlanAdmin(EditableList, admin.ModelAdmin):
    list_display = ["name", "days", "is_offered", "position"]
    list_editable = ["position"]
    list_filter = ["is_offered"]
    search_fields = ["name_en", "name_fr", "slug"]
    ordering = ["position", "id"]
    prepopulated_fields = {"slug": ["name_en"]}
