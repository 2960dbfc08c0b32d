"""Lists that come from and go to spreadsheets, as CSV: what they write is read, what could be run
as a formula is not written. Pure.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LARGEST = 1_000_000  # bytes
MOST_ROWS = 5_000
SEPARATORS = ",;\t"
#: What columns are called, in small letters alone, by those who write lists of readers.
COLUMNS = {
    "email": {
        "email", "mail", "emailaddress", "address",
        "adresse", "adresseemail", "courriel", "adresseélectronique",
    },
    "name": {"name", "nom", "fullname", "nomcomplet"},
    "language": {"language", "langue", "lang"},
}  # fmt: skip
#: What makes a spreadsheet take a cell for a formula, full-width forms included. It may follow a
#: separator within a cell: the reader's spreadsheet may take another one than ours.
FORMULA = r"""[\s"]*[=+\-@\uff1d\uff0b\uff0d\uff20]"""
_BEGINS = re.compile(rf"(^|[{SEPARATORS}\r\n])(?={FORMULA})")
_ESCAPED = re.compile(rf"'(?={FORMULA})")


TOO_LARGE = gettext_lazy("The file is larger than 1 MB: split it.")


class SheetError(ValidationError):
    """Says why a file is no list of readers."""


@dataclass(frozen=True)
class Row:
    """As it stands in the file; `line` is where it begins there."""

    line: int
    email: str = ""
    name: str = ""
    language: str = ""
    has_too_many_cells: bool = False


@dataclass(frozen=True)
class Sheet:
    rows: list[Row]
    #: What the columns are called that mean nothing here.
    unused: list[str]


def decoded(content: bytes) -> tuple[str, bool]:
    """The text, and whether its encoding is beyond doubt. Raises SheetError.

    UTF-8 and UTF-16 as they say themselves; else Windows-1252, in which older Excels write.
    """
    if len(content) > LARGEST:
        raise SheetError(TOO_LARGE)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text, is_certain = content.decode("utf-16", errors="replace"), True
    else:
        try:
            text, is_certain = content.decode("utf-8-sig"), True
        except UnicodeDecodeError:
            text, is_certain = content.decode("cp1252", errors="replace"), False
    if "\0" in text or "\ufffd" in text:
        raise SheetError(_("This is no CSV file: save the list as “CSV UTF-8”."))
    return text, is_certain


def read(text: str) -> Sheet:
    """The rows of a list, which names its columns or holds an address in its first row.

    Raises SheetError: no column of addresses, quotes that do not close, too many rows.
    """
    lines = _lines(text)
    line, first = next(lines, (1, []))
    headed = {
        field: next((at for at, cell in enumerate(first) if _plain(cell) in names), None)
        for field, names in COLUMNS.items()
    }
    unused: list[str] = []
    if headed["email"] is not None:
        places = {field: at for field, at in headed.items() if at is not None}
        unused = [cell for at, cell in enumerate(first) if cell and at not in places.values()]
        rows, width = [], len(first)
    elif (at := next((at for at, cell in enumerate(first) if "@" in cell), None)) is not None:
        places, width = {"email": at}, max(len(first), at + 1)
        rows = [_row(line, first, places, width)]
    else:
        raise SheetError(_("No column is called “email”, and the first row holds no address."))
    for line, cells in lines:
        if len(rows) == MOST_ROWS:
            raise SheetError(_("The list has more than 5,000 rows: split it."))
        rows.append(_row(line, cells, places, width))
    if not rows:
        raise SheetError(_("The list has no rows."))
    return Sheet(rows, unused)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold something, each with its number."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = 0
    try:
        for cells in reader:
            cells = [_bare(cell.strip()) for cell in cells]
            if any(cells):
                yield before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        text = _("Line %(line)d cannot be read: is a quotation mark missing?")
        raise SheetError(text % {"line": before + 1}) from error


def _row(line: int, cells: list[str], places: dict[str, int], width: int) -> Row:
    values = {field: cells[at] for field, at in places.items() if at < len(cells)}
    return Row(line, **values, has_too_many_cells=any(cells[width:]))


def _plain(cell: str) -> str:
    return "".join(filter(str.isalpha, cell.casefold()))


def _bare(cell: str) -> str:
    """Without the apostrophe that `escaped` has put before it."""
    return _ESCAPED.sub("", cell, count=1) if _ESCAPED.match(cell) else cell


# --- Written --------------------------------------------------------------------------------------


def written(rows: list[list[str]], separator: str) -> str:
    """Lines of CSV, in which no cell is a formula whatever the spreadsheet takes as separator."""
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([escaped(cell) for cell in row] for row in rows)
    return lines.getvalue()


def escaped(cell: str) -> str:
    return _BEGINS.sub(r"\1'", cell)
