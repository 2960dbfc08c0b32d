"""Renditions: smaller copies of a picture as AVIF and WebP, made once when it comes into the house.

Called by the desk, the importers and `make_renditions`, never by a save. `encode` looks at a
picture and writes nothing; `store` writes all of it or nothing.
"""

import io
import warnings
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

from eurasia.newsroom.pictures import KINDS, Picture

#: Kinds of pictures that come in, with the endings that their files may have: a web server tells
#: the kind by the ending.
FORMATS = {
    "JPEG": {".jpg", ".jpeg"},
    "PNG": {".png"},
    "WEBP": {".webp"},
    "GIF": {".gif"},
}
MOST_PIXELS = 50_000_000
WIDTHS = [480, 720, 960, 1600]
#: What WebP can hold.
MOST_HEIGHT = 16_383

#: Bytes that a rendition of 16:9 up to a width may have; a taller one in proportion.
BUDGETS = {480: 28_000, 720: 42_000, 960: 66_000, 1600: 145_000}
#: Tried in this order until the budget is kept; the last is taken as it comes.
QUALITIES = {"avif": [60, 48, 38, 28], "webp": [78, 64, 50, 36]}
ROTATED = {5, 6, 7, 8}
ORIENTATION = 0x0112


@dataclass(frozen=True)
class Encoded:
    """A picture's size as it is seen, and the bytes of its renditions by width and kind."""

    width: int
    height: int
    files: dict[tuple[int, str], bytes]

    @property
    def widths(self) -> list[int]:
        return sorted({width for width, _kind in self.files})


def widths_of(width: int, height: int) -> list[int]:
    """Which renditions a picture of this size has.

    A picture between two widths gets one of its own width too: it would look worse than before
    without. One smaller than all of them is small enough as it is.
    """
    widths = [each for each in WIDTHS if each <= width]
    if widths and width < WIDTHS[-1] and width > widths[-1] * 1.1:
        widths.append(width)
    return [each for each in widths if _height(each, width, height) <= MOST_HEIGHT]


def encode(opened: IO[bytes]) -> Encoded:
    """Read a picture to its end and make its renditions; nothing is written.

    Orientation is applied, colours become sRGB, EXIF and all other notes are left out. A moving
    picture has no renditions. Raises ValidationError for what is broken, of another kind or huge.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(opened, formats=list(FORMATS))
        with image:
            _refuse_monsters(image)
            size = _seen_size(image)
            widths = [] if getattr(image, "is_animated", False) else widths_of(*size)
            keeps_lines = image.format in {"PNG", "GIF"}
            if widths:  # a large JPEG need not be read in full size
                image.draft(None, (2 * WIDTHS[-1], 2 * WIDTHS[-1]))
            image.load()
            seen = _as_seen(image) if widths else image
            return Encoded(*size, dict(_renditions(seen, widths, size, keeps_lines)))
    except ValidationError:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_large() from None
    except Exception:  # Pillow raises anything on a broken file
        raise ValidationError(
            _("This is no picture that can be read to its end. Kinds that are taken: %(kinds)s.")
            % {"kinds": ", ".join(FORMATS)}
        ) from None


def store(picture: Picture, encoded: Encoded) -> list[str]:
    """Write the renditions beside the picture's file, and note them on `picture`; the caller saves.

    Returns the names of the files. If one cannot be written, none of them stays.
    """
    storage = picture.file.storage
    stored: list[str] = []
    try:
        for (width, kind), data in encoded.files.items():
            name = picture.rendition_name(width, kind)
            storage.delete(name)  # left by a run that broke off
            stored.append(storage.save(name, ContentFile(data)))
    except BaseException:
        _remove(storage, stored)
        raise
    picture.renditions = encoded.widths
    picture.width, picture.height = encoded.width, encoded.height
    return stored


@transaction.atomic
def add(picture: Picture, encoded: Encoded) -> None:
    """Save a new picture together with its renditions: row and files, or neither."""
    picture.save()
    try:
        store(picture, encoded)
        picture.save(update_fields=["renditions", "width", "height"])
    except BaseException:
        _remove(picture.file.storage, picture.names)
        raise


def lacks(picture: Picture) -> bool:
    """Whether renditions are to be made, as far as the row and the names of files tell."""
    return picture.renditions != widths_of(picture.width, picture.height) or not all(
        map(picture.file.storage.exists, picture.names[1:])
    )


@transaction.atomic
def delete(pictures: Iterable[Picture]) -> None:
    """Delete pictures; their files go once the rows are gone."""
    for picture in pictures:
        storage, names = picture.file.storage, picture.names
        picture.delete()
        transaction.on_commit(partial(_remove, storage, names))


# --- One picture ----------------------------------------------------------------------------------


def _refuse_monsters(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise _too_large()


def _too_large() -> ValidationError:
    return ValidationError(
        _("This picture has more than %(count)d megapixels. Make it smaller first.")
        % {"count": MOST_PIXELS // 1_000_000}
    )


def _seen_size(image: Image.Image) -> tuple[int, int]:
    rotated = image.getexif().get(ORIENTATION) in ROTATED
    return (image.height, image.width) if rotated else (image.width, image.height)


def _as_seen(image: Image.Image) -> Image.Image:
    """Upright, in sRGB, with 8 bits and an alpha channel only where something shines through."""
    seen = ImageOps.exif_transpose(image)
    mode = "RGBA" if seen.has_transparency_data else "RGB"
    profile = seen.info.get("icc_profile")
    if profile and seen.mode in {"RGB", "RGBA", "CMYK", "L"}:
        with suppress(ImageCms.PyCMSError, OSError):  # a broken profile says nothing
            converted = ImageCms.profileToProfile(
                seen,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode=mode,
            )
            seen = converted or seen
    if seen.mode.startswith("I"):  # 16 bits of grey
        seen = seen.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return seen.convert(mode)


def _renditions(
    image: Image.Image, widths: list[int], size: tuple[int, int], keeps_lines: bool
) -> Iterable[tuple[tuple[int, str], bytes]]:
    for width in widths:
        height = _height(width, *size)
        smaller = image.resize((width, height), Image.Resampling.LANCZOS)
        smaller.info = {}
        for kind in KINDS:
            yield (width, kind), _bytes_of(smaller, kind, keeps_lines)


def _bytes_of(image: Image.Image, kind: str, keeps_lines: bool) -> bytes:
    """In the best quality that keeps the budget. Drawings keep their coloured lines sharp."""
    budget = _budget(image)
    options: dict[str, Any] = {"speed": 6} if kind == "avif" else {"method": 4}
    if kind == "avif" and keeps_lines:
        options["subsampling"] = "4:4:4"
    data = b""
    for quality in QUALITIES[kind]:
        stream = io.BytesIO()
        image.save(stream, kind.upper(), quality=quality, **options)
        data = stream.getvalue()
        if len(data) <= budget:
            break
    return data


def _budget(image: Image.Image) -> float:
    width = min(each for each in WIDTHS if each >= image.width)
    return BUDGETS[width] * max(1, image.height / (image.width * 9 / 16))


def _height(to_width: int, width: int, height: int) -> int:
    return max(1, round(height * to_width / width))


def _remove(storage: Storage, names: Iterable[str]) -> None:
    for name in names:
        storage.delete(name)
