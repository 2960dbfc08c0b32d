"""When a session was last used, from where, by which browser; and on which day its reader came.

Noted once in five minutes by each process, and written when no page waits for it.
"""

import time
from collections import deque
from collections.abc import Mapping
from datetime import date
from importlib import import_module
from typing import NamedTuple

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from eurasia.accounts.models import User
from eurasia.behind import behind

#: So exact is "last seen", in seconds.
EXACT_TO = 5 * 60
#: Sessions that a process remembers to have noted; then it begins anew.
MOST_REMEMBERED = 20_000
LONGEST_AGENT = UserSession._meta.get_field("user_agent").max_length


class Visit(NamedTuple):
    reader: int
    ip: str
    user_agent: str
    #: The day that is noted of the reader.
    seen_on: date | None


_noted: deque[tuple[str, Visit]] = deque()
#: When each session was noted last, in seconds since 1970.
_noted_at: dict[str, float] = {}


def note(request: HttpRequest, reader: User) -> None:
    """That `reader` asks for something, in the session of `request`."""
    key, now = request.session.session_key, time.time()
    if not key or 0 <= now - _noted_at.get(key, 0) < EXACT_TO:
        return
    if len(_noted_at) >= MOST_REMEMBERED:
        _noted_at.clear()
    _noted_at[key] = now
    agent = request.headers.get("User-Agent", "")[:LONGEST_AGENT]
    ip = get_adapter().get_client_ip(request)
    _noted.append((key, Visit(reader.pk, ip, agent, reader.seen_on)))
    if behind.is_on:
        behind.start()
    else:
        write()


def write() -> None:
    """What has been noted. What the database does not take is lost; in five minutes more comes."""
    if visits := dict(_noted.popleft() for _each in range(len(_noted))):
        _write(visits)


@transaction.atomic
def _write(visits: Mapping[str, Visit]) -> None:
    today = timezone.localdate()
    new_today = {visit.reader for visit in visits.values() if visit.seen_on != today}
    if new_today:
        User.objects.filter(pk__in=new_today).update(seen_on=today)
    known = {row.session_key: row for row in UserSession.objects.filter(session_key__in=visits)}
    changed = []
    for key, session in known.items():
        now, before = visits[key][:3], (session.user_id, session.ip, session.user_agent)
        if now != before:
            session.user_id, session.ip, session.user_agent = now
            changed.append(session)
    UserSession.objects.bulk_update(changed, ["user", "ip", "user_agent"], batch_size=500)
    UserSession.objects.filter(session_key__in=known).update(last_seen_at=timezone.now())
    # Not those that were ended meanwhile, nor those of readers who were erased.
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    new = {key: visit for key, visit in visits.items() if key not in known and store.exists(key)}
    readers = User.objects.in_bulk({visit.reader for visit in new.values()})
    UserSession.objects.bulk_create(
        UserSession(session_key=key, user_id=visit.reader, ip=visit.ip, user_agent=visit.user_agent)
        for key, visit in new.items()
        if visit.reader in readers
    )
