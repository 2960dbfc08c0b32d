"""Translations: what a translator sees of an original, and how their text stands beside it.

An original and its translation are two articles of one work. `translated_version` of the
translation says against which version of the original it was last checked. Called by the desk
alone; texts are read with the vault open for "desk".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from eurasia.accounts.models import User
from eurasia.languages import CODES
from eurasia.newsroom import differences, drafting, publishing, rendering, vault
from eurasia.newsroom.models import (
    Alignment,
    Article,
    FullText,
    TranslationState,
)

#: The parts of a text that are translated block by block.
PARTS = ["teaser", "body"]
#: What a translation takes over from its original when it begins.
SHARED = ["access", "free_from", "free_until"]

#: The blocks of a part in order, each with the number of the original's block that it stands for.
Translated = list[tuple[int | None, str]]


@dataclass(frozen=True)
class Text:
    """What one version of an article says."""

    headline: str
    standfirst: str
    blocks: Mapping[str, list[str]]


@dataclass(eq=False)
class Row:
    """A block of the original and what stands for it in the translation; either may be missing."""

    #: The number of the block in the original as it is now.
    number: int | None = None
    now: str = ""
    #: As the translation was last checked against it.
    then: str = ""
    translated: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SideBySide:
    """Original and translation; what the original said when the translation was last checked."""

    now: Text
    then: Text
    rows: Mapping[str, list[Row]]

    @property
    def has_changed(self) -> bool:
        return self.now != self.then


# --- Which article is the translation of which ----------------------------------------------------


def sibling_of(article: Article) -> Article | None:
    """The other article of the work."""
    siblings = Article.objects.kept().filter(work=article.work).exclude(language=article.language)
    return siblings.order_by("id").first()


def state_of(article: Article) -> TranslationState:
    """Whether the work has an article in the other language, and one follows the other."""
    stored = Article.objects.with_translation().values_list("translation_state", flat=True)
    return TranslationState(stored.get(pk=article.pk))


def language_of_translation(original: Article) -> str:
    return next(code for code in CODES if code != original.language)


# --- Texts ----------------------------------------------------------------------------------------


def text_of(article: Article) -> Text:
    """What `article` says to its readers, or would if it were published."""
    with vault.opened("desk"):
        body = FullText.objects.filter(pk=article.pk).values_list("body", flat=True).first()
    return _text(article, body or "")


def text_at(article: Article, version: int) -> Text | None:
    """What it said in `version`; None where the history does not reach back that far."""
    # Status alone saves no full text, and finished columns are made anew without a trace.
    then = article.history.filter(version__lte=version).order_by("-version", "-history_id").first()
    if then is None:
        return None
    with vault.opened("desk"):
        bodies = FullText.history.filter(article_id=article.pk, article_version__lte=then.version)
        newest = bodies.order_by("-article_version", "-history_id")
        body = newest.values_list("body", flat=True).first()
    return _text(then, body or "")


def _text(article: Any, body: str) -> Text:
    blocks = {"teaser": rendering.blocks(article.teaser), "body": rendering.blocks(body)}
    return Text(article.headline, article.standfirst, blocks)


# --- Side by side ---------------------------------------------------------------------------------


def stored_parts(
    original: Article, translation: Article, values: Mapping[str, Any]
) -> tuple[dict[str, Translated], int]:
    """`values` (teaser and body of the translation) block by block, and which version of the
    original their numbers count.
    """
    checked = translation.translated_version or original.version
    alignment = Alignment.objects.filter(pk=translation.pk).first()
    blocks = {part: rendering.blocks(values[part]) for part in PARTS}
    if alignment and all(len(alignment.blocks[part]) == len(blocks[part]) for part in PARTS):
        numbers, version = alignment.blocks, alignment.original_version
    else:
        # Written elsewhere: the first stands for the first, and so on as far as it goes.
        counted = (text_at(original, checked) or text_of(original)).blocks
        numbers = {
            part: [number if number < len(counted[part]) else None for number in range(len(found))]
            for part, found in blocks.items()
        }
        version = checked
    return {part: list(zip(numbers[part], blocks[part], strict=True)) for part in PARTS}, version


def side_by_side(
    original: Article, checked_version: int | None, parts: Mapping[str, Translated], version: int
) -> SideBySide:
    """The numbers in `parts` count the blocks of `version` of the original;
    changes are told from `checked_version` on.
    """
    now = text_of(original)
    then = (text_at(original, checked_version) if checked_version else None) or now
    counted = (text_at(original, version) or now).blocks
    rows = {}
    for part in PARTS:
        moved = dict(differences.aligned(counted[part], now.blocks[part]))
        rows[part] = _rows(
            then.blocks[part],
            now.blocks[part],
            [
                (None, "", block)
                if number is None or number >= len(counted[part])
                else (moved.get(number), counted[part][number], block)
                for number, block in parts[part]
            ],
        )
    return SideBySide(now, then, rows)


def _rows(
    then: list[str], now: list[str], translated: Iterable[tuple[int | None, str, str]]
) -> list[Row]:
    """`translated` are blocks, each with the number and the text of what it stands for."""
    rows = [
        Row(
            number=after,
            now="" if after is None else now[after],
            then="" if before is None else then[before],
        )
        for before, after in differences.aligned(then, now)
    ]
    there = {row.number: row for row in rows if row.number is not None}
    gone = {row.then: row for row in rows if row.number is None}
    last: Row | None = None
    for number, base, block in translated:
        row = gone.get(base) if number is None else there[number]
        if row is None:
            row = Row()
            rows.insert(rows.index(last) + 1 if last else len(rows), row)
        row.translated.append(block)
        last = row
    return rows


# --- Saving ---------------------------------------------------------------------------------------


def begun(original: Article, *, by: User) -> Article:
    """A translation that is not stored yet."""
    shared = {name: getattr(original, name) for name in SHARED}
    return Article(
        work=original.work,
        language=language_of_translation(original),
        owner=by,
        cover_id=original.cover_id,
        **shared,
    )


@transaction.atomic
def save(
    original: Article,
    translation: Article,
    labels: Mapping[str, str],
    parts: Mapping[str, Translated],
    *,
    by: User,
    at: datetime,
    seen_version: int,
    up_to_date: bool,
    note: str = "",
) -> Article:
    """Save what a translator wrote beside version `seen_version` of `original`.

    `labels` are headline, standfirst and the like. Changes to a live translation wait until they
    are published. Raises ValidationError where the result is no article.
    """
    is_new = translation._state.adding
    values = drafting.values_of(original if is_new else translation)
    if is_new:
        own = ["work", "cover", *SHARED]
        values = {name: values[name] for name in [*own, "in_files", "bylines"]}
    values |= labels
    values |= {part: "\n".join(block for _number, block in parts[part]) for part in PARTS}
    if is_new or up_to_date:
        values["translated_version"] = seen_version
    is_live = translation.is_published(at)
    drafting.apply(translation, values)
    translation.full_clean(exclude=["teaser"])
    if is_live:
        drafting.stage(translation, values, by=by, at=at, note=note)
    else:
        publishing.write(
            translation, values["body"], by=by, reason="desk", note=note,
            in_files=values["in_files"], bylines=values["bylines"],
        )  # fmt: skip
        drafting.drop(translation)
    Alignment.objects.update_or_create(
        translation=translation,
        defaults={
            "original_version": seen_version,
            "blocks": {part: [number for number, _block in parts[part]] for part in PARTS},
        },
    )
    return translation
