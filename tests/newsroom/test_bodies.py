"""Full texts that a process remembers: the newest version, for those alone who may read it."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from eurasia.newsroom import bodies, publishing, vault
from eurasia.newsroom.models import Article
from eurasia.newsroom.reading import read, read_all
from tests.cast import GATED

pytestmark = pytest.mark.django_db(transaction=True)


def test_second_reading_asks_for_the_right_alone(
    article, subscriber, now, django_assert_num_queries
):
    first = read(article, subscriber, now)

    with django_assert_num_queries(1) as queries:
        second = read(article, subscriber, now)

    assert GATED in second.body_html
    assert second == first
    assert "fulltext" not in queries.captured_queries[0]["sql"]


def test_remembered_text_opens_to_nobody_else(article, subscriber, registered, lapsed, now):
    read(article, subscriber, now)

    seen = [read(article, who, now) for who in [None, registered, lapsed]]

    assert [each.body_html for each in seen] == ["", "", ""]


def test_new_version_is_read_at_once(article, subscriber, now):
    read(article, subscriber, now)

    publishing.write(article, "<p>Another text.</p>", by=None, reason="desk")

    assert read(Article.objects.get(), subscriber, now).body_html == "<p>Another text.</p>"


@pytest.mark.parametrize("count", [1, 2])
def test_save_that_shuts_a_text_shuts_it_for_who_has_read_the_article(count, write_article, now):
    """Article and full text are two queries, and the save may come between them."""
    for number in range(count):
        write_article(f"piece-{number}", access="everyone", body="<p>Open to all.</p>")
    seen_before = list(Article.objects.order_by("pk"))

    for article in Article.objects.all():
        article.access = "subscribers"
        publishing.write(article, f"<p>{GATED}</p>", by=None, reason="desk")

    readings = read_all(seen_before, None, now)
    assert [each.body_html for each in readings] == [""] * count


def test_what_may_be_undone_is_not_remembered(article, subscriber, now):
    with transaction.atomic():
        publishing.write(article, "<p>A slip.</p>", by=None, reason="desk")
        read(Article.objects.get(), subscriber, now)
        transaction.set_rollback(True)
    publishing.write(Article.objects.get(), "<p>As meant.</p>", by=None, reason="desk")

    assert read(Article.objects.get(), subscriber, now).body_html == "<p>As meant.</p>"


def test_several_are_read_in_one_query(write_article, subscriber, now, django_assert_num_queries):
    articles = [write_article("one"), write_article("two"), write_article("three")]
    with vault.opened("read"):
        bodies.finished(articles[:1])
        with django_assert_num_queries(1):
            found = bodies.finished(articles)

    assert [GATED in found[article.pk].body_html for article in articles] == [True] * 3


def test_nothing_comes_out_while_the_vault_is_shut(article):
    with vault.opened("read"):
        bodies.finished([article])

    with pytest.raises(vault.VaultError, match="remembered full texts"):
        bodies.finished([article])


def test_nobody_else_asks_for_what_is_remembered():
    named = [
        path.name
        for path in Path(settings.BASE_DIR, "eurasia").rglob("*.py")
        if 'caches["full_texts"]' in path.read_text()
    ]

    assert named == ["bodies.py"]
    assert settings.CACHES["full_texts"]["BACKEND"].endswith(".LocMemCache")
