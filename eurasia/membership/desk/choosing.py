"""Choosing a reader by address or name: who is meant is told by both."""

from typing import Any

from django import forms
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.html import format_html

from eurasia.accounts.models import User


def label_of(reader: User) -> str:
    return f"{reader.name}, {reader.email}" if reader.name else reader.email


def in_two_lines(reader: User) -> str:
    """For a list."""
    return format_html("{}<br>{}", reader.email, reader.name) if reader.name else reader.email


class ReaderField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return label_of(obj)


class NumberedSelect(AutocompleteSelect):
    """Django's, which fails on a value that is no number, such as one of a mistyped address."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        numbers = [each for each in value if str(each).isdecimal() and len(str(each)) < 19]
        return super().optgroups(name, numbers, attr)


class ReaderSelect(NumberedSelect):
    def get_url(self) -> str:
        return reverse("admin:accounts_user_choose")


class ReadersView(AutocompleteJsonView):
    """Django's, which would tell readers of one name by nothing. Asks for the right to see them."""

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return {"id": str(obj.pk), "text": label_of(obj)}

    def process_request(self, request: HttpRequest) -> Any:
        term, *rest = super().process_request(request)
        return term.replace("\0", ""), *rest


def urls(model_admin: Any) -> list[Any]:
    view = ReadersView.as_view(admin_site=model_admin.admin_site)
    return [path("choose/", model_admin.admin_site.admin_view(view), name="accounts_user_choose")]
