"""English and French: the path sets the language, labels have one column per language."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation.trans_real import parse_accept_lang_header

from eurasia import masthead

CODES = [code for code, _ in settings.LANGUAGES]
NAMES = dict(settings.LANGUAGES)


class Localized:
    """Reads the column of the active language: `name = Localized()` gives `name_en`, `name_fr`.

    The other column stands in where the active one is empty.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        active = current()
        others = [code for code in CODES if code != active]
        for code in [active, *others]:
            if text := getattr(instance, f"{self.name}_{code}"):
                return text
        return ""


def current() -> str:
    """The active language as one of ours."""
    language = (translation.get_language() or settings.LANGUAGE_CODE)[:2]
    return language if language in CODES else settings.LANGUAGE_CODE


def other() -> str:
    """The journal's language that is not the active one."""
    return next(code for code in CODES if code != current())


def preferred(request: HttpRequest) -> str:
    """The first of our languages that the browser's Accept-Language names."""
    for accepted, quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if quality and accepted[:2] in CODES:
            return accepted[:2]
    return settings.LANGUAGE_CODE


def day(value: date) -> str:
    """A day in words: 1 January 2026, 1er janvier 2026."""
    said = date_format(value, "j F Y")
    return f"1er {said[2:]}" if current() == "fr" and value.day == 1 else said


def moment(value: datetime) -> str:
    """A day and a time, as editors plan by them: 1 January 2026, 09:00. Give it local time."""
    return f"{day(value)}, {date_format(value, 'H:i')}"


class LanguageMiddleware:
    """Activates the language of the path; at the desk that of the member of staff.

    Django's LocaleMiddleware would add `Vary: Accept-Language` to feeds and robots.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or language)
            return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        user = getattr(request, "user", None)
        if request.path_info.startswith("/admin/") and user and user.is_authenticated:
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language


@dataclass(frozen=True)
class LanguageLink:
    """One entry of the language switch."""

    code: str
    name: str
    url: str
    is_current: bool
    is_translated: bool
    #: Whether searchers of any other language are led here (hreflang="x-default").
    is_default: bool


def default_of(codes: Iterable[str]) -> str:
    """Of the languages that a page is there in, the one for those who read neither."""
    codes = list(codes)
    return settings.LANGUAGE_CODE if settings.LANGUAGE_CODE in codes else codes[0]


def language_links(path: str, elsewhere: dict[str, str] | None = None) -> list[LanguageLink]:
    """The switch for a page.

    `elsewhere` maps language codes to addresses where the page's own address cannot be
    translated by its prefix; a language missing from it is not translated, and its link leads to
    that language's front page.
    """
    active = current()
    default = default_of([active, *(CODES if elsewhere is None else elsewhere)])
    links = []
    for code in CODES:
        if code == active:
            url, translated = path, True
        elif elsewhere is None:
            url, translated = path.replace(f"/{active}/", f"/{code}/", 1), True
        else:
            url, translated = elsewhere.get(code, f"/{code}/"), code in elsewhere
        is_default = code == default
        links.append(LanguageLink(code, NAMES[code], url, code == active, translated, is_default))
    return links


def of_the_journal() -> dict[str, Any]:
    """What a template may say of the journal on any page."""
    return {
        "journal": masthead.current(),
        "site_name": masthead.name(),
        "site_url": settings.SITE_URL,
        "is_demo": settings.DEMO,
    }


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what every page needs to know of itself."""
    path = request.path_info
    exists = request.resolver_match is not None
    return {
        **of_the_journal(),
        "page_language": current(),
        "language_links": language_links(path, None if exists else {}),
        "canonical": settings.SITE_URL + path,
        "next_url": request.get_full_path(),
        "is_framed": False,  # as the desk shows it beside what is written
    }
