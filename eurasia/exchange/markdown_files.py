"""A folder of YAML and Markdown becomes an `Edition`. Nothing is written here; a bad file is named
with line and reason, and the others go on."""

import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote

import yaml
from PIL import Image

from eurasia.exchange import markdown_texts
from eurasia.exchange.drafts import (
    ArticleDraft,
    BadInput,
    Edition,
    EventDraft,
    FileDraft,
    PartyDraft,
    PictureDraft,
    Place,
    PlanDraft,
    Problem,
)
from eurasia.exchange.fields import CONTROL_CHARACTER, Fields, compose
from eurasia.languages import CODES
from eurasia.newsroom.clean_copies import FORMATS, MOST_PIXELS
from eurasia.newsroom.models import Party
from eurasia.newsroom.slugs import slug_of

MOST_BYTES = 5_000_000
SLUG = re.compile(r"[a-zA-Z0-9_-]+")
CREDIT = re.compile(r"(?:Credit|Crédit)\s*:\s*(?P<credit>.+?)\.?$", re.IGNORECASE)

Draft = TypeVar("Draft")


def read(folder: Path) -> Edition:
    """Read `parties.yaml`, `files.yaml`, `events.yaml`, `plans.yaml` where present and every
    `*.md` below `articles/`.

    Raises NotADirectoryError if there is no such folder.
    """
    if not folder.is_dir():
        raise NotADirectoryError(folder)
    edition = Edition()
    edition.parties = list(_entries(folder, "parties.yaml", _party, edition))
    edition.files = list(_entries(folder, "files.yaml", _file, edition))
    edition.events = list(_entries(folder, "events.yaml", _event, edition))
    edition.plans = list(_entries(folder, "plans.yaml", _plan, edition))
    for path in sorted((folder / "articles").rglob("*.md")):
        place = Place(str(path.relative_to(folder)))
        try:
            if not path.resolve().is_relative_to(folder.resolve()):
                raise BadInput(place, "The file lies outside the folder.")
            edition.articles.append(_article(path, folder, place, edition))
        except BadInput as error:
            edition.problems.append(error.problem)
    return edition


def _entries(
    folder: Path, name: str, read_entry: Callable[[Fields], Draft], edition: Edition
) -> Iterator[Draft]:
    path, place = folder / name, Place(name)
    if not path.exists():
        return
    try:
        node = compose(_text(path, place), place)
        items = getattr(node, "value", None)
        if node is not None and node.tag != "tag:yaml.org,2002:seq":
            raise BadInput(place, "A list is expected: every entry starts with `- `.")
    except BadInput as error:
        edition.problems.append(error.problem)
        return
    for item in items or []:
        try:
            fields = Fields(item, place)
            entry = read_entry(fields)
            fields.finish()
        except BadInput as error:
            edition.problems.append(error.problem)
        else:
            yield entry


def _party(fields: Fields) -> PartyDraft:
    return PartyDraft(
        fields.place,
        slug=_slug(fields, fields.languages("name", at_most=120)["en"], at_most=50),
        kind=str(fields.choice("kind", Party.Kind.values, Party.Kind.STATE)),
        colour=str(fields.choice("colour", Party.Colour.values, Party.Colour.SLATE)),
        name=fields.languages("name", at_most=120),
    )


def _file(fields: Fields) -> FileDraft:
    name = fields.languages("name", at_most=160)
    introduction = fields.languages("introduction", required=False)
    return FileDraft(
        fields.place,
        slug=_slug(fields, name["en"]),
        name=name,
        introduction={
            code: markdown_texts.html_of(text) if text else ""
            for code, text in introduction.items()
        },
        parties=fields.texts("parties"),
        status=str(fields.choice("status", ["followed", "closed"], "followed")),
    )


def _event(fields: Fields) -> EventDraft:
    source = fields.mapping("source")
    draft = EventDraft(
        fields.place,
        file=fields.text("file", required=True),
        on=fields.day("on"),
        text=fields.languages("text"),
        source_title=source.text("title", at_most=200, required=True),
        source_url=source.text("url", at_most=500, required=True),
    )
    source.finish()
    return draft


def _plan(fields: Fields) -> PlanDraft:
    name = fields.languages("name", at_most=120)
    return PlanDraft(
        fields.place,
        slug=_slug(fields, name["en"], at_most=50),
        name=name,
        description=fields.languages("description", required=False),
        days=fields.number("days"),
        is_offered=fields.flag("offered", default=True),
    )


def _article(path: Path, folder: Path, place: Place, edition: Edition) -> ArticleDraft:
    matter, text, line = _front_matter(_text(path, place), place)
    fields = Fields(matter, Place(place.path, 2))
    headline = re.sub(r"\s*\n\s*", " ", fields.text("headline", at_most=200, required=True))
    published_at = fields.moment("published_at")
    status = fields.choice("status", ["draft", "in_review", "published", "withdrawn"], None)
    if status == "published" and published_at is None:
        raise BadInput(fields.at("status"), "A published article needs `published_at`.")
    cover, cover_alt = _cover(fields, path, folder)
    pictures: list[PictureDraft] = []

    def place_picture(address: str, caption: str, in_teaser: bool, line: int) -> str | None:
        line_of_text = Place(place.path, body.line + line)
        if re.match(r"(https?:)?//", address, re.IGNORECASE):
            edition.warnings.append(
                Problem(line_of_text, f"A picture by web address became a link: {address}")
            )
            return None
        credit = match["credit"] if (match := CREDIT.search(caption)) else (caption or path.stem)
        pictures.append(
            PictureDraft(
                _picture(unquote(address), path, folder, line_of_text), credit[:200], in_teaser
            )
        )
        return f"@{len(pictures) - 1}"

    body = Place(place.path, line)
    try:
        parts = markdown_texts.convert(text, place_picture)
    except markdown_texts.BadText as error:
        raise BadInput(Place(place.path, body.line + error.line), str(error)) from None
    if not parts.teaser.strip():
        raise BadInput(body, "There is no teaser: nothing stands before `<!--more-->`.")
    edition.warnings += [Problem(body, warning) for warning in parts.warnings]
    draft = ArticleDraft(
        place,
        language=str(fields.choice("language", CODES, None) or _missing(fields, "language")),
        slug=_slug(fields, headline, at_most=120),
        headline=headline,
        standfirst=fields.text("standfirst", at_most=400),
        teaser=parts.teaser,
        body=parts.body,
        work=fields.text("work", at_most=100),
        access=str(fields.choice("access", ["subscribers", "everyone"], "subscribers")),
        status=status,
        published_at=published_at,
        files=fields.texts("files"),
        contributors=fields.texts("contributors"),
        cover=cover,
        cover_alt=cover_alt,
        pictures=pictures,
    )
    fields.finish()
    return draft


def _missing(fields: Fields, key: str) -> str:
    raise BadInput(fields.place, f"`{key}` is missing.")


def _slug(fields: Fields, name: str, *, at_most: int = 100) -> str:
    slug = fields.text("slug", at_most=at_most) or slug_of(name, max_length=at_most)
    if not SLUG.fullmatch(slug):
        raise BadInput(
            fields.at("slug"), "`slug` is needed, of letters a-z, digits, hyphens and underscores."
        )
    return slug


def _front_matter(text: str, place: Place) -> tuple[yaml.Node, str, int]:
    match = re.match(
        r"---[ \t]*\n(?P<matter>.*?)^---[ \t]*(?:\n|\Z)", text, re.DOTALL | re.MULTILINE
    )
    if not match:
        raise BadInput(place, "The file starts with front matter between two lines `---`.")
    node = compose(match["matter"], Place(place.path, 2))
    if node is None:
        raise BadInput(place, "The front matter is empty.")
    return node, text[match.end() :], text[: match.end()].count("\n") + 1


def _cover(fields: Fields, path: Path, folder: Path) -> tuple[PictureDraft | None, str]:
    if fields.value("cover") is None:
        return None, ""
    if not fields.is_mapping("cover"):
        raise BadInput(fields.at("cover"), "`cover` is `{file: …, alt: …, credit: …}`.")
    cover = fields.mapping("cover")
    address = cover.text("file", required=True)
    alternative = cover.text("alt", at_most=300, required=True)
    credit = cover.text("credit", at_most=200, required=True)
    cover.finish()
    picture = _picture(address, path, folder, fields.at("cover"))
    return PictureDraft(picture, credit, is_public=True), alternative


def _picture(address: str, path: Path, folder: Path, place: Place) -> Path:
    """A picture beside the text. Raises BadInput unless it lies in the folder and is one."""
    address = address[:200]
    most = max(MOST_PIXELS.values())
    too_large = BadInput(place, f"{address} has more than {most // 1_000_000} megapixels.")
    try:
        picture = (path.parent / address).resolve()
        is_file = picture.is_file()
    except (OSError, RuntimeError, ValueError):  # links in a circle, names that cannot be
        raise BadInput(place, f"The picture {address} cannot be found.") from None
    if not picture.is_relative_to(folder.resolve()):
        raise BadInput(place, f"The picture {address} lies outside the folder.")
    if not is_file:
        raise BadInput(place, f"The picture {address} is missing.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(picture, formats=list(FORMATS)) as image:
                pixels, suffixes = image.width * image.height, FORMATS[str(image.format)]
                image.verify()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise too_large from None
    except Exception:  # Pillow raises anything on a broken file
        raise BadInput(
            place, f"{address} is no picture of these kinds: {', '.join(FORMATS)}."
        ) from None
    if pixels > most:
        raise too_large
    if picture.suffix.lower() not in suffixes:
        raise BadInput(place, f"The name of {address} must end in {' or '.join(sorted(suffixes))}.")
    return picture


def _text(path: Path, place: Place) -> str:
    try:
        if not path.is_file():
            raise BadInput(place, "This is no file.")
        if path.stat().st_size > MOST_BYTES:
            raise BadInput(place, f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadInput(place, f"The file cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise BadInput(Place(place.path, line), "The file is not UTF-8 text.") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := CONTROL_CHARACTER.search(text):
        line = text[: found.start()].count("\n") + 1
        reason = f"There is a control character (U+{ord(found[0]):04X}) in this line."
        raise BadInput(Place(place.path, line), reason)
    return text
