"""Texts as long and as varied as a journal's, made of words that mean nothing."""

import random

from eurasia.exchange.big.texts import NONSENSE, by_zipf

DICE = random.Random()  # noqa: S311 - no secret
WEIGHTS = by_zipf(len(NONSENSE))
#: This stands in every text.
EVERYWHERE = "grain rails corridor"


def prose(seed: int, *, words: int, paragraph: int = 100) -> str:
    """HTML; the same seed gives the same text."""
    DICE.seed(seed)
    drawn = DICE.choices(NONSENSE, cum_weights=WEIGHTS, k=words - 3)
    drawn += EVERYWHERE.split()
    lines = (drawn[start : start + paragraph] for start in range(0, words, paragraph))
    return "".join(f"<p>{' '.join(line)}.</p>" for line in lines)
