"""Words are marked in whatever spelling they stand; passages show where the most of them are."""

import pytest

from eurasia.newsroom.folding import fold, spans
from eurasia.newsroom.highlighting import LENGTH, marked, passage
from eurasia.newsroom.indexes import Term


def term(*phrases, goes_on=False):
    return Term(tuple(tuple(phrase.split()) for phrase in phrases), goes_on)


@pytest.mark.parametrize(
    "text, words, expected",
    [
        ("Erdoğan speaks", [term("erdogan")], "<mark>Erdoğan</mark> speaks"),
        ("ERDOĞAN, “Erdogan’s”", [term("erdogan")],
         "<mark>ERDOĞAN</mark>, “<mark>Erdogan</mark>’s”"),
        ("d’Erdoğan", [term("erdogan")], "d’<mark>Erdoğan</mark>"),
        ("The S.C.O. meets", [term("sco")], "The <mark>S.C.O</mark>. meets"),
        ("Iran–Turkey", [term("turkey")], "Iran–<mark>Turkey</mark>"),
        ("crossings cross", [term("cross", goes_on=True)],
         "<mark>crossings</mark> <mark>cross</mark>"),
        ("crossings cross", [term("cross")], "crossings <mark>cross</mark>"),
        ("In Hay’at Tahrir al-Sham now", [term("hts", "hayat tahrir al sham")],
         "In <mark>Hay’at Tahrir al-Sham</mark> now"),
        ("hayat and tahrir", [term("hayat tahrir")], "hayat and tahrir"),
        ("xamenei’s", [term("khamenei", "xamenei", goes_on=True)], "<mark>xamenei</mark>’s"),
        ("xameneists", [term("khamenei", "xamenei", goes_on=True)], "xameneists"),
        ("علي خامنه‌ای", [term(fold("خامنه‌ای"))], "علي <mark>خامنه‌ای</mark>"),
        ("<b>bold</b> & <i>", [term("b"), term("i")],
         "&lt;<mark>b</mark>&gt;bold&lt;/<mark>b</mark>&gt; &amp; &lt;<mark>i</mark>&gt;"),
        ("Nothing", [], "Nothing"),
        ("", [term("x")], ""),
        ("…’’..", [term("x")], "…’’.."),
    ],
)  # fmt: skip
def test_words_are_marked_as_they_stand(text, words, expected):
    assert marked(text, words) == expected


@pytest.mark.parametrize(
    "text",
    [
        "L’Iran et l’Union économique eurasiatique : “Erdoğan’s” S.C.O. – Hay'at 1,5 % of x_y.",
        "آقای خامنه‌ای؛ ٤٢", "İstanbul’a ıssız ﬁn ½ straße", "''x'' d'' 's qu'il", "end.Start",
        "a\u200bb soft\u00adhyphen e\u0301t\u0301",
    ],
)  # fmt: skip
def test_spans_hold_what_the_index_holds(text):
    assert [word for _start, _end, words in spans(text) for word in words] == fold(text).split()


def numbered(count):
    return [f"w{number}" for number in range(count)]


def test_passage_is_around_the_place_that_says_the_most():
    words = numbered(200)
    words[10] = words[120] = "grain"
    words[125] = "rails"

    said = passage(" ".join(words), [term("grain"), term("rails")])

    assert said.startswith("… w112 ")
    assert said.endswith(" w141 …")
    assert "<mark>grain</mark> w121 w122 w123 w124 <mark>rails</mark>" in said
    assert len(said.split()) == LENGTH + 2


def test_passage_of_a_short_text_is_all_of_it():
    assert passage("a grain <of>", [term("grain")]) == "a <mark>grain</mark> &lt;of&gt;"


@pytest.mark.parametrize("at", range(0, 64, 3))
def test_no_place_of_a_phrase_is_missed(at):
    words = numbered(66)
    words[at : at + 2] = ["seven", "drivers"]

    assert "<mark>seven drivers</mark>" in passage(" ".join(words), [term("seven drivers")])


def test_text_without_the_words_has_no_passage():
    assert passage("nothing of it", [term("grain")]) == passage("", [term("grain")]) == ""
