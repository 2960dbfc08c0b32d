"""Every route says who may call it, and the form of its answer follows."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import RequestFactory, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, path
from django.urls.resolvers import LocalePrefixPattern, ResolverMatch
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from eurasia import policy
from eurasia.policy import NOWHERE, Policy, Route, policy_of, route_of
from eurasia.urls import urlpatterns as urls_of_the_house
from tests.cast import GATED, free_plan, iran_and_the_brics, writer
from tests.conftest import HttpsClient
from tests.newsroom.test_documents import pdf
from tests.newsroom.test_pictures import png, with_renditions

PUBLIC_FORM = "public, max-age=0, s-maxage=1"
PRIVATE_FORM = "private, no-store"
FOREVER = "public, max-age=31536000, immutable"


# --- The URLconf ---------------------------------------------------------------------------------


def matches(resolver=None, app_names=(), namespaces=(), route=""):
    """A match for every route of the house, as a request for it would find."""
    for entry in (resolver or get_resolver()).url_patterns:
        prefix = "<language>/" if isinstance(entry.pattern, LocalePrefixPattern) else entry.pattern
        here = f"{route}{prefix}"
        if isinstance(entry, URLResolver):
            apps = [*app_names, entry.app_name] if entry.app_name else app_names
            spaces = [*namespaces, entry.namespace] if entry.namespace else namespaces
            yield from matches(entry, apps, spaces, here)
        else:
            assert isinstance(entry, URLPattern)
            yield ResolverMatch(
                entry.callback, (), {}, entry.name, list(app_names), list(namespaces), here
            )


def names_under(policy):
    return {match.view_name for match in matches() if policy_of(match) is policy}


def test_every_route_has_a_policy():
    undeclared = []
    for match in matches():
        try:
            policy_of(match)
        except ImproperlyConfigured:
            undeclared.append(match.route)

    assert undeclared == []


def test_no_route_takes_a_form_without_its_token():
    assert [match.route for match in matches() if getattr(match.func, "csrf_exempt", False)] == []


def test_walk_finds_routes_of_every_kind():
    assert {match.route for match in matches()} >= {
        "robots.txt",
        "<language>/articles/<slug:slug>/",
        "<language>/accounts/login/",
        "admin/newsroom/article/<int:pk>/as/<str:who>/",
    }


def test_public_machine_and_reader_routes_are_these():
    assert names_under(Policy.PUBLIC) == set(PUBLIC_NAMES)
    assert names_under(Policy.MACHINE) == set(MACHINE_NAMES)
    assert names_under(Policy.READER_ONLY) == {
        "account:data",
        "account:data_file",
        "account:delete",
        "account:end_session",
        "account:home",
        "account:keep",
        "account:language",
        "membership:cancel",
        "membership:resume",
        "membership:take_plan",
        "newsroom:keep_place",
        "newsroom:private_feeds",
        "newsroom:reading_list",
        "newsroom:revoke_feed",
        "newsroom:save_article",
    }


def test_private_routes_of_the_newsroom_are_these():
    assert {name for name in names_under(Policy.PRIVATE) if name.startswith("newsroom:")} == {
        "newsroom:preview_document",
        "newsroom:preview_link",
        "newsroom:preview_picture",
    }


def test_doors_that_a_key_in_their_address_opens_are_these():
    assert names_under(Policy.KEYED) == {"newsroom:private_feed", "newsroom:feed_picture"}


def test_everything_at_the_admin_is_desk():
    policies = {policy_of(match) for match in matches() if match.route.startswith("admin/")}

    assert policies == {Policy.DESK}


def test_everything_of_allauth_is_private():
    routes = [match for match in matches() if match.route.startswith("<language>/accounts/")]

    assert {policy_of(match) for match in routes} == {Policy.PRIVATE}


def undeclared_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(GATED)


@policy.public
def public_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


@policy.desk("newsroom.view_fulltext")
def desk_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(GATED)


@policy.private
def broken_view(request: HttpRequest) -> HttpResponse:
    raise RuntimeError(GATED)


urlpatterns = [
    path("undeclared/", undeclared_view),
    path("public/", public_view),
    path("desk/", desk_view),
    path("broken/", broken_view),
    *urls_of_the_house,
]


@override_settings(ROOT_URLCONF="tests.test_policy")
def test_view_without_a_policy_is_refused(client):
    with pytest.raises(ImproperlyConfigured, match="'undeclared/' declares no policy"):
        client.get("/undeclared/")


@override_settings(ROOT_URLCONF="tests.test_policy")
def test_view_without_a_policy_tells_a_browser_nothing():
    browser = HttpsClient(raise_request_exception=False)

    response = browser.get("/undeclared/")

    assert response.status_code == 500
    assert GATED not in response.content.decode()


# --- The forms of a public page ------------------------------------------------------------------

PUBLIC_NAMES = {
    "newsroom:front": "/en/",
    "newsroom:file_list": "/en/files/",
    "newsroom:file": "/en/files/iran-brics/",
    "newsroom:file_twin": "/en/files/iran-brics.md",
    "newsroom:article_list": "/en/articles/",
    "newsroom:article": "/en/articles/the-crossing/",
    "newsroom:article_twin": "/en/articles/the-crossing.md",
    "newsroom:picture": "/en/articles/the-view/pictures/{picture}/",
    "newsroom:document": "/en/articles/the-view/documents/{document}/",
    "newsroom:archive": "/en/archive/",
    "newsroom:archive_month": "/en/archive/{month}/",
    "newsroom:rendition": "/en/articles/the-view/pictures/{wide}/480.avif",
    "newsroom:contributor": "/en/contributors/iran-desk/",
    "newsroom:search": "/en/search/?q=crossing",
    "newsroom:about": "/en/about/",
    "newsroom:privacy": "/en/privacy/",
    "membership:subscribe": "/en/subscribe/",
    "account:signed_out": "/en/account/signed-out/",
}
MACHINE_NAMES = {
    "newsroom:citation": "/en/articles/the-crossing/cite.bib",
    "newsroom:feed": "/en/feed/",
    "newsroom:feed_rss": "/en/feed/rss/",
    "newsroom:feed_json": "/en/feed/json/",
    "newsroom:card": "/en/card.png",
    "newsroom:article_card": "/en/articles/the-crossing/card.png",
    "newsroom:file_feed": "/en/files/iran-brics/feed/",
    "newsroom:file_feed_rss": "/en/files/iran-brics/feed/rss/",
    "newsroom:file_feed_json": "/en/files/iran-brics/feed/json/",
    "newsroom:contributor_feed": "/en/contributors/iran-desk/feed/",
    "newsroom:contributor_feed_rss": "/en/contributors/iran-desk/feed/rss/",
    "newsroom:contributor_feed_json": "/en/contributors/iran-desk/feed/json/",
    "newsroom:suggestions": "/en/search/suggest/?q=crossing",
    "robots": "/robots.txt",
    "licence": "/license.xml",
    "llms": "/llms.txt",
    "security": "/.well-known/security.txt",
    "sitemap": "/sitemap.xml",
    "sitemap_news": "/sitemap-news.xml",
    "sitemap_section": "/sitemap-articles.xml",
    "media": "/media/{media}",
}


def in_both_languages(addresses):
    english = list(addresses)
    french = [each.replace("/en/", "/fr/", 1) for each in english if each.startswith("/en/")]
    return english + french


PUBLIC_PAGES = in_both_languages(PUBLIC_NAMES.values())
MACHINE_DOORS = in_both_languages(MACHINE_NAMES.values())
#: Answers that are no page of the URLconf, or no success.
OTHER_ANSWERS = {
    "/de/": 404,
    "/en/nowhere/": 404,
    "/en/articles/never-written/": 404,
    "/en/articles/?before=nonsense": 404,
    "/en/search/?q=crossing&before=nonsense": 404,
    "/en/archive/1999/1/": 404,
    "/en/articles/taken-back/": 410,
    "/en/articles/taken-back.md": 410,
    "/en/articles": 301,
}


@pytest.fixture(scope="module")
def written(db_of_the_module):
    """Something behind every public address: a plan, and what fills the gaps in the addresses."""
    write_article = writer(iran_and_the_brics())
    gated, public = png(is_public=False), png(is_public=True)
    wide, document = with_renditions(is_public=False), pdf()
    for language in ["en", "fr"]:
        write_article(language=language)
        write_article(
            "the-view",
            language=language,
            access="everyone",
            body=f'<p>Look: <img data-picture="{gated.pk}" alt="A view">'
            f'<img data-picture="{wide.pk}" alt="A wide view">'
            f'<a href="/documents/{document.pk}/">The ledger</a></p>',
        )
        write_article("taken-back", language=language, status="withdrawn")
    month = timezone.localtime() - timedelta(hours=1)  # when the cast publishes
    return free_plan(), {
        "month": f"{month.year}/{month.month}",
        "picture": gated.pk,
        "wide": wide.pk,
        "document": document.pk,
        "media": public.file.name,
    }


@pytest.fixture
def edition(written, db):
    """What fills the gaps in the addresses."""
    return written[1]


@pytest.fixture
def plan(written, db):
    return written[0]


def body_of(response):
    return b"".join(response) if response.streaming else response.content


def set_cookie(client, value):
    client.cookies[settings.SESSION_COOKIE_NAME] = value


@pytest.mark.parametrize("address", PUBLIC_PAGES)
def test_public_page_has_one_form_for_all_outsiders(address, edition):
    address = address.format(**edition)
    one = HttpsClient(headers={"accept-language": "en", "user-agent": "One"})
    two = HttpsClient(headers={"accept-language": "fr", "user-agent": "Two"})

    first, second = one.get(address), two.get(address)

    assert first.status_code == 200
    assert first.headers["Cache-Control"] == PUBLIC_FORM
    is_text = first.headers["Content-Type"].startswith("text/")
    assert first.headers["Vary"] == ("Cookie, Accept-Encoding" if is_text else "Cookie")
    assert not first.cookies
    assert "Set-Cookie" not in first.headers
    assert body_of(first) == body_of(second)
    assert dict(first.headers) == dict(second.headers)


@pytest.mark.parametrize("address", PUBLIC_PAGES)
def test_public_page_with_a_bogus_session_is_private(address, client, edition):
    set_cookie(client, "bogus")

    response = client.get(address.format(**edition))

    assert body_of(response)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == PRIVATE_FORM


@pytest.mark.parametrize("address", PUBLIC_PAGES)
def test_public_page_with_a_session_is_private(address, client, edition, subscriber):
    client.force_login(subscriber)

    response = client.get(address.format(**edition))

    assert body_of(response)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == PRIVATE_FORM


@pytest.mark.parametrize("address", PUBLIC_PAGES)
def test_head_of_a_public_page_has_the_same_headers(address, client, edition):
    address = address.format(**edition)

    head, get = client.head(address), client.get(address)

    assert dict(head.headers) == dict(get.headers)
    assert body_of(head) == b"" != body_of(get)


@pytest.mark.parametrize("address", PUBLIC_PAGES + MACHINE_DOORS)
def test_public_address_takes_no_other_method(address, client, edition):
    address = address.format(**edition)

    answers = [
        getattr(client, method)(address) for method in ["post", "put", "delete", "patch", "options"]
    ]

    assert [answer.status_code for answer in answers] == [405] * 5
    assert {answer.headers["Allow"] for answer in answers} == {"GET, HEAD"}
    if address in PUBLIC_PAGES:
        assert {answer.headers["Cache-Control"] for answer in answers} == {PRIVATE_FORM}


@pytest.mark.parametrize("address", MACHINE_DOORS)
def test_machine_door_is_always_in_the_public_form(address, client, edition, subscriber):
    address = address.format(**edition)
    bogus = HttpsClient()
    set_cookie(bogus, "bogus")
    inside = HttpsClient()
    inside.force_login(subscriber)

    answers = [each.get(address) for each in [client, bogus, inside]]

    said = [(answer.status_code, dict(answer.headers), body_of(answer)) for answer in answers]
    assert said == said[:1] * 3
    [status, headers, body] = said[0]
    assert status == 200
    is_media = address.startswith("/media/")
    assert headers["Cache-Control"] == (FOREVER if is_media else PUBLIC_FORM)
    is_picture = headers["Content-Type"].startswith("image/")
    assert headers.get("Vary") == (None if is_picture else "Accept-Encoding")
    assert "Set-Cookie" not in headers
    assert GATED.encode() not in body


@pytest.mark.parametrize("address", OTHER_ANSWERS)
def test_answer_without_a_page_has_both_forms_too(address, client, edition):
    public = client.get(address)
    set_cookie(client, "bogus")
    private = client.get(address)

    assert (public.status_code, private.status_code) == (OTHER_ANSWERS[address],) * 2
    assert public.headers["Cache-Control"] == PUBLIC_FORM
    assert public.headers["Vary"] in {"Cookie", "Cookie, Accept-Encoding"}
    assert "Set-Cookie" not in public.headers
    assert private.headers["Cache-Control"] == PRIVATE_FORM


# --- The parameters of an address ----------------------------------------------------------------

#: Those of all routes, each with a value that some page has.
PARAMETERS = {
    "before": "", "contributor": "iran-desk", "file": "iran-brics", "next": "/en/about/",
    "order": "newest", "p": "1", "q": "crossing", "show": "articles", "v": "1", "year": "",
}  # fmt: skip


@pytest.mark.parametrize("name", [*PUBLIC_NAMES, *MACHINE_NAMES])
def test_route_declares_the_parameters_that_it_reads(name, client, edition, monkeypatch):
    asked = set()

    class Noting(QueryDict):
        def get(self, key, default=None):
            asked.add(key)
            return super().get(key, default)

        def __getitem__(self, key):
            asked.add(key)
            return super().__getitem__(key)

        def __contains__(self, key):
            asked.add(key)
            return super().__contains__(key)

    monkeypatch.setattr(
        WSGIRequest, "GET", property(lambda request: Noting(request.META["QUERY_STRING"]))
    )
    path = {**PUBLIC_NAMES, **MACHINE_NAMES}[name].format(**edition).partition("?")[0]

    response = client.get(path, PARAMETERS)

    assert response.status_code == 200
    assert body_of(response)
    assert asked == set(route_of(path).parameters)
    assert asked <= set(PARAMETERS)


@pytest.mark.parametrize("address", PUBLIC_PAGES + MACHINE_DOORS + list(OTHER_ANSWERS))
@pytest.mark.parametrize("who", ["outsider", "subscriber"])
def test_undeclared_parameter_changes_nothing(address, who, client, edition, subscriber):
    address = address.format(**edition)
    mark = "&" if "?" in address else "?"
    if who == "subscriber":
        client.force_login(subscriber)

    plain = client.get(address)
    marked = client.get(f"{address}{mark}utm_source=x&%62efore=nonsense&BEFORE=1&show[]=1")

    assert marked.status_code == plain.status_code
    assert dict(marked.headers) == dict(plain.headers)
    bodies = {body_of(plain), body_of(marked)}
    assert len(bodies) == 1 or who == "subscriber"  # the token in its forms is another each time


def test_address_without_its_slash_keeps_what_the_page_reads(client, edition):
    response = client.get("/en/articles?utm_source=x&before=1-1")
    private = client.get("/en/accounts/login?next=/en/about/")

    assert (response.status_code, response.url) == (301, "/en/articles/?before=1-1")
    assert response.headers["Cache-Control"] == PUBLIC_FORM
    assert private.url == "/en/accounts/login/?next=/en/about/"
    assert private.headers["Cache-Control"] == PRIVATE_FORM


PAGE = Route(Policy.PUBLIC, parameters=("before", "year"))


@pytest.mark.parametrize(
    "said, counts",
    [
        ("", ""),
        ("before=1", "before=1"),
        ("year=2&before=1", "before=1&year=2"),
        ("before=1&before=2", "before=1"),
        ("before=&before=2", ""),
        ("before&before=2", "before=2"),
        ("before=1=2", "before=1=2"),
        ("=1&&&before=%26year%3D3", "before=%26year%3D3"),
        ("before=1;year=2", "before=1;year=2"),
        ("Before=1&before%20=1&%62efore=1&before[]=1&xbefore=1", ""),
        ("before=\xff+%FF", "before=\xff+%FF"),
    ],
)
def test_of_a_query_string_counts(said, counts):
    assert PAGE.query(said) == counts
    assert NOWHERE.query(said) == ""


@given(st.text("abefory=&;%+1\xff", max_size=60))
def test_view_sees_what_counts_and_no_more(said):
    counts = PAGE.query(said)

    assert PAGE.query(counts) == counts
    assert set(QueryDict(counts)) <= {"before", "year"}
    assert all(len(values) == 1 for _name, values in QueryDict(counts).lists())


def test_long_path_is_looked_up_and_not_remembered():
    remembered = policy._route_of.cache_info().currsize

    assert route_of(f"/en/{'x' * 1000}/") == NOWHERE
    assert policy._route_of.cache_info().currsize == remembered


# --- The private forms ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/", "/en/accounts/login/", "/fr/accounts/signup/", "/admin/login/"]
)
def test_private_page_is_kept_by_nobody(address, client, db):
    response = client.get(address)

    assert response.status_code in {200, 302}
    assert response.headers["Cache-Control"] == PRIVATE_FORM


@pytest.mark.parametrize("address", ["/en/account/", "/fr/account/"])
def test_outsider_at_a_readers_page_signs_in_and_comes_back(address, client, db):
    response = client.get(address)

    assert response.status_code == 302
    assert response.url == f"{address[:3]}/accounts/login/?next={address}"
    assert response.headers["Cache-Control"] == PRIVATE_FORM


@override_settings(ROOT_URLCONF="tests.test_policy")
def test_failing_page_is_kept_by_nobody(db):
    browser = HttpsClient(raise_request_exception=False)

    response = browser.get("/broken/")

    assert response.status_code == 500
    assert response.headers["Cache-Control"] == PRIVATE_FORM
    assert GATED not in response.content.decode()


@pytest.mark.parametrize(
    "accept, language",
    [
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("de,fr;q=0.4", "fr"),
        ("en-GB", "en"),
        ("zh", "en"),
        ("", "en"),
    ],
)
def test_root_leads_to_the_browsers_language(accept, language, client):
    response = client.get("/", headers={"accept-language": accept})

    assert (response.status_code, response.url) == (302, f"/{language}/")
    assert response.headers["Cache-Control"] == PRIVATE_FORM


# --- The decorator of the desk -------------------------------------------------------------------


@override_settings(ROOT_URLCONF="tests.test_policy")
def test_desk_view_opens_for_staff_with_the_permission(client, editor):
    client.force_login(editor)

    response = client.get("/desk/")

    assert (response.status_code, response.content.decode()) == (200, GATED)
    assert response.headers["Cache-Control"] == PRIVATE_FORM


@override_settings(ROOT_URLCONF="tests.test_policy")
def test_desk_view_refuses_staff_without_the_permission(client, colleague):
    client.force_login(colleague)

    response = client.get("/desk/")

    assert response.status_code == 403
    assert GATED not in response.content.decode()


@override_settings(ROOT_URLCONF="tests.test_policy")
def test_desk_view_refuses_the_permission_without_staff(client, editor):
    editor.is_staff = False
    editor.save()
    client.force_login(editor)

    response = client.get("/desk/")

    assert response.status_code == 403
    assert GATED not in response.content.decode()


@override_settings(ROOT_URLCONF="tests.test_policy")
def test_desk_view_sends_an_outsider_to_sign_in(client, db):
    response = client.get("/desk/")

    assert (response.status_code, response.url) == (302, "/en/accounts/login/?next=/desk/")


def test_reader_of_a_request_without_user_is_nobody():
    assert policy.reader_of(RequestFactory().get("/")) is None
