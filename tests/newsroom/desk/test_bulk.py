"""Several articles at once: a page says what will become of each, and acts once it is answered."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission

from eurasia.newsroom import publishing
from eurasia.newsroom.desk import bulk
from eurasia.newsroom.models import Article
from tests.cast import GATED
from tests.newsroom.desk.test_workflow import LONG_TEASER, member, messages_of
from tests.pages import submit, texts, tree_of

ARTICLES = "/admin/newsroom/article/"
ASKING = "//form[.//input[@name='confirmed']]"
FLAWLESS = {"teaser": LONG_TEASER, "standfirst": "One sentence."}


def ask(client, action, *articles):
    """Choose articles in the list and an action: the page that asks."""
    selected = [article.pk for article in articles]
    return client.post(ARTICLES, {"action": action, "_selected_action": selected}, follow=True)


def answer(client, page, **values):
    return submit(client, page, ASKING, follow=True, **values)


def lines(page):
    return texts(tree_of(page), "//ul[@class='desk-lines']/li")


@pytest.mark.parametrize(
    "action, before, says, after",
    [
        ("submit", "draft", "Goes to review.", "in_review"),
        ("publish", "draft", "Is published now.", "published"),
        ("publish", "in_review", "Is published now.", "published"),
        ("withdraw", "published", "Readers see the reason instead.", "withdrawn"),
        (
            "delete_selected",
            "draft",
            "Goes into the bin, from which it can be restored for 30 days.",
            "deleted",
        ),
    ],
)
def test_action_says_what_it_will_do_and_does_it_once_answered(
    action, before, says, after, client, editor, write_article, now
):
    published_at = now - timedelta(days=1) if before == "published" else None
    article = write_article(status=before, published_at=published_at, **FLAWLESS)
    version = article.version
    client.force_login(editor)

    page = ask(client, action, article)
    article.refresh_from_db()
    untouched = (article.status, article.version, LogEntry.objects.count())
    values = {"because": "A doubt."} if action == "withdraw" else {}
    response = answer(client, page, **values)

    article.refresh_from_db()
    status = {"in_review": "in review"}.get(before, before)
    assert lines(page) == [f"Headline of the-crossing English, {status} {says}"]
    assert untouched == (before, version, 0)
    assert (article.status, messages_of(response)) == (after, ["Done: 1."])
    assert article.history.first().history_user == editor
    assert LogEntry.objects.get().object_id == str(article.pk)


@pytest.mark.parametrize(
    "action, status, message",
    [
        ("submit", "published", "“Headline of the-crossing” is no draft."),
        ("submit", "withdrawn", "“Headline of the-crossing” is no draft."),
        ("publish", "published", "“Headline of the-crossing” is published already."),
        ("withdraw", "draft", "“Headline of the-crossing” is not published."),
        ("withdraw", "withdrawn", "“Headline of the-crossing” is not published."),
    ],
)
def test_action_that_cannot_be_says_why_and_offers_no_button(
    action, status, message, client, editor, write_article
):
    article = write_article(status=status)
    client.force_login(editor)

    page = ask(client, action, article)
    forced = client.post(
        ARTICLES,
        {
            "action": action,
            "_selected_action": article.pk,
            "confirmed": "yes",
            f"lock-{article.pk}": f"{article.version}.0",
            "because": "A doubt.",
        },
        follow=True,
    )

    article.refresh_from_db()
    assert lines(page) == [f"Headline of the-crossing English, {status} Is refused {message}"]
    assert tree_of(page).xpath(f"{ASKING}//input[@type='submit']") == []
    assert (article.status, messages_of(forced)) == (status, [message])
    assert LogEntry.objects.count() == 0


@pytest.mark.parametrize(
    "values, message",
    [
        ({"teaser": ""}, "“Headline of the-crossing” has no teaser yet."),
        ({"body": ""}, "“Headline of the-crossing” has no full text yet."),
        (
            {"body": "<p><a>There</a></p>"},
            "The link “There” has no address.",
        ),
    ],
)
def test_what_the_checklist_blocks_is_refused(values, message, client, editor, write_article):
    article = write_article(status="draft", **{**FLAWLESS, **values})
    client.force_login(editor)

    page = ask(client, "publish", article)

    assert lines(page) == [f"Headline of the-crossing English, draft Is refused {message}"]


def test_refusal_of_one_does_not_stop_the_others(client, editor, write_article):
    ready = write_article("ready", status="draft", published_at=None, **FLAWLESS)
    empty = write_article("empty", status="draft", body="", **FLAWLESS)
    client.force_login(editor)

    response = answer(client, ask(client, "publish", ready, empty))

    ready.refresh_from_db()
    empty.refresh_from_db()
    assert (ready.status, empty.status) == ("published", "draft")
    assert sorted(messages_of(response)) == [
        "Done: 1.",
        "“Headline of empty” has no full text yet.",
    ]


def test_article_with_warnings_is_left_out_unless_meant(client, editor, write_article):
    article = write_article(status="draft", published_at=None, standfirst="One.")
    client.force_login(editor)
    page = ask(client, "publish", article)

    left_out = messages_of(answer(client, page))
    article.refresh_from_db()
    status = article.status
    meant = messages_of(answer(client, page, all_the_same="on"))

    article.refresh_from_db()
    assert left_out == ["“Headline of the-crossing” was left out: see its warnings."]
    assert (status, article.status, meant) == ("draft", "published", ["Done: 1."])


def test_dates_ahead_and_behind_are_kept(client, editor, write_article, now):
    ahead, behind = (
        write_article(name, status="draft", published_at=at, **FLAWLESS)
        for name, at in [("ahead", now + timedelta(days=2)), ("behind", now - timedelta(days=2))]
    )
    client.force_login(editor)

    answer(client, ask(client, "publish", ahead, behind), all_the_same="on")

    stored = Article.objects.filter(status="published").order_by("published_at")
    assert list(stored.values_list("published_at", flat=True)) == [
        now - timedelta(days=2),
        now + timedelta(days=2),
    ]


def test_one_reason_is_asked_for_all_withdrawals(client, editor, write_article):
    articles = [write_article("one"), write_article("two")]
    client.force_login(editor)
    page = ask(client, "withdraw", *articles)

    unanswered = submit(client, page, ASKING)
    unchanged = set(Article.objects.values_list("status", flat=True))
    answer(client, unanswered, because="Both were wrong.")

    assert texts(tree_of(unanswered), "//ul[contains(@class, 'errorlist')]/li") == [
        "This field is required."
    ]
    assert unchanged == {"published"}
    assert set(Article.objects.values_list("status", "withdrawn_because")) == {
        ("withdrawn", "Both were wrong.")
    }


def test_article_that_changed_since_the_question_is_left_alone(client, editor, write_article):
    article = write_article(status="draft", published_at=None, **FLAWLESS)
    client.force_login(editor)
    page = ask(client, "publish", article)
    publishing.write(article, f"<p>{GATED} Twice.</p>", by=editor, reason="desk")

    response = answer(client, page)

    article.refresh_from_db()
    assert article.status == "draft"
    assert messages_of(response) == [
        "“Headline of the-crossing” has changed since you were asked: look at it again."
    ]


def test_too_many_are_not_looked_at(client, editor, write_article, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 1)
    articles = [write_article("one", status="draft"), write_article("two", status="draft")]
    client.force_login(editor)

    response = ask(client, "submit", *articles)

    assert messages_of(response) == ["Choose 1 articles at most."]


# --- Who may --------------------------------------------------------------------------------------


def test_writer_is_offered_their_own_steps_and_gets_no_further(client, write_article, editor):
    writer = member("Writers")
    own = write_article("own", status="draft", owner=writer)
    live = write_article("live", owner=writer)
    foreign = write_article("foreign", status="draft", owner=editor)
    client.force_login(writer)
    offered = tree_of(client.get(ARTICLES)).xpath("//select[@name='action']/option/@value")

    answer(client, ask(client, "delete_selected", own, live, foreign))
    ask(client, "publish", own)

    assert offered == ["", "submit", "delete_selected"]
    assert dict(Article.objects.values_list("slug", "status")) == {
        "own": "deleted",
        "live": "published",
        "foreign": "draft",
    }


def test_colleague_without_full_texts_is_offered_nothing_that_needs_them(
    client, colleague, write_article
):
    colleague.user_permissions.add(
        *Permission.objects.filter(codename__in=["publish_article", "delete_article"])
    )
    article = write_article(status="draft", body="")
    client.force_login(colleague)

    offered = tree_of(client.get(ARTICLES)).xpath("//select[@name='action']/option/@value")
    ask(client, "publish", article)
    answer(client, ask(client, "delete_selected", article))

    article.refresh_from_db()
    assert offered == ["", "delete_selected"]
    assert article.status == "deleted"


@pytest.mark.parametrize("action", ["submit", "publish", "withdraw", "delete_selected"])
def test_outsider_acts_on_nothing(action, client, write_article):
    article = write_article(status="draft")

    response = client.post(
        ARTICLES, {"action": action, "_selected_action": article.pk, "confirmed": "yes"}
    )

    article.refresh_from_db()
    assert (response.status_code, article.status) == (302, "draft")
