"""The front answers everybody from memory for a second, and no reader ever."""

from datetime import timedelta
from importlib import import_module, reload

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from eurasia import front as front_module
from eurasia.front import Front
from eurasia.membership.gate import Standing
from eurasia.newsroom import publishing, reading
from eurasia.newsroom.models import Article
from eurasia.policy import public
from eurasia.urls import urlpatterns as urls_of_the_house
from tests.cast import GATED, TEASER
from tests.conftest import session_of
from tests.front import Clock, answer_to, ask, counted, environ_of
from tests.test_policy import (
    edition,  # noqa: F401 - a fixture: something behind every address
    written,  # noqa: F401 - the one that it stands on
)

ADDRESS = "/en/articles/the-crossing/"
PUBLIC = ("Cache-Control", "public, max-age=0, s-maxage=1")
SECOND = timedelta(seconds=1)
SESSION = settings.SESSION_COOKIE_NAME
#: All that Django is told of a visitor and of the server, when its answer may be kept.
TOLD = {
    "HTTP_ACCEPT_ENCODING", "HTTP_HOST", "PATH_INFO", "QUERY_STRING", "REQUEST_METHOD",
    "SCRIPT_NAME", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "wsgi.errors", "wsgi.input",
    "wsgi.multiprocess", "wsgi.multithread", "wsgi.run_once", "wsgi.url_scheme", "wsgi.version",
}  # fmt: skip


# --- It answers as Django does, from memory -------------------------------------------------------


def test_unchanged_feed_is_not_sent_again_by_its_date(site_front, article):
    date = ask(site_front, "/en/feed/").headers["Last-Modified"]

    again = ask(site_front, "/en/feed/", if_modified_since=date)
    earlier = ask(site_front, "/en/feed/", if_modified_since="Mon, 01 Jan 2001 00:00:00 GMT")
    other = ask(site_front, "/en/feed/", if_modified_since=date, if_none_match='"other"')
    page = ask(site_front, ADDRESS, if_modified_since=date)

    assert (again.status, again.headers["Last-Modified"]) == (304, date)
    assert [earlier.status, other.status, page.status] == [200, 200, 200]


def test_first_question_with_an_etag_is_answered_whole_to_the_next(site, site_front, article):
    etag = ask(site, ADDRESS).headers["ETag"]

    first, second = ask(site_front, ADDRESS, if_none_match=etag), ask(site_front, ADDRESS)

    assert (first.status, second.status) == (304, 200)
    assert TEASER in second.text


def test_first_question_by_head_is_answered_whole_to_the_next(front, stub):
    head, get = ask(front, "/en/", "HEAD"), ask(front, "/en/")

    assert (head.body, get.body) == (b"", b"/en/? 1")
    assert len(stub.asked) == stub.closed == 1


# --- For a second ---------------------------------------------------------------------------------


@pytest.mark.parametrize("passed, asked", [(0, 1), (0.999, 1), (1, 2), (1.5, 2), (2, 2), (9, 2)])
def test_page_is_fresh_for_a_second(passed, asked, front, stub, clock):
    ask(front, "/en/")

    clock.now += passed
    answer = ask(front, "/en/")

    assert answer.body == b"/en/? %d" % asked


def test_second_counts_from_when_django_began(stub, clock):
    def slowly(environ, start_response):
        clock.now += 0.75
        return stub(environ, start_response)

    front = Front(slowly, clock=clock)
    ask(front, "/en/")

    clock.now += 0.249
    assert ask(front, "/en/").body == b"/en/? 1"
    clock.now += 0.001
    assert ask(front, "/en/").body == b"/en/? 2"


@pytest.mark.parametrize("change", [publishing.withdraw, publishing.publish])
def test_change_is_seen_within_two_seconds(change, site, site_front, clock, write_article, now):
    article = write_article(status="in_review" if change is publishing.publish else "published")
    addresses = [
        "/en/",
        "/en/articles/",
        ADDRESS,
        "/en/feed/",
        "/sitemap-articles.xml",
        "/llms.txt",
    ]
    before = {address: ask(site_front, address) for address in addresses}

    clock.now += 0.5
    if change is publishing.publish:
        article.published_at = None
    change(article, by=None, at=now)
    unseen = {address: ask(site_front, address) for address in addresses}
    clock.now += 1.5
    seen = {address: ask(site_front, address) for address in addresses}

    assert unseen == before
    assert not [address for address in addresses if seen[address].body == before[address].body]
    assert seen == {address: ask(site, address) for address in addresses}


def test_reader_sees_a_change_at_once(site_front, article, subscriber):
    cookie = f"{SESSION}={session_of(subscriber)}"
    assert GATED in ask(site_front, ADDRESS, cookie=cookie).text

    publishing.withdraw(article, by=None, at=timezone.now())

    assert ask(site_front, ADDRESS, cookie=cookie).status == 410


@pytest.mark.parametrize(
    "before, asked", [(2 * SECOND, {"misses": 1, "hits": 1}), (SECOND, {"misses": 2})]
)
@pytest.mark.parametrize("address", [ADDRESS, "/en/feed/", "/en/articles/the-crossing.md"])
def test_open_text_is_never_shown_beyond_its_end(
    address, before, asked, site, write_article, now, time_machine, monkeypatch
):
    """One that may be kept is shown for two seconds at most: until the instant, never at it."""
    until = now + timedelta(hours=1)
    write_article(free_until=until)
    front = Front(site, clock=lambda: timezone.now().timestamp())

    time_machine.move_to(until - before, tick=False)
    open_texts = [ask(front, address).text for _ in range(2)]
    counts = counted(front)
    # Even while somebody asks anew, which is when a page past its second is shown.
    [key] = front._known.values()
    front._flights.pop(key, None)
    time_machine.move_to(until - timedelta(milliseconds=1), tick=False)
    front._flights[key] = front_module.Flight(timezone.now().timestamp())
    monkeypatch.setattr(front_module, "PATIENCE", 0)
    last = ask(front, address).text
    time_machine.move_to(until, tick=False)
    then = ask(front, address).text

    assert all(GATED in text for text in [*open_texts, last])
    assert counts == asked
    assert GATED not in then


# --- It passes by ---------------------------------------------------------------------------------

COOKIES = [
    f"{SESSION}=x", f"{SESSION}=", SESSION, f'{SESSION}="x"', f' {SESSION} = "x" ',
    f"a=b;{SESSION}=x", f"a={SESSION}", f"a=b; {SESSION}=x; {SESSION}=y", f'a="{SESSION}=x"',
    f"{SESSION}=\xff",
]  # fmt: skip
ELSEWHERE = [
    "/", "/en/accounts/login/", "/en/accounts/login", "/en/account/", "/admin/", "/admin/login/",
    "/en/preview/token/", "/en/feed/private/token/", "/en/feed/pictures/x/", "/static/css/base.css",
    "/en/articles/the-crossing/save/", "/en/" + "x" * 2048, "/en/?q=" + "x" * 2048,
]  # fmt: skip


@pytest.mark.parametrize("cookie", COOKIES)
def test_request_that_names_a_session_goes_to_django_as_it_is(cookie, front, stub):
    ask(front, "/en/")
    environ = environ_of("/en/?utm_source=x", cookie=cookie)

    answer = answer_to(front, environ)

    assert stub.asked[1] is environ
    assert answer.body == b"/en/?utm_source=x 2"
    assert ask(front, "/en/").body == b"/en/? 1"
    assert counted(front) == {"misses": 1, "passed_by": 1, "hits": 1}


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Basic x"},
        {"range": "bytes=0-1"},
        {"if_match": "*"},
        {"if_unmodified_since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"host": "evil.example"},
        {"host": "journal.test.evil.example"},
        {"host": "journal.test:x"},
        {"host": "journal.test@evil.example"},
        {"host": ""},
        {"accept_encoding": "x" * 2048},
    ],
)
def test_request_that_may_differ_goes_to_django_as_it_is(headers, front, stub):
    environs = [environ_of("/en/", **headers) for _ in range(2)]

    for environ in environs:
        answer_to(front, environ)

    assert [asked is environ for asked, environ in zip(stub.asked, environs, strict=True)] == [
        True
    ] * 2
    assert counted(front) == {"passed_by": 2}


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "X"]
)
def test_other_method_goes_to_django(method, front, stub):
    ask(front, "/en/", method)

    assert stub.asked[0]["REQUEST_METHOD"] == method
    assert counted(front) == {"passed_by": 1}


@pytest.mark.parametrize("address", ELSEWHERE)
def test_route_that_is_not_for_all_goes_to_django(address, front):
    ask(front, address)
    ask(front, address)

    assert counted(front) == {"passed_by": 2}


@pytest.mark.parametrize("changed", [{"wsgi.url_scheme": "http"}, {"SCRIPT_NAME": "/below"}])
def test_site_at_another_address_goes_to_django(changed, front):
    answer_to(front, environ_of("/en/") | changed)

    assert counted(front) == {"passed_by": 1}


def test_route_without_a_policy_is_for_django_to_refuse(front, stub):
    with override_settings(ROOT_URLCONF="tests.test_policy"):
        ask(front, "/undeclared/")

    assert counted(front) == {"passed_by": 1}


# --- It keeps no more than it may -----------------------------------------------------------------


@pytest.mark.parametrize("status", ["200 OK", "301 Moved Permanently", "404 Not Found", "410 Gone"])
@pytest.mark.parametrize(
    "headers",
    [
        [PUBLIC],
        [PUBLIC, ("Vary", "Cookie")],
        [PUBLIC, ("vary", "accept-encoding,cookie")],
        [PUBLIC, ("X-Anything", "else")],
    ],
)
def test_public_answer_is_kept(status, headers, front, stub):
    stub.status, stub.headers = status, headers

    assert ask(front, "/en/") == ask(front, "/en/")
    assert len(stub.asked) == stub.closed == 1


@pytest.mark.parametrize(
    "status", ["302 Found", "400 Bad", "403 No", "500 Oh", "503 Off", "206 Part"]
)
def test_other_status_is_not_kept(status, front, stub):
    stub.status = status

    assert ask(front, "/en/").body != ask(front, "/en/").body
    assert len(stub.asked) == stub.closed == 2


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Cache-Control", "private, no-store")],
        [("Cache-Control", "public, max-age=0, s-maxage=0")],
        [("Cache-Control", "public, max-age=31536000, immutable")],
        [("Cache-Control", "public")],
        [PUBLIC, ("Cache-Control", "private")],
        [PUBLIC, ("Set-Cookie", "a=b")],
        [PUBLIC, ("Vary", "Cookie, Accept-Language")],
        [PUBLIC, ("Vary", "*")],
        [PUBLIC, ("Vary", "Cookie"), ("vary", "User-Agent")],
        [PUBLIC, ("Content-Encoding", "br")],  # nobody asked for it
    ],
)
def test_answer_that_django_does_not_give_everybody_is_not_kept(headers, front, stub):
    stub.headers = headers

    assert [ask(front, "/en/").body for _ in range(2)] == [b"/en/? 1", b"/en/? 2"]
    assert stub.closed == 2


def test_large_answer_is_not_kept(front, stub):
    stub.body = b"x" * (2**20 + 1)
    ask(front, "/en/")
    ask(front, "/en/")
    stub.body = b"x" * 2**20
    ask(front, "/fr/")
    ask(front, "/fr/")

    assert counted(front) == {"misses": 3, "hits": 1}


def test_answer_of_unknown_length_is_not_kept(clock):
    def streaming(environ, start_response):
        start_response("200 OK", [PUBLIC])
        return iter([b"endless"])

    front = Front(streaming, clock=clock)

    assert ask(front, "/en/").body == ask(front, "/en/").body == b"endless"
    assert counted(front) == {"misses": 2}


def test_what_may_not_be_kept_may_be_a_second_later(front, stub, clock):
    stub.status = "500 Oh"
    ask(front, "/en/")
    stub.status = "200 OK"
    ask(front, "/en/")  # nobody waits for another such answer

    clock.now += 1
    answers = [ask(front, "/en/").body for _ in range(2)]

    assert answers == [b"/en/? 3"] * 2


# --- No reader's page -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", [ADDRESS, "/en/articles/the-crossing.md", "/en/search/?q=caravan"]
)
def test_readers_and_outsiders_get_their_own_pages(
    address, site_front, article, subscriber, editor
):
    cookies = [f"{SESSION}={session_of(user)}" for user in [subscriber, editor]]
    outsiders = []
    for _ in range(2):
        outsiders.append(ask(site_front, address))
        for cookie in cookies:
            seen = ask(site_front, address, cookie=cookie)
            assert "seven drivers" in seen.text
            assert seen.headers["Cache-Control"] == "private, no-store"

    assert outsiders[0] == outsiders[1]
    assert "seven drivers" not in outsiders[0].text
    assert counted(site_front) == {"misses": 1, "hits": 1, "passed_by": 4}


@pytest.mark.parametrize("who", ["subscriber", "bogus"])
def test_readers_page_is_not_what_the_next_outsider_gets(who, site_front, article, subscriber):
    session = session_of(subscriber) if who == "subscriber" else "bogus"
    ask(site_front, ADDRESS, cookie=f"{SESSION}={session}")

    outsider = ask(site_front, ADDRESS)

    assert GATED not in outsider.text
    assert "csrf" not in outsider.text
    assert counted(site_front) == {"passed_by": 1, "misses": 1}


@public
def leaking(request: HttpRequest) -> HttpResponse:
    standing = Standing(signed_in=True, right="paid")
    [seen] = reading.read_as(Article.objects.all(), standing, timezone.now())
    return HttpResponse(seen.body_html)


urlpatterns = [path("leaking/", leaking), *urls_of_the_house]


@override_settings(ROOT_URLCONF="tests.test_front")
def test_view_that_forgets_the_gate_is_answered_by_an_error_to_all(site_front, article, subscriber):
    reader = ask(site_front, "/leaking/", cookie=f"{SESSION}={session_of(subscriber)}")
    outsiders = [ask(site_front, "/leaking/") for _ in range(2)]

    assert GATED in reader.text
    assert [(each.status, GATED in each.text) for each in outsiders] == [(500, False)] * 2
    assert counted(site_front) == {"passed_by": 1, "misses": 2}


# --- Poison ---------------------------------------------------------------------------------------

POISON = [
    {"x_forwarded_host": "evil.example"},
    {"x_forwarded_proto": "http"},
    {"x_forwarded_for": "203.0.113.1"},
    {"x_forwarded_port": "1"},
    {"forwarded": "host=evil.example;proto=http"},
    {"x_original_url": "/admin/"},
    {"x_rewrite_url": "/admin/"},
    {"x_http_method_override": "POST"},
    {"x_requested_with": "XMLHttpRequest"},
    {"accept_language": "fr"},
    {"accept": "application/json"},
    {"user_agent": "<script>"},
    {"referer": "https://evil.example/"},
    {"origin": "https://evil.example"},
    {"cookie": "__Host-eurasia_csrf=x; eurasia_language=fr; messages=x"},
    {"content_type": "application/json"},
    {"content_length": "5"},
    {"transfer_encoding": "chunked"},
    {"if_none_match": '"x"'},
    {"cache_control": "no-cache"},
    {"pragma": "no-cache"},
    {"host": "JOURNAL.TEST:8443"},
    {"host": "journal.test."},
    {"accept_encoding": "identity, evil"},
]


@pytest.mark.parametrize("address", ["/en/", "/en/articles", "/en/nowhere/", "/en/feed/"])
def test_header_of_one_visitor_is_in_no_answer_to_another(address, site, article, clock):
    for headers in POISON:
        site_front = Front(site, clock=clock)
        clean = ask(site_front, address)
        clock.now += 9

        poisoned = ask(site_front, address, **headers)
        after = ask(site_front, address)

        assert after == poisoned == clean, headers
        assert counted(site_front) == {"misses": 2, "hits": 1}, headers


@pytest.mark.parametrize(
    "query",
    [
        "utm_source=x", "before=1-1", "%62efore=1-1", "BEFORE=1-1", "year[]=1", "q=x",
        "next=//evil", "before;year=2", "before", "before=&before=1-1", "&&&", "=x", "v=1#x",
    ],
)  # fmt: skip
def test_parameter_that_the_route_does_not_read_costs_and_changes_nothing(
    query, site_front, article, clock
):
    clean = ask(site_front, "/en/")

    assert ask(site_front, f"/en/?{query}") == clean
    assert counted(site_front) == {"misses": 1, "hits": 1}


def test_parameters_that_count_tell_pages_apart(front):
    bodies = [
        ask(front, f"/en/files/iran-brics/?{query}").body
        for query in [
            "before=1-1&year=2",
            "year=2&before=1-1",
            "before=1-1",
            "before=2-1&before=1-1",
        ]
    ]

    path = b"/en/files/iran-brics/?"
    assert bodies == [
        path + b"before=1-1&year=2 1", path + b"before=1-1&year=2 1", path + b"before=1-1 2",
        path + b"before=2-1 3",
    ]  # fmt: skip


def test_django_is_told_nothing_of_the_visitor(front, stub):
    ask(
        front, "/en/search/?utm=1&q=a+b", cookie="a=b", accept_encoding="br;q=0, gzip",
        user_agent="One", host="JOURNAL.test:8443", content_type="text/html", content_length="5",
    )  # fmt: skip

    [asked] = stub.asked
    assert set(asked) == TOLD
    assert asked["HTTP_HOST"] == "journal.test"
    assert asked["HTTP_ACCEPT_ENCODING"] == "gzip"
    assert (asked["REQUEST_METHOD"], asked["PATH_INFO"]) == ("GET", "/en/search/")
    assert asked["QUERY_STRING"] == "q=a+b"
    assert asked["wsgi.input"].read() == b""


VISITS = st.lists(
    st.tuples(
        st.sampled_from(["/en/", "/fr/", "/en/articles/", "/en/nowhere/", "/en/account/"]),
        st.sampled_from(["", "before=1-1", "before=2-2&x=1", "x=1", "before=2-2&before=1-1"]),
        st.sampled_from(["", "br", "gzip", "gzip, br"]),
        st.sampled_from(["", "a=b", f"{SESSION}=x"]),
        st.sampled_from([0, 0.3, 0.9, 1.1, 2.5]),
    ),
    max_size=30,
)


@given(VISITS)
def test_any_visits_are_answered_as_of_this_second_and_by_what_was_asked(visits):
    clock, made = Clock(), []

    def telling(environ, start_response):
        made.append(environ)
        body = repr((clock.now, environ["PATH_INFO"], environ["QUERY_STRING"])).encode()
        body += environ.get("HTTP_COOKIE", "").encode() + b"|"
        body += environ["HTTP_ACCEPT_ENCODING"].encode()
        start_response("200 OK", [PUBLIC, ("Content-Length", str(len(body)))])
        return [body]

    front = Front(telling, clock=clock)
    for path_, query, encoding, cookie, passed in visits:
        clock.now += passed
        asked = len(made)
        answer = ask(front, f"{path_}?{query}", accept_encoding=encoding, cookie=cookie)
        said, _bar, encoded = answer.text.partition("|")
        if SESSION in cookie or path_ == "/en/account/":
            assert len(made) == asked + 1
            assert said == f"{(clock.now, path_, query)!r}{cookie}"
            continue
        counts = query.partition("&")[0] if path_ == "/en/articles/" and "before" in query else ""
        at = float(said[1:].partition(",")[0])
        assert said == f"{(at, path_, counts)!r}"
        assert encoded == {"gzip, br": "br"}.get(encoding, encoding)
        assert clock.now - 1 < at <= clock.now


# --- Where it stands ------------------------------------------------------------------------------


@pytest.mark.parametrize("proxies, stands", [(0, True), (1, False), (2, False)])
def test_front_stands_where_no_proxy_remembers_pages(proxies, stands, settings):
    settings.TRUSTED_PROXIES = proxies

    # Loaded here: before the set-up, the folder of static files may not be there.
    application = reload(import_module("eurasia.wsgi")).application

    assert isinstance(application, Front) is stands
    assert isinstance(application, WSGIHandler) is not stands
