"""The cast: five readers, and an article whose full text only some of them may read.

Each sentence that must not leak is a constant here, so that a test names what it looks for.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import encrypt
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Value
from django.utils import timezone

from eurasia.accounts.models import User
from eurasia.membership.models import Plan, Subscription
from eurasia.newsroom import publishing
from eurasia.newsroom.models import Article, Contributor, TopicFile

TEASER = "The free part speaks of a border crossing that reopened one morning in early spring."
GATED = "The gated part says what nobody outside may learn about the caravan and its seven drivers."
TOTP_SECRET = "JBSWY3DPEHPK3PXP"
GATED_NOTE = "A gated note names the archive where the ledger of the seven drivers has been kept."


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def free_plan() -> Plan:
    return Plan.objects.create(slug="free", name_en="Free", name_fr="Gratuit")


@pytest.fixture
def plan(db: None) -> Plan:
    return free_plan()


def iran_and_the_brics() -> TopicFile:
    return TopicFile.objects.create(
        slug="iran-brics",
        name_en="Relations between Iran and the BRICS",
        name_fr="Relations entre l’Iran et les BRICS",
    )


@pytest.fixture
def topic_file(db: None) -> TopicFile:
    return iran_and_the_brics()


@pytest.fixture
def registered(db: None) -> User:
    """Has an account and never had a subscription."""
    return User.objects.create_user("registered@example.org")


@pytest.fixture
def subscriber(plan: Plan, now: datetime) -> User:
    """May read full texts."""
    user = User.objects.create_user("subscriber@example.org")
    Subscription.objects.create(
        reader=user, plan=plan, source="free", starts_at=now - timedelta(days=1)
    )
    return user


@pytest.fixture
def lapsed(plan: Plan, now: datetime) -> User:
    """Was a subscriber until yesterday."""
    user = User.objects.create_user("lapsed@example.org")
    Subscription.objects.create(
        reader=user,
        plan=plan,
        source="free",
        starts_at=now - timedelta(days=9),
        ends_at=now - timedelta(days=1),
    )
    return user


def guard(user: User) -> User:
    """With a second factor, without which the desk stays shut."""
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(TOTP_SECRET)}
    )
    return user


def allow(user: User, **permissions: Any) -> None:
    """As `user_permissions.add` does, in one query."""
    chosen = Permission.objects.filter(**permissions).values_list(Value(user.pk), "pk")
    sql, values = chosen.query.sql_with_params()
    table = connection.ops.quote_name(User.user_permissions.through._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} (user_id, permission_id) {sql}", values)


def totp() -> str:
    """The code that the authenticator app of a guarded user shows now, and for two seconds yet."""
    if (left := 30 - time.time() % 30) < 2:
        time.sleep(left)
    return format_hotp_value(hotp_value(TOTP_SECRET, next(yield_hotp_counters_from_time())))


@pytest.fixture
def editor(db: None) -> User:
    """Works at the desk with every permission of the newsroom and of subscriptions."""
    user = User.objects.create_user("editor@example.org", is_staff=True)
    allow(user, content_type__app_label__in=["newsroom", "membership", "accounts"])
    return guard(user)


@pytest.fixture
def colleague(db: None) -> User:
    """Is staff, but may not see full texts."""
    user = User.objects.create_user("colleague@example.org", is_staff=True)
    allow(user, content_type__app_label="newsroom", codename__in=["view_article", "change_article"])
    return guard(user)


def writer(topic_file: TopicFile) -> Callable[..., Article]:
    """Writes articles through publishing, published an hour ago unless told otherwise."""

    def write(slug: str = "the-crossing", *, body: str | None = None, **values: Any) -> Article:
        files, bylines = values.pop("files", [topic_file]), values.pop("bylines", None)
        if bylines is None:
            named = {"name": values.pop("byline", "Iran desk")}
            bylines = [Contributor.objects.get_or_create(slug="iran-desk", defaults=named)[0]]
        article = Article(
            **{
                "language": "en",
                "slug": slug,
                "headline": f"Headline of {slug}",
                "teaser": f"<p>{TEASER}</p>",
                "status": "published",
                "published_at": timezone.now() - timedelta(hours=1),
                **values,
            }
        )
        if body is None:
            body = f'<p>{GATED}<span class="footnote">{GATED_NOTE}</span></p>'
        return publishing.write(
            article, body, by=None, reason="desk",
            in_files=[file.pk for file in files], bylines=[person.pk for person in bylines],
        )  # fmt: skip

    return write


@pytest.fixture
def write_article(db: None, topic_file: TopicFile) -> Callable[..., Article]:
    return writer(topic_file)


@pytest.fixture
def article(write_article: Callable[..., Article]) -> Article:
    return write_article()
