"""Pictures on their way in: several at once, each with words for those who do not see it.

One page for all: without scripts it is a plain form; with them, desk/uploads.js sends the same
form once for each picture and asks for JSON. The dialogs of the article page do, too. Nothing here
changes a picture that is there: what is for subscribers stays so.
"""

from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from js_asset import ImportMap, Media, Script

from eurasia.newsroom import clean_copies
from eurasia.newsroom.desk import library, opening
from eurasia.newsroom.models import Picture

ACCEPTED = ",".join(chain(*map(sorted, clean_copies.FORMATS.values())))
#: Of the plain form; a script sends any number, one by one.
ROWS = 5

MODULES = ImportMap({f"desk/{name}": f"desk/{name}.js" for name in ["adding", "dialog", "uploads"]})

TEXTS = {
    "add": _("Add the picture"),
    "add_instead": _("Add a new one instead…"),
    "add_title": _("Add a picture"),
    "added": _("In the library now"),
    "adding": _("Sending…"),
    "all_added": _("All are added."),
    "alt_en": _("Alternative text (English)"),
    "alt_fr": _("Alternative text (French)"),
    "alt_help": _("What the picture shows, for those who do not see it."),
    "cancel": _("Cancel"),
    "choose": _("Choose from the library…"),
    "choose_this": _("Take this picture"),
    "choose_title": _("Choose a picture"),
    "close": _("Close"),
    "credit": _("Credit"),
    "drop_here": _("A picture can be dropped here."),
    "failed": _("The server did not take it. Try again in a moment."),
    "for_all": _("It becomes public: everyone may see it."),
    "for_subscribers": _("It is shown to those alone who may read the full text."),
    "forbidden": _("You are signed out, or may not add pictures."),
    "found": _("Pictures found"),
    "found_more": _("The newest pictures found: a search finds the others"),
    "found_none": _("No picture found."),
    "no_alt": _("No alternative text yet"),
    "no_picture": _("No picture"),
    "of": _("{done} of {all}"),
    "remove": _("Leave out"),
    "search": _("Search pictures by what they show, or by credit"),
    "some_refused": _("{refused} of {all} were refused: each says why."),
    "too_heavy": _("This picture has more than %(count)d MB. Make it smaller first."),
    "twin": _("The same file was there already:"),
    "upload": _("Add a new one…"),
    "waiting": _("The picture is looked at…"),
}


class SharedForm(forms.Form):
    """What is said once for all pictures of an upload."""

    credit = forms.CharField(label=_("Credit"), max_length=200, required=False)
    is_public = forms.ChoiceField(
        label=_("Readers"),
        choices=[
            ("", _("For subscribers: shown in full texts")),
            ("on", _("Public: covers, and pictures of teasers")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )


@dataclass
class Taken:
    """What has become of the pictures of a form."""

    added: list[Picture] = field(default_factory=list)
    #: Pictures that were there already, of the same file.
    twins: list[Picture] = field(default_factory=list)
    #: Forms that say what is wrong.
    refused: list[Any] = field(default_factory=list)
    #: Why nothing was looked at.
    refusal: str = ""

    @property
    def all(self) -> bool:
        return not (self.refused or self.refusal)


def page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Takes what is right, and says of the rest what is wrong with it."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    taken = _take(model_admin, request) if request.method == "POST" else Taken()
    if request.method == "POST" and not request.accepts("text/html"):
        return _answer(taken)
    if number := len(taken.added):
        said = ngettext("One picture was added.", "%(count)d pictures were added.", number)
        model_admin.message_user(request, said % {"count": number}, messages.SUCCESS)
    for twin in taken.twins:
        address = reverse("admin:newsroom_picture_change", args=[twin.pk])
        # Not by what a gated one shows: a message lies in a cookie or a session.
        link = format_html('<a href="{}">{}</a>', address, twin)
        said = format_html("{} {}", TEXTS["twin"], link)
        model_admin.message_user(request, said, messages.WARNING)
    if taken.added and taken.all:
        may_look = model_admin.has_view_permission(request)
        back = "admin:newsroom_picture_changelist" if may_look else "admin:newsroom_picture_add"
        return HttpResponseRedirect(reverse(back))
    if taken.refused:
        taken.refusal = gettext("Some pictures were refused. Choose their files again, please.")
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": gettext("Add pictures"),
        "refusal": taken.refusal,
        "shared": SharedForm(request.POST or None),
        "rows": taken.refused or [_row(model_admin, str(number)) for number in range(ROWS)],
        "blank": _row(model_admin, "0"),
        "sees_all": opening.may_see_full_texts(request),
        "config": config(),
        "accepted": ACCEPTED,
        "limits": _limits(),
        "media": script("uploads", request),
    }
    return render(request, "newsroom/desk/upload.html", context)


def _take(model_admin: Any, request: HttpRequest) -> Taken:
    is_public = request.POST.get("is_public") == "on"
    if not (is_public or opening.may_see_full_texts(request)):
        said = gettext("You may add public pictures alone: you may not see full texts.")
        return Taken(refusal=said)
    rows = [_row(model_admin, str(number), request) for number in range(ROWS)]
    filled = [row for row in rows if row.has_changed()]
    if not filled:
        return Taken(refusal=gettext("Choose a picture."))
    taken = Taken()
    for form in filled:
        form.instance.is_public = is_public
        if form.is_valid():
            picture = form.save(commit=False)
            same = library.seen_by(request, Picture.objects.filter(digest=form.copy.digest))
            taken.twins += same.order_by("-pk")[:1]
            model_admin.save_model(request, picture, form, change=False)
            model_admin.log_addition(request, picture, [{"added": {}}])
            taken.added.append(picture)
        else:
            taken.refused.append(form)
    return taken


def _answer(taken: Taken) -> JsonResponse:
    """For a script, which sends one picture at a time. That one is refused is no error of its."""
    if taken.all:
        twins = [library.described(twin) for twin in taken.twins]
        said = {"picture": library.described(taken.added[0]), "twins": twins}
        return JsonResponse(said, status=201)
    errors = {"": [taken.refusal]} if taken.refusal else _said(taken.refused[0])
    return JsonResponse({"errors": errors})


def config() -> dict[str, Any]:
    """What desk/adding.js needs to know."""
    return {
        "address": reverse("admin:newsroom_picture_add"),
        "found": reverse("admin:newsroom_picture_found"),
        "accepted": ACCEPTED,
        "languages": library.codes(),
        "most_bytes": clean_copies.MOST_BYTES,
        "texts": {
            **TEXTS,
            "too_heavy": TEXTS["too_heavy"] % {"count": clean_copies.MOST_BYTES // 2**20},
        },
    }


def script(name: str, request: HttpRequest) -> Media:
    """A module that begins on a page of its own, with the modules that it takes along."""
    return Media(
        importmap=MODULES,
        js=[Script(f"desk/{name}.js", type="module")],
        css={"all": ["desk/editor.css", "desk/library.css"]},
        nonce=request.csp_nonce,  # type: ignore[attr-defined]  # set by django-csp
    )


def _row(model_admin: Any, prefix: str, request: HttpRequest | None = None) -> Any:
    """One picture of the form. Where its own credit is left out, that for all is meant."""
    alternatives = [f"alt_{code}" for code in library.codes()]
    Form = forms.modelform_factory(
        Picture, form=model_admin.form, fields=["file", *alternatives, "credit"]
    )
    data = request.POST.copy() if request else None
    files = request.FILES if request else None
    form = Form(data, files, prefix=prefix, use_required_attribute=False)
    for name in alternatives:
        form.fields[name].help_text = ""  # the page says it once
    own = f"{prefix}-credit"
    if data is not None and form.has_changed() and not data.get(own, "").strip():
        data[own] = data.get("credit", "")
    return form


def _said(form: Any) -> dict[str, list[str]]:
    return {name: [str(error) for error in errors] for name, errors in form.errors.items()}


def _limits() -> str:
    return gettext(
        "%(kinds)s, of at most %(bytes)d MB and %(pixels)d megapixels (%(moving)d as WEBP or GIF)."
    ) % {
        "kinds": ", ".join(clean_copies.FORMATS),
        "bytes": clean_copies.MOST_BYTES // 2**20,
        "pixels": clean_copies.MOST_PIXELS["JPEG"] // 1_000_000,
        "moving": clean_copies.MOST_PIXELS["WEBP"] // 1_000_000,
    }
