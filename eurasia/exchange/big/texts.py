"""Texts as long and as varied as a journal's, made of words that mean nothing.

Each template is cleaned and finished once, for an article whose id is `STAND_IN`. Where that number
stands, in the ids of notes and once in the text, an article of this text has its own.
"""

from dataclasses import dataclass
from functools import cache
from itertools import accumulate, product
from random import Random
from typing import Any

from eurasia.languages import CODES
from eurasia.newsroom import indexing, rendering
from eurasia.newsroom.models import Article, FullText

STAND_IN = 7_777_777_777
TEMPLATES = 100  # in each language

#: What everybody writes of; the rest of the words are nonsense.
TOPICS = {
    "en": "gas water loans drones visas tariffs wheat ports trains sanctions pilgrims oil rivers",
    "fr": "gaz eau prêts drones visas douanes blé ports trains sanctions pèlerins pétrole fleuves",
}
SYLLABLES = [onset + vowel for onset, vowel in product("bcdfglmnprst", ["a", "e", "i", "o", "ou"])]
#: The commoner ones are shorter, as in any language: 60 + 3,600 + 20,000.
NONSENSE = [
    *SYLLABLES,
    *map("".join, product(SYLLABLES, repeat=2)),
    *map("".join, Random(1).sample(list(product(SYLLABLES, repeat=3)), 20_000)),  # noqa: S311 - no secret
]
VOCABULARIES = {
    code: [*SYLLABLES, *TOPICS[code].split(), *NONSENSE[len(SYLLABLES) :]] for code in CODES
}


def by_zipf(count: int) -> list[float]:
    """Cumulated weights of so many words, the commonest first."""
    return list(accumulate(1 / (rank + 3) for rank in range(count)))


WEIGHTS = by_zipf(len(VOCABULARIES["en"]))


@dataclass(frozen=True)
class Text:
    """What publishing.write makes of two sources, and the words that indexing finds in the body."""

    #: Columns of the article and of its full text.
    public: dict[str, Any]
    gated: dict[str, Any]
    words: str


def text_of(number: int, language: str, dice: Random) -> Text:
    """The text of the article with this id, of one of the templates of its language."""
    template = _template(language, dice.randrange(TEMPLATES))

    def own(value: Any) -> Any:
        # As clean as the template: digits take the place of digits.
        return type(value)(value.replace(str(STAND_IN), str(number)))

    return Text(
        public={
            name: own(value) if isinstance(value, str) else value
            for name, value in template.public.items()
        },
        gated={name: own(value) for name, value in template.gated.items()},
        words=own(template.words),
    )


def finished(number: int, language: str, teaser: str, body: str) -> Text:
    """What becomes of these sources in the article with this id."""
    article = Article(pk=number, language=language, teaser=rendering.clean(teaser))
    full_text = FullText(article=article, body=rendering.clean(body))
    rendering.finish(article, full_text)
    public = ["teaser", "teaser_html", "teaser_notes", "reading_minutes"]
    return Text(
        public={name: getattr(article, name) for name in public},
        gated={name: getattr(full_text, name) for name in ["body", "body_html", "body_notes"]},
        words=indexing.words_of(full_text.body_html, full_text.body_notes),
    )


def words(count: int, language: str, dice: Random) -> list[str]:
    return dice.choices(VOCABULARIES[language], cum_weights=WEIGHTS, k=count)


@cache
def _template(language: str, number: int) -> Text:
    dice = Random(f"{language} {number}")  # noqa: S311 - no secret
    return finished(STAND_IN, language, _teaser(language, dice), _body(language, dice))


def _teaser(language: str, dice: Random) -> str:
    return "".join(_paragraph(language, dice, notes=0.2) for _ in range(dice.randint(1, 3)))


def _body(language: str, dice: Random) -> str:
    """From one page to twenty, most of them three or four; headings, notes, the odd table."""
    blocks = []
    for at in range(min(40, 3 + round(dice.lognormvariate(1.6, 0.6)))):
        if at % 4 == 2:
            blocks.append(f"<h2>{_sentence(4, language, dice)}</h2>")
        blocks.append(_paragraph(language, dice, notes=0.35))
        odd = dice.random()
        if odd < 0.06:
            blocks.append(f"<blockquote>{_paragraph(language, dice, notes=0)}</blockquote>")
        elif odd < 0.12:
            items = (f"<li>{_sentence(12, language, dice)}</li>" for _ in range(4))
            blocks.append(f"<ul>{''.join(items)}</ul>")
        elif odd < 0.15:
            blocks.append(_table(language, dice))
    return "".join([*blocks, f"<p>Document {STAND_IN}.</p>"])


def _paragraph(language: str, dice: Random, *, notes: float) -> str:
    sentences = [_sentence(dice.randint(6, 28), language, dice) for _ in range(dice.randint(2, 6))]
    if dice.random() < notes:
        sentences[0] += f'<span class="footnote">{_sentence(14, language, dice)}</span>'
    if dice.random() < 0.15:
        sentences[-1] = f'<a href="https://example.org/{dice.choice(NONSENSE)}">{sentences[-1]}</a>'
    return f"<p>{' '.join(sentences)}</p>"


def _table(language: str, dice: Random) -> str:
    cells = (
        "".join(f"<td>{word}</td>" for word in words(4, language, dice))
        for _row in range(dice.randint(3, 8))
    )
    return f"<table><tbody>{''.join(f'<tr>{row}</tr>' for row in cells)}</tbody></table>"


def _sentence(count: int, language: str, dice: Random) -> str:
    return f"{' '.join(words(count, language, dice)).capitalize()}."
