"""How long an answer may be kept, and that nothing opens in one that everybody gets."""

from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path
from django.utils import timezone

from eurasia import keeping
from eurasia.keeping import PublicFormError
from eurasia.membership import gate
from eurasia.membership.gate import Standing
from eurasia.newsroom import reading, search, vault
from eurasia.newsroom.models import Article, FullText
from eurasia.policy import keyed, machine, private, public
from eurasia.urls import urlpatterns as urls_of_the_house
from tests.cast import GATED
from tests.conftest import HttpsClient
from tests.newsroom.test_pictures import png

KEPT = "public, max-age=0, s-maxage=1"
NOT_KEPT = "public, max-age=0, s-maxage=0"
PRIVATE = "private, no-store"
SUBSCRIBER = Standing(signed_in=True, right="paid")
SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)

# --- Views with a mistake -------------------------------------------------------------------------


def takes_all_for_subscribers(request: HttpRequest) -> HttpResponse:
    seen = reading.read_as(Article.objects.all(), SUBSCRIBER, timezone.now())
    return HttpResponse(each.body_html for each in seen)


def opens_the_vault(request: HttpRequest) -> HttpResponse:
    with vault.opened("read"):
        return HttpResponse(text.body_html for text in FullText.objects.all())


def searches_as_a_subscriber(request: HttpRequest) -> HttpResponse:
    terms = search.terms_of("caravan")
    found = search.find(terms, language="en", standing=SUBSCRIBER, at=timezone.now())
    return HttpResponse(GATED if found.exists() else "")


def has_texts_of_its_own(request: HttpRequest) -> HttpResponse:
    article = Article.objects.get()
    text = FullText(article=article, body_html=GATED)
    at = timezone.now()
    [seen] = reading.read_as([article], SUBSCRIBER, at, full_texts={article.pk: text})
    return HttpResponse(seen.body_html)


def streams(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(iter(["begun"]))


MISTAKES = [
    takes_all_for_subscribers, opens_the_vault, searches_as_a_subscriber, has_texts_of_its_own,
]  # fmt: skip
DOORS = {"public": public, "machine": machine, "keyed": keyed, "private": private}
urlpatterns = [
    *urls_of_the_house,
    path("stream/", public(streams)),
    *(
        path(f"{door}/{view.__name__}/", declare(view))
        for door, declare in DOORS.items()
        for view in MISTAKES
    ),
]


@override_settings(ROOT_URLCONF="tests.test_keeping")
@pytest.mark.parametrize("door", ["public", "machine"])
@pytest.mark.parametrize("view", MISTAKES)
def test_page_for_all_opens_nothing_that_is_not_open_to_all(view, door, client, article):
    with pytest.raises(PublicFormError, match=f"^The page of '{door}/{view.__name__}/' is for all"):
        client.get(f"/{door}/{view.__name__}/")


@override_settings(ROOT_URLCONF="tests.test_keeping")
def test_refusal_is_logged_by_its_route_and_tells_nobody(article, caplog):
    browser = HttpsClient(raise_request_exception=False)

    response = browser.get("/public/takes_all_for_subscribers/?next=secret")

    assert (response.status_code, response.headers["Cache-Control"]) == (500, PRIVATE)
    assert GATED not in response.content.decode()
    [record] = [each for each in caplog.records if each.exc_info]
    assert str(record.exc_info[1]) == (
        "The page of 'public/takes_all_for_subscribers/' is for all"
        " and asked for a full text that is not open to all."
    )


@override_settings(ROOT_URLCONF="tests.test_keeping")
@pytest.mark.parametrize("view", MISTAKES)
def test_door_that_is_for_one_reader_stays_as_it_is(view, client, article, subscriber):
    """What is wrong there is for the gate to say; nobody keeps it."""
    addresses = [f"/{door}/{view.__name__}/" for door in ["keyed", "private"]]
    answers = [client.get(address) for address in addresses]
    client.force_login(subscriber)
    answers.append(client.get(f"/public/{view.__name__}/"))

    assert [GATED in answer.content.decode() for answer in answers] == [True] * 3
    assert {answer.headers["Cache-Control"] for answer in answers} == {PRIVATE}


@override_settings(ROOT_URLCONF="tests.test_keeping")
def test_what_is_streamed_is_kept_by_nobody(client):
    response = client.get("/stream/")

    assert (b"".join(response), response.headers["Cache-Control"]) == (b"begun", PRIVATE)


def test_refusal_ends_with_the_page(client, article, now):
    client.get("/en/")

    with vault.opened("desk"):
        assert FullText.objects.exists()
    with keeping.making("en/", is_for_all=True), pytest.raises(PublicFormError):
        reading.read_as([article], SUBSCRIBER, now)
    with keeping.making("en/", is_for_all=False):
        assert reading.read_as([article], SUBSCRIBER, now)[0].opens


# --- Until a free date ends -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/en/articles/the-view/",
        "/en/articles/the-view.md",
        "/en/feed/",
        "/en/articles/the-view/pictures/{}/",
    ],
)
@pytest.mark.parametrize(
    "before, kept",
    [(2 * SECOND, KEPT), (2 * SECOND - TICK, NOT_KEPT), (SECOND, NOT_KEPT), (TICK, NOT_KEPT)],
)
def test_open_text_is_kept_no_longer_than_it_is_open(
    address, before, kept, client, write_article, now, time_machine
):
    picture, until = png(is_public=False), now + timedelta(hours=1)
    body = f'<p>{GATED}<img data-picture="{picture.pk}" alt="A view"></p>'
    write_article("the-view", body=body, free_until=until)
    address = address.format(picture.pk)

    time_machine.move_to(until - before, tick=False)
    answer = client.get(address)

    assert answer.status_code == 200
    assert b"".join(answer) if answer.streaming else GATED in answer.content.decode()
    assert answer.headers["Cache-Control"] == kept


def test_text_that_has_shut_limits_nothing(client, write_article, now, time_machine):
    write_article("the-view", free_until=now + SECOND)

    time_machine.move_to(now + SECOND, tick=False)
    answer = client.get("/en/articles/the-view/")

    assert GATED not in answer.content.decode()
    assert answer.headers["Cache-Control"] == KEPT


@pytest.mark.parametrize("values", [{"access": "everyone"}, {"free_from": timezone.now()}])
def test_text_without_an_end_limits_nothing(values, client, write_article):
    write_article("the-view", **values)

    answer = client.get("/en/articles/the-view/")

    assert GATED in answer.content.decode()
    assert answer.headers["Cache-Control"] == KEPT


def test_first_of_several_ends_counts(now):
    with keeping.making("en/", is_for_all=True) as answer:
        for hours in [3, 1, 2]:
            keeping.opened_to_all(until=now + timedelta(hours=hours))
        keeping.opened_to_all(until=None)

    assert answer.free_until == now + timedelta(hours=1)
    assert answer.cache_control(answer.free_until - 2 * SECOND) == KEPT
    assert answer.cache_control(answer.free_until - 2 * SECOND + TICK) == NOT_KEPT
    assert answer.cache_control(answer.free_until + SECOND) == NOT_KEPT


def test_page_that_takes_longer_than_the_span_is_not_kept(
    client, write_article, now, time_machine, monkeypatch
):
    """What counts is when it is ready."""
    write_article("the-view", free_until=now + timedelta(minutes=1))
    decide = gate.decide

    def slowly(*asked):
        verdict = decide(*asked)
        time_machine.shift(58.5)
        return verdict

    monkeypatch.setattr(gate, "decide", slowly)
    time_machine.move_to(now, tick=False)

    assert client.get("/en/articles/the-view/").headers["Cache-Control"] == NOT_KEPT


def test_reader_keeps_nothing_whatever_ends(client, write_article, subscriber, now):
    write_article("the-view", free_until=now + timedelta(hours=1))
    client.force_login(subscriber)

    assert client.get("/en/articles/the-view/").headers["Cache-Control"] == PRIVATE


# --- Behind a proxy -------------------------------------------------------------------------------


def test_proxy_is_told_the_second_in_which_a_page_is_fresh(client, article, settings, time_machine):
    settings.TRUSTED_PROXIES = 1
    time_machine.move_to(datetime(2031, 3, 5, 8, 0, 7, 900_000, UTC), tick=False)

    answers = [client.get(path) for path in ["/en/", "/en/nowhere/", "/en/accounts/login/"]]

    second = f"@{int(datetime(2031, 3, 5, 8, 0, 7, tzinfo=UTC).timestamp())}"
    assert [
        (answer.headers["Cache-Control"], answer.headers.get("X-Accel-Expires"))
        for answer in answers
    ] == [(keeping.TO_A_PROXY, second), (keeping.TO_A_PROXY, second), (keeping.PRIVATE, None)]


def test_proxy_keeps_nothing_that_shuts_within_two_seconds(client, write_article, now, settings):
    settings.TRUSTED_PROXIES = 1
    write_article(free_until=now + timedelta(seconds=1))

    answer = client.get("/en/articles/the-crossing/")

    assert answer.headers["Cache-Control"] == keeping.ENDS_SOON
    assert "X-Accel-Expires" not in answer.headers
