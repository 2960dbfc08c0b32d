"""The path sets the language; labels read the column of the page's language."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from eurasia import languages
from eurasia.languages import LanguageLink, Localized, language_links


class Label:
    name = Localized()

    def __init__(self, english, french):
        self.name_en, self.name_fr = english, french


# --- Labels ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "active, english, french, shown",
    [
        ("en", "Iran", "L’Iran", "Iran"),
        ("fr", "Iran", "L’Iran", "L’Iran"),
        ("fr", "Iran", "", "Iran"),
        ("en", "", "L’Iran", "L’Iran"),
        ("fr", "", "", ""),
        ("fr-ca", "Iran", "L’Iran", "L’Iran"),
        ("de", "Iran", "L’Iran", "Iran"),
        (None, "Iran", "L’Iran", "Iran"),
    ],
)
def test_label_is_that_of_the_language_or_the_one_there_is(active, english, french, shown):
    with translation.override(active):
        assert Label(english, french).name == shown


def test_label_of_the_class_is_its_descriptor():
    assert isinstance(Label.name, Localized)


@pytest.mark.parametrize(
    "active, current, other",
    [
        ("en", "en", "fr"),
        ("fr", "fr", "en"),
        ("fr-be", "fr", "en"),
        ("de", "en", "fr"),
        (None, "en", "fr"),
    ],
)
def test_language_is_always_one_of_ours(active, current, other):
    with translation.override(active):
        assert (languages.current(), languages.other()) == (current, other)


# --- Which language a browser prefers -------------------------------------------------------------


@pytest.mark.parametrize(
    "accepted, language",
    [
        ("", "en"),
        ("fr", "fr"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("de,fr;q=0.5,en;q=0.4", "fr"),
        ("en;q=0.4,fr;q=0.5", "fr"),
        ("de,it", "en"),
        ("*", "en"),
        ("fr;q=0", "en"),
        ("fr;q=0,en;q=0.1", "en"),
        ("\x00;;q=fr,,,", "en"),
        ("x" * 10_000, "en"),
    ],
)
def test_browser_is_led_to_the_first_of_our_languages_it_accepts(accepted, language, client):
    response = client.get("/", headers={"accept-language": accepted})

    assert (response.status_code, response.url) == (302, f"/{language}/")
    assert response["Cache-Control"] == "private, no-store"


# --- The path -------------------------------------------------------------------------------------


def ask(path, user=None, view=None):
    """What the middleware makes of a request; the view says which language is active."""
    request = RequestFactory().get(path, headers={"accept-language": "fr"})
    if user:
        request.user = user

    def respond(request):
        middleware.process_view(request, None, [], {})
        return (view or (lambda request: HttpResponse(translation.get_language())))(request)

    middleware = languages.LanguageMiddleware(respond)
    response = middleware(request)
    return response.content.decode(), request.LANGUAGE_CODE, response["Content-Language"]


@pytest.mark.parametrize(
    "path, language",
    [
        ("/en/files/", "en"),
        ("/fr/files/", "fr"),
        ("/fr/", "fr"),
        ("/fr", "fr"),
        ("/frx/", "en"),
        ("/de/files/", "en"),
        ("/robots.txt", "en"),
        ("/admin/", "en"),
        ("/", "en"),
    ],
)
def test_path_sets_the_language_whatever_the_browser_prefers(path, language):
    assert ask(path) == (language,) * 3


def test_request_leaves_the_language_of_the_thread_as_it_was():
    with translation.override("en"):
        ask("/fr/files/")

        assert translation.get_language() == "en"


def test_desk_speaks_the_language_of_its_staff(editor):
    editor.language = "fr"

    assert ask("/admin/", editor) == ("fr", "fr", "fr")
    assert ask("/en/files/", editor) == ("en", "en", "en")


def test_language_that_a_view_has_chosen_is_kept():
    def view(request):
        return HttpResponse("x", headers={"Content-Language": "fa"})

    assert ask("/fr/", view=view)[2] == "fa"


@pytest.mark.parametrize("path", ["/en/", "/fr/", "/robots.txt", "/sitemap.xml", "/en/feed/"])
def test_no_answer_varies_with_the_language_of_the_browser(path, client, article):
    answers = [
        client.get(path, headers={"accept-language": accepted}) for accepted in ["en", "fr", ""]
    ]

    assert len({answer.content for answer in answers}) == 1
    assert not any("Accept-Language" in answer.get("Vary", "") for answer in answers)
    assert not any(answer.cookies for answer in answers)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_page_says_its_language(language, client, db):
    response = client.get(f"/{language}/")

    assert response["Content-Language"] == language
    assert f'<html lang="{language}"' in response.content.decode()


# --- The switch -----------------------------------------------------------------------------------


def test_switch_of_a_page_with_the_same_address_in_both():
    with translation.override("fr"):
        links = language_links("/fr/files/fr/")

    assert links == [
        LanguageLink("en", "English", "/en/files/fr/", False, True, is_default=True),
        LanguageLink("fr", "Français", "/fr/files/fr/", True, True, is_default=False),
    ]


def test_switch_leads_to_the_address_of_the_translation():
    with translation.override("en"):
        links = language_links("/en/articles/a/", {"fr": "/fr/articles/un/"})

    assert links == [
        LanguageLink("en", "English", "/en/articles/a/", True, True, is_default=True),
        LanguageLink("fr", "Français", "/fr/articles/un/", False, True, is_default=False),
    ]


def test_switch_leads_to_the_front_page_where_there_is_no_translation():
    with translation.override("en"):
        [_english, french] = language_links("/en/articles/a/", {})

    assert french == LanguageLink("fr", "Français", "/fr/", False, False, is_default=False)


def test_page_in_french_alone_is_the_one_for_readers_of_neither():
    with translation.override("fr"):
        links = language_links("/fr/articles/un/", {})

    assert [(link.code, link.is_default) for link in links] == [("en", False), ("fr", True)]


# --- What every page knows ------------------------------------------------------------------------


def test_page_knows_itself_by_the_site_address_and_never_by_the_host(settings):
    request = RequestFactory().get("/fr/files/?before=1-1", headers={"host": "evil.example"})

    with translation.override("fr"):
        page = languages.page(request)

    assert {
        name: page[name] for name in ["canonical", "page_language", "next_url", "site_url"]
    } == {
        "canonical": f"{settings.SITE_URL}/fr/files/",
        "page_language": "fr",
        "next_url": "/fr/files/?before=1-1",
        "site_url": settings.SITE_URL,
    }
    assert "evil" not in repr(page)


@pytest.mark.parametrize("path, translated", [("/fr/files/", True), ("/fr/nowhere/", False)])
@pytest.mark.django_db
def test_address_that_is_nothing_is_not_translated(path, translated, client):
    [english, _french] = client.get(path).context["language_links"]

    assert english.is_translated is translated
