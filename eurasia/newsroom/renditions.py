"""Renditions: smaller copies of a picture as AVIF and WebP, made of its clean copy by a worker.

Until they are there, pages show the clean copy. The desk calls `add` and `delete`; importers, whom
nobody waits for, call `put` and `store` themselves; never a save does.
"""

import io
from collections.abc import Iterable, Mapping
from functools import partial
from typing import IO, Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import transaction
from PIL import Image

from eurasia import background
from eurasia.newsroom import clean_copies, publishing
from eurasia.newsroom.clean_copies import CleanCopy
from eurasia.newsroom.pictures import KINDS, Picture

WIDTHS = [480, 720, 960, 1600]
#: What WebP can hold.
MOST_HEIGHT = 16_383

#: Bytes that a rendition of 16:9 up to a width may have; a taller one in proportion.
BUDGETS = {480: 28_000, 720: 42_000, 960: 66_000, 1600: 145_000}
#: Tried in this order until the budget is kept; the last is taken as it comes.
QUALITIES = {"avif": [60, 48, 38, 28], "webp": [78, 64, 50, 36]}

#: The bytes of renditions, by width and kind.
Files = Mapping[tuple[int, str], bytes]


def widths_of(width: int, height: int) -> list[int]:
    """Which renditions a picture of this size has.

    A picture between two widths gets one of its own width too: it would look worse than before
    without. One smaller than all of them is small enough as it is.
    """
    widths = [each for each in WIDTHS if each <= width]
    if widths and width < WIDTHS[-1] and width > widths[-1] * 1.1:
        widths.append(width)
    return [each for each in widths if _height(each, width, height) <= MOST_HEIGHT]


def encode(opened: IO[bytes]) -> Files:
    """The renditions of a picture; a moving one has none. Raises ValidationError if it is broken.

    Takes seconds, and nothing is written.
    """
    with clean_copies.reading(opened) as image:
        if clean_copies.is_moving(image):
            return {}
        keeps_lines = image.format in {"PNG", "GIF"}
        seen = clean_copies.as_seen(image)
        return dict(_encoded(seen, widths_of(*seen.size), keeps_lines))


# --- Pictures that come and go --------------------------------------------------------------------


def put(picture: Picture, copy: CleanCopy) -> None:
    """Give `picture` the clean copy as its file, under a new name; it is written at once."""
    picture.digest, picture.renditions = copy.digest, []
    picture.file.save(f"copy{copy.ending}", ContentFile(copy.data), save=False)
    picture.width, picture.height = copy.width, copy.height


@transaction.atomic
def add(picture: Picture, copy: CleanCopy) -> None:
    """Save a picture with the clean copy of a new file: row and file, or neither; the renditions
    follow. What it had before goes once the row is saved.
    """
    held = Picture.objects.select_for_update().filter(pk=picture.pk).first()
    put(picture, copy)
    try:
        picture.save()
    except BaseException:
        _remove(picture.file.storage, [picture.file.name or ""])
        raise
    background.enqueue(make, picture.pk)
    if held:
        transaction.on_commit(partial(_remove, held.file.storage, _all_names(held)))


@transaction.atomic
def delete(pictures: Iterable[Picture]) -> None:
    """Delete pictures; their files go once the rows are gone."""
    for picture in pictures:
        storage, names = picture.file.storage, _all_names(picture)
        picture.delete()
        transaction.on_commit(partial(_remove, storage, names))


# --- Their renditions -----------------------------------------------------------------------------


@background.job
def make(pk: int) -> None:
    """Make what a picture lacks, and show it wherever the picture is shown.

    All of it in one transaction, or nothing: run again, it goes on where it broke off, or finds
    that nothing is left to do. So does it for a picture that is deleted or replaced meanwhile.
    """
    picture = Picture.objects.filter(pk=pk).first()
    if picture is None or not lacks(picture):
        return
    try:
        with picture.file.open() as opened:
            files = encode(opened)
    except FileNotFoundError:
        if Picture.objects.filter(pk=pk, file=picture.file.name).exists():
            raise
        return
    with transaction.atomic():
        if store(picture, files):
            publishing.finish_again({pk})


def lacks(picture: Picture) -> bool:
    """Whether renditions are to be made, as far as the row and the names of files tell."""
    return picture.renditions != widths_of(picture.width, picture.height) or not all(
        map(picture.file.storage.exists, picture.names[1:])
    )


@transaction.atomic
def store(picture: Picture, files: Files) -> bool:
    """Write renditions beside the file that they were made of; all of them, or none.

    Whether there are some now: there are none of a picture that has gone meanwhile, or has another
    file. Whoever deletes or replaces it waits until they are noted in its row.
    """
    rows = Picture.objects.filter(pk=picture.pk, file=picture.file.name)
    if not files or not rows.select_for_update(no_key=True).exists():
        return False
    storage = picture.file.storage
    stored: list[str] = []
    try:
        for (width, kind), data in files.items():
            name = picture.rendition_name(width, kind)
            storage.delete(name)  # left by a run that broke off
            stored.append(storage.save(name, ContentFile(data)))
        picture.renditions = sorted({width for width, _kind in files})
        rows.update(renditions=picture.renditions)
    except BaseException:
        _remove(storage, stored)
        raise
    return True


def _all_names(picture: Picture) -> set[str]:
    """Of its files, those too that a run which broke off may have left."""
    widths = {*picture.renditions, *widths_of(picture.width, picture.height)}
    left = {picture.rendition_name(width, kind) for width in widths for kind in KINDS}
    return {picture.file.name or "", *left}


def _remove(storage: Storage, names: Iterable[str]) -> None:
    for name in names:
        storage.delete(name)


# --- One picture ----------------------------------------------------------------------------------


def _encoded(
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
