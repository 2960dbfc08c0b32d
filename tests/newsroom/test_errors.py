"""What readers see when there is nothing to see."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from lxml import html

from eurasia import policy
from eurasia.newsroom import errors
from eurasia.urls import urlpatterns as urls_of_the_house
from tests.cast import GATED
from tests.conftest import HttpsClient


@policy.public
def raising(request: HttpRequest, name: str) -> HttpResponse:
    raise {
        "bad": SuspiciousOperation(GATED),
        "forbidden": PermissionDenied(GATED),
        "missing": Http404(GATED),
        "broken": RuntimeError(GATED),
    }[name]


urlpatterns = [path("raising/<str:name>/", raising), *urls_of_the_house]
handler400, handler403, handler404 = errors.bad_request, errors.forbidden, errors.not_found

PAGES = {
    "bad": (400, "This request could not be understood"),
    "forbidden": (403, "This page is not for you to open"),
    "missing": (404, "This page does not exist"),
}


@pytest.fixture
def browser():
    return HttpsClient(raise_request_exception=False)


@override_settings(ROOT_URLCONF="tests.newsroom.test_errors")
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("who", ["outsider", "subscriber"])
def test_error_is_a_page_of_the_house_that_tells_nothing(name, who, browser, request, db):
    if who == "subscriber":
        browser.force_login(request.getfixturevalue(who))

    response = browser.get(f"/raising/{name}/")

    tree = html.document_fromstring(response.content.decode())
    assert (response.status_code, tree.xpath("//h1")[0].text_content()) == PAGES[name]
    assert GATED not in response.content.decode()
    assert tree.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert tree.xpath("//main//a/@href") == ["/en/", "/en/files/"]
    assert tree.xpath("//style") != []
    assert response.headers["Cache-Control"] == (
        "public, max-age=0, s-maxage=1"
        if who == "outsider" and response.status_code != 400
        else "private, no-store"
    )


@override_settings(ROOT_URLCONF="tests.newsroom.test_errors")
def test_fault_of_ours_is_a_page_in_both_languages(browser):
    response = browser.get("/raising/broken/")

    tree = html.document_fromstring(response.content.decode())
    assert response.status_code == 500
    assert GATED not in response.content.decode()
    assert tree.xpath("//h1/text()") == ["Something went wrong"]
    assert tree.xpath("//h2[@lang='fr']/text()") == ["Une erreur est survenue"]
    assert tree.xpath("//main//a/@href") == ["/en/", "/fr/"]
    assert response.headers["Cache-Control"] == "private, no-store"


def test_page_of_a_withdrawn_article_is_of_the_house(browser, write_article):
    write_article(status="withdrawn")

    response = browser.get("/en/articles/the-crossing/")

    tree = html.document_fromstring(response.content.decode())
    assert response.status_code == 410
    assert tree.xpath("//h1")[0].text_content() == "This article has been withdrawn"
    assert tree.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert tree.xpath("//nav//a[@hreflang='fr']/@href") == ["/fr/"]


@pytest.mark.parametrize("address", ["/en/accounts/login/", "/en/subscribe/free/", "/admin/login/"])
def test_form_without_its_token_is_refused_in_style(address, db):
    browser = HttpsClient(enforce_csrf_checks=True)

    response = browser.post(address, {"login": "a@example.org"})

    tree = html.document_fromstring(response.content.decode())
    assert response.status_code == 403
    assert tree.xpath("//h1")[0].text_content() == "The form could not be accepted"
    assert response.headers["Cache-Control"] == "private, no-store"


def test_unknown_host_is_refused_without_a_word_of_it(browser):
    response = browser.get("/en/about/", headers={"host": "evil.example"})

    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()


@pytest.mark.parametrize("query", ["%00", "%ff%fe", "a" * 5000, "=&=&", "?before[]=1"])
@pytest.mark.parametrize("path", ["/en/", "/en/articles/the-crossing/", "/en/subscribe/"])
def test_odd_query_strings_break_no_page(path, query, client, article):
    response = client.get(f"{path}?{query}")

    assert response.status_code == 200
    assert GATED not in response.content.decode()
