"""A field that holds a picture of the library, and shows which."""

import json
from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from js_asset import ImportMap, Media, Script

from eurasia.newsroom.desk import uploading
from eurasia.newsroom.models import Picture


class PictureInput(forms.NumberInput):
    """The number of a public picture, which desk/cover.js dresses.

    `alt` is the id of the field that takes the picture's alternative text as a proposal.
    """

    template_name = "newsroom/desk/picture_input.html"

    def __init__(self, alt: str = "") -> None:
        super().__init__(attrs={"min": 1})
        self.alt = alt

    @property
    def media(self) -> Media:
        modules = ["adding", "choosing", "dialog"]
        return Media(
            importmap=ImportMap({f"desk/{name}": f"desk/{name}.js" for name in modules}),
            css={"all": ["desk/editor.css", "desk/library.css"]},
            js=[Script("desk/cover.js", type="module")],
        )

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        number = int(value) if str(value).isdecimal() and len(str(value)) < 19 else 0
        config = {**uploading.config(), "alt": self.alt}
        return context | {
            "picture": Picture.objects.filter(pk=number, is_public=True).first(),
            "config": json.dumps(config, cls=DjangoJSONEncoder),
        }


def picture_field(db_field: Any, *, alt: str = "") -> Any:
    """The form field of a foreign key to Picture, without the admin's own doors beside it."""
    return db_field.formfield(widget=PictureInput(alt))
