"""A folder to import: tests write files into it and run the command over it."""

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings
from PIL import Image

from eurasia.newsroom import renditions
from tests.cast import GATED, GATED_NOTE, TEASER

BODY = f"{TEASER}\n\n<!--more-->\n\n{GATED}[^1]\n\n[^1]: {GATED_NOTE}\n"


@pytest.fixture(autouse=True)
def pages_follow(no_plate_is_stale):
    """Whatever is imported, the pages of readers follow."""


@dataclass(frozen=True)
class Said:
    """What the command answered: its exit status, its last line and its complaints."""

    status: int
    summary: str
    complaints: list[str]


@dataclass(frozen=True)
class Folder:
    path: Path

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def article(
        self, slug: str = "the-crossing", body: str = BODY, *, name: str = "", **matter: str | None
    ) -> Path:
        """`articles/<name or slug>.md`; the front matter's values are YAML, None leaves one out."""
        values = {
            "headline": f"Headline of {slug}",
            "language": "en",
            "slug": slug,
            "published_at": "2026-03-31T09:30",
            **matter,
        }
        lines = [f"{key}: {value}" for key, value in values.items() if value is not None]
        text = "\n".join(["---", *lines, "---", body])
        return self.write(f"articles/{name or slug}.md", text)

    def run(self, *options: str) -> Said:
        out, err = io.StringIO(), io.StringIO()
        status = 0
        try:
            call_command(
                "import_articles", "markdown", str(self.path), *options,
                stdout=out, stderr=err, no_color=True,
            )  # fmt: skip
        except CommandError as error:
            status = error.returncode
        return Said(status, out.getvalue().strip(), err.getvalue().splitlines())


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    path = tmp_path / "edition"
    path.mkdir()
    return Folder(path)


def picture_bytes(kind: str = "PNG", color: str = "#c05020") -> bytes:
    """A picture, two pixels wide and one high."""
    stream = io.BytesIO()
    Image.new("RGB", (2, 1), color).save(stream, kind)
    return stream.getvalue()


def huge_picture_bytes(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it has that many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(b"\0"))
    return b"\x89PNG\r\n\x1a\n" + header + rows + chunk(b"IEND", b"")


def stored_files() -> list[str]:
    """Every picture file that the site keeps, public or gated."""
    storages: Any = settings.STORAGES
    stores = [settings.MEDIA_ROOT, storages["gated"]["OPTIONS"]["location"]]
    return sorted(
        str(path.relative_to(store))
        for store in stores
        for path in Path(store).rglob("*")
        if path.is_file()
    )


def small_renditions() -> Any:
    """The seeds' pictures in a second: nobody looks at them."""
    return patch.object(renditions, "WIDTHS", [480])


def picture_store(place: Path) -> override_settings:
    """Settings that keep every picture there."""
    storages: Any = settings.STORAGES
    gated = {**storages["gated"], "OPTIONS": {"location": place / "gated", "base_url": None}}
    return override_settings(MEDIA_ROOT=place / "media", STORAGES={**storages, "gated": gated})


@pytest.fixture(autouse=True)
def own_picture_store(tmp_path: Path) -> Iterator[None]:
    """Each test counts the files that it has stored itself."""
    with picture_store(tmp_path):
        yield


@contextmanager
def as_a_demo(static: Path) -> Iterator[None]:
    with (
        override_settings(DEMO=True, STATIC_ROOT=static),
        pytest.MonkeyPatch.context() as patch,
        small_renditions(),
    ):
        patch.setenv("DEMO_PASSWORD", "a-password-of-the-tests")
        yield
