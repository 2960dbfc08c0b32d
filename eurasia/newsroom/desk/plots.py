"""Where the lines of a plot run: numbers in, places in an SVG out. Pure; asks for nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log10
from typing import Any

WIDTH, HEIGHT = 480, 220
#: Of the field in which the lines run.
LEFT, RIGHT, TOP, BOTTOM = 52, WIDTH - 44, 12, HEIGHT - 28
MOST_LABELS = 5


@dataclass(frozen=True)
class Line:
    name: Any
    #: Which of the sheet's colours and dashes.
    number: int
    points: str
    values: Sequence[int]


@dataclass(frozen=True)
class Tick:
    place: float
    said: Any


@dataclass(frozen=True)
class Plot:
    """`rows` are those of the table that says the same: a label, then the value of each line."""

    lines: list[Line]
    across: list[Tick]
    up: list[Tick]
    rows: list[tuple[Any, list[int]]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    bottom: int = BOTTOM


def plot(series: Mapping[Any, Sequence[int]], labels: Sequence[Any]) -> Plot:
    """Lines over `labels`, each with as many values; one of nothing but 0 is left out."""
    shown = {name: values for name, values in series.items() if any(values)}
    most = ceiling(max((max(values) for values in shown.values()), default=0))

    def across(place: int) -> float:
        return round(LEFT + (RIGHT - LEFT) * place / max(len(labels) - 1, 1), 1)

    def up(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * value / most, 1)

    step = ceil(len(labels) / MOST_LABELS)
    return Plot(
        lines=[
            Line(
                name,
                number,
                " ".join(f"{across(place)},{up(value)}" for place, value in enumerate(values)),
                values,
            )
            for number, (name, values) in enumerate(shown.items())
        ],
        across=[
            Tick(across(place), label) for place, label in enumerate(labels) if place % step == 0
        ],
        up=[Tick(up(value), value) for value in sorted({0, most // 2, most})],
        rows=[
            (label, [values[place] for values in shown.values()])
            for place, label in enumerate(labels)
        ],
    )


def ceiling(most: int) -> int:
    """The next of 2, 4, 10, 20, 40, 100… from `most`: halves of them are whole."""
    size = 10 ** max(int(log10(max(most, 1))), 0)
    return next(top for top in [2 * size, 4 * size, 10 * size] if top >= most)
