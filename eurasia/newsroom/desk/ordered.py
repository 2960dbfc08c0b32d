"""Choosing several rows in an order: one list of choices a row, moved by desk/ordering.js.

Without scripts the choices are taken in the order in which they stand.
"""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from js_asset import Script

EMPTY_CHOICES = 1

#: Of lists and of tables alike: a page with `[data-order-rows]` takes the same.
MEDIA = forms.Media(
    css={"all": ["desk/ordering.css"]}, js=[Script("desk/ordering.js", type="module")]
)


def texts() -> str:
    """What ordering.js says, for `data-order-texts`."""
    return json.dumps(
        {
            "up": _("Move up: {row}"),
            "down": _("Move down: {row}"),
            "remove": _("Remove: {row}"),
            "add": _("Add another"),
            "choice": _("Choice {place}"),
            "moved": _("{row} is now number {place} of {count}."),
        }
    )


class OrderedSelects(forms.SelectMultiple):
    """Renders one `<select>` a chosen row and an empty one, all of one name."""

    template_name = "newsroom/desk/ordered_selects.html"

    @property
    def media(self) -> forms.Media:
        return MEDIA

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, [], attrs)
        chosen = [str(each) for each in value or []]
        context["rows"] = [*chosen, *[""] * EMPTY_CHOICES]
        context["choices"] = [(str(key), label) for key, label in self.choices]
        context["texts"] = texts()
        del context["widget"]["attrs"]["multiple"]  # they are those of the group
        return context

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return ""  # it is not one field that the label is of


class OrderedModelField(forms.ModelMultipleChoiceField):
    """Cleans to a list of ids in the order given, each once."""

    widget = OrderedSelects

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "aria-label": self.label}

    def clean(self, value: Any) -> list[int]:  # type: ignore[override]  # a queryset has no order of ours
        given = list(dict.fromkeys(each for each in value or [] if each))
        super().clean(given)
        return [int(each) for each in given]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return [str(each) for each in initial or []] != [str(each) for each in data or [] if each]
