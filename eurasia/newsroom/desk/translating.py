"""Original and translation side by side, paragraph by paragraph.

A translator needs no right to change the original. Their own translation they may go on with even
while it is live: what they save waits until somebody publishes it.
"""

import re
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from js_asset import Media, Script

from eurasia.newsroom import differences, drafting, rendering, translating
from eurasia.newsroom.desk import opening
from eurasia.newsroom.editor import ProseWidget
from eurasia.newsroom.models import Article, TranslationState
from eurasia.newsroom.slugs import slug_of
from eurasia.policy import reader_of

#: The names of the fields of one part, in order: a block's number, or x for one beside them.
ROW = re.compile(r"(teaser|body)-(x?)(\d{1,6})")
TITLES = {"headline", "standfirst", "cover_alt"}
PICTURE = re.compile(r'(<img\b[^>]*?)data-picture="(\d+)"')


def urls(model_admin: Any) -> list[Any]:
    view = model_admin.admin_site.admin_view(partial(translate, model_admin))
    return [path("<int:pk>/translate/", view, name="newsroom_article_translate")]


def context(
    model_admin: Any, request: HttpRequest, article: Article | None, form: Any
) -> dict[str, Any]:
    """For _translation_state.html."""
    if article is None or not opening.may_see_full_texts(request):
        return {}
    return {"translation_state": Standing.of(model_admin, request, article)}


@dataclass(frozen=True)
class Standing:
    """An article among the two of its work, as its page tells it."""

    article: Article
    sibling: Article | None
    is_translation: bool
    is_behind: bool
    #: Whether this member of staff may go on with it, or begin it.
    may_translate: bool

    @classmethod
    def of(cls, model_admin: Any, request: HttpRequest, article: Article) -> "Standing":
        sibling = translating.sibling_of(article)
        is_translation = sibling is not None and article.translated_version is not None
        original, translation = (sibling, article) if is_translation else (article, sibling)
        return cls(
            article=article,
            sibling=sibling,
            is_translation=is_translation,
            is_behind=translating.state_of(article) is TranslationState.BEHIND,
            may_translate=may_translate(model_admin, request, original, translation),
        )

    @property
    def original(self) -> Article:
        return self.sibling if self.is_translation and self.sibling else self.article

    @property
    def from_language(self) -> str:
        return language_name(self.original.language)

    @property
    def to_language(self) -> str:
        return language_name(translating.language_of_translation(self.original))


def language_name(code: str) -> str:
    """As it is written within a sentence of the editor's language."""
    names = {
        "en": pgettext("within a sentence", "English"),
        "fr": pgettext("within a sentence", "French"),
    }
    return names[code]


def may_translate(
    model_admin: Any, request: HttpRequest, original: Article | None, translation: Article | None
) -> bool:
    if original is None or not opening.may_write_full_texts(request):
        return False
    if not model_admin.has_view_permission(request, original):
        return False
    if translation is None:
        return model_admin.has_add_permission(request)
    own = translation.owner_id == request.user.pk
    return model_admin.has_change_permission(request, translation) or (
        own
        and translation.is_published(timezone.now())
        and request.user.has_perm("newsroom.view_article")
    )


# --- The form -------------------------------------------------------------------------------------


class TranslationForm(forms.ModelForm):
    """All but the blocks of the text."""

    up_to_date = forms.BooleanField(required=False)
    note = forms.CharField(
        label=_("What has changed"),
        max_length=100,
        required=False,
        help_text=_("For the history, which editors see."),
    )
    lock = forms.CharField(required=False, widget=forms.HiddenInput)
    seen_lock = forms.CharField(required=False, widget=forms.HiddenInput)
    #: That of the original which the translator had before them.
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Article
        fields = ["headline", "standfirst", "cover_alt", "slug"]
        widgets = {
            "headline": forms.TextInput,
            "standfirst": forms.Textarea(attrs={"rows": 3}),
            "cover_alt": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, current_lock: str, has_cover: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current_lock = current_lock
        self.is_stale = False
        self.is_new = self.instance._state.adding
        self.fields["cover_alt"].required = has_cover
        self.fields["slug"].required = False
        self.fields["slug"].help_text = _("Empty: made from the headline.")
        if not self.is_new:
            del self.fields["slug"]  # the page of the article has it
        if not has_cover:
            del self.fields["cover_alt"]
        for name in TITLES & self.fields.keys():
            self.fields[name].widget.attrs["lang"] = self.instance.language

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.current_lock not in {cleaned.get("lock", ""), cleaned.get("seen_lock")}:
            self.is_stale = True
            self.add_error(
                None,
                gettext(
                    "Somebody saved this translation after you had opened it. Nothing is lost: "
                    "where theirs differs, it stands below yours. Save again to keep yours; theirs "
                    "stays in the history."
                ),
            )
        if self.is_new and cleaned.get("headline") and not cleaned.get("slug"):
            cleaned["slug"] = slug_of(cleaned["headline"], max_length=120)
            if not cleaned["slug"]:
                self.add_error("slug", self.fields["slug"].error_messages["required"])
        return cleaned

    @property
    def labels(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in [*TITLES, "slug"] if name in self.fields}


def _given(data: Any) -> dict[str, translating.Translated]:
    """What stands in the rows, in their order, as it was sent."""
    parts: dict[str, translating.Translated] = {part: [] for part in translating.PARTS}
    for name, source in data.items():
        if (row := ROW.fullmatch(name)) and source.strip():
            part, beside, number = row.groups()
            parts[part].append((None if beside else int(number), source))
    return parts


def _cut(parts: dict[str, translating.Translated], known: set[str]) -> dict[str, Any]:
    """The blocks of what was sent. `known` is stored as it is: cleaning takes its time."""
    return {
        part: [
            (number, block)
            for number, source in rows
            for block in rendering.blocks(source if source in known else rendering.clean(source))
        ]
        for part, rows in parts.items()
    }


# --- The rows -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownRow:
    """A row as the template prints it."""

    part: str
    part_name: str
    name: str
    label: str
    #: The block of the original, with what has changed in it.
    original: SafeString
    #: Its source, to begin the translation from.
    source: str
    kind: str
    text: str
    lines: int
    theirs: SafeString | None = None


def _shown(
    part: str, rows: list[translating.Row], theirs: list[translating.Row] | None
) -> list[ShownRow]:
    stored = {row.number: row for row in theirs or []}
    names = {"teaser": gettext("Teaser"), "body": gettext("Full text")}
    shown = []
    for place, row in enumerate(rows, start=1):
        kind = "same"
        if row.now != row.then:
            kind = "new" if not row.then else "changed" if row.now else "removed"
        elif not row.now:
            kind = "alone"
        text = "\n".join(row.translated)
        other = stored.get(row.number) if row.number is not None else None
        differs = other is not None and other.translated != row.translated
        shown.append(
            ShownRow(
                part=part,
                part_name=names[part],
                name=f"{part}-{'x' + str(place) if row.number is None else row.number}",
                label=gettext("%(part)s, block %(place)d") % {"part": names[part], "place": place},
                original=_picture_it(row.now)
                if kind == "same"
                else differences.difference(row.then, row.now),
                source=row.now,
                kind=kind,
                text=text,
                lines=max(2, -(-len(text or row.now) // 60)),
                theirs=_picture_it("".join(other.translated)) if other and differs else None,
            )
        )
    return shown


def _picture_it(block: str) -> SafeString:
    """A block of stored source for the eye: pictures have an address at the desk."""

    def sourced(match: re.Match[str]) -> str:
        return f'{match[1]}src="{reverse("admin:newsroom_picture_file", args=[match[2]])}"'

    return mark_safe(PICTURE.sub(sourced, block))  # noqa: S308 - stored source is clean


# --- The page -------------------------------------------------------------------------------------


def translate(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The other language's article of the same work beside its original, which is `pk`."""
    with transaction.atomic():
        return _translate(model_admin, request, pk)


def _translate(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    original = opening.article_of(model_admin, request, pk)
    translation = translating.sibling_of(original)
    if original.translated_version is not None and translation is not None:
        return HttpResponseRedirect(address_of(translation))
    if not may_translate(model_admin, request, original, translation):
        raise PermissionDenied
    editor, at = reader_of(request), timezone.now()
    if request.method == "POST":
        # One at a time: neither is changed, nor is a second translation begun, in between.
        original.refresh_from_db(from_queryset=Article.objects.select_for_update())
        translation = translating.sibling_of(original)
        if translation:
            translation.refresh_from_db(from_queryset=Article.objects.select_for_update())
            if not may_translate(model_admin, request, original, translation):
                raise PermissionDenied
    is_new = translation is None
    article = translation or translating.begun(original, by=editor)
    draft = None if is_new else drafting.draft_of(article)
    values: dict[str, Any] = {"teaser": "", "body": ""} if is_new else drafting.values_of(article)
    if is_new and article.cover:
        values["cover_alt"] = getattr(article.cover, f"alt_{article.language}")  # to begin from
    checked = values.get("translated_version")
    stored, version = (
        ({part: [] for part in translating.PARTS}, original.version)
        if is_new
        else translating.stored_parts(original, article, values)
    )
    form = TranslationForm(
        request.POST or None,
        instance=article,
        current_lock="" if is_new else drafting.lock_of(article, draft),
        has_cover=bool(article.cover_id if is_new else values["cover"]),
        initial={
            **{name: values[name] for name in TITLES if name in values},
            "lock": "" if is_new else drafting.lock_of(article, draft),
            "seen_version": original.version,
        },
    )
    given = None
    if request.method == "POST":
        given = _given(request.POST)
        if form.is_valid():
            known = {block for part in stored.values() for _number, block in part}
            try:
                translating.save(
                    original,
                    article,
                    form.labels,
                    _cut(given, known),
                    by=editor,
                    at=at,
                    seen_version=form.cleaned_data["seen_version"],
                    up_to_date=form.cleaned_data["up_to_date"],
                    note=form.cleaned_data["note"],
                )
            except ValidationError as error:
                for name, errors in error.update_error_dict({}).items():
                    form.add_error(name if name in form.fields else None, errors)
            else:
                _say(model_admin, request, article, is_new=is_new)
                return HttpResponseRedirect(address_of(original))
    shown = translating.side_by_side(original, checked, stored, version)
    theirs = None
    if given is not None:
        seen_version = form.cleaned_data.get("seen_version") or original.version
        theirs = shown.rows if form.is_stale else None
        shown = translating.side_by_side(original, checked, given, seen_version)
    parts = [
        _shown(part, rows, theirs[part] if theirs else None) for part, rows in shown.rows.items()
    ]
    return _page(model_admin, request, original, article, form, shown, [*chain(*parts)])


def _page(
    model_admin: Any,
    request: HttpRequest,
    original: Article,
    article: Article,
    form: TranslationForm,
    shown: translating.SideBySide,
    rows: list[ShownRow],
) -> HttpResponse:
    widget = ProseWidget()
    prose = widget.get_context("", "", {})["widget"]["attrs"]["data-prose"]
    script = Media(js=[Script("desk/translating.js", type="module")])
    titles = [
        (form[name], differences.text_difference(before, now))
        for name, before, now in [
            ("headline", shown.then.headline, shown.now.headline),
            ("standfirst", shown.then.standfirst, shown.now.standfirst),
            ("cover_alt", original.cover_alt, original.cover_alt),
        ]
        if name in form.fields
    ]
    return render(
        request,
        "newsroom/desk/translate.html",
        {
            **model_admin.admin_site.each_context(request),
            "is_nav_sidebar_enabled": False,  # two columns want the room
            "title": gettext("Translate into %(language)s")
            % {"language": language_name(article.language)},
            "subtitle": str(original),
            "opts": model_admin.opts,
            "original": original,
            "article": article,
            "form": form,
            "titles": titles,
            "rows": rows,
            "hidden": form.hidden_fields(),
            "prose": prose,
            "media": Media.from_media(widget.media + script, nonce=request.csp_nonce),  # type: ignore[attr-defined]  # set by django-csp
            "from_language": language_name(original.language),
            "to_language": language_name(article.language),
            "has_changed": shown.has_changed,
            # One that was written elsewhere becomes a translation by being checked.
            "offers_up_to_date": bool(article.pk)
            and (shown.has_changed or article.translated_version is None),
            "is_live": article.is_published(timezone.now()),
        },
    )


def _say(model_admin: Any, request: HttpRequest, article: Article, *, is_new: bool) -> None:
    """Log it, and tell whether readers see it."""
    if is_new:
        model_admin.log_addition(request, article, gettext("Translation begun."))
    else:
        model_admin.log_change(request, article, gettext("Translation saved."))
    if article.is_published(timezone.now()):
        said = gettext("Saved. Readers see it once the changes are published.")
    else:
        said = gettext("Saved.")
    messages.success(request, said)


def address_of(original: Article) -> str:
    return reverse("admin:newsroom_article_translate", args=[original.pk])
