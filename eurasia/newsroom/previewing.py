"""Looking at an article before readers do: at the desk, and by links for people without an account.

A link's token is stored hashed. What is shown is what would be published: a live article's waiting
changes included.
"""

import hashlib
import secrets
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from eurasia import languages
from eurasia.accounts.models import User
from eurasia.membership import gate
from eurasia.membership.gate import Standing
from eurasia.newsroom import drafting, engraving, reading, rendering, vault
from eurasia.newsroom.models import (
    Article,
    ArticleContributor,
    ArticleFile,
    Contributor,
    Document,
    Draft,
    FullText,
    Picture,
    PreviewLink,
    PreviewOpening,
    TopicFile,
)

#: As whom an article can be looked at.
STANDINGS = {
    "outsider": gate.OUTSIDER,
    "reader": Standing(signed_in=True),
    "lapsed": Standing(signed_in=True, lapsed=True),
    "subscriber": Standing(signed_in=True, right="free"),
}
#: For how many days a link may be made.
DAYS = [1, 7, 30]
#: So that editors can still look up when a link was opened.
KEEP_EXPIRED = timedelta(days=30)


@dataclass(frozen=True)
class Proof:
    """An article as it would be published: unsaved copies with what waits, finished, labelled."""

    article: Article
    full_text: FullText
    draft: Draft | None

    def read_as(self, standing: Standing, at: datetime) -> tuple[Article, reading.Reading]:
        """The article as if it were published by `at`, and what such a reader may see of it."""
        article = copy(self.article)
        article.status = Article.Status.PUBLISHED
        article.published_at = article.published_at or at
        [seen] = reading.read_as(
            [article],
            standing,
            max(at, article.published_at),
            full_texts={article.pk: self.full_text},
        )
        return article, seen


def proof_of(
    article: Article,
    picture_at: Callable[[Picture], str] | None = None,
    document_at: Callable[[Document], str] | None = None,
) -> Proof:
    """The proof of `article`; the two say where its gated pictures and its documents are served
    meanwhile.
    """
    proof = Article.objects.with_labels().with_corrections().get(pk=article.pk)
    draft = drafting.draft_of(article)
    with vault.opened("desk"):
        full_text = FullText.objects.filter(pk=article.pk).first() or FullText(article=proof)
    if draft:
        drafting.apply(proof, draft.values)
        full_text.body = draft.body
        # What was deleted since the draft was saved is left out; the checklist says so.
        proof.cover = Picture.objects.filter(pk=draft.values["cover"]).first()
        files = TopicFile.objects.in_bulk(draft.values["in_files"])
        people = Contributor.objects.in_bulk(draft.values["bylines"])
        proof.files_in_order = [
            ArticleFile(article=proof, file=files[pk])
            for pk in draft.values["in_files"]
            if pk in files
        ]
        proof.contributors_in_order = [
            ArticleContributor(article=proof, contributor=people[pk])
            for pk in draft.values["bylines"]
            if pk in people
        ]
    if picture_at:
        proof.picture_url = picture_at  # of this copy alone
        proof.picture_sources = lambda picture: []
    if document_at:
        proof.document_url = document_at
    rendering.finish(proof, full_text)
    return Proof(proof, full_text, draft)


def page_of(article: Article) -> dict[str, Any]:
    """The context of an article's page that has no address of its own; its reading comes on top."""
    assert article.published_at is not None  # or it is shown as if
    address = article.get_absolute_url()
    return {
        "article": article,
        "plate": engraving.draw(article, article.published_at, is_preview=True),
        "messages": [],  # the editor's own, for another page
        "is_preview": True,
        "canonical": "",
        "next_url": address,
        "language_links": languages.language_links(address, {}),
    }


# --- Links for people without an account ----------------------------------------------------------


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_link(
    article: Article, *, made_for: str, by: User, at: datetime, days: int
) -> tuple[PreviewLink, str]:
    """A link that works from `at` on for `days`, and its token, which is known to nobody after."""
    token = secrets.token_urlsafe(32)
    link = PreviewLink.objects.create(
        article=article,
        token_digest=digest(token),
        made_for=made_for,
        made_by=by,
        made_at=at,
        expires_at=at + timedelta(days=days),
    )
    return link, token


def link_of(token: str, language: str, at: datetime) -> PreviewLink | None:
    """The link that `token` opens at `at`, if it is one to an article in `language`."""
    links = PreviewLink.objects.working(at).select_related("article")
    found = links.filter(token_digest=digest(token), article__language=language)
    return found.exclude(article__status=Article.Status.DELETED).first()


def log_opening(link: PreviewLink, at: datetime) -> None:
    PreviewOpening.objects.create(link=link, at=at)


def revoke(link: PreviewLink, at: datetime) -> None:
    """Let `link` open nothing from now on; the second time changes nothing."""
    PreviewLink.objects.filter(pk=link.pk, revoked_at__isnull=True).update(revoked_at=at)


def purge_links(at: datetime) -> int:
    """Delete links that expired long ago, with the log of their openings; answers how many."""
    old = PreviewLink.objects.filter(expires_at__lte=at - KEEP_EXPIRED)
    count = old.count()
    old.delete()
    return count
