"""Queries that are put together once answer as those that are put together each time."""

from datetime import timedelta

import pytest

from eurasia.newsroom import vault
from eurasia.newsroom.models import Article, FullText
from eurasia.prepared import Prepared

pytestmark = pytest.mark.django_db
BY_SLUG = Prepared(
    lambda at, slug: Article.objects.published(at).filter(slug=slug).select_related("cover")
)
FULL_TEXT = Prepared(lambda article: FullText.objects.filter(article=article))


def test_rows_are_those_of_the_queryset_each_time_anew(
    write_article, now, django_assert_num_queries
):
    first, second = write_article("first"), write_article("second", published_at=now)

    with django_assert_num_queries(3):
        found = [BY_SLUG(at=now, slug=slug) for slug in ["first", "second", "third"]]

    assert found == [[first], [second], []]
    assert found[1][0].published_at == now
    assert found[0][0].__dict__.keys() == Article.objects.select_related("cover")[0].__dict__.keys()


def test_edge_instant(write_article, now):
    write_article("later", published_at=now + timedelta(microseconds=1))

    assert BY_SLUG(at=now, slug="later") == []
    assert len(BY_SLUG(at=now + timedelta(microseconds=1), slug="later")) == 1


def test_value_is_a_value_whatever_stands_in_it(write_article, now):
    write_article("first")

    assert BY_SLUG(at=now, slug="first' OR '1'='1") == []
    assert BY_SLUG(at=now, slug="%s") == []


def test_missing_value_and_none_are_refused(now):
    with pytest.raises(KeyError):
        BY_SLUG(at=now)
    with pytest.raises(TypeError, match="slug"):
        BY_SLUG(at=now, slug=None)


def test_vault_refuses_it_as_any_query(article):
    with pytest.raises(vault.VaultError):
        FULL_TEXT(article=article.pk)

    with vault.opened("read"):
        assert len(FULL_TEXT(article=article.pk)) == 1


def test_sql_is_put_together_once(article, now):
    asked = []
    query = Prepared(lambda slug: asked.append(slug) or Article.objects.filter(slug=slug))

    assert [query(slug=article.slug), query(slug="other"), query(slug=article.slug)] == [
        [article], [], [article],
    ]  # fmt: skip
    assert len(asked) == 1
