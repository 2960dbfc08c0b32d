"""The table of spellings that searches go by."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from eurasia.newsroom.folding import fold
from eurasia.newsroom.models import SpelledName, Spelling
from eurasia.newsroom.spellings import same
from eurasia.rows import RowForm


class SpellingFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        """Refuse two that fold into one: each by itself meets those stored already, not these."""
        texts: dict[str, str] = {}
        for form in self.forms:
            text = form.cleaned_data.get("text", "") if form.is_valid() else ""
            if not text or form in self.deleted_forms:
                continue
            other = texts.setdefault(fold(text), text)
            if other is not text:
                raise ValidationError(same(text, other))


class SpellingInline(admin.TabularInline):
    """Spellings are all there is of a name: who may change it says how it is written."""

    model = Spelling
    form = RowForm
    formset = SpellingFormSet
    min_num = 2
    extra = 1
    ordering = ["id"]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, validate_min=True, **kwargs)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("newsroom.view_spelledname")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        names = ["newsroom.add_spelledname", "newsroom.change_spelledname"]
        return any(request.user.has_perm(name) for name in names)

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(SpelledName)
class SpelledNameAdmin(admin.ModelAdmin):
    list_display = ["spelt"]
    search_fields = ["spellings__text", "spellings__folded"]
    search_help_text = _(
        "Any spelling. Who searches for one spelling of a name finds all the others."
    )
    ordering = ["id"]
    inlines = [SpellingInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SpelledName]:
        return super().get_queryset(request).prefetch_related("spellings")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        return super().get_search_results(request, queryset, fold(search_term))

    @admin.display(description=_("spellings"))
    def spelt(self, name: SpelledName) -> str:
        return str(name)
