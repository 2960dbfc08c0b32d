"""The plates of articles: kept with what they show, passed over when they may be out of date."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from threading import Event

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from eurasia import background
from eurasia.newsroom import engraving, indexing, publishing
from eurasia.newsroom.models import Article, Contributor, Plate, TopicFile
from tests.cast import GATED, GATED_NOTE
from tests.conftest import HttpsClient
from tests.newsroom.test_pictures import png
from tests.pages import submit, tree_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_plate_is_stale")]
ADDRESS = "/en/articles/the-crossing/"


def page(client):
    return client.get(ADDRESS).content.decode()


def queries_of(client, count, django_assert_num_queries):
    with django_assert_num_queries(count):
        return page(client)


def test_page_with_a_plate_is_the_page_without(client, write_article, django_assert_num_queries):
    write_article(cover=png(is_public=True), cover_alt="A <road>", standfirst="Tea & “trade”.")
    with_plate = queries_of(client, 2, django_assert_num_queries)

    Plate.objects.all().delete()
    without = queries_of(client, 6, django_assert_num_queries)

    assert with_plate == without
    assert "A &lt;road&gt;" in without


def test_plate_holds_nothing_gated(article):
    [plate] = Plate.objects.all()

    said = " ".join(getattr(plate, name) for name in Plate.PIECES)
    assert [text in said for text in [GATED, GATED_NOTE]] == [False] * 2


@pytest.mark.parametrize("field, value", [("article_version", 99), ("release", "another")])
def test_plate_of_another_version_or_release_is_passed_over(field, value, client, article):
    Plate.objects.update(head="<p>Out of date</p>", **{field: value})

    assert "Out of date" not in page(client)
    assert "Headline of the-crossing" in page(client)


def test_release_goes_by_the_settings_that_stand_in_pages(settings):
    before = engraving.release()
    settings.SITE_NAME = "Another"

    assert engraving.release() != before


def test_draft_has_no_plate_until_it_is_published(write_article, editor, now):
    article = write_article(status="draft", published_at=None)
    before = Plate.objects.count()

    publishing.publish(article, by=editor, at=now)

    assert [before, Plate.objects.count()] == [0, 1]


def test_scheduled_article_has_its_plate_beforehand(client, write_article, now, time_machine):
    write_article(published_at=now + timedelta(hours=1))
    assert client.get(ADDRESS).status_code == 404

    time_machine.move_to(now + timedelta(hours=1))

    assert Plate.objects.count() == 1
    assert "Headline of the-crossing" in page(client)


def test_article_that_opens_or_closes_on_a_date_has_none(write_article, now):
    write_article("one", free_from=now)
    write_article("two", free_until=now)
    write_article("three", access="everyone")

    assert list(Plate.objects.values_list("article__slug", flat=True)) == ["three"]


def test_article_whose_dates_are_set_afterwards_says_who_may_read_it(client, article, now):
    Article.objects.filter(pk=article.pk).update(free_from=now - timedelta(hours=1))

    [data] = tree_of(client.get(ADDRESS)).xpath("//script[@type='application/ld+json']/text()")
    assert '"isAccessibleForFree":true' in data


@pytest.mark.parametrize(
    "model, form, changes",
    [
        (TopicFile, "topicfile", {"name_en": "The <new> name"}),
        (TopicFile, "topicfile", {"slug": "new-address"}),
        (Contributor, "contributor", {"name": "The <new> name"}),
        (Contributor, "contributor", {"slug": "new-address"}),
    ],
)
def test_renamed_file_and_byline_are_read_at_once(model, form, changes, client, article, editor):
    client.force_login(editor)
    address = f"/admin/newsroom/{form}/{model.objects.get().pk}/change/"

    response = submit(client, client.get(address), f"//form[@id='{form}_form']", **changes)

    assert response.status_code == 302
    [said] = changes.values()
    assert said.replace("<", "&lt;").replace(">", "&gt;") in page(HttpsClient())
    assert Plate.objects.count() == 0
    background.work()
    assert Plate.objects.count() == 1
    assert said.replace("<", "&lt;").replace(">", "&gt;") in page(HttpsClient())


def test_credit_of_a_cover_is_read_at_once(client, write_article, editor):
    cover = png(is_public=True)
    write_article(cover=cover, cover_alt="A road")
    client.force_login(editor)
    address = f"/admin/newsroom/picture/{cover.pk}/change/"

    form = "//form[@id='picture_form']"
    response = submit(client, client.get(address), form, credit="Somebody else", alt_en="A")

    assert response.status_code == 302
    assert "Somebody else" in page(HttpsClient())


def test_reindex_draws_what_is_missing(article):
    Plate.objects.all().delete()

    call_command("reindex", verbosity=0)

    assert Plate.objects.count() == 1


def test_article_is_written_before_static_files_are_collected(write_article, settings):
    manifest = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": manifest}}

    write_article()

    assert '"url":"https://journal.test/static/img/mark.svg"' in Plate.objects.get().data


def rename_the_file(article):
    TopicFile.objects.update(name_en="Another name")
    indexing.index_named(Article.objects.filter(pk=article.pk))


def correct(text):
    return lambda article: publishing.correct(article, text, at=article.published_at)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "first, second, said",
    [
        (correct("One."), correct("Two."), ["One.", "Two."]),
        (rename_the_file, correct("Two."), ["Another name", "Two."]),
        (correct("One."), rename_the_file, ["One.", "Another name"]),
    ],
)
def test_of_two_writers_neither_draws_without_the_other(first, second, said, client, article):
    has_written, is_late = Event(), Event()

    def write_first():
        with closing(connection), transaction.atomic():
            first(article)
            has_written.set()
            is_late.wait(0.5)  # for as long the other looks, or waits

    def write_second():
        has_written.wait()
        with closing(connection), transaction.atomic():
            second(article)
        is_late.set()

    with ThreadPoolExecutor() as threads:
        for writing in [threads.submit(write_first), threads.submit(write_second)]:
            writing.result()

    assert [text in page(client) for text in said] == [True] * 2


@pytest.mark.django_db(transaction=True)
def test_reindexing_lets_nobody_write_between_reading_an_article_and_keeping_its_plate(article):
    with CaptureQueriesContext(connection) as said:
        list(indexing.index_all())

    steps = [each["sql"] for each in said]
    [kept] = [at for at, sql in enumerate(steps) if f'INTO "{Plate._meta.db_table}"' in sql]
    read = max(at for at in range(kept) if f'FROM "{Article._meta.db_table}"' in steps[at])
    assert "COMMIT" not in steps[read:kept]
