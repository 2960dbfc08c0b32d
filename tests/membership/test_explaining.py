"""The words say what the gate does: every reader before every article, at every edge."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from django.contrib.auth.models import Permission
from django.utils import translation

from eurasia.accounts.models import User
from eurasia.membership import gate
from eurasia.membership.explaining import WORDS, explain
from eurasia.membership.gate import Verdict
from eurasia.membership.models import Subscription
from tests.proof import IS_PROOF

AT = datetime(2026, 3, 28, 12, tzinfo=UTC)
TICK, DAY = timedelta(microseconds=1), timedelta(days=1)


@dataclass
class Article:
    status: str = "published"
    published_at: datetime | None = AT - DAY
    access: str = "subscribers"
    free_from: datetime | None = None
    free_until: datetime | None = None


ARTICLES = [
    Article(status, published_at, access, *free)
    for status, published_at, access, free in product(
        ["draft", "in_review", "published", "withdrawn", "deleted"],
        [None, AT - TICK, AT, AT + TICK],
        ["everyone", "subscribers"],
        [(None, None), (AT, None), (None, AT), (AT - DAY, AT + TICK), (AT + TICK, None)],
    )
]
#: All that are published; of the others, which differ in nothing that counts, all in the proof.
SOME = [
    article
    for number, article in enumerate(ARTICLES)
    if IS_PROOF or article.status == "published" or number % 7 == 0
]


@pytest.fixture
def readers(db, plan):
    def made(name, *, source="", ends_at=None, desk=False, **values):
        reader = User.objects.create_user(f"{name.replace(' ', '-')}@example.org", **values)
        if source:
            Subscription.objects.create(
                reader=reader, plan=plan, source=source, starts_at=AT - 9 * DAY, ends_at=ends_at
            )
        if desk:
            reader.user_permissions.add(Permission.objects.get(codename="view_fulltext"))
        return reader

    return [
        made("registered"), made("off", source="free", is_active=False),
        *[made(source, source=source) for source in Subscription.Source],
        made("lapsed", source="free", ends_at=AT), made("nearly", source="free", ends_at=AT + TICK),
        made("desk", desk=True), made("desk and subscriber", source="free", desk=True),
        made("desk and lapsed", source="free", ends_at=AT, desk=True),
    ]  # fmt: skip


@pytest.mark.proof
def test_words_and_verdict_never_part(readers):
    met = set()
    standings = {reader: gate.standing(reader, AT) for reader in readers}
    entitled = {
        reader: reader.subscriptions.granting_access(reader, AT).exists() for reader in readers
    }
    for reader, article in product(readers, SOME):
        verdict = gate.decide(standings[reader], article, AT)

        told = explain(reader, article, AT)

        met.add(verdict)
        holds = {rule.key: rule.holds for rule in told.rules}
        [decider] = [rule.key for rule in told.rules if rule.decides]
        assert told.verdict is verdict
        if verdict.opens:
            assert holds[decider] is True
        if verdict is not Verdict.DESK:
            assert holds["published"] == (verdict is not Verdict.UNPUBLISHED)
        if holds["published"] and holds["open"]:
            assert decider == "open"
        elif holds["published"] and holds["right"]:
            assert decider == "right"
        elif holds["desk"]:
            assert decider == "desk"
        elif holds["published"]:
            assert decider == "wall"
        granting = [right.subscription for right in told.rights if right.grants]
        assert bool(granting) == entitled[reader]
    assert met == set(Verdict)


def test_every_verdict_has_words_in_both_languages():
    assert WORDS.keys() == set(Verdict)
    english = [str(words) for words, _rule in WORDS.values()]
    with translation.override("fr"):
        french = [str(words) for words, _rule in WORDS.values()]
    assert len({*english, *french}) == 2 * len(Verdict)


@pytest.mark.parametrize(
    "article, published, is_open",
    [
        (Article("draft", None), "It is a draft.", "For subscribers."),
        (Article("withdrawn"), "It has been withdrawn.", "For subscribers."),
        (Article(published_at=AT + TICK), "From 28 March 2026, 13:00 on.", "For subscribers."),
        (Article(published_at=AT), "Since 28 March 2026, 13:00.", "For subscribers."),
        (Article(access="everyone"), "Since 27 March 2026, 13:00.", "Its access is “everyone”."),
        (Article(free_from=AT), "Since 27 March 2026, 13:00.",
         "For subscribers, and free from 28 March 2026, 13:00 on."),
        (Article(free_until=AT), "Since 27 March 2026, 13:00.",
         "For subscribers, and free until 28 March 2026, 13:00."),
        (Article(free_from=AT, free_until=AT + DAY), "Since 27 March 2026, 13:00.",
         "For subscribers, and free from 28 March 2026, 13:00 until 29 March 2026, 14:00."),
    ],
)  # fmt: skip
def test_dates_are_told(article, published, is_open, registered):
    says = [rule.says for rule in explain(registered, article, AT).rules]

    assert says[:2] == [published, is_open]
