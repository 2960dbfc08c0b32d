"""Markdown twins of articles and files: what the page says, through the same gate, without a page.

CommonMark with the footnotes and tables of GitHub's dialect, after a front matter in YAML.
"""

from collections.abc import Iterator
from typing import Any

import yaml
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from eurasia import languages
from eurasia.membership import gate
from eurasia.membership.gate import Verdict
from eurasia.newsroom import errors, reading
from eurasia.newsroom.chronology import Entry, chronology
from eurasia.newsroom.lists import page_of
from eurasia.newsroom.models import Article, TopicFile
from eurasia.newsroom.reading import Reading
from eurasia.policy import public, reader_of, reads


@public
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """An article: its teaser for everyone, its full text for those whom the gate lets in."""
    at = timezone.now()
    articles = Article.objects.published(at).in_language(languages.current()).with_labels()
    article = articles.with_corrections().filter(slug=slug).first()
    if article is None:
        return errors.no_article(request, slug, at)
    facts = {
        "title": article.headline,
        "language": article.language,
        "canonical": settings.SITE_URL + article.get_absolute_url(),
        "published": timezone.localtime(article.published_at).isoformat(),
        "revised": article.revised_at and timezone.localtime(article.revised_at).isoformat(),
        "authors": [contributor.name for contributor in article.byline],
        "files": [file.name for file in article.file_list],
        "full_text_for": "everyone" if gate.is_open(article, at) else "subscribers",
    }
    seen = reading.read(article, reader_of(request), at)
    return _respond(facts, _parts_of_article(article, seen))


@public
@reads("before", "year")
def file(request: HttpRequest, slug: str) -> HttpResponse:
    """A file: what it is about, its articles, one year of its chronology."""
    at = timezone.now()
    file = get_object_or_404(TopicFile.objects.with_parties(), slug=slug)
    facts = {
        "title": file.name,
        "language": languages.current(),
        "canonical": settings.SITE_URL + file.get_absolute_url(),
        "parties": [party.name for party in file.party_list],
    }
    articles = Article.objects.published(at).in_language(languages.current()).of_file(file)
    listed = page_of(articles, request, at)
    shown = chronology(file, articles, at, year=request.GET.get("year"), show=None)
    return _respond(facts, _parts_of_file(file, listed, shown))


def address_of(page: Article | TopicFile) -> str:
    """Where the twin of a page stands; that of a file in the active language."""
    if isinstance(page, TopicFile):
        return settings.SITE_URL + reverse("newsroom:file_twin", args=[page.slug])
    with override(page.language):
        return settings.SITE_URL + reverse("newsroom:article_twin", args=[page.slug])


def _respond(facts: dict[str, Any], parts: Iterator[str]) -> HttpResponse:
    known = {name: value for name, value in facts.items() if value}
    matter = yaml.safe_dump(known, allow_unicode=True, sort_keys=False, width=10_000)
    text = "\n\n".join([f"---\n{matter}---", *filter(None, parts)])
    return HttpResponse(
        f"{text}\n",
        content_type="text/markdown; charset=utf-8",
        # Searchers are led to the page; to them the twin is the same text once more.
        headers={"Link": f'<{facts["canonical"]}>; rel="canonical"'},
    )


def _parts_of_article(article: Article, seen: Reading) -> Iterator[str]:
    yield f"# {said(article.headline)}"
    yield said(article.standfirst)
    yield markdown_of(seen.teaser_html)
    if seen.opens:
        yield markdown_of(seen.body_html)
    else:
        yield _wall(seen.verdict)
    yield markdown_of(seen.teaser_notes + seen.body_notes)
    for correction in article.corrections_in_order:
        yield f"{_('Corrected on')} {languages.day(correction.on)} – {said(correction.text)}"


def _wall(verdict: Verdict) -> str:
    """One line in the language of the page, as its wall has it."""
    subscribe = settings.SITE_URL + reverse("membership:subscribe")
    if verdict is Verdict.RENEW:
        words, call = _("Your subscription has ended."), _("Renew your subscription")
    else:
        words, call = _("The full text is for subscribers."), _("Take your subscription")
    return f"> {words} [{call}]({subscribe})"


def _parts_of_file(file: TopicFile, listed: Any, shown: Any) -> Iterator[str]:
    here = address_of(file)
    yield f"# {said(file.name)}"
    yield markdown_of(file.introduction_html)
    yield f"## {_('Articles')}"
    yield "\n".join(
        f"- [{said(article.headline)}]({address_of(article)})"
        f" ({languages.day(timezone.localdate(article.published_at))})"
        for article in listed.articles
    ) or _("No article of this file is published in this language yet.")
    if listed.more:
        yield f"[{_('Earlier articles')}]({here}{listed.more})"
    if shown.entries:
        yield f"## {_('Chronology')} {shown.year}"
        if shown.earlier_articles:
            words = _("Earlier articles of %(year)s") % {"year": shown.year}
            yield f"[{words}]({here}{shown.earlier_articles})"
        yield "\n".join(map(_line_of, shown.entries))
    if shown.earlier:
        year = shown.earlier.year
        yield f"[{_('Earlier: %(year)s') % {'year': year}}]({here}?year={year})"


def _line_of(entry: Entry) -> str:
    if entry.article:
        what = f"[{said(entry.article.headline)}]({address_of(entry.article)})"
    else:
        assert entry.event is not None
        event = entry.event
        source = f"[{said(event.source_title)}]({_markdown().target(event.source_url)})"
        what = f"{said(event.text)} ({source})"
    return f"- {languages.day(entry.day)} – {what}"


# --- Markdown -------------------------------------------------------------------------------------


def markdown_of(finished: str) -> str:
    """Finished HTML as Markdown; addresses are whole."""
    return _markdown().of_html(finished)


def said(text: str) -> str:
    """A plain text on one line, none of whose characters is markup."""
    return _markdown().of_text(text)


def _markdown() -> Any:
    """What knows it comes with the first twin: pages have no use for its 8 MB."""
    from eurasia.newsroom import markdown

    return markdown
