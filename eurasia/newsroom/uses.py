"""Where pictures and documents are used: in articles, live, waiting or in the bin. What is used
cannot be deleted.
"""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from eurasia.newsroom import rendering, vault
from eurasia.newsroom.models import (
    Article,
    Document,
    Draft,
    FullText,
    Journal,
    Picture,
    PictureUse,
)
from eurasia.prepared import Prepared


@dataclass(frozen=True)
class Use:
    """One place in an article, or in what the journal says of itself."""

    where: Article | Journal
    place: str | Promise


def of_picture(picture: Picture) -> list[Use]:
    found = [Use(article, _("cover")) for article in Article.objects.filter(cover=picture)]
    journal = Journal.objects.filter(card_picture=picture)
    found += [Use(row, _("picture for share cards")) for row in journal]
    noted = PictureUse.objects.filter(picture=picture).select_related("article").order_by("article")
    places = list(PictureUse.Place)
    in_texts = sorted(noted, key=lambda use: places.index(PictureUse.Place(use.place)))
    return found + [Use(use.article, PictureUse.Place(use.place).label) for use in in_texts]


def of_document(document: Document) -> list[Use]:
    mark = f'href="{document.source_address}"'
    with vault.opened("desk"):
        bodies = list(FullText.objects.filter(body__contains=mark).values_list("pk", flat=True))
        in_draft = Q(teaser__contains=mark) | Q(body__contains=mark)
        drafts = list(Draft.objects.filter(in_draft).values_list("article", flat=True))
    found = [
        (_("teaser"), Article.objects.filter(teaser__contains=mark)),
        (_("full text"), Article.objects.filter(pk__in=bodies)),
        (_("changes that wait"), Article.objects.filter(pk__in=drafts)),
    ]
    return [Use(article, place) for place, articles in found for article in articles]


def articles_showing(
    pictures: Set[int] = frozenset(), documents: Set[int] = frozenset()
) -> set[int]:
    """The ids of the articles that show one of these as a cover, in teaser or full text."""
    showing = set(Article.objects.filter(cover__in=pictures).values_list("pk", flat=True))
    in_texts = PictureUse.objects.filter(picture__in=pictures)
    showing.update(
        in_texts.exclude(place=PictureUse.Place.WAITING).values_list("article", flat=True)
    )
    for document in Document.objects.filter(pk__in=documents):
        mark = f'href="{document.source_address}"'
        with vault.opened("index"):
            bodies = FullText.objects.filter(body__contains=mark)
            showing.update(bodies.values_list("pk", flat=True))
        showing.update(Article.objects.filter(teaser__contains=mark).values_list("pk", flat=True))
    return showing


# --- Which pictures texts show --------------------------------------------------------------------


def _rows_of(model: Any, key: str, *columns: str) -> Callable[[Sequence[int]], Iterable[Any]]:
    """What is asked of articles, by id: of one by a query that is put together once."""
    rows = model.objects.only(*columns)
    one = Prepared(lambda article: rows.filter(**{key: article}))
    return lambda articles: (
        one(article=articles[0]) if len(articles) == 1 else rows.filter(**{f"{key}__in": articles})
    )


_held = _rows_of(PictureUse, "article", "picture", "article", "place")
_full_texts = _rows_of(FullText, "pk", "body")
_drafts = _rows_of(Draft, "pk", "teaser", "body", "labels")
_teasers = _rows_of(Article, "pk", "teaser")


@transaction.atomic
def note(articles: Sequence[int]) -> None:
    """Keep which pictures these articles, by id, show in their texts and in changes that wait.

    Called in the transaction of whoever writes one of them. What others note meanwhile stays: rows
    are read before the texts, and what goes is a row whose text, read later, shows it no more.
    """
    Place = PictureUse.Place
    rows = {(row.picture_id, row.article_id, row.place): row.pk for row in _held(articles)}
    with vault.opened("index"):
        named = {
            (text.pk, Place.FULL_TEXT): rendering.pictures_in(text.body)
            for text in _full_texts(articles)
        }
        for draft in _drafts(articles):
            shown = rendering.pictures_in(draft.teaser, draft.body)
            named[draft.pk, Place.WAITING] = shown | {draft.labels.get("cover") or 0}
    for article in _teasers(articles):
        named[article.pk, Place.TEASER] = rendering.pictures_in(article.teaser)
    keys = set().union(*named.values())
    there = set(Picture.objects.filter(pk__in=keys).values_list("pk", flat=True)) if keys else keys
    wanted = {(key, *of) for of, shown in named.items() for key in shown & there}
    if gone := [rows[row] for row in rows.keys() - wanted]:
        PictureUse.objects.filter(pk__in=gone).delete()
    if new := wanted - rows.keys():
        PictureUse.objects.bulk_create(
            [
                PictureUse(picture_id=key, article_id=article, place=place)
                for key, article, place in new
            ],
            ignore_conflicts=True,
        )


def numbers_of(pictures: Sequence[int]) -> dict[int, int]:
    """How many uses each of these pictures has, by id: as many as `of_picture` names."""
    numbers = dict.fromkeys(pictures, 0)
    for model, name in [(PictureUse, "picture"), (Article, "cover"), (Journal, "card_picture")]:
        used: Any = model._default_manager.filter(**{f"{name}__in": pictures})
        for key, count in used.order_by().values_list(name).annotate(count=Count("pk")):
            numbers[key] += count
    return numbers


def is_used() -> Q:
    """Of a queryset of pictures: those with some use."""
    return Q(
        Exists(PictureUse.objects.filter(picture=OuterRef("pk")))
        | Exists(Article.objects.filter(cover=OuterRef("pk")))
        | Exists(Journal.objects.filter(card_picture=OuterRef("pk")))
    )
