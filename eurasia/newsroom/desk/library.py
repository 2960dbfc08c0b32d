"""The library: all pictures that a member of staff may see, as a grid to look through."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from eurasia import languages
from eurasia.newsroom import uses
from eurasia.newsroom.desk import opening
from eurasia.newsroom.models import Picture

#: Of pictures in the dialogs of the editor and the cover; a search finds the others.
MOST_FOUND = 24
#: Each by a column of the list, and whether it runs downwards.
ORDERS = [
    (_("newest first"), "number", "-"),
    (_("oldest first"), "number", ""),
    (_("by credit"), "credit", ""),
    (_("widest first"), "width", "-"),
    (_("narrowest first"), "width", ""),
]


def seen_by(request: HttpRequest, pictures: QuerySet[Picture]) -> QuerySet[Picture]:
    """Gated pictures, and what is said of them, are for those who may see full texts."""
    if opening.may_see_full_texts(request):
        return pictures
    return pictures.filter(is_public=True)


def codes() -> list[str]:
    """Of the journal's languages, that of the member of staff first."""
    return sorted(languages.CODES, key=lambda code: code != languages.current())


class PublicFilter(admin.SimpleListFilter):
    title = _("readers")
    parameter_name = "public"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        if not opening.may_see_full_texts(request):
            return []  # there are no others
        return [("yes", _("public")), ("no", _("for subscribers"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() in {"yes", "no"}:
            return queryset.filter(is_public=self.value() == "yes")
        return queryset


class UseFilter(admin.SimpleListFilter):
    title = _("use")
    parameter_name = "used"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("used")), ("no", _("not used"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.filter(uses.is_used())
        if self.value() == "no":
            return queryset.exclude(uses.is_used())
        return queryset


class AlternativeFilter(admin.SimpleListFilter):
    title = _("alternative text")
    parameter_name = "alt"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("none", _("missing in both languages")),
            ("en", _("missing in English")),
            ("fr", _("missing in French")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "none":
            return queryset.filter(alt_en="", alt_fr="")
        if self.value() in languages.CODES:
            return queryset.filter(**{f"alt_{self.value()}": ""})
        return queryset


@dataclass(frozen=True)
class Order:
    name: Any
    query: str
    is_current: bool


class PictureChangeList(ChangeList):
    """With the number of uses of the pictures of one page, in as many queries as for one."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        shown = list(self.result_list)
        numbers = uses.numbers_of([picture.pk for picture in shown])
        for picture in shown:
            picture.use_count = numbers[picture.pk]
            picture.alt_language = next(
                (code for code in codes() if getattr(picture, f"alt_{code}")), ""
            )
        self.result_list = shown

    @property
    def orders(self) -> list[Order]:
        wanted = [f"{sign}{self.list_display.index(name)}" for _said, name, sign in ORDERS]
        now = self.params.get("o", wanted[0])
        return [
            Order(said, self.get_query_string({"o": value}, ["p"]), value == now)
            for (said, _name, _sign), value in zip(ORDERS, wanted, strict=True)
        ]


class Library(admin.ModelAdmin):
    """What PictureAdmin has for its list, and for the dialogs that choose from it."""

    list_display = ["number", "credit", "width"]
    list_filter = [PublicFilter, UseFilter, AlternativeFilter]
    search_fields = ["credit", "alt_en", "alt_fr"]
    search_help_text = _("What a picture shows, or its credit.")
    ordering = ["-id"]
    list_per_page = 48
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    change_list_template = "newsroom/desk/picture_list.html"

    @admin.display(ordering="id")
    def number(self, picture: Picture) -> int:
        return picture.pk

    def get_queryset(self, request: HttpRequest) -> QuerySet[Picture]:
        return seen_by(request, super().get_queryset(request))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PictureChangeList

    def found(self, request: HttpRequest) -> JsonResponse:
        """The newest pictures that a search finds; with `public`, those that all may see."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        pictures, _twice = self.get_search_results(
            request, self.get_queryset(request), request.GET.get("q", "")
        )
        if request.GET.get("public"):
            pictures = pictures.filter(is_public=True)
        newest = list(pictures.order_by("-id")[: MOST_FOUND + 1])
        found = [described(picture) for picture in newest[:MOST_FOUND]]
        return JsonResponse({"pictures": found, "more": len(newest) > MOST_FOUND})


def described(picture: Picture) -> dict[str, Any]:
    """What a dialog or a field says of a picture that it shows."""
    return {
        "id": picture.pk,
        "address": reverse("admin:newsroom_picture_change", args=[picture.pk]),
        "file": reverse("admin:newsroom_picture_file", args=[picture.pk]) + "?small",
        "alt": {code: getattr(picture, f"alt_{code}") for code in languages.CODES},
        "name": picture.alt,
        "credit": picture.credit,
    }
