"""What articles use is kept: the admins of pictures and documents, and where each is used."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia.newsroom.uses import Use


class KeptWhileUsed(admin.ModelAdmin):
    """Mixed into the admin of a model that has `uses_of` and `remove`."""

    def uses_of(self, thing: Any) -> list[Use]:
        raise NotImplementedError

    def remove(self, things: Any) -> None:
        """Delete rows and files."""
        raise NotImplementedError

    def file_field(self, request: HttpRequest, thing: Any) -> list[str]:
        """For who may choose another file: others Django would show an address, and what is gated
        has none.
        """
        return ["file"] if thing is None or self.has_change_permission(request, thing) else []

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if obj and (file := form.base_fields.get("file")):
            file.label = _("Another file")
            file.help_text = _("It takes the place of this one wherever this one is used.")
        return form

    @admin.display(description=_("used in"))
    def used_in(self, thing: Any) -> SafeString | str:
        uses = self.uses_of(thing)
        if not uses:
            return gettext("nothing")
        return format_html(
            "<ul>{}</ul>", format_html_join("", "<li>{}</li>", ([_linked(use)] for use in uses))
        )

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Django's page then says what stands in the way, and has no button."""
        to_delete, counts, lacking, protected = super().get_deleted_objects(objs, request)
        used = [
            format_html("{}: {}", thing, _linked(use))
            for thing in objs
            for use in self.uses_of(thing)
        ]
        if used:  # Django would first name the permissions to delete what uses it
            return to_delete, counts, set(), used
        return to_delete, counts, lacking, protected

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.remove([obj])

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.remove(queryset)


def fields(request: HttpRequest) -> list[str]:
    """Where a thing is used names articles, of which writers see their own alone."""
    return ["used_in"] if request.user.has_perm("newsroom.view_article") else []


def _linked(use: Use) -> SafeString:
    name = f"admin:newsroom_{use.where._meta.model_name}_change"
    address = reverse(name, args=[use.where.pk])
    return format_html('<a href="{}">{}</a> ({})', address, use.where, use.place)


def remove_after_commit(storage: Storage, names: Iterable[str]) -> None:
    """Delete files once the rows that named them name them no more."""
    for name in names:
        transaction.on_commit(partial(storage.delete, name))
