"""What the journal says of itself on every page: its settings, as the desk has saved them last.

Any module may ask. The row (newsroom.journal) is read again when it was read JOURNAL_SECONDS ago,
so that every process follows a change by itself: a front that shows a page for a second more is
then still within two.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import Error

_tried: ContextVar[Any] = ContextVar("tried", default=None)
#: The row, or one of defaults, and until when it is good.
_known: tuple[Any, float] = (None, 0.0)


def current() -> Any:
    """The settings of the journal; the same object for as long as nothing changes in them."""
    journal, until = _known
    if journal is None or time.monotonic() >= until:
        journal = _asked(journal)
        remember(journal)
    return _tried.get() or journal


def name() -> str:
    return current().name or settings.SITE_NAME


def remember(journal: Any) -> None:
    global _known
    _known = (journal, time.monotonic() + settings.JOURNAL_SECONDS)


@contextmanager
def trying(journal: Any) -> Iterator[None]:
    """What is drawn in this block says what `journal` says, saved or not."""
    token = _tried.set(journal)
    try:
        yield
    finally:
        _tried.reset(token)


def _asked(last: Any) -> Any:
    model = apps.get_model("newsroom.Journal")
    try:
        row = model.objects.select_related("card_picture").filter(pk=1).first() or model()
    except Error:  # pages of errors are drawn without a database, too
        return last or model()
    return last if last is not None and _values(last) == _values(row) else row


def _values(journal: Any) -> list[dict[str, Any]]:
    return [{**vars(row), "_state": None} for row in [journal, journal.card_picture] if row]
