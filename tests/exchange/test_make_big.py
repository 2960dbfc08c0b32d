"""`make_big`: a journal that means nothing, whose rows are those of the real writers."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from eurasia.accounts.models import User
from eurasia.exchange.big import articles, readers
from eurasia.membership import gate
from eurasia.membership.models import Plan, Subscription
from eurasia.newsroom import publishing, vault
from eurasia.newsroom.models import (
    Article,
    ArticleContributor,
    ArticleFile,
    BodyIndex,
    Contributor,
    Event,
    FileParty,
    FullText,
    Plate,
    PublicIndex,
    TopicFile,
)

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
#: Deleting goes from left to right: it writes history, too.
MODELS: list[Any] = [
    ArticleFile, ArticleContributor, FullText, Plate, Article, FullText.history.model,
    Article.history.model,
]  # fmt: skip
#: What publishing.write is given.
SOURCES = {field.attname for field in Article._meta.fields} - {
    "teaser_html", "teaser_notes", "reading_minutes", "wording_digest", "saved_at", "version",
}  # fmt: skip


def rows_of(*models: Any) -> dict[str, list[Any]]:
    """Everything in these tables, save the numbers that the database counts by itself."""
    kept = {}
    with vault.opened("import"):
        for model in models:
            names = [field.attname for field in model._meta.fields]
            counted = {"id"} if model in {ArticleFile, ArticleContributor} else {"history_id"}
            columns = [name for name in names if name not in counted]
            kept[model.__name__] = sorted(model.objects.values_list(*columns), key=repr)
    return kept


def words() -> list[Any]:
    rows = []
    with vault.opened("index"), connection.cursor() as cursor:
        for model in [PublicIndex, BodyIndex]:
            table = model._meta.db_table
            cursor.execute(f"SELECT rowid, * FROM {table} ORDER BY rowid")  # noqa: S608 - a table of ours
            rows += cursor.fetchall()
    return rows


def make(count: int, seed: int = 1) -> list[int]:
    return list(articles.make(count, seed=seed, at=AT))


@pytest.fixture
def clock(time_machine: Any) -> None:
    time_machine.move_to(AT, tick=False)


# --- Articles -------------------------------------------------------------------------------------


def test_rows_are_those_that_the_real_writer_leaves(db, clock):
    make(60)
    made, found = rows_of(*MODELS), words()

    articles_made = list(Article.objects.order_by("pk").with_labels())
    with vault.opened("delete"):
        bodies = dict(FullText.objects.values_list("pk", "body"))
        for model in [PublicIndex, BodyIndex, *MODELS]:
            model.objects.all().delete()
    for article in articles_made:
        again = Article(**{name: getattr(article, name) for name in SOURCES})
        publishing.write(
            again, str(bodies[article.pk]), by=None, reason="import",
            in_files=[file.pk for file in article.file_list],
            bylines=[contributor.pk for contributor in article.byline],
        )  # fmt: skip

    assert rows_of(*MODELS) == made
    assert words() == found
    parts = ["-60-1", "<table>", "<h2>", "Document 60."]
    assert [part for part in parts if part not in str(made["FullText"])] == []


def test_journal_is_one_of_many_states_and_both_languages(db):
    make(600)

    published = Article.objects.published(AT)
    assert published.count_by_language().keys() == {"en", "fr"}
    assert set(Article.objects.values_list("status", flat=True)) == set(Article.Status)
    assert set(Article.objects.values_list("access", flat=True)) == set(Article.Access)
    assert 0.1 < published.open_to_everyone(AT).count() / published.count() < 0.2
    works = Counter(Article.objects.values_list("work", flat=True))
    assert Counter(works.values()) == {1: 300, 2: 150}
    assert {moment.year for moment in published.values_list("published_at", flat=True)} == set(
        range(2006, 2027)
    )
    assert Event.objects.count() == 1_600
    assert TopicFile.objects.followed().count() == 12
    assert FileParty.objects.count() == 32
    assert Contributor.objects.count() == 27


def test_same_seed_gives_the_same_journal(db, clock):
    def made(seed: int) -> Any:
        with transaction.atomic():
            make(30, seed)
            rows = rows_of(Article)
            texts = [row[:6] for row in rows["Article"]]
            transaction.set_rollback(True)
        return texts

    assert made(1) == made(1)
    assert made(1) != made(2)


def test_next_article_is_written_as_ever(db, write_article):
    make(10)

    article = write_article()

    assert article.pk > max(Article.objects.exclude(pk=article.pk).values_list("pk", flat=True))


# --- Readers --------------------------------------------------------------------------------------


def test_readers_hold_subscriptions_of_every_sort(db):
    list(readers.make(200, seed=1, at=AT))

    users = list(User.objects.order_by("pk"))
    standings = [gate.standing(user, AT) for user in users]
    assert Counter((standing.right, standing.lapsed) for standing in standings) == {
        ("free", False): 85,
        ("paid", False): 45,
        ("granted", False): 16,
        (None, True): 22,
        (None, False): 32,
    }
    assert {(address.user_id, address.email) for address in EmailAddress.objects.all()} == {
        (user.pk, user.email) for user in users
    }
    assert Subscription.history.count() == Subscription.objects.count()
    assert not any(user.has_usable_password() for user in users)


def test_readers_join_the_plan_that_is_there(db, plan):
    list(readers.make(50, seed=1, at=AT))

    assert list(Plan.objects.order_by("pk").values_list("slug", flat=True)) == ["free", "year"]


# --- The command ----------------------------------------------------------------------------------


def test_command_fills_up_to_what_is_asked(transactional_db, settings, capsys):
    settings.DEMO = True

    call_command("make_big", articles=10, readers=20)
    call_command("make_big", articles=12, readers=20)
    call_command("make_big", articles=5, readers=5)

    assert Article.objects.count() == 12
    assert User.objects.count() == 20
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if not line.startswith("Done in")] == [
        "0 articles are there, 10 are added.",
        "0 readers are there, 20 are added.",
        "10 articles are there, 2 are added.",
        "20 readers are there, 0 are added.",
        "12 articles are there, 0 are added.",
        "20 readers are there, 0 are added.",
    ]


def test_command_is_refused_outside_the_demo(db):
    with pytest.raises(CommandError, match="runs with DEMO=1 only"):
        call_command("make_big", articles=1, readers=1)

    assert not Article.objects.exists()
