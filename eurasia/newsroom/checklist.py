"""What is looked at before an article is published. Asked by the desk alone.

`examine` gathers what it takes from the database; the checks are pure. What blocks would be broken
for readers; what warns may be meant.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import gettext as _

from eurasia.newsroom import drafting, rendering, translating, trees
from eurasia.newsroom.documents import named_in
from eurasia.newsroom.models import Article, Document, Picture, TranslationState
from eurasia.newsroom.previewing import Proof

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: Of a teaser, in words.
FEWEST, MOST = 40, 250


class Level(StrEnum):
    #: The article is not published like this.
    BLOCK = "block"
    #: It is published once an editor has seen this and means it.
    WARN = "warn"
    FINE = "fine"


@dataclass(frozen=True)
class Finding:
    """One sentence, and the field of the article's form in which it is mended."""

    level: Level
    text: str
    field: str = ""


def examine(proof: Proof, at: datetime) -> list[Finding]:
    """Everything there is to say of an article before it is published, the gravest first."""
    article, teaser, body = proof.article, proof.article.teaser, proof.full_text.body
    pictures = Picture.objects.in_bulk(rendering.pictures_in(teaser, body))
    found = [
        *check_waiting(proof),
        *check_teaser(article.teaser_html),
        *check_full_text(proof.full_text.body_html),
        *check_labels(article),
        *check_cover(article),
        check_translation(article, translating.state_of(article)),
        *check_text("teaser", teaser, f"{article.teaser_html}{article.teaser_notes}", pictures),
        *check_text(
            "body",
            body,
            "".join(
                [
                    article.teaser_html,
                    article.teaser_notes,
                    proof.full_text.body_html,
                    proof.full_text.body_notes,
                ]
            ),
            pictures,
        ),
        *check_headings(teaser, body),
        *check_date(article, at),
    ]
    return sorted(found, key=lambda finding: list(Level).index(finding.level))


def blocks(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level is Level.BLOCK]


def warnings(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level is Level.WARN]


# --- Text -----------------------------------------------------------------------------------------


def check_teaser(teaser_html: str) -> Iterator[Finding]:
    """Its length. The numbers of notes are no words of it."""
    if not teaser_html:
        yield Finding(Level.BLOCK, _("There is no teaser: outsiders would see nothing."), "teaser")
        return
    words = _words(_without_references(teaser_html))
    if words < FEWEST:
        text = _(
            "Words in the teaser: %(words)d. With fewer than %(bound)d, neither readers nor search "
            "engines learn what the article is about."
        )
        yield Finding(Level.WARN, text % {"words": words, "bound": FEWEST}, "teaser")
    elif words > MOST:
        text = _(
            "Words in the teaser: %(words)d. With more than %(bound)d, it gives away what "
            "subscribers come for."
        )
        yield Finding(Level.WARN, text % {"words": words, "bound": MOST}, "teaser")
    else:
        yield Finding(Level.FINE, _("Words in the teaser: %(words)d.") % {"words": words}, "teaser")


def check_full_text(body_html: str) -> Iterator[Finding]:
    if not body_html:
        yield Finding(Level.BLOCK, _("There is no full text."), "body")
        return
    words = _words(_without_references(body_html))
    yield Finding(Level.FINE, _("Words in the full text: %(words)d.") % {"words": words}, "body")


def check_headings(teaser: str, body: str) -> Iterator[Finding]:
    """Headings follow the headline without a gap, teaser and full text in one."""
    level = 1
    for field, source in [("teaser", teaser), ("body", body)]:
        for heading in trees.parse(source).iter("h2", "h3", "h4"):
            next_level = int(heading.tag[1])
            if next_level > level + 1:
                text = _("The heading “%(words)s” skips a level: choose a greater one.")
                words = " ".join(heading.text_content().split())
                yield Finding(Level.WARN, text % {"words": words}, field)
            level = next_level


# --- Labels ---------------------------------------------------------------------------------------


def check_labels(article: Article) -> Iterator[Finding]:
    if not article.standfirst.strip():
        yield Finding(
            Level.WARN,
            _("There is no standfirst: lists and search engines have a headline and no more."),
            "standfirst",
        )
    if not article.file_list:
        yield Finding(
            Level.WARN, _("It is in no file: readers of the files do not find it."), "in_files"
        )
    else:
        names = ", ".join(file.name for file in article.file_list)
        yield Finding(Level.FINE, _("Files: %(names)s.") % {"names": names}, "in_files")
    if not article.byline:
        yield Finding(Level.WARN, _("It has no byline."), "bylines")
    else:
        names = ", ".join(person.name for person in article.byline)
        yield Finding(Level.FINE, _("Bylines: %(names)s.") % {"names": names}, "bylines")


def check_cover(article: Article) -> Iterator[Finding]:
    cover = article.cover
    if cover is None:
        yield Finding(Level.FINE, _("It has no cover."), "cover")
        return
    level = Level.BLOCK
    if not cover.is_public:
        yield Finding(level, _("The cover is a picture for subscribers: choose another."), "cover")
    if not cover.credit.strip():
        yield Finding(level, _("The cover has no credit: say whose picture it is."), "cover")
    if not article.cover_alt.strip():
        yield Finding(
            level,
            _("The cover has no alternative text: say what it shows, for those who do not see it."),
            "cover_alt",
        )
    elif article.cover_alt.strip().casefold() == article.headline.strip().casefold():
        yield Finding(
            Level.WARN,
            _("The cover’s alternative text repeats the headline: say what the picture shows."),
            "cover_alt",
        )
    elif cover.is_public and cover.credit.strip():
        text = _("The cover has an alternative text and a credit: %(credit)s.")
        yield Finding(Level.FINE, text % {"credit": cover.credit}, "cover")


def check_date(article: Article, at: datetime) -> Iterator[Finding]:
    """Who has been published before keeps the first date."""
    unseen = article.status in {Article.Status.DRAFT, Article.Status.IN_REVIEW}
    if unseen and article.published_at and article.published_at <= at:
        yield Finding(
            Level.WARN,
            _("Its date lies in the past: under that date it stands among older articles."),
            "published_at",
        )


def check_translation(article: Article, state: TranslationState) -> Finding:
    """`state` is that of its work: a translation follows its original."""
    is_translation = article.translated_version is not None
    if state is TranslationState.MISSING:
        return Finding(Level.FINE, _("It is not translated."))
    if state is TranslationState.BEHIND and is_translation:
        text = _("This translation is behind its original, which has changed since.")
        return Finding(Level.WARN, text, "work")
    if state is TranslationState.BEHIND:
        return Finding(Level.FINE, _("Its translation is behind this text."), "work")
    if is_translation:
        return Finding(Level.FINE, _("This translation is up to date with its original."), "work")
    return Finding(Level.FINE, _("Its translation is up to date with this text."), "work")


def check_waiting(proof: Proof) -> Iterator[Finding]:
    """What waits may have been overtaken: a slug taken, a picture or a file deleted."""
    if proof.draft is None:
        return
    values = proof.draft.values
    lost = [
        (values["cover"] and not proof.article.cover, "cover"),
        (len(values["in_files"]) > len(proof.article.files_in_order), "in_files"),
        (len(values["bylines"]) > len(proof.article.contributors_in_order), "bylines"),
    ]
    for is_lost, field in lost:
        if is_lost:
            yield Finding(
                Level.BLOCK,
                _("Something that was chosen here has been deleted since: save the article again."),
                field,
            )
    try:
        proof.article.full_clean(exclude=["teaser", "cover"])
    except ValidationError as error:
        for field, messages in error.message_dict.items():
            for message in messages:
                yield Finding(Level.BLOCK, message, field if field in drafting.LABELS else "")


# --- Links and pictures ---------------------------------------------------------------------------


def check_text(
    field: str, source: str, finished: str, pictures: dict[int, Picture]
) -> Iterator[Finding]:
    """Links that lead nowhere and pictures that readers do not get to see, in one part."""
    tree = trees.parse(source)
    ids = set(re.findall(r'\bid="([^"]+)"', finished))
    for link in tree.iter("a"):
        if key := named_in(link.get("href", "")):
            yield from check_document(field, key, _said(link))
            continue
        yield from check_link(field, link.get("href", ""), _said(link), ids)
    for image in tree.iter("img"):
        picture = pictures.get(int(image.get("data-picture") or 0))
        if picture is None:
            text = _("A picture is missing: it has been deleted.")
        elif field == "teaser" and not picture.is_public:
            text = _("A picture of the teaser is for subscribers: readers do not see it there.")
        elif not image.get("alt", "").strip():
            text = _("A picture has no alternative text: say what it shows.")
        else:
            continue
        yield Finding(Level.WARN, text, field)


def check_document(field: str, key: int, words: str) -> Iterator[Finding]:
    """Documents are opened by full texts alone."""
    if not Document.objects.filter(pk=key).exists():
        text = _("The link “%(words)s” leads to a document that has been deleted.")
    elif field == "teaser":
        text = _("The link “%(words)s” leads to a document: teasers open none.")
    else:
        return
    yield Finding(Level.WARN, text % {"words": words}, field)


def check_link(field: str, address: str, words: str, ids: set[str]) -> Iterator[Finding]:
    """Whether an address can be followed. Nothing is asked of the network."""
    values = {"words": words, "address": address}
    if not address.strip():
        text = _("The link “%(words)s” has no address.")
        yield Finding(Level.BLOCK, text % values, field)
    elif not _parses(address):
        text = _("The link “%(words)s” has a malformed address: %(address)s")
        yield Finding(Level.BLOCK, text % values, field)
    elif address.startswith("#"):
        if address[1:] not in ids:
            text = _("The link “%(words)s” leads to a place that is not in the text: %(address)s")
            yield Finding(Level.WARN, text % values, field)
    elif not _leads_somewhere(address):
        text = _("The link “%(words)s” leads to no page of ours: %(address)s")
        yield Finding(Level.WARN, text % values, field)


def _parses(address: str) -> bool:
    if re.search(r"[\s\\<>\"^`{|}]", address):
        return False
    try:
        parts = urlsplit(address)
        _port = parts.port  # looked at only when asked for
        host = parts.hostname or ""
        host.encode("idna") if host and "[" not in parts.netloc else None
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return re.fullmatch(r"[^@]+@[^@]+\.[^@]+", parts.path) is not None
    if parts.scheme or parts.netloc:
        return bool(host) and ("." in host or ":" in host or host == "localhost")
    return True


def _leads_somewhere(address: str) -> bool:
    """Of a link to another site nothing is known; one of ours has a route."""
    parts = urlsplit(address)
    ours = urlsplit(settings.SITE_URL).netloc
    if parts.netloc not in {"", ours} or parts.scheme == "mailto":
        return True
    if not parts.path.startswith("/"):
        return parts.netloc == ours and not parts.path
    if parts.path.startswith(settings.STATIC_URL):
        return True
    with translation.override(translation.get_language_from_path(parts.path)):
        return any(_is_route(path) for path in [parts.path, f"{parts.path}/"])


def _is_route(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


# --- Words ----------------------------------------------------------------------------------------


def _said(link: "HtmlElement") -> str:
    words = " ".join(link.text_content().split())
    return words if len(words) <= 60 else f"{words[:59]}…"


def _without_references(finished: str) -> str:
    return re.sub(r'<sup><a class="fn-ref".*?</sup>', "", finished)


def _words(finished: str) -> int:
    return len(rendering.plain_text(finished).split())
