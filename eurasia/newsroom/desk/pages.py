"""Every page of an article at the desk beside the form itself, and what each adds to the form.

A part is a module with `urls(model_admin)` and, where it shows something on the page of the form,
`context(model_admin, request, article, form)`; `article` is None for a new one.
"""

from typing import Any

from django.http import HttpRequest

from eurasia.newsroom.desk import (
    bin,
    notes,
    planning,
    previews,
    release,
    translating,
    versions,
    why,
    workflow,
    writing,
)
from eurasia.newsroom.models import Article

PARTS: list[Any] = [
    writing,
    versions,
    workflow,
    release,
    notes,
    planning,
    previews,
    translating,
    bin,
    why,
]


def urls(model_admin: Any) -> list[Any]:
    return [url for part in PARTS for url in part.urls(model_admin)]


def context(
    model_admin: Any, request: HttpRequest, article: Article | None, form: Any
) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for part in PARTS:
        if hasattr(part, "context"):
            merged |= part.context(model_admin, request, article, form)
    return merged
