"""A reader's own page of articles, and the two forms of an article's page that fill it."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from eurasia import languages
from eurasia.newsroom import shelf
from eurasia.newsroom.models import Article, ReadingPlace, SavedArticle
from eurasia.policy import reader_of, reader_only


class PlaceForm(forms.Form):
    """What the script of an article's page sends."""

    block = forms.IntegerField(min_value=0, max_value=32_767)
    last = forms.BooleanField(required=False)


@reader_only
@require_http_methods(["GET", "HEAD", "POST"])
def reading_list(request: HttpRequest) -> HttpResponse:
    """Saved articles and those begun, in any language; whether places are kept."""
    reader = reader_of(request)
    if request.method == "POST":
        if "forget" in request.POST:
            shelf.forget_places(reader)
            said = _("Your places were forgotten.")
        else:
            wanted = "keep" in request.POST
            shelf.keep_places(reader, wanted=wanted)
            said = _("Your places are kept from now on.") if wanted else _("No places are kept.")
        messages.success(request, said)
        return redirect("newsroom:reading_list")
    published = Article.objects.published(timezone.now()).with_labels()
    theirs = {"reader": reader, "article__in": published}
    saved = SavedArticle.objects.filter(**theirs).order_by("-saved_at", "-id")
    begun = ReadingPlace.objects.filter(**theirs).order_by("-seen_at", "-id")
    lists = [list(entries.values_list("article", flat=True)) for entries in [saved, begun]]
    articles = published.in_bulk([*lists[0], *lists[1]])
    return render(
        request,
        "newsroom/reading_list.html",
        {
            "saved": [articles[pk] for pk in lists[0]],
            "begun": [articles[pk] for pk in lists[1]],
        },
    )


@reader_only
@require_POST
def save_article(request: HttpRequest, slug: str) -> HttpResponse:
    """Puts the article aside, or takes it off again; back to where the button stood."""
    article, reader = _article(slug), reader_of(request)
    if request.POST.get("save") == "off":
        shelf.take_off(reader, article)
    else:
        shelf.save(reader, article, at=timezone.now())
    if request.POST.get("from") == "list":
        return redirect("newsroom:reading_list")
    return redirect(article)


@reader_only
@require_POST
def keep_place(request: HttpRequest, slug: str) -> HttpResponse:
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    shelf.keep_place(
        reader_of(request),
        _article(slug),
        block=form.cleaned_data["block"],
        is_last=form.cleaned_data["last"],
        at=timezone.now(),
    )
    return HttpResponse(status=204)


def _article(slug: str) -> Article:
    published = Article.objects.published(timezone.now()).in_language(languages.current())
    return get_object_or_404(published, slug=slug)
