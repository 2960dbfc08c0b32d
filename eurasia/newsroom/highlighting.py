"""Showing the words that a search was for, whatever their spelling, in plain texts.

Pure: who may see a text has been decided before it comes here.
"""

from collections.abc import Sequence

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from eurasia.newsroom.folding import fold, spans
from eurasia.newsroom.indexes import Term

#: Of a passage, in words; how many of these come before the first one that was asked for.
LENGTH, BEFORE = 30, 8


def marked(text: str, terms: Sequence[Term]) -> SafeString:
    """The text as HTML, what was asked for in <mark>."""
    parts, at = [], 0
    for start, end in _hits(text, terms):
        parts += [conditional_escape(text[at:start]), "<mark>"]
        parts += [conditional_escape(text[start:end]), "</mark>"]
        at = end
    parts.append(conditional_escape(text[at:]))
    return mark_safe("".join(parts))  # noqa: S308 - each part is escaped


def passage(text: str, terms: Sequence[Term]) -> SafeString:
    """Where the most of what was asked for stands together; empty where nothing does."""
    words = text.split()
    needles = [_needles(term) for term in terms]
    begins = max(
        range(0, len(words), LENGTH // 2),
        key=lambda at: _count(words[at : at + LENGTH], needles),
        default=0,
    )
    piece = " ".join(words[begins : begins + LENGTH])
    hits = _hits(piece, terms)
    if not hits:
        return SafeString()
    first = begins + piece[: hits[0][0]].count(" ")
    start = max(0, min(first - BEFORE, len(words) - LENGTH))
    shown = marked(" ".join(words[start : start + LENGTH]), terms)
    cut = " …" if start + LENGTH < len(words) else ""
    return format_html("{}{}{}", "… " if start else "", shown, cut)


def _hits(text: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    """From where to where the text says a term, in order and without overlaps."""
    words = [(word, start, end) for start, end, said in spans(text) for word in said]
    folded = [word for word, _start, _end in words]
    hits = []
    at = 0
    while at < len(words):
        length = max(
            (
                len(phrase)
                for term in terms
                for place, phrase in enumerate(term.phrases)
                if _stands(folded, at, phrase, goes_on=term.goes_on and not place)
            ),
            default=0,
        )
        if length:
            hits.append((words[at][1], words[at + length - 1][2]))
        at += length or 1
    return hits


def _stands(words: list[str], at: int, phrase: Sequence[str], *, goes_on: bool) -> bool:
    *whole, last = phrase
    end = at + len(whole)
    if end >= len(words) or words[at:end] != whole:
        return False
    return words[end].startswith(last) if goes_on else words[end] == last


def _needles(term: Term) -> list[str]:
    """The phrases as they stand in a folded text with a space on either side."""
    return [
        f" {' '.join(phrase)}" + ("" if term.goes_on and not place else " ")
        for place, phrase in enumerate(term.phrases)
    ]


def _count(words: Sequence[str], needles: list[list[str]]) -> int:
    text = f" {fold(' '.join(words))} "
    return sum(any(needle in text for needle in each) for each in needles)
