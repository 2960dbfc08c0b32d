"""Every text stands in the French catalogue, and the compiled one is up to date."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

PROJECT = Path(__file__).resolve().parent.parent
CATALOGUE = PROJECT / "eurasia" / "locale" / "fr" / "LC_MESSAGES" / "django.po"


@pytest.fixture(scope="module")
def french() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


def test_no_text_is_untranslated_or_fuzzy(french):
    left = [entry.msgid for entry in french if not entry.translated() or entry.fuzzy]

    assert left == []


@pytest.mark.needs("gettext")
def test_catalogue_holds_every_text_of_the_code(french, tmp_path):
    for name in ["manage.py", "eurasia", "templates", "pyproject.toml"]:
        source = PROJECT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)
    extract = [sys.executable, "manage.py", "makemessages", "--locale", "fr", "--no-location"]

    subprocess.run([*extract, "--no-obsolete"], cwd=tmp_path, check=True, capture_output=True)

    fresh = polib.pofile(str(tmp_path / CATALOGUE.relative_to(PROJECT)))
    assert {entry.msgid for entry in fresh} == {entry.msgid for entry in french}


def test_compiled_catalogue_is_up_to_date(french):
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))

    assert {(e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in compiled} == {
        (e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in french
    }


def test_french_spaces_stand_before_high_punctuation(french):
    texts = [entry.msgstr for entry in french] + [
        text for entry in french for text in entry.msgstr_plural.values()
    ]

    wrong = [text for text in texts if re.search(r"[\w)] [;:!?»]|« |\w[;!?»]", text)]

    assert wrong == []


def test_placeholders_survive_translation(french):
    holder = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
    wrong = [
        entry.msgid
        for entry in french
        if not entry.msgid_plural
        and sorted(holder.findall(entry.msgid)) != sorted(holder.findall(entry.msgstr))
    ]

    assert wrong == []
