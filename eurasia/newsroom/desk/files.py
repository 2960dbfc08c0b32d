"""Files, their parties and their chronology."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ORDER_VAR
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia.newsroom import indexing, moving
from eurasia.newsroom.desk import ordered
from eurasia.newsroom.editor import ProseAdmin, prose_field
from eurasia.newsroom.models import Event, FileParty, Party, TopicFile
from eurasia.rows import EditableList, RowForm

Status = TopicFile.Status
#: A longer chronology is not written on the page of its file, but in the list of events.
MOST_EVENTS_ON_A_PAGE = 100


class FilePartyInline(admin.TabularInline):
    """Parties are part of their file: who may change it says which they are."""

    model = FileParty
    form = RowForm
    extra = 0
    ordering = ["position", "id"]
    template = "newsroom/desk/ordered_inline.html"
    order_texts = property(lambda self: ordered.texts())

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("newsroom.view_topicfile")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("newsroom.change_topicfile")

    has_add_permission = has_delete_permission = has_change_permission


class EventInline(admin.TabularInline):
    """The chronology, by day."""

    model = Event
    form = RowForm
    extra = 0
    ordering = ["on", "id"]
    formfield_overrides = {
        models.URLField: {"assume_scheme": "https"},
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 3, "cols": 28})},
    }


class TopicFileForm(forms.ModelForm):
    introduction_en = prose_field(label=_("introduction (English)"))
    introduction_fr = prose_field(label=_("introduction (French)"))


@admin.register(TopicFile)
class TopicFileAdmin(EditableList, ProseAdmin):
    form = TopicFileForm
    list_display = ["name", "status", "event_count", "position"]
    list_editable = ["position"]
    list_filter = ["status"]
    search_fields = ["name_en", "name_fr", "slug"]
    ordering = ["position", "id"]
    prepopulated_fields = {"slug": ["name_en"]}
    inlines = [FilePartyInline, EventInline]
    change_list_template = "newsroom/desk/file_list.html"
    change_form_template = "newsroom/desk/file_form.html"

    @property
    def media(self) -> forms.Media:
        return super().media + ordered.MEDIA

    def save_model(self, request: HttpRequest, obj: TopicFile, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "slug" in form.changed_data:
            moving.remember(obj, form.initial["slug"])
        if change and {"name_en", "name_fr", "slug"} & set(form.changed_data):
            indexing.index_named(obj.articles)

    def get_queryset(self, request: HttpRequest) -> QuerySet[TopicFile]:
        return super().get_queryset(request).annotate(event_count=Count("events"))

    def get_fields(self, request: HttpRequest, obj: TopicFile | None = None) -> Any:
        texts = ["name_en", "name_fr", "slug", "introduction_en", "introduction_fr"]
        return [*texts, "status"] if obj else texts

    def get_readonly_fields(self, request: HttpRequest, obj: TopicFile | None = None) -> list[str]:
        return ["status"]  # closing has a page of its own, which asks

    def get_inlines(self, request: HttpRequest, obj: TopicFile | None) -> list[Any]:
        is_long = obj is not None and obj.events.count() > MOST_EVENTS_ON_A_PAGE
        return [FilePartyInline] if is_long else self.inlines

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # Rows that are sorted by something else have no order to be moved in.
        in_order = ORDER_VAR not in request.GET and self.has_change_permission(request)
        extra = {"order_texts": ordered.texts() if in_order else ""}
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    @admin.display(description=_("chronology"), ordering="event_count")
    def event_count(self, file: Any) -> str:
        address = f"{reverse('admin:newsroom_event_changelist')}?file__id__exact={file.pk}"
        return format_html('<a href="{}">{}</a>', address, file.event_count)

    # --- Closing ----------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/close/",
                wrap(partial(self.turn, to=Status.CLOSED)),
                name="newsroom_topicfile_close",
            ),
            path(
                "<int:pk>/reopen/",
                wrap(partial(self.turn, to=Status.FOLLOWED)),
                name="newsroom_topicfile_reopen",
            ),
            *super().get_urls(),
        ]

    def turn(self, request: HttpRequest, pk: int, *, to: Status) -> HttpResponse:
        """Asks, then closes a file or follows it again; the log keeps who did, and when."""
        file = get_object_or_404(TopicFile, pk=pk)
        if not self.has_change_permission(request, file):
            raise PermissionDenied
        closes = to is Status.CLOSED
        back = reverse("admin:newsroom_topicfile_change", args=[pk])
        if request.method == "POST":
            with transaction.atomic():
                file.refresh_from_db(from_queryset=TopicFile.objects.select_for_update())
                if file.status != to:
                    file.status = to
                    file.save(update_fields=["status"])
                    self.log_change(
                        request, file, gettext("Closed.") if closes else gettext("Reopened.")
                    )
            said = gettext("“%s” is closed.") if closes else gettext("“%s” is followed again.")
            messages.success(request, said % file)
            return HttpResponseRedirect(back)
        return render(
            request,
            "newsroom/desk/file_turn.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "file": file,
                "back": back,
                "closes": closes,
                "title": gettext("Close the file") if closes else gettext("Reopen the file"),
            },
        )


@admin.register(Party)
class PartyAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "colour"]
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
    list_per_page = 50
    search_fields = ["text_en", "text_fr", "source_title", "source_url"]
    search_help_text = _("Texts, titles and addresses of sources.")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    show_full_result_count = False
    ordering = ["-on", "-id"]
