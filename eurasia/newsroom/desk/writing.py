"""What the page of an article asks while somebody writes: autosave, presence, outsiders' view.

Texts are kept raw, as they were typed: what rendering refuses today may be mended tomorrow.
"""

import json
import re
import secrets
from copy import copy
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http import QueryDict as Data
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from eurasia import languages
from eurasia.membership import gate
from eurasia.newsroom import colleagues, differences, drafting, rendering
from eurasia.newsroom.desk import opening
from eurasia.newsroom.models import Article, Autosave, FullText
from eurasia.newsroom.reading import Reading
from eurasia.policy import reader_of

#: Not what an editor writes, but what the page says of itself.
OF_THE_PAGE = {"lock", "seen_lock", "tab"}
#: What decides what outsiders see, beside teaser and full text.
SEEN = ["headline", "standfirst", "language", "access", "free_from", "free_until"]
TAB = re.compile(r"[0-9a-f]{32}")
TEXT_FIELDS = ["teaser", "body"]
COMPARED = {
    "headline": differences.text_difference,
    "standfirst": differences.text_difference,
    "teaser": differences.difference,
    "body": differences.difference,
}

TEXTS = {
    "saved": gettext_lazy("Saved {time} as unsaved work."),
    "offline": gettext_lazy("No connection: trying again, kept in this browser meanwhile."),
    "offline_only": gettext_lazy("No connection: trying again. Keep this page open."),
    "signed_out": gettext_lazy(
        "You are signed out. Sign in again in another tab: your work is kept in this browser."
    ),
    "gone": gettext_lazy(
        "This article was deleted, or you may no longer change it. Your work is kept in this "
        "browser."
    ),
    "not_sent": gettext_lazy("Not saved yet: the server does not answer. Try again in a moment."),
    "open_one": gettext_lazy("{names} has this article open."),
    "open_several": gettext_lazy("{names} have this article open."),
    "and": gettext_lazy("and"),
    "newer": gettext_lazy(
        "Somebody has saved this article after you opened it. When you save, you will see both "
        "versions."
    ),
}


def urls(model_admin: Any) -> list[Any]:
    def page(route: str, view: Any, name: str) -> Any:
        view = require_http_methods(["GET", "POST"])(partial(view, model_admin))
        return path(route, model_admin.admin_site.admin_view(view), name=f"newsroom_article_{name}")

    return [
        page("add/writing/", write, "writing"),
        page("<int:pk>/writing/", write, "writing"),
        page("unsaved/<int:pk>/", unsaved, "unsaved"),
    ]


def _article(model_admin: Any, request: HttpRequest, pk: int | None) -> Article | None:
    """None for one that is not there yet."""
    if pk is not None:
        return opening.article_of(model_admin, request, pk, to_change=True, full_text=False)
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    return None


# --- While somebody writes ------------------------------------------------------------------------


def write(model_admin: Any, request: HttpRequest, pk: int | None = None) -> JsonResponse:
    """Keep what is written, say who else is there, and show what outsiders will see of it.

    The answer to work that was given is the acknowledgement that it is committed. GET answers the
    token that a page needs whose editor has signed in anew elsewhere.
    """
    article = _article(model_admin, request, pk)
    if request.method == "GET":
        return JsonResponse({"token": get_token(request)})
    try:
        asked = Asked(request)
    except ValidationError as error:
        return JsonResponse({"error": " ".join(error.messages)}, status=400)
    editor, at = reader_of(request), timezone.now()
    answer: dict[str, Any] = {}
    if article and asked.leaves:
        colleagues.leave(article, editor)
        return JsonResponse(answer)
    if article:
        answer["colleagues"] = [str(other) for other in colleagues.meet(article, editor, at)]
        lock = drafting.lock_of(article, drafting.draft_of(article))
        answer["newer"] = bool(asked.lock) and lock != asked.lock
    if asked.forgets:
        drafting.forget_autosave(editor, asked.tab)
    elif asked.fields is not None:
        fields = model_admin.get_form(request, article, change=bool(article)).base_fields
        written = _written(fields, asked.fields)
        try:
            kept = drafting.autosave(
                article, written, editor=editor, tab=asked.tab, lock=asked.lock, at=at
            )
        except ValueError:
            return JsonResponse({"error": _too_long()}, status=413)
        answer |= {"saved": date_format(localtime(at), "H:i"), "address": _take_up_address(kept)}
        values = _values(fields, written)
        seen = _outsiders_see(article, fields, values, at)
        answer["seen"] = render_to_string("newsroom/desk/_seen.html", seen, request)
    return JsonResponse(answer)


class Asked:
    """What the page sent. Raises ValidationError for what no page of ours sends."""

    def __init__(self, request: HttpRequest) -> None:
        try:
            said = json.loads(request.body)
        except RequestDataTooBig as error:
            raise ValidationError(_too_long()) from error
        except ValueError as error:
            raise ValidationError(gettext("This is not what the page sends.")) from error
        said = said if isinstance(said, dict) else {"tab": None}
        self.leaves = said.get("leave") is True
        self.forgets = said.get("forget") is True
        self.tab = said.get("tab", "")
        self.lock = said.get("lock", "")
        self.fields: dict[str, list[str]] | None = said.get("fields")
        keeps = self.forgets or self.fields is not None
        if not (
            isinstance(self.tab, str)
            and (TAB.fullmatch(self.tab) or not keeps)
            and isinstance(self.lock, str)
            and len(self.lock) <= 40
            and (self.fields is None or _are_fields(self.fields))
        ):
            raise ValidationError(gettext("This is not what the page sends."))


def _are_fields(given: Any) -> bool:
    return isinstance(given, dict) and all(
        isinstance(values, list) and all(isinstance(value, str) for value in values)
        for values in given.values()
    )


def _too_long() -> str:
    return gettext(
        "This is more than can be kept as unsaved work. Divide it into several articles."
    )


def _names(fields: dict[str, forms.Field]) -> set[str]:
    """How a form names what it sends: a moment is sent as a day and a time."""
    names: set[str] = set()
    for name, field in fields.items():
        parts = getattr(field.widget, "widgets_names", [""])
        names |= {f"{name}{part}" for part in parts} - OF_THE_PAGE
    return names


def _written(fields: dict[str, forms.Field], given: dict[str, list[str]]) -> dict[str, list[str]]:
    """Only what this editor may write."""
    names = _names(fields)
    return {name: values for name, values in given.items() if name in names}


def _values(fields: dict[str, forms.Field], written: dict[str, list[str]]) -> dict[str, Any]:
    """What the widgets make of what was sent, still raw; without fields that were not sent."""
    data = Data(mutable=True)
    for name, values in written.items():
        data.setlist(name, values)
    return {
        name: field.widget.value_from_datadict(data, {}, name)
        for name, field in fields.items()
        if not field.disabled and _names({name: field}) & set(written)
    }


# --- What outsiders will see ----------------------------------------------------------------------


def _outsiders_see(
    article: Article | None, fields: dict[str, forms.Field], values: dict[str, Any], at: datetime
) -> dict[str, Any]:
    """The free part as publishing would make it, out of what nobody has saved."""
    shown = copy(article) if article else Article(pk=0, language=translation.get_language())
    for name in SEEN:
        if name in values:
            try:
                value = values[name]
                cleaned = value if isinstance(value, datetime) else fields[name].clean(value)
            except ValidationError:
                continue  # the form will say so when it is saved
            setattr(shown, name, cleaned)
    sources, refusals = {}, []
    for name in TEXT_FIELDS:
        try:
            sources[name] = rendering.clean(values.get(name) or "")
        except ValidationError as error:
            sources[name] = rendering.CleanHTML()
            refusals.append(f"{fields[name].label}: {' '.join(error.messages)}")
    shown.teaser = sources["teaser"]
    # The notes of the teaser are numbered first, so that nothing of the full text is wanted here.
    rendering.finish(shown, FullText(body=""))
    shown.status, shown.published_at = Article.Status.PUBLISHED, at
    words = {name: rendering.count_words(source) for name, source in sources.items()}
    shown.reading_minutes = rendering.reading_minutes(sum(words.values()))
    with translation.override(shown.language):
        reading = Reading(
            gate.decide(gate.OUTSIDER, shown, at),
            teaser_html=mark_safe(shown.teaser_html),  # noqa: S308 - rendering.finish made it
            teaser_notes=mark_safe(shown.teaser_notes),  # noqa: S308 - rendering.finish made it
        )
        at_wall = {
            **languages.of_the_journal(),
            "reading": reading,
            "reader": None,
            "next_url": shown.get_absolute_url() if shown.slug else "",
        }
        wall = "" if reading.opens else render_to_string("membership/_wall.html", at_wall)
    return {
        "shown": shown,
        "reading": reading,
        "wall": wall,
        "refusals": refusals,
        "words": words,
        "knows_body": "body" in fields,
    }


# --- On the page of the form ----------------------------------------------------------------------


def context(
    model_admin: Any, request: HttpRequest, article: Article | None, form: Any
) -> dict[str, Any]:
    if not _may_write(model_admin, request, article):
        return {}
    editor, at = reader_of(request), timezone.now()
    taken_up = None
    if form.is_bound:
        _keep_refused(request, article, form, at)
    elif number := request.GET.get("unsaved", ""):
        taken_up = _take_up(form, _own_unsaved(request, article, number))
    values = {name: form[name].value() for name in [*SEEN, *TEXT_FIELDS] if name in form.fields}
    waiting = drafting.autosaves_of(article, editor)
    here = form["tab"].value()
    return {
        "writing": {
            "config": {
                "address": reverse(
                    "admin:newsroom_article_writing", args=[article.pk] if article else []
                ),
                "article": article.pk if article else "new",
                "editor": editor.pk,
                "unsaved": bool(form.is_bound or taken_up),
                "texts": TEXTS,
            },
            "taken_up": taken_up,
            "waiting": [
                {"kept": kept, "take_up": _take_up_address(kept)}
                for kept in waiting
                if kept.tab != here
            ],
        },
        **_outsiders_see(article, form.fields, values, at),
        "show_save_and_add_another": False,
    }


def _may_write(model_admin: Any, request: HttpRequest, article: Article | None) -> bool:
    if article:
        return bool(model_admin.has_change_permission(request, article))
    return bool(model_admin.has_add_permission(request))


def _keep_refused(request: HttpRequest, article: Article | None, form: Any, at: datetime) -> None:
    """A save that was refused is unsaved work from that moment on, with scripts or without."""
    given = {name: form.data.getlist(name) for name in form.data}
    tab = form.data.get("tab", "")
    if not TAB.fullmatch(tab):
        tab = secrets.token_hex(16)
        form.data = form.data.copy()
        form.data["tab"] = tab
    try:
        drafting.autosave(
            article,
            _written(form.fields, given),
            editor=reader_of(request),
            tab=tab,
            lock=form.data.get("lock", "")[:40],
            at=at,
        )
    except ValueError:
        messages.warning(request, _too_long())


# --- Unsaved work that was left behind ------------------------------------------------------------


def _own_unsaved(request: HttpRequest, article: Article | None, number: str) -> Autosave:
    kept = drafting.autosave_of(reader_of(request), int(number)) if number.isdecimal() else None
    if kept is None or kept.article_id != (article.pk if article else None):
        raise Http404
    return kept


def _take_up_address(kept: Autosave) -> str:
    if kept.article_id:
        page = reverse("admin:newsroom_article_change", args=[kept.article_id])
    else:
        page = reverse("admin:newsroom_article_add")
    return f"{page}?unsaved={kept.pk}"


def _take_up(form: Any, kept: Autosave) -> Autosave:
    """Fill the form with what was left. It goes on from where that began, under the same tab."""
    for name, value in _values(form.fields, json.loads(kept.fields)).items():
        field = form.fields[name]
        if type(field) is forms.ModelChoiceField:
            try:
                field.to_python(value)
            except ValidationError:
                continue  # what was chosen is no longer there
        form.initial[name] = field.bound_data(value, form.initial.get(name))
    form.initial |= {"tab": kept.tab, "lock": kept.lock}
    return kept


def unsaved(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """How unsaved work differs from what is saved; it is taken up or thrown away from there."""
    kept = drafting.autosave_of(reader_of(request), pk)
    if kept is None:
        raise Http404
    article = _article(model_admin, request, kept.article_id)
    if request.method == "POST":
        drafting.forget_autosave(kept.editor, kept.tab)
        messages.success(request, gettext("The unsaved work was thrown away."))
        return HttpResponseRedirect(_take_up_address(kept).partition("?")[0])
    return render(
        request,
        "newsroom/desk/unsaved.html",
        {
            **model_admin.admin_site.each_context(request),
            "title": gettext("Unsaved work"),
            "opts": model_admin.opts,
            "article": article,
            "kept": kept,
            "take_up": _take_up_address(kept),
            "differences": _differences(model_admin, request, article, kept),
        },
    )


def _differences(
    model_admin: Any, request: HttpRequest, article: Article | None, kept: Autosave
) -> list[tuple[str, Any]]:
    """Of the texts that this editor may write: label and difference, those alone that have one."""
    form = model_admin.get_form(request, article, change=bool(article))(instance=article)
    values = _values(form.fields, json.loads(kept.fields))
    found: list[tuple[str, Any]] = []
    for name, compare in COMPARED.items():
        if name not in values:
            continue
        before, label = form[name].value() or "", form.fields[name].label
        try:
            after = rendering.clean(values[name]) if name in TEXT_FIELDS else values[name]
        except ValidationError as error:
            found.append((label, " ".join(error.messages)))
            continue
        if before != after:
            found.append((label, compare(before, after)))
    return found
