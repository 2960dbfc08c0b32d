"""Addresses out of names in the letters that the journal writes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eurasia.newsroom.slugs import slug_of


@pytest.mark.parametrize(
    "name, slug",
    [
        ("Kıbrıs", "kibris"),
        ("İstanbul, Şırnak", "istanbul-sirnak"),
        ("Œuvre et cœur", "oeuvre-et-coeur"),
        ("Ægypten, æther", "aegypten-aether"),
        ("Straße", "strasse"),
        ("L’État à venir", "letat-a-venir"),
        ("A Pragmatic Alliance?", "a-pragmatic-alliance"),
        ("ایران", ""),
        ("?!", ""),
        ("", ""),
    ],
)
def test_name_becomes_an_address_or_nothing(name, slug):
    assert slug_of(name) == slug


def test_long_name_is_cut_and_never_ends_in_a_hyphen():
    assert slug_of("ab cd ef", max_length=6) == "ab-cd"
    assert slug_of("œ" * 60, max_length=7) == "oeoeoeo"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_name_gives_what_stands_in_an_address(name):
    slug = slug_of(name, max_length=20)

    assert len(slug) <= 20
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-")
    assert slug_of(slug, max_length=20) == slug
