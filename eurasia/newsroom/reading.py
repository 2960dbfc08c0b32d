"""The only public road to a full text. Pages, feeds, letters, API and exports all ask here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString, mark_safe

from eurasia import keeping
from eurasia.accounts.models import User
from eurasia.membership import gate
from eurasia.membership.gate import Standing, Verdict
from eurasia.newsroom import vault
from eurasia.newsroom.bodies import NOTHING, Body, finished
from eurasia.newsroom.models import Article, FullText


@dataclass(frozen=True)
class Reading:
    """What one reader may see of one article. Body and its notes are empty unless it opens.

    Raises ValueError for text that the verdict does not let through.
    """

    verdict: Verdict
    teaser_html: SafeString = SafeString()
    teaser_notes: SafeString = SafeString()
    body_html: SafeString = SafeString()
    body_notes: SafeString = SafeString()

    def __post_init__(self) -> None:
        if not self.opens and (self.body_html or self.body_notes):
            raise ValueError("A reading that does not open carries no full text.")
        if self.verdict is Verdict.UNPUBLISHED and (self.teaser_html or self.teaser_notes):
            raise ValueError("A reading of an unpublished article carries nothing.")

    @property
    def opens(self) -> bool:
        return self.verdict.opens


def read(article: Article, reader: User | None, at: datetime) -> Reading:
    """What `reader` (None: an outsider) may see of `article` at the instant `at`."""
    return read_all([article], reader, at)[0]


def read_all(articles: Iterable[Article], reader: User | None, at: datetime) -> list[Reading]:
    """A reading for each article, in order; the full texts come in one query."""
    return read_as(articles, gate.standing(reader, at), at)


def read_as(
    articles: Iterable[Article],
    standing: Standing,
    at: datetime,
    *,
    full_texts: Mapping[int, FullText] | None = None,
) -> list[Reading]:
    """For callers that know the standing already: the desk's previews and the rest of a request.

    `full_texts` by article, where those to be read are not the stored ones.
    """
    decided = [(article, gate.decide(standing, article, at)) for article in articles]
    for article, verdict in decided:
        if verdict is Verdict.OPEN:
            keeping.opened_to_all(until=article.free_until)
        elif verdict.opens:
            keeping.refuse_in_public("a full text that is not open to all")
    opening = [article for article, verdict in decided if verdict.opens]
    bodies: Mapping[int, Body | FullText] = full_texts or {}
    if opening and full_texts is None:
        with vault.opened("read", is_cleared=True):
            bodies = finished(opening)
    return [_reading(article, verdict, bodies) for article, verdict in decided]


def _reading(article: Article, verdict: Verdict, bodies: Mapping[int, Body | FullText]) -> Reading:
    if verdict is Verdict.UNPUBLISHED:
        return Reading(verdict)
    body = bodies.get(article.pk, NOTHING) if verdict.opens else NOTHING
    # rendering.finish made these columns; nh3 had the last word on them.
    return Reading(
        verdict,
        teaser_html=mark_safe(article.teaser_html),  # noqa: S308 - see above
        teaser_notes=mark_safe(article.teaser_notes),  # noqa: S308 - see above
        body_html=mark_safe(body.body_html),  # noqa: S308 - see above
        body_notes=mark_safe(body.body_notes),  # noqa: S308 - see above
    )
