"""Days as readers write them; a builtin of every template."""

from datetime import date

from django import template
from django.utils.formats import date_format

from eurasia import languages

register = template.Library()


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    """A day in words: 1 January 2026, 1er janvier 2026. Moments are shown in TIME_ZONE."""
    if not value:
        return ""
    said = date_format(value, "j F Y")
    return f"1er {said[2:]}" if languages.current() == "fr" and value.day == 1 else said
