"""What the page of an article asks while somebody writes: autosave, presence, outsiders' view."""

from typing import Any


def urls(model_admin: Any) -> list[Any]:
    return []
