"""Who did what to whom: the history of subscriptions and Django's log, told as one.

Read by the desk alone. A deed is what one person did at one moment, to one reader or to many.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from eurasia import languages
from eurasia.accounts.models import User
from eurasia.membership.models import Plan, Subscription

History: Any = Subscription.history.model
#: Keys under which Django's log tells of what Django does not know.
EXPORTED, SWITCHED = "exported", "switched"
#: A plan that nobody holds any more may be deleted.
GONE = "…"


@dataclass(frozen=True)
class Deed:
    at: datetime
    says: str
    #: None: the reader, a command, or somebody whose account is gone.
    by: User | None
    is_of_the_desk: bool
    #: By the reader.
    is_own: bool = False
    #: None: many, nobody, or somebody who has been erased.
    reader: User | None = None
    count: int = 1
    reason: str = ""

    @property
    def is_to_oneself(self) -> bool:
        """Somebody at the desk gave something to their own account."""
        return self.is_of_the_desk and self.by is not None and self.by == self.reader


def of_reader(reader: User) -> list[Deed]:
    """Everything that was done to a reader, by themselves too, newest first."""
    rows = History.objects.filter(reader=reader).select_related("history_user", "reader", "plan")
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(User), object_id=str(reader.pk)
    ).select_related("user")
    told = [*_of_history(rows), *(_of_entry(entry, reader) for entry in entries)]
    return sorted(told, key=lambda deed: deed.at, reverse=True)


def of_each(subscriptions: Iterable[Subscription]) -> dict[int, list[Deed]]:
    """What was done to each of some subscriptions, newest first. One query."""
    numbers = [subscription.pk for subscription in subscriptions]
    rows = History.objects.filter(id__in=numbers).select_related("history_user", "reader", "plan")
    told: dict[int, list[Deed]] = {number: [] for number in numbers}
    for row, deed in zip(rows, _of_history(rows), strict=True):
        told[row.id].append(deed)
    return told


def latest(count: int, *, before: datetime | None = None, by: int | None = None) -> list[Deed]:
    """What the desk did last, newest first: before a moment, by one of its staff."""
    rows = History.objects.filter(history_change_reason__isnull=False)
    entries = LogEntry.objects.filter(
        content_type__in=ContentType.objects.get_for_models(User, Plan).values()
    )
    if before:
        rows, entries = rows.filter(history_date__lt=before), entries.filter(action_time__lt=before)
    if by:
        rows, entries = rows.filter(history_user=by), entries.filter(user=by)
    told = [*_acts(rows, count), *_entries(entries, count)]
    return sorted(told, key=lambda deed: deed.at, reverse=True)[:count]


def _acts(rows: Any, count: int) -> list[Deed]:
    """The rows that one person wrote at one moment are one act, told by one of them."""
    acts = rows.values("history_date", "history_user").annotate(size=Count("pk"), newest=Max("pk"))
    sizes = {act["newest"]: act["size"] for act in acts.order_by("-history_date")[:count]}
    shown = History.objects.filter(pk__in=sizes).select_related("history_user", "reader", "plan")
    befores = _befores(History.objects.filter(id__in=[row.id for row in shown]))
    return [_of_row(row, befores[row.pk], sizes[row.pk]) for row in shown]


def _entries(entries: Any, count: int) -> list[Deed]:
    groups = entries.values("action_time", "user", "action_flag").annotate(
        size=Count("pk"), newest=Max("pk")
    )
    sizes = {group["newest"]: group["size"] for group in groups.order_by("-action_time")[:count]}
    shown = LogEntry.objects.filter(pk__in=sizes).select_related("user", "content_type")
    readers = User.objects.in_bulk(filter(None, map(_reader_of, shown)))
    return [
        _of_entry(entry, readers.get(_reader_of(entry) or 0), sizes[entry.pk]) for entry in shown
    ]


def _reader_of(entry: LogEntry) -> int | None:
    """The number of the account that an entry is about."""
    is_about_one = entry.object_id and not _is_of_a_plan(entry)
    return int(entry.object_id) if is_about_one else None  # type: ignore[arg-type]  # not empty


def _is_of_a_plan(entry: LogEntry) -> bool:
    return entry.content_type is not None and entry.content_type.model == "plan"


# --- In words -------------------------------------------------------------------------------------


def _of_history(rows: Sequence[Any]) -> list[Deed]:
    """Rows that hold the whole history of their subscriptions."""
    befores = _befores(rows)
    return [_of_row(row, befores[row.pk]) for row in rows]


def _befores(rows: Iterable[Any]) -> dict[int, Any]:
    """Of each row the one before it; None for the first of its subscription."""
    befores: dict[int, Any] = {}
    last: dict[int, Any] = {}
    for row in sorted(rows, key=lambda row: row.pk):
        befores[row.pk] = last.get(row.id)
        last[row.id] = row
    return befores


def _of_row(row: Any, before: Any, count: int = 1) -> Deed:
    is_of_the_desk = row.history_change_reason is not None
    is_received = before is None and row.source != Subscription.Source.FREE
    return Deed(
        at=row.history_date,
        says=_said_of_many(row, count) if count > 1 else _said(row, before, is_of_the_desk),
        by=row.history_user,
        is_of_the_desk=is_of_the_desk,
        is_own=not (is_of_the_desk or is_received),
        reader=row.reader if count == 1 else None,
        count=count,
        reason=row.history_change_reason or "",
    )


def _said(row: Any, before: Any, is_of_the_desk: bool) -> str:
    facts = {"plan": row.plan or GONE, "span": _span(row), "end": _end(row)}
    if before is None:
        if is_of_the_desk:
            return gettext("Granted “%(plan)s” %(span)s.") % facts
        if row.source == Subscription.Source.FREE:
            return gettext("Took “%(plan)s” %(span)s.") % facts
        return gettext("Received “%(plan)s” %(span)s.") % facts
    if before.ends_at != row.ends_at:
        is_longer = before.ends_at is not None and (
            row.ends_at is None or row.ends_at > before.ends_at
        )
        if is_longer and is_of_the_desk:
            return gettext("Extended “%(plan)s”: %(end)s.") % facts
        if is_longer:
            return gettext("Renewed “%(plan)s”: %(end)s.") % facts
        if is_of_the_desk:
            return gettext("Ended “%(plan)s”: %(end)s.") % facts
        return gettext("Cancelled “%(plan)s”: %(end)s.") % facts
    if before.cancelled_at != row.cancelled_at:
        if row.cancelled_at:
            return gettext("Cancelled “%(plan)s”: %(end)s.") % facts
        return gettext("Kept “%(plan)s” after all: %(end)s.") % facts
    if before.note != row.note:
        return gettext("Changed the note on “%(plan)s”.") % facts
    return gettext("Changed “%(plan)s”.") % facts


def _said_of_many(row: Any, count: int) -> str:
    facts = {"plan": row.plan or GONE, "span": _span(row), "count": count}
    if row.history_type == "+":
        return gettext("Granted “%(plan)s” to %(count)d readers %(span)s.") % facts
    return gettext("Changed %(count)d subscriptions.") % facts


def _span(row: Any) -> str:
    facts = {"start": _moment(row.starts_at), "end": _moment(row.ends_at)}
    if row.ends_at is None:
        return gettext("from %(start)s on, without an end") % facts
    return gettext("from %(start)s until %(end)s") % facts


def _end(row: Any) -> str:
    if row.ends_at is None:
        return gettext("without an end")
    return gettext("until %(end)s") % {"end": _moment(row.ends_at)}


def _moment(moment: datetime | None) -> str:
    return languages.moment(timezone.localtime(moment)) if moment else ""


def _of_entry(entry: LogEntry, reader: User | None, count: int = 1) -> Deed:
    return Deed(
        at=entry.action_time,
        says=_said_of_entry(entry, count),
        by=entry.user,
        is_of_the_desk=True,
        reader=reader if count == 1 else None,
        count=count,
    )


def _said_of_entry(entry: LogEntry, count: int) -> str:
    if _is_of_a_plan(entry):
        return gettext("Plan “%(plan)s”: %(change)s") % {
            "plan": entry.object_repr,
            "change": entry.get_change_message(),
        }
    if entry.action_flag == ADDITION:
        text = ngettext("Made the account.", "Made %(count)d accounts.", count)
        return text % {"count": count}
    if entry.action_flag == DELETION:
        text = ngettext("Erased the account.", "Erased %(count)d accounts.", count)
        return text % {"count": count}
    own = _own_words(entry)
    if EXPORTED in own:
        count = own[EXPORTED]["count"]
        text = ngettext("Exported %(count)d reader.", "Exported %(count)d readers.", count)
        return text % {"count": count}
    said: list[str] = [entry.get_change_message()]
    if SWITCHED in own:
        is_on = own[SWITCHED]
        said.append(gettext("Switched it on.") if is_on else gettext("Switched it off."))
    return " ".join(said)


def _own_words(entry: LogEntry) -> dict[str, Any]:
    """What stands in an entry beside that which Django reads."""
    told: dict[str, Any] = {}
    if entry.change_message.startswith("["):
        for part in json.loads(entry.change_message):
            told |= part
    return told
