"""What articles are filed under: parties, files with their chronology, bylines."""

from datetime import date, timedelta
from itertools import combinations, count, islice
from math import isqrt
from random import Random
from typing import Any

from eurasia.exchange.big.texts import words
from eurasia.newsroom.models import Contributor, Event, FileParty, Party, TopicFile
from eurasia.newsroom.slugs import slug_of

FILES = 16
FOLLOWED = 12
EVENTS = 100  # of each file
YEARS = 20
#: Slug and names; those of the demo edition are the same.
PARTIES = [
    ("iran", "Iran", "Iran"),
    ("turkey", "Turkey", "Turquie"),
    ("united-states", "United States", "États-Unis"),
    ("russia", "Russia", "Russie"),
    ("china", "China", "Chine"),
    ("iraq", "Iraq", "Irak"),
    ("saudi-arabia", "Saudi Arabia", "Arabie saoudite"),
    ("azerbaijan", "Azerbaijan", "Azerbaïdjan"),
    ("pakistan", "Pakistan", "Pakistan"),
    ("brics", "BRICS", "BRICS"),
]
BLOCS = {"brics"}
PLACES = [
    "Tehran", "Ankara", "Moscow", "Baku", "Baghdad", "Riyadh", "Doha", "Muscat", "Tashkent",
    "Islamabad", "Beijing", "Brussels", "Damascus", "Erbil", "Tbilisi", "Yerevan",
]  # fmt: skip


def files_of(dice: Random, today: date) -> list[TopicFile]:
    """The files, made where they are missing, each between two parties."""
    colours = Party.Colour.values
    parties = _found_or_made(
        Party(
            slug=slug,
            name_en=english,
            name_fr=french,
            kind=Party.Kind.BLOC if slug in BLOCS else Party.Kind.STATE,
            colour=colours[at % len(colours)],
        )
        for at, (slug, english, french) in enumerate(PARTIES)
    )
    pairs = list(islice(combinations(parties, 2), FILES))
    known = set(TopicFile.objects.values_list("slug", flat=True))
    files = _found_or_made(
        TopicFile(
            slug=f"{one.slug}-{other.slug}",
            name_en=f"{one.name_en} and {other.name_en}",
            name_fr=f"{one.name_fr} et {other.name_fr}",
            introduction_en=f"<p>{' '.join(words(40, 'en', dice))}.</p>",
            introduction_fr=f"<p>{' '.join(words(40, 'fr', dice))}.</p>",
            position=at,
            status="followed" if at <= FOLLOWED else "closed",
        )
        for at, (one, other) in enumerate(pairs, start=1)
    )
    for file, pair in zip(files, pairs, strict=True):
        if file.slug not in known:
            FileParty.objects.bulk_create(
                FileParty(file=file, party=party, position=at) for at, party in enumerate(pair)
            )
            Event.objects.bulk_create(_events(file, dice, today), ignore_conflicts=True)
    return files


def bylines_of(articles: int) -> list[Contributor]:
    """As many as write so many articles, made where they are missing. They are no people."""
    names = (f"{place} desk {number}" for number in count(1) for place in PLACES)
    return _found_or_made(
        Contributor(slug=slug_of(name), name=name) for name in islice(names, isqrt(articles) + 3)
    )


def _events(file: TopicFile, dice: Random, today: date) -> list[Event]:
    return [
        Event(
            file=file,
            on=today - timedelta(days=dice.randrange(YEARS * 365)),
            text_en=" ".join(words(20, "en", dice)),
            text_fr=" ".join(words(20, "fr", dice)),
            source_title=" ".join(words(4, "en", dice)),
            source_url=f"https://example.org/{dice.randrange(10**6)}",
        )
        for _event in range(EVENTS)
    ]


def _found_or_made(rows: Any) -> list[Any]:
    """As they stand in the database, by slug and in the same order."""
    made = list(rows)
    model = type(made[0])
    model.objects.bulk_create(made, ignore_conflicts=True)
    slugs = [row.slug for row in made]
    found = {row.slug: row for row in model.objects.filter(slug__in=slugs)}
    return [found[slug] for slug in slugs]
