"""Draws the plates of articles, and keeps them.

`store` is called, as `indexing` is, in the transaction of whoever changes what stands on a plate:
the article, the names and addresses of its files and contributors, its corrections, its cover. A
plate from another version of the article or another release of this program is passed over, and
the page is drawn anew: slower, never wrong. `manage.py reindex` draws all plates.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from eurasia import background, languages, masthead
from eurasia.newsroom import citing, linked_data
from eurasia.newsroom.models import (
    Article,
    ArticleContributor,
    ArticleFile,
    Correction,
    Plate,
)
from eurasia.prepared import Prepared

#: Articles that are locked together.
AT_ONCE = 50


def draw(article: Article, at: datetime, *, is_preview: bool = False) -> Plate:
    """The plate of a published article, or of one shown as if it were; not stored.

    It came `with_labels()` and `with_corrections()`. A preview tells nobody of itself.
    """
    address = article.get_absolute_url()
    drawn_by = release()  # first: of settings that change meanwhile it would promise too much
    with translation.override(article.language):
        context = {
            **languages.of_the_journal(),
            "article": article,
            "citations": citing.cite(article),
            "page_language": article.language,
            "canonical": "" if is_preview else settings.SITE_URL + address,
            "is_preview": is_preview,
        }
        pieces: dict[str, str] = {
            name: render_to_string(f"newsroom/plate/{name}.html", context)
            for name in ["share", "head", "facts", "foot"]
        }
        pieces["data"] = "" if is_preview else linked_data.of_article(article, at)
    return Plate(
        article=article,
        article_version=article.version,
        release=drawn_by,
        file=article.file_list[0] if article.file_list else None,
        **pieces,
    )


def stored(article: Article) -> Plate | None:
    """The plate that came with `article`, if it still is what `draw` would give."""
    plate = getattr(article, "plate", None)
    if plate is None or not _stands_still(article):
        return None
    is_of_today = plate.article_version == article.version and plate.release == release()
    return plate if is_of_today else None


@transaction.atomic
def store(numbers: Iterable[int]) -> None:
    """Draw and keep the plates of those of these articles, by id, that are published or will be."""
    keep(locked(numbers))


def locked(numbers: Iterable[int]) -> list[Article]:
    """These articles, by id, with all that a plate shows, and until the transaction ends nobody
    else's: of two writers the later one draws what both wrote.
    """
    numbers = list(numbers)
    if len(numbers) > 1:
        found = Article.objects.filter(pk__in=numbers).order_by("pk")
        return list(_for_update(found.with_labels().with_corrections()))
    return [labelled(article) for number in numbers for article in _ONE(article=number)]


def labelled(article: Article) -> Article:
    """As if it had come `with_labels().with_corrections()`."""
    article.files_in_order = _FILES(article=article.pk)
    article.contributors_in_order = _BYLINE(article=article.pk)
    article.corrections_in_order = _CORRECTIONS(article=article.pk)
    return article


def _for_update(articles: Any) -> Any:
    return articles.select_for_update(of=("self",), no_key=True)


# What most writers write is one article.
_ONE = Prepared(
    lambda article: _for_update(Article.objects.filter(pk=article).select_related("cover"))
)
_FILES = Prepared(lambda article: ArticleFile.in_order().filter(article=article))
_BYLINE = Prepared(lambda article: ArticleContributor.in_order().filter(article=article))
_CORRECTIONS = Prepared(lambda article: Correction.newest().filter(article=article))


def keep(articles: Iterable[Article]) -> None:
    """Draw and keep the plates of those of these `locked` ones that are published or will be."""
    Plate.objects.bulk_create(
        [
            draw(article, article.published_at)
            for article in articles
            if article.status == Article.Status.PUBLISHED
            and article.published_at
            and _stands_still(article)
        ],
        update_conflicts=True,
        unique_fields=["article"],
        update_fields=["article_version", "release", "file", *Plate.PIECES],
    )


def forget(articles: Any) -> None:
    """Drop the plates of a queryset of articles, which may be thousands: a name on them changed.

    Called when they are locked. Their pages are drawn as they are asked for, until a worker has
    drawn the plates.
    """
    Plate.objects.filter(article__in=articles.order_by().values("pk")).delete()
    background.enqueue(draw_missing)


@background.job
def draw_missing() -> None:
    """Draw and keep the plates that are not there."""
    published = Article.objects.filter(status=Article.Status.PUBLISHED)
    missing = published.filter(plate=None, free_from=None, free_until=None).order_by("pk")
    for batch in batches(list(missing.values_list("pk", flat=True))):
        store(batch)


def batches(numbers: list[int]) -> Iterator[list[int]]:
    """As many articles, by id, as are locked together."""
    for start in range(0, len(numbers), AT_ONCE):
        yield numbers[start : start + AT_ONCE]


def _stands_still(article: Article) -> bool:
    """Whether its data say the same at any time: who may read it changes on no date."""
    return article.free_from is None and article.free_until is None


def release() -> str:
    """A digest of all that draws: code, templates, texts, and the settings that stand in pages."""
    journal = masthead.current()
    said = (masthead.name(), journal.tagline_en, journal.tagline_fr, settings.SITE_URL)
    return _digest(*said, settings.DEMO, settings.MEDIA_URL, settings.TIME_ZONE)


@lru_cache(maxsize=16)
def _digest(*said: Any) -> str:
    digest = hashlib.sha256(repr((django.VERSION, *said)).encode())
    for folder, endings in [("eurasia", {".py", ".mo", ".svg"}), ("templates", {".html"})]:
        for path in sorted(Path(settings.BASE_DIR, folder).rglob("*")):
            if path.suffix in endings:
                digest.update(path.read_bytes())
    return digest.hexdigest()
