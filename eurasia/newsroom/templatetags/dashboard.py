"""The panels of the desk's first page."""

from typing import Any

from django import template
from django.utils import timezone

from eurasia.newsroom.desk import dashboard

register = template.Library()


@register.simple_tag(takes_context=True)
def panels(context: dict[str, Any]) -> list[dashboard.Panel]:
    return dashboard.panels(context["request"], timezone.now())
