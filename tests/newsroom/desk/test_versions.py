"""Every save is in the history, is compared and restored; saving over a newer one is refused."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from eurasia.accounts.models import User
from eurasia.newsroom import drafting, publishing, vault, versions
from eurasia.newsroom.models import Article, Autosave, FullText
from tests.cast import GATED, TEASER, guard
from tests.conftest import HttpsClient
from tests.pages import one, submit, texts, tree_of

ARTICLES = "/admin/newsroom/article/"
FORM = "//form[@id='article_form']"
CONTENT = "//*[@id='content-main']"
NEWER = "//section[@aria-labelledby='desk-newer']"


def page_of(article):
    return f"{ARTICLES}{article.pk}/change/"


def history_of(article):
    return f"{ARTICLES}{article.pk}/history/"


def save(client, article, **values):
    return submit(client, client.get(page_of(article)), FORM, **values)


def rows(response):
    """The table of the history, without the choices to compare and the links."""
    return [
        [" ".join(cell.text_content().split()) for cell in row.xpath("td[time] | th | td")][-6:-1]
        for row in tree_of(response).xpath("//tbody/tr")
    ]


def marks(response, kind):
    return texts(tree_of(response), f"//*[@class='{kind}'][span[@class='visually-hidden']]")


def messages_of(response):
    return texts(tree_of(response), "//ul[@class='messagelist']/li")


def full_text_of(article):
    with vault.opened("desk"):
        return FullText.objects.get(pk=article.pk).body


@pytest.fixture
def draft(write_article, editor):
    return write_article(status="draft", published_at=None, owner=editor)


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture
def second(db, editor):
    """Another editor, in another browser."""
    user = User.objects.create_user("second@example.org", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label__in=["newsroom", "accounts"])
    )
    client = HttpsClient()
    client.force_login(guard(user))
    return client


# --- The history ----------------------------------------------------------------------------------


def test_history_lists_every_save_with_who_what_and_why(desk, draft, editor, now):
    save(desk, draft, headline="Second headline", note="A clearer headline")
    publishing.publish(draft, by=editor, at=now)
    save(desk, draft, teaser="<p>Third teaser</p>", note="Shorter")

    response = desk.get(history_of(draft))

    who = "editor@example.org"
    assert [row[1:] for row in rows(response)] == [
        ["Waiting changes 1", who, "", "Shorter"],
        ["Version 3", who, "draft, then published draft → published", ""],
        ["Version 2", who, "", "A clearer headline"],
        ["Version 1", "–", "draft", ""],
    ]


def test_date_ahead_is_told_as_scheduled(desk, draft, editor, now):
    publishing.schedule(draft, by=editor, at=now + timedelta(days=2), now=now)

    statuses = [row[3] for row in rows(desk.get(history_of(draft)))]

    assert statuses == ["draft, then scheduled draft → scheduled", "draft"]


def test_history_comes_in_pages(desk, draft, editor):
    for number in range(51):
        publishing.write(draft, f"<p>{number}</p>", by=editor, reason="desk")

    first, second = desk.get(history_of(draft)), desk.get(history_of(draft) + "?p=2")

    assert [len(rows(page)) for page in (first, second)] == [50, 2]
    assert [row[1] for row in rows(second)] == ["Version 2", "Version 1"]


def test_colleague_sees_who_saved_but_no_text(client, colleague, draft):
    publishing.write(draft, f"<p>{GATED} again</p>", by=None, reason="desk", note="More")
    client.force_login(colleague)

    response = client.get(history_of(draft))

    assert [cell.text for cell in tree_of(response).xpath("//tbody/tr/th")] == [
        "Version 2",
        "Version 1",
    ]
    assert tree_of(response).xpath("//tbody//a | //tbody//input") == []
    for address in ["compare/", f"{versions.saves_of(draft)[0].key}/restore/"]:
        assert client.get(history_of(draft) + address).status_code == 403
        assert client.post(history_of(draft) + address).status_code == 403


# --- Comparing ------------------------------------------------------------------------------------


def test_save_is_compared_with_the_one_before(desk, draft):
    save(desk, draft, headline="Headline of the bridge", body=f"<p>{GATED} Truly.</p>")

    page = desk.get(history_of(draft))
    response = desk.get(one(tree_of(page), "//tbody/tr[1]//a[contains(., 'Changes')]").get("href"))
    response = desk.get(f"{history_of(draft)}compare/")

    assert marks(response, "removed")[0] == "Removed: the-crossing"
    assert marks(response, "added") == ["Added: the bridge", "Added: Truly."]
    unchanged = texts(tree_of(response), "//h2[span]")
    assert unchanged == ["Teaser – unchanged"]
    assert TEASER in tree_of(response).text_content()


def test_any_two_saves_are_compared_whichever_is_chosen_first(desk, draft):
    for headline in ["Two", "Three"]:
        save(desk, draft, headline=headline)
    new, _middle, old = [each.key for each in versions.saves_of(draft)]

    pages = [
        desk.get(f"{history_of(draft)}compare/", {"from": first, "to": last})
        for first, last in [(old, new), (new, old)]
    ]

    for page in pages:
        assert marks(page, "removed") == ["Removed: Headline of the-crossing"]
        assert marks(page, "added") == ["Added: Three"]


def test_waiting_changes_are_compared_with_what_was_live(desk, article):
    save(desk, article, body=f"<p>{GATED} And then.</p>")

    response = desk.get(f"{history_of(article)}compare/")

    names = texts(tree_of(response), "//dd/strong")
    assert names == ["Version 1", "Waiting changes 1"]
    assert marks(response, "added") == ["Added: And then."]


def test_published_changes_are_compared_with_the_version_before_them(desk, article, editor, now):
    for word in ["one", "two"]:
        save(desk, article, headline=f"Headline {word}")
    publishing.publish_changes(article, by=editor, at=now, revised=False)

    response = desk.get(f"{history_of(article)}compare/")

    assert texts(tree_of(response), "//dd/strong") == ["Version 1", "Version 2"]
    assert marks(response, "added") == ["Added: two"]


def test_first_save_is_compared_with_nothing(desk, draft):
    response = desk.get(f"{history_of(draft)}compare/")

    assert marks(response, "removed") == []
    assert f"Added: {TEASER}" in marks(response, "added")


@pytest.mark.parametrize("query", ["?to=s0", "?to=x", "?from=s1&to=w9", "?from='--"])
def test_save_that_is_not_of_this_article_is_404(query, desk, draft, write_article):
    other = versions.saves_of(write_article("other"))[0].key

    assert desk.get(f"{history_of(draft)}compare/{query}").status_code == 404
    assert desk.get(f"{history_of(draft)}compare/", {"to": other}).status_code == 404
    assert desk.get(f"{history_of(draft)}{other}/restore/").status_code == 404


def test_full_text_of_a_version_is_that_of_the_last_save_of_it(draft, editor, now):
    publishing.write(draft, "<p>Second</p>", by=editor, reason="desk")
    publishing.submit(draft, by=editor)
    publishing.write(draft, "<p>Fourth</p>", by=editor, reason="desk")

    bodies = [versions.text_of(draft, each).body for each in versions.saves_of(draft)]

    assert bodies[:3] == ["<p>Fourth</p>", "<p>Second</p>", "<p>Second</p>"]
    assert GATED in bodies[3]


# --- Going back -----------------------------------------------------------------------------------


def restore(client, article, save, **options):
    address = f"{history_of(article)}{save.key}/restore/"
    return submit(client, client.get(address), CONTENT, **options)


def test_restoring_asks_and_makes_a_new_save(desk, draft):
    save(desk, draft, headline="Spoilt", teaser="<p>Spoilt</p>", body="<p>Spoilt</p>")
    _newest, first = versions.saves_of(draft)
    asked = desk.get(f"{history_of(draft)}{first.key}/restore/")
    assert Article.objects.get().headline == "Spoilt"
    assert "Removed: Spoilt" in marks(asked, "removed")

    done = restore(desk, draft, first, follow=True)

    stored = Article.objects.get()
    assert (stored.headline, stored.teaser, stored.version) == (
        "Headline of the-crossing",
        f"<p>{TEASER}</p>",
        3,
    )
    assert GATED in full_text_of(draft)
    assert messages_of(done) == ["Version 1 restored."]
    assert [row[4] for row in rows(desk.get(history_of(draft)))] == ["Version 1 restored", "", ""]


def test_restoring_is_undone_by_restoring(desk, draft):
    save(desk, draft, headline="Second", body="<p>Second</p>")
    second, first = versions.saves_of(draft)
    restore(desk, draft, first)

    restore(desk, draft, second)

    assert Article.objects.get().headline == "Second"
    assert full_text_of(draft) == "<p>Second</p>"


def test_what_is_restored_of_a_live_article_waits(desk, article, editor, now):
    save(desk, article, headline="Second", body="<p>Second</p>")
    publishing.publish_changes(article, by=editor, at=now, revised=False)
    first = versions.saves_of(article)[-1]

    done = restore(desk, article, first, follow=True)

    assert Article.objects.get().headline == "Second"
    assert full_text_of(article) == "<p>Second</p>"
    waiting = drafting.draft_of(article)
    assert waiting.values["headline"] == "Headline of the-crossing"
    assert GATED in waiting.body
    assert waiting.values["in_files"] == [file.pk for file in article.files.all()]
    assert messages_of(done) == ["Version 1 restored. Readers see it when you publish the changes."]


def test_restoring_over_a_newer_save_is_refused(desk, draft, second):
    save(desk, draft, headline="Second")
    first = versions.saves_of(draft)[-1]
    asked = desk.get(f"{history_of(draft)}{first.key}/restore/")
    save(second, draft, headline="Theirs")

    refused = submit(desk, asked, CONTENT, follow=True)

    assert messages_of(refused) == ["Somebody has just saved “Theirs”. Look again."]
    assert Article.objects.get().headline == "Theirs"


def test_who_may_only_read_does_not_restore(client, editor, draft):
    save_key = versions.saves_of(draft)[0].key
    editor.user_permissions.remove(
        *editor.user_permissions.filter(codename__in=["change_fulltext"])
    )
    client.force_login(editor)

    answers = [
        client.get(f"{history_of(draft)}{save_key}/restore/"),
        client.post(f"{history_of(draft)}{save_key}/restore/"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]


# --- Saving over a newer version ------------------------------------------------------------------


@pytest.fixture
def refused(desk, second, draft):
    """The editor's save, begun before the second editor saved."""
    begun = desk.get(page_of(draft))
    save(second, draft, headline="Theirs", body=f"<p>{GATED} Theirs.</p>")
    return submit(desk, begun, FORM, headline="Mine", body=f"<p>{GATED} Mine.</p>", slug="mine")


def test_save_over_a_newer_version_is_refused_with_both_shown_and_kept(refused, draft):
    assert refused.status_code == 200
    box = one(tree_of(refused), NEWER)
    shown = texts(box, ".//*[@class='removed' or @class='added'][span[@class='visually-hidden']]")
    assert shown == ["Removed: Theirs", "Added: Mine", "Removed: Theirs", "Added: Mine"]
    assert "second@example.org" in box.text_content()
    assert "Also different: Slug" in " ".join(box.text_content().split())
    assert Article.objects.get().headline == "Theirs"
    with vault.opened("desk"):
        assert '"Mine"' in Autosave.objects.get().fields


def test_who_has_seen_both_saves_theirs_over_it(refused, desk, draft):
    lock = one(tree_of(refused), f"{NEWER}//input[@name='seen_lock']").get("value")

    saved = submit(desk, refused, FORM, seen_lock=lock)

    assert saved.status_code == 302
    assert Article.objects.get().headline == "Mine"
    headlines = [versions.text_of(draft, each).headline for each in versions.saves_of(draft)]
    assert headlines == ["Mine", "Theirs", "Headline of the-crossing"]
    with vault.opened("desk"):
        assert not Autosave.objects.exists()


def test_who_has_not_said_so_is_refused_again(refused, desk):
    again = submit(desk, refused, FORM)

    assert again.status_code == 200
    assert one(tree_of(again), NEWER) is not None
    assert Article.objects.get().headline == "Theirs"


def test_yet_another_save_in_between_is_shown_in_turn(refused, desk, second, draft):
    lock = one(tree_of(refused), f"{NEWER}//input[@name='seen_lock']").get("value")
    save(second, draft, headline="Theirs again")

    again = submit(desk, refused, FORM, seen_lock=lock)

    assert again.status_code == 200
    assert "Removed: Theirs again" in texts(tree_of(again), f"{NEWER}//del")
    assert Article.objects.get().headline == "Theirs again"


def test_who_takes_theirs_finds_it_in_the_form_and_their_own_as_unsaved_work(refused, desk, draft):
    link = one(tree_of(refused), f"{NEWER}//a[contains(., 'Take theirs')]")

    page = desk.get(link.get("href"))

    assert one(tree_of(page), "//input[@name='headline']").get("value") == "Theirs"
    assert tree_of(page).xpath("//a[contains(@href, '?unsaved=')]")


def test_changes_that_wait_are_locked_as_the_article_is(desk, second, article):
    save(second, article, headline="First")
    begun = desk.get(page_of(article))
    save(second, article, headline="Theirs")

    refused = submit(desk, begun, FORM, headline="Mine")

    assert refused.status_code == 200
    assert texts(tree_of(refused), f"{NEWER}//dd/strong") == ["Waiting changes 2"]
    assert drafting.draft_of(article).values["headline"] == "Theirs"


def test_lock_of_waiting_changes_never_comes_again(desk, article, editor, now):
    save(desk, article, headline="First")
    before = drafting.lock_of(article, drafting.draft_of(article))
    drafting.drop(article)

    save(desk, article, headline="Second")

    assert before == "1.1"
    assert drafting.lock_of(article, drafting.draft_of(article)) == "1.2"


def test_colleague_without_full_texts_is_shown_no_full_text(client, colleague, second, draft):
    client.force_login(colleague)
    begun = client.get(page_of(draft))
    save(second, draft, headline="Theirs")

    refused = submit(client, begun, FORM, headline="Mine")

    assert one(tree_of(refused), NEWER) is not None
    assert GATED not in refused.content.decode()
