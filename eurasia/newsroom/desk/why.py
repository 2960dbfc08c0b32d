"""Why a reader can, or cannot, read an article: the gate's verdict with its reasons.

Asked by whoever looks after readers. Full texts are no part of it, nor what is not public of an
article that this member of staff may not see.
"""

import re
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia import languages
from eurasia.accounts.models import User
from eurasia.membership import explaining
from eurasia.membership.desk.choosing import NumberedSelect, ReaderField, ReaderSelect
from eurasia.membership.desk.forms import MomentField
from eurasia.membership.models import Subscription
from eurasia.newsroom import search
from eurasia.newsroom.models import Article, ArticleFile

NEEDED = ["accounts.view_user", "membership.view_subscription"]
ADDRESS = re.compile(r"/(en|fr)/articles/([-\w]+)")
ON_A_PAGE = 20


class ArticleSelect(NumberedSelect):
    def get_url(self) -> str:
        return reverse("admin:newsroom_article_why_choose")


class ArticleField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return label_of(obj)


class WhyForm(forms.Form):
    reader = ReaderField(User.objects.all(), label=_("Reader"))
    article = ArticleField(
        Article.objects.none(),
        label=_("Article"),
        help_text=_("Words of the headline, or its address. What is not found is not published."),
    )
    at = MomentField(label=_("At this moment"), required=False, help_text=_("Empty: now."))

    def __init__(self, *args: Any, articles: QuerySet[Article], site: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, widget, column in [
            ("reader", ReaderSelect, Subscription._meta.get_field("reader")),
            ("article", ArticleSelect, ArticleFile._meta.get_field("article")),
        ]:
            self.fields[name].widget = widget(column, site)
        for name, rows in [("reader", User.objects.all()), ("article", articles)]:
            self.fields[name].queryset = rows  # type: ignore[attr-defined]  # that of the choice


def urls(model_admin: Any) -> list[Any]:
    wrap = model_admin.admin_site.admin_view
    return [
        path("why/", wrap(partial(why, model_admin)), name="newsroom_article_why"),
        path("why/choose/", wrap(partial(choose, model_admin)), name="newsroom_article_why_choose"),
    ]


def why(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """`?reader=5&article=7&at=2026-05-03T10:00`; what is missing is asked for."""
    _allow(request)
    asked = "article" in request.GET
    form = WhyForm(
        request.GET if asked else None,
        initial=request.GET.dict(),
        articles=_seen(model_admin, request),
        site=model_admin.admin_site,
    )
    context: dict[str, Any] = {}
    if asked and form.is_valid():
        reader, article = form.cleaned_data["reader"], form.cleaned_data["article"]
        at = form.cleaned_data["at"] or timezone.now()
        explanation = explaining.explain(reader, article, at)
        context = {"reader_asked": reader, "article": article, "at": at, "why": explanation}
    return TemplateResponse(
        request,
        "newsroom/desk/why.html",
        {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": gettext("Why can a reader (not) read an article?"),
            "form": form,
            **context,
        },
    )


def choose(model_admin: Any, request: HttpRequest) -> JsonResponse:
    """What the chooser of an article lists, as Django's own view would answer it."""
    _allow(request)
    term, page = request.GET.get("term", ""), request.GET.get("page", "1")
    articles = _seen(model_admin, request)
    if address := ADDRESS.search(term):
        articles = articles.filter(language=address[1], slug=address[2])
    elif term.strip():
        articles = articles.filter(search.at_the_desk(term.replace("\0", ""), full_texts=False))
    start = ON_A_PAGE * (int(page) - 1) if page.isdecimal() and 1 < int(page) < 500 else 0
    found = list(articles.order_by("-published_at", "-id")[start : start + ON_A_PAGE + 1])
    return JsonResponse(
        {
            "results": [{"id": str(each.pk), "text": label_of(each)} for each in found[:ON_A_PAGE]],
            "pagination": {"more": len(found) > ON_A_PAGE},
        }
    )


def label_of(article: Article) -> str:
    language = languages.NAMES[article.language]
    if article.published_at is None:
        return f"{article.headline} – {language}"
    day = languages.day(timezone.localtime(article.published_at))
    return f"{article.headline} – {language}, {day}"


def _allow(request: HttpRequest) -> None:
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied


def _seen(model_admin: Any, request: HttpRequest) -> QuerySet[Article]:
    """What readers see now, and what this member of staff sees at the desk.

    Of others even the headline is no matter of theirs; an address that leads to none of these says
    no more than that.
    """
    articles = Article.objects.published(timezone.now())
    if model_admin.has_view_permission(request):
        articles |= Article.objects.filter(pk__in=model_admin.get_queryset(request).values("pk"))
    return articles.defer("teaser", "teaser_html", "teaser_notes")
