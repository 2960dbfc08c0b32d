"""Lists as spreadsheets write them are read; what a spreadsheet would run is not written."""

import csv
import io
import time

import pytest

from eurasia.membership import spreadsheets
from eurasia.membership.spreadsheets import Row, SheetError

BOM = "\ufeff"


def read(text):
    return spreadsheets.read(text)


def refusal(call, argument):
    with pytest.raises(SheetError) as refused:
        call(argument)
    return " ".join(refused.value.messages)


# --- Read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content, text, is_certain",
    [
        ("Zoé".encode(), "Zoé", True),
        (f"{BOM}Zoé".encode(), "Zoé", True),
        ("Zoé".encode("utf-16"), "Zoé", True),
        ("Zoé".encode("cp1252"), "Zoé", False),
    ],
)
def test_list_is_decoded_as_it_says(content, text, is_certain):
    assert spreadsheets.decoded(content) == (text, is_certain)


@pytest.mark.parametrize(
    "content, says",
    [
        (b"PK\x03\x04\0\0workbook", "This is no CSV file: save the list as “CSV UTF-8”."),
        ("email".encode("utf-16-le"), "This is no CSV file: save the list as “CSV UTF-8”."),
        (b"\xff\xfea", "This is no CSV file: save the list as “CSV UTF-8”."),
        (b"\x81\x8d", "This is no CSV file: save the list as “CSV UTF-8”."),
        (b"x" * 1_000_001, "The file is larger than 1 MB: split it."),
    ],
)
def test_what_is_no_list_is_refused(content, says):
    assert refusal(spreadsheets.decoded, content) == says


@pytest.mark.parametrize(
    "text, rows",
    [
        ("email\na@b.org\n", [Row(2, "a@b.org")]),
        ("a@b.org\nc@d.org", [Row(1, "a@b.org"), Row(2, "c@d.org")]),
        ("Nom;Courriel\r\nZoé;a@b.org\r\n", [Row(2, "a@b.org", "Zoé")]),
        ("E_Mail\tLanguage\na@b.org\tfr", [Row(2, "a@b.org", language="fr")]),
        ('"email","name"\n"a@b.org","Lac, Zoé"', [Row(2, "a@b.org", "Lac, Zoé")]),
        ('email,name\na@b.org,"Z\nL"\nc@d.org', [Row(2, "a@b.org", "Z\nL"), Row(4, "c@d.org")]),
        ("email\n\n  \na@b.org", [Row(4, "a@b.org")]),
        ("email,name\na@b.org,Zoé,1", [Row(2, "a@b.org", "Zoé", has_too_many_cells=True)]),
        ("email,name\na@b.org,Zoé,,\n", [Row(2, "a@b.org", "Zoé")]),
        ("name,email\nZoé", [Row(2, "", "Zoé")]),
        ("email,name\n'=a@b.org,'-Zoé", [Row(2, "=a@b.org", "-Zoé")]),
        ("email,name\na@b.org,'t Hooft", [Row(2, "a@b.org", "'t Hooft")]),
    ],
)  # fmt: skip
def test_rows_are_read_with_their_lines(text, rows):
    assert read(text).rows == rows


@pytest.mark.parametrize(
    "text, says",
    [
        ("", "No column is called “email”, and the first row holds no address."),
        ("name\nZoé", "No column is called “email”, and the first row holds no address."),
        ("email\n", "The list has no rows."),
        ('email\na@b.org\n"c@d.org\n', "Line 3 cannot be read: is a quotation mark missing?"),
        ('email\n"a@b.org"x\n', "Line 2 cannot be read: is a quotation mark missing?"),
        (f"email\n{'x' * 200_000}", "Line 2 cannot be read: is a quotation mark missing?"),
        ("email\n" + "a@b.org\n" * 5_001, "The list has more than 5,000 rows: split it."),
    ],
)
def test_list_that_cannot_be_read_says_why(text, says):
    assert refusal(read, text) == says


def test_five_thousand_rows_are_read_and_unknown_columns_named():
    sheet = read("email,phone,,name\n" + "a@b.org,1,,Zoé\n" * 5_000)

    assert (len(sheet.rows), sheet.unused) == (5_000, ["phone"])


@pytest.mark.parametrize(
    "text",
    [",\n" * 499_000, ";" * 999_000, '"' * 999_000, "email\n" + " " * 990_000, "'" * 999_000],
)
def test_bomb_of_one_megabyte_is_read_or_refused_at_once(text):
    begun = time.perf_counter()

    refusal(read, text)

    assert time.perf_counter() - begun < 2


# --- Written --------------------------------------------------------------------------------------

DANGEROUS = [
    '=HYPERLINK("http://x";"y")', "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", " =1+1",
    "\uff1d1+1", 'x;=1+1', "x,=1+1", "x\t=1+1", 'x;"=1+1"', "x\n=1+1", '"=1+1"', "=1;=2",
]  # fmt: skip


@pytest.mark.parametrize("cell", DANGEROUS)
@pytest.mark.parametrize("ours", [",", ";"])
@pytest.mark.parametrize("theirs", [",", ";", "\t"])
def test_no_cell_is_a_formula_whatever_separator_is_taken(cell, ours, theirs):
    written = spreadsheets.written([["a@b.org", cell]], ours)

    for row in csv.reader(io.StringIO(written, newline=""), delimiter=theirs):
        for found in row:
            assert not found.strip(' "\t\r\n').startswith(tuple("=+-@\uff1d"))


@pytest.mark.parametrize("cell", ["Zoé", "'t Hooft", "a-b@c.org", "1 = 1", "", "Lac; Zoé", '"Z"'])
def test_other_cells_are_written_as_they_are(cell):
    assert spreadsheets.escaped(cell) == cell


@pytest.mark.parametrize("address", ["=a@b.org", "-a@b.org", "+a@b.org", "a@b.org"])
def test_what_was_written_is_read_back(address):
    text = spreadsheets.written([["email", "name"], [address, "- Zoé"]], ";")

    assert read(text).rows == [Row(2, address, "- Zoé")]
