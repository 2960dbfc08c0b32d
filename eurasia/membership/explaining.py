"""Why the gate decides as it does, in words. For the desk; the verdict is the gate's own.

The rules stand in the gate's order. Which of them decided follows from the verdict, so that the
words never say anything else than the gate does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from eurasia import languages
from eurasia.accounts.models import User
from eurasia.membership import gate, glance
from eurasia.membership.gate import Gateable, Standing, Verdict
from eurasia.membership.models import Subscription

#: The verdict in words, and which rule it comes from.
WORDS: dict[Verdict, tuple[Promise, str]] = {
    Verdict.OPEN: (gettext_lazy("The full text opens: it is open to everyone."), "open"),
    Verdict.SUBSCRIBED: (gettext_lazy("The full text opens: the reader subscribes."), "right"),
    Verdict.ORGANISATION: (
        gettext_lazy("The full text opens: the reader’s organisation subscribes."),
        "right",
    ),
    Verdict.GIFT: (gettext_lazy("The full text opens: it was given to the reader."), "right"),
    Verdict.DESK: (gettext_lazy("The full text opens: the reader works at the desk."), "desk"),
    Verdict.SIGN_IN: (gettext_lazy("The teaser alone, and the way to sign in."), "wall"),
    Verdict.SUBSCRIBE: (gettext_lazy("The teaser alone, and the way to subscribe."), "wall"),
    Verdict.RENEW: (gettext_lazy("The teaser alone, and the way to renew."), "wall"),
    Verdict.UNPUBLISHED: (gettext_lazy("Nothing: the article is not published."), "published"),
}
#: Of articles that are not published, by status.
STATES = {
    "draft": gettext_lazy("It is a draft."),
    "in_review": gettext_lazy("It is in review."),
    "withdrawn": gettext_lazy("It has been withdrawn."),
    "deleted": gettext_lazy("It lies in the bin."),
}
YES, NO = pgettext_lazy("holds", "Yes"), pgettext_lazy("holds", "No")


@dataclass(frozen=True)
class Rule:
    key: str
    asks: str
    says: str
    #: None: it was not asked, or there is nothing to hold.
    holds: bool | None
    decides: bool

    @property
    def answer(self) -> str:
        return "–" if self.holds is None else str(YES if self.holds else NO)


@dataclass(frozen=True)
class Right:
    """A subscription of the reader, and whether it grants access at the moment asked about."""

    subscription: Subscription
    state: glance.State
    grants: bool


@dataclass(frozen=True)
class Explanation:
    verdict: Verdict
    rules: Sequence[Rule]
    rights: Sequence[Right]

    @property
    def says(self) -> Promise:
        return WORDS[self.verdict][0]


def explain(reader: User, article: Gateable, at: datetime) -> Explanation:
    """The verdict on `article` for `reader` at `at`, by what is stored now, with its reasons."""
    standing = gate.standing(reader, at)
    verdict = gate.decide(standing, article, at)
    subscriptions = list(reader.subscriptions.select_related("plan").newest())
    running = Subscription.objects.granting_access(reader, at).values_list("pk", flat=True)
    granting = set(running)
    rights = [Right(one, glance.state_of(one, at), one.pk in granting) for one in subscriptions]
    decider = WORDS[verdict][1]
    rules = [
        Rule(key, asks, says, holds, decides=key == decider)
        for key, asks, (says, holds) in [
            ("published", _("Is the article published?"), _published(article, at)),
            ("open", _("Is it open to everyone?"), _open(article, at)),
            ("right", _("Has the reader a right to full texts?"), _right(reader, rights)),
            ("desk", _("Does the reader see full texts at the desk?"), _desk(reader, standing)),
            ("wall", _("What does the page offer instead?"), _wall(verdict)),
        ]
    ]
    return Explanation(verdict, rules, rights)


def _published(article: Gateable, at: datetime) -> tuple[str, bool]:
    facts = {"moment": _moment(article.published_at)}
    if article.status != "published":
        return str(STATES.get(article.status, "")), False
    if article.published_at is None or article.published_at > at:
        return _("From %(moment)s on.") % facts, False
    return _("Since %(moment)s.") % facts, True


def _open(article: Gateable, at: datetime) -> tuple[str, bool]:
    is_open = gate.is_open(article, at)
    if article.access == "everyone":
        return _("Its access is “everyone”."), is_open
    start, end = article.free_from, article.free_until
    facts = {"start": _moment(start), "end": _moment(end)}
    if start and end:
        return _("For subscribers, and free from %(start)s until %(end)s.") % facts, is_open
    if start:
        return _("For subscribers, and free from %(start)s on.") % facts, is_open
    if end:
        return _("For subscribers, and free until %(end)s.") % facts, is_open
    return _("For subscribers."), is_open


def _right(reader: User, rights: Sequence[Right]) -> tuple[str, bool]:
    if not reader.is_active:
        return _("The account is switched off: its rights do not count."), False
    for right in rights:
        if right.grants:
            one = right.subscription
            facts = {"plan": one.plan, "source": one.get_source_display()}
            return _("“%(plan)s”, %(source)s; see below.") % facts, True
    if not rights:
        return _("There is no subscription."), False
    return _("No subscription runs at that moment; see below."), False


def _desk(reader: User, standing: Standing) -> tuple[str, bool | None]:
    if standing.right:
        return _("Not asked: the reader’s own right comes first."), None
    if standing.at_the_desk:
        return _("The account has the permission."), True
    return _("The account has no such permission."), False


def _wall(verdict: Verdict) -> tuple[str, None]:
    match verdict:
        case Verdict.SIGN_IN:
            return _("To sign in: this account counts as nobody’s."), None
        case Verdict.SUBSCRIBE:
            return _("To subscribe: there has been no subscription before."), None
        case Verdict.RENEW:
            return _("To renew: a subscription has ended."), None
        case Verdict.UNPUBLISHED:
            return _("Nothing: there is no such page for readers."), None
    return _("No wall is shown."), None


def _moment(moment: datetime | None) -> str:
    return languages.moment(timezone.localtime(moment)) if moment else ""
