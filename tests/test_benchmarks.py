"""What benchmarks prepare: subscribers who are signed in."""

from http.cookies import SimpleCookie

import pytest
from django.utils import timezone

from benchmarks import sessions
from eurasia.exchange.big import readers
from tests.cast import GATED


def test_each_line_is_another_subscriber_and_opens_full_texts(db, client, article, now, settings):
    list(readers.make(60, seed=1, at=now))

    cookies = [SimpleCookie(said) for said in sessions.sign_in(30, timezone.now())]

    assert len({cookie[settings.SESSION_COOKIE_NAME].value for cookie in cookies}) == 30
    for cookie in cookies[:3]:
        client.cookies = SimpleCookie(cookie.output(header="", sep=";"))
        answer = client.get(article.get_absolute_url())
        assert GATED in answer.text
        token = settings.CSRF_COOKIE_NAME
        assert answer.cookies[token].value == cookie[token].value


def test_file_of_cookies_is_its_owners_alone(db, settings, now, tmp_path):
    settings.DEMO = True
    list(readers.make(20, seed=1, at=now))
    path = tmp_path / "cookies"
    path.touch(mode=0o644)

    sessions.main(5, path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert [line.partition("=")[0] for line in path.read_text().splitlines()] == [
        settings.SESSION_COOKIE_NAME
    ] * 5


@pytest.mark.parametrize("demo, said", [(False, "only DEMO=1"), (True, "There are 0 subscribers")])
def test_nobody_is_signed_in_outside_the_demo_or_without_subscribers(
    db, settings, tmp_path, demo, said
):
    settings.DEMO = demo

    with pytest.raises(SystemExit, match=said):
        sessions.main(1, tmp_path / "cookies")
