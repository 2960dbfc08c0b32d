"""Feeds of full texts, each for the one reader who made its token; and the pages to make them.

A feed reader has no cookies: the token in the address says whose standing the gate is asked for,
at each fetch. Cookies are not looked at.
"""

from functools import partial
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from eurasia import languages, masthead
from eurasia.membership import gate
from eurasia.membership.gate import Standing
from eurasia.newsroom import reading
from eurasia.newsroom.feeds import entries, tokens
from eurasia.newsroom.feeds.models import FeedToken
from eurasia.newsroom.feeds.writings import Atom
from eurasia.newsroom.models import Article, TopicFile
from eurasia.newsroom.views import picture_file, picture_of
from eurasia.policy import keyed, reader_of, reader_only

#: Signs which picture of which article a feed shows: an entry that is passed on carries no token.
PICTURES = Signer(salt="eurasia.newsroom.feeds.pictures")


@keyed
def private_feed(request: HttpRequest, token: str) -> HttpResponse:
    """What the reader of `token` may read now: full texts, or teasers and how to renew."""
    at, address = timezone.now(), get_adapter().get_client_ip(request)
    feed = tokens.feed_of(token, languages.current(), address, at)
    if feed is None:
        return _no_feed()
    standing = gate.standing_of_row(feed)
    stream = entries.of_file(feed.file) if feed.file else entries.of_the_journal()
    subtitle = gettext("Full texts, for one reader alone: do not pass its address on.")
    # Its own address, which is the key, stands nowhere in it.
    guid = entries.identity("feed", feed.pk)
    written = entries.begin(Atom, stream, subtitle=subtitle, address=None, guid=guid)
    if not gate.reads_all(standing):
        written.add_item(**_note(feed, standing))
    entries.fill(written, stream, standing, at, partial(picture_at, feed))
    response = HttpResponse(content_type=written.content_type)
    written.write(response, "utf-8")
    return _for_one_reader(response)


@keyed
def feed_picture(request: HttpRequest, signed: str) -> HttpResponseBase:
    """A picture of a full text, as long as the feed that shows it works and its reader may."""
    try:
        feed_pk, article_pk, picture_pk = map(int, PICTURES.unsign(signed).split("."))
    except BadSignature:
        return _no_feed()
    at = timezone.now()
    feed = tokens.feed_by_number(feed_pk, at)
    if feed is None:
        return _no_feed()
    article = get_object_or_404(Article, pk=article_pk)
    [seen] = reading.read_as([article], gate.standing_of_row(feed), at)
    picture = picture_of(article, seen, picture_pk)
    return _for_one_reader(picture_file(request, picture.file.name or ""))


def picture_at(feed: FeedToken, article: Article, picture: object) -> str:
    """Where `feed` shows the picture of this number in the full text of `article`."""
    signed = PICTURES.sign(f"{feed.pk}.{article.pk}.{picture}")
    return reverse("newsroom:feed_picture", args=[signed])


def _no_feed() -> HttpResponse:
    """The same for a token that never was, one that was revoked, and one of another language."""
    said = gettext("There is no feed at this address.")
    return _for_one_reader(HttpResponseNotFound(said, content_type="text/plain; charset=utf-8"))


def _for_one_reader(response: Any) -> Any:
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"  # the address is the key
    return response


def _note(feed: Any, standing: Standing) -> dict[str, Any]:
    """The entry above the teasers of a reader who may not read on."""
    since = feed.ended_at or feed.made_at
    address = settings.SITE_URL + reverse("membership:subscribe")
    return {
        "title": gettext("Your subscription has ended.")
        if standing.lapsed
        else gettext("No subscription is running."),
        "link": address,
        "unique_id": entries.identity("feed", feed.pk, "ended", f"{since:%Y-%m-%d}"),
        "unique_id_is_permalink": False,
        "standfirst": "",
        "description": render_to_string("newsroom/_feed_ended.html", {"address": address}),
        "is_whole": True,
        "authors": [masthead.name()],
        "author_name": masthead.name(),
        "pubdate": since,
        "updateddate": since,
        "categories": [],
    }


# --- The pages of the account ---------------------------------------------------------------------


class FeedForm(forms.Form):
    file = forms.ModelChoiceField(
        label=_("File"),
        queryset=TopicFile.objects.in_order(),
        to_field_name="slug",
        required=False,
        empty_label=_("All articles"),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


@reader_only
@require_http_methods(["GET", "HEAD", "POST"])
def private_feeds(request: HttpRequest) -> HttpResponse:
    """The reader's feeds. POST makes one, whose address is shown this once."""
    reader, at = reader_of(request), timezone.now()
    may_make = gate.standing(reader, at).subscribes
    asked = {"file": request.GET.get("file", ""), "language": languages.current()}
    form, made, token = FeedForm(request.POST or None, initial=asked), None, ""
    if request.method == "POST" and may_make and form.is_valid():
        if refusal := ratelimit.consume_or_429(request, action="make_feed"):
            return refusal
        made, token = tokens.make(reader, **form.cleaned_data, at=at)
        if token:
            form = FeedForm(initial=asked)
        else:
            form.add_error(
                None,
                _("You have this feed. If its address is lost, revoke it and make it again."),
            )
    return render(
        request,
        "newsroom/private_feeds.html",
        {
            "form": form if may_make else None,
            "feeds": tokens.of_reader(reader, at),
            "made": made,
            "address": _address(made, token) if made and token else "",
        },
    )


@reader_only
@require_http_methods(["GET", "HEAD", "POST"])
def revoke_feed(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks before an address stops working."""
    feed = get_object_or_404(tokens.of_reader(reader_of(request), timezone.now()), pk=pk)
    if request.method == "POST":
        tokens.revoke(feed)
        messages.success(request, _("The address of the feed works no more."))
        return redirect("newsroom:private_feeds")
    return render(request, "newsroom/private_feed_revoke.html", {"feed": feed})


def _address(feed: FeedToken, token: str) -> str:
    with translation.override(feed.language):
        return settings.SITE_URL + reverse("newsroom:private_feed", args=[token])
