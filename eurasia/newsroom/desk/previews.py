"""Looking at an article as its readers will, before they do; links for people without an account.

The real page stands in a frame, in which nothing acts: no script, no form, no link. It is the one
route of the house that may be framed, and by the house alone.
"""

from functools import partial
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from eurasia import languages
from eurasia.accounts.models import User
from eurasia.newsroom import previewing
from eurasia.newsroom.desk import opening, workflow
from eurasia.newsroom.models import Article, PreviewLink, PreviewOpening
from eurasia.policy import reader_of

READERS = {
    "outsider": _("Outsider"),
    "reader": _("Reader without a subscription"),
    "lapsed": _("Lapsed subscriber"),
    "subscriber": _("Subscriber"),
}
#: In pixels; desk/previews.css has them too, with heights.
WIDTHS = {"phone": (_("Phone"), 390), "desktop": (_("Desktop"), 1280)}


class LinkForm(forms.Form):
    made_for = forms.CharField(
        label=_("For whom"),
        max_length=PreviewLink._meta.get_field("made_for").max_length,
        help_text=_("So that the desk knows later whose link it is."),
    )
    days = forms.TypedChoiceField(label=_("Works for"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].choices = [  # type: ignore[attr-defined]  # that of a choice
            (days, ngettext("%(count)d day", "%(count)d days", days) % {"count": days})
            for days in previewing.DAYS
        ]


#: The frame, and the page around it.
frameable = csp_replace({"frame-ancestors": [SELF]})
framing = csp_replace({"frame-src": [SELF]})


def urls(model_admin: Any) -> list[Any]:
    frame = xframe_options_sameorigin(frameable(partial(framed, model_admin)))
    around = framing(partial(preview, model_admin))
    return [
        path(address, model_admin.admin_site.admin_view(view), name=f"newsroom_article_{name}")
        for address, view, name in [
            ("<int:pk>/as/<str:who>/", frame, "preview"),
            ("<int:pk>/preview/", around, "preview_page"),
            ("<int:pk>/preview/<int:link>/", partial(revoke, model_admin), "revoke"),
        ]
    ]


def framed(model_admin: Any, request: HttpRequest, pk: int, who: str) -> HttpResponse:
    """The article's page as others see it, or would if what waits were published."""
    article = opening.article_of(model_admin, request, pk)
    standing = previewing.STANDINGS.get(who)
    if standing is None:
        raise PermissionDenied
    proof = previewing.proof_of(article, opening.picture_url, opening.document_url)
    shown, seen = proof.read_as(standing, timezone.now())
    with translation.override(article.language):
        return render(
            request,
            "newsroom/article_detail.html",
            {
                **previewing.page_of(shown),
                "reading": seen,
                "reader": User() if standing.signed_in else None,
                "is_framed": True,
            },
        )


def preview(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """As whom, in which language, how wide; below, the links. POST makes a link, shown once."""
    article = opening.article_of(model_admin, request, pk)
    may_link = model_admin.has_change_permission(request, article)
    at, form, made, token = timezone.now(), LinkForm(request.POST or None), None, ""
    if request.method == "POST":
        if not may_link:
            raise PermissionDenied
        if form.is_valid():
            made, token = previewing.make_link(
                article, **form.cleaned_data, by=reader_of(request), at=at
            )
            model_admin.log_change(request, article, f"Preview link {made.pk} made")
            form = LinkForm()
    who, width = request.GET.get("as", ""), request.GET.get("width", "")
    who, width = (who if who in READERS else "outsider"), (width if width in WIDTHS else "desktop")
    siblings = model_admin.get_queryset(request).filter(work=article.work).order_by("language")
    return workflow.page(
        model_admin,
        request,
        article,
        "newsroom/desk/preview.html",
        title=gettext("Preview"),
        at=at,
        who=who,
        width=width,
        seen_by=READERS[who],
        seen_on=WIDTHS[width][0],
        readers=READERS.items(),
        widths=[(name, label, pixels) for name, (label, pixels) in WIDTHS.items()],
        siblings=[(each, languages.NAMES[each.language]) for each in siblings],
        form=form if may_link else None,
        links=_links(article),
        made=made,
        address=_address(article, token) if token else "",
    )


def revoke(model_admin: Any, request: HttpRequest, pk: int, link: int) -> HttpResponse:
    """Asks before a link stops working."""
    article = opening.article_of(model_admin, request, pk, to_change=True)
    found = get_object_or_404(PreviewLink, pk=link, article=article)
    if request.method == "POST":
        previewing.revoke(found, timezone.now())
        model_admin.log_change(request, article, f"Preview link {found.pk} revoked")
        messages.success(request, gettext("The link works no more."))
        return workflow.to("preview_page", article)
    title = gettext("Revoke the preview link")
    says = gettext("Whoever holds the link made for %(name)s can no longer open it.")
    return workflow.page(
        model_admin,
        request,
        article,
        "newsroom/desk/act.html",
        title=title,
        button=title,
        form=forms.Form(),
        says=says % {"name": found.made_for},
    )


def _links(article: Article) -> list[PreviewLink]:
    openings = Prefetch("openings", PreviewOpening.objects.order_by("-at", "-id"))
    links = PreviewLink.objects.filter(article=article).select_related("made_by")
    return list(links.prefetch_related(openings).order_by("-made_at", "-id"))


def _address(article: Article, token: str) -> str:
    with translation.override(article.language):
        return reverse("newsroom:preview_link", args=[token])
