"""Readers as a file for a spreadsheet. Who takes one with them stands in the log."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone, translation
from django.utils.translation import gettext

from eurasia.accounts.models import User
from eurasia.membership import deeds, glance, spreadsheets
from eurasia.membership.desk.reader_list import may_see_subscriptions
from eurasia.policy import reader_of

COLUMNS = [
    "email", "name", "language", "state", "plan", "source", "starts", "ends", "seen", "joined",
    "active",
]  # fmt: skip
AT_ONCE = 2_000
#: Says that it is UTF-8 to spreadsheets that would not think of it.
BOM = "\ufeff"


def urls(model_admin: Any) -> list[Any]:
    view = model_admin.admin_site.admin_view(partial(export, model_admin))
    return [path("export/", view, name="accounts_user_export")]


def export(model_admin: Any, request: HttpRequest) -> HttpResponseBase:
    """Of the readers that the list shows with the same search and filters: asks, then sends."""
    if not may_export(model_admin, request):
        raise PermissionDenied
    changes = model_admin.get_changelist_instance(request)
    if request.method == "POST":
        return sent(request, changes.queryset)
    return TemplateResponse(
        request,
        "membership/desk/export.html",
        {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": gettext("Export"),
            "count": changes.queryset.count(),
            "is_narrowed": bool(changes.query or changes.has_active_filters),
            "columns": COLUMNS,
            "asked": request.GET.urlencode(),
        },
    )


def may_export(model_admin: Any, request: HttpRequest) -> bool:
    return model_admin.has_view_permission(request) and may_see_subscriptions(request)


def sent(request: HttpRequest, readers: QuerySet[User]) -> HttpResponseBase:
    """The file, and a word about it in the log."""
    count = readers.count()
    LogEntry.objects.create(
        user=reader_of(request),
        content_type=ContentType.objects.get_for_model(User),
        action_flag=CHANGE,
        change_message=json.dumps([{deeds.EXPORTED: {"count": count}}]),
    )
    # The spreadsheets of the French part their cells by semicolons.
    separator = ";" if translation.get_language() == "fr" else ","
    answer = StreamingHttpResponse(_lines(readers, separator), content_type="text/csv")
    name = f"readers-{timezone.localdate():%Y-%m-%d}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _lines(readers: QuerySet[User], separator: str) -> Iterator[str]:
    yield BOM + spreadsheets.written([COLUMNS], separator)
    at, last = timezone.now(), 0
    readers = readers.order_by("pk")
    while some := list(readers.filter(pk__gt=last)[:AT_ONCE]):
        glances = glance.of_each([reader.pk for reader in some], at)
        rows = [_row(reader, glances[reader.pk]) for reader in some]
        yield spreadsheets.written(rows, separator)
        last = some[-1].pk


def _row(reader: User, seen: glance.Glance) -> list[str]:
    one = seen.subscription
    return [
        reader.email,
        reader.name,
        reader.language,
        seen.state.value,
        one.plan.name if one else "",
        one.source if one else "",
        _day(one and one.starts_at),
        _day(one and one.ends_at),
        reader.seen_on.isoformat() if reader.seen_on else "",
        _day(reader.date_joined),
        "yes" if reader.is_active else "no",
    ]


def _day(moment: Any) -> str:
    return timezone.localtime(moment).date().isoformat() if moment else ""
