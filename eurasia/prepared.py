"""Queries that are put together once: most of what a page costs is saying the same SQL anew.

    ARTICLE = Prepared(lambda at, slug: Article.objects.published(at).filter(slug=slug))
    articles = ARTICLE(at=timezone.now(), slug="the-crossing")

The function is called once, with places for its arguments, so that the rules of a queryset are
said where they always are. Its SQL is kept and sent with the values of each call, through Django's
own cursor: the vault, logs and counts of queries see it as they see any other.
"""

import inspect
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache, cached_property
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=Model)


#: Stands for a place while constants are written into the SQL; no text of ours holds it.
_MARK = "\N{OBJECT REPLACEMENT CHARACTER}"


class _Place(Expression):
    """Where the value of one argument goes."""

    def __init__(self, name: str) -> None:
        super().__init__(output_field=Field())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)


class Prepared(Generic[Row]):
    """A queryset of models, as a function of keyword arguments: moments, numbers, texts.

    No `prefetch_related` follows it. A place stands for one value in a comparison: what a queryset
    method does in Python with an argument, it would do with the place.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]]) -> None:
        self._build = build

    @cached_property
    def _compiled(self) -> "_Compiled":
        places = {name: _Place(name) for name in inspect.signature(self._build).parameters}
        return _Compiled(self._build(**places))

    def __call__(self, **values: datetime | int | str) -> list[Row]:
        """The rows of today. Raises KeyError for a missing argument, TypeError for None."""
        compiled = self._compiled
        with _cursor() as cursor:
            cursor.execute(compiled.sql, [_sent(each, values) for each in compiled.parameters])
            return [compiled.model_of(row) for row in compiled.converted(cursor.fetchall())]


def _cursor() -> Any:
    """Django's own writes values into the SQL, so that PostgreSQL would plan each time anew."""
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    return connection._prepare_cursor(_binding_cursor()(connection.connection))  # type: ignore[attr-defined]  # as `cursor` does


@cache
def _binding_cursor() -> Any:
    from django.db.backends.postgresql.base import ServerBindingCursor  # it wants psycopg

    class BindingCursor(ServerBindingCursor):
        def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
            super().execute(query, params, **how)  # type: ignore[misc]  # psycopg has it
            if connection.queries_logged:  # psycopg says it of the first time alone
                said = connection.ops.compose_sql(query, params)  # type: ignore[attr-defined]  # it has
                self._query = SimpleNamespace(query=said.encode())
            return self

    return BindingCursor


class _Compiled:
    """What `django.db.models.query.ModelIterable` finds out each time anew of one query."""

    def __init__(self, rows: Any) -> None:
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, self.parameters = _said_outright(*compiler.as_sql())
        self._compiler, what = compiler, compiler.klass_info
        # Since 6.1 a queryset says how fields that it leaves out are fetched.
        how = [rows._fetch_mode] if hasattr(rows, "_fetch_mode") else []
        columns = slice(what["select_fields"][0], what["select_fields"][-1] + 1)
        self._model, self._columns = what["model"], columns
        self._names = [column.target.attname for column, *_sql in compiler.select[columns]]
        self._related = get_related_populators(what, compiler.select, DEFAULT_DB_ALIAS, *how)
        self._annotated = compiler.annotation_col_map or {}
        self._converters = compiler.get_converters([column for column, *_sql in compiler.select])

    def converted(self, rows: list[Any]) -> Iterable[Any]:
        """With the values that a field makes of those of the database."""
        return self._compiler.apply_converters(rows, self._converters) if self._converters else rows

    def model_of(self, row: Any) -> Any:
        found = self._model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._columns])
        for populator in self._related:
            populator.populate(row, found)
        for name, at in self._annotated.items():
            setattr(found, name, row[at])
        return found


def _said_outright(sql: str, parameters: Sequence[Any]) -> tuple[str, list[Any]]:
    """With what is the same each time in the SQL itself, where PostgreSQL plans ahead: else it
    could not know that a partial index holds all that is asked for.
    """
    if connection.vendor != "postgresql":
        return sql, list(parameters)
    places = [each for each in parameters if isinstance(each, _Place)]
    marked = [_MARK if isinstance(each, _Place) else each for each in parameters]
    said = connection.ops.compose_sql(sql, marked)  # type: ignore[attr-defined]  # it has
    return said.replace("%", "%%").replace(f"'{_MARK}'", "%s"), places


def _sent(parameter: Any, values: dict[str, Any]) -> Any:
    """A parameter as the database takes it."""
    if not isinstance(parameter, _Place):
        return parameter
    value = values[parameter.name]
    if value is None:
        raise TypeError(f"{parameter.name} is None, which no comparison finds.")
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
