"""What the checklist says of an article, check by check."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from eurasia.newsroom import checklist, previewing, publishing
from eurasia.newsroom.checklist import Finding, Level
from eurasia.newsroom.models import Article, TranslationState
from tests.newsroom.test_pictures import png

BLOCK, WARN, FINE = Level


def levels(findings):
    return [(finding.level, finding.field) for finding in findings]


def link(address, *, ids=frozenset()):
    return [finding.level for finding in checklist.check_link("body", address, "There", set(ids))]


# --- Text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words, level", [(0, BLOCK), (1, WARN), (39, WARN), (40, FINE), (250, FINE), (251, WARN)]
)
def test_teaser_has_its_bounds(words, level):
    teaser = f"<p>{'word ' * words}</p>" if words else ""

    assert levels(checklist.check_teaser(teaser)) == [(level, "teaser")]


def test_numbers_of_notes_are_no_words():
    note = '<sup><a class="fn-ref" id="fnref-1-1" href="#fn-1-1" aria-label="Note 1">1</a></sup>'

    [finding] = checklist.check_teaser(f"<p>{'word ' * 39}word{note}</p>")

    assert finding == Finding(FINE, "Words in the teaser: 40.", "teaser")


@pytest.mark.parametrize(
    "teaser, body, skipped",
    [
        ("<p>A</p>", "<h2>A</h2><h3>B</h3><h4>C</h4><h2>D</h2>", []),
        ("<h2>A</h2>", "<h3>B</h3>", []),
        ("<p>A</p>", "<h3>B</h3>", ["body"]),
        ("<h4>A</h4>", "<h2>B</h2><h4>C</h4>", ["teaser", "body"]),
    ],
)
def test_headings_skip_no_level(teaser, body, skipped):
    findings = list(checklist.check_headings(teaser, body))

    assert levels(findings) == [(WARN, field) for field in skipped]


# --- Links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "https://example.org:8080/a?b=c#d",
        "http://127.0.0.1/",
        "http://[::1]/",
        "https://münchen.example/",
        "mailto:editor@example.org",
        "//example.org/a",
        "/en/articles/the-crossing/",
        "/fr/articles/la-traversee/",
        "/en/articles/the-crossing",
        "/en/files/?page=2",
        "https://journal.test/en/",
        "https://journal.test",
        "/static/img/mark.svg",
    ],
)
def test_link_that_leads_somewhere_is_not_mentioned(address):
    assert link(address) == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "  ",
        "https://",
        "https:example.org",
        "https://exam ple.org/",
        "https://example.org/a b",
        "https://nowhere",
        "https://[broken/",
        "https://example.org:port/",
        "https://example.org/{page}",
        "mailto:",
        "mailto:editor",
    ],
)
def test_link_that_does_not_parse_blocks(address):
    assert link(address) == [BLOCK]


@pytest.mark.parametrize(
    "address",
    [
        "/nowhere/",
        "/en/nowhere/",
        "/de/articles/the-crossing/",
        "the-crossing/",
        "www.example.org",
        "https://journal.test/nowhere/",
        "#",
        "#fn-1-2",
    ],
)
def test_link_to_nowhere_of_ours_warns(address):
    assert link(address, ids={"fn-1-1"}) == [WARN]


def test_link_to_a_place_in_the_text_is_not_mentioned():
    assert link("#fn-1-1", ids={"fn-1-1"}) == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_addresses_of_both_languages_are_ours_in_either_language_of_the_desk(language):
    with override(language):
        assert link("/en/articles/a/") + link("/fr/articles/a/") == []


# --- Pictures and labels --------------------------------------------------------------------------


def test_pictures_that_readers_do_not_get_to_see_are_mentioned(db):
    public, gated = png(is_public=True), png(is_public=False)
    pictures = {public.pk: public, gated.pk: gated}
    source = "".join(
        f'<img data-picture="{pk}" alt="{alt}">'
        for pk, alt in [(public.pk, "A"), (public.pk, ""), (gated.pk, "B"), (99999, "C")]
    )

    in_teaser, in_body = (
        [finding.text for finding in checklist.check_text(field, source, "", pictures)]
        for field in ["teaser", "body"]
    )

    no_alt = "A picture has no alternative text: say what it shows."
    gone = "A picture is missing: it has been deleted."
    for_subscribers = "A picture of the teaser is for subscribers: readers do not see it there."
    assert in_teaser == [no_alt, for_subscribers, gone]
    assert in_body == [no_alt, gone]


@pytest.mark.parametrize(
    "alt, credit, is_public, expected",
    [
        ("A view", "Archive", True, [(FINE, "cover")]),
        (" ", "Archive", True, [(BLOCK, "cover_alt")]),
        ("A view", " ", True, [(BLOCK, "cover")]),
        ("A view", "Archive", False, [(BLOCK, "cover")]),
        ("the headline ", "Archive", True, [(WARN, "cover_alt")]),
    ],
)
def test_cover_wants_words_and_a_credit(alt, credit, is_public, expected, db):
    cover = png(is_public=is_public)
    cover.credit = credit
    article = Article(headline="The headline", cover=cover, cover_alt=alt)

    assert levels(checklist.check_cover(article)) == expected


@pytest.mark.parametrize(
    "translated_version, state, expected",
    [
        (None, "missing", (FINE, "")),
        (None, "behind", (FINE, "work")),
        (None, "there", (FINE, "work")),
        (3, "behind", (WARN, "work")),
        (3, "there", (FINE, "work")),
    ],
)
def test_only_a_translation_behind_its_original_is_warned_of(translated_version, state, expected):
    article = Article(translated_version=translated_version)

    finding = checklist.check_translation(article, TranslationState(state))

    assert (finding.level, finding.field) == expected


def test_translation_is_behind_once_its_original_says_something_else(write_article, now):
    original = write_article(work="w")
    translation = write_article(
        "la-traversee", work="w", language="fr", translated_version=original.version
    )
    before = checklist.examine(previewing.proof_of(translation), now)
    publishing.write(original, "<p>Changed.</p>", by=None, reason="desk")
    after = checklist.examine(previewing.proof_of(translation), now)

    said = [
        {finding.text for finding in found if finding.field == "work"} for found in [before, after]
    ]
    assert said == [
        {"This translation is up to date with its original."},
        {"This translation is behind its original, which has changed since."},
    ]


@pytest.mark.parametrize(
    "status, hours, expected",
    [
        ("draft", -1, [WARN]),
        ("in_review", 0, [WARN]),
        ("draft", 1, []),
        ("draft", None, []),
        ("withdrawn", -1, []),
    ],
)
def test_date_in_the_past_is_mentioned_before_the_first_publication(status, hours, expected, now):
    published_at = None if hours is None else now + timedelta(hours=hours)
    article = Article(status=status, published_at=published_at)

    assert [finding.level for finding in checklist.check_date(article, now)] == expected


def test_whole_article_is_examined_the_gravest_first(write_article, now):
    article = write_article(status="draft", published_at=None, files=[], body="<h3>A</h3>")
    article.article_contributors.all().delete()

    findings = checklist.examine(previewing.proof_of(article), now)

    assert levels(findings) == [
        (WARN, "teaser"),
        (WARN, "standfirst"),
        (WARN, "in_files"),
        (WARN, "bylines"),
        (WARN, "body"),
        (FINE, "body"),
        (FINE, "cover"),
        (FINE, ""),
    ]
