"""Where an article stands, and the pages of its next steps: each asks, acts, refuses."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission

from eurasia.accounts.models import User
from eurasia.newsroom import colleagues, drafting, vault
from eurasia.newsroom.models import Article, Draft, Note
from tests.cast import GATED, guard
from tests.newsroom.test_pictures import png
from tests.pages import one, submit, texts, tree_of

ROLES = import_module("eurasia.newsroom.migrations.0002_roles").ROLES
ARTICLES = "/admin/newsroom/article/"
FORM = "//form[@id='article_form']"
ASKING = "//form[contains(@class, 'desk-act')]"
TICK = timedelta(microseconds=1)
LONG_TEASER = f"<p>{'word ' * 60}</p>"


def page_of(article, name="change"):
    return f"{ARTICLES}{article.pk}/{name}/"


def messages_of(response):
    return texts(tree_of(response), "//ul[@class='messagelist']/li")


def state_of(response):
    tree = tree_of(response)
    return texts(tree, "//*[@class='desk-state-name']") + texts(tree, "//*[@class='desk-steps']//a")


def member(role, email="member@example.org"):
    user = User.objects.create_user(email, is_staff=True)
    codenames = [permission.partition(".")[2] for permission in ROLES[role]]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return guard(user)


@pytest.fixture
def ready(write_article):
    """A draft with nothing to warn of."""
    return write_article(
        status="draft", published_at=None, teaser=LONG_TEASER, standfirst="One sentence."
    )


@pytest.fixture
def changed(article, editor, now):
    """A live article for which a new headline waits."""
    values = {
        **{name: getattr(article, name, None) for name in drafting.LABELS},
        "headline": "A better headline",
        "teaser": LONG_TEASER,
        "body": None,
        "standfirst": "One sentence.",
        "cover": None,
        "in_files": [row.file_id for row in article.article_files.all()],
        "bylines": [row.contributor_id for row in article.article_contributors.all()],
    }
    drafting.stage(article, values, by=editor, at=now)
    return article


# --- The state bar --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values, bar",
    [
        ({"status": "draft"}, ["Draft", "Send to review…", "Publish…"]),
        ({"status": "in_review"}, ["In review", "Give back…", "Publish…"]),
        ({"status": "published"}, ["Published", "Withdraw…"]),
        ({"status": "withdrawn"}, ["Withdrawn", "Publish…"]),
    ],
)
def test_bar_says_where_an_article_stands_and_what_comes_next(
    values, bar, client, editor, write_article
):
    article = write_article(**values)
    client.force_login(editor)

    assert state_of(client.get(page_of(article))) == bar


def test_scheduled_becomes_published_at_its_instant(
    client, editor, write_article, now, time_machine
):
    at = now + timedelta(hours=1)
    article = write_article(published_at=at)
    client.force_login(editor)

    time_machine.move_to(at - TICK, tick=False)
    before = state_of(client.get(page_of(article)))
    time_machine.move_to(at, tick=False)

    assert before == ["Scheduled", "Take off the schedule…"]
    assert state_of(client.get(page_of(article))) == ["Published", "Withdraw…"]


def test_bar_tells_that_changes_wait_and_offers_to_publish_them(client, editor, changed):
    client.force_login(editor)

    page = client.get(page_of(changed))

    assert state_of(page) == [
        "Published",
        "Publish changes…",
        "Throw the changes away…",
        "Withdraw…",
    ]
    [waiting] = texts(tree_of(page), "//*[@class='desk-waiting']")
    assert waiting.startswith(
        "Changes wait: readers have not seen them yet. Saved by editor@example.org"
    )


def test_writer_is_offered_no_publishing(client, write_article):
    writer = member("Writers")
    article = write_article(status="draft", owner=writer)
    client.force_login(writer)

    assert state_of(client.get(page_of(article))) == ["Draft", "Send to review…"]


def test_colleague_without_full_texts_is_offered_nothing(client, colleague, write_article):
    article = write_article(status="draft")
    client.force_login(colleague)

    assert state_of(client.get(page_of(article))) == ["Draft"]


def test_saving_a_live_article_says_that_it_waits(client, editor, article, write_article):
    client.force_login(editor)
    buttons = "//div[@class='submit-row']/input[@name='_save']/@value"

    live = tree_of(client.get(page_of(article))).xpath(buttons)
    draft = tree_of(client.get(page_of(write_article("b", status="draft")))).xpath(buttons)

    assert (live, draft) == (["Save changes for later"], ["Save"])


# --- Each step: it works --------------------------------------------------------------------------


def test_draft_is_sent_to_a_reviewer_with_a_note(client, editor, ready):
    reviewer = member("Editors", "reviewer@example.org")
    client.force_login(editor)
    page = client.get(page_of(ready, "submit"))

    response = submit(
        client, page, ASKING, to=reviewer.pk, text="Mind the seven drivers.", follow=True
    )

    ready.refresh_from_db()
    assert (ready.status, ready.assignee) == ("in_review", reviewer)
    assert [(note.text, note.by) for note in colleagues.notes_on(ready)] == [
        ("Mind the seven drivers.", editor)
    ]
    assert messages_of(response) == ["Sent to review."]
    assert response.request["PATH_INFO"] == page_of(ready)
    assert LogEntry.objects.get().get_change_message() == "Sent to review."


def test_only_those_may_review_who_may_change_articles_and_read_them(
    client, editor, colleague, subscriber, ready
):
    member("Writers")
    reviewer = member("Editors", "reviewer@example.org")
    client.force_login(editor)

    choices = tree_of(client.get(page_of(ready, "submit"))).xpath("//select[@name='to']/option")

    assert [choice.get("value") for choice in choices] == ["", str(editor.pk), str(reviewer.pk)]


def test_article_is_given_back_to_whoever_wrote_it(client, editor, write_article):
    writer = member("Writers")
    article = write_article(status="in_review", owner=writer, assignee=editor)
    client.force_login(editor)

    submit(client, client.get(page_of(article, "give-back")), ASKING, text="Shorter, please.")

    article.refresh_from_db()
    assert (article.status, article.assignee) == ("draft", writer)
    assert [note.text for note in colleagues.notes_on(article)] == ["Shorter, please."]


def test_article_is_withdrawn_with_a_reason_that_readers_see(client, editor, article):
    client.force_login(editor)
    reason = 'A source asked for it <b onclick="x()">today</b>.'

    submit(client, client.get(page_of(article, "withdraw")), ASKING, because=reason)
    gone = client.get("/en/articles/the-crossing/")

    assert gone.status_code == 410
    assert f"The editors’ reason: {reason}" in texts(tree_of(gone), "//main//p")
    assert tree_of(gone).xpath("//main//b") == []


def test_withdrawal_wants_a_reason(client, editor, article):
    client.force_login(editor)

    page = submit(client, client.get(page_of(article, "withdraw")), ASKING)

    article.refresh_from_db()
    assert article.status == "published"
    assert texts(tree_of(page), "//ul[contains(@class, 'errorlist')]/li") == [
        "This field is required."
    ]


def test_scheduled_article_is_taken_off_the_schedule(client, editor, write_article, now):
    article = write_article(published_at=now + timedelta(days=1))
    client.force_login(editor)

    submit(client, client.get(page_of(article, "unschedule")), ASKING)

    article.refresh_from_db()
    assert (article.status, article.published_at) == ("draft", None)


def test_scheduled_article_stays_once_its_time_has_come(
    client, editor, write_article, now, time_machine
):
    at = now + timedelta(days=1)
    article = write_article(published_at=at)
    client.force_login(editor)
    page = client.get(page_of(article, "unschedule"))
    time_machine.move_to(at, tick=False)

    response = submit(client, page, ASKING, follow=True)

    article.refresh_from_db()
    assert article.status == "published"
    assert messages_of(response) == ["“Headline of the-crossing” is not scheduled."]


def test_waiting_changes_are_thrown_away_and_stay_in_the_history(client, editor, changed):
    client.force_login(editor)

    response = submit(client, client.get(page_of(changed, "throw-away")), ASKING, follow=True)

    assert drafting.draft_of(changed) is None
    assert state_of(response) == ["Published", "Withdraw…"]
    with vault.opened("desk"):
        assert [row.labels["headline"] for row in Draft.history.filter(article_id=changed.pk)] == [
            "A better headline"
        ] * 2


def test_changes_saved_in_the_meantime_are_not_thrown_away(client, editor, changed, now):
    client.force_login(editor)
    page = client.get(page_of(changed, "throw-away"))
    draft = drafting.draft_of(changed)
    drafting.stage(changed, {**draft.values, "headline": "Newer"}, by=editor, at=now)

    response = submit(client, page, ASKING, follow=True)

    assert drafting.draft_of(changed).values["headline"] == "Newer"
    assert messages_of(response) == [
        "Somebody saved more changes in the meantime: look at them first."
    ]


# --- Each step: it refuses ------------------------------------------------------------------------


STEPS = {
    "submit": "draft",
    "give-back": "in_review",
    "publish": "draft",
    "unschedule": "published",
    "withdraw": "published",
    "throw-away": "published",
}


@pytest.mark.parametrize("name", STEPS)
def test_step_is_no_colleagues_without_full_texts(name, client, colleague, write_article):
    article = write_article(status=STEPS[name])
    colleague.user_permissions.add(Permission.objects.get(codename="publish_article"))
    client.force_login(colleague)

    answers = [client.get(page_of(article, name)), client.post(page_of(article, name))]

    assert [answer.status_code for answer in answers] == [403, 403]


@pytest.mark.parametrize("name", STEPS)
def test_outsider_at_a_step_signs_in(name, client, write_article):
    article = write_article(status=STEPS[name])

    answers = [client.get(page_of(article, name)), client.post(page_of(article, name))]

    article.refresh_from_db()
    assert [answer.status_code for answer in answers] == [302, 302]
    assert {answer.url.partition("?")[0] for answer in answers} == {"/admin/login/"}
    assert article.status == STEPS[name]


@pytest.mark.parametrize("name", ["publish", "withdraw", "unschedule"])
def test_writer_takes_no_step_of_publishers(name, client, write_article):
    writer = member("Writers")
    article = write_article(status=STEPS[name], owner=writer)
    client.force_login(writer)

    answers = [client.get(page_of(article, name)), client.post(page_of(article, name))]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_writer_does_not_find_the_article_of_another(client, write_article, editor):
    article = write_article(status="draft", owner=editor)
    client.force_login(member("Writers"))

    assert client.get(page_of(article, "submit")).status_code == 404


@pytest.mark.parametrize("name", STEPS)
def test_step_that_is_not_open_leads_back_with_a_word(name, client, editor, write_article):
    elsewhere = {"draft": "published", "in_review": "draft", "published": "draft"}
    article = write_article(status=elsewhere[STEPS[name]])
    client.force_login(editor)

    response = client.get(page_of(article, name), follow=True)

    assert response.request["PATH_INFO"] == page_of(article)
    assert len(messages_of(response)) == 1


# --- Publishing -----------------------------------------------------------------------------------


def findings(response, level):
    rows = tree_of(response).xpath(f"//li[@class='finding-{level}']/span")
    return [" ".join(row.text_content().split()) for row in rows]


def test_article_without_a_flaw_is_published_now(client, editor, ready, now, time_machine):
    time_machine.move_to(now, tick=False)
    client.force_login(editor)
    page = client.get(page_of(ready, "publish"))

    response = submit(client, page, ASKING, follow=True)

    ready.refresh_from_db()
    assert (findings(page, "block"), findings(page, "warn")) == ([], [])
    assert (ready.status, ready.published_at) == ("published", now)
    assert messages_of(response) == ["Published: readers see it now."]
    assert client.get("/en/articles/the-crossing/").status_code == 200


def test_page_shows_what_outsiders_will_see_and_nothing_gated(client, editor, ready):
    client.force_login(editor)

    page = client.get(page_of(ready, "publish"))

    [seen] = texts(tree_of(page), "//*[@class='desk-outside']")
    assert seen.startswith("Headline of the-crossing One sentence. word word")
    assert GATED not in page.content.decode()


def test_article_is_scheduled_in_the_time_of_the_house(client, editor, ready):
    client.force_login(editor)
    page = client.get(page_of(ready, "publish"))

    response = submit(client, page, ASKING, when="later", moment="2040-07-01T12:00", follow=True)

    ready.refresh_from_db()
    assert ready.published_at.isoformat() == "2040-07-01T10:00:00+00:00"
    assert messages_of(response) == ["Scheduled for 1 July 2040, 12:00."]
    assert client.get("/en/articles/the-crossing/").status_code == 404


@pytest.mark.parametrize(
    "moment, status", [("2040-07-01T12:00", "draft"), ("2040-07-01T12:01", "published")]
)
def test_moment_of_now_is_no_later_one(moment, status, client, editor, ready, time_machine):
    time_machine.move_to("2040-07-01T10:00:00+00:00", tick=False)
    client.force_login(editor)
    page = client.get(page_of(ready, "publish"))

    submit(client, page, ASKING, when="later", moment=moment)

    ready.refresh_from_db()
    assert ready.status == status


def test_withdrawn_article_comes_back_under_its_date_and_without_the_reason(
    client, editor, write_article, now
):
    article = write_article(
        status="withdrawn",
        withdrawn_because="A doubt.",
        published_at=now - timedelta(days=3),
        teaser=LONG_TEASER,
        standfirst="One sentence.",
    )
    client.force_login(editor)

    submit(client, client.get(page_of(article, "publish")), ASKING)

    article.refresh_from_db()
    assert (article.status, article.published_at, article.withdrawn_because) == (
        "published",
        now - timedelta(days=3),
        "",
    )


def test_blocked_article_is_not_published_even_if_asked(client, editor, write_article):
    article = write_article(status="draft", body="")
    client.force_login(editor)
    page = client.get(page_of(article, "publish"))
    lock = f"{article.version}.0"
    assert tree_of(page).xpath(f"{ASKING}//input[@type='submit']") == []

    response = client.post(
        page_of(article, "publish"), {"lock": lock, "when": "now", "all_the_same": "on"}
    )

    article.refresh_from_db()
    assert article.status == "draft"
    assert findings(page, "block") == ["There is no full text. Mend it"]
    assert findings(response, "block") == ["There is no full text. Mend it"]


def test_warnings_want_a_tick(client, editor, write_article):
    article = write_article(status="draft", published_at=None, standfirst="One.")
    client.force_login(editor)
    page = client.get(page_of(article, "publish"))

    refused = submit(client, page, ASKING)
    article.refresh_from_db()
    status = article.status
    submit(client, refused, ASKING, all_the_same="on")

    article.refresh_from_db()
    assert findings(page, "warn") == [
        "Words in the teaser: 15. With fewer than 40, neither readers nor search engines learn "
        "what the article is about. Mend it"
    ]
    assert (status, article.status) == ("draft", "published")


def test_text_that_changed_since_the_checklist_is_shown_again(client, editor, ready):
    client.force_login(editor)
    page = client.get(page_of(ready, "publish"))
    submit(client, client.get(page_of(ready)), FORM, headline="Changed")

    again = submit(client, page, ASKING, when="later", moment="2040-07-01T12:00")
    ready.refresh_from_db()
    status = ready.status
    submit(client, again, ASKING)

    ready.refresh_from_db()
    assert messages_of(again) == [
        "The article “Changed” was changed successfully.",
        "The text has changed since you saw it here: look at it again.",
    ]
    assert one(tree_of(again), "//input[@name='moment']").get("value") == "2040-07-01T12:00"
    assert (status, ready.status) == ("draft", "published")


# --- Publishing changes ---------------------------------------------------------------------------


def test_changes_are_published_dated_and_corrected(client, editor, changed):
    client.force_login(editor)
    before = client.get("/en/articles/the-crossing/").content.decode()
    page = client.get(page_of(changed, "publish"))

    response = submit(
        client,
        page,
        ASKING,
        revised="on",
        correction="The headline was wrong.",
        follow=True,
    )

    changed.refresh_from_db()
    after = client.get("/en/articles/the-crossing/").content.decode()
    terms, [headline, *_] = (
        texts(tree_of(page), f"//dl[@class='desk-changes']/{tag}") for tag in ["dt", "dd"]
    )
    assert terms == ["Headline", "Standfirst", "Teaser"]
    assert headline == "Removed: Headline of the-crossingAdded: A better headline"
    assert "A better headline" not in before
    assert "A better headline" in after
    assert "The headline was wrong." in after
    assert changed.revised_at is not None
    assert messages_of(response) == ["The changes are published: readers see them now."]
    assert drafting.draft_of(changed) is None


def test_changes_are_neither_dated_nor_corrected_unasked(client, editor, changed):
    client.force_login(editor)

    submit(client, client.get(page_of(changed, "publish")), ASKING)

    changed.refresh_from_db()
    assert (changed.headline, changed.revised_at) == ("A better headline", None)
    assert changed.corrections.count() == 0


def test_changes_of_a_withdrawn_article_are_published_with_it(client, editor, changed):
    Article.objects.filter(pk=changed.pk).update(status="withdrawn")
    client.force_login(editor)

    submit(client, client.get(page_of(changed, "publish")), ASKING)

    changed.refresh_from_db()
    assert (changed.status, changed.headline) == ("published", "A better headline")
    assert drafting.draft_of(changed) is None


def test_cover_deleted_while_it_waited_blocks(client, editor, changed, now):
    cover = png(is_public=True)
    values = {**drafting.draft_of(changed).values, "cover": cover.pk, "cover_alt": "A view"}
    drafting.stage(changed, values, by=editor, at=now)
    cover.delete()
    client.force_login(editor)

    page = client.get(page_of(changed, "publish"))

    assert findings(page, "block") == [
        "Something that was chosen here has been deleted since: save the article again. Mend it"
    ]


# --- Notes ----------------------------------------------------------------------------------------


def test_note_is_added_and_shown_escaped(client, editor, article):
    client.force_login(editor)
    page = client.get(page_of(article))

    response = submit(
        client, page, "//*[@id='notes']//form", text="See <b>page 3</b>.\r\nThen call.", follow=True
    )

    [shown] = texts(tree_of(response), "//ol[@class='desk-note-list']/li")
    assert shown.endswith("See <b>page 3</b>.Then call.")
    assert [(note.text, note.by) for note in colleagues.notes_on(article)] == [
        ("See <b>page 3</b>.\nThen call.", editor)
    ]


@pytest.mark.parametrize("length, kept", [(5000, 1), (5001, 0)])
def test_note_has_a_bound_and_says_so(length, kept, client, editor, article):
    client.force_login(editor)
    text = "x" * (length - 2) + "\r\ny"  # browsers count the end of a line once, and send it as two

    response = client.post(page_of(article, "notes"), {"text": text})

    assert len(colleagues.notes_on(article)) == kept
    if not kept:
        [error] = texts(tree_of(response), "//ul[contains(@class, 'errorlist')]/li")
        assert error.startswith("Ensure this value has at most 5000 characters (it has 5001)")


def test_note_is_neither_shown_to_nor_taken_from_a_colleague_without_full_texts(
    client, colleague, editor, article, now
):
    colleagues.note(article, f"Quoting: {GATED}", by=editor, at=now)
    client.force_login(colleague)

    page = client.get(page_of(article))
    answers = [
        client.get(page_of(article, "notes")),
        client.post(page_of(article, "notes"), {"text": "Planted"}),
    ]

    assert page.status_code == 200
    assert GATED not in page.content.decode()
    assert [answer.status_code for answer in answers] == [403, 403]
    assert len(colleagues.notes_on(article)) == 1


def test_notes_lie_behind_the_vault(article, editor, now):
    colleagues.note(article, "Quoting.", by=editor, at=now)

    with pytest.raises(vault.VaultError):
        Note.objects.count()
