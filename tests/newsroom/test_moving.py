"""A page that has moved is found under the addresses that it had before."""

from datetime import timedelta

import pytest
from django.utils import timezone

from eurasia.newsroom import drafting, publishing
from eurasia.newsroom.models import Contributor, FormerSlug, TopicFile
from tests.cast import GATED
from tests.conftest import HttpsClient
from tests.pages import submit

OLD, NEW = "/en/articles/the-crossing/", "/en/articles/the-passage/"
TICK = timedelta(microseconds=1)
FILES, CONTRIBUTORS = "/admin/newsroom/topicfile/", "/admin/newsroom/contributor/"


def move(article, slug):
    article.slug = slug
    publishing.write(article, None, by=None, reason="desk")


def answer(client, address):
    response = client.get(address)
    return response.status_code, response.headers.get("Location")


def test_former_address_leads_to_the_address_of_today(client, article):
    move(article, "the-passage")
    move(article, "the-road")

    assert answer(client, OLD) == (301, "/en/articles/the-road/")
    assert answer(client, NEW) == (301, "/en/articles/the-road/")
    assert answer(client, "/en/articles/the-road/") == (200, None)


def test_changes_that_are_published_move_the_article(client, article, editor, now):
    values = {**drafting.values_of(article), "slug": "the-passage"}
    drafting.stage(article, values, by=editor, at=now)
    assert answer(client, OLD) == (200, None)

    publishing.publish_changes(article, by=editor, at=now, revised=False)

    assert answer(client, OLD) == (301, NEW)


@pytest.mark.parametrize("door", ["cite.bib", "card.png", "card.png?v=%C3%A9"])
def test_every_door_of_a_page_moves_with_it(door, client, article):
    move(article, "the-passage")

    assert answer(client, OLD + door) == (301, NEW + door)


def test_twin_moves_with_its_page(client, article):
    move(article, "the-passage")

    assert answer(client, "/en/articles/the-crossing.md") == (301, "/en/articles/the-passage.md")


def test_move_is_public_and_remembered_no_longer_than_a_page(client, article, subscriber):
    move(article, "the-passage")

    public = client.get(OLD)
    client.force_login(subscriber)
    private = client.get(OLD)

    assert public.headers["Cache-Control"] == "public, max-age=0, s-maxage=1"
    assert private.headers["Cache-Control"] == "private, no-store"
    assert (public.status_code, private.status_code) == (301, 301)


@pytest.mark.parametrize("status", ["draft", "in_review", "withdrawn", "deleted"])
def test_former_address_of_what_readers_may_not_see_is_404(status, client, article, now):
    move(article, "the-passage")
    article.status = status
    article.deleted_at = now if status == "deleted" else None
    article.save()

    response = client.get(OLD)

    assert (response.status_code, "the-passage" in response.content.decode()) == (404, False)


def test_former_address_of_a_scheduled_article_leads_on_from_its_instant(
    client, write_article, now, time_machine
):
    at = now + timedelta(hours=1)
    move(write_article(published_at=at), "the-passage")

    time_machine.move_to(at - TICK, tick=False)
    before = answer(client, OLD)
    time_machine.move_to(at, tick=False)
    then = answer(client, OLD)

    assert (before, then) == ((404, None), (301, NEW))


def test_withdrawn_article_stays_410_under_its_own_address(client, article, write_article):
    other = write_article("another")
    move(article, "the-passage")
    move(other, "the-crossing")
    publishing.withdraw(other, by=None, at=timezone.now())

    assert answer(client, OLD) == (410, None)


def test_address_that_was_taken_anew_is_the_new_ones(client, article, write_article):
    move(article, "the-passage")
    write_article("the-crossing", headline="Another crossing")

    assert "Another crossing" in client.get(OLD).content.decode()


def test_address_taken_by_a_draft_still_leads_on(client, article, write_article):
    move(article, "the-passage")
    draft = write_article("the-crossing", status="draft", published_at=None)

    assert answer(client, OLD) == (301, NEW)
    publishing.publish(draft, by=None, at=draft.saved_at)
    assert answer(client, OLD) == (200, None)


def test_address_that_two_have_had_leads_to_the_later_one(client, article, write_article):
    move(article, "the-passage")
    other = write_article("the-crossing")
    move(other, "the-other-road")

    assert answer(client, OLD) == (301, "/en/articles/the-other-road/")
    assert FormerSlug.objects.count() == 1


def test_article_that_comes_back_leads_the_other_way(client, article):
    move(article, "the-passage")
    move(article, "the-crossing")

    assert answer(client, OLD) == (200, None)
    assert answer(client, NEW) == (301, OLD)


def test_address_belongs_to_one_language(client, article):
    move(article, "the-passage")

    assert answer(client, "/fr/articles/the-crossing/") == (404, None)


def test_slug_that_no_reader_has_seen_is_not_kept(client, write_article):
    move(write_article(status="draft", published_at=None), "the-passage")

    assert FormerSlug.objects.count() == 0


def test_error_on_an_address_of_today_stays_an_error(client, article, write_article):
    move(article, "the-passage")
    write_article("the-crossing")

    assert answer(client, f"{OLD}pictures/1/") == (404, None)


def test_nothing_is_sent_on_that_was_to_be_written(article):
    move(article, "the-passage")

    assert HttpsClient().post(OLD).status_code == 405
    assert HttpsClient().post(f"{OLD}save/").status_code != 301


def test_article_is_deleted_with_its_former_addresses(client, article):
    move(article, "the-passage")

    publishing.purge([article])

    assert FormerSlug.objects.count() == 0
    assert answer(client, OLD) == (404, None)


# --- Files and contributors -----------------------------------------------------------------------


def rename(client, editor, address, form, slug):
    client.force_login(editor)
    submit(client, client.get(address), f"//form[@id='{form}']", slug=slug)
    client.logout()


def test_file_that_is_renamed_at_the_desk_is_found(client, editor, topic_file, article):
    rename(client, editor, f"{FILES}{topic_file.pk}/change/", "topicfile_form", "iran-and-brics")

    for door in ["files/iran-brics/", "files/iran-brics/feed/", "files/iran-brics.md"]:
        for language in ["en", "fr"]:
            old = f"/{language}/{door}"
            assert answer(client, old) == (301, old.replace("iran-brics", "iran-and-brics"))


def test_contributor_who_is_renamed_at_the_desk_is_found(client, editor, article):
    contributor = Contributor.objects.get()

    rename(
        client, editor, f"{CONTRIBUTORS}{contributor.pk}/change/", "contributor_form", "the-desk"
    )

    assert answer(client, "/fr/contributors/iran-desk/") == (301, "/fr/contributors/the-desk/")


def test_file_that_took_the_address_anew_is_shown(client, editor, topic_file):
    rename(client, editor, f"{FILES}{topic_file.pk}/change/", "topicfile_form", "iran-and-brics")
    TopicFile.objects.create(slug="iran-brics", name_en="Anew", name_fr="À nouveau")

    assert answer(client, "/en/files/iran-brics/") == (200, None)
    assert answer(client, "/en/files/iran-brics/?before=nonsense") == (404, None)


def test_address_of_a_file_leads_to_no_article(client, article):
    move(article, "the-passage")

    assert answer(client, "/en/files/the-crossing/") == (404, None)


def test_move_tells_no_text(client, article):
    move(article, "the-passage")

    assert GATED not in client.get(OLD).content.decode()
