"""What the journal holds of a reader: shown, exported, erased. The privacy page is made of it.

Holdings are registered in `AppConfig.ready`; the apps above add what they hold. A test fails on a
column that names a reader and stands in no holding.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from eurasia.accounts.models import User

#: Columns that are named by nobody but the code, or otherwise than on the account's pages.
NAMES: dict[str, Promise] = {
    "about": _("About"),
    "at": _("On"),
    "created_at": _("Added"),
    "email": _("Email address"),
    "history_date": _("Saved"),
    "ip": _("Network address"),
    "kind": _("Kind"),
    "last_seen_at": _("Last seen"),
    "last_used_at": _("Last used"),
    "last_used_on": _("Last used"),
    "made_at": _("Made"),
    "revoked_at": _("Revoked"),
    "saved_at": _("Saved"),
    "seen_at": _("Last seen"),
    "seen_on": _("Last seen"),
    "sent_at": _("Sent"),
    "user_agent": _("Browser"),
}
#: Between the wish to be erased and the erasure: so long it can be taken back.
GRACE = timedelta(days=7)


@dataclass(frozen=True)
class Holding:
    """Rows of one model that name a reader, in the words of the privacy page."""

    title: Promise
    purpose: Promise
    #: Until when.
    kept: Promise
    model: type[Model]
    #: Lookups that lead to the reader; a row that one of them finds is theirs.
    readers: Sequence[str]
    #: What is shown and exported, as lookups.
    fields: Sequence[str]
    #: What is held as well: secrets, texts of the journal, and numbers that say nothing.
    unseen: Sequence[str] = ()
    #: Held of people who work at the desk alone.
    is_of_the_desk: bool = False

    @property
    def key(self) -> str:
        return self.model._meta.label_lower

    @property
    def labels(self) -> list[str]:
        """What each of `fields` is called."""
        columns = [name.partition(LOOKUP_SEP)[0] for name in self.fields]
        fields: Any = self.model._meta
        return [
            str(NAMES.get(name) or capfirst(str(fields.get_field(name).verbose_name)))
            for name in columns
        ]

    def of(self, reader: User) -> QuerySet[Any]:
        """The reader's rows, to be asked for inside `opened`."""
        theirs = reduce(or_, (Q(**{lookup: reader.pk}) for lookup in self.readers))
        return self.model._base_manager.filter(theirs)

    def rows(self, reader: User) -> list[dict[str, Any]]:
        """What is shown of them, oldest first."""
        return list(self.of(reader).order_by("pk").values(*self.fields))


_holdings: list[Holding] = []
#: What must be open while rows of a reader are looked at or erased, such as the vault.
_openers: list[Callable[[], AbstractContextManager[None]]] = []
#: What must happen before the rows that hang on a reader go.
_before_erasing: list[Callable[[User], None]] = []
#: What goes by itself: what it is called, and what deletes it and counts.
_retention: dict[str, Callable[[datetime], int]] = {}


def register(*holdings: Holding) -> None:
    # Apps get ready from the roof of the house down; shown is first what lies at its foot.
    _holdings[:0] = holdings


def open_while_erasing(opener: Callable[[], AbstractContextManager[None]]) -> None:
    """Register a context manager that is entered around every erasure and export."""
    _openers.append(opener)


def before_erasing(act: Callable[[User], None]) -> None:
    _before_erasing.append(act)


def retain(name: str, purge: Callable[[datetime], int]) -> None:
    """Register what `apply_retention` deletes: `purge` takes the instant and answers how much."""
    _retention[name] = purge


@contextmanager
def opened() -> Iterator[None]:
    """Everything that hangs on a reader may be looked at and deleted inside."""
    with ExitStack() as stack:
        for opener in _openers:
            stack.enter_context(opener())
        yield


# --- Shown and exported ---------------------------------------------------------------------------


def holdings() -> list[Holding]:
    """In the order in which they are shown."""
    return [*_holdings]


def held(reader: User) -> list[tuple[Holding, list[dict[str, Any]]]]:
    """Everything that is held of one reader, without what is held of nobody."""
    with opened():
        found = [(holding, holding.rows(reader)) for holding in _holdings]
    return [(holding, rows) for holding, rows in found if rows]


# --- Erased ---------------------------------------------------------------------------------------


def ask_for_erasure(reader: User, at: datetime) -> datetime:
    """Note the wish to be erased; answers when that will be. A second wish changes nothing."""
    User.objects.filter(pk=reader.pk, erasure_due_at=None).update(erasure_due_at=at + GRACE)
    reader.refresh_from_db(fields=["erasure_due_at"])
    assert reader.erasure_due_at is not None  # just set
    return reader.erasure_due_at


def take_back(reader: User) -> None:
    """The reader stays after all."""
    User.objects.filter(pk=reader.pk).update(erasure_due_at=None)
    reader.refresh_from_db(fields=["erasure_due_at"])


def erase_due(at: datetime) -> int:
    """Erase those whose grace has ended: erasure_due_at ≤ at."""
    due = User.objects.filter(erasure_due_at__lte=at)
    return sum(_erase_if(due, pk) for pk in due.values_list("pk", flat=True))


@transaction.atomic
def _erase_if(due: Any, pk: int) -> bool:
    """A wish that has been taken back in the meantime is no wish."""
    reader = due.select_for_update().filter(pk=pk).first()
    if reader:
        erase(reader)
    return bool(reader)


@transaction.atomic
def erase(reader: User) -> None:
    """Delete a reader with everything that hangs on the account. There is no way back.

    What a ledger needs stays, without the name.
    """
    with opened():
        _leave_the_log(reader)
        for act in _before_erasing:
            act(reader)
        reader.delete()


def _leave_the_log(reader: User) -> None:
    """What was done at the desk about a reader names them, or their address, in words."""
    for holding in _holdings:
        if not holding.is_of_the_desk:
            kind = ContentType.objects.get_for_model(holding.model)
            numbers = [str(pk) for pk in holding.of(reader).values_list("pk", flat=True)]
            about = LogEntry.objects.filter(content_type=kind, object_id__in=numbers)
            about.update(object_repr="")
    gone = Q(object_repr=reader.email) | Q(object_repr__startswith=f"{reader.email} ")
    LogEntry.objects.filter(gone).update(object_repr="")
    LogEntry.objects.filter(change_message__icontains=reader.email).update(change_message="")


# --- What goes by itself --------------------------------------------------------------------------


def apply_retention(at: datetime) -> dict[str, int]:
    """Delete all whose time has come; answers how much of each."""
    return {name: purge(at) for name, purge in _retention.items()}
