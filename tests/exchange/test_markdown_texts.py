"""Where a Markdown text is cut, and where its footnotes and pictures go."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eurasia.exchange.markdown_texts import BadText, Parts, convert, html_of
from tests.cast import GATED, TEASER


def no_picture(address: str, caption: str, in_teaser: bool, line: int) -> str | None:
    raise AssertionError(f"{address} is no picture of this text")


def parts(text: str) -> Parts:
    return convert(text, no_picture)


class Album:
    """Takes pictures as the importer does, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bool, int]] = []

    def place(self, address: str, caption: str, in_teaser: bool, line: int) -> str | None:
        self.asked.append((address, caption, in_teaser, line))
        return None if address.startswith("https:") else f"@{len(self.asked) - 1}"


# --- The cut --------------------------------------------------------------------------------------


def test_teaser_ends_at_the_line():
    assert parts("One.\n\nTwo.\n\n<!--more-->\n\nThree.\n") == Parts(
        "<p>One.</p>\n<p>Two.</p>\n", "<p>Three.</p>\n", []
    )


def test_line_cuts_without_empty_lines_around_it():
    assert parts("One.\n<!--more-->\nTwo.\n") == Parts("<p>One.</p>\n", "<p>Two.</p>\n", [])


def test_first_paragraph_is_the_teaser_without_the_line():
    assert parts("One.\n\nTwo.\n\nThree.\n") == Parts(
        "<p>One.</p>\n", "<p>Two.</p>\n<p>Three.</p>\n", []
    )


def test_heading_goes_with_the_first_paragraph():
    assert parts("## Head\n\nOne.\n\nTwo.\n") == Parts(
        "<h2>Head</h2>\n<p>One.</p>\n", "<p>Two.</p>\n", []
    )


@pytest.mark.parametrize(
    "start",
    [
        "- one\n- two\n",
        "> one\n",
        "| a |\n| - |\n| 1 |\n",
        "<p>one</p>\n",
        "```\none\n```\n",
        "    one\n",
        "---\n",
        "[^1]: one\n",
        "## Only a heading\n",
    ],
)
def test_text_that_starts_with_no_paragraph_needs_the_line(start):
    with pytest.raises(BadText, match=r"^The text starts with no paragraph: end its teaser"):
        parts(f"{start}\n<p>{GATED}</p>\n")


def test_text_that_starts_with_a_list_is_cut_at_the_line():
    assert parts("- one\n\n<!--more-->\n\nTwo.\n") == Parts(
        "<ul>\n<li>one</li>\n</ul>\n", "<p>Two.</p>\n", []
    )


def test_line_shown_as_code_does_not_cut():
    assert parts("One.\n\n```\n<!--more-->\n```\n").teaser == "<p>One.</p>\n"


def test_line_within_a_sentence_does_not_cut():
    assert parts("One <!--more--> two.\n\nThree.\n").body == "<p>Three.</p>\n"


def test_second_line_stays_with_the_body():
    cut = parts("One.\n\n<!--more-->\n\nTwo.\n\n<!--more-->\n\nThree.\n")

    assert cut.teaser == "<p>One.</p>\n"
    assert re.findall(r"<p>(.*?)</p>", cut.body) == ["Two.", "Three."]


def test_nothing_before_the_line_is_an_empty_teaser():
    assert parts("<!--more-->\n\nOne.\n") == Parts("", "<p>One.</p>\n", [])


def test_empty_text_has_two_empty_parts():
    assert parts("") == parts("\n \n") == Parts("", "", [])


SNIPPETS = [
    TEASER, "\n", "\n\n", "- ", "1. ", "> ", "```", "~~~", "    ", "\t", "# ", "---", "| a | b |",
    "|---|---|", "<div>", "</div>", "<p>", "<!--", "-->", "<script>", "<![CDATA[", "<?", "`", "**",
    "[", "](", "![", "[^1]", "[^1]: ", "^[", "]", "[a]: /b", "\\", "&lt;", "<a href='", "'",
]  # fmt: skip


@example(["```"])
@example(["<!--"])
@example([TEASER, "\n\n", "<script>"])
@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(SNIPPETS), max_size=12))
def test_no_teaser_however_odd_takes_in_what_stands_below_the_line(snippets):
    text = f"{''.join(snippets)}\n\n<!--more-->\n\n{GATED}\n"

    try:
        cut = convert(text, lambda *asked: None)
    except BadText:
        return

    assert GATED not in cut.teaser


# --- Blocks ---------------------------------------------------------------------------------------


def test_tables_quotes_and_strikethrough_are_read():
    assert parts("T\n\n| a | b |\n|---|--:|\n| 1 | ~~2~~ |\n\n> Said.\n").body == (
        "<table>\n<thead>\n<tr>\n<th>a</th>\n"
        '<th style="text-align:right">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n'
        '<td style="text-align:right"><s>2</s></td>\n</tr>\n</tbody>\n</table>\n'
        "<blockquote>\n<p>Said.</p>\n</blockquote>\n"
    )


def test_words_of_the_markup_are_escaped():
    assert parts("a < b & `c > d`\n").teaser == "<p>a &lt; b &amp; <code>c &gt; d</code></p>\n"


def test_short_text_becomes_html():
    assert html_of("One **two**.\n\nThree.") == "<p>One <strong>two</strong>.</p>\n<p>Three.</p>\n"


# --- Footnotes ------------------------------------------------------------------------------------


def note(key: str, content: str = "") -> str:
    return f'<span class="footnote" data-note="{key}">{content}</span>'


def test_footnote_stands_where_it_is_referred_to():
    assert parts("One.\n\nTwo[^a].\n\n[^a]: The *note*.\n") == Parts(
        "<p>One.</p>\n", f"<p>Two{note('a', 'The <em>note</em>.')}.</p>\n", []
    )


def test_note_of_the_teaser_may_be_written_below_the_line():
    assert parts("One[^a].\n\n<!--more-->\n\nTwo[^b], again[^a].\n\n[^a]: A.\n[^b]: B.\n") == Parts(
        f"<p>One{note('a', 'A.')}.</p>\n",
        f"<p>Two{note('b', 'B.')}, again{note('a')}.</p>\n",
        [],
    )


def test_repeated_reference_does_not_repeat_the_note():
    assert parts("One[^a], two[^a], three[^a].\n\n[^a]: A.\n").teaser == (
        f"<p>One{note('a', 'A.')}, two{note('a')}, three{note('a')}.</p>\n"
    )


def test_inline_note_needs_no_key():
    assert parts("One^[An *inline* note].\n").teaser == (
        f"<p>One{note('inline-0', 'An <em>inline</em> note')}.</p>\n"
    )


def test_note_within_a_note_stands_within_it():
    assert parts("One[^a].\n\n[^a]: A, see[^b].\n[^b]: B.\n").teaser == (
        f"<p>One{note('a', 'A, see' + note('b', 'B.') + '.')}.</p>\n"
    )


def test_note_that_refers_to_itself_ends():
    assert parts("One[^a].\n\n[^a]: See[^a].\n").teaser == (
        f"<p>One{note('a', 'See' + note('a') + '.')}.</p>\n"
    )


def test_notes_that_refer_to_each_other_end():
    assert parts("One[^a].\n\n[^a]: A[^b]\n[^b]: B[^a]\n").teaser == (
        f"<p>One{note('a', 'A' + note('b', 'B' + note('a')))}.</p>\n"
    )


def test_note_of_two_paragraphs_keeps_its_break():
    assert parts("One[^a].\n\n[^a]: A.\n\n    B.\n").teaser == (
        f"<p>One{note('a', 'A.<br />' + chr(10) + 'B.')}.</p>\n"
    )


def test_notes_of_headings_and_tables_are_read():
    assert parts("T\n\n## H[^a]\n\n| x[^b] |\n|--|\n| y |\n\n[^a]: A.\n[^b]: B.\n").body == (
        f"<h2>H{note('a', 'A.')}</h2>\n"
        f"<table>\n<thead>\n<tr>\n<th>x{note('b', 'B.')}</th>\n</tr>\n</thead>\n"
        "<tbody>\n<tr>\n<td>y</td>\n</tr>\n</tbody>\n</table>\n"
    )


@pytest.mark.parametrize(
    "text, line",
    [
        ("One[^lost].\n", 0),
        ("One.\n\nTwo.\n\nThree[^lost].\n", 4),
        ("One[^a].\n\n[^a]: See[^lost].\n", 2),
        ("One.\n\n| a |\n|---|\n| x[^lost] |\n", 4),
    ],
)
def test_reference_to_no_footnote_is_named_with_its_line(text, line):
    with pytest.raises(BadText) as raised:
        parts(text)

    assert str(raised.value) == "The footnote [^lost] is referred to but not written."
    assert raised.value.line == line


def test_reference_shown_as_code_needs_no_footnote():
    assert parts("One `[^lost]`.\n").teaser == "<p>One <code>[^lost]</code>.</p>\n"


def test_footnote_nobody_refers_to_is_a_warning_and_stays_out():
    cut = parts("One[^b].\n\nTwo.\n\n[^a]: A.\n[^b]: B.\n[^c]: C.\n")

    assert cut == Parts(
        f"<p>One{note('b', 'B.')}.</p>\n",
        "<p>Two.</p>\n",
        [
            "The footnote [^a] is written but nothing refers to it.",
            "The footnote [^c] is written but nothing refers to it.",
        ],
    )


# --- Pictures -------------------------------------------------------------------------------------


def test_lone_picture_becomes_a_figure_with_its_caption():
    album = Album()

    cut = convert('T\n\n![A <map>](map.png "Cap & credit")\n', album.place)

    assert cut.body == (
        '<figure><img data-picture="@0" alt="A &lt;map&gt;">'
        "<figcaption>Cap &amp; credit</figcaption></figure>\n"
    )
    assert album.asked == [("map.png", "Cap & credit", False, 2)]


def test_picture_without_a_caption_is_a_bare_figure():
    assert convert("T\n\n![A map](map.png)\n", Album().place).body == (
        '<figure><img data-picture="@0" alt="A map"></figure>\n'
    )


def test_picture_within_a_sentence_stays_there():
    assert convert("T\n\nSee ![a map](map.png) here.\n", Album().place).body == (
        '<p>See <img data-picture="@0" alt="a map"> here.</p>\n'
    )


def test_each_picture_is_asked_for_with_its_part():
    album = Album()

    convert("T ![a](a.png)\n\n<!--more-->\n\n![b](b.png)\n\n- ![c](c.png)\n", album.place)

    assert album.asked == [
        ("a.png", "", True, 0),
        ("b.png", "", False, 4),
        ("c.png", "", False, 6),
    ]


def test_picture_of_a_note_belongs_to_the_part_that_first_refers_to_it():
    album = Album()

    convert(
        "T[^a]\n\n<!--more-->\n\nB[^a][^b]\n\n[^a]: ![a](a.png)\n[^b]: ![b](b.png)\n", album.place
    )

    assert [(address, in_teaser) for address, _, in_teaser, _ in album.asked] == [
        ("a.png", True),
        ("b.png", False),
    ]


def test_picture_by_web_address_keeps_its_address():
    cut = convert('T\n\n![A "map"](https://maps.example/a.png?b&c "Cap")\n', Album().place)

    assert cut.body == (
        '<figure><img src="https://maps.example/a.png?b&amp;c" alt="A &quot;map&quot;">'
        "<figcaption>Cap</figcaption></figure>\n"
    )


def test_linked_picture_stays_in_its_link():
    assert convert("T\n\n[![a](a.png)](https://e.example/)\n", Album().place).body == (
        '<p><a href="https://e.example/"><img data-picture="@0" alt="a"></a></p>\n'
    )
