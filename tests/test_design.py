"""docs/design-language.md says what tokens.css does: colours, and how they stand out."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
TOKENS = (PROJECT / "eurasia/static/css/tokens.css").read_text()
PAGE = (PROJECT / "docs/design-language.md").read_text()

COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", TOKENS
    )
}

#: WCAG 2.2 AA: 1.4.3 for text, 1.4.11 for what is drawn: borders of fields, lines, stars.
NEEDED = {"text": 4.5, "drawn": 3.0}


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(map(luminance, [one, other]))
    return (lighter + 0.05) / (darker + 0.05)


def ratios(one: str, other: str) -> tuple[float, float]:
    """In light and in dark, as they are written: to one decimal, never rounded up past the rule."""
    light, dark = zip(COLOURS[one], COLOURS[other], strict=True)
    return (int(contrast(*light) * 10) / 10, int(contrast(*dark) * 10) / 10)


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of the page, without backticks."""
    section = re.search(rf"^## {heading}$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert section, heading
    lines = [line for line in section[1].splitlines() if line.startswith("|")][2:]
    return [
        [cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in lines
    ]


CONTRASTS = rows("Contrast")


def test_page_lists_every_colour_as_it_is():
    listed = {name: (light, dark) for name, light, dark, _use in rows("Colour")}

    assert listed == COLOURS


@pytest.mark.parametrize("row", CONTRASTS, ids=lambda row: " ".join(row[:2]))
def test_contrast_is_what_the_page_says_and_enough(row):
    one, other, use, light, dark = row

    found = ratios(one, other)

    assert (float(light), float(dark)) == found
    assert min(found) >= NEEDED[use]


def test_every_colour_that_is_written_or_drawn_in_is_measured():
    grounds = {"paper", "paper-deep", "field", "lapis-wash", "danger-wash", "good-wash"}
    decoration = {"rule"}  # parts what a heading or a space parts already
    measured = {row[0] for row in CONTRASTS}

    assert COLOURS.keys() - measured == grounds | decoration


def test_page_lists_every_size_and_space_as_it_is():
    sizes = dict(re.findall(r"--((?:size|space)-[\w-]+|gutter): ([^;]+);", TOKENS))
    listed = {name: value for heading in ["Type", "Space"] for name, value, *_ in rows(heading)}

    assert {name: listed.get(name) for name in sizes} == sizes
