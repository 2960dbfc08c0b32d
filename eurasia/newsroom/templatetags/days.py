"""Days as readers write them; a builtin of every template."""

from datetime import date, datetime

from django import template

from eurasia import languages

register = template.Library()


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    """A day in words; moments are shown in TIME_ZONE."""
    return languages.day(value) if value else ""


@register.filter(expects_localtime=True)
def moment(value: datetime | None) -> str:
    """A day and a time in TIME_ZONE."""
    return languages.moment(value) if value else ""
