"""A reading carries what its reader may see, and nothing else."""

from dataclasses import FrozenInstanceError, fields, replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils.safestring import SafeString

from eurasia.membership import gate
from eurasia.membership.gate import Standing, Verdict
from eurasia.membership.models import Subscription
from eurasia.newsroom import publishing, reading, vault
from eurasia.newsroom.models import Article, FullText
from eurasia.newsroom.reading import Reading, read, read_all
from tests.cast import GATED, GATED_NOTE, TEASER

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
OUTSIDE = ["outsider", "registered", "lapsed", "colleague"]
INSIDE = ["subscriber", "editor"]


@pytest.fixture
def cast(registered, lapsed, colleague, subscriber, editor):
    return {
        "outsider": None,
        "registered": registered,
        "lapsed": lapsed,
        "colleague": colleague,
        "subscriber": subscriber,
        "editor": editor,
    }


def closed(article, verdict):
    """The whole of a reading that shows the teaser alone."""
    return Reading(verdict, teaser_html=SafeString(article.teaser_html))


# --- Who gets what --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who, verdict",
    [
        ("outsider", Verdict.SIGN_IN),
        ("registered", Verdict.SUBSCRIBE),
        ("lapsed", Verdict.RENEW),
        ("colleague", Verdict.SUBSCRIBE),
    ],
)
def test_reader_without_a_right_gets_the_teaser_alone(who, verdict, cast, article, now):
    seen = read(article, cast[who], now)

    assert seen == closed(article, verdict)
    assert seen.teaser_html == f"<p>{TEASER}</p>"
    assert (seen.body_html, seen.body_notes, seen.opens) == ("", "", False)
    assert GATED not in repr(seen)
    assert GATED_NOTE not in repr(seen)


@pytest.mark.parametrize("who, verdict", [("subscriber", "SUBSCRIBED"), ("editor", "DESK")])
def test_reader_with_a_right_gets_the_full_text_and_its_notes(who, verdict, cast, article, now):
    seen = read(article, cast[who], now)

    pk = article.pk
    assert seen == Reading(
        Verdict[verdict],
        teaser_html=SafeString(f"<p>{TEASER}</p>"),
        teaser_notes=SafeString(""),
        body_html=SafeString(
            f'<p>{GATED}<sup><a class="fn-ref" id="fnref-{pk}-1" href="#fn-{pk}-1"'
            ' aria-label="Note 1">1</a></sup></p>'
        ),
        body_notes=SafeString(
            f'<li id="fn-{pk}-1">{GATED_NOTE} <a class="fn-back" href="#fnref-{pk}-1"'
            ' aria-label="Back to the text">↩</a></li>'
        ),
    )
    assert seen.opens


def test_anonymous_user_is_an_outsider(article, now):
    assert read(article, AnonymousUser(), now) == read(article, None, now)


def test_inactive_subscriber_gets_the_teaser_alone(subscriber, article, now):
    subscriber.is_active = False

    assert read(article, subscriber, now) == closed(article, Verdict.SIGN_IN)


@pytest.mark.parametrize("who", [*OUTSIDE, *INSIDE])
def test_open_article_is_read_by_everyone(who, cast, write_article, now):
    article = write_article(access="everyone")

    seen = read(article, cast[who], now)

    assert seen.verdict is Verdict.OPEN
    assert GATED in seen.body_html
    assert GATED_NOTE in seen.body_notes


@pytest.mark.parametrize(
    "values",
    [
        {"status": "draft"},
        {"status": "in_review"},
        {"status": "withdrawn"},
        {"status": "draft", "access": "everyone"},
        {"status": "withdrawn", "access": "everyone"},
        {"published_at": "ahead"},
        {"published_at": "ahead", "access": "everyone"},
    ],
)
@pytest.mark.parametrize("who", [*OUTSIDE, "subscriber"])
def test_unpublished_article_gives_nothing_at_all(who, values, cast, write_article, now):
    if "published_at" in values:
        values = {**values, "published_at": now + TICK}
    article = write_article(**values)

    assert read(article, cast[who], now) == Reading(Verdict.UNPUBLISHED, "", "", "", "")


def test_desk_reads_an_unpublished_article(editor, write_article, now):
    article = write_article(status="draft")

    seen = read(article, editor, now)

    assert (seen.verdict, GATED in seen.body_html) == (Verdict.DESK, True)


def test_note_of_the_teaser_is_shown_to_outsiders_and_gated_ones_are_not(write_article, now):
    article = write_article(teaser='<p>Free<span class="footnote">A free note.</span></p>')

    seen = read(article, None, now)

    pk = article.pk
    assert seen.teaser_notes == (
        f'<li id="fn-{pk}-1">A free note. <a class="fn-back" href="#fnref-{pk}-1"'
        ' aria-label="Back to the text">↩</a></li>'
    )
    assert seen.body_notes == ""
    assert f"fn-{pk}-2" not in repr(seen)


# --- At which instant -----------------------------------------------------------------------------


@pytest.mark.parametrize("late, opens", [(-TICK, True), (timedelta(0), False)])
def test_subscription_opens_until_the_instant_of_its_end(
    late, opens, registered, plan, article, now
):
    Subscription.objects.create(
        reader=registered, plan=plan, source="paid", starts_at=now - DAY, ends_at=now
    )

    assert (GATED in read(article, registered, now + late).body_html) is opens


@pytest.mark.parametrize("late, opens", [(-TICK, True), (timedelta(0), False)])
def test_free_span_opens_until_its_end(late, opens, write_article, now):
    article = write_article(free_until=now)

    assert (GATED in read(article, None, now + late).body_html) is opens


@pytest.mark.parametrize("late, opens", [(-TICK, False), (timedelta(0), True)])
def test_free_span_opens_from_its_start(late, opens, write_article, now):
    article = write_article(free_from=now)

    assert (GATED in read(article, None, now + late).body_html) is opens


@pytest.mark.parametrize("late, verdict", [(-TICK, "UNPUBLISHED"), (timedelta(0), "SIGN_IN")])
def test_article_appears_at_its_instant(late, verdict, write_article, now):
    article = write_article(published_at=now)

    assert read(article, None, now + late).verdict is Verdict[verdict]


def test_nobody_outside_the_rules_gets_a_full_text(cast, write_article, plan, now):
    """Every reader of the cast, and one who will subscribe, over every kind of article."""
    cast["later"] = type(cast["registered"]).objects.create_user("later@example.org")
    Subscription.objects.create(
        reader=cast["later"], plan=plan, source="paid", starts_at=now + TICK
    )
    spans = [(None, None), (now, None), (now + TICK, None), (None, now), (None, now + TICK)]
    kinds = [
        {
            "status": status,
            "deleted_at": now if status == "deleted" else None,
            "published_at": published_at,
            "access": access,
            **free,
        }
        for status in Article.Status
        for published_at in [now, now + TICK]
        for access, free in [
            ("everyone", {}),
            *(("subscribers", {"free_from": start, "free_until": end}) for start, end in spans),
        ]
    ]
    articles = [
        write_article(f"a{number}", body=f"<p>Gated text {number}.</p>", **kind)
        for number, kind in enumerate(kinds)
    ]

    for who, reader in cast.items():
        shown = [bool(seen.body_html) for seen in read_all(articles, reader, now)]

        assert shown == [
            who == "editor"
            or (
                kind["status"] == "published"
                and kind["published_at"] == now
                and (
                    who == "subscriber"
                    or kind["access"] == "everyone"
                    or kind.get("free_from") == now
                    or kind.get("free_until") == now + TICK
                )
            )
            for kind in kinds
        ]


# --- What it costs --------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_subscriber_costs_one_query_for_the_right_and_one_for_the_bodies(
    count, subscriber, write_article, now, django_assert_num_queries
):
    articles = [write_article(f"a{number}") for number in range(count)]

    with django_assert_num_queries(2) as queries:
        seen = read_all(articles, subscriber, now)

    named = [query for query in queries.captured_queries if "newsroom_fulltext" in query["sql"]]
    assert len(named) == 1
    assert [GATED in each.body_html for each in seen] == [True] * count


@pytest.mark.parametrize("count", [1, 3])
def test_outsider_costs_no_query(count, write_article, now, django_assert_num_queries):
    articles = [write_article(f"a{number}") for number in range(count)]

    with django_assert_num_queries(0):
        seen = read_all(articles, None, now)

    assert [each.verdict for each in seen] == [Verdict.SIGN_IN] * count


def test_outsiders_bodies_are_asked_for_open_articles_alone(
    write_article, now, django_assert_num_queries
):
    articles = [write_article("gated"), write_article("open", access="everyone")]

    with django_assert_num_queries(1) as queries:
        seen = read_all(articles, None, now)

    [query] = queries.captured_queries
    assert f"({articles[1].pk})" in query["sql"]
    assert [bool(each.body_html) for each in seen] == [False, True]


def test_source_of_the_body_is_not_fetched(subscriber, article, now, django_assert_num_queries):
    with django_assert_num_queries(2) as queries:
        read(article, subscriber, now)

    assert '"newsroom_fulltext"."body",' not in queries.captured_queries[1]["sql"]


def test_readings_come_in_the_order_of_their_articles(write_article, subscriber, now):
    articles = [write_article(f"a{number}", body=f"<p>Body {number}.</p>") for number in [3, 1, 2]]

    seen = read_all(reversed(articles), subscriber, now)

    assert [each.body_html for each in seen] == [
        "<p>Body 2.</p>",
        "<p>Body 1.</p>",
        "<p>Body 3.</p>",
    ]


def test_reading_nothing_costs_nothing(now, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert read_all([], None, now) == []


def test_article_without_a_full_text_is_its_teaser(subscriber, article, now):
    with vault.opened("delete"):
        FullText.objects.all().delete()

    assert read(article, subscriber, now) == closed(article, Verdict.SUBSCRIBED)


def test_standing_that_is_known_is_not_asked_again(article, now, django_assert_num_queries):
    with django_assert_num_queries(1):
        [seen] = reading.read_as([article], Standing(signed_in=True, right="gift"), now)

    assert (seen.verdict, GATED in seen.body_html) == (Verdict.GIFT, True)


def test_vault_is_shut_when_the_reading_is_done(subscriber, article, now):
    read(article, subscriber, now)

    with pytest.raises(vault.VaultError):
        FullText.objects.count()


def test_change_of_the_text_is_read_at_once(subscriber, article, now):
    publishing.write(article, "<p>Corrected.</p>", by=None, reason="desk")

    assert read(article, subscriber, now).body_html == "<p>Corrected.</p>"


# --- What a reading can carry ---------------------------------------------------------------------


def test_reading_carries_these_and_no_source():
    assert [field.name for field in fields(Reading)] == [
        "verdict",
        "teaser_html",
        "teaser_notes",
        "body_html",
        "body_notes",
    ]


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if not verdict.opens])
@pytest.mark.parametrize("name", ["body_html", "body_notes"])
def test_reading_that_does_not_open_cannot_carry_a_full_text(name, verdict):
    with pytest.raises(ValueError, match="carries no full text") as refusal:
        Reading(verdict, **{name: SafeString(GATED)})

    assert GATED not in str(refusal.value)


@pytest.mark.parametrize("name", ["teaser_html", "teaser_notes"])
def test_reading_of_an_unpublished_article_cannot_carry_a_teaser(name):
    with pytest.raises(ValueError, match="carries nothing"):
        Reading(Verdict.UNPUBLISHED, **{name: SafeString(TEASER)})


def test_verdict_of_a_full_reading_cannot_be_changed(subscriber, article, now):
    seen = read(article, subscriber, now)

    with pytest.raises(FrozenInstanceError):
        seen.verdict = Verdict.SIGN_IN
    with pytest.raises(ValueError, match="carries no full text"):
        replace(seen, verdict=Verdict.SIGN_IN)


def test_reading_has_no_room_for_more(article, now):
    seen = read(article, None, now)

    with pytest.raises(FrozenInstanceError):
        seen.body = GATED
    assert not hasattr(seen, "body")


def test_reading_marks_its_html_safe_and_nothing_else(subscriber, article, now):
    seen = read(article, subscriber, now)

    assert {type(getattr(seen, field.name)) for field in fields(seen)[1:]} == {SafeString}


def test_every_opening_verdict_has_its_reading():
    full = [Reading(verdict, body_html=SafeString("x")) for verdict in gate.OPENING]

    assert all(each.opens for each in full)
