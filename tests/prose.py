"""Texts as long and as varied as a journal's, made of words that mean nothing."""

import random
from itertools import accumulate, product

DICE = random.Random(1)  # noqa: S311 - no secret
SYLLABLES = [onset + vowel for onset, vowel in product("bcdfglmnprst", ["a", "e", "i", "o", "ou"])]
#: The commoner ones are shorter, as in any language: 60 + 3,600 + 20,000.
VOCABULARY = [
    *SYLLABLES,
    *map("".join, product(SYLLABLES, repeat=2)),
    *map("".join, DICE.sample(list(product(SYLLABLES, repeat=3)), 20_000)),
]
#: By Zipf's law.
WEIGHTS = list(accumulate(1 / (rank + 3) for rank in range(len(VOCABULARY))))
#: This stands in every text.
EVERYWHERE = "grain rails corridor"


def prose(seed: int, *, words: int, paragraph: int = 100) -> str:
    """HTML; the same seed gives the same text."""
    DICE.seed(seed)
    drawn = DICE.choices(VOCABULARY, cum_weights=WEIGHTS, k=words - 3)
    drawn += EVERYWHERE.split()
    lines = (drawn[start : start + paragraph] for start in range(0, words, paragraph))
    return "".join(f"<p>{' '.join(line)}.</p>" for line in lines)
