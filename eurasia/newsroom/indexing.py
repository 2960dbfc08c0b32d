"""The only writer of the indexes. Whoever writes what they hold calls it in the same transaction.

Articles are locked before their words are read: of two writers the later one has the last word.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, transaction

from eurasia.newsroom import engraving, rendering, uses, vault
from eurasia.newsroom.folding import fold
from eurasia.newsroom.indexes import BodyIndex, PublicIndex
from eurasia.newsroom.models import Article, FullText, Spelling

#: Of one text, in bytes, some 80,000 words: a tsvector ends at a megabyte, positions included.
LONGEST = 500_000


@transaction.atomic
def index(numbers: Sequence[int]) -> list[Article]:
    """Write both rows of these articles, by id, and which pictures they show.

    Returns them as `index_public` does.
    """
    articles = index_public(numbers)
    uses.note(numbers)
    with vault.opened("index"):
        texts = FullText.objects.filter(pk__in=numbers).defer("body")
        store(BodyIndex, {text.pk: [words_of(text.body_html, text.body_notes)] for text in texts})
    return articles


@transaction.atomic
def index_public(numbers: Sequence[int]) -> list[Article]:
    """Write the public rows of these articles, by id: what is read beside the full text.

    Returns them as `engraving.locked` does.
    """
    articles = engraving.locked(numbers)
    store(PublicIndex, {article.pk: _rings(article) for article in articles})
    return articles


@transaction.atomic
def index_named(articles: Any) -> None:
    """Write the public rows of all these articles anew, and drop their plates: the name or the
    address of a file or a byline of theirs has changed.
    """
    for numbers in engraving.batches(list(articles.order_by("pk").values_list("pk", flat=True))):
        index_public(numbers)
    engraving.forget(articles)  # those too that somebody has drawn until the articles were locked


def index_all() -> Iterator[int]:
    """Write everything anew, as the rules of folding are now. Yields how many are done.

    Each batch is a transaction of its own: other writers wait for one at most.
    """
    for spelling in Spelling.objects.iterator():
        spelling.save()  # folded anew
    numbers = list(Article.objects.order_by("pk").values_list("pk", flat=True))
    with vault.opened("index"):
        for model in [PublicIndex, BodyIndex]:
            model.objects.exclude(pk__in=Article.objects.values("pk")).delete()  # type: ignore[attr-defined]  # both have it
    done = 0
    for batch in engraving.batches(numbers):
        with transaction.atomic():
            engraving.keep(index(batch))
        done += len(batch)
        yield done


def _rings(article: Article) -> list[str]:
    """The public words, as PublicIndex.columns has them."""
    labels = [
        article.standfirst,
        article.slug,
        *[getattr(file, f"name_{article.language}") for file in article.file_list],
        *[contributor.name for contributor in article.byline],
    ]
    teaser = words_of(article.teaser_html, article.teaser_notes)
    return [fold(article.headline), fold(" … ".join(labels)), teaser]


def words_of(finished: str, notes: str) -> str:
    """Those of a text that searches find."""
    words = fold(rendering.visible_words(finished, notes))
    return words.encode()[:LONGEST].decode(errors="ignore")


def store(model: type[PublicIndex | BodyIndex], rows: dict[int, list[str]]) -> None:
    """Write rows by the id of their articles: the folded words of each column."""
    if not rows:
        return
    is_postgresql = connection.vendor == "postgresql"
    names = model.vectors if is_postgresql else model.columns
    table = connection.ops.quote_name(model._meta.db_table)
    places = ", ".join(["%s::tsvector" if is_postgresql else "%s"] * len(names))
    new = ", ".join(f"{name} = excluded.{name}" for name in names)
    insert, otherwise = (
        ("INSERT", f"ON CONFLICT (rowid) DO UPDATE SET {new}")
        if is_postgresql
        else ("INSERT OR REPLACE", "")
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            f"{insert} INTO {table} (rowid, {', '.join(names)}) VALUES (%s, {places}) {otherwise}",
            [(pk, *(_vectors(texts) if is_postgresql else texts)) for pk, texts in rows.items()],
        )


def _vectors(texts: Sequence[str]) -> list[str]:
    """For each text a tsvector of it and those before it: every word with its places."""
    places: dict[str, list[str]] = {}
    vectors = []
    at = 0
    for text in texts:
        for word in text.split():
            at += 1
            places.setdefault(word, []).append(str(at))
        at += 1  # no phrase runs on from one text into the next
        vectors.append(
            " ".join(f"'{word}':{','.join(all_of_it)}" for word, all_of_it in places.items())
        )
    return vectors
