"""Pictures: public ones have an address, those of a full text are served through the gate."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath
from typing import Any

from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.deconstruct import deconstructible
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from eurasia.languages import Localized

GATED_FOLDER = "gated/"
#: What renditions are made as, the best first.
KINDS = {"avif": "image/avif", "webp": "image/webp"}


ALT_HELP = _("What the picture shows, for those who do not see it.")


@deconstructible
class PictureStorage(Storage):
    """Keeps what is gated in STORAGES["gated"], all other pictures in STORAGES["default"]."""

    def _of(self, name: str) -> Storage:
        return storages["gated" if name.startswith(GATED_FOLDER) else "default"]

    def _open(self, name: str, mode: str = "rb") -> File:
        return self._of(name).open(name, mode)

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        return self._of(name or "").save(name, content, max_length)

    def delete(self, name: str) -> None:
        self._of(name).delete(name)

    def exists(self, name: str) -> bool:
        return self._of(name).exists(name)

    def size(self, name: str) -> int:
        return self._of(name).size(name)

    def path(self, name: str) -> str:
        return self._of(name).path(name)

    def url(self, name: str | None) -> str:
        """Raises ValueError for what is gated: it has no address of its own."""
        if (name or "").startswith(GATED_FOLDER):
            raise ValueError("A gated picture is served through its article only.")
        return self._of(name or "").url(name)


def place(picture: "Picture", filename: str) -> str:
    """A name nobody can guess; a public picture becomes public, never the other way round."""
    return ("pictures/" if picture.is_public else GATED_FOLDER) + unguessable(filename)


def unguessable(filename: str) -> str:
    """A name of 128 random bits; of the one it came with, the ending stays."""
    return f"{secrets.token_urlsafe(16)}{PurePath(filename).suffix.lower()}"


@dataclass(frozen=True)
class Source:
    """One `<source>` of a `<picture>`: its MIME type, and each rendition's address and width."""

    type: str
    srcset: str


class Picture(models.Model):
    """A picture file. Its alternative text is what the desk proposes: each use has one of its own,
    which is what readers are told.
    """

    file = models.ImageField(
        pgettext_lazy("computer file", "file"),
        storage=PictureStorage(),
        upload_to=place,
        width_field="width",
        height_field="height",
    )
    credit = models.CharField(_("credit"), max_length=200)
    #: The desk wants one of the two; a picture that was imported without has none until then.
    alt_en = models.CharField(
        _("alternative text (English)"), max_length=300, blank=True, help_text=ALT_HELP
    )
    alt_fr = models.CharField(
        _("alternative text (French)"), max_length=300, blank=True, help_text=ALT_HELP
    )
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    focal_x = models.FloatField(
        _("focal point across"),
        default=0.5,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("0 is the left edge, 1 the right one."),
    )
    focal_y = models.FloatField(
        _("focal point down"),
        default=0.5,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("0 is the top edge, 1 the bottom."),
    )
    is_public = models.BooleanField(
        _("public"),
        default=False,
        help_text=_("Covers and pictures of teasers; others belong to a full text."),
    )
    #: The widths in pixels of its renditions, each as AVIF and WebP beside the file.
    renditions = models.JSONField(default=list, blank=True, editable=False)
    #: SHA-256 of the file that came in, so that an import that runs again finds what it has loaded.
    digest = models.CharField(max_length=64, blank=True, editable=False, db_index=True)

    #: Of a gated picture it may say what its full text says, so that no log names pictures by it.
    alt = Localized()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        constraints = [
            models.CheckConstraint(
                condition=Q(focal_x__gte=0, focal_x__lte=1, focal_y__gte=0, focal_y__lte=1),
                name="focal_point_lies_in_the_picture",
            ),
            models.CheckConstraint(condition=~Q(credit=""), name="picture_has_a_credit"),
        ]

    def __str__(self) -> str:
        return f"{capfirst(self._meta.verbose_name)} {self.pk} ({self.credit})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.file and not self.digest:
            self.digest = hashlib.file_digest(self.file.file, "sha256").hexdigest()
            self.file.seek(0)
        super().save(*args, **kwargs)

    @property
    def focus(self) -> str:
        """The classes of css/focus.css that keep the focal point where the picture is cropped."""
        across, down = round(self.focal_x * 10), round(self.focal_y * 10)
        return "" if across == down == 5 else f"across-{across} down-{down}"

    # --- Renditions: made by renditions.py, named after the file ----------------------------------

    def rendition_name(self, width: int, kind: str) -> str:
        return f"{PurePosixPath(self.file.name or '').with_suffix('')}-{width}.{kind}"

    @property
    def names(self) -> list[str]:
        """Every file of this picture: the one that came in, then its renditions."""
        made = [self.rendition_name(width, kind) for width in self.renditions for kind in KINDS]
        return [self.file.name or "", *made]

    def sources_at(self, address: Callable[[int, str], str]) -> list[Source]:
        """For a `<picture>` whose renditions are served where `address(width, kind)` says."""
        return [
            Source(mime, ", ".join(f"{address(each, kind)} {each}w" for each in self.renditions))
            for kind, mime in KINDS.items()
            if self.renditions
        ]

    @property
    def sources(self) -> list[Source]:
        """Those of a public picture. Raises ValueError for a gated one."""
        storage = self.file.storage
        return self.sources_at(lambda width, kind: storage.url(self.rendition_name(width, kind)))


class PictureUse(models.Model):
    """That a text of an article shows a picture: written by `uses.note`, so that nobody need read
    all texts to learn it. Covers and the card of the journal are columns already.
    """

    class Place(models.TextChoices):
        TEASER = "teaser", _("teaser")
        FULL_TEXT = "full_text", _("full text")
        WAITING = "waiting", _("changes that wait")

    picture = models.ForeignKey(Picture, models.CASCADE, related_name="+")
    article = models.ForeignKey("newsroom.Article", models.CASCADE, related_name="+")
    place = models.CharField(max_length=9, choices=Place)

    class Meta:
        verbose_name = _("use of a picture")
        verbose_name_plural = _("uses of pictures")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["picture", "article", "place"], name="picture_used_once_in_a_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
