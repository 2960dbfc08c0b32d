"""Queries that are put together once: most of what a page costs is saying the same SQL anew.

    ARTICLE = Prepared(lambda at, slug: Article.objects.published(at).filter(slug=slug))
    articles = ARTICLE(at=timezone.now(), slug="the-crossing")

The function is called once, with places for its arguments, so that the rules of a queryset are
said where they always are. Its SQL is kept and sent with the values of each call, through Django's
own cursor: the vault, logs and counts of queries see it as they see any other.
"""

import inspect
from collections.abc import Callable
from copy import copy
from datetime import datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import ModelIterable

Row = TypeVar("Row", bound=Model)


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
    def _compiled(self) -> tuple[Any, str, tuple[Any, ...]]:
        places = {name: _Place(name) for name in inspect.signature(self._build).parameters}
        compiler = self._build(**places).query.get_compiler(DEFAULT_DB_ALIAS)
        return compiler, *compiler.as_sql()

    def __call__(self, **values: datetime | int | str) -> list[Row]:
        """The rows of today. Raises KeyError for a missing argument, TypeError for None."""
        compiler, sql, parameters = self._compiled
        with connection.cursor() as cursor:
            cursor.execute(sql, [_sent(each, values) for each in parameters])
            rows = cursor.fetchall()
        # What makes models of rows asks a queryset for a compiler, and that one for its rows.
        answered = copy(compiler)
        answered.execute_sql = lambda **_how: [rows]
        query = SimpleNamespace(get_compiler=lambda using: answered)
        queryset: Any = SimpleNamespace(db=DEFAULT_DB_ALIAS, query=query, _known_related_objects={})
        return list(ModelIterable(queryset))


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
