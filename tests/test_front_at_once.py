"""The front among threads, and how much it remembers."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from eurasia import front as front_module
from eurasia.front import Front
from tests.front import PUBLIC, ask, counted

# --- Several at once ------------------------------------------------------------------------------


class Gatekeeper:
    """An application that waits to be let go on."""

    def __init__(self, answer=None):
        self.begun, self.let_go, self.calls, self.answer = (
            threading.Event(),
            threading.Event(),
            0,
            answer,
        )

    def __call__(self, environ, start_response):
        self.calls += 1
        number = self.calls
        self.begun.set()
        assert self.let_go.wait(10)
        if self.answer:
            return self.answer(environ, start_response)
        start_response("200 OK", [PUBLIC, ("Content-Length", "1")])
        return [b"%d" % number]


def wait_until(holds):
    deadline = threading.Event()
    for _ in range(1000):
        if holds():
            return
        deadline.wait(0.005)
    raise AssertionError("It does not come to pass.")


def test_many_who_want_a_cold_page_ask_django_once(clock):
    django = Gatekeeper()
    front = Front(django, clock=clock)

    with ThreadPoolExecutor(9) as threads:
        answers = [threads.submit(ask, front, "/en/") for _ in range(8)]
        elsewhere = threads.submit(ask, front, "/fr/")
        wait_until(lambda: django.calls == 2)
        django.let_go.set()

        assert len({each.result(10).body for each in answers}) == 1
        assert elsewhere.result(10).status == 200
    assert django.calls == 2
    assert counted(front) == {"misses": 2, "hits": 7}


@pytest.mark.parametrize("passed, stale", [(1, True), (1.999, True), (2, False)])
def test_page_past_its_second_is_shown_while_one_asks_anew(passed, stale, clock, stub):
    front, first = Front(stub, clock=clock), ask(Front(stub), "/en/")
    ask(front, "/en/")
    django = front._application = Gatekeeper()

    clock.now += passed
    with ThreadPoolExecutor(2) as threads:
        renewing = threads.submit(ask, front, "/en/")
        assert django.begun.wait(10)
        meanwhile = threads.submit(ask, front, "/en/")
        if stale:
            assert meanwhile.result(10).body == b"/en/? 2"
        django.let_go.set()

        assert (renewing.result(10).body, meanwhile.result(10).body) == (
            (b"1", b"/en/? 2") if stale else (b"1", b"1")
        )
    assert first.status == 200
    assert (front.stale, django.calls) == (int(stale), 1)


def failing(environ, start_response):
    raise RuntimeError("out of order")


def refusing(environ, start_response):
    start_response("503 Off", [("Content-Length", "3")])
    return [b"off"]


def breaking_off(environ, start_response):
    def body():
        yield b"x"
        raise RuntimeError("broken off")

    start_response("200 OK", [PUBLIC, ("Content-Length", "2")])
    return body()


@pytest.mark.parametrize("mishap", [failing, refusing, breaking_off])
def test_those_who_waited_for_nothing_ask_themselves(mishap, clock):
    django = Gatekeeper(mishap)
    front = Front(django, clock=clock)

    with ThreadPoolExecutor(4) as threads:
        answers = [threads.submit(ask, front, "/en/") for _ in range(4)]
        assert django.begun.wait(10)
        django.let_go.set()

        for each in answers:
            if mishap is refusing:
                assert each.result(10).body == b"off"
            else:
                with pytest.raises(RuntimeError):
                    each.result(10)
    assert django.calls == 4
    django.answer = None
    clock.now += 1
    assert [ask(front, "/en/").body for _ in range(2)] == [b"5", b"5"]


def test_who_has_waited_long_asks_alone(clock, monkeypatch):
    monkeypatch.setattr(front_module, "PATIENCE", 0.01)
    django = Gatekeeper()
    front = Front(django, clock=clock)

    with ThreadPoolExecutor(2) as threads:
        answers = [threads.submit(ask, front, "/en/") for _ in range(2)]
        wait_until(lambda: django.calls == 2)
        django.let_go.set()

        assert {each.result(10).body for each in answers} == {b"1", b"2"}


def test_nobody_joins_a_question_that_is_a_second_old(clock):
    """What has changed since would not be seen."""
    django = Gatekeeper()
    front = Front(django, clock=clock)

    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(ask, front, "/en/")
        assert django.begun.wait(10)
        clock.now += 1
        later = threads.submit(ask, front, "/en/")
        wait_until(lambda: django.calls == 2)
        django.let_go.set()

        assert (slow.result(10).body, later.result(10).body) == (b"1", b"2")
    assert ask(front, "/en/").body == b"2"


def test_many_threads_get_whole_answers(clock):
    """Pages come and go while everybody reads: with room for three of them."""

    def telling(environ, start_response):
        body = environ["PATH_INFO"].encode() * 100
        start_response("200 OK", [PUBLIC, ("Content-Length", str(len(body)))])
        return [body]

    front = Front(telling, clock=clock, most=15_000)

    def visit(number):
        clock.now += 0.01
        address = f"/en/articles/{number % 7}/"
        answer = ask(front, address)
        return answer.body == address.encode() * 100

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(visit, range(2000)))
    assert front._bytes == sum(page.size for page in front._pages.values()) <= 15_000
    assert front.hits + front.stale + front.misses <= 2000


# --- Memory ---------------------------------------------------------------------------------------


def test_memory_is_bounded_and_what_is_asked_for_stays(stub, clock):
    """A flood of addresses that are nowhere displaces no page that is in use."""
    stub.body = b"x" * 6000
    front = Front(stub, clock=clock, most=100_000)
    asked = 0
    for number in range(320):
        clock.now += 0.125  # eight strangers a second, ten thousand bytes each
        ask(front, f"/en/nowhere/{number}/")
        before = len(stub.asked)
        ask(front, "/en/")
        asked += len(stub.asked) - before
        assert front._bytes <= 100_000

    assert asked == 40  # once a second
    assert front._bytes == sum(page.size for page in front._pages.values())


def test_more_than_the_memory_holds_drops_the_first(stub, clock):
    stub.body = b"x" * 5904
    front = Front(stub, clock=clock, most=30_000)  # three pages
    for name in "abcd":
        ask(front, f"/en/{name}/")

    assert [key[1] for key in front._pages] == ["/en/b/", "/en/c/", "/en/d/"]
    assert front._bytes == 30_000


def test_what_nobody_asks_for_goes_after_two_seconds(stub, clock):
    front = Front(stub, clock=clock)
    for number in range(100):
        ask(front, f"/en/{number}/")

    clock.now += 2
    ask(front, "/en/")

    assert [key[1] for key in front._pages] == ["/en/"]


def test_answers_that_are_not_kept_leave_nothing(stub, clock):
    front = Front(stub, clock=clock)
    stub.status = "500 Oh"
    for number in range(100):
        ask(front, f"/en/{number}/")

    clock.now += 1
    ask(front, "/en/")

    assert not front._pages
    assert [key[1] for key in front._flights] == ["/en/"]


def test_as_many_requests_are_known_as_have_room(front, monkeypatch):
    monkeypatch.setattr(front_module, "MOST_KNOWN", 10)

    for number in range(25):
        assert ask(front, f"/en/?utm={number}").body == b"/en/? 1"

    assert len(front._known) == 5
