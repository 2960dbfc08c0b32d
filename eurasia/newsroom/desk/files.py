"""Files, their parties and their chronology."""

from django import forms
from django.contrib import admin
from django.db import models
from django.utils.translation import gettext_lazy as _

from eurasia.newsroom.editor import ProseAdmin, prose_field
from eurasia.newsroom.models import Event, FileParty, Party, TopicFile


class FilePartyInline(admin.TabularInline):
    model = FileParty
    extra = 0
    ordering = ["position", "id"]


class TopicFileForm(forms.ModelForm):
    introduction_en = prose_field(label=_("introduction (English)"))
    introduction_fr = prose_field(label=_("introduction (French)"))


@admin.register(TopicFile)
class TopicFileAdmin(ProseAdmin):
    form = TopicFileForm
    list_display = ["name", "position", "status"]
    list_editable = ["position"]
    list_filter = ["status"]
    search_fields = ["name_en", "name_fr", "slug"]
    ordering = ["position", "id"]
    prepopulated_fields = {"slug": ["name_en"]}
    inlines = [FilePartyInline]


@admin.register(Party)
class PartyAdmin(admin.ModelAdmin):
    list_display = ["name", "kind"]
    list_filter = ["kind"]
    search_fields = ["name_en", "name_fr", "slug"]
    ordering = ["name_en", "id"]
    prepopulated_fields = {"slug": ["name_en"]}


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):
    list_display = ["on", "text", "file", "source_title"]
    list_display_links = ["on", "text"]
    list_filter = ["file", "on"]
    list_select_related = ["file"]
    search_fields = ["text_en", "text_fr", "source_title"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    date_hierarchy = "on"
    ordering = ["-on", "-id"]
