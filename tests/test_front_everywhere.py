"""The front answers for every public address as Django does alone."""

import pytest

from tests.front import PUBLIC, ask, counted
from tests.test_policy import (
    MACHINE_DOORS,
    OTHER_ANSWERS,
    PUBLIC_PAGES,
    edition,  # noqa: F401 - a fixture: something behind every address
    written,  # noqa: F401 - the one that it stands on
)


@pytest.mark.parametrize("encoding", ["", "gzip, deflate, br"])
@pytest.mark.parametrize("address", PUBLIC_PAGES + MACHINE_DOORS + list(OTHER_ANSWERS))
def test_answer_from_memory_is_what_django_says(address, encoding, edition, site, site_front):  # noqa: F811 - the fixture imported above
    address = address.format(**edition)
    visitor = {
        "accept_encoding": encoding, "user_agent": "One", "accept_language": "fr",
        "cookie": "__Host-eurasia_csrf=malformed; theme=dark", "x_forwarded_host": "evil.example",
        "x_forwarded_proto": "http", "referer": "https://evil.example/",
    }  # fmt: skip
    said = ask(site, address, accept_encoding=encoding)

    first, second = ask(site_front, address, **visitor), ask(site_front, address, **visitor)
    head = ask(site_front, address, "HEAD", **visitor)

    assert first == second == said
    assert (head.status, head.headers, head.body) == (said.status, said.headers, b"")
    is_kept = ("Cache-Control", said.headers["Cache-Control"]) == PUBLIC
    assert is_kept == (not address.startswith("/media/"))
    assert counted(site_front) == ({"misses": 1, "hits": 2} if is_kept else {"misses": 3})


@pytest.mark.parametrize("address", PUBLIC_PAGES + MACHINE_DOORS)
def test_unchanged_page_is_not_sent_again(address, edition, site, site_front):  # noqa: F811 - as above
    address = address.format(**edition)
    known = ask(site_front, address).headers.get("ETag")
    if known is None:  # pictures of articles and in media/
        return

    for method in ["GET", "HEAD"]:
        answer = ask(site_front, address, method, if_none_match=known)
        alone = ask(site, address, method, if_none_match=known)
        assert (answer.status, answer.body) == (alone.status, alone.body) == (304, b"")
        assert answer.headers.items() <= alone.headers.items()


@pytest.mark.parametrize("address", ["/en/", "/fr/articles/the-crossing/", "/en/feed/"])
def test_etags_are_compared_as_django_compares_them(address, edition, site, site_front):  # noqa: F811 - as above
    known = ask(site_front, address).headers["ETag"]

    for etag in [f"W/{known}", f'"other", {known}', "*"]:
        answers = [ask(each, address, if_none_match=etag) for each in [site_front, site]]
        assert [(answer.status, answer.body) for answer in answers] == [(304, b"")] * 2
    for etag in ['"other"', "malformed", known[:-2] + '"']:
        answers = [ask(each, address, if_none_match=etag) for each in [site_front, site]]
        assert [answer.status for answer in answers] == [200, 200]


@pytest.mark.parametrize("address", PUBLIC_PAGES + MACHINE_DOORS)
def test_page_says_nothing_of_the_host_it_was_asked_by(address, edition, site):  # noqa: F811 - as above
    """The port is not told apart by the front."""
    address = address.format(**edition)

    one, two = (ask(site, address, host=host) for host in ["journal.test", "localhost:99"])

    assert one == two
