"""The vault: SQL that names a table of gated text is refused wherever the vault was not opened."""

import ast
import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.db.models import Count, Exists, OuterRef, Subquery

from eurasia.accounts import privacy
from eurasia.accounts.models import User
from eurasia.newsroom import publishing, vault
from eurasia.newsroom.models import Article, FullText, TopicFile
from eurasia.newsroom.vault import VaultError
from tests.cast import GATED, GATED_NOTE

HistoricalFullText = FullText.history.model
#: What FTS5 keeps the words of an index in; PostgreSQL has none of them.
SHADOWS = [f"newsroom_bodyindex_{name}" for name in ["config", "content", "data", "docsize", "idx"]]
TABLES = [
    "newsroom_autosave",
    "newsroom_bodyindex",
    "newsroom_draft",
    "newsroom_fulltext",
    "newsroom_historicaldraft",
    "newsroom_historicalfulltext",
    "newsroom_note",
    *SHADOWS,
]
#: Their columns go by other names: raw fields of a form, what editors say to each other, words.
WITHOUT_A_BODY = {"newsroom_autosave", "newsroom_note", "newsroom_bodyindex", *SHADOWS}
HINT = "Ask newsroom.reading for what a reader may see, or open the vault with a reason."

RAW = [
    "SELECT body FROM {}",
    'SELECT body FROM "{}"',
    "SELECT body FROM `{}`",
    "SELECT body FROM [{}]",
    "SELECT body FROM public.{}",
    'SELECT body FROM "public"."{}"',
    "SELECT body\nFROM\n\t{};",
    "SELECT/**/body/**/FROM/**/{}--",
    "SELECT {}.body FROM newsroom_article, {}",
    "SELECT a.id FROM newsroom_article a JOIN {} t ON t.article_id = a.id",
    "SELECT headline FROM newsroom_article WHERE id IN (SELECT article_id FROM {})",
    "SELECT (SELECT body FROM {} LIMIT 1)",
    "WITH t AS (SELECT * FROM {}) SELECT * FROM t",
    "SELECT headline FROM newsroom_article UNION SELECT body FROM {}",
    "SELECT 1; SELECT body FROM {}",
    "EXPLAIN SELECT body FROM {}",
    "INSERT INTO {} (article_id, body, body_html, body_notes) VALUES (1, '', '', '')",
    "UPDATE {} SET body = ''",
    "DELETE FROM {}",
    "CREATE TABLE leak AS SELECT * FROM {}",
    "CREATE VIEW leak AS SELECT * FROM {}",
    "ALTER TABLE {} RENAME TO leak",
    "DROP TABLE {}",
    "TRUNCATE {}",
    "COPY {} TO STDOUT",
    "PRAGMA table_info({})",
    "SELECT rowid FROM {} WHERE {} MATCH 'caravan'",
    "SELECT rowid FROM {}('caravan')",
    "INSERT INTO {0}({0}) VALUES ('rebuild')",
    "CREATE VIRTUAL TABLE temp.words USING fts5vocab('{}', 'row')",
]

ORM = {
    "all": lambda: list(FullText.objects.all()),
    "get": lambda: FullText.objects.get(),
    "first": lambda: FullText.objects.first(),
    "count": lambda: FullText.objects.count(),
    "exists": lambda: FullText.objects.exists(),
    "values": lambda: list(FullText.objects.values_list("body", flat=True)),
    "only the key": lambda: list(FullText.objects.values_list("pk")),
    "in_bulk": lambda: FullText.objects.in_bulk(),
    "iterator": lambda: next(FullText.objects.iterator(chunk_size=1)),
    "aggregate": lambda: FullText.objects.aggregate(Count("pk")),
    "explain": lambda: FullText.objects.all().explain(),
    "union": lambda: list(FullText.objects.values("pk").union(Article.objects.values("pk"))),
    "extra": lambda: list(Article.objects.extra(tables=["newsroom_fulltext"])),
    "raw": lambda: list(Article.objects.raw("SELECT article_id AS id FROM newsroom_fulltext")),
    "from a full text to its article": lambda: list(FullText.objects.select_related("article")),
    "by the article": lambda: list(FullText.objects.filter(article__headline__contains="e")),
    "articles by subquery": lambda: list(Article.objects.filter(pk__in=FullText.objects.all())),
    "articles by existence": lambda: list(
        Article.objects.filter(Exists(FullText.objects.filter(pk=OuterRef("pk"))))
    ),
    "articles with a body": lambda: list(
        Article.objects.annotate(
            text=Subquery(FullText.objects.filter(pk=OuterRef("pk")).values("body"))
        )
    ),
    "history": lambda: list(FullText.history.all()),
    "history of a full text": lambda: list(HistoricalFullText.objects.values_list("body_html")),
    "history with its article": lambda: list(FullText.history.select_related("article")),
    "history with its user": lambda: list(FullText.history.select_related("history_user")),
    "history as of now": lambda: list(FullText.history.filter(article__headline__contains="e")),
    "latest of history": lambda: FullText.history.latest(),
    "create": lambda: FullText.objects.create(article_id=1),
    "bulk_create": lambda: FullText.objects.bulk_create([FullText(article_id=1)]),
    "save": lambda: FullText(article_id=1).save(),
    "refresh": lambda: FullText(article_id=1).refresh_from_db(),
    "update": lambda: FullText.objects.update(body_html=""),
    "delete": lambda: FullText.objects.all().delete(),
    "raw delete": lambda: FullText.objects.all()._raw_delete("default"),
    "base manager": lambda: list(FullText._base_manager.all()),
}


def run(sql, params=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def full_text_of(article):
    with vault.opened("desk"):
        return FullText.objects.get(pk=article.pk)


# --- It refuses -----------------------------------------------------------------------------------


def is_refused(ask, naming=""):
    """All these ways in one test each: an article for every one of them takes longer than all."""
    try:
        with transaction.atomic():
            ask()
    except VaultError as refusal:
        return naming in str(refusal)
    return False


def test_orm_is_refused(article):
    assert [way for way, ask in ORM.items() if not is_refused(ask)] == []
    assert GATED in full_text_of(article).body


@pytest.mark.parametrize("table", TABLES)
def test_raw_sql_is_refused(table, article):
    every = [sql.format(table, table) for sql in RAW]

    assert [sql for sql in every if not is_refused(partial(run, sql), naming=table)] == []
    assert GATED in full_text_of(article).body


@pytest.mark.parametrize(
    "name",
    [
        "NEWSROOM_FULLTEXT",
        "Newsroom_FullText",
        '"NewsRoom_fulltext"',
        "newsroom_HISTORICALfulltext",
    ],
)
def test_case_of_a_name_makes_no_difference(name, article):
    with pytest.raises(VaultError, match="outside"):
        run(f"SELECT body FROM {name}")  # noqa: S608 - refused before it gets anywhere


def test_sql_in_bytes_is_refused(article):
    with pytest.raises(VaultError):
        run(b"SELECT body FROM newsroom_fulltext")


@pytest.mark.parametrize("sql", ["UPDATE newsroom_fulltext SET body = %s", "DELETE FROM {}"])
def test_executemany_is_refused(sql, article):
    with pytest.raises(VaultError), connection.cursor() as cursor:
        cursor.executemany(sql.format(TABLES[1]), [("",), ("x",)])

    assert GATED in full_text_of(article).body


def test_server_side_cursor_is_refused(article):
    with transaction.atomic(), connection.chunked_cursor() as cursor, pytest.raises(VaultError):
        cursor.execute("SELECT body FROM newsroom_fulltext")


@pytest.mark.needs("postgresql")
def test_composed_sql_is_refused(article):
    from psycopg import sql  # installed where PostgreSQL is used

    select = sql.SQL("SELECT body FROM {}").format(sql.Identifier("newsroom_fulltext"))

    for statement in [select, sql.SQL("SELECT body FROM newsroom_fulltext")]:
        with pytest.raises(VaultError):
            run(statement)


@pytest.mark.needs("postgresql")
def test_composed_sql_that_names_no_gated_table_passes(article):
    from psycopg import sql  # installed where PostgreSQL is used

    select = sql.SQL("SELECT slug FROM {}").format(sql.Identifier("newsroom_article"))

    assert run(select) == [(article.slug,)]


def test_lazy_queryset_made_inside_is_refused_outside(article):
    with vault.opened("read"):
        lazy = FullText.objects.all()

    with pytest.raises(VaultError):
        list(lazy)


def test_deferred_column_is_refused_outside(article):
    with vault.opened("read"):
        full_text = FullText.objects.defer("body").get()

    with pytest.raises(VaultError):
        full_text.body  # noqa: B018 - reading the attribute asks the database


def test_no_attribute_leads_from_an_article_to_its_full_text(article):
    reachable = [field.name for field in Article._meta.get_fields()]
    hidden = [f"{field.name}__body" for field in Article._meta.get_fields(include_hidden=True)]

    assert not [name for name in [*reachable, *dir(article)] if "text" in name.lower()]
    for lookup in ["fulltext__body", "full_text__body", "+__body", *hidden]:
        with pytest.raises((VaultError, FieldError)):
            list(Article.objects.filter(**{f"{lookup}__contains": "caravan"}))
        with pytest.raises((VaultError, FieldError)):
            list(Article.objects.values_list(lookup))
    for related in ["fulltext", "+"]:
        with pytest.raises((VaultError, FieldError)):
            list(Article.objects.select_related(related))
        with pytest.raises((VaultError, AttributeError, ValueError)):
            list(Article.objects.prefetch_related(related))


# --- It says what is wrong ------------------------------------------------------------------------


def test_error_names_the_table_and_the_line_that_asked(article):
    with pytest.raises(VaultError) as refusal:
        FullText.objects.count()
    line = refusal.traceback[0].lineno + 1

    assert str(refusal.value) == (
        "SQL named the gated table newsroom_fulltext outside vault.opened(); "
        f"called from tests/newsroom/test_vault.py:{line}. {HINT}"
    )


def test_error_names_the_innermost_line_of_this_project(article):
    def forgetful():
        return FullText.history.count()

    with pytest.raises(VaultError) as refusal:
        forgetful()

    assert str(refusal.value) == (
        "SQL named the gated table newsroom_historicalfulltext outside vault.opened(); "
        f"called from tests/newsroom/test_vault.py:{forgetful.__code__.co_firstlineno + 1}. {HINT}"
    )


def test_error_carries_no_text(article):
    with pytest.raises(VaultError) as refusal:
        FullText.objects.filter(body__contains=GATED).exists()

    assert GATED not in str(refusal.value)


# --- It opens -------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", sorted(vault.REASONS))
def test_every_reason_of_the_list_opens(reason, article):
    with vault.opened(reason):
        bodies = [GATED in full_text.body for full_text in FullText.objects.all()]

    assert bodies == [True]


def test_reasons_are_these():
    assert {
        "read", "desk", "import", "export", "index", "canary", "delete", "erase", "schema",
    } == vault.REASONS  # fmt: skip


@pytest.mark.parametrize("reason", ["", "READ", "because", "read ", None])
def test_unknown_reason_is_refused_and_opens_nothing(reason, article):
    with pytest.raises(ValueError, match="no reason to open the vault"), vault.opened(reason):
        pytest.fail("opened")

    with pytest.raises(VaultError):
        FullText.objects.count()


@pytest.mark.parametrize(
    "sql, params, rows",
    [
        ("SELECT slug FROM newsroom_article", None, [("the-crossing",)]),
        ("SELECT %s || ''", ["newsroom_fulltext"], [("newsroom_fulltext",)]),
        ("SELECT 1 AS newsroom_fulltexts", None, [(1,)]),
        ("SELECT 1 AS my_newsroom_fulltext", None, [(1,)]),
    ],
)
def test_sql_that_names_no_gated_table_passes(sql, params, rows, article):
    assert run(sql, params) == rows


def test_vault_is_shut_after_the_block(article):
    with vault.opened("read"):
        assert FullText.objects.count() == 1

    with pytest.raises(VaultError):
        FullText.objects.count()


def test_vault_is_shut_after_an_exception(article):
    with pytest.raises(LookupError), vault.opened("read"):
        raise LookupError

    with pytest.raises(VaultError):
        FullText.objects.count()


def test_inner_block_leaves_the_outer_one_open(article):
    with vault.opened("desk"):
        with vault.opened("read"):
            pass
        with pytest.raises(LookupError), vault.opened("index"):
            raise LookupError
        with pytest.raises(ValueError, match="because"), vault.opened("because"):
            pass

        assert FullText.objects.count() == 1

    with pytest.raises(VaultError):
        FullText.objects.count()


# --- Transactions ---------------------------------------------------------------------------------


def test_refusal_leaves_the_transaction_usable(article):
    with transaction.atomic():
        with pytest.raises(VaultError):
            FullText.objects.count()

        assert Article.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_vault_is_shut_outside_transactions(write_article):
    write_article()

    assert not connection.in_atomic_block
    with pytest.raises(VaultError):
        FullText.objects.count()
    with pytest.raises(VaultError):
        run("SELECT body FROM newsroom_fulltext")
    with pytest.raises(VaultError):
        next(FullText.objects.iterator(chunk_size=1))


def test_vault_stays_shut_through_savepoints(article):
    with transaction.atomic(), vault.opened("read"), transaction.atomic():
        assert FullText.objects.count() == 1

    with transaction.atomic(), transaction.atomic(), pytest.raises(VaultError):
        FullText.objects.count()


# --- Threads, tasks, connections ------------------------------------------------------------------


def in_thread(ask):
    """What `ask` answers or raises in a thread of its own."""
    answers = []

    def work():
        try:
            answers.append(ask())
        except Exception as error:
            answers.append(type(error))
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return answers[0]


@pytest.mark.django_db(transaction=True)
def test_vault_opened_in_one_thread_is_shut_in_another(write_article):
    write_article()

    with vault.opened("read"):
        assert in_thread(FullText.objects.count) is VaultError
        assert FullText.objects.count() == 1

    def open_here():
        with vault.opened("read"):
            return FullText.objects.count()

    assert in_thread(open_here) == 1
    with pytest.raises(VaultError):
        FullText.objects.count()


@pytest.mark.django_db(transaction=True)
def test_vault_opened_in_one_task_is_shut_in_another(write_article):
    write_article()

    def count():
        try:
            return FullText.objects.count()
        except VaultError as error:
            return type(error)
        finally:
            connection.close()  # each task has one of its own

    async def both():
        opened, asked = asyncio.Event(), asyncio.Event()

        async def holder():
            with vault.opened("read"):
                opened.set()
                await asked.wait()
                return count()

        async def forgetful():
            await opened.wait()
            counted = count()
            asked.set()
            return counted

        return await asyncio.gather(holder(), forgetful())

    # A thread of its own: the driver of the browser's tests keeps a loop in this one.
    assert in_thread(lambda: asyncio.run(both())) == [1, VaultError]


@pytest.mark.django_db(transaction=True)
def test_new_connection_is_guarded(write_article):
    write_article()
    fresh = connection.copy()
    try:
        with fresh.cursor() as cursor, pytest.raises(VaultError):
            cursor.execute("SELECT body FROM newsroom_fulltext")
    finally:
        fresh.close()


@pytest.mark.django_db(transaction=True)
def test_guard_is_installed_once_however_often_a_connection_is_made():
    for _time in range(3):
        connection.close()
        connection.ensure_connection()

    assert [each.execute_wrappers.count(vault.guard) for each in connections.all()] == [1]


# --- Deleting -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "forget",
    [
        lambda article: article.delete(),
        lambda article: Article.objects.all().delete(),
        lambda article: article.history.model.objects.all().delete() and article.delete(),
    ],
)
def test_deleting_an_article_past_publishing_is_refused(forget, article):
    with pytest.raises(VaultError), transaction.atomic():
        forget(article)

    assert Article.objects.count() == 1
    assert GATED in full_text_of(article).body


def test_deleting_a_reader_past_privacy_is_refused(editor, write_article):
    write_article()

    with pytest.raises(VaultError), transaction.atomic():
        editor.delete()
    with pytest.raises(VaultError), transaction.atomic():
        User.objects.all().delete()

    assert User.objects.filter(pk=editor.pk).exists()


def test_deleting_goes_through_publishing_and_privacy(editor, article):
    publishing.purge([article])
    privacy.erase(editor)

    assert (Article.objects.count(), User.objects.count()) == (0, 0)
    with vault.opened("delete"):
        assert FullText.objects.count() == 0


# --- The list of tables ---------------------------------------------------------------------------


def test_gated_tables_are_these():
    assert vault.tables() == set(TABLES)


def test_every_table_of_the_schema_with_a_body_is_gated(db):
    bodies = {"body", "body_html", "body_notes"}

    with vault.opened("schema"), connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        found = {
            name
            for name in names
            if bodies
            & {
                column.name.lower()
                for column in connection.introspection.get_table_description(cursor, name)
            }
        }

    shadows = set(names) & set(SHADOWS)
    assert shadows == (set(SHADOWS) if connection.vendor == "sqlite" else set())
    assert set(TABLES) - set(SHADOWS) <= set(names)
    assert found == vault.tables() - WITHOUT_A_BODY


def test_every_model_with_a_body_is_gated():
    models = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if any(field.name.startswith("body") for field in model._meta.get_fields())
    }

    assert models == vault.tables() - WITHOUT_A_BODY


# --- Commands -------------------------------------------------------------------------------------

REFUSAL = (
    "dumpdata would write full texts to a file that anybody can read. Back up with pg_dump, or "
    "`sqlite3 FILE '.backup COPY'`; name other apps to dump these alone."
)


@pytest.mark.parametrize(
    "labels",
    [
        [],
        ["newsroom"],
        ["newsroom.FullText"],
        ["newsroom.historicalfulltext"],
        ["membership", "newsroom.fulltext"],
    ],
)
def test_dumpdata_is_refused_with_a_hint_and_writes_nothing(
    labels, article, plan, tmp_path, capsys
):
    with pytest.raises(CommandError) as refusal:
        call_command("dumpdata", *labels)
    with pytest.raises(CommandError):
        call_command("dumpdata", *labels, output=str(tmp_path / "dump.json"), use_base_manager=True)

    assert str(refusal.value) == REFUSAL
    assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "labels, options",
    [
        (["membership"], {}),
        (["newsroom.party", "membership.plan"], {}),
        (["newsroom", "membership.plan"], {"exclude": ["newsroom"]}),
        (
            ["newsroom.party", "newsroom.topicfile", "membership"],
            {"exclude": ["newsroom.topicfile"]},
        ),
    ],
)
def test_dumpdata_of_other_tables_works(labels, options, article, plan, capsys):
    call_command("dumpdata", *labels, **options)

    dumped = json.loads(capsys.readouterr().out)
    assert [row["model"] for row in dumped] == ["membership.plan"]


@pytest.mark.django_db(transaction=True)
def test_flush_empties_every_table(write_article):
    write_article()

    call_command("flush", interactive=False, verbosity=0)

    with vault.opened("schema"):
        counts = [FullText.objects.count(), HistoricalFullText.objects.count()]
    assert [*counts, Article.objects.count(), TopicFile.objects.count()] == [0, 0, 0, 0]


def test_migrate_makes_and_unmakes_every_table(tmp_path, django_db_setup):
    commands = """
import django
django.setup()
from django.core.management import call_command
from django.db import connection
for step in [[], ["newsroom", "zero"], []]:
    call_command("migrate", *step, verbosity=0)
    print("newsroom_fulltext" in connection.introspection.table_names())
"""
    database = tmp_path / "new.sqlite3"
    if django_db_setup:  # all of them have been made
        shutil.copy(django_db_setup, database)
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{database}"}

    said = subprocess.run(
        [sys.executable, "-c", commands],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert (said.stdout.split(), said.stderr) == (["True", "False", "True"], "")


# --- The ways round it ----------------------------------------------------------------------------

#: Of database cursors and connections; none of them passes through Django's execute wrappers.
PAST_THE_WRAPPER = {
    "callproc", "copy_expert", "copy_from", "copy_to", "executescript", "iterdump", "stream",
}  # fmt: skip


def calls_past_the_wrapper(source):
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (
            node.func.attr in PAST_THE_WRAPPER
            # A copied list or dictionary takes no arguments.
            or (node.func.attr == "copy" and (node.args or node.keywords))
            or ast.unparse(node.func.value).endswith(("connection.connection", "cursor.cursor"))
        )
    ]


def test_no_code_of_the_house_goes_past_the_wrapper():
    files = sorted((Path(settings.BASE_DIR) / "eurasia").rglob("*.py"))

    found = {
        str(path.relative_to(settings.BASE_DIR)): calls
        for path in files
        if (calls := calls_past_the_wrapper(path.read_text()))
    }

    assert len(files) > 50
    assert found == {}


@pytest.mark.parametrize(
    "call",
    [
        'cursor.copy("COPY newsroom_fulltext TO STDOUT")',
        'c.copy(statement="COPY newsroom_fulltext TO STDOUT")',
        "c.copy_expert(sql, file)",
        'cursor.callproc("dump")',
        "cursor.stream(sql)",
        "connection.connection.execute(sql)",
        "cursor.cursor.execute(sql)",
    ],
)
def test_the_search_for_ways_round_finds_them(call):
    assert calls_past_the_wrapper(call) == [1]
    assert calls_past_the_wrapper("copied = names.copy()") == []


def test_notes_are_as_gated_as_the_body(article):
    assert GATED_NOTE in full_text_of(article).body_notes
    with pytest.raises(VaultError):
        list(FullText.objects.values_list("body_notes"))
