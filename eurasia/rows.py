"""Fields that stand in the rows of a table at the desk: Django names the columns alone."""

from typing import Any

from django import forms


class NamedField(forms.BoundField):
    """Says its name to those who do not see in which column it stands."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Any = None) -> dict[str, Any]:
        named: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        return named if self.is_hidden else {"aria-label": self.label, **named}


class RowForm(forms.ModelForm):
    """For an inline's `form` and for that of a list."""

    bound_field_class = NamedField


class EditableList:
    """An admin whose list is a form, too."""

    def get_changelist_form(self, request: Any, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, form=RowForm, **kwargs)  # type: ignore[misc]  # that of ModelAdmin
