"""What changed between two texts is shown word by word, and nothing is lost on the way."""

import time

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from eurasia.newsroom import rendering
from eurasia.newsroom.differences import difference, text_difference


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def parsed(source):
    return html.fragment_fromstring(source, create_parent="div")


def without(shown, gone, stays):
    """The text that is left when the marks of one kind are dropped and the others unwrapped."""
    root = parsed(shown)
    for element in root.xpath(f"//*[@class='{gone}'] | //span[@class='visually-hidden']"):
        element.drop_tree()
    for element in root.xpath(f"//*[@class='{stays}']"):
        element.drop_tag()
    return root


def old_of(shown):
    return without(shown, "added", "removed")


def new_of(shown):
    return without(shown, "removed", "added")


def letters(element, tags=()):
    """Every letter with the tags that it stands in: the text and its markup, less the spaces."""
    inner = (*tags, element.tag)
    found = [(letter, inner) for letter in "".join((element.text or "").split())]
    for child in element:
        found += letters(child, inner)
        found += [(letter, inner) for letter in "".join((child.tail or "").split())]
    return found


def words(element):
    """The words as they are read: two blocks never run together."""
    for block in list(element.iter(*rendering.BLOCKS, "br")):
        block.text = f" {block.text or ''}"
        block.tail = f" {block.tail or ''}"
    return element.text_content().split()


# --- Nothing is lost, whatever changed ------------------------------------------------------------

WORD = st.sampled_from(["Iran", "l’Iran", "and", "a", "12", ".", "«", "&lt;b&gt;", "&amp;", "قم"])
INLINE = ["{}", "<strong>{}</strong>", '<a href="https://a.example/">{}</a>', "<em>{}</em>",
          '<span class="footnote">{}</span>', '<span lang="fa" dir="rtl">{}</span>',
          "<ins>{}</ins>", "<del>{}</del>", "{}<br>", "{}<strong> </strong>"]  # fmt: skip
phrase = st.lists(WORD, min_size=1, max_size=4).flatmap(
    lambda found: st.sampled_from([" ".join(found), "".join(found), " ".join(found) + " "])
)
passage = st.lists(
    st.tuples(st.sampled_from(INLINE), phrase).map(lambda pair: pair[0].format(pair[1])), max_size=4
).map("".join)
BLOCK = ["{}", "<p>{}</p>", "<h2>{}</h2>", "<ul><li>{}</li><li>{}</li></ul>", "<p>{}</p><hr>",
         "<ul><li>{}<ol><li>{}</li></ol></li></ul>", "<blockquote><p>{}</p></blockquote>",
         '<blockquote class="pull"><p>{}</p></blockquote>', "<pre>{}</pre>",
         "<table><caption>{}</caption><tbody><tr><td>{}</td><th>{}</th></tr></tbody></table>",
         ]  # fmt: skip
block = st.tuples(st.sampled_from(BLOCK), passage, passage, passage).map(
    lambda parts: parts[0].format(*parts[1:])
)


@st.composite
def two_texts(draw):
    """An old and a new text that have blocks in common, and others that changed."""
    blocks = draw(st.lists(block, max_size=6))
    kept = [draw(st.sampled_from([found, found, "", draw(block)])) for found in blocks]
    extra = draw(st.lists(block, max_size=2))
    place = draw(st.integers(0, len(kept)))
    new = [*kept[:place], *extra, *kept[place:]]
    return rendering.clean("".join(blocks)), rendering.clean("".join(new))


@settings(max_examples=30, deadline=None)
@given(two_texts())
def test_dropping_the_marks_of_one_kind_gives_back_the_old_text_and_the_new(texts):
    old, new = texts

    shown = difference(old, new)

    for back, text in [(old_of(shown), old), (new_of(shown), new)]:
        assert letters(back) == letters(parsed(text))
        assert words(back) == words(parsed(text))


@settings(max_examples=20, deadline=None)
@given(block)
def test_text_that_did_not_change_bears_no_marks(source):
    text = rendering.clean(source)

    shown = parsed(difference(text, text))

    assert shown.xpath("//*[@class='added' or @class='removed']") == []
    assert letters(shown) == letters(parsed(text))


# --- What an editor sees --------------------------------------------------------------------------

ADDED = '<ins class="added"><span class="visually-hidden">Added: </span>{}</ins>'
REMOVED = '<del class="removed"><span class="visually-hidden">Removed: </span>{}</del>'


@pytest.mark.parametrize(
    "old, new, shown",
    [
        (
            "<p>The cat sat on the mat.</p>",
            "<p>The dog sat on the mat.</p>",
            f"<p>The {REMOVED.format('cat ')}{ADDED.format('dog ')}sat on the mat.</p>",
        ),
        (
            "<p>It ends</p>",
            "<p>It ends here</p>",
            f"<p>It ends{ADDED.format(' here')}</p>",
        ),
        (
            "<p>Seven drivers came home</p>",
            "<p>Seven <strong>drivers</strong> came home</p>",
            f"<p>Seven {REMOVED.format('drivers ')}{ADDED.format('<strong>drivers</strong> ')}"
            "came home</p>",
        ),
        (
            "<ul><li>Iran</li><li>Turkey</li></ul>",
            "<ul><li>Iran</li><li>Oman</li><li>Turkey</li></ul>",
            f"<ul><li>Iran</li><li>{ADDED.format('Oman')}</li><li>Turkey</li></ul>",
        ),
        (
            "<table><tbody><tr><td>Iran</td><td>12</td></tr></tbody></table>",
            "<table><tbody><tr><td>Iran</td><td>13</td></tr></tbody></table>",
            "<table><tbody><tr><td>Iran</td>"
            f"<td>{REMOVED.format('12')}{ADDED.format('13')}</td></tr></tbody></table>",
        ),
        (
            "<p>As the ledger says.</p>",
            '<p>As the ledger says<span class="footnote">Page 7</span>.</p>',
            f'<p>As the ledger says{ADDED.format("""<span class="footnote">Page 7</span>""")}.</p>',
        ),
        (
            '<p>See the note there<span class="footnote" data-note="a"></span></p>',
            '<p>See the note there<span class="footnote" data-note="b"></span></p>',
            f'<p>See the note there{REMOVED.format("""<span class="footnote">a</span>""")}'
            f"""{ADDED.format('<span class="footnote">b</span>')}</p>""",
        ),
        (
            "<p>One border, two states.</p>",
            "<h2>One border, two states.</h2>",
            f"<p>{REMOVED.format('One border, two states.')}</p>"
            f"<h2>{ADDED.format('One border, two states.')}</h2>",
        ),
        (
            "<p>It was in the year 2019 that trade began.</p>",
            "<p>Nobody else saw how this came about, ever.</p>",
            f"<p>{REMOVED.format('It was in the year 2019 that trade began.')}</p>"
            f"<p>{ADDED.format('Nobody else saw how this came about, ever.')}</p>",
        ),
        (
            "<p>A</p>",
            "<p>A</p><hr>",
            f"<p>A</p>{ADDED.format('<hr>')}",
        ),
    ],
)
def test_difference_is_shown_where_it_is(old, new, shown):
    assert difference(old, new) == shown


def test_picture_is_told_by_its_alternative_text():
    shown = difference("", '<figure><img data-picture="3" alt="A &lt;bridge&gt;"></figure>')

    told = '<span class="picture">[Picture: A &lt;bridge&gt;]</span>'
    assert shown == f"<figure>{ADDED.format(told)}</figure>"


def test_difference_speaks_the_editors_language():
    with translation.override("fr"):
        shown = parsed(difference("", "<p>Oman</p>"))

    assert shown.text_content() == "Ajouté\u202f: Oman"


def test_plain_text_is_compared_as_text():
    shown = text_difference("Iran <b> & Oman", "Iran <i> & Oman")

    assert shown == f"Iran &lt;{REMOVED.format('b')}{ADDED.format('i')}&gt; &amp; Oman"


HOSTILE = (
    '<p onclick="alert(1)">a<script>alert(1)</script><a href="javascript:alert(1)">b</a>'
    "<img src=x onerror=alert(1)><svg><style><img src=x onerror=alert(1)></style></svg>"
    '<span class="visually-hidden">c</span></p><iframe src="//evil.example"></iframe>'
)


@pytest.mark.parametrize("old, new", [(HOSTILE, ""), ("", HOSTILE), (HOSTILE, HOSTILE)])
def test_nothing_executable_leaves_even_if_it_had_come_in(old, new):
    shown = parsed(difference(old, new))

    names = {name for element in shown.iter() for name in element.attrib}
    assert {element.tag for element in shown.iter()} <= {"div", "p", "a", "span", "ins", "del"}
    assert names <= {"class"}


# --- Long texts -----------------------------------------------------------------------------------


def long_text(*, paragraphs, words):
    return [
        [f"w{(place * 7919 + at * at) % 4001}" for at in range(words)]
        for place in range(paragraphs)
    ]


def as_source(paragraphs):
    return "".join(f"<p>{' '.join(paragraph)}.</p>" for paragraph in paragraphs)


def took(old, new):
    start = time.process_time()
    difference(old, new)
    return time.process_time() - start


@pytest.mark.parametrize("paragraphs", [600, 100, 20])
def test_some_changes_in_30_000_words_are_found_within_a_second(paragraphs):
    old = long_text(paragraphs=paragraphs, words=30_000 // paragraphs)
    new = [list(paragraph) for paragraph in old]
    for place in range(0, paragraphs, paragraphs // 10):
        new[place][5] = "changed"

    assert took(as_source(old), as_source(new)) < 1


@pytest.mark.parametrize("paragraphs", [600, 1])
def test_another_text_of_30_000_words_is_compared_in_bounded_time(paragraphs):
    old = long_text(paragraphs=paragraphs, words=30_000 // paragraphs)
    new = [paragraph[::-1] for paragraph in old[::-1]]

    assert took(as_source(old), as_source(new)) < 10
