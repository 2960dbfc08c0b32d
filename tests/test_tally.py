"""What counts as a read, and what becomes of counts that cannot be written."""

import pytest
from django.db import OperationalError

from eurasia.tally import Read, Tally, article_at, read_of

CROSSING = "/en/articles/the-crossing/"


@pytest.mark.parametrize(
    "path, query, read",
    [
        (CROSSING, "", Read("article", "en", "the-crossing")),
        ("/fr/files/iran-brics/", "", Read("file", "fr", "iran-brics")),
        ("/en/subscribe/", f"next={CROSSING}", Read("asked", "en", "the-crossing")),
        ("/fr/subscribe/", "next=%2Fen%2farticles%2Fthe-crossing%2F",
         Read("asked", "en", "the-crossing")),
        ("/en/subscribe/", "", None),
        ("/en/subscribe/", "next=/en/files/iran/", None),
        ("/en/subscribe/", f"next={CROSSING}/x", None),
        ("/en/", "", None),
        ("/de/articles/the-crossing/", "", None),
        ("/en/articles/the-crossing", "", None),
        ("/en/articles/the-crossing/card.png", "", None),
        ("/en/articles/the-crossing.md", "", None),
        ("/en/articles/été/", "", None),
        ("/en/articles/the-crossing/\n", "", None),
    ],
)  # fmt: skip
def test_what_a_request_counts_as(path, query, read):
    assert read_of(path, query) == read


def test_an_article_is_told_by_its_address():
    assert article_at(CROSSING, "taken") == Read("taken", "en", "the-crossing")
    assert article_at("/en/files/iran/", "taken") is None
    assert article_at("", "taken") is None


def test_what_the_database_does_not_take_is_kept():
    tally, taken = Tally(), []
    tally.add(Read("article", "en", "one"))

    def refuse(reads):
        raise OperationalError

    tally.writer = refuse
    tally.flush()
    tally.add(Read("article", "en", "one"))
    tally.writer = lambda reads: taken.append(dict(reads))
    tally.flush()
    tally.flush()

    assert taken == [{Read("article", "en", "one"): 2}]
