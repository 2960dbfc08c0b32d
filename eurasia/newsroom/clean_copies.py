"""Clean copies: what the house keeps of a picture that comes in.

The file itself is not kept: of its pixels a copy is made, so that nothing else that it carries
(where it was taken, another file behind its end) is ever served. Called while whoever brings the
picture waits, so that they are told at once what is wrong with it; writes nothing.
"""

import hashlib
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, ImageSequence

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
#: Each takes room of its own, however small it is.
MOST_FRAMES = 1_000
MOST_BYTES = 25 * 2**20
#: Pixels that the clean copy has at most; and the ending that its name gets.
MOST_KEPT = 6_000_000
ENDINGS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "GIF": ".png"}
NO_NOTES = {"exif": b"", "xmp": b"", "comment": b"", "icc_profile": b""}


@dataclass(frozen=True)
class CleanCopy:
    """The bytes of a clean copy with the ending of its name, and its size as it is seen."""

    data: bytes
    ending: str
    width: int
    height: int
    #: SHA-256 of the file that came in.
    digest: str


def make(opened: IO[bytes]) -> CleanCopy:
    """Read a picture to its end and make its clean copy.

    Orientation is applied, colours become sRGB, EXIF and all other notes are left out; one larger
    than readers may ever need it is made smaller. Raises ValidationError for what is broken, of
    another kind or huge.
    """
    digest = _digest(opened)
    with reading(opened) as image:
        kind = image.format or ""
        if is_moving(image):
            return CleanCopy(_moving(image), f".{kind.lower()}", *image.size, digest)
        seen = as_seen(image)
        data = _saved(seen, "PNG" if kind == "GIF" else kind, quality=90)
        return CleanCopy(data, ENDINGS[kind], *seen.size, digest)


@contextmanager
def reading(opened: IO[bytes]) -> Iterator[Image.Image]:
    """A picture of a kind and size that are taken. Whatever is wrong with it becomes a
    ValidationError, in words.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(opened, formats=list(FORMATS))
        with image:
            _refuse_monsters(image)
            yield image
    except ValidationError:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_large() from None
    except Exception:  # Pillow raises anything on a broken file
        raise ValidationError(
            _("This is no picture that can be read to its end. Kinds that are taken: %(kinds)s.")
            % {"kinds": ", ".join(FORMATS)}
        ) from None


def is_moving(image: Image.Image) -> bool:
    return bool(getattr(image, "is_animated", False))


def as_seen(image: Image.Image) -> Image.Image:
    """Read to its end: upright, in sRGB, with 8 bits, and an alpha channel only where something
    shines through.
    """
    image.draft(None, _kept_size(image))  # a large JPEG need not be read in full size
    image.load()
    seen = _upright(_no_larger(image))
    seen.info = {}
    return seen


# --- Steps ----------------------------------------------------------------------------------------


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
    frames = getattr(image, "n_frames", 1)
    if frames > MOST_FRAMES:
        raise ValidationError(
            _("This picture has more than %(count)d frames. Make it shorter first.")
            % {"count": MOST_FRAMES}
        )
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


def _upright(image: Image.Image) -> Image.Image:
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
