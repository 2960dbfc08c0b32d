"""Looking at an article as its readers will, before they do."""

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils import timezone, translation

from eurasia import languages
from eurasia.membership import gate
from eurasia.newsroom import citing, reading
from eurasia.newsroom.desk import opening
from eurasia.newsroom.models import Article

#: As whom an editor may look at an article.
PREVIEWS = {
    "outsider": gate.OUTSIDER,
    "subscriber": gate.Standing(signed_in=True, right="free"),
}


def urls(model_admin: Any) -> list[Any]:
    view = model_admin.admin_site.admin_view(partial(preview, model_admin))
    return [path("<int:pk>/as/<str:who>/", view, name="newsroom_article_preview")]


def preview(model_admin: Any, request: HttpRequest, pk: int, who: str) -> HttpResponse:
    """The article's page as others see it, or would if it were published."""
    opening.article_of(model_admin, request, pk)
    article = get_object_or_404(Article.objects.with_labels().with_corrections(), pk=pk)
    standing = PREVIEWS.get(who)
    if standing is None:
        raise PermissionDenied
    at = timezone.now()
    article.status, article.published_at = Article.Status.PUBLISHED, article.published_at or at
    at = max(at, article.published_at)
    [seen] = reading.read_as([article], standing, at)
    with translation.override(article.language):
        return render(
            request,
            "newsroom/article_detail.html",
            {
                "article": article,
                "reading": seen,
                "citations": citing.cite(article),
                "reader": None,
                "is_preview": True,
                "language_links": languages.language_links(article.get_absolute_url(), {}),
            },
        )
