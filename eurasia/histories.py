"""What has been saved of a row, by django-simple-history."""

from functools import cache
from typing import Any

from simple_history import manager, models


class _Manager(manager.HistoryManager):
    """django-simple-history makes a class of managers anew whenever a history is looked at, which
    takes as long as writing a row into it.
    """

    @classmethod
    @cache
    def from_queryset(cls, queryset_class: Any) -> Any:
        return super().from_queryset(queryset_class)


class HistoricalRecords(models.HistoricalRecords):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, history_manager=_Manager, **named)
