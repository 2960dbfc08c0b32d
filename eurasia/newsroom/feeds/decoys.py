"""Private feeds that must open nothing, for `manage.py canary` to try: made for one walk.

Nobody knows the tokens of readers' own feeds, so the walk needs some that it knows.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import translation

from eurasia.accounts import privacy
from eurasia.accounts.models import User
from eurasia.languages import CODES
from eurasia.membership import subscribing
from eurasia.membership.models import Plan
from eurasia.newsroom.feeds import private, tokens
from eurasia.newsroom.models import Article, TopicFile

#: No mail is delivered there (RFC 2606).
ADDRESS = "canary@canary.invalid"


@contextmanager
def made(at: datetime, illustrated: Sequence[tuple[Article, int]] = ()) -> Iterator[list[str]]:
    """Their addresses, in each language: of a feed of a reader whose subscription has ended, with
    `illustrated`'s pictures as it would show them, and of one that was revoked. The reader is there
    for the walk alone.
    """
    _clear()  # what a walk that was killed has left
    try:
        reader = User.objects.create_user(ADDRESS)
        if plan := Plan.objects.first():
            subscribing.grant(
                reader=reader,
                plan=plan,
                starts_at=at - timedelta(days=2),
                ends_at=at - timedelta(days=1),
                note="",
                by=None,
            )
        yield [
            address
            for language in CODES
            for address in _addresses(reader, language, at, illustrated)
        ]
    finally:
        _clear()


def _addresses(
    reader: User, language: str, at: datetime, illustrated: Sequence[tuple[Article, int]]
) -> list[str]:
    feed, revoked = tokens.make(reader, language=language, file=None, at=at)
    tokens.revoke(feed)
    known = [revoked]
    for file in [None, TopicFile.objects.first()]:
        feed, lapsed = tokens.make(reader, language=language, file=file, at=at)
        known.append(lapsed)
    with translation.override(language):
        feeds = [reverse("newsroom:private_feed", args=[token]) for token in known if token]
        pictures = [
            private.picture_at(feed, article, picture)
            for article, picture in illustrated
            if article.language == language
        ]
    return feeds + pictures


def _clear() -> None:
    for reader in User.objects.filter(email=ADDRESS):
        privacy.erase(reader)
