"""What the search says to everybody beside its answer: names to narrow it by, suggestions while
one types, "did you mean".

All of it comes from public words of published articles, for the desk too. Kept for a minute.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import partial
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from eurasia.membership.gate import OUTSIDER
from eurasia.newsroom import search
from eurasia.newsroom.folding import fold
from eurasia.newsroom.indexes import Term
from eurasia.newsroom.models import Article, Contributor, Spelling, TopicFile

KEPT = 60  # seconds
MOST, MOST_NAMES = 8, 4
#: "Did you mean" knows the words of so many articles, the newest, that have so many letters.
MOST_READ, SHORTEST = 3_000, 4
WORD = re.compile(r"[^\W\d_]+")
#: How alike two words must be: one letter of four may differ.
ALIKE = 0.75


@dataclass(frozen=True)
class Names:
    """What a search in one language can be narrowed by, and the spellings it knows."""

    #: Slugs and names.
    files: list[tuple[str, str]]
    contributors: list[tuple[str, str]]
    spellings: list[str]
    #: The newest first.
    years: list[int]


def names_in(language: str, at: datetime) -> Names:
    return _kept(f"search-names-{language}", partial(_names, language, at))


def _kept(key: str, make: Callable[[], Any]) -> Any:
    return cache.get_or_set(key, make, KEPT)


def _names(language: str, at: datetime) -> Names:
    published = Article.objects.published(at).in_language(language)
    dates = published.newest().values_list("published_at", flat=True)
    newest, oldest = dates.first(), dates.last()
    years = (
        range(timezone.localdate(newest).year, timezone.localdate(oldest).year - 1, -1)
        if newest and oldest
        else []
    )
    files = TopicFile.objects.in_order().values_list("slug", f"name_{language}")
    contributors = Contributor.objects.bylines_of(published).order_by("name", "id")
    return Names(
        files=list(files),
        contributors=list(contributors.values_list("slug", "name")),
        spellings=list(Spelling.objects.order_by("id").values_list("text", flat=True)),
        years=list(years),
    )


# --- While one types ------------------------------------------------------------------------------


def suggest(terms: Sequence[Term], *, language: str, at: datetime) -> list[dict[str, str]]:
    """At most `MOST` places to go to: files, contributors and spellings, then articles."""
    if not terms or not terms[-1].goes_on:
        return []
    names = names_in(language, at)
    words = [word for term in terms for word in term.phrases[0]]
    found = [
        *_suggested(gettext("File"), "newsroom:file", _begun(names.files, words)),
        *_suggested(
            gettext("Contributor"), "newsroom:contributor", _begun(names.contributors, words)
        ),
    ]
    spellings = _begun([(text, text) for text in names.spellings], words)
    page = reverse("newsroom:search")
    found += [
        {"kind": gettext("Name"), "text": text, "url": f"{page}?{urlencode({'q': text})}"}
        for text, _text in spellings[: MOST_NAMES // 2]
    ]
    del found[MOST_NAMES:]
    articles = search.by_headline(terms, language=language, at=at)
    headlines = articles.values_list("slug", "headline")[: MOST - len(found)]
    return found + _suggested(gettext("Article"), "newsroom:article", headlines)


def _suggested(kind: str, view: str, named: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"kind": kind, "text": name, "url": reverse(view, args=[slug])} for slug, name in named]


def _begun(names: list[tuple[str, str]], words: list[str]) -> list[tuple[str, str]]:
    """Those with all words, the last of which may be begun; no more than can be shown."""
    *whole, last = words
    found = []
    for slug, name in names:
        said = fold(name).split()
        if all(word in said for word in whole) and any(word.startswith(last) for word in said):
            found.append((slug, name))
    return found[:MOST_NAMES]


# --- Did you mean ---------------------------------------------------------------------------------


def did_you_mean(query: str, *, language: str, at: datetime) -> str:
    """The query in words that everybody can find together; empty if there are none.

    What is near is looked for among public words alone, whoever asks, and as long for all words.
    """
    words = fold(query).split()[: search.MOST_WORDS]
    known = _kept(f"search-words-{language}", partial(_words, language, at))
    nearest = [_written(word, known) or _nearest(word, known) for word in words]
    meant = " ".join(nearest)
    answer = search.find(search.terms_of(meant), language=language, standing=OUTSIDER, at=at)
    return meant if answer.exists() and fold(meant) != " ".join(words) else ""


def _words(language: str, at: datetime) -> str:
    """Public words, a line each: folded, a space, and as it is written, small where it may be.

    One text, since a table of so many words would be built anew for each search.
    """
    published = Article.objects.published(at).in_language(language).newest()
    labels = published.values_list("headline", "standfirst")[:MOST_READ]
    names = names_in(language, at)
    named = [name for _slug, name in names.files + names.contributors]
    words: set[str] = set()
    for text in chain(*labels, named, names.spellings):
        words.update(WORD.findall(text))
    # Of one word written in several ways the last is kept.
    written = sorted(words, key=lambda word: (word.islower(), word))
    folded = {fold(word): word for word in written}
    lines = [
        f"{said} {word}\n"
        for said, word in folded.items()
        if len(said) >= SHORTEST and said.isalpha()
    ]
    return "".join(lines)


def _written(word: str, known: str) -> str:
    """As it is written; empty for a word that is not known."""
    found = re.search(f"^{re.escape(word)} (.+)$", known, re.MULTILINE)
    return found[1] if found else ""


def _nearest(word: str, known: str) -> str:
    """The word as it is if there is none. Misspelt words begin or end like the right ones."""
    length = len(word)
    if length < SHORTEST or not word.isalpha():
        return word
    # Between two letters less and two more.
    begun = f"{word[0]}[^ ]{{{length - 3},{length + 1}}}"
    ended = f"[^ ]{{{length - 4},{length}}}{word[-2:]}"
    likely = re.findall(f"^({begun}|{ended}) ", known, re.MULTILINE)
    alike = get_close_matches(word, likely, n=1, cutoff=ALIKE)
    return _written(alike[0], known) if alike else word
