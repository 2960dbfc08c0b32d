"""How to cite an article: Chicago, APA and BibTeX. Pure; called by pages and the `.bib` door.

It works on what anyone may see of an article and never asks for the full text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import override

from eurasia import masthead
from eurasia.newsroom.models import Article
from eurasia.newsroom.slugs import slug_of

#: A byline with one of these words is that of a group, as is one of a single word.
GROUPS = {
    "&", "agence", "agency", "and", "board", "bureau", "center", "centre", "collectif",
    "collective", "comité", "committee", "conseil", "council", "desk", "editorial", "editors",
    "et", "group", "groupe", "institut", "institute", "journal", "network", "newsroom",
    "observatoire", "observatory", "office", "press", "review", "revue", "rédaction", "réseau",
    "service", "staff", "team", "équipe",
}  # fmt: skip
MONTHS_OF_BIBTEX = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
]  # fmt: skip
LANGUAGES_OF_BIBTEX = {"en": "english", "fr": "french"}
#: What LaTeX reads as a command. Spaces that do not break are its own.
LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        # BibTeX counts all braces, those after a backslash too.
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "#": r"\#",
        "$": r"\$",
        "%": r"\%",
        "&": r"\&",
        "_": r"\_",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "\u00a0": "~",
        "\u202f": r"\,",
    }
)


@dataclass(frozen=True)
class Reference:
    """What a citation says of an article. `language` is that of the article and its citation."""

    headline: str
    bylines: tuple[str, ...]
    site_name: str
    on: date
    url: str
    language: str
    key: str


@dataclass(frozen=True)
class Citations:
    chicago: SafeString
    apa: SafeString
    bibtex: str


def cite(article: Article) -> Citations:
    """The citations of a published article that came `with_labels()`."""
    reference = reference_of(article)
    return Citations(chicago(reference), apa(reference), bibtex(reference))


def reference_of(article: Article) -> Reference:
    """The key of its BibTeX entry is made of first contributor, year and slug."""
    assert article.published_at is not None
    on = timezone.localdate(article.published_at)
    first = article.byline[0].slug if article.byline else slug_of(masthead.name())
    return Reference(
        headline=article.headline,
        bylines=tuple(contributor.name for contributor in article.byline),
        site_name=masthead.name(),
        on=on,
        url=settings.SITE_URL + article.get_absolute_url(),
        language=article.language,
        key=f"{first}-{on.year}-{article.slug}",
    )


# --- The formats ----------------------------------------------------------------------------------


def chicago(reference: Reference) -> SafeString:
    """An entry of a bibliography in Chicago's notes and bibliography style.

    Source: The Chicago Manual of Style, 17th edition, 14.188-189 (magazines, in print and online),
    14.76 (several authors: the first one inverted; of more than ten, seven), 14.84 (groups),
    14.96 (a title's own question mark stands for the period). French entries follow the usage of
    French-speaking universities: guillemets, "et", the day before the month.
    """
    french = reference.language == "fr"
    title = _stop(reference.headline)
    if french:
        title = f"«\u202f{_inner_quotes(reference.headline, '«»', '“”')}\u202f»."
    else:
        title = f"“{_inner_quotes(title, '“”', '‘’')}”"
    authors = list(reference.bylines)
    shown = authors if len(authors) <= 10 else authors[:7]
    names = [_inverted(name) if at == 0 else name for at, name in enumerate(shown)]
    if len(shown) < len(authors):
        by = ", ".join([*names, "et al."])
    elif french:
        by = _series(names, " et ")
    else:
        # The comma parts what was turned round, or three and more.
        by = _series(names, " and " if len(names) == 2 and "," not in names[0] else ", and ")
    return format_html(
        "{}{} <i>{}</i>, {}. {}.",
        f"{_stop(by)} " if by else "",
        title,
        reference.site_name,
        _day(reference),
        reference.url,
    )


def apa(reference: Reference) -> SafeString:
    """An entry of a list of references in APA style.

    Source: Publication Manual of the American Psychological Association, 7th edition, 9.8 (up to
    twenty authors, else nineteen and the last), 9.11 (groups), 9.12 (no author: the title comes
    first), 10.1 (periodicals without volume or page). French entries put the day before the month
    and "et" for "&". Headlines keep their capitals: which words are names, no rule can tell.
    """
    names = [_with_initials(name) for name in reference.bylines]
    if len(names) > 20:
        by = f"{', '.join(names[:19])}, . . . {names[-1]}"
    else:
        by = _series(names, " et " if reference.language == "fr" else ", & ")
    title = _stop(reference.headline)
    year, day = reference.on.year, _day(reference, with_year=False)
    return format_html(
        "{} ({}, {}). {}<i>{}</i>. {}",
        _stop(by) if by else title,
        year,
        day,
        f"{title} " if by else "",
        reference.site_name,
        reference.url,
    )


def bibtex(reference: Reference) -> str:
    """An entry for BibTeX and biblatex.

    Source: Oren Patashnik, "BIBTEXing" (1988), 3.1 (@article, its fields), 4 (names, braces that
    keep capitals, months by their macros); the biblatex manual, 2.2 (url, langid). @article is the
    one type that both know for a periodical; @online is unknown to BibTeX.
    """
    fields = {
        "author": " and ".join(_in_bibtex(name) for name in reference.bylines),
        "title": f"{{{_in_latex(reference.headline)}}}",
        "journal": _in_latex(reference.site_name),
        "year": str(reference.on.year),
        "month": MONTHS_OF_BIBTEX[reference.on.month - 1],
        "day": str(reference.on.day),
        "url": reference.url,
        "langid": LANGUAGES_OF_BIBTEX.get(reference.language, ""),
    }
    lines = [
        f"  {name} = {value if name == 'month' else f'{{{value}}}'},"
        for name, value in fields.items()
        if value
    ]
    return "\n".join([f"@article{{{reference.key},", *lines, "}"]) + "\n"


# --- Names ----------------------------------------------------------------------------------------


def is_group(name: str) -> bool:
    """Whether a byline names a desk or a team, which is never turned round."""
    words = name.split()
    return len(words) < 2 or "," in name or not GROUPS.isdisjoint(name.lower().split())


def _parts(name: str) -> tuple[str, str]:
    """Family and given names. A particle in lower case opens the family name, as BibTeX has it."""
    words = name.split()
    begins = next((at for at, word in enumerate(words) if at and word[0].islower()), -1)
    begins = begins if 0 < begins < len(words) - 1 else len(words) - 1
    return " ".join(words[begins:]), " ".join(words[:begins])


def _inverted(name: str) -> str:
    return name if is_group(name) else ", ".join(_parts(name))


def _with_initials(name: str) -> str:
    if is_group(name):
        return name
    family, given = _parts(name)
    initials = [
        "-".join(f"{part[0].upper()}." for part in word.split("-") if part)
        for word in given.split()
    ]
    return f"{family}, {' '.join(initials)}"


def _in_bibtex(name: str) -> str:
    latex = _in_latex(name)
    return f"{{{latex}}}" if is_group(name) else _in_latex(", ".join(_parts(name)))


# --- Pieces ---------------------------------------------------------------------------------------


def _series(names: Sequence[str], last: str) -> str:
    """Names in a row; before the last one stands `last`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])}{last}{names[-1]}"


def _stop(text: str) -> str:
    """`text` with a full stop, unless it ends with a mark of its own."""
    return text if re.search(r"[.?!…][”’»\s]*$", text) else f"{text}."


def _inner_quotes(text: str, outer: str, inner: str) -> str:
    """Quotation marks inside a quoted title, one level down."""
    text = re.sub(r'"([^"]*)"', rf"{outer[0]}\1{outer[1]}", text)
    opening, closing = re.escape(outer[0]), re.escape(outer[1])
    spaces = "[ \u00a0\u202f]?" if outer == "«»" else ""
    return re.sub(rf"{opening}{spaces}(.*?){spaces}{closing}", rf"{inner[0]}\1{inner[1]}", text)


def _day(reference: Reference, *, with_year: bool = True) -> str:
    with override(reference.language):
        month = str(MONTHS[reference.on.month])
    if reference.language == "fr":
        day = "1er" if reference.on.day == 1 else str(reference.on.day)
        return f"{day} {month} {reference.on.year}" if with_year else f"{day} {month}"
    day = f"{month} {reference.on.day}"
    return f"{day}, {reference.on.year}" if with_year else day


def _in_latex(text: str) -> str:
    return text.translate(LATEX)
