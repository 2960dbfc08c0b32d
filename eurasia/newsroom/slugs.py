"""Addresses out of names, for letters that Django's slugify drops."""

from django.utils.text import slugify

LETTERS = str.maketrans({"ı": "i", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss"})


def slug_of(name: str, *, max_length: int = 100) -> str:
    """A slug of `name`; empty where nothing of it can stand in an address: ask for one then."""
    return slugify(name.translate(LETTERS))[:max_length].strip("-")
