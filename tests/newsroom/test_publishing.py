"""Articles are written, submitted, published, withdrawn and deleted through `publishing` alone."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from eurasia.newsroom import publishing, vault
from eurasia.newsroom.models import Article, ArticleFile, FullText
from eurasia.newsroom.publishing import PublishingError
from tests.cast import GATED, GATED_NOTE, TEASER

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


@pytest.fixture
def draft(write_article):
    return write_article(status="draft", published_at=None)


def full_text_of(article):
    with vault.opened("desk"):
        return FullText.objects.get(pk=article.pk)


def state(article):
    """What the database says, not the object in hand."""
    return Article.objects.values_list("status", "published_at", "version").get(pk=article.pk)


def trail(article):
    """Who did what to the article, oldest first."""
    rows = article.history.order_by("history_id")
    return list(rows.values_list("status", "history_user__email"))


# --- Writing --------------------------------------------------------------------------------------


def test_new_article_is_written_with_its_full_text_finished(db, editor):
    article = Article(language="en", slug="a", headline="A", teaser=f"<h1>{TEASER}</h1>")

    publishing.write(article, f"<p>{GATED}</p>", by=editor, reason="desk")

    article.refresh_from_db()
    full_text = full_text_of(article)
    assert (article.teaser, article.teaser_html) == (f"<h2>{TEASER}</h2>",) * 2
    assert (full_text.body, full_text.body_html) == (f"<p>{GATED}</p>",) * 2
    assert (article.teaser_notes, full_text.body_notes) == ("", "")
    assert article.status == "draft"


def test_new_article_is_gated_unless_told_otherwise(db):
    assert Article().access == "subscribers"


def test_notes_are_numbered_with_the_number_of_the_new_article(article):
    full_text = full_text_of(article)

    assert f'<a class="fn-ref" id="fnref-{article.pk}-1"' in full_text.body_html
    assert full_text.body_notes.startswith(f'<li id="fn-{article.pk}-1">{GATED_NOTE}')


def test_article_row_and_its_history_hold_nothing_gated(article):
    rows = [*Article.objects.values_list(), *article.history.values_list()]

    assert rows
    assert [row for row in rows if GATED in str(row) or GATED_NOTE in str(row)] == []


def test_rewriting_counts_a_save_and_leaves_history_of_both(draft, editor):
    version = draft.version
    draft.teaser = "<p>New teaser</p>"

    publishing.write(draft, "<p>New body</p>", by=editor, reason="desk")

    assert state(draft)[2] == version + 1
    assert trail(draft) == [("draft", None), ("draft", "editor@example.org")]
    with vault.opened("desk"):
        bodies = FullText.history.order_by("history_id").values_list("body", "history_user__email")
        assert [(GATED in body, by) for body, by in bodies] == [
            (True, None),
            (False, "editor@example.org"),
        ]


def test_body_that_is_not_given_stays_as_it_is(draft):
    draft.teaser = '<p>One<span class="footnote">New note.</span></p>'

    publishing.write(draft, None, by=None, reason="desk")

    full_text = full_text_of(draft)
    assert GATED in full_text.body
    assert f'id="fn-{draft.pk}-2"' in full_text.body_notes  # numbered after the new one


def test_empty_body_empties_the_full_text(draft):
    publishing.write(draft, "", by=None, reason="desk")

    full_text = full_text_of(draft)
    assert (full_text.body, full_text.body_html, full_text.body_notes) == ("", "", "")


@pytest.mark.parametrize("part", ["teaser", "body"])
def test_text_that_rendering_refuses_leaves_everything_as_it_was(part, draft):
    before = (state(draft), draft.teaser_html, full_text_of(draft).body, trail(draft))
    monster = "<div>" * 200
    draft.teaser = monster if part == "teaser" else "<p>New</p>"

    with pytest.raises(ValidationError):
        publishing.write(draft, monster if part == "body" else "", by=None, reason="desk")

    stored = Article.objects.get(pk=draft.pk)
    assert (state(draft), stored.teaser_html, full_text_of(draft).body, trail(draft)) == before


def test_refused_new_article_leaves_no_row(db):
    article = Article(language="en", slug="a", headline="A")

    with pytest.raises(ValidationError):
        publishing.write(article, "<div>" * 200, by=None, reason="desk")

    assert Article.objects.count() == 0
    assert Article.history.count() == 0


def test_writing_is_a_matter_of_desk_or_import(draft):
    with pytest.raises(ValueError, match="no reason"):
        publishing.write(draft, "", by=None, reason="whim")


# --- Submitting -----------------------------------------------------------------------------------


def test_draft_is_submitted(draft, editor):
    publishing.submit(draft, by=editor)

    assert state(draft)[0] == draft.status == "in_review"
    assert trail(draft)[-1] == ("in_review", "editor@example.org")


@pytest.mark.parametrize("status", ["in_review", "published", "withdrawn"])
def test_only_a_draft_is_submitted(status, write_article):
    article = write_article(status=status)
    before = state(article)

    with pytest.raises(PublishingError) as refusal:
        publishing.submit(article, by=None)

    assert refusal.value.messages == ["“Headline of the-crossing” is no draft."]
    assert state(article) == before


# --- Publishing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["draft", "in_review", "withdrawn"])
def test_article_is_published_now(status, write_article, editor, now):
    article = write_article(status=status, published_at=None)
    version = article.version

    publishing.publish(article, by=editor, at=now)

    assert state(article) == ("published", now, version + 1)
    assert trail(article)[-1] == ("published", "editor@example.org")


def test_article_with_a_date_ahead_is_scheduled(write_article, now):
    article = write_article(status="draft", published_at=now + DAY)

    publishing.publish(article, by=None, at=now)

    assert state(article)[:2] == ("published", now + DAY)
    published = Article.objects.published
    assert [published(now + DAY - TICK).exists(), published(now + DAY).exists()] == [False, True]


def test_article_that_was_withdrawn_keeps_its_first_date(write_article, now):
    article = write_article(published_at=now - DAY)
    publishing.withdraw(article, by=None, at=timezone.now())

    publishing.publish(article, by=None, at=now)

    assert state(article)[:2] == ("published", now - DAY)


def test_published_article_is_not_published_again(article, now):
    before = state(article)

    with pytest.raises(PublishingError) as refusal:
        publishing.publish(article, by=None, at=now)

    assert refusal.value.messages == ["“Headline of the-crossing” is published already."]
    assert state(article) == before


def test_article_without_a_teaser_is_not_published(write_article, now):
    article = write_article(status="draft", teaser="")

    with pytest.raises(PublishingError) as refusal:
        publishing.publish(article, by=None, at=now)

    assert refusal.value.messages == ["“Headline of the-crossing” has no teaser yet."]
    assert state(article)[0] == "draft"


def test_article_without_a_full_text_is_not_published(write_article, now):
    article = write_article(status="draft", body="")

    with pytest.raises(PublishingError) as refusal:
        publishing.publish(article, by=None, at=now)

    assert refusal.value.messages == ["“Headline of the-crossing” has no full text yet."]
    assert state(article)[0] == "draft"


def test_publishing_looks_at_the_row_as_it_is_now(article):
    stale = Article.objects.get(pk=article.pk)
    publishing.withdraw(article, by=None, at=timezone.now())

    publishing.publish(stale, by=None, at=timezone.now())

    assert state(article)[0] == "published"


def test_publishing_writes_the_status_and_no_other_change_in_hand(draft, now):
    draft.headline = "Changed in hand and never saved"

    publishing.publish(draft, by=None, at=now)

    assert Article.objects.get().headline == "Headline of the-crossing"


@pytest.mark.django_db(transaction=True)
def test_two_editors_who_publish_at_once_publish_once(write_article, now):
    article = write_article(status="draft", published_at=None)
    start, outcomes = threading.Barrier(2), []

    def press():
        mine = Article.objects.get(pk=article.pk)
        start.wait()
        try:
            publishing.publish(mine, by=None, at=now)
            outcomes.append("published")
        except PublishingError:
            outcomes.append("refused")
        finally:
            connection.close()

    editors = [threading.Thread(target=press) for _number in range(2)]
    for thread in editors:
        thread.start()
    for thread in editors:
        thread.join()

    assert sorted(outcomes) == ["published", "refused"]


# --- Withdrawing ----------------------------------------------------------------------------------


def test_published_article_is_withdrawn_and_keeps_its_text(article, editor, now):
    publishing.withdraw(article, by=editor, at=timezone.now())

    assert state(article)[:2] == ("withdrawn", article.published_at)
    assert list(Article.objects.withdrawn(timezone.now())) == [article]
    assert not Article.objects.published(now).exists()
    assert GATED in full_text_of(article).body
    assert trail(article)[-1] == ("withdrawn", "editor@example.org")


@pytest.mark.parametrize("status", ["draft", "in_review", "withdrawn"])
def test_only_a_published_article_is_withdrawn(status, write_article):
    article = write_article(status=status)

    with pytest.raises(PublishingError) as refusal:
        publishing.withdraw(article, by=None, at=timezone.now())

    assert refusal.value.messages == ["“Headline of the-crossing” is not published."]
    assert state(article)[0] == status


# --- Deleting -------------------------------------------------------------------------------------


def test_deleted_article_takes_its_full_text_along_and_leaves_its_history(write_article):
    gone, stays = write_article("gone"), write_article("stays")
    pk = gone.pk

    publishing.purge([gone])

    assert list(Article.objects.all()) == [stays]
    assert list(ArticleFile.objects.values_list("article", flat=True)) == [stays.pk]
    with vault.opened("desk"):
        assert list(FullText.objects.values_list("pk", flat=True)) == [stays.pk]
        kept = FullText.history.filter(article_id=pk).order_by("history_id")
        assert [(row.history_type, GATED in row.body) for row in kept] == [("+", True), ("-", True)]


def test_several_articles_are_deleted_or_none(write_article):
    first, second = write_article("first"), write_article("second")
    missing = Article(pk=None)

    with pytest.raises(ValueError, match="id attribute is set to None"):
        publishing.purge([first, second, missing])

    assert Article.objects.count() == 2


def test_vault_is_shut_after_each_act(draft, now):
    publishing.write(draft, None, by=None, reason="desk")
    publishing.publish(draft, by=None, at=now)
    publishing.withdraw(draft, by=None, at=timezone.now())
    publishing.purge([draft])

    with pytest.raises(vault.VaultError):
        FullText.objects.count()
