"""Pictures: looked at while they come in."""

from itertools import chain
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from js_asset import Script

from eurasia.newsroom import clean_copies, engraving, publishing, renditions, uses
from eurasia.newsroom.desk import opening, used
from eurasia.newsroom.models import Article, Picture
from eurasia.newsroom.uses import Use

#: Of pictures in the editor's dialog; a search finds the others.
MOST_FOUND = 12
ACCEPTED = ",".join(chain(*map(sorted, clean_copies.FORMATS.values())))

PARTS = {"min": 0, "max": 1, "step": 0.01}


class PictureForm(forms.ModelForm):
    """Makes the clean copy while it looks at the file, so that a broken one is said at once."""

    copy: clean_copies.CleanCopy | None = None

    class Meta:
        # Django's own field for pictures looks at them without saying what is wrong.
        field_classes = {"file": forms.FileField}
        widgets = {
            "file": forms.FileInput(attrs={"accept": ACCEPTED}),
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


@admin.register(Picture)
class PictureAdmin(used.KeptWhileUsed, admin.ModelAdmin):
    form = PictureForm
    list_display = ["__str__", "credit", "width", "height", "is_public"]
    list_filter = ["is_public"]
    search_fields = ["credit", "file"]
    ordering = ["-id"]

    def get_readonly_fields(self, request: HttpRequest, obj: Picture | None = None) -> list[str]:
        # The file of a gated picture must not move to a public address, nor back.
        made = ["shown", "focal_point", "width", "height", "is_public", "used_in"]
        return made if obj else []

    def get_fields(self, request: HttpRequest, obj: Picture | None = None) -> Any:
        # A file that is chosen here takes the place of the one that is there, wherever it is shown.
        first = [*(["shown"] if obj else []), *self.file_field(request, obj)]
        more = ["width", "height", *used.fields(request)] if obj else []
        focus = ["focal_x", "focal_y"]
        if obj and _may_see(obj, request):
            focus = ["focal_point", *focus]
        return [*first, "credit", "is_public", *focus, *more]

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

    def found(self, request: HttpRequest) -> JsonResponse:
        """What the editor's dialog offers: the newest pictures of that name or credit."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        pictures, _twice = self.get_search_results(
            request, self.get_queryset(request), request.GET.get("q", "")
        )
        if request.GET.get("public") or not opening.may_see_full_texts(request):
            pictures = pictures.filter(is_public=True)
        return JsonResponse(
            {"pictures": [{"id": each.pk, "name": str(each)} for each in pictures[:MOST_FOUND]]}
        )

    def file(self, request: HttpRequest, pk: int) -> FileResponse:
        picture = get_object_or_404(Picture, pk=pk)
        if not _may_see(picture, request):
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


def _may_see(picture: Picture, request: HttpRequest) -> bool:
    return picture.is_public or opening.may_see_full_texts(request)
