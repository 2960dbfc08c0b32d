"""Deleted articles, until they are purged."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from eurasia.accounts.models import User
from eurasia.newsroom import publishing
from eurasia.newsroom.desk import opening
from eurasia.newsroom.models import Article
from eurasia.policy import reader_of

ON_A_PAGE = 50


def urls(model_admin: Any) -> list[Any]:
    def page(route: str, view: Any, name: str) -> Any:
        view = model_admin.admin_site.admin_view(view)
        return path(f"bin/{route}", view, name=f"newsroom_article_{name}")

    return [
        page("", partial(contents, model_admin), "bin"),
        page("<int:pk>/restore/", require_POST(partial(restore, model_admin)), "restore"),
    ]


def _of(request: HttpRequest, at: datetime) -> QuerySet[Article]:
    """What of the bin this member of staff may take out again. Raises PermissionDenied."""
    articles = publishing.restorable(at)
    if request.user.has_perm("newsroom.delete_article"):
        return articles
    if request.user.has_perm(opening.OWN_PERMISSION):
        return articles.filter(owner=request.user)
    raise PermissionDenied


def contents(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """What lies in the bin, the last deleted first."""
    at = timezone.now()
    deletion = Article.history.filter(id=OuterRef("pk"), deleted_at=OuterRef("deleted_at"))
    who = deletion.order_by("history_id").values("history_user")[:1]  # later ones are imports
    articles: QuerySet[Any] = _of(request, at).annotate(deleted_by=Subquery(who))
    articles = articles.order_by("-deleted_at", "-id")
    page = Paginator(articles, ON_A_PAGE).get_page(request.GET.get("p"))
    editors = User.objects.in_bulk({article.deleted_by for article in page} - {None})
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": gettext("Bin"),
        "rows": [
            {
                "article": article,
                "by": editors.get(article.deleted_by),
                "until": article.deleted_at + publishing.IN_THE_BIN,
                "days_left": _days(article.deleted_at + publishing.IN_THE_BIN - at),
            }
            for article in page
        ],
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
    }
    return render(request, "newsroom/desk/bin.html", context)


def restore(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Take an article out of the bin, as a draft."""
    at = timezone.now()
    article = get_object_or_404(_of(request, at), pk=pk)
    back = reverse("admin:newsroom_article_bin")
    try:
        publishing.restore(article, by=reader_of(request), at=at)
    except ValidationError as error:
        model_admin.message_user(request, " ".join(error.messages), messages.ERROR)
        return HttpResponseRedirect(back)
    model_admin.log_change(request, article, gettext("Restored from the bin."))
    said = gettext("“%s” is a draft again.") % article
    model_admin.message_user(request, said, messages.SUCCESS)
    if model_admin.has_view_permission(request, article):
        back = reverse("admin:newsroom_article_change", args=[pk])
    return HttpResponseRedirect(back)


def _days(span: timedelta) -> int:
    """Days begun count."""
    return -(-span // timedelta(days=1))
