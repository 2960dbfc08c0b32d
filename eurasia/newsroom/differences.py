"""What changed from one source HTML text to another, word by word, for editors to read.

Blocks are aligned first, then the words inside those that changed. Dropping `ins.added` and
unwrapping `del.removed` gives the old text back, the other way round the new one; <ins> and <del>
that editors wrote themselves bear no class.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from eurasia.newsroom import trees
from eurasia.newsroom.rendering import ATTRIBUTES, BLOCKS, PHRASING, URL_SCHEMES

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: A word and the space after it; a mark of punctuation is a word of its own.
WORD = re.compile(r"\w+(?:[’'\-\u2011]\w+)*|[^\w\s]")
WORDS = re.compile(rf"({WORD.pattern})(\s*)|\s+")
VOID = {"br", "col", "hr", "wbr"}
#: What stays in its place in a table, however little of it is left.
CELLS = {"thead", "tbody", "tfoot", "tr", "td", "th", "caption", "figcaption"}
#: Blocks that share less than this are two blocks, one removed and one added; words likewise.
ALIKE = 0.3
#: Of blocks in one changed passage.
MOST_LIKENESSES = 20_000
#: Of words, and of blocks, in the two texts; what is left after that is compared as a whole.
MOST_PAIRS = 30_000_000

_cleaner = nh3.Cleaner(
    tags=(PHRASING - {"img"}) | BLOCKS,
    attributes=ATTRIBUTES,
    allowed_classes={
        "ins": {"added"},
        "del": {"removed"},
        "span": {"footnote", "picture", "visually-hidden"},
        "blockquote": {"pull"},
    },
    url_schemes=URL_SCHEMES,
    link_rel=None,
)

Status = Literal["same", "added", "removed"]


@dataclass(frozen=True)
class Word:
    html: str
    #: The tags it stands in, outermost first: a word in bold is another word.
    tags: tuple[str, ...]
    space: str = ""


@dataclass
class Run:
    """Words and inline markup between two blocks."""

    words: list[Word] = field(default_factory=list)
    open = name = ""

    @cached_property
    def key(self) -> str:
        return _as_html(("same", word) for word in self.words)

    @cached_property
    def counted(self) -> Counter[str]:
        return Counter(word.html for word in self.words if word.html)


@dataclass
class Block:
    element: "HtmlElement"

    @property
    def name(self) -> str:
        return str(self.element.tag)

    @cached_property
    def open(self) -> str:
        return _opening(self.element)

    @cached_property
    def key(self) -> str:
        return trees.outer(self.element)

    @cached_property
    def counted(self) -> Counter[str]:
        return Counter(word for text in self.element.itertext() for word in WORD.findall(text))

    @cached_property
    def parts(self) -> list["Run | Block"]:
        return _parts(self.element)


Part = Run | Block


def difference(old: str, new: str) -> SafeString:
    """`new` as HTML, with what it has more than `old` in `ins.added`, what less in `del.removed`.

    Footnotes stand where they are referred to; pictures are told by their alternative text.
    """
    comparison = _Comparison()
    compared = comparison.of_parts(_parts(_read(old)), _parts(_read(new)))
    return mark_safe(_cleaner.clean("".join(compared)))  # noqa: S308 - nh3 has just cleaned it


def aligned(old: Sequence[str], new: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Which block of a text became which, by number and in order; None: it was added or removed.

    Both are cut by `rendering.blocks`.
    """
    before, after = ([[*_parts(_read(block)), Run()][0] for block in text] for text in (old, new))
    numbers = {id(part): number for text in (before, after) for number, part in enumerate(text)}
    found: list[tuple[int | None, int | None]] = []
    for what, a, b, c, d in _Comparison().opcodes([p.key for p in before], [p.key for p in after]):
        if what == "equal":
            found += zip(range(a, b), range(c, d), strict=True)
        else:
            found += [
                (numbers.get(id(one)), numbers.get(id(other)))
                for one, other in _pairs(before[a:b], after[c:d])
            ]
    return found


def text_difference(old: str, new: str) -> SafeString:
    """The same of plain text, such as a headline."""
    return difference(escape(old), escape(new))


# --- Comparing ------------------------------------------------------------------------------------


class _Comparison:
    """Counts what it compares, so that two texts that share nothing do not take for ever."""

    def __init__(self) -> None:
        self.pairs_left = MOST_PAIRS

    def of_parts(self, old: Sequence[Part], new: Sequence[Part]) -> Iterator[str]:
        for what, a, b, c, d in self.opcodes([p.key for p in old], [p.key for p in new]):
            if what == "equal":
                yield from (part.key for part in new[c:d])
                continue
            for before, after in _pairs(old[a:b], new[c:d]):
                if isinstance(before, Run) and isinstance(after, Run):
                    yield _as_html(self.of_words(before.words, after.words))
                elif isinstance(before, Block) and isinstance(after, Block):
                    yield after.open
                    yield from self.of_parts(before.parts, after.parts)
                    yield _closing(after.open)
                elif before:
                    yield from _whole(before, "removed")
                elif after:
                    yield from _whole(after, "added")

    def of_words(self, old: list[Word], new: list[Word]) -> Iterator[tuple[Status, Word]]:
        opcodes = self.opcodes(*([(word.html, word.tags) for word in run] for run in (old, new)))
        shared = sum(b - a for what, a, b, _c, _d in opcodes if what == "equal")
        if shared < ALIKE * max(len(old), len(new)):
            opcodes = [("replace", 0, len(old), 0, len(new))]
        for what, a, b, c, d in opcodes:
            if what == "equal":
                for before, after in zip(old[a:b], new[c:d], strict=True):
                    yield from _same_word(before, after)
            else:
                yield from (("removed", word) for word in old[a:b])
                yield from (("added", word) for word in new[c:d])

    def opcodes(self, old: list[Any], new: list[Any]) -> list[tuple[str, int, int, int, int]]:
        """As difflib's; what both begin and end with costs nothing."""
        start = _shared(old, new)
        end = _shared(old[start:][::-1], new[start:][::-1])
        a, b, c, d = start, len(old) - end, start, len(new) - end
        self.pairs_left -= (b - a) * (d - c)
        between = [("replace", 0, b - a, 0, d - c)]
        if self.pairs_left >= 0:
            between = list(SequenceMatcher(None, old[a:b], new[c:d]).get_opcodes())
        return [
            ("equal", 0, a, 0, c),
            *((what, a + i, a + j, c + k, c + m) for what, i, j, k, m in between),
            ("equal", b, len(old), d, len(new)),
        ]


def _shared(old: Sequence[object], new: Sequence[object]) -> int:
    """How many of the first are the same."""
    for number, (before, after) in enumerate(zip(old, new, strict=False)):
        if before != after:
            return number
    return min(len(old), len(new))


def _same_word(old: Word, new: Word) -> Iterator[tuple[Status, Word]]:
    """A word that stayed, although the space after it may have come or gone."""
    if bool(old.space) == bool(new.space):
        yield "same", new
        return
    yield "same", Word(new.html, new.tags)
    yield "removed" if old.space else "added", Word("", new.tags, old.space or new.space)


def _pairs(old: Sequence[Part], new: Sequence[Part]) -> Iterator[tuple[Part | None, Part | None]]:
    """Which changed part became which, in order: the pairs that are most alike, all together."""
    if not old or not new:
        yield from ((part, None) for part in old)
        yield from ((None, part) for part in new)
        return
    # Of many parts, each is compared to those at about its own place.
    reach = max(MOST_LIKENESSES // max(len(old), len(new)), len(new) // len(old) + 1)
    alike: dict[tuple[int, int], float] = {}
    # The likeness of the best pairs among old[i:] and new[j:].
    best: defaultdict[tuple[int, int], float] = defaultdict(float)
    for i in reversed(range(len(old))):
        place = i * len(new) // len(old)
        for j in reversed(range(max(0, place - reach), min(len(new), place + reach + 1))):
            alike[i, j] = likeness = _likeness(old[i], new[j])
            best[i, j] = max(best[i + 1, j], best[i, j + 1])
            if likeness:
                best[i, j] = max(best[i, j], likeness + best[i + 1, j + 1])
    i = j = 0
    while i < len(old) or j < len(new):
        likeness = alike.get((i, j), 0)
        if likeness and best[i, j] == likeness + best[i + 1, j + 1]:
            yield old[i], new[j]
            i, j = i + 1, j + 1
        elif i < len(old) and (j == len(new) or best[i, j] == best[i + 1, j]):
            yield old[i], None
            i += 1
        else:
            yield None, new[j]
            j += 1


def _likeness(old: Part, new: Part) -> float:
    """How much two parts share, from 0 to 1; 0 where a reader would not take them for one."""
    stays = old.name == new.name and (old.name in CELLS or not old.name)
    if not stays and old.open != new.open:
        return 0
    words = old.counted.total() + new.counted.total()
    shared = 2 * (old.counted & new.counted).total() / words if words else 1.0
    if stays:
        return max(shared, 0.01)
    return shared if shared >= ALIKE else 0


# --- Writing --------------------------------------------------------------------------------------


def _whole(part: Part, status: Status) -> Iterator[str]:
    """A part of which every word was added, or removed."""
    if isinstance(part, Run):
        yield _as_html((status, word) for word in part.words)
    elif part.name == "hr":
        yield _marked(status, part.open)
    else:
        yield part.open
        for inner in part.parts:
            yield from _whole(inner, status)
        yield _closing(part.open)


def _as_html(words: Iterator[tuple[Status, Word]]) -> str:
    written = []
    for status, changed in groupby(words, key=lambda pair: pair[0]):
        inside = "".join(
            "".join(tags)
            + "".join(word.html + word.space for _status, word in together)
            + "".join(map(_closing, reversed(tags)))
            for tags, together in groupby(changed, key=lambda pair: pair[1].tags)
        )
        written.append(_marked(status, inside))
    return "".join(written)


def _marked(status: Status, inside: str) -> str:
    if status == "same":
        return inside
    if status == "added":
        name, said = "ins", _("Added:")
    else:
        name, said = "del", _("Removed:")
    # Most screen readers say nothing of <ins> and <del>.
    said = f'<span class="visually-hidden">{escape(said)} </span>' if inside.strip() else ""
    return f'<{name} class="{status}">{said}{inside}</{name}>'


# --- Reading --------------------------------------------------------------------------------------


def _read(source: str) -> "HtmlElement":
    root = trees.parse(source)
    for image in list(root.iter("img")):
        picture = trees.element("span", {"class": "picture"})
        picture.text = f"[{_('Picture')}: {image.get('alt', '')}]"
        picture.tail = image.tail
        image.getparent().replace(image, picture)
    for note in root.iterfind(".//span[@class='footnote']"):
        # One that refers to an earlier note says to which.
        if not note.text_content().strip():
            note.text = note.get("data-note", "")
    return root


def _parts(element: "HtmlElement") -> list[Part]:
    parts: list[Part] = []

    def add(words: Iterator[Word]) -> None:
        for word in words:
            if not parts or not isinstance(parts[-1], Run):
                if not word.html:
                    continue  # the space between two blocks
                parts.append(Run())
            parts[-1].words.append(word)  # type: ignore[union-attr]  # a Run by now

    add(_words(element.text, ()))
    for child in element:
        if child.tag in BLOCKS:
            parts.append(Block(child))
        else:
            add(_words_in(child, ()))
        add(_words(child.tail, ()))
    return parts


def _words_in(element: "HtmlElement", tags: tuple[str, ...]) -> Iterator[Word]:
    if element.tag in VOID:
        yield Word(_opening(element), tags)
        return
    inner = (*tags, _opening(element))
    yield from _words(element.text, inner)
    for child in element:
        yield from _words_in(child, inner)
        yield from _words(child.tail, inner)


def _words(text: str | None, tags: tuple[str, ...]) -> Iterator[Word]:
    for match in WORDS.finditer(text or ""):
        if match[1]:
            yield Word(escape(match[1]), tags, match[2])
        else:
            yield Word("", tags, match[0])


def _opening(element: "HtmlElement") -> str:
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in element.items())
    return f"<{element.tag}{attributes}>"


def _closing(opening: str) -> str:
    name = re.split("[ >]", opening[1:], maxsplit=1)[0]
    return "" if name in VOID else f"</{name}>"
