"""The prose editor of the desk. Its schema (static/desk/schema.js) holds what `rendering.clean`
lets through; source that it cannot give back whole is edited as source."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_prose_editor.widgets import importmap
from js_asset import ImportMap, Media, Script

from eurasia.newsroom.desk import uploading

MODULES = [
    "adding",
    "choosing",
    "dialog",
    "editor",
    "notes",
    "paste",
    "pictures",
    "schema",
    "source",
    "toolbar",
]

#: Fields whose text everyone may read; a row of the page of translations says so itself.
FREE_TEXTS = {"teaser", "introduction_en", "introduction_fr", "about_en", "about_fr"}

#: What a passage may be written in: code, name, direction.
LANGUAGES = [
    ("fa", _("Persian"), "rtl"),
    ("ar", _("Arabic"), "rtl"),
    ("tr", _("Turkish"), "ltr"),
    ("fr", _("French"), "ltr"),
    ("en", _("English"), "ltr"),
    ("ru", _("Russian"), "ltr"),
    ("zh", _("Chinese"), "ltr"),
    ("az", _("Azerbaijani"), "ltr"),
    ("ckb", _("Central Kurdish"), "rtl"),
    ("de", _("German"), "ltr"),
    ("he", _("Hebrew"), "rtl"),
    ("hy", _("Armenian"), "ltr"),
    ("ka", _("Georgian"), "ltr"),
    ("la", _("Latin"), "ltr"),
    ("ota", _("Ottoman Turkish"), "rtl"),
    ("ps", _("Pashto"), "rtl"),
    ("ur", _("Urdu"), "rtl"),
]

TEXTS = {
    "add_column": _("Add column"),
    "add_row": _("Add row"),
    "address": _("Address"),
    "address_help": _("Empty removes the link."),
    "address_of_document": _("A document is chosen from the list, or by its address."),
    "alt": _("Alternative text"),
    "alt_help": _("What the picture shows, for those who do not see it."),
    "back": _("Back to the editor"),
    "bold": _("Bold"),
    "bullet_list": _("Bulleted list"),
    "cancel": _("Cancel"),
    "caption": _("Caption"),
    "delete_column": _("Delete column"),
    "delete_row": _("Delete row"),
    "delete_table": _("Delete table"),
    "figure": _("Picture with caption"),
    "footnote": _("Footnote"),
    "header_cell": _("Header cell"),
    "heading_2": _("Heading"),
    "heading_3": _("Subheading"),
    "heading_4": _("Minor heading"),
    "italic": _("Italic"),
    "kept_as_source": _(
        "The editor would lose some of this source, so it is shown as it is. "
        "It is saved as you see it."
    ),
    "language": _("Language of the passage"),
    "link": _("Link"),
    "link_language": _("Language of the page"),
    "link_language_help": _("A code such as fa, if it is not that of the article."),
    "link_title": _("Title"),
    "merge_cells": _("Merge or split cells"),
    "no_language": _("Language of the article"),
    "note": _("Footnote"),
    "note_again": _("Again:"),
    "note_key": _("Name"),
    "note_key_help": _(
        "For a note that is referred to several times: give it a name here, then leave the text "
        "of the later ones empty and give them the same name."
    ),
    "note_text": _("Text"),
    "ok": _("OK"),
    "ordered_list": _("Numbered list"),
    "paragraph": _("Paragraph"),
    "picture": _("Picture"),
    "preformatted": _("Preformatted"),
    "pull_quote": _("Pull quote"),
    "quotation": _("Quotation"),
    "redo": _("Redo"),
    "rule": _("Dividing line"),
    "source": _("Source"),
    "strike": _("Struck through"),
    "style": _("Style"),
    "subscript": _("Subscript"),
    "superscript": _("Superscript"),
    "table": _("Table"),
    "table_caption": _("Table caption"),
    "tools": _("Tools: {field}"),
    "undo": _("Undo"),
}


class ProseWidget(forms.Textarea):
    """A text area of source HTML that desk/editor.js dresses; without scripts it stays one."""

    @property
    def media(self) -> Media:
        return Media(
            importmap=importmap
            | ImportMap({f"desk/{module}": f"desk/{module}.js" for module in MODULES}),
            css={
                "all": [
                    "django_prose_editor/material-icons.css",
                    "desk/editor.css",
                    "desk/library.css",
                ]
            },
            js=[Script("desk/editor.js", type="module")],
        )

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        config = {
            "languages": [
                {"code": code, "name": name, "dir": direction}
                for code, name, direction in LANGUAGES
            ],
            "pictures": reverse("admin:newsroom_picture_file", args=[0]),
            "adding": uploading.config(),
            # A full text alone opens documents.
            "documents": reverse("admin:newsroom_document_found") if name == "body" else "",
            # Readers of a free text see public pictures alone; what is added to another is gated.
            "public": name in FREE_TEXTS,
            "texts": TEXTS,
        }
        context["widget"]["attrs"]["data-prose"] = json.dumps(config, cls=DjangoJSONEncoder)
        return context


def prose_field(*, label: Any, **options: Any) -> forms.CharField:
    """A form field for source HTML. It cleans nothing: rendering.clean does, for every writer."""
    return forms.CharField(label=capfirst(label), required=False, widget=ProseWidget, **options)


class ModularAdmin(admin.ModelAdmin):
    """The admin of a model whose form has modules: their import map carries the nonce."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["media"] = Media.from_media(context["media"], nonce=request.csp_nonce)  # type: ignore[attr-defined]  # set by django-csp
        return super().render_change_form(request, context, *args, **kwargs)


class ProseAdmin(ModularAdmin):
    """The admin of a model with prose, which readers see on a page of its own."""

    def view_on_site(self, shown: Any) -> str:
        return str(shown.get_absolute_url())
