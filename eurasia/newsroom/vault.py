"""The lock behind the gate: no SQL names a table of gated text unless the vault is open.

Code that forgets the gate fails with an error and leaks nothing. It stops mistakes, not SQL
injection. Open it for one database call, with a reason, and never across a `yield`:

    with vault.opened("read"):
        full_text = FullText.objects.get(article=article)
"""

import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, ClassVar, Literal, get_args

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from eurasia import keeping

Reason = Literal["read", "desk", "import", "export", "index", "canary", "delete", "erase", "schema"]
REASONS = frozenset(get_args(Reason))

_open_for: ContextVar[str | None] = ContextVar("vault_open_for", default=None)


class Gated(models.Model):
    """Base of every model whose table can hold gated text; the vault's list is computed from it."""

    #: What the database keeps beside the table, with the same words in it.
    shadow_tables: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True


class VaultError(RuntimeError):
    """Code named a gated table while the vault was shut. Never caught, never shown to a browser."""

    loggable = True  # it names a table and a place, no text


@contextmanager
def opened(reason: Reason, *, is_cleared: bool = False) -> Iterator[None]:
    """Let this thread or task name gated tables until the block ends.

    While an answer is made that everybody gets, it opens only to a caller that has told `keeping`
    of each text (`is_cleared`). Raises ValueError for a reason that is not in the list.
    """
    if reason not in REASONS:
        raise ValueError(f"{reason!r} is no reason to open the vault; these are: {sorted(REASONS)}")
    if not is_cleared:
        keeping.refuse_in_public(f"the vault ({reason})")
    token = _open_for.set(reason)
    try:
        yield
    finally:
        _open_for.reset(token)


@cache
def tables() -> frozenset[str]:
    """The names of all gated tables."""
    return frozenset(
        table
        for model in apps.get_models(include_auto_created=True)
        if issubclass(model, Gated)
        for table in (model._meta.db_table, *model.shadow_tables)
    )


@cache
def _pattern() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in sorted(tables()))
    # SQL folds the case of bare names.
    return re.compile(rf"(?<!\w)(?:{names})(?!\w)", re.IGNORECASE)


def _named_in(sql: str) -> str | None:
    named = _pattern().search(sql)
    return named and named[0]


#: A page says the same SQL each time; what is longer is nothing that a page says.
_remembered = lru_cache(maxsize=128)(_named_in)
LONGEST_REMEMBERED = 8_000  # characters


def guard(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """The execute wrapper: refuses SQL that names a gated table while the vault is shut."""
    if _open_for.get() is not None:
        return execute(sql, params, many, context)
    text = _text(sql, context)
    if named := (_remembered if len(text) < LONGEST_REMEMBERED else _named_in)(text):
        raise VaultError(
            f"SQL named the gated table {named} outside vault.opened(); called from {_caller()}."
            " Ask newsroom.reading for what a reader may see, or open the vault with a reason."
        )
    return execute(sql, params, many, context)


def demand_open(what: str) -> None:
    """Raises VaultError while the vault is shut: for gated text that no SQL is asked for."""
    if _open_for.get() is None:
        raise VaultError(f"Code asked for {what} outside vault.opened(); called from {_caller()}.")


def install(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Put the guard on a connection object, once; called on `connection_created`."""
    if guard not in connection.execute_wrappers:
        connection.execute_wrappers.append(guard)


def _text(sql: Any, context: dict[str, Any]) -> str:
    if isinstance(sql, str):
        return sql
    if isinstance(sql, bytes):
        return sql.decode(errors="replace")
    return str(sql.as_string(context["cursor"].cursor))  # psycopg.sql.Composable


def _caller() -> str:
    """The innermost line of this project outside the vault, for the error's reader."""
    here = Path(__file__)
    for frame in reversed(traceback.extract_stack()):
        path = Path(frame.filename)
        inside = path.is_relative_to(settings.BASE_DIR) and not {".venv", "site-packages"} & set(
            path.parts
        )
        if inside and path != here:
            return f"{path.relative_to(settings.BASE_DIR)}:{frame.lineno}"
    return "code outside this project"
