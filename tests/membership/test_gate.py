"""The gate: what each reader's claim opens, at which instant, and in which order claims speak."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eurasia.accounts.models import User
from eurasia.membership import gate
from eurasia.membership.gate import OPENING, OUTSIDER, Standing, Verdict, decide, standing
from eurasia.membership.models import Subscription
from eurasia.newsroom.models import Article

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Piece:
    """What the gate must know of an article; gated, published a day ago unless told otherwise."""

    access: str = "subscribers"
    status: str = "published"
    published_at: datetime | None = AT - DAY
    free_from: datetime | None = None
    free_until: datetime | None = None


GATED = Piece()
REGISTERED = Standing(signed_in=True)
LAPSED = Standing(signed_in=True, lapsed=True)
SUBSCRIBER = Standing(signed_in=True, right="free")
EDITOR = Standing(signed_in=True, at_the_desk=True)


# --- Verdicts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "claim, verdict",
    [
        (OUTSIDER, Verdict.SIGN_IN),
        (REGISTERED, Verdict.SUBSCRIBE),
        (LAPSED, Verdict.RENEW),
        (Standing(signed_in=True, right="free"), Verdict.SUBSCRIBED),
        (Standing(signed_in=True, right="granted"), Verdict.SUBSCRIBED),
        (Standing(signed_in=True, right="paid"), Verdict.SUBSCRIBED),
        (Standing(signed_in=True, right="organisation"), Verdict.ORGANISATION),
        (Standing(signed_in=True, right="gift"), Verdict.GIFT),
        (EDITOR, Verdict.DESK),
    ],
)
def test_gated_article_gets_the_verdict_of_the_claim(claim, verdict):
    assert decide(claim, GATED, AT) is verdict


def test_every_source_of_subscriptions_has_a_verdict_that_opens():
    assert set(gate.VERDICT_OF_SOURCE) == set(Subscription.Source)
    assert set(gate.VERDICT_OF_SOURCE.values()) <= OPENING


def test_verdicts_that_open_are_these_alone():
    opening = {verdict for verdict in Verdict if verdict.opens}

    assert opening == {
        Verdict.OPEN,
        Verdict.SUBSCRIBED,
        Verdict.ORGANISATION,
        Verdict.GIFT,
        Verdict.DESK,
    }


@pytest.mark.parametrize("verdict", Verdict)
def test_verdict_refuses_to_be_a_boolean(verdict):
    with pytest.raises(TypeError, match=r"ask verdict\.opens"):
        bool(verdict)


def test_standing_of_nobody_claims_nothing():
    assert Standing() == OUTSIDER == Standing(False, None, False, False)


# --- The order of reasons -------------------------------------------------------------------------


def test_open_article_is_open_before_any_claim():
    everybody = Standing(signed_in=True, right="paid", lapsed=True, at_the_desk=True)

    assert decide(everybody, Piece(access="everyone"), AT) is Verdict.OPEN


def test_subscription_speaks_before_the_desk_and_an_old_one():
    both = Standing(signed_in=True, right="gift", lapsed=True, at_the_desk=True)

    assert decide(both, GATED, AT) is Verdict.GIFT


def test_desk_speaks_before_an_old_subscription():
    assert decide(Standing(True, None, True, True), GATED, AT) is Verdict.DESK


def test_signing_in_is_asked_before_renewing():
    assert decide(Standing(signed_in=False, lapsed=True), GATED, AT) is Verdict.SIGN_IN


@pytest.mark.parametrize("claim", [OUTSIDER, REGISTERED, LAPSED, SUBSCRIBER])
@pytest.mark.parametrize("access", Article.Access)
def test_unpublished_article_is_nothing_to_readers_whatever_its_access(claim, access):
    assert decide(claim, Piece(access=access, status="draft"), AT) is Verdict.UNPUBLISHED


# --- Edges, to the microsecond --------------------------------------------------------------------


@pytest.mark.parametrize(
    "published_at, verdict",
    [
        (AT - TICK, Verdict.SIGN_IN),
        (AT, Verdict.SIGN_IN),
        (AT + TICK, Verdict.UNPUBLISHED),
        (None, Verdict.UNPUBLISHED),
    ],
)
def test_article_is_published_from_its_instant_on(published_at, verdict):
    assert decide(OUTSIDER, Piece(published_at=published_at), AT) is verdict


@pytest.mark.parametrize(
    "free_from, free_until, verdict",
    [
        (None, None, Verdict.SIGN_IN),
        (AT - TICK, None, Verdict.OPEN),
        (AT, None, Verdict.OPEN),
        (AT + TICK, None, Verdict.SIGN_IN),
        (None, AT - TICK, Verdict.SIGN_IN),
        (None, AT, Verdict.SIGN_IN),
        (None, AT + TICK, Verdict.OPEN),
        (AT, AT + TICK, Verdict.OPEN),
        (AT - TICK, AT, Verdict.SIGN_IN),
        (AT + TICK, AT + DAY, Verdict.SIGN_IN),
        (AT, AT, Verdict.SIGN_IN),
    ],
)
def test_free_span_is_half_open(free_from, free_until, verdict):
    assert decide(OUTSIDER, Piece(free_from=free_from, free_until=free_until), AT) is verdict


def test_free_span_opens_nothing_before_publication():
    early = Piece(published_at=AT + TICK, free_from=AT - DAY, free_until=AT + DAY)

    assert decide(OUTSIDER, early, AT) is Verdict.UNPUBLISHED


def test_instants_of_other_time_zones_are_the_same_instants():
    paris = AT.astimezone(tz=None)

    assert decide(OUTSIDER, Piece(free_from=paris), AT) is Verdict.OPEN
    assert decide(OUTSIDER, Piece(free_until=paris), AT) is Verdict.SIGN_IN


# --- The unknown is shut --------------------------------------------------------------------------


@pytest.mark.parametrize("access", ["", "Everyone", "everyone ", "members", "organisation", None])
@pytest.mark.parametrize(
    "claim, verdict",
    [
        (OUTSIDER, Verdict.SIGN_IN),
        (REGISTERED, Verdict.SUBSCRIBE),
        (LAPSED, Verdict.RENEW),
        (SUBSCRIBER, Verdict.SUBSCRIBE),
        (EDITOR, Verdict.DESK),
    ],
)
def test_unknown_access_gives_the_teaser(claim, verdict, access):
    assert decide(claim, Piece(access=access), AT) is verdict


def test_unknown_access_gives_the_teaser_within_a_free_span():
    assert decide(OUTSIDER, Piece(access="members", free_from=AT), AT) is Verdict.SIGN_IN


@pytest.mark.parametrize("status", ["", "Published", "draft", "in_review", "withdrawn", "x", None])
@pytest.mark.parametrize("claim", [OUTSIDER, REGISTERED, LAPSED, SUBSCRIBER])
def test_any_status_but_published_gives_nothing(claim, status):
    open_to_all = Piece(access="everyone", status=status)

    assert decide(claim, open_to_all, AT) is Verdict.UNPUBLISHED


@pytest.mark.parametrize("right", ["", "FREE", "trial", "free ", None, True, 1])
def test_unknown_source_gives_the_teaser(right):
    assert decide(Standing(signed_in=True, right=right), GATED, AT) is Verdict.SUBSCRIBE


# --- Against a model written another way ----------------------------------------------------------


def expected(claim, piece, at):
    """The rules as a table that is read from the top; written without a look at the gate's code."""
    published = piece.status == "published" and not (
        piece.published_at is None or at < piece.published_at
    )
    free_dates = [piece.free_from, piece.free_until] != [None, None]
    free_now = not (piece.free_from and at < piece.free_from) and not (
        piece.free_until and at >= piece.free_until
    )
    known = piece.access == "subscribers"
    table = [
        (not published and claim.at_the_desk, "DESK"),
        (not published, "UNPUBLISHED"),
        (piece.access == "everyone", "OPEN"),
        (known and free_dates and free_now, "OPEN"),
        (known and claim.right in {"free", "granted", "paid"}, "SUBSCRIBED"),
        (known and claim.right == "organisation", "ORGANISATION"),
        (known and claim.right == "gift", "GIFT"),
        (claim.at_the_desk, "DESK"),
        (not claim.signed_in, "SIGN_IN"),
        (claim.lapsed, "RENEW"),
        (True, "SUBSCRIBE"),
    ]
    return next(name for applies, name in table if applies)


#: Instants so close to each other that edges meet, and some far off.
instants = st.one_of(
    st.integers(-2, 2).map(lambda ticks: AT + ticks * TICK),
    st.datetimes(
        datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds; timezones= adds UTC
        datetime(2090, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds; timezones= adds UTC
        timezones=st.just(UTC),
    ),
)
pieces = st.builds(
    Piece,
    access=st.sampled_from([*Article.Access.values, "members", ""]),
    status=st.sampled_from(["published", "published", *Article.Status.values, "scheduled", ""]),
    published_at=st.none() | instants,
    free_from=st.none() | instants,
    free_until=st.none() | instants,
)
claims = st.builds(
    Standing,
    signed_in=st.booleans(),
    right=st.none() | st.sampled_from([*Subscription.Source.values, "trial", ""]),
    lapsed=st.booleans(),
    at_the_desk=st.booleans(),
)
#: Nobody of these has a claim.
outsiders = st.builds(
    Standing,
    signed_in=st.booleans(),
    right=st.none() | st.text(max_size=12).filter(lambda text: text not in Subscription.Source),
    lapsed=st.booleans(),
)


@settings(max_examples=300, deadline=None)
@given(claims, pieces, instants)
@example(SUBSCRIBER, GATED, AT)
def test_gate_agrees_with_the_naive_model(claim, piece, at):
    assert decide(claim, piece, at).name == expected(claim, piece, at)


@settings(max_examples=300, deadline=None)
@given(outsiders, pieces, instants)
def test_nobody_outside_the_rules_gets_a_full_text(claim, piece, at):
    open_to_all = (
        piece.status == "published"
        and piece.published_at is not None
        and piece.published_at <= at
        and (
            piece.access == "everyone"
            or (piece.access == "subscribers" and (piece.free_from or piece.free_until))
        )
    )

    verdict = decide(claim, piece, at)

    if not open_to_all:
        assert verdict not in OPENING


@settings(max_examples=100, deadline=None)
@given(claims, pieces, instants)
def test_nobody_but_the_desk_sees_an_article_before_its_time(claim, piece, at):
    ahead = Piece(piece.access, piece.status, at + TICK, piece.free_from, piece.free_until)

    verdict = decide(claim, ahead, at)

    assert verdict is (Verdict.DESK if claim.at_the_desk else Verdict.UNPUBLISHED)


# --- What a reader may claim ----------------------------------------------------------------------


def subscribe(reader, plan, source="free", starts_at=AT - DAY, ends_at=None):
    return Subscription.objects.create(
        reader=reader, plan=plan, source=source, starts_at=starts_at, ends_at=ends_at
    )


def test_outsider_claims_nothing_and_costs_no_query():
    """Without a database fixture, any query fails."""
    assert [standing(None, AT), standing(AnonymousUser(), AT)] == [OUTSIDER, OUTSIDER]


def test_subscriber_costs_one_query(registered, plan, django_assert_num_queries):
    subscribe(registered, plan)

    with django_assert_num_queries(1):
        claim = standing(registered, AT)

    assert claim == Standing(signed_in=True, right="free")


def test_editor_costs_three_queries(editor, django_assert_num_queries):
    with django_assert_num_queries(3):  # rights, own permissions, those of groups
        claim = standing(editor, AT)

    assert claim == Standing(signed_in=True, at_the_desk=True)


def test_registered_reader_costs_four_queries(registered, django_assert_num_queries):
    with django_assert_num_queries(4):
        claim = standing(registered, AT)

    assert claim == Standing(signed_in=True)


def test_lapsed_reader_costs_four_queries(registered, plan, django_assert_num_queries):
    subscribe(registered, plan, ends_at=AT - TICK)

    with django_assert_num_queries(4):
        claim = standing(registered, AT)

    assert claim == Standing(signed_in=True, lapsed=True)


@pytest.mark.parametrize("count", [1, 3])
def test_subscriptions_cost_the_same_query_however_many(
    count, registered, plan, django_assert_num_queries
):
    for _number in range(count):
        subscribe(registered, plan)

    with django_assert_num_queries(1):
        standing(registered, AT)


def claim_of(reader, at):
    """Asked for alone, and in the query that fetches something of the reader's."""
    [row] = gate.with_claims(User.objects.filter(pk=reader.pk), "pk", at)
    alone = standing(reader, at)
    assert gate.standing_of_row(row) == alone
    return alone


@pytest.mark.parametrize(
    "starts_at, ends_at, claim",
    [
        (AT - TICK, None, SUBSCRIBER),
        (AT, None, SUBSCRIBER),
        (AT + TICK, None, REGISTERED),
        (AT - DAY, AT + TICK, SUBSCRIBER),
        (AT - DAY, AT, LAPSED),
        (AT - DAY, AT - TICK, LAPSED),
        (AT, AT + TICK, SUBSCRIBER),
        (AT, AT, LAPSED),
        (AT + TICK, AT + DAY, REGISTERED),
    ],
)
def test_subscription_runs_from_its_start_to_before_its_end(
    starts_at, ends_at, claim, registered, plan
):
    subscribe(registered, plan, starts_at=starts_at, ends_at=ends_at)

    assert claim_of(registered, AT) == claim


@pytest.mark.parametrize("source", Subscription.Source)
def test_every_source_is_a_right(source, registered, plan):
    subscribe(registered, plan, source)

    assert claim_of(registered, AT) == Standing(signed_in=True, right=source)


@pytest.mark.parametrize(
    "sources, right",
    [
        (["gift", "organisation", "paid", "granted", "free"], "free"),
        (["gift", "organisation", "paid", "granted"], "granted"),
        (["gift", "organisation", "paid"], "paid"),
        (["gift", "organisation"], "organisation"),
    ],
)
def test_of_several_rights_the_first_in_order_speaks(sources, right, registered, plan):
    for source in sources:
        subscribe(registered, plan, source)

    assert claim_of(registered, AT) == Standing(signed_in=True, right=right)


def test_running_subscription_speaks_before_one_that_has_ended(registered, plan):
    subscribe(registered, plan, ends_at=AT - TICK)
    subscribe(registered, plan, "gift")

    assert claim_of(registered, AT) == Standing(signed_in=True, right="gift")


def test_subscription_of_another_reader_opens_nothing(registered, subscriber):
    assert claim_of(registered, AT) == REGISTERED


def test_cancelled_subscription_runs_until_its_end(registered, plan):
    subscription = subscribe(registered, plan, ends_at=AT + TICK)
    subscription.cancelled_at = AT - DAY
    subscription.save()

    assert claim_of(registered, AT) == SUBSCRIBER
    assert claim_of(registered, AT + TICK) == LAPSED


def test_inactive_reader_is_an_outsider_whatever_the_account_holds(
    editor, plan, django_assert_num_queries
):
    subscribe(editor, plan)
    editor.is_active = False

    with django_assert_num_queries(0):
        claim = standing(editor, AT)

    assert claim == OUTSIDER


# --- The desk -------------------------------------------------------------------------------------


def test_row_of_an_editor_claims_by_subscription_alone(editor, plan):
    [row] = gate.with_claims(User.objects.filter(pk=editor.pk), "pk", AT)
    subscribe(editor, plan)
    [subscribed] = gate.with_claims(User.objects.filter(pk=editor.pk), "pk", AT)

    assert gate.standing_of_row(row) == REGISTERED
    assert gate.standing_of_row(subscribed) == SUBSCRIBER


def test_staff_without_the_permission_are_readers_like_others(colleague):
    assert colleague.is_staff
    assert standing(colleague, AT) == REGISTERED


def test_permission_makes_the_desk_even_without_staff(registered):
    registered.user_permissions.add(Permission.objects.get(codename="view_fulltext"))

    assert standing(registered, AT) == EDITOR


def test_permission_of_a_group_makes_the_desk(registered):
    desk = Group.objects.create(name="Desk")
    desk.permissions.add(Permission.objects.get(codename="view_fulltext"))
    registered.groups.add(desk)

    assert standing(registered, AT) == EDITOR


def test_permission_to_change_full_texts_is_not_the_one_to_see_them(registered):
    registered.user_permissions.set(
        Permission.objects.filter(codename__in=["change_fulltext", "view_historicalfulltext"])
    )

    assert standing(registered, AT) == REGISTERED


def test_superuser_is_at_the_desk(db):
    superuser = User.objects.create_superuser("chief@example.org")

    assert standing(superuser, AT) == EDITOR
