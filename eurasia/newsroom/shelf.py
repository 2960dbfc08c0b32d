"""What a reader has put aside, and where in a text they were. For that reader alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from eurasia.accounts.models import User

if TYPE_CHECKING:
    from eurasia.newsroom.models import Article

#: The places of a reader's newest articles are kept; who has begun more will not come back to all.
PLACES_AT_MOST = 20


class OfAReader(models.Model):
    """What ties an article to a reader."""

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("reader")
    )
    article = models.ForeignKey(
        "newsroom.Article", models.CASCADE, related_name="+", verbose_name=_("article")
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class SavedArticle(OfAReader):
    """An article that a reader has put aside to read later."""

    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("saved article")
        verbose_name_plural = _("saved articles")
        constraints = [models.UniqueConstraint(fields=["reader", "article"], name="saved_once")]


class ReadingPlace(OfAReader):
    """How far a reader has come in a full text: which of its blocks, counted from 0."""

    block = models.PositiveSmallIntegerField(_("paragraph"))
    seen_at = models.DateTimeField(_("last read"))

    class Meta:
        verbose_name = _("place in a text")
        verbose_name_plural = _("places in texts")
        constraints = [models.UniqueConstraint(fields=["reader", "article"], name="one_place")]


@dataclass(frozen=True)
class Standing:
    """What the page of an article asks for its reader."""

    is_saved: bool
    #: None: not begun, at its beginning, read to its end, or places are not kept.
    block: int | None
    keeps_places: bool


def with_standing(articles: Any, reader: Any) -> Any:
    """A queryset of articles with what `standing` tells of the reader with this id."""
    theirs = {"reader": reader, "article": OuterRef("pk")}
    return articles.annotate(
        is_saved=Exists(SavedArticle.objects.filter(**theirs)),
        block=Subquery(ReadingPlace.objects.filter(**theirs).values("block")[:1]),
    )


def standing(reader: User, article: Any) -> Standing:
    """`article` came `with_standing` of the reader."""
    return Standing(article.is_saved, article.block, reader.keeps_places)


def save(reader: User, article: "Article", *, at: datetime) -> None:
    SavedArticle.objects.get_or_create(reader=reader, article=article, defaults={"saved_at": at})


def take_off(reader: User, article: "Article") -> None:
    SavedArticle.objects.filter(reader=reader, article=article).delete()


def keep_place(
    reader: User, article: "Article", *, block: int, is_last: bool, at: datetime
) -> None:
    """Note where `reader` is, unless they want no places kept. Read to the end, it is forgotten."""
    if not reader.keeps_places:
        return
    places = ReadingPlace.objects.filter(reader=reader)
    if is_last or block == 0:
        places.filter(article=article).delete()
        return
    ReadingPlace.objects.update_or_create(
        reader=reader, article=article, defaults={"block": block, "seen_at": at}
    )
    old = places.order_by("-seen_at", "-id").values_list("pk", flat=True)[PLACES_AT_MOST:]
    places.filter(pk__in=list(old)).delete()


def keep_places(reader: User, *, wanted: bool) -> None:
    """Keep places from now on, or keep none and forget those there are."""
    User.objects.filter(pk=reader.pk).update(keeps_places=wanted)
    if not wanted:
        forget_places(reader)


def forget_places(reader: User) -> None:
    ReadingPlace.objects.filter(reader=reader).delete()
