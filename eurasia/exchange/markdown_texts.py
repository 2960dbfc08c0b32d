"""One Markdown text becomes a teaser and a body of source HTML, with footnotes where they are
referred to. CommonMark with tables, strikethrough and footnotes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from django.utils.html import format_html
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

MORE = "<!--more-->"
#: Asked with an image's address, caption, whether it stands in the teaser, and its line, counted
#: from 0; the answer is the value of `data-picture`, or None to leave the address for
#: rendering.clean to turn into a link.
PlacePicture = Callable[[str, str, bool, int], str | None]

_markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin)
_renderer = cast(RendererHTML, _markdown.renderer)


class BadText(ValueError):
    """Why a text was refused; `line` counts from 0."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True)
class Parts:
    teaser: str
    body: str
    warnings: list[str]


def convert(text: str, place_picture: PlacePicture) -> Parts:
    """Split at `<!--more-->`, or after the first paragraph, and render both parts.

    Raises BadText for a footnote that is referred to but never written, and where nobody can tell
    which part is the teaser.
    """
    environment: dict[str, object] = {}
    tokens = _markdown.parse(text, environment)
    for token in tokens:
        for child in token.children or []:
            if child.type == "text" and (lost := re.search(r"\[\^[^\]\s]+\]", child.content)):
                line = token.map[0] if token.map else 0
                raise BadText(f"The footnote {lost[0]} is referred to but not written.", line)
    tokens, notes = _take_footnotes(tokens)
    warnings = [
        f"The footnote [^{key}] is written but nothing refers to it."
        for key in sorted(_unused(environment, notes))
    ]
    seen: set[str] = set()
    cut, rest = _split(tokens)
    teaser = _Part(notes, seen, place_picture, in_teaser=True).render(cut)
    body = _Part(notes, seen, place_picture, in_teaser=False).render(rest)
    return Parts(teaser, body, warnings)


def html_of(text: str) -> str:
    """Source HTML of a short Markdown text without footnotes or pictures."""
    return str(_markdown.render(text))


def _split(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    for index, token in enumerate(tokens):
        if token.type == "html_block" and token.content.strip() == MORE:
            return tokens[:index], tokens[index + 1 :]
    # Without the line only headings may stand before the paragraph: a list, a table or HTML would
    # take gated text into the teaser with it.
    for index, token in enumerate(tokens):
        if token.type == "paragraph_close" and token.level == 0:
            return tokens[: index + 1], tokens[index + 1 :]
        if token.level == 0 and token.type not in {
            "paragraph_open",
            "heading_open",
            "heading_close",
        }:
            break
    if not tokens:
        return [], []
    raise BadText(f"The text starts with no paragraph: end its teaser with a line `{MORE}`.")


def _take_footnotes(tokens: list[Token]) -> tuple[list[Token], dict[str, list[Token]]]:
    """The text's tokens without the block of notes, and the inline tokens of each note."""
    text: list[Token] = []
    notes: dict[str, list[Token]] = {}
    key = None
    for token in tokens:
        if token.type == "footnote_open":
            key = _key(token)
            notes[key] = []
        elif token.type == "footnote_close":
            key = None
        elif key is not None:
            if token.type == "inline":
                if notes[key]:
                    notes[key].append(Token("hardbreak", "br", 0))
                notes[key] += token.children or []
        elif not token.type.startswith("footnote_block"):
            text.append(token)
    return text, notes


def _key(token: Token) -> str:
    return str(token.meta.get("label") or f"inline-{token.meta['id']}")


def _unused(environment: dict[str, object], notes: dict[str, list[Token]]) -> set[str]:
    footnotes = environment.get("footnotes")
    written = footnotes.get("refs", {}) if isinstance(footnotes, dict) else {}
    return {label.removeprefix(":") for label in written} - set(notes)


class _Part:
    def __init__(
        self,
        notes: dict[str, list[Token]],
        seen: set[str],
        place_picture: PlacePicture,
        *,
        in_teaser: bool,
    ) -> None:
        self.notes, self.seen = notes, seen
        self.place_picture, self.in_teaser = place_picture, in_teaser
        self.line = 0

    def render(self, tokens: list[Token]) -> str:
        out, index = [], 0
        while index < len(tokens):
            token = tokens[index]
            self.line = token.map[0] if token.map else self.line
            inline = tokens[index + 1] if index + 2 < len(tokens) else None
            if token.type == "paragraph_open" and inline and (image := _lone_image(inline)):
                out.append(self.figure(image))
                index += 3
                continue
            if token.type == "inline":
                out.append(self.inline(token.children or []))
            else:
                out.append(self.block(tokens, index))
            index += 1
        return "".join(out)

    def block(self, tokens: Sequence[Token], index: int) -> str:
        """As the library's own renderer does it, which has no public way to render one token."""
        if rule := _renderer.rules.get(tokens[index].type):
            return str(rule(tokens, index, _markdown.options, {}))
        return _renderer.renderToken(tokens, index, _markdown.options, {})

    def inline(self, tokens: Sequence[Token]) -> str:
        return "".join(
            self.footnote(token)
            if token.type == "footnote_ref"
            else self.image(token)
            if token.type == "image"
            else ""
            if token.type == "footnote_anchor"
            else _renderer.renderInline([token], _markdown.options, {})
            for token in tokens
        )

    def footnote(self, token: Token) -> str:
        key = _key(token)
        content = ""
        if key not in self.seen:
            self.seen.add(key)  # before its content, in which it may refer to itself
            content = self.inline(self.notes.get(key, []))
        opening = format_html('<span class="footnote" data-note="{}">', key)
        return f"{opening}{content}</span>"

    def figure(self, image: Token) -> str:
        caption = str(image.attrGet("title") or "")
        note = format_html("<figcaption>{}</figcaption>", caption) if caption else ""
        return f"<figure>{self.image(image)}{note}</figure>\n"

    def image(self, image: Token) -> str:
        address, caption = str(image.attrGet("src") or ""), str(image.attrGet("title") or "")
        key = self.place_picture(address, caption, self.in_teaser, self.line)
        if key is None:
            return format_html('<img src="{}" alt="{}">', address, image.content)
        return format_html('<img data-picture="{}" alt="{}">', key, image.content)


def _lone_image(inline: Token) -> Token | None:
    children = inline.children or []
    return children[0] if len(children) == 1 and children[0].type == "image" else None
