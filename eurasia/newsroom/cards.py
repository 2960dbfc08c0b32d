"""Share cards: the picture that goes with a link elsewhere. Made of public labels alone.

Drawn when somebody asks for one, then kept on disk under the digest of what it says.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path
from unicodedata import normalize

from django.conf import settings
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import translation
from PIL import Image, ImageDraw, ImageFont, ImageOps

from eurasia import masthead
from eurasia.newsroom.models import Article, Party

WIDTH, HEIGHT = 1200, 630
#: Counts designs: a new one makes all cards anew.
DESIGN = 1
#: What ends a paragraph; none can be laid out within a line.
ENDS = dict.fromkeys(map(ord, "\n\r\x1c\x1d\x1e\x85\u2029"), " ")
FONTS = Path(__file__).resolve().parent.parent / "static" / "fonts"

# The light palette of static/css/tokens.css.
PAPER, INK, INK_SOFT, RULE, LAPIS = "#faf9f5", "#17202b", "#4d5762", "#d8d3c6", "#1c4097"
PARTIES = {
    Party.Colour.LAPIS: "#2a52b5",
    Party.Colour.MADDER: "#b23a2f",
    Party.Colour.SAFFRON: "#a86a00",
    Party.Colour.CYPRESS: "#22704a",
    Party.Colour.PLUM: "#7b3f83",
    Party.Colour.COPPER: "#9b5425",
    Party.Colour.TEAL: "#1a7382",
    Party.Colour.SLATE: "#5a6572",
}

MARGIN = 72
#: The headline's column ends where the device begins.
MEASURE = 760
SIZES = [84, 76, 70, 64, 58, 52, 46, 42, 38]
MOST_LINES = {84: 3, 76: 3, 70: 4, 64: 4, 58: 5, 52: 5, 46: 6, 42: 7, 38: 8}
LEADING = 1.1


@dataclass(frozen=True)
class Card:
    """What a card says. `colours` are those of the file's first two parties, if it has two.

    `picture` is the name of a public one, with the point of it that must stay in sight.
    """

    headline: str
    file: str
    site: str
    colours: tuple[str, ...] = ()
    picture: str = ""
    focus: tuple[float, float] = (0.5, 0.5)

    @property
    def digest(self) -> str:
        """Tells cards apart by their words: what a page can say without asking for parties."""
        said = (self.headline, self.file, self.site, self.picture, self.focus)
        return self._hash(DESIGN, *said)[:16]

    @property
    def path(self) -> Path:
        """Where the drawn card is kept."""
        return Path(settings.VAR_DIR) / "cards" / f"{self._hash(DESIGN, *astuple(self))}.png"

    @staticmethod
    def _hash(*parts: object) -> str:
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def card_of(article: Article) -> Card:
    """The card of an article read `with_labels()`; it has colours if read `with_emblems()`."""
    files = article.file_list
    with translation.override(article.language):
        name = files[0].name if files else ""
    parties = getattr(files[0], "parties_in_order", []) if files else []
    colours = tuple(row.party.colour for row in parties[:2])
    return Card(article.headline, name, masthead.name(), colours if len(colours) == 2 else ())


def card_of_the_house() -> Card:
    """For every page that is no article, in the active language."""
    journal = masthead.current()
    if picture := journal.card_picture:
        focus = (picture.focal_x, picture.focal_y)
        return Card(journal.tagline, "", masthead.name(), (), picture.file.name, focus)
    return Card(journal.tagline, "", masthead.name())


def address_of(article: Article | None) -> str:
    """Where the card of an article, or of any other page, is served; with its digest."""
    if article is None:
        return f"{reverse('newsroom:card')}?v={card_of_the_house().digest}"
    with translation.override(article.language):
        address = reverse("newsroom:article_card", args=[article.slug])
    return f"{address}?v={card_of(article).digest}"


def png_of(card: Card) -> bytes:
    """The card as PNG, from disk if it has been drawn before."""
    try:
        return card.path.read_bytes()
    except FileNotFoundError:
        pass
    card.path.parent.mkdir(parents=True, exist_ok=True)
    # Whole or not at all: two requests may draw the same card at once.
    handle, name = tempfile.mkstemp(dir=card.path.parent, suffix=".part")
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            draw(card).save(stream, "PNG", optimize=True)
        unfinished.replace(card.path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return card.path.read_bytes()


# --- Drawing --------------------------------------------------------------------------------------


def draw(card: Card) -> Image.Image:
    return _with_picture(card) if card.picture else _with_headline(card)


def _with_picture(card: Card) -> Image.Image:
    """The picture, above a band with the name of the journal."""
    band = HEIGHT - 112
    with default_storage.open(card.picture) as file, Image.open(file) as picture:
        fitted = ImageOps.fit(picture.convert("RGB"), (WIDTH, band), centering=card.focus)
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    image.paste(fitted, (0, 0))
    _star(image, (MARGIN + 20, HEIGHT - 56), 20, [LAPIS, LAPIS])
    _write(ImageDraw.Draw(image), (MARGIN + 56, HEIGHT - 78), card.site, "display", 36, INK)
    return image.quantize(256)


def _with_headline(card: Card) -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    _device(image, card.colours)
    canvas = ImageDraw.Draw(image)
    canvas.rectangle([0, 0, WIDTH, 11], fill=LAPIS)
    top = MARGIN
    if card.file:
        for line in _wrapped(card.file, "sans", 30, MEASURE)[:2]:
            _write(canvas, (MARGIN, top), line, "sans", 30, LAPIS)
            top += 38
        top += 18
    size, lines = _fitted(card.headline)
    for line in lines:
        _write(canvas, (MARGIN, top), line, "display", size, INK)
        top += round(size * LEADING)
    foot = HEIGHT - MARGIN
    canvas.line([(MARGIN, foot - 64), (MARGIN + MEASURE, foot - 64)], fill=RULE, width=2)
    _star(image, (MARGIN + 20, foot - 14), 20, [LAPIS, LAPIS])
    _write(canvas, (MARGIN + 56, foot - 34), card.site, "display", 36, INK)
    # Few colours, much paper: a palette holds it in a third of the bytes.
    return image.quantize(128, dither=Image.Dither.NONE)


def _fitted(text: str) -> tuple[int, list[str]]:
    """The largest size in which the headline keeps its room; the smallest cuts it short."""
    for size in SIZES:
        lines = _wrapped(text, "display", size, MEASURE)
        widest = max((_width(line, "display", size) for line in lines), default=0)
        if len(lines) <= MOST_LINES[size] and widest <= MEASURE:
            return size, _balanced(lines, size)
    most = MOST_LINES[size]
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1].rstrip(" ,;:.") + "…"]
    return size, [_cut(line, "display", size) for line in lines]


def _balanced(lines: list[str], size: int) -> list[str]:
    """As many lines of more even length."""
    text, best = " ".join(lines), lines
    for measure in range(MEASURE, MEASURE // 2, -20):
        narrower = _wrapped(text, "display", size, measure)
        if len(narrower) > len(lines):
            break
        best = narrower
    return best


def _cut(line: str, face: str, size: int) -> str:
    if _width(line, face, size) <= MEASURE:
        return line
    while line and _width(line + "…", face, size) > MEASURE:
        line = line[:-1]
    return line + "…"


def _wrapped(text: str, face: str, size: int, measure: int) -> list[str]:
    """Lines of whole words, broken at ordinary spaces alone."""
    lines: list[str] = []
    for word in normalize("NFC", text).translate(ENDS).split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(longer, face, size) <= measure:
            lines[-1] = longer
        elif word:
            lines.append(word)
    return lines


def _device(image: Image.Image, colours: Sequence[str]) -> None:
    """The device of the journal, large, running off the right edge, in the parties' colours."""
    shades = [PARTIES.get(Party.Colour(each), LAPIS) for each in colours] or [LAPIS, LAPIS]
    _star(image, (WIDTH - 90, HEIGHT // 2 + 6), 256, shades)


def _star(image: Image.Image, centre: tuple[int, int], reach: int, colours: Sequence[str]) -> None:
    """Two squares laid over each other, as in templates/newsroom/_emblem.html."""
    scale = 4  # drawn large and made small: smooth edges
    side = 2 * reach * scale
    half = side * 9.9 / 28
    middle = side / 2
    upright = [(middle - half, middle - half), (middle + half, middle + half)]
    tilted = [(middle, 0), (side, middle), (middle, side), (0, middle)]
    for colour, shape, opacity in [(colours[0], upright, 255), (colours[-1], tilted, 209)]:
        mask = Image.new("L", (side, side), 0)
        pen = ImageDraw.Draw(mask)
        if shape is upright:
            pen.rectangle(shape, fill=opacity)
        else:
            pen.polygon(shape, fill=opacity if colours[0] != colours[-1] else 255)
        mask = mask.resize((2 * reach, 2 * reach), Image.Resampling.LANCZOS)
        image.paste(colour, (centre[0] - reach, centre[1] - reach), mask)


# --- Letters: as in static/css/fonts.css, a face is a plain file and an extended one --------------


def _write(
    canvas: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    face: str,
    size: int,
    fill: str,
) -> None:
    left, top = at
    # By the baseline, since the two files of a face measure their lines differently.
    baseline = top + _font(face, size).getmetrics()[0]
    for font, part in _parts(text, face, size):
        canvas.text((left, baseline), part, font=font, fill=fill, anchor="ls")
        left += font.getlength(part)


def _width(text: str, face: str, size: int) -> float:
    return sum(font.getlength(part) for font, part in _parts(text, face, size))


def _parts(text: str, face: str, size: int) -> Iterator[tuple[ImageFont.FreeTypeFont, str]]:
    """The text in runs that one file can write; a letter that none has is left to the plain one."""
    fonts = [_font(face, size), _font(f"{face}-extended", size)]
    part, held = "", fonts[0]
    for letter in text:
        font = next((each for each in fonts if _has(each, letter)), fonts[0])
        if font is not held and part:
            yield held, part
            part = ""
        part, held = part + letter, font
    if part:
        yield held, part


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(FONTS / f"{name}.woff2", size)
    if name.startswith("sans"):
        font.set_variation_by_axes([600])
    return font


@cache
def _has(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    return letter == " " or bytes(font.getmask(letter)) != bytes(font.getmask("\U0010fffd"))
