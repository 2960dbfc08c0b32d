"""Pictures: looked at while they come in."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from js_asset import Script

from eurasia import languages
from eurasia.newsroom import clean_copies, engraving, publishing, rendering, renditions, uses
from eurasia.newsroom.desk import library, opening, uploading, used
from eurasia.newsroom.models import Article, Picture
from eurasia.newsroom.uses import Use

PARTS = {"min": 0, "max": 1, "step": 0.01}


class PictureForm(forms.ModelForm):
    """Makes the clean copy while it looks at the file, so that a broken one is said at once.

    Asks for an alternative text in one language at least.
    """

    copy: clean_copies.CleanCopy | None = None

    class Meta:
        # Django's own field for pictures looks at them without saying what is wrong.
        field_classes = {"file": forms.FileField}
        widgets = {
            "file": forms.FileInput(attrs={"accept": uploading.ACCEPTED}),
            "focal_x": forms.NumberInput(attrs=PARTS),
            "focal_y": forms.NumberInput(attrs=PARTS),
        }

    class Media:
        css = {"all": ["css/focus.css", "desk/focal.css"]}
        js = [Script("desk/focal.js", type="module")]

    def clean_file(self) -> Any:
        if "file" not in self.changed_data:
            return self.cleaned_data["file"]
        self.copy = clean_copies.make(self.cleaned_data["file"])
        return ContentFile(self.copy.data, name=f"copy{self.copy.ending}")

    def clean_alt_en(self) -> str:
        return _in_one_line(self.cleaned_data["alt_en"])

    def clean_alt_fr(self) -> str:
        return _in_one_line(self.cleaned_data["alt_fr"])

    def clean_credit(self) -> str:
        credit = _in_one_line(self.cleaned_data["credit"])
        if not credit:
            raise ValidationError(self.fields["credit"].error_messages["required"])
        return credit

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names = [f"alt_{code}" for code in languages.CODES]
        if not any(cleaned.get(name) or name in self.errors for name in names):
            first = f"alt_{languages.current()}"
            self.add_error(first, gettext("Say in one language at least what the picture shows."))
        return cleaned


def _in_one_line(text: str) -> str:
    """Without characters that say nothing to anybody."""
    return " ".join(rendering.sayable(text).split())


@admin.register(Picture)
class PictureAdmin(used.KeptWhileUsed, library.Library):
    form = PictureForm

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return uploading.page(self, request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With the script by which pictures are dropped on it."""
        extra = {
            "adding": uploading.script("library", request),
            "may_delete": self.has_delete_permission(request),
            "title": capfirst(self.opts.verbose_name_plural),
            **(extra_context or {}),
        }
        return super().changelist_view(request, extra)

    def get_readonly_fields(self, request: HttpRequest, obj: Picture | None = None) -> list[str]:
        # The file of a gated picture must not move to a public address, nor back.
        made = ["shown", "focal_point", "width", "height", "is_public", "used_in"]
        return made if obj else []

    def get_fields(self, request: HttpRequest, obj: Picture | None = None) -> Any:
        # A file that is chosen here takes the place of the one that is there, wherever it is shown.
        first = [*(["shown"] if obj else []), *self.file_field(request, obj)]
        more = ["width", "height", *used.fields(request)] if obj else []
        focus = [*(["focal_point"] if obj else []), "focal_x", "focal_y"]
        # Whoever describes it sees it, above the words.
        return [*first, *focus, "alt_en", "alt_fr", "credit", "is_public", *more]

    def uses_of(self, thing: Picture) -> list[Use]:
        return uses.of_picture(thing)

    def remove(self, things: Any) -> None:
        renditions.delete(things)

    @admin.display(description=pgettext_lazy("computer file", "file"))
    def shown(self, picture: Picture) -> str:
        address = reverse("admin:newsroom_picture_file", args=[picture.pk])
        return format_html('<a href="{}">{}</a>', address, picture)

    @admin.display(description=_("focal point"))
    def focal_point(self, picture: Picture) -> str:
        address = reverse("admin:newsroom_picture_file", args=[picture.pk])
        said = {"picture": picture, "address": address}
        return render_to_string("newsroom/desk/focal_point.html", said)

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Picture, form: Any, change: bool) -> None:
        if form.copy is None:
            # Not what a worker may have noted in the row meanwhile.
            obj.save(update_fields=form.changed_data)
        else:
            renditions.add(obj, form.copy)
            if change:
                publishing.finish_again({obj.pk})
        engraving.store(Article.objects.filter(cover=obj).values_list("pk", flat=True))

    # --- The file itself, for the editor and the page above ---------------------------------------

    def get_urls(self) -> list[Any]:
        file = path(
            "<int:pk>/file/",
            self.admin_site.admin_view(self.file),
            name="newsroom_picture_file",
        )
        found = path(
            "found/", self.admin_site.admin_view(self.found), name="newsroom_picture_found"
        )
        return [file, found, *super().get_urls()]

    def file(self, request: HttpRequest, pk: int) -> FileResponse:
        picture = get_object_or_404(Picture, pk=pk)
        if not (picture.is_public or opening.may_see_full_texts(request)):
            raise PermissionDenied
        small = "small" in request.GET and picture.renditions
        name = (
            picture.rendition_name(min(picture.renditions), "webp")
            if small
            else (picture.file.name or "")
        )
        try:
            return FileResponse(picture.file.storage.open(name))
        except FileNotFoundError as error:
            raise Http404 from error
