"""Where a list goes on: `?before=<UTC microseconds>-<id>`, stable while articles are published."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.db.models import Q

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Cursor:
    """A place in the order (`published_at`, `id`) descending."""

    at: datetime
    id: int

    @classmethod
    def of(cls, article: Any) -> Self:
        return cls(article.published_at, article.pk)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError for text that no list of ours has written."""
        if not (match := re.fullmatch(r"(-?\d{1,18})-(\d{1,18})", text, re.ASCII)):
            raise ValueError("malformed cursor")
        try:
            return cls(EPOCH + timedelta(microseconds=int(match[1])), int(match[2]))
        except OverflowError as error:
            raise ValueError("malformed cursor") from error

    @property
    def beyond(self) -> Q:
        """What comes after this place.

        The span is where an index begins. It has two ends because SQLite would else begin where
        `published` ends, and read all that is newer.
        """
        span = Q(published_at__range=(BEGINNING, self.at))
        return span & (Q(published_at__lt=self.at) | Q(id__lt=self.id))

    @property
    def ahead(self) -> Q:
        """What comes before this place."""
        return Q(published_at__gte=self.at) & (Q(published_at__gt=self.at) | Q(id__gt=self.id))

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}-{self.id}"
