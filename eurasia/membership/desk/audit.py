"""Who did what to whom: of one reader everything, of all what the desk did last."""

from datetime import datetime
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from eurasia.accounts.models import User
from eurasia.membership import deeds
from eurasia.membership.desk.reader_list import may_see_subscriptions

ON_A_PAGE = 50


def urls(model_admin: Any) -> list[Any]:
    view = model_admin.admin_site.admin_view(partial(log, model_admin))
    return [path("log/", view, name="accounts_user_log")]


def log(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """`?before=2026-05-03T10:00:00.123456Z` goes on, `?by=5` is of one member of staff."""
    if not _may_see(model_admin, request):
        raise PermissionDenied
    by = _member(request.GET.get("by", ""))
    before = _moment(request.GET.get("before", ""))
    told = deeds.latest(ON_A_PAGE + 1, before=before, by=by.pk if by else None)
    goes_on = len(told) > ON_A_PAGE
    told = told[:ON_A_PAGE]
    return _page(
        model_admin,
        request,
        "log",
        title=gettext("Log of the desk"),
        deeds=told,
        by=by,
        is_begun=before is not None,
        goes_on_before=told[-1].at.isoformat() if goes_on else "",
    )


def of_reader(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    reader = model_admin.get_object(request, object_id)
    if reader is None:
        raise Http404
    if not _may_see(model_admin, request, reader):
        raise PermissionDenied
    return _page(
        model_admin,
        request,
        "reader_log",
        title=gettext("Log"),
        subtitle=str(reader),
        crumb=reader,
        deeds=deeds.of_reader(reader),
    )


def _may_see(model_admin: Any, request: HttpRequest, reader: User | None = None) -> bool:
    return model_admin.has_view_permission(request, reader) and may_see_subscriptions(request)


def _member(number: str) -> User | None:
    if not number:
        return None
    if not number.isdecimal():
        raise Http404
    return get_object_or_404(User, pk=number, is_staff=True)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:  # well-formed, but no such day
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Http404
    return moment


def _page(model_admin: Any, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    shared = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts}
    return TemplateResponse(request, f"membership/desk/{name}.html", shared | context)
