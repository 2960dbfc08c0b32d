"""Saved articles and places in texts: for their reader alone, and gone when they say so."""

from datetime import timedelta

import pytest

from eurasia.accounts.models import User
from eurasia.newsroom import shelf
from eurasia.newsroom.models import ReadingPlace, SavedArticle
from tests.cast import GATED
from tests.newsroom.test_views import ADDRESS
from tests.pages import one, texts, tree_of

LIST, SAVE, PLACE = "/en/account/reading/", f"{ADDRESS}save/", f"{ADDRESS}place/"
SHELF = "//form[@class='shelf']"
LINKS = "//section[@aria-labelledby='{}']//li/a"


def listed(client, of):
    return texts(tree_of(client.get(LIST)), LINKS.format(of))


def press(client, page, button):
    """Send the form of a button, with what it is worth."""
    button = one(tree_of(page), f"//main//button[@name='{button}']")
    form = next(button.iterancestors("form"))
    sent = {**dict(form.form_values()), button.get("name"): button.get("value")}
    return client.post(form.get("action") or page.request["PATH_INFO"], sent, follow=True)


@pytest.fixture
def reading(client, subscriber, article):
    client.force_login(subscriber)
    return client


def test_article_is_saved_and_taken_off(reading, subscriber, article):
    page = press(reading, reading.get(ADDRESS), "save")

    assert listed(reading, "saved") == [article.headline]
    assert texts(tree_of(page), f"{SHELF}/button") == ["Saved: take it off"]
    press(reading, page, "save")
    assert listed(reading, "saved") == []


def test_article_is_taken_off_on_the_list(reading, subscriber, article, now):
    shelf.save(subscriber, article, at=now)

    page = press(reading, reading.get(LIST), "save")

    assert page.request["PATH_INFO"] == LIST
    assert SavedArticle.objects.count() == 0


def test_saving_twice_saves_once(subscriber, article, now):
    shelf.save(subscriber, article, at=now)
    shelf.save(subscriber, article, at=now + timedelta(days=1))

    assert SavedArticle.objects.get().saved_at == now


def test_newest_is_first_and_another_readers_are_not_there(
    reading, subscriber, registered, write_article, now
):
    for number, slug in enumerate(["one", "two"]):
        shelf.save(subscriber, write_article(slug), at=now + timedelta(hours=number))
    shelf.save(registered, write_article("three"), at=now)

    assert listed(reading, "saved") == ["Headline of two", "Headline of one"]


def test_withdrawn_article_is_on_no_list(reading, subscriber, write_article, now):
    article = write_article("gone", status="withdrawn")
    shelf.save(subscriber, article, at=now)
    shelf.keep_place(subscriber, article, block=3, is_last=False, at=now)

    assert listed(reading, "saved") == listed(reading, "begun") == []


def test_place_is_kept_and_led_back_to(reading, article):
    assert reading.post(PLACE, {"block": "7"}).status_code == 204

    page = tree_of(reading.get(ADDRESS))
    assert page.xpath(f"{SHELF}/a/@data-block") == ["7"]
    assert page.xpath(f"{SHELF}/@data-place") == [PLACE]
    assert listed(reading, "begun") == [article.headline]


@pytest.mark.parametrize("sent", [{"block": "9", "last": "on"}, {"block": "0"}])
def test_text_that_is_read_or_not_begun_has_no_place(reading, subscriber, article, now, sent):
    shelf.keep_place(subscriber, article, block=3, is_last=False, at=now)

    reading.post(PLACE, sent)

    assert ReadingPlace.objects.count() == 0


@pytest.mark.parametrize("block", ["", "-1", "x", "99999"])
def test_place_that_cannot_be_is_refused(reading, block):
    assert reading.post(PLACE, {"block": block}).status_code == 400
    assert ReadingPlace.objects.count() == 0


def test_twenty_places_are_kept(subscriber, write_article, now):
    for number in range(22):
        article = write_article(f"piece-{number}")
        shelf.keep_place(
            subscriber, article, block=1, is_last=False, at=now + timedelta(minutes=number)
        )

    kept = ReadingPlace.objects.order_by("seen_at").values_list("article__slug", flat=True)
    assert list(kept) == [f"piece-{number}" for number in range(2, 22)]


def test_places_are_switched_off_and_on_again(reading, subscriber, article, now):
    shelf.keep_place(subscriber, article, block=3, is_last=False, at=now)
    page = press(reading, reading.get(LIST), "keep-none")

    assert ReadingPlace.objects.count() == 0
    assert tree_of(reading.get(ADDRESS)).xpath(f"{SHELF}/@data-place") == []
    reading.post(PLACE, {"block": "7"})
    assert ReadingPlace.objects.count() == 0
    press(reading, page, "keep")
    reading.post(PLACE, {"block": "7"})
    assert ReadingPlace.objects.count() == 1


def test_places_are_forgotten_at_a_word(reading, subscriber, article, now):
    shelf.keep_place(subscriber, article, block=3, is_last=False, at=now)
    shelf.save(subscriber, article, at=now)

    press(reading, reading.get(LIST), "forget")

    assert (ReadingPlace.objects.count(), SavedArticle.objects.count()) == (0, 1)
    assert User.objects.get(pk=subscriber.pk).keeps_places


def test_reader_without_a_subscription_saves_and_has_no_place(client, registered, article, now):
    client.force_login(registered)
    shelf.keep_place(registered, article, block=3, is_last=False, at=now)

    page = client.get(ADDRESS)

    assert texts(tree_of(page), f"{SHELF}/button") == ["Save for later"]
    assert tree_of(page).xpath(f"{SHELF}/a | {SHELF}/@data-place") == []
    assert GATED not in page.text


def test_outsider_is_offered_nothing_and_may_post_nothing(client, article):
    assert tree_of(client.get(ADDRESS)).xpath(SHELF) == []
    assert [client.post(door).status_code for door in [SAVE, PLACE]] == [302, 302]
    assert SavedArticle.objects.count() == ReadingPlace.objects.count() == 0


def test_nobody_saves_what_is_not_published(reading, write_article):
    write_article("draft-piece", status="draft", published_at=None)

    assert reading.post("/en/articles/draft-piece/save/").status_code == 404
