"""The two indexes that searches ask, and the question as either engine puts it.

`PublicIndex` holds what anyone may see of an article once it is published, `BodyIndex` the full
texts. Both hold words as `folding` leaves them (FTS5 on SQLite, tsvector on PostgreSQL), so no
engine has a say in what a word is. Written by newsroom.indexing, asked by newsroom.search alone.

Neither holds what the other does, though one with all words would be asked faster: who renames a
file writes its articles' public words anew, and waits ten times as long where full texts go along.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from eurasia.newsroom.vault import Gated


@dataclass(frozen=True)
class Term:
    """What must stand in an article: one of these phrases, the first of them as it was asked."""

    phrases: tuple[tuple[str, ...], ...]
    #: The last word of the first phrase may go on.
    goes_on: bool = False


class PublicIndex(models.Model):
    """Drafts are in it: who asks for readers asks for `published()` articles, too."""

    article = models.OneToOneField(
        "newsroom.Article", models.CASCADE, primary_key=True, db_column="rowid", related_name="+"
    )
    #: From the innermost ring outward.
    columns: ClassVar = ("headline", "labels", "teaser")
    #: Of PostgreSQL: each holds the ring with all that lie in it, and is asked by an index alone.
    vectors: ClassVar = ("headline", "labels", "words")

    class Meta:
        verbose_name = _("public words of an article")
        verbose_name_plural = _("public words of articles")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class BodyIndex(Gated):
    article = models.OneToOneField(
        "newsroom.Article", models.CASCADE, primary_key=True, db_column="rowid", related_name="+"
    )
    columns: ClassVar = ("words",)
    vectors: ClassVar = ("words",)
    #: Those of FTS5, which PostgreSQL has not.
    shadow_tables: ClassVar = tuple(
        f"newsroom_bodyindex_{name}" for name in ("config", "content", "data", "docsize", "idx")
    )

    class Meta:
        verbose_name = _("words of a full text")
        verbose_name_plural = _("words of full texts")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Stand(models.Func):
    """Within a query of an index: whether all terms stand in it, or in its first columns."""

    output_field = models.BooleanField()

    def __init__(self, terms: Sequence[Term], rings: int | None = None) -> None:
        super().__init__("pk")
        self.terms = terms
        self.rings = rings

    def as_sqlite(
        self, compiler: Any, connection: Any, **_context: Any
    ) -> tuple[str, tuple[str, ...]]:
        name, model = self._asked(compiler)
        columns = " ".join(model.columns[: self.rings])
        said = [
            " OR ".join(
                f'"{" ".join(words)}"' + ("*" if term.goes_on and not at else "")
                for at, words in enumerate(term.phrases)
            )
            for term in self.terms
        ]
        question = " AND ".join(f"({term})" for term in said)
        # The column that FTS5 calls as its table stands for all.
        column = connection.ops.quote_name(model._meta.db_table)
        return f"{name}.{column} MATCH %s", (f"{{{columns}}} : ({question})",)

    def as_postgresql(
        self, compiler: Any, connection: Any, **_context: Any
    ) -> tuple[str, tuple[str, ...]]:
        name, model = self._asked(compiler)

        def phrase(words: Sequence[str], goes_on: bool) -> str:
            return " <-> ".join(f"'{word}'" for word in words) + (":*" if goes_on else "")

        said = [
            " | ".join(
                phrase(words, term.goes_on and not at) for at, words in enumerate(term.phrases)
            )
            for term in self.terms
        ]
        question = " & ".join(f"({term})" for term in said)
        vector = connection.ops.quote_name(model.vectors[(self.rings or 0) - 1])
        return f"{name}.{vector} @@ %s::tsquery", (question,)

    def _asked(self, compiler: Any) -> tuple[str, Any]:
        """The index as the query calls it, and its model."""
        column: Any = self.source_expressions[0]
        return compiler.quote_name_unless_alias(column.alias), column.target.model


class LookedThrough(models.Func):
    """An id that SQLite compares row by row, in the order of the answer.

    Left to itself it goes to each of the ids that it is compared with, and sorts what it finds.
    """

    template = "+%(expressions)s"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expressions)s", **context)


class Gathered(models.Aggregate):
    """All ids in one text for `Among`, so that thousands of them are no objects on the way."""

    output_field = models.TextField()
    function = "json_group_array"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "array_agg(%(expressions)s)::text"
        return self.as_sql(compiler, connection, template=template, **context)


class Among(models.Func):
    """Whether an id is among those that `Gathered` gave."""

    output_field = models.BooleanField()
    template = "%(expressions)s))"
    arg_joiner = " IN (SELECT value FROM json_each("

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # The planner sees how many there are, which "IN (SELECT unnest" hides from it.
        template, joiner = "%(expressions)s::bigint[])", " = ANY("
        return self.as_sql(compiler, connection, template=template, arg_joiner=joiner, **context)
