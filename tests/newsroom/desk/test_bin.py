"""Deleted articles lie in the bin for 30 days: restored whole, seen by no reader, then purged."""

import io
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from eurasia.newsroom import drafting, publishing, vault
from eurasia.newsroom.models import (
    Article,
    Autosave,
    Correction,
    Draft,
    FullText,
    Note,
    PreviewLink,
    PreviewOpening,
)
from tests.cast import GATED, GATED_NOTE, TEASER
from tests.newsroom.desk.roles import member_of
from tests.newsroom.test_pictures import png
from tests.pages import one, submit, texts, tree_of

ARTICLES = "/admin/newsroom/article/"
BIN = f"{ARTICLES}bin/"
DAYS_30 = timedelta(days=30)
TICK = timedelta(microseconds=1)
ROW = "//tbody/tr"
RESTORE = f"{ROW}//form"


def rows(response):
    return [
        [" ".join(cell.text_content().split()) for cell in row.xpath("th | td")]
        for row in tree_of(response).xpath(ROW)
    ]


def messages_of(response):
    return texts(tree_of(response), "//ul[@class='messagelist']/li")


def put_into_the_bin(client, article):
    page = client.get(f"{ARTICLES}{article.pk}/delete/")
    return submit(client, page, "//*[@id='content']//form", follow=True)


# --- Into the bin and out -------------------------------------------------------------------------


def test_deleting_says_that_it_can_be_undone_and_for_how_long(client, editor, article):
    client.force_login(editor)

    page = client.get(f"{ARTICLES}{article.pk}/delete/")

    assert texts(tree_of(page), "//*[@id='content']/p") == [
        "Put “Headline of the-crossing” into the bin? Readers will not find it any more.",
        "What lies in the bin can be restored for 30 days, with everything that belongs to it; "
        "then it is deleted for good.",
    ]


def test_bin_tells_what_was_deleted_by_whom_and_until_when_it_is_kept(
    client, editor, write_article, time_machine
):
    time_machine.move_to("2031-03-01T12:00:00Z", tick=False)
    first, second, _stays = map(write_article, ["first", "second", "stays"])
    client.force_login(editor)
    put_into_the_bin(client, first)
    time_machine.move_to("2031-03-02T12:00:00Z", tick=False)
    publishing.delete(second, by=None, at=timezone.now())
    publishing.write(second, None, by=editor, reason="import")

    listed = rows(client.get(BIN))

    assert [row[:5] for row in listed] == [
        [
            "Headline of second",
            "English",
            "2 Mar 2031, 13:00",
            "–",
            "1 Apr 2031, 14:00 (30 days left)",
        ],
        [
            "Headline of first",
            "English",
            "1 Mar 2031, 13:00",
            "editor@example.org",
            "31 Mar 2031, 14:00 (29 days left)",
        ],
    ]


def test_empty_bin_says_so_and_is_linked_from_the_list(client, editor):
    client.force_login(editor)

    link = one(tree_of(client.get(ARTICLES)), "//ul[@class='object-tools']//a[. = 'Bin']")

    assert "The bin is empty." in client.get(link.get("href")).content.decode()


def test_bin_costs_the_same_for_one_and_three(client, editor, write_article, now):
    client.force_login(editor)
    client.get("/en/about/")  # the visit is noted, once in five minutes
    counts = []
    for slug in ["one", "two", "three"]:
        publishing.delete(write_article(slug), by=editor, at=now)
        with CaptureQueriesContext(connection) as queries:
            client.get(BIN)
        counts.append(len(queries))

    assert counts[0] == counts[2]


def test_restored_article_is_a_draft_with_all_that_belongs_to_it(
    client, editor, write_article, topic_file, now
):
    cover = png(is_public=True)
    article = write_article(cover=cover, cover_alt="A bridge")
    Correction.objects.create(article=article, on=date(2031, 3, 1), text="Seven, not six.")
    drafting.stage(
        article,
        {**drafting.values_of(article), "headline": "Waiting"},
        by=editor,
        at=now,
    )
    client.force_login(editor)
    put_into_the_bin(client, article)

    done = submit(client, client.get(BIN), RESTORE, follow=True)

    stored = Article.objects.get()
    assert messages_of(done) == ["“Headline of the-crossing” is a draft again."]
    assert done.request["PATH_INFO"] == f"{ARTICLES}{article.pk}/change/"
    assert (stored.status, stored.deleted_at) == ("draft", None)
    assert (stored.cover, stored.cover_alt, stored.teaser) == (
        cover,
        "A bridge",
        f"<p>{TEASER}</p>",
    )
    assert list(stored.files.all()) == [topic_file]
    assert [byline.slug for byline in stored.contributors.all()] == ["iran-desk"]
    assert [correction.text for correction in stored.corrections.all()] == ["Seven, not six."]
    with vault.opened("desk"):
        assert GATED in FullText.objects.get().body_html
        assert GATED_NOTE in FullText.objects.get().body_notes
        assert Draft.objects.get().labels["headline"] == "Waiting"


@pytest.mark.parametrize(
    "left, is_there",
    [(timedelta(seconds=1), True), (TICK, True), (timedelta(0), False), (-TICK, False)],
)
def test_article_is_restored_until_30_days_have_passed(
    left, is_there, client, editor, article, now, time_machine
):
    publishing.delete(article, by=editor, at=now)
    time_machine.move_to(now + DAYS_30 - left, tick=False)
    client.force_login(editor)
    listed = len(rows(client.get(BIN)))

    answer = client.post(f"{BIN}{article.pk}/restore/")

    assert listed == is_there
    assert answer.status_code == (302 if is_there else 404)
    assert Article.objects.get().status == ("draft" if is_there else "deleted")


def test_restoring_is_asked_for_by_post(client, editor, article, now):
    publishing.delete(article, by=editor, at=now)
    client.force_login(editor)

    assert client.get(f"{BIN}{article.pk}/restore/").status_code == 405
    assert Article.objects.get().status == "deleted"


def test_article_that_is_not_in_the_bin_is_not_restored(client, editor, article):
    client.force_login(editor)

    assert client.post(f"{BIN}{article.pk}/restore/").status_code == 404
    assert Article.objects.get().status == "published"


def test_writer_finds_their_own_in_the_bin_and_no_other(client, write_article, now):
    writer = member_of("Writers")
    own, other = write_article("own", owner=writer, status="draft"), write_article("other")
    for article in [own, other]:
        publishing.delete(article, by=None, at=now)
    client.force_login(writer)

    assert [row[0] for row in rows(client.get(BIN))] == ["Headline of own"]
    assert client.post(f"{BIN}{other.pk}/restore/").status_code == 404
    assert client.post(f"{BIN}{own.pk}/restore/").status_code == 302
    assert Article.objects.get(slug="own").status == "draft"


def test_colleague_who_may_not_delete_has_no_bin(client, colleague, article, now):
    publishing.delete(article, by=None, at=now)
    client.force_login(colleague)

    assert client.get(BIN).status_code == 403
    assert client.post(f"{BIN}{article.pk}/restore/").status_code == 403
    assert "Bin" not in texts(tree_of(client.get(ARTICLES)), "//ul[@class='object-tools']//a")


def test_several_are_put_into_the_bin_at_once(client, editor, write_article):
    articles = [write_article(slug) for slug in ["one", "two"]]
    client.force_login(editor)
    chosen = {"action": "delete_selected", "_selected_action": [each.pk for each in articles]}

    asked = client.post(ARTICLES, chosen)
    submit(client, asked, "//*[@id='content']//form")

    assert "Headline of two" in asked.content.decode()
    assert {row[0] for row in rows(client.get(BIN))} == {"Headline of one", "Headline of two"}


# --- Readers --------------------------------------------------------------------------------------

PUBLIC_PAGES = [
    "/en/", "/en/articles/", "/en/feed/", "/en/files/iran-brics/", "/en/files/iran-brics/feed/",
    "/en/feed/rss/", "/en/contributors/iran-desk/feed/json/",
    "/en/contributors/iran-desk/", "/en/archive/", "/sitemap.xml", "/sitemap-articles.xml",
]  # fmt: skip


def test_article_in_the_bin_is_nowhere_for_readers(client, subscriber, article, write_article, now):
    write_article("stays")
    own = [f"/en/articles/the-crossing/{name}" for name in ["", "cite.bib", "card.png"]]
    before = {address: client.get(address) for address in [*PUBLIC_PAGES, *own]}

    publishing.delete(article, by=None, at=now)

    for reader in [None, subscriber]:
        if reader:
            client.force_login(reader)
        after = {address: client.get(address) for address in [*PUBLIC_PAGES, *own]}
        assert {after[address].status_code for address in own} == {404}
        for address in PUBLIC_PAGES:
            assert "the-crossing" not in after[address].content.decode(), address
            assert after[address].status_code == before[address].status_code
    shown = [address for address in PUBLIC_PAGES if b"the-crossing" in before[address].content]
    assert len(shown) >= 6
    assert {before[address].status_code for address in own} == {200}


# --- Emptying it ----------------------------------------------------------------------------------


def purge():
    said = io.StringIO()
    call_command("purge_deleted", stdout=said)
    return said.getvalue()


def test_what_has_lain_in_the_bin_for_30_days_is_deleted_for_good(
    write_article, editor, now, time_machine
):
    old, young, live = map(write_article, ["old", "young", "live"])
    with vault.opened("desk"):
        Note.objects.create(article=old, by=editor, at=now, text="A note")
    publishing.delete(old, by=editor, at=now - DAYS_30)
    publishing.delete(young, by=editor, at=now - DAYS_30 + TICK)
    time_machine.move_to(now, tick=False)

    said = purge()

    assert said == "1 articles, 0 pieces of unsaved work and 0 preview links deleted for good\n"
    assert set(Article.objects.values_list("slug", flat=True)) == {"young", "live"}
    with vault.opened("desk"):
        assert FullText.objects.count() == 2
        assert not Note.objects.exists()
    assert live.article_files.count() == 1


def test_old_unsaved_work_and_old_links_go_too(article, editor, now, time_machine):
    def autosave(tab, at):
        drafting.autosave(article, {"headline": [tab]}, editor=editor, tab=tab, lock="1.0", at=at)

    autosave("0" * 32, now - DAYS_30)
    autosave("1" * 32, now - DAYS_30 + TICK)
    for name, expires_at in [("old", now - DAYS_30), ("young", now - DAYS_30 + TICK)]:
        link = PreviewLink.objects.create(
            article=article,
            token_digest=name,
            made_for=name,
            made_at=now - timedelta(days=60),
            expires_at=expires_at,
        )
        PreviewOpening.objects.create(link=link, at=now - timedelta(days=40))
    time_machine.move_to(now, tick=False)

    said = purge()

    assert said == "0 articles, 1 pieces of unsaved work and 1 preview links deleted for good\n"
    assert PreviewLink.objects.get().made_for == "young"
    assert PreviewOpening.objects.count() == 1
    with vault.opened("desk"):
        assert Autosave.objects.get().tab == "1" * 32
    assert purge().startswith("0 articles, 0 pieces")
