# ruff: noqa: RUF001 - letters that look alike are the matter here
"""What makes two spellings one: indexes and what is searched for both go through `fold`.

Pure. Scripts are not turned into each other; that is what the table of spellings is for.
"""

import re
import unicodedata
from collections.abc import Iterator

#: All apostrophes and single quotes, primes, and the half rings that stand for hamza and ayn.
APOSTROPHES = dict.fromkeys("'’‘‛`´′ʹʻʼʽʾʿˈˊˋ‵՚׳ꞌ＇", "'")
#: Latin letters that NFKD leaves alone, as CLDR's Latin-ASCII has them; only ə goes by the
#: romanisation of Azerbaijani of BGN/PCGN, as newspapers do: Əliyev, Aliyev.
LATIN = {
    "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŋ": "n", "ŧ": "t",
    "œ": "oe", "æ": "ae", "ə": "a",
}  # fmt: skip
#: Persian, Urdu, Kurdish and Uyghur forms as the Arabic ones, without tatweel and lone hamza.
#: NFKD takes hamza and madda off their carriers.
ARABIC = {
    "ی": "ي", "ى": "ي", "ے": "ي", "ې": "ي", "ێ": "ي", "ک": "ك", "ڪ": "ك", "ٱ": "ا", "ہ": "ه",
    "ھ": "ه", "ە": "ه", "ة": "ه", "ۃ": "ه", "ۆ": "و", "ۇ": "و", "ء": "", "ـ": "",
}  # fmt: skip

#: What French drops the vowel of and the English genitive: no part of the word beside it.
ELIDED = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)'(?=\w)")
GENITIVE = re.compile(r"(?<=\w)'s\b")
INITIALS = re.compile(r"\b[^\W\d](?:\.[^\W\d])+\b")

#: Whoever searches for all characters, a million, takes 10 MB of each process with it, not 90.
LAST_REMEMBERED = 0xFFFF
#: Nobody types a longer word, and the indexes have limits of their own.
LONGEST = 60


class _Letters(dict[int, str]):
    """For str.translate: what each character becomes, found out when first met.

    Searches ask here, and anybody may search.
    """

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = unicodedata.category(char)
        if kind[0] == "M" or kind == "Cf":  # marks; zero-width characters and soft hyphens
            becomes = ""
        elif kind == "Nd":
            becomes = str(unicodedata.decimal(char))
        else:
            becomes = char if kind[0] in "LN" else " "
        if code <= LAST_REMEMBERED:
            self[code] = becomes
        return becomes


class _Apart(dict[int, str]):
    """For str.translate: what stands in no word becomes a space, whatever else stays."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = unicodedata.category(char)
        self[code] = char if kind[0] in "LNM" or kind == "Cf" or char in "'." else " "
        return self[code]


_apart = _Apart()
_before = str.maketrans(APOSTROPHES)  # NFKD makes spaces of some
_letters = _Letters(str.maketrans({**APOSTROPHES, **LATIN, **ARABIC, ".": "."}))


def fold(text: str) -> str:
    """The words of a plain text, one space between them: small letters and digits alone."""
    text = unicodedata.normalize("NFKD", text.translate(_before)).casefold()
    text = unicodedata.normalize("NFKD", text).translate(_letters)
    text = GENITIVE.sub("", ELIDED.sub("", text)).replace("'", "")
    text = INITIALS.sub(lambda found: found[0].replace(".", ""), text).replace(".", " ")
    return " ".join(word[:LONGEST] for word in text.split())


def spans(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Where the words of a plain text stand in it: from, to, and what that folds into."""
    plain = text.translate(_before)  # a character for each
    for run in re.finditer("[^ ]+", plain.translate(_apart)):
        start, end = run.span()
        small = run[0].casefold()
        if elided := ELIDED.match(small):
            start += elided.end()
        if re.search(r"\w's$", small):
            end -= 2
        kept = plain[start:end]
        start += len(kept) - len(kept.lstrip("'."))
        end -= len(kept) - len(kept.rstrip("'."))
        if words := fold(text[start:end]).split():
            yield start, end, words
