"""From draft to published and back: review, checklist, schedule, withdrawal, correction."""

from typing import Any


def urls(model_admin: Any) -> list[Any]:
    return []
