"""The files we follow, drawn: parties on a ring, each file as the relation between its parties.

Called by the front page and the page of a file. The geometry is pure and remembered: the same
files give the same drawing, so readers learn where a party stands.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import cos, pi, sin

from eurasia.newsroom.models import ArticleFile, ArticleQuerySet, Party, TopicFile

#: How many of the journal's newest articles the lines are weighed by.
NEWEST = 50
#: Units of the drawing's own view box; labels are 16 of them high.
WIDTH, HEIGHT = 400, 340
CENTRE = (WIDTH / 2, HEIGHT / 2)
RADII = (102.0, 112.0)
#: How far a relation bends towards the centre, and how thick it is at no share and at all of it.
BEND = 0.45
THINNEST, THICKEST = 2.5, 16.0
LETTERS_IN_A_LINE = 12

Point = tuple[float, float]


@dataclass(frozen=True)
class Node:
    """A party: where it stands, how its label hangs, in which lines."""

    party: Party
    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str
    lines: list[str]
    is_faint: bool


@dataclass(frozen=True)
class Strand:
    """One path, running from the colour of its start to that of its end; "" is the hub's."""

    path: str
    start: Point
    end: Point
    start_colour: str
    end_colour: str


@dataclass(frozen=True)
class Relation:
    """A file: one strand between two parties, or one from each to a hub between more."""

    file: TopicFile
    strands: list[Strand]
    hub: Point | None
    width: float
    #: How many of the newest articles are in this file.
    articles: int
    is_faint: bool


@dataclass(frozen=True)
class Figure:
    nodes: list[Node]
    relations: list[Relation]
    #: How many of the newest articles there are in all.
    newest: int
    #: The file that stands out; the figure is then a picture, not a set of links.
    shown: TopicFile | None = None
    width: int = WIDTH
    height: int = HEIGHT


def draw(
    files: Sequence[TopicFile], newest: Sequence[Iterable[int]], shown: TopicFile | None = None
) -> Figure | None:
    """The figure of `files`, each with its `party_list`; None where there is nothing to draw.

    `newest` holds, for each of the journal's newest articles, the ids of its files. With `shown`,
    that file and its parties stand out and the rest is faint.
    """
    related = [file for file in files if len(file.party_list) > 1]
    if not related:
        return None
    parties = {party.pk: party for file in related for party in file.party_list}
    places = _places(tuple(tuple(party.pk for party in file.party_list) for file in related))
    counts = {file.pk: sum(file.pk in ids for ids in newest) for file in related}
    named = {party.pk for party in (shown.party_list if shown else parties.values())}
    return Figure(
        nodes=[_node(party, places[pk], is_faint=pk not in named) for pk, party in parties.items()],
        relations=sorted(
            (
                _relation(
                    file,
                    [(places[party.pk], party.colour) for party in file.party_list],
                    counts[file.pk],
                    len(newest),
                    is_faint=shown is not None and file.pk != shown.pk,
                )
                for file in related
            ),
            key=lambda relation: not relation.is_faint,  # faint ones are painted first
        ),
        newest=len(newest),
        shown=shown,
    )


def files_of_newest(articles: ArticleQuerySet) -> list[set[int]]:
    """For each of the newest of `articles`, the ids of its files: what `draw` weighs lines by."""
    files: dict[int, set[int]] = {pk: set() for pk in _newest_ids(articles)}
    for article, file in ArticleFile.objects.filter(article__in=files).values_list(
        "article", "file"
    ):
        files[article].add(file)
    return list(files.values())


def _newest_ids(articles: ArticleQuerySet) -> list[int]:
    return list(articles.newest().values_list("pk", flat=True)[:NEWEST])


# --- Where parties stand --------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _places(relations: tuple[tuple[int, ...], ...]) -> dict[int, Point]:
    """A place on the ring for each party, related ones near each other."""
    order = list(dict.fromkeys(pk for relation in relations for pk in relation))
    improved = True
    while improved:
        improved = False
        for one, other in combinations(range(len(order)), 2):
            swapped = order.copy()
            swapped[one], swapped[other] = swapped[other], swapped[one]
            if _strain(swapped, relations) < _strain(order, relations):
                order, improved = swapped, True
    # The first party stands at the left, where reading begins.
    first = order.index(relations[0][0])
    order = order[first:] + order[:first]
    return {pk: _on_the_ring(at / len(order)) for at, pk in enumerate(order)}


def _strain(order: list[int], relations: tuple[tuple[int, ...], ...]) -> tuple[int, int]:
    """Crossings first, then the length of all relations along the ring."""
    at = {pk: place for place, pk in enumerate(order)}
    chords = [
        tuple(sorted((at[one], at[other])))
        for relation in relations
        for one, other in combinations(relation, 2)
    ]
    crossings = sum(a < c < b < d or c < a < d < b for (a, b), (c, d) in combinations(chords, 2))
    length = sum(min(b - a, len(order) - b + a) for a, b in chords)
    return crossings, length


def _on_the_ring(share: float) -> Point:
    angle = pi + 2 * pi * share
    return CENTRE[0] + RADII[0] * cos(angle), CENTRE[1] + RADII[1] * sin(angle)


# --- What is drawn --------------------------------------------------------------------------------


def _node(party: Party, place: Point, *, is_faint: bool) -> Node:
    across = (place[0] - CENTRE[0]) / RADII[0]
    down = (place[1] - CENTRE[1]) / RADII[1]
    lines = _lines(party.name)
    if abs(across) < 0.3:
        anchor, x = "middle", place[0]
        y = place[1] + 30 if down > 0 else place[1] - 18 - 17 * (len(lines) - 1)
    else:
        anchor = "start" if across > 0 else "end"
        x = place[0] + (15 if across > 0 else -15)
        y = place[1] + 5.5 - 8.5 * (len(lines) - 1)
    return Node(party, *_rounded(place), round(x, 1), round(y, 1), anchor, lines, is_faint)


def _lines(name: str) -> list[str]:
    lines: list[str] = []
    for word in name.split():
        if lines and len(lines[-1]) + 1 + len(word) <= LETTERS_IN_A_LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _relation(
    file: TopicFile,
    ends: list[tuple[Point, str]],
    articles: int,
    newest: int,
    *,
    is_faint: bool,
) -> Relation:
    share = articles / newest if newest else 0
    hub = None
    if len(ends) == 2:
        strands = [_strand(*ends, bend=BEND)]
    else:
        hub = _rounded(_towards_centre(_mean([place for place, _colour in ends]), 0.25))
        strands = [_strand(end, (hub, ""), bend=0.15) for end in ends]
    width = round(THINNEST + (THICKEST - THINNEST) * share, 1)
    return Relation(file, strands, hub, width, articles, is_faint)


def _strand(one: tuple[Point, str], other: tuple[Point, str], *, bend: float) -> Strand:
    start, end = _rounded(one[0]), _rounded(other[0])
    control = _rounded(_towards_centre(_mean([start, end]), bend))
    path = f"M{start[0]} {start[1]}Q{control[0]} {control[1]} {end[0]} {end[1]}"
    return Strand(path, start, end, one[1], other[1])


def _mean(points: Sequence[Point]) -> Point:
    return sum(x for x, _y in points) / len(points), sum(y for _x, y in points) / len(points)


def _towards_centre(point: Point, share: float) -> Point:
    (x, y), (cx, cy) = point, CENTRE
    return x + (cx - x) * share, y + (cy - y) * share


def _rounded(point: Point) -> Point:
    return round(point[0], 1), round(point[1], 1)
