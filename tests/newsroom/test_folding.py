# ruff: noqa: RUF001 - letters that look alike are the matter here
"""Which spellings are one, in the scripts of the region, and which are not."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eurasia.newsroom import folding
from eurasia.newsroom.folding import LONGEST, fold


@pytest.mark.parametrize(
    "folded, spellings",
    [
        # Marks, and both i of Turkish
        ("erdogan", ["Erdoğan", "ERDOĞAN", "Erdog\u0306an", "erdogan"]),
        ("istanbul", ["İstanbul", "ISTANBUL", "Istanbul", "ıstanbul", "i\u0307stanbul"]),
        ("diyarbakir", ["Diyarbakır", "DİYARBAKIR"]),
        ("sirnak", ["Şırnak", "Ş\u0131rnak", "SIRNAK"]),
        ("turkiye", ["Türkiye", "TÜRKİYE", "Tu\u0308rkiye"]),
        ("etats unis", ["États-Unis", "ETATS UNIS", "états\u00a0unis", "É\u0301tats‑Unis"]),
        ("hanh vi", ["Hành vi", "HÀNH VI"]),
        # Letters that Unicode keeps apart
        ("aliyev", ["Əliyev", "əliyev", "Aliyev"]),
        ("lodz", ["Łódź", "lodz"]),
        ("oeuvre", ["Œuvre", "œuvre", "OEUVRE"]),
        ("strasse", ["Straße", "STRASSE", "STRAẞE"]),
        ("dokdo thor", ["Đokdo Þor", "dokdo thor"]),
        ("soren aeroe", ["Søren Ærøe"]),
        ("file", ["ﬁle", "ｆｉｌｅ"]),
        # Apostrophes of every kind, elisions and genitives
        ("hayat", ["Hay'at", "Hay’at", "Hay‘at", "Hayʾat", "Hay`at", "Hay´at", "Hayʼat", "Hayat"]),
        ("sanaa", ["Sana'a", "Sanʿaʾa", "Sanaa"]),
        ("baath", ["Ba'ath", "Baʿath"]),
        ("al abadi", ["al-‘Abadi", "Al-Abadi", "al Abadi"]),
        (
            "iran",
            ["l'Iran", "L’Iran", "d’Iran", "Iran's", "IRAN’S", "‘Iran’s’", "qu’Iran"],
        ),
        ("emirates", ["Emirates’", "Emirates"]),
        ("aujourdhui", ["aujourd’hui"]),
        ("quran", ["Qur'an", "Qurʾān"]),
        # Initials
        ("us", ["U.S.", "US", "u.s"]),
        ("us led", ["U.S.-led", "US-led"]),
        ("end next", ["end.Next", "end. Next"]),
        # Arabic and Persian
        ("يران", ["یران", "يران", "ىران"]),
        ("خامنهاي", ["خامنه‌ای", "خامنه\u200dاي", "خامنهاي"]),
        ("كرمان", ["کرمان", "كرمان"]),
        ("الاسد", ["الأسد", "الاسد", "الٱسد", "الإسد", "الآسد"]),
        ("محمد", ["مُحَمَّد", "محمـــد", "محمد"]),
        ("مسوول", ["مسؤول", "مسوول"]),
        ("شي", ["شيء", "شئ", "شى"]),
        ("سوريه", ["سورية", "سوريه", "سوریه"]),
        ("لا", ["ﻻ", "لا"]),
        ("2024", ["٢٠٢٤", "۲۰۲۴", "２０２４", "2024"]),
        # Others
        ("ежик", ["Ёжик", "ЁЖИК", "ежик"]),
        ("шалом", ["ша\u00adлом", "ша\u200bлом"]),
        ("שלום", ["שָׁלוֹם", "שלום"]),
        ("οδοσ", ["Οδός", "ΟΔΟΣ"]),
        ("", ["", " ", "?!", "—", "'", ".", "\u200b", "🙂"]),
    ],
)
def test_these_are_one(folded, spellings):
    assert {fold(spelling) for spelling in spellings} == {folded}


@pytest.mark.parametrize(
    "one, other",
    [
        ("Iran", "Irak"),
        ("لاذقية", "Lattakia"),
        ("Иран", "Iran"),
        ("co-op", "coop"),
        ("A.B", "A, B"),
        ("2 024", "2024"),
        ("las", "l'as"),
    ],
)
def test_these_are_two(one, other):
    assert fold(one) != fold(other)


def test_words_are_parted_by_one_space_and_cut_where_nobody_reads_on():
    assert fold("  Tea&nbsp — \tor_coffee?\n(10,000) ") == "tea nbsp or coffee 10 000"
    assert fold("a" * 500) == "a" * LONGEST


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_folding_is_done_once_and_minds_no_form_of_unicode(text):
    folded = fold(text)

    assert fold(folded) == folded
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))
    assert all(word.isalnum() and len(word) <= LONGEST for word in folded.split())
    assert "  " not in folded


def test_nobody_fills_the_memory_with_rare_characters():
    for start in range(0x10000, 0x30000, 200):
        fold("".join(map(chr, range(start, start + 200))))

    assert max(folding._letters) <= 0xFFFF
