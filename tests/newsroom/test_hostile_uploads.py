"""Hostile files sent as pictures: refused in plain words, or a clean picture of them is kept."""

import io
import os
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from itertools import cycle, islice

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from eurasia.newsroom.models import Picture
from tests.exchange.conftest import (
    huge_picture_bytes,
    own_picture_store,  # noqa: F401 - each test looks at the files that it has stored
)
from tests.pages import texts, tree_of
from tests.proof import scaled

ADD = "/admin/newsroom/picture/add/"
SECRET = b"N 35.6892 E 51.3890, taken by nobody"
SCRIPT = b"<script>alert(document.domain)</script>"
KINDS = ["JPEG", "PNG", "WEBP", "GIF"]
#: Megabytes of the whole process that looks at the worst that is taken.
MOST_MEMORY = 400


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **options) -> bytes:
    stream = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(stream, kind, **options)
    return stream.getvalue()


def noted(kind: str) -> bytes:
    """With the place where it was taken, by every means that its kind has."""
    exif = Image.Exif()
    exif.get_ifd(0x8825)[0x1D] = SECRET.decode()
    exif[0x010E] = SECRET.decode()
    options = {"exif": exif} if kind != "GIF" else {}
    if kind == "PNG":
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Comment", SECRET.decode())
        notes.add_itxt("XML:com.adobe.xmp", SECRET.decode())
        options["pnginfo"] = notes
    if kind in {"JPEG", "WEBP"}:
        options["xmp"] = SECRET
    if kind in {"JPEG", "GIF"}:
        options["comment"] = SECRET
    return picture(kind, **options)


def moving(count: int, kind: str = "GIF", size: tuple[int, int] = (60, 40)) -> bytes:
    frames = [Image.new("RGB", size, (shade, 0, 0)) for shade in range(count)]
    stream = io.BytesIO()
    notes = {"comment": SECRET} if kind == "GIF" else {"xmp": SECRET}
    frames[0].save(stream, kind, save_all=True, append_images=frames[1:], **notes)
    return stream.getvalue()


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def text_bomb() -> bytes:
    whole = picture("PNG")
    bomb = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80 * 2**20)))
    return whole[:33] + bomb + whole[33:]


#: Each makes one file out of a dice.
MAKERS: list[Callable[[random.Random], bytes]] = [
    lambda dice: dice.randbytes(dice.randrange(2000)),
    lambda dice: picture(dice.choice(KINDS))[: dice.randrange(400)],
    lambda dice: noted(dice.choice(KINDS)),
    lambda dice: picture(dice.choice(KINDS)) + b"PK\x03\x04" + SCRIPT + dice.randbytes(50),
    lambda dice: b"GIF89a/*" + SCRIPT + b"*/=1;",
    lambda dice: b"\xff\xd8\xff\xe0" + SCRIPT,
    lambda dice: b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>",
    lambda dice: b"<!DOCTYPE html>" + SCRIPT,
    lambda dice: b"%PDF-1.7\n" + SCRIPT,
    lambda dice: broken(picture(dice.choice(KINDS), size=(300, 200)), dice),
    lambda dice: huge_picture_bytes(10_000, 10_000),
    lambda dice: huge_picture_bytes(60_000, 60_000),
    lambda dice: text_bomb(),
    lambda dice: moving(dice.randrange(2, 9), dice.choice(["GIF", "WEBP"])),
    lambda dice: moving(250, size=(400, 300)),
    lambda dice: b"",
]
NAMES = [
    "view.jpg", "../../../etc/passwd", "..\\..\\settings.py", "a.php", "a.jpg.html", "a.svg",
    "null\x00.png", "line\nbreak\r.png", "\x1b[31m.gif", "\u202egpj.exe", "x" * 300 + ".png",
    ".htaccess", "con", "é ü ش.jpeg", "<script>.png", "%2e%2e%2f.png", "a/b/c.webp", " ",
]  # fmt: skip


def broken(data: bytes, dice: random.Random) -> bytes:
    """With some bytes of another value."""
    changed = bytearray(data)
    for _ in range(dice.randrange(1, 20)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def hostile(count: int) -> Iterator[tuple[str, bytes]]:
    dice = random.Random(11)  # noqa: S311 - the same files in every run
    names = cycle(NAMES)
    for make in islice(cycle(MAKERS), count):
        yield next(names), make(dice)


def assert_clean(kept: Picture) -> None:
    ending = kept.file.name.rpartition(".")[2]
    assert ending in {"jpg", "png", "webp", "gif"}
    assert kept.file.name.count("/") == 1
    for name in kept.names:
        with kept.file.storage.open(name) as opened:
            data = opened.read()
        assert SECRET not in data
        assert SCRIPT not in data
        seen = Image.open(io.BytesIO(data))
        assert dict(seen.getexif()) == {}
        assert not any(map(seen.info.get, ["xmp", "comment", "exif", "icc_profile"]))


@pytest.mark.parametrize("kind", KINDS)
def test_place_where_it_was_taken_is_not_served(kind, client, editor):
    client.force_login(editor)
    data = noted(kind)
    assert SECRET in data

    client.post(
        ADD,
        {
            "0-file": SimpleUploadedFile("a", data),
            "0-alt_en": "A",
            "credit": "A",
            "is_public": "on",
        },
    )

    kept = Picture.objects.get()
    assert_clean(kept)
    assert SECRET not in b"".join(client.get(kept.file.url))


def test_heavy_file_is_refused_with_the_limit(client, editor):
    client.force_login(editor)
    heavy = SimpleUploadedFile("a.jpg", picture() + bytes(25 * 2**20))

    page = client.post(ADD, {"0-file": heavy, "0-alt_en": "A", "credit": "A"})

    [said] = texts(tree_of(page), "//ul[starts-with(@class, 'errorlist')]/li")
    assert said == "This picture has more than 25 MB. Make it smaller first."


def largest(folder) -> Iterator[str]:
    """The worst that is taken: as many pixels as may be, in what takes most room for each."""
    upright = Image.Exif()
    upright[0x0112] = 6
    shade = Image.effect_noise((1500, 1000), 60).resize((6000, 4000), Image.Resampling.NEAREST)
    grain = Image.merge("RGB", [shade] * 3)
    for name, image, options in [
        ("palette.png", Image.new("P", (6000, 4000)), {}),
        ("progressive.jpg", grain, {"progressive": True, "subsampling": 0, "exif": upright}),
        ("alpha.png", Image.new("RGBA", (6000, 4000)), {"exif": upright}),
        ("deep.png", Image.new("I;16", (6000, 4000)), {}),
        ("print.jpg", Image.new("CMYK", (6000, 4000)), {"exif": upright}),
        ("still.webp", Image.new("RGBA", (4000, 3000)), {}),
        ("still.gif", Image.new("P", (4000, 3000)), {}),
    ]:
        image.save(folder / name, **options)
        yield name


LOOK = r"""
import re, sys, django
django.setup()
import io
from eurasia.newsroom import clean_copies, renditions
for name in sys.argv[1:]:
    with open(name, "rb") as opened:
        kept = clean_copies.make(opened)
    renditions.encode(io.BytesIO(kept.data))
with open("/proc/self/status") as status:  # ru_maxrss is that of who started this, too
    print(int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) // 1024)
"""


@pytest.mark.proof
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_largest_pictures_are_looked_at_within_bounds(tmp_path):
    names = [str(tmp_path / name) for name in islice(largest(tmp_path), scaled(50))]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "eurasia.settings"}

    done = subprocess.run(
        [sys.executable, "-c", LOOK, *names],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip

    megabytes = int(done.stdout)
    print(f"the largest pictures that are taken: {megabytes} MB at most")  # noqa: T201 - the figure for the note
    assert megabytes < MOST_MEMORY
