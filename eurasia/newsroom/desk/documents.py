"""Documents of full texts: only for those who may see full texts."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from eurasia.newsroom import documents, gated_files, publishing, uses
from eurasia.newsroom.desk import opening, used
from eurasia.newsroom.models import Document

#: Of documents that the editor's dialog of links offers.
MOST_FOUND = 50


class DocumentForm(forms.ModelForm):
    class Meta:
        model = Document
        fields = ["title", "file"]
        # Django's own would link to an address of the file, which has none.
        widgets = {"file": forms.FileInput(attrs={"accept": ",".join(documents.KINDS)})}

    def clean_file(self) -> Any:
        if "file" in self.changed_data:
            documents.look_at(self.cleaned_data["file"])
        return self.cleaned_data["file"]


@admin.register(Document)
class DocumentAdmin(used.KeptWhileUsed, admin.ModelAdmin):
    form = DocumentForm
    list_display = ["title", "facts", "link"]
    search_fields = ["title"]
    search_help_text = _("Title")
    ordering = ["-id"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return opening.may_see_full_texts(request) and super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Document | None = None) -> bool:
        return opening.may_see_full_texts(request) and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return opening.may_see_full_texts(request) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Document | None = None) -> bool:
        return opening.may_see_full_texts(request) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Document | None = None) -> bool:
        return opening.may_see_full_texts(request) and super().has_delete_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Document | None = None) -> Any:
        if obj is None:
            return ["title", "file"]
        return ["title", "shown", *self.file_field(request, obj), "link", *used.fields(request)]

    def get_readonly_fields(self, request: HttpRequest, obj: Document | None = None) -> list[str]:
        return ["shown", "link", "used_in"]

    @admin.display(description=_("kind and size"))
    def facts(self, document: Document) -> str:
        return document.facts

    @admin.display(description=_("address for a link in a full text"))
    def link(self, document: Document) -> str:
        return format_html("<code>{}</code>", document.source_address)

    @admin.display(description=_("what readers download"))
    def shown(self, document: Document) -> str:
        return format_html('<a href="{}">{}</a>', opening.document_url(document), document)

    def uses_of(self, document: Document) -> list[uses.Use]:
        return uses.of_document(document)

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Document, form: Any, change: bool) -> None:
        before = form.initial["file"].name if change and "file" in form.changed_data else ""
        super().save_model(request, obj, form, change)
        if change:
            publishing.finish_again(documents={obj.pk})
        if before:
            used.remove_after_commit(obj.file.storage, [before])

    def remove(self, found: QuerySet[Document] | list[Document]) -> None:
        for document in found:
            storage, name = document.file.storage, document.file.name or ""
            document.delete()
            used.remove_after_commit(storage, [name])

    # --- The file itself, and the dialog of links -------------------------------------------------

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/file/", wrap(self.file), name="newsroom_document_file"),
            path("found/", wrap(self.found), name="newsroom_document_found"),
            *super().get_urls(),
        ]

    def file(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        document = get_object_or_404(Document, pk=pk)
        return gated_files.hand_out(
            request,
            document.file.name or "",
            content_type=document.content_type,
            download_as=document.download_name,
        )

    def found(self, request: HttpRequest) -> JsonResponse:
        """The newest, by the address that stands for them in source."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        newest = self.get_queryset(request)[:MOST_FOUND]
        found = [{"address": each.source_address, "name": str(each)} for each in newest]
        return JsonResponse({"documents": found})
