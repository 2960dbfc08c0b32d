"""What decides whether a reader may have a full text. Asked by newsroom.reading alone.

`standing` asks the database once a request; `decide` is pure. Rule by rule: docs/gate.md.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, NoReturn, Protocol, TypeVar

from django.db.models import Case, Model, OuterRef, QuerySet, Subquery, When

from eurasia.accounts.models import User
from eurasia.membership.models import Subscription
from eurasia.prepared import Prepared

#: The permission of the desk; being staff is not enough.
DESK_PERMISSION = "newsroom.view_fulltext"

Row = TypeVar("Row", bound=Model)


class Gateable(Protocol):
    """What the gate must know of an article. Spans are half-open: from ≤ at < until."""

    @property
    def access(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def published_at(self) -> datetime | None: ...
    @property
    def free_from(self) -> datetime | None: ...
    @property
    def free_until(self) -> datetime | None: ...


class Claiming(Protocol):
    """A row of `with_claims`."""

    right: str | None
    ended_at: datetime | None


class Verdict(Enum):
    """Why a full text opens, or what the reader can do about it. Never a boolean."""

    # These open the full text.
    OPEN = "open to everyone"
    SUBSCRIBED = "the reader's own subscription"
    ORGANISATION = "the reader's organisation subscribes"
    GIFT = "a gift"
    DESK = "the reader works at the desk"
    # These leave the teaser.
    SIGN_IN = "nobody is signed in"
    SUBSCRIBE = "no subscription yet"
    RENEW = "the subscription has ended"
    # This leaves nothing at all.
    UNPUBLISHED = "not published at this time"

    @property
    def opens(self) -> bool:
        return self in OPENING

    def __bool__(self) -> NoReturn:
        raise TypeError("A verdict is no boolean: ask verdict.opens.")


OPENING = frozenset(
    [Verdict.OPEN, Verdict.SUBSCRIBED, Verdict.ORGANISATION, Verdict.GIFT, Verdict.DESK]
)

#: A source that is missing here opens nothing.
VERDICT_OF_SOURCE = {
    Subscription.Source.FREE: Verdict.SUBSCRIBED,
    Subscription.Source.GRANTED: Verdict.SUBSCRIBED,
    Subscription.Source.PAID: Verdict.SUBSCRIBED,
    Subscription.Source.ORGANISATION: Verdict.ORGANISATION,
    Subscription.Source.GIFT: Verdict.GIFT,
}


@dataclass(frozen=True)
class Standing:
    """What a reader may claim at one instant."""

    signed_in: bool = False
    #: The source of a subscription that grants access.
    right: str | None = None
    lapsed: bool = False
    at_the_desk: bool = False

    @property
    def subscribes(self) -> bool:
        """Whether a subscription opens the full texts; what the desk may do is none."""
        return self.right is not None


OUTSIDER = Standing()


_RIGHTS = Prepared(
    lambda reader, at: Subscription.objects.granting_access(reader, at).only("source")
)


def standing(reader: User | None, at: datetime) -> Standing:
    """The standing of `reader` at the instant `at`; no query when nobody is signed in."""
    if reader is None or not reader.is_authenticated or not reader.is_active:
        return OUTSIDER
    sources = {subscription.source for subscription in _RIGHTS(reader=reader.pk, at=at)}
    # With several rights the first in the table's order speaks.
    right = next((source for source in VERDICT_OF_SOURCE if source in sources), None)
    if right:
        return Standing(signed_in=True, right=right)
    if reader.has_perm(DESK_PERMISSION):
        return Standing(signed_in=True, at_the_desk=True)
    lapsed = Subscription.objects.filter(reader=reader).ended(at).exists()
    return Standing(signed_in=True, lapsed=lapsed)


def with_claims(rows: QuerySet[Row], reader: str, at: datetime) -> QuerySet[Any]:
    """`rows` with what `standing_of_row` needs of the reader in their column `reader`.

    No query more, for what is fetched by a key that names its reader.
    """
    subscriptions = Subscription.objects.filter(reader=OuterRef(reader))
    turns = Case(*(When(source=source, then=turn) for turn, source in enumerate(VERDICT_OF_SOURCE)))
    rights = subscriptions.running(at).filter(source__in=VERDICT_OF_SOURCE).order_by(turns)
    ended = subscriptions.ended(at).order_by("-ends_at")
    return rows.annotate(
        right=Subquery(rights.values("source")[:1]), ended_at=Subquery(ended.values("ends_at")[:1])
    )


def standing_of_row(row: Claiming) -> Standing:
    """What the reader of a row `with_claims` may claim by subscription; the desk claims nothing."""
    lapsed = row.right is None and row.ended_at is not None
    return Standing(signed_in=True, right=row.right, lapsed=lapsed)


def decide(standing: Standing, article: Gateable, at: datetime) -> Verdict:
    """The verdict on one article. Pure; anything unknown is the teaser."""
    published = article.status == "published" and (
        article.published_at is not None and article.published_at <= at
    )
    if not published:
        return Verdict.DESK if standing.at_the_desk else Verdict.UNPUBLISHED
    if is_open(article, at):
        return Verdict.OPEN
    if standing.right in VERDICT_OF_SOURCE and article.access == "subscribers":
        return VERDICT_OF_SOURCE[Subscription.Source(standing.right)]
    if standing.at_the_desk:
        return Verdict.DESK
    if not standing.signed_in:
        return Verdict.SIGN_IN
    return Verdict.RENEW if standing.lapsed else Verdict.SUBSCRIBE


def reads_all(standing: Standing) -> bool:
    """Whether every published full text opens: searches may then ask in all of them."""
    return standing.right in VERDICT_OF_SOURCE or standing.at_the_desk


def is_open(article: Gateable, at: datetime) -> bool:
    """Whether everyone may read the full text at `at`, once the article is published."""
    if article.access == "everyone":
        return True
    if article.access != "subscribers":
        return False  # unknown
    if article.free_from is None and article.free_until is None:
        return False
    begun = article.free_from is None or article.free_from <= at
    over = article.free_until is not None and article.free_until <= at
    return begun and not over
