"""Random histories of a reader's subscriptions against a model that cannot be wrong: a list of the
seconds that each act opened. `make prove` plays 10,000 of them, the suite a fiftieth.
"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from eurasia.accounts.models import User
from eurasia.membership import subscribing
from eurasia.membership.models import Plan, Subscription
from eurasia.membership.subscribing import SubscribingError
from tests.proof import scaled

START = datetime(2028, 2, 20, tzinfo=UTC)  # a leap day and a change of clocks lie ahead
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
PLANS = {"free": {}, "week": {"days": 7}, "month": {"days": 30}, "trial": {"days": 3}}


class Span:
    """One right, as a naive mind has it."""

    def __init__(self, plan, starts_at, ends_at):
        self.plan, self.starts_at, self.ends_at = plan, starts_at, ends_at
        self.cancelled = False

    def holds(self, at):
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


class Histories(RuleBasedStateMachine):
    """Time only goes on; acts come in any order, refused ones included."""

    @initialize()
    def a_reader(self):
        self.reader = User.objects.create_user(f"reader-{User.objects.count()}@example.org")
        self.plans = {plan.slug: plan for plan in Plan.objects.all()}
        self.at = START
        self.spans: list[tuple[Span, int]] = []

    def held(self, slug):
        spans = [pair for pair in self.spans if pair[0].plan == slug and pair[0].holds(self.at)]
        return max(
            spans, key=lambda pair: (pair[0].ends_at or datetime.max.replace(tzinfo=UTC), pair[1]),
            default=None,
        )  # fmt: skip

    def begin(self, slug):
        days = PLANS[slug].get("days")
        return Span(slug, self.at, None if days is None else self.at + days * DAY)

    @rule(hours=st.integers(1, 24 * 20), tick=st.sampled_from([-TICK, TICK, timedelta(0)]))
    def time_passes(self, hours, tick):
        self.at += timedelta(hours=hours) + tick

    @rule(data=st.data())
    def time_comes_to_an_edge(self, data):
        edges = [s.ends_at for s, _pk in self.spans if s.ends_at and s.ends_at > self.at]
        if edges:
            self.at = data.draw(st.sampled_from(edges)) - data.draw(
                st.sampled_from([TICK, timedelta(0)])
            )

    @rule(slug=st.sampled_from(sorted(PLANS)))
    def take(self, slug):
        held = self.held(slug)
        had_a_trial = any(span.plan == "trial" for span, _pk in self.spans)
        try:
            taken = subscribing.take(reader=self.reader, plan=self.plans[slug], at=self.at)
        except SubscribingError:
            assert slug == "trial"
            assert had_a_trial
            assert held is None
            return
        if held:
            assert taken.pk == held[1]
            held[0].cancelled = False
        else:
            self.spans.append((self.begin(slug), taken.pk))

    @rule(slug=st.sampled_from(["free", "week", "month"]))
    def renew(self, slug):
        held = self.held(slug)
        renewed = subscribing.renew(reader=self.reader, plan=self.plans[slug], at=self.at)
        if held is None:
            self.spans.append((self.begin(slug), renewed.pk))
        elif "days" not in PLANS[slug]:
            held[0].ends_at, held[0].cancelled = None, False
        else:
            days = PLANS[slug]["days"]
            if held[0].ends_at - self.at <= min(7, days / 2) * DAY:
                held[0].ends_at += days * DAY
                held[0].cancelled = False

    def any_of_them(self, data):
        return data.draw(st.sampled_from(self.spans)) if self.spans else (None, None)

    @rule(data=st.data())
    def cancel(self, data):
        span, pk = self.any_of_them(data)
        if span:
            subscribing.cancel(Subscription.objects.get(pk=pk), at=self.at)
            if not span.cancelled and (span.ends_at is None or span.ends_at > self.at):
                span.cancelled = True
                span.ends_at = span.ends_at or max(self.at, span.starts_at)

    @rule(data=st.data())
    def resume(self, data):
        span, pk = self.any_of_them(data)
        if span is None:
            return
        over = span.ends_at is not None and span.ends_at <= self.at
        try:
            subscribing.resume(Subscription.objects.get(pk=pk), at=self.at)
        except SubscribingError:
            assert over
        else:
            assert not over
            span.cancelled = False

    @rule(data=st.data(), days=st.integers(-5, 40))
    def desk_extends(self, data, days):
        span, pk = self.any_of_them(data)
        if span is None:
            return
        until = self.at + days * DAY
        later = span.ends_at is not None and until > span.ends_at
        try:
            subscribing.extend(Subscription.objects.get(pk=pk), ends_at=until, by=None, reason="")
        except SubscribingError:
            assert not later
        else:
            assert later
            span.ends_at, span.cancelled = until, False

    @rule(data=st.data())
    def desk_ends(self, data):
        span, pk = self.any_of_them(data)
        if span:
            subscribing.end(
                Subscription.objects.get(pk=pk), at=self.at, ends_at=self.at, by=None, reason=""
            )
            if span.ends_at is None or span.ends_at > self.at:
                span.ends_at, span.cancelled = max(self.at, span.starts_at), True

    @rule(days=st.integers(0, 10), length=st.integers(1, 30))
    def desk_grants(self, days, length):
        starts_at = self.at + days * DAY
        ends_at = starts_at + length * DAY
        granted = subscribing.grant(
            reader=self.reader, plan=self.plans["month"],
            starts_at=starts_at, ends_at=ends_at, note="", by=None,
        )  # fmt: skip
        self.spans.append((Span("month", starts_at, ends_at), granted.pk))

    @invariant()
    def model_agrees_now(self):
        if hasattr(self, "spans"):
            self.agree_at(self.at)

    def teardown(self):
        """Around every edge of the history, past ones included: nothing rewrites the past."""
        if not hasattr(self, "spans"):
            return
        spans = [span for span, _pk in self.spans]
        edges = {edge for span in spans for edge in (span.starts_at, span.ends_at) if edge}
        for at in {*edges, *(edge - TICK for edge in edges)}:
            self.agree_at(at)

    def agree_at(self, at):
        said = Subscription.objects.granting_access(self.reader, at).exists()
        assert said == any(span.holds(at) for span, _pk in self.spans), at


@pytest.mark.proof
@pytest.mark.django_db
def test_random_histories_agree_with_a_naive_model():
    for slug, values in PLANS.items():
        Plan.objects.create(
            slug=slug, name_en=slug, name_fr=slug, is_trial=slug == "trial", **values
        )

    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=scaled(10_000),
            stateful_step_count=8,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
