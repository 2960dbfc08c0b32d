"""Log lines carry no addresses, no query strings and no words of what an exception quotes."""

import logging
import sys

import pytest

from eurasia.logs import LineFormatter
from eurasia.newsroom.vault import VaultError


def line(message: str, *arguments: object, error: BaseException | None = None) -> str:
    caught = None
    if error is not None:
        try:
            raise error
        except BaseException:
            caught = sys.exc_info()
    record = logging.LogRecord("eurasia", logging.ERROR, "here.py", 1, message, arguments, caught)
    return LineFormatter("{levelname} {name}: {message}", style="{").format(record)


def test_addresses_and_query_strings_are_left_out():
    said = line("%s asked for /en/?code=ABC-DEF", "reader@example.org")

    assert said == "ERROR eurasia: <address> asked for /en/?…"


@pytest.mark.parametrize("door", ["preview", "feed/private", "feed/pictures"])
def test_keys_in_addresses_are_left_out(door):
    assert line("Not Found: /en/%s/a-Key_1:x/", door) == f"ERROR eurasia: Not Found: /en/{door}/…/"


@pytest.mark.parametrize("door", ["preview/", "feed/private/", "feed//pictures", "Feed/Private"])
def test_keys_in_mistyped_addresses_are_left_out_too(door):
    said = line("Not Found: /en//%s/a-Key_1:x", door)

    assert said.startswith("ERROR eurasia: Not Found: /en//")
    assert "Key" not in said


def test_exception_keeps_its_kind_and_place_but_not_its_words():
    said = line("Failed", error=ValueError("Failing row contains (1, a gated sentence)."))

    assert "gated sentence" not in said
    assert "ValueError" in said
    assert "test_logs.py" in said


def test_chained_exceptions_are_told_without_their_words():
    error = ValueError("outer words")
    error.__cause__ = KeyError("inner words")

    said = line("Failed", error=error)

    assert "words" not in said
    assert said.index("KeyError") < said.index("ValueError")


def test_vault_error_may_say_what_it_names():
    said = line("Failed", error=VaultError("SQL named the gated table newsroom_fulltext"))

    assert "VaultError: SQL named the gated table newsroom_fulltext" in said
