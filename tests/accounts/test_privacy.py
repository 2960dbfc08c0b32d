"""Erasing takes everything that hangs on one reader, and nothing of anybody else."""

from contextlib import contextmanager

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.utils import timezone

from eurasia.accounts import privacy
from eurasia.accounts.models import User
from eurasia.membership.models import Subscription
from eurasia.newsroom import publishing, vault
from eurasia.newsroom.models import Article, Contributor, FullText
from tests.cast import GATED


def test_reader_is_erased_with_subscriptions_and_addresses(subscriber):
    EmailAddress.objects.get_or_create(user=subscriber, email=subscriber.email)

    privacy.erase(subscriber)

    assert User.objects.count() == 0
    assert Subscription.objects.count() == 0
    assert EmailAddress.objects.count() == 0


def test_erasing_one_reader_leaves_the_other_whole(subscriber, lapsed):
    privacy.erase(lapsed)

    assert list(User.objects.all()) == [subscriber]
    assert subscriber.is_subscriber


def test_texts_and_history_outlive_the_editor_who_wrote_them(editor, article):
    publishing.write(article, f"<p>Again: {GATED}</p>", by=editor, reason="desk")
    byline = article.contributors.get()
    byline.account = editor
    byline.save()

    privacy.erase(editor)

    assert Article.objects.get() == article
    assert Contributor.objects.get().account is None
    assert set(Article.history.values_list("history_user", flat=True)) == {None}
    with vault.opened("desk"):
        assert GATED in FullText.objects.get().body
        assert set(FullText.history.values_list("history_user", flat=True)) == {None}


def test_no_table_names_the_erased_reader(editor, article, plan):
    """The number of the reader is looked for in every column that points to readers."""
    publishing.withdraw(article, by=editor, at=timezone.now())
    Subscription.objects.create(reader=editor, plan=plan, source="gift", starts_at=timezone.now())
    number = editor.pk

    privacy.erase(editor)

    with vault.opened("erase"), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for column, (_to, other) in connection.introspection.get_relations(
                cursor, table
            ).items():
                if other == User._meta.db_table:
                    cursor.execute(
                        f'SELECT COUNT(*) FROM "{table}" WHERE "{column}" = %s',  # noqa: S608 - names of the schema
                        [number],
                    )
                    assert cursor.fetchone() == (0,), f"{table}.{column}"


def test_what_is_registered_is_open_while_erasing_and_shut_after(registered, monkeypatch):
    steps = []

    @contextmanager
    def opener():
        steps.append(User.objects.count())
        yield
        steps.append(User.objects.count())

    monkeypatch.setattr(privacy, "_openers", [*privacy._openers, opener])

    privacy.erase(registered)

    assert steps == [1, 0]
    with pytest.raises(vault.VaultError):
        FullText.objects.count()


def test_erasure_that_fails_erases_nothing_and_shuts_the_vault(subscriber, monkeypatch):
    @contextmanager
    def failing():
        yield
        raise LookupError

    monkeypatch.setattr(privacy, "_openers", [*privacy._openers, failing])

    with pytest.raises(LookupError):
        privacy.erase(subscriber)

    assert User.objects.filter(email="subscriber@example.org").exists()
    assert Subscription.objects.count() == 1
    with pytest.raises(vault.VaultError):
        FullText.objects.count()
