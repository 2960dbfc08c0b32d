"""Renditions: smaller copies of a picture as AVIF and WebP, made once when it comes into the house.

The file that came in is not kept: of its pixels a clean copy is made, so that nothing else that it
carries (where it was taken, another file behind its end) is ever served. Called by the desk, the
importers and `make_renditions`, never by a save. `encode` looks at a picture and writes nothing;
`store` writes all of it or nothing.
"""

import hashlib
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
from PIL import Image, ImageCms, ImageOps, ImageSequence

from eurasia.newsroom.pictures import KINDS, Picture

#: Kinds of pictures that come in, with the endings that their files may have: a web server tells
#: the kind by the ending.
FORMATS = {
    "JPEG": {".jpg", ".jpeg"},
    "PNG": {".png"},
    "WEBP": {".webp"},
    "GIF": {".gif"},
}
#: libwebp and GIF's frames take several times the room of a picture.
MOST_PIXELS = {"JPEG": 24_000_000, "PNG": 24_000_000, "WEBP": 12_000_000, "GIF": 12_000_000}
MOST_BYTES = 25 * 2**20
#: Pixels that the clean copy has at most; and the ending that its name gets.
MOST_KEPT = 6_000_000
COPIES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "GIF": ".png"}
NO_NOTES = {"exif": b"", "xmp": b"", "comment": b"", "icc_profile": b""}
WIDTHS = [480, 720, 960, 1600]
#: What WebP can hold.
MOST_HEIGHT = 16_383

#: Bytes that a rendition of 16:9 up to a width may have; a taller one in proportion.
BUDGETS = {480: 28_000, 720: 42_000, 960: 66_000, 1600: 145_000}
#: Tried in this order until the budget is kept; the last is taken as it comes.
QUALITIES = {"avif": [60, 48, 38, 28], "webp": [78, 64, 50, 36]}


@dataclass(frozen=True)
class Encoded:
    """A clean copy of a picture with the ending of its name, its size as it is seen, and the bytes
    of its renditions by width and kind.
    """

    copy: bytes
    ending: str
    #: SHA-256 of the file that came in.
    digest: str
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
    """Read a picture to its end, make its clean copy and its renditions; nothing is written.

    Orientation is applied, colours become sRGB, EXIF and all other notes are left out. A moving
    picture has no renditions. Raises ValidationError for what is broken, of another kind or huge.
    """
    digest = _digest(opened)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(opened, formats=list(FORMATS))
        with image:
            _refuse_monsters(image)
            kind = image.format or ""
            if getattr(image, "is_animated", False):
                ending = f".{kind.lower()}"
                return Encoded(_moving(image), ending, digest, image.width, image.height, {})
            image.draft(None, _kept_size(image))  # a large JPEG need not be read in full size
            image.load()
            seen = _as_seen(_no_larger(image))
            seen.info = {}
            copy = _saved(seen, "PNG" if kind == "GIF" else kind, quality=90)
            made = dict(_renditions(seen, widths_of(*seen.size), kind in {"PNG", "GIF"}))
            return Encoded(copy, COPIES[kind], digest, *seen.size, made)
    except ValidationError:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_large() from None
    except Exception:  # Pillow raises anything on a broken file
        raise ValidationError(
            _("This is no picture that can be read to its end. Kinds that are taken: %(kinds)s.")
            % {"kinds": ", ".join(FORMATS)}
        ) from None


def put(picture: Picture, encoded: Encoded) -> None:
    """Give `picture` the clean copy as its file, under a new name; it is written at once."""
    picture.digest = encoded.digest
    picture.file.save(f"copy{encoded.ending}", ContentFile(encoded.copy), save=False)


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
    """Save a picture with the clean copy and renditions of a new file: row and files, or neither.

    What it had before goes once the row is saved.
    """
    held = Picture.objects.filter(pk=picture.pk).first()
    put(picture, encoded)
    storage = picture.file.storage
    made = [picture.file.name or ""]
    try:
        made += store(picture, encoded)
        picture.save()
    except BaseException:
        _remove(storage, made)
        raise
    if held:
        transaction.on_commit(partial(_remove, storage, held.names))


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


def _digest(opened: IO[bytes]) -> str:
    if opened.seek(0, io.SEEK_END) > MOST_BYTES:
        raise ValidationError(
            _("This picture has more than %(count)d MB. Make it smaller first.")
            % {"count": MOST_BYTES // 2**20}
        )
    opened.seek(0)
    digest = hashlib.sha256(opened.read()).hexdigest()
    opened.seek(0)
    return digest


def _refuse_monsters(image: Image.Image) -> None:
    frames = getattr(image, "n_frames", 1) if image.format in {"WEBP", "GIF"} else 1
    if image.width * image.height * frames > MOST_PIXELS[image.format or ""]:
        raise _too_large(image.format or "")


def _too_large(kind: str = "PNG") -> ValidationError:
    return ValidationError(
        _("This picture has more than %(count)d megapixels. Make it smaller first.")
        % {"count": MOST_PIXELS[kind] // 1_000_000}
    )


def _kept_size(image: Image.Image) -> tuple[int, int]:
    part = min(1, (MOST_KEPT / (image.width * image.height)) ** 0.5)
    return max(1, round(image.width * part)), max(1, round(image.height * part))


def _no_larger(image: Image.Image) -> Image.Image:
    """As large as readers may ever need it; before it takes more room in another mode."""
    size = _kept_size(image)
    if size == image.size:
        return image
    if image.mode in {"1", "P", "PA"}:  # these know no shades between two
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)


def _moving(image: Image.Image) -> bytes:
    frames = [frame.copy() for frame in ImageSequence.Iterator(image)]
    times = [frame.info.get("duration", 100) for frame in frames]
    return _saved(
        frames[0],
        image.format or "",
        save_all=True,
        append_images=frames[1:],
        duration=times,
        loop=image.info.get("loop", 0),
    )


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **NO_NOTES, **options)
    return stream.getvalue()


def _as_seen(image: Image.Image) -> Image.Image:
    """Upright, in sRGB, with 8 bits and an alpha channel only where something shines through."""
    ImageOps.exif_transpose(image, in_place=True)
    seen = image
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
    image: Image.Image, widths: list[int], keeps_lines: bool
) -> Iterable[tuple[tuple[int, str], bytes]]:
    for width in widths:
        height = _height(width, *image.size)
        smaller = image.resize((width, height), Image.Resampling.LANCZOS)
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
