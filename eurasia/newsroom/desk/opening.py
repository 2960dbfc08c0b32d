"""Which article a page of the desk may be about, for whom. Every view of the desk asks here."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from eurasia.membership import gate
from eurasia.newsroom.models import Article, Document, Picture

OWN_PERMISSION = "newsroom.write_own_article"
PUBLISH_PERMISSION = "newsroom.publish_article"
#: What a writer may still change of their own.
UNPUBLISHED = {Article.Status.DRAFT, Article.Status.IN_REVIEW}


def article_of(
    model_admin: Any,
    request: HttpRequest,
    pk: int,
    *,
    to_change: bool = False,
    full_text: bool = True,
) -> Article:
    """The article `pk`, for somebody who may see its full text (and change it).

    Without `full_text` the view shows none. Raises Http404 for an article that this member of
    staff does not see at all, and PermissionDenied.
    """
    article: Article = get_object_or_404(model_admin.get_queryset(request), pk=pk)
    allowed = model_admin.has_change_permission if to_change else model_admin.has_view_permission
    if not allowed(request, article) or (full_text and not may_see_full_texts(request)):
        raise PermissionDenied
    return article


def picture_url(picture: Picture) -> str:
    """Where the desk finds any picture, whether readers see it yet or not."""
    return reverse("admin:newsroom_picture_file", args=[picture.pk])


def document_url(document: Document) -> str:
    """Where the desk finds a document."""
    return reverse("admin:newsroom_document_file", args=[document.pk])


def may_see_full_texts(request: HttpRequest) -> bool:
    return request.user.has_perm(gate.DESK_PERMISSION)


def may_write_full_texts(request: HttpRequest) -> bool:
    return may_see_full_texts(request) and request.user.has_perm("newsroom.change_fulltext")


def may_publish(request: HttpRequest) -> bool:
    """Publishing lets subscribers read a full text: so does who may see none never publish."""
    return may_see_full_texts(request) and request.user.has_perm(PUBLISH_PERMISSION)


def owns(request: HttpRequest, article: Article) -> bool:
    """Whether it is this writer's own and they may still write it."""
    return article.owner_id == request.user.pk and article.status in UNPUBLISHED
