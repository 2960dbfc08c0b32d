"""The search page and the suggestions under its box: what is asked, and what is shown of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from eurasia import languages
from eurasia.membership import gate
from eurasia.membership.gate import Standing
from eurasia.newsroom import reading, search
from eurasia.newsroom.archive import FIRST_YEAR, LAST_YEAR, Month
from eurasia.newsroom.cursors import Cursor
from eurasia.newsroom.folding import fold
from eurasia.newsroom.highlighting import passage
from eurasia.newsroom.indexes import Term
from eurasia.newsroom.lists import mark_open
from eurasia.newsroom.models import Article, ArticleQuerySet, Contributor, TopicFile
from eurasia.newsroom.rendering import visible_words
from eurasia.newsroom.suggesting import did_you_mean, names_in, suggest
from eurasia.policy import machine, public, reader_of, reads

PAGE_SIZE = 20
LONGEST = 200
#: What has no business in a line of words: control characters, and what turns the line around.
UNSAYABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


@dataclass(frozen=True)
class Question:
    """What an address of the page asks for."""

    words: str
    file: TopicFile | None
    contributor: Contributor | None
    year: int | None
    newest_first: bool
    before: str

    @classmethod
    def asked(cls, said: QueryDict) -> Self:
        """Raises Http404 for what no form and no link of ours has written."""
        year, order = said.get("year", ""), said.get("order", "")
        if order not in {"", "newest"} or not re.fullmatch("([0-9]{4})?", year):
            raise Http404
        if year and not FIRST_YEAR <= int(year) <= LAST_YEAR:
            raise Http404
        return cls(
            words=words_of(said),
            file=_named(TopicFile, said.get("file", "")),
            contributor=_named(Contributor, said.get("contributor", "")),
            year=int(year) if year else None,
            newest_first=order == "newest",
            before=said.get("before", ""),
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.file or self.contributor or self.year)

    def narrow(self, answer: ArticleQuerySet) -> ArticleQuerySet:
        if self.file:
            answer = answer.of_file(self.file)
        if self.contributor:
            answer = answer.of_contributor(self.contributor)
        if self.year:
            answer = answer.within(Month(self.year, 1).begins_at, Month(self.year, 12).ends_at)
        return answer

    def page(self, answer: ArticleQuerySet, at: datetime) -> tuple[list[Any], str]:
        """The articles that `before` leads to, and what leads to the next ones.

        Raises Http404 for a malformed `before`.
        """
        if self.newest_first:
            answer = answer.newest()
        if self.before:
            ring, _dash, place = self.before.rpartition("r")
            if bool(ring) is self.newest_first or ring not in {"", "0", "1", "2", "3"}:
                raise Http404
            try:
                cursor = Cursor.parse(place)
            except ValueError as error:
                raise Http404 from error
            beyond = cursor.beyond
            if ring:
                beyond = Q(ring__gt=int(ring)) | Q(ring=int(ring)) & beyond
            answer = answer.filter(beyond)
        # Of thousands of articles only what they are sorted by is looked at; these few are read.
        rings = dict(answer.values_list("pk", "ring")[: PAGE_SIZE + 1])
        found = Article.objects.published(at).with_emblems().in_bulk(rings)
        rows: list[Any] = [found[pk] for pk in rings if pk in found]
        for row in rows:
            row.ring = rings[row.pk]
        if len(rows) <= PAGE_SIZE:
            return rows, ""
        last = rows[PAGE_SIZE - 1]
        place = str(Cursor.of(last)) if self.newest_first else f"{last.ring}r{Cursor.of(last)}"
        return rows[:PAGE_SIZE], self.address(before=place)

    def address(self, **changes: str) -> str:
        """The query string of this page, or of one that differs in `changes`."""
        said = {
            "q": self.words,
            "file": self.file.slug if self.file else "",
            "contributor": self.contributor.slug if self.contributor else "",
            "year": f"{self.year:04}" if self.year else "",
            "order": "newest" if self.newest_first else "",
            **changes,
        }
        return "?" + urlencode({name: value for name, value in said.items() if value})


def words_of(said: QueryDict) -> str:
    return UNSAYABLE.sub(" ", said.get("q", "")[:LONGEST]).strip()


def _named(model: Any, slug: str) -> Any:
    """The file or contributor of this slug. Raises Http404 for a name that nobody bears."""
    if not slug:
        return None
    named = model.objects.filter(slug=slug).first() if re.fullmatch(r"[\w-]+", slug) else None
    if named is None:
        raise Http404
    return named


@dataclass(frozen=True)
class Found:
    """An article of the answer, and where it was found if its labels do not show that."""

    article: Article
    in_full_text: bool = False
    passage: SafeString = SafeString()


@public
@reads("q", "file", "contributor", "year", "order", "before")
def search_page(request: HttpRequest) -> HttpResponse:
    """Articles by words; without words, how to find some."""
    at = timezone.now()
    language = languages.current()
    question = Question.asked(request.GET)
    terms = search.terms_of(question.words)
    standing = gate.standing(reader_of(request), at)
    answer = question.narrow(search.find(terms, language=language, standing=standing, at=at))
    articles, more = question.page(answer, at) if terms else ([], "")
    count = answer.count() if more or question.before else len(articles)
    with translation.override(languages.other()):
        elsewhere = reverse("newsroom:search") + question.address()
    context = {
        "question": question,
        "terms": terms,
        "found": _shown(articles, terms, standing, at),
        "count": count,
        "more": more,
        "names": names_in(language, at),
        "in_full_texts": gate.reads_all(standing),
        "all_of_it": question.address(file="", contributor="", year=""),
        "elsewhere": elsewhere,
        "language_links": languages.language_links(
            request.path_info + question.address(), {languages.other(): elsewhere}
        ),
        "canonical": "",
        "next_url": request.path_info + question.address(),
        **({} if count else _help(question, terms, standing, at)),
    }
    return render(request, "newsroom/search.html", context)


def _help(
    question: Question, terms: Sequence[Term], standing: Standing, at: datetime
) -> dict[str, Any]:
    """What leads on from a page without articles."""
    files = TopicFile.objects.followed().in_order()
    if not terms:
        return {"files": files}
    other = search.find(terms, language=languages.other(), standing=standing, at=at)
    words = question.words.split()
    return {
        "files": files,
        "meant": did_you_mean(question.words, language=languages.current(), at=at),
        "count_elsewhere": question.narrow(other).count(),
        "fewer": [word for word in words if fold(word)] if len(words) > 1 else [],
    }


def _shown(
    articles: list[Any], terms: Sequence[Term], standing: Standing, at: datetime
) -> list[Found]:
    """Passages of full texts come from readings that open, in one query, and from nowhere else."""
    mark_open(articles, at)
    deep = [article for article in articles if article.ring == search.FULL_TEXT]
    readings = dict(zip(deep, reading.read_as(deep, standing, at), strict=True))
    shown = []
    for article in articles:
        if article in readings:
            seen = readings[article]
            text = visible_words(seen.body_html, seen.body_notes)
            shown.append(Found(article, seen.opens, passage(text, terms)))
        elif article.ring == search.TEASER:
            text = visible_words(article.teaser_html, article.teaser_notes)
            shown.append(Found(article, passage=passage(text, terms)))
        else:
            shown.append(Found(article))
    return shown


@machine
@reads("q")
def suggestions(request: HttpRequest) -> HttpResponse:
    """Where the words that are being typed may lead, for everybody alike."""
    terms = search.terms_of(words_of(request.GET))
    found = suggest(terms, language=languages.current(), at=timezone.now())
    return JsonResponse({"suggestions": found}, headers={"X-Robots-Tag": "noindex"})
