"""`manage.py import_articles markdown FOLDER` as an operator types it."""

import contextlib
import io
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from eurasia.newsroom import publishing
from eurasia.newsroom.models import Article, Picture
from tests.cast import GATED, GATED_NOTE, TEASER
from tests.exchange.conftest import BODY, Said, picture_bytes, stored_files

pytestmark = pytest.mark.django_db


def test_import_says_what_it_did_and_its_second_run_that_nothing_was_left_to_do(folder):
    folder.article("one")
    folder.article("two")

    assert folder.run() == Said(0, "2 created, 0 updated, 0 unchanged, 0 kept, 0 not loaded", [])
    assert folder.run() == Said(0, "0 created, 0 updated, 2 unchanged, 0 kept, 0 not loaded", [])


def test_each_outcome_is_counted(folder):
    for slug in ["a", "b", "c"]:
        folder.article(slug)
    folder.run()
    of_the_desk = Article.objects.get(slug="a")
    of_the_desk.headline = "Of the desk"
    publishing.write(of_the_desk, None, by=None, reason="desk")
    folder.article("b", headline="New")
    folder.article("d")
    folder.article("e", files="[nowhere]")

    assert folder.run() == Said(
        1,
        "1 created, 1 updated, 1 unchanged, 1 kept, 1 not loaded",
        ["articles/e.md:1: There is no file 'nowhere': give its English name or its slug."],
    )
    assert folder.run("--overwrite").summary == (
        "0 created, 1 updated, 3 unchanged, 0 kept, 1 not loaded"
    )
    assert Article.objects.get(slug="a").headline == "Headline of a"


def test_bad_files_are_named_the_good_ones_load_and_the_status_is_1(folder):
    folder.article("good")
    folder.article("lost", body="One[^1].\n")
    folder.write("articles/latin.md", "---\nheadline: é\n---\n".encode("latin-1"))
    folder.write("files.yaml", "- name: {en: A, fr: B}\n\tstatus: closed\n")

    assert folder.run() == Said(
        1,
        "1 created, 0 updated, 0 unchanged, 0 kept, 3 not loaded",
        [
            "files.yaml:2: This is not YAML: found character '\\t' that cannot start any token.",
            "articles/latin.md:2: The file is not UTF-8 text.",
            "articles/lost.md:7: The footnote [^1] is referred to but not written.",
        ],
    )
    assert Article.objects.get().slug == "good"


def test_warnings_are_told_and_change_no_status(folder):
    folder.article(body="T\n\n![a](https://m.example/a.png)\n\n[^1]: Unused.\n")

    assert folder.run() == Said(
        0,
        "1 created, 0 updated, 0 unchanged, 0 kept, 0 not loaded",
        [
            "articles/the-crossing.md:9: A picture by web address became a link:"
            " https://m.example/a.png (warning)",
            "articles/the-crossing.md:7: The footnote [^1] is written but nothing refers to it."
            " (warning)",
        ],
    )


def test_dry_run_writes_nothing_and_says_so(folder):
    folder.write("articles/a.png", picture_bytes())
    folder.article(body=f"{BODY}\n![a](a.png)\n")
    folder.article("bad", files="[nowhere]")

    assert folder.run("--dry-run") == Said(
        1,
        "1 created, 0 updated, 0 unchanged, 0 kept, 1 not loaded (dry run: nothing was written)",
        ["articles/bad.md:1: There is no file 'nowhere': give its English name or its slug."],
    )
    assert (Article.objects.count(), Picture.objects.count(), stored_files()) == (0, 0, [])


def test_missing_folder_is_refused_in_one_line(folder):
    nowhere = folder.path / "nowhere"

    with pytest.raises(CommandError, match=rf"^There is no folder {nowhere}\.$") as raised:
        call_command("import_articles", "markdown", nowhere)

    assert raised.value.returncode == 1


def test_unknown_format_is_refused(folder):
    with pytest.raises(CommandError, match="invalid choice: 'word'"):
        call_command("import_articles", "word", folder.path)


def test_complaints_name_no_gated_text(folder):
    folder.article("bad", f"{BODY}\n{GATED}[^2]\n", contributors="['؟']")
    folder.article("worse", BODY, contributors="['؟']")

    said = folder.run()

    assert said.status == 1
    assert len(said.complaints) == 2
    for secret in [GATED, GATED_NOTE]:
        assert secret not in "\n".join([said.summary, *said.complaints])


def test_shell_sees_the_status_and_the_complaints(folder):
    folder.article("bad", f"{GATED}[^1]\n")
    environment = {
        "SECRET_KEY": settings.SECRET_KEY,
        "ALLOWED_HOSTS": "journal.test",
        "SITE_URL": "https://journal.test",
        "DATABASE_URL": "sqlite://:memory:",
        "EMAIL_URL": "consolemail://",
    }

    done = subprocess.run(
        [sys.executable, "manage.py", "import_articles", "markdown", folder.path],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip

    assert (done.returncode, done.stdout, done.stderr.splitlines()) == (
        1,
        "0 created, 0 updated, 0 unchanged, 0 kept, 1 not loaded\n",
        [
            "articles/bad.md:7: The footnote [^1] is referred to but not written.",
            "CommandError: Mend what is named above and run this again.",
        ],
    )


# --- What readers see of it -----------------------------------------------------------------------


def test_imported_article_is_read_by_the_rules_of_the_gate(folder, client, subscriber):
    folder.article(contributors="[Iran desk]")
    folder.run()

    outside = client.get("/en/articles/the-crossing/").text
    client.force_login(subscriber)
    inside = client.get("/en/articles/the-crossing/").text

    assert TEASER in outside
    assert [secret for secret in [GATED, GATED_NOTE] if secret in outside] == []
    assert [secret for secret in [GATED, GATED_NOTE] if secret not in inside] == []


def test_picture_of_the_full_text_is_served_to_subscribers_alone(folder, client, subscriber):
    folder.write("articles/a.png", picture_bytes())
    folder.article(body=f"{BODY}\n![a](a.png)\n")
    folder.run()
    address = f"/en/articles/the-crossing/pictures/{Picture.objects.get().pk}/"

    outside = client.get(address)
    client.force_login(subscriber)
    inside = client.get(address)

    assert outside.status_code == 404
    assert b"".join(inside.streaming_content) == picture_bytes()
    assert inside["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    "matter, status",
    [
        ({}, 200),
        ({"published_at": "2099-01-01"}, 404),
        ({"published_at": None}, 404),
        ({"status": "draft"}, 404),
        ({"status": "withdrawn"}, 410),
    ],
)
def test_only_what_is_published_has_a_page(folder, client, matter, status):
    folder.article(**matter)
    folder.run()

    assert client.get("/en/articles/the-crossing/").status_code == status


def test_reimport_does_not_bring_back_what_was_withdrawn(folder, client):
    folder.article()
    folder.run()
    publishing.withdraw(Article.objects.get(), by=None, at=timezone.now())
    folder.article(headline="New", status="published", published_at=f"'{timezone.now()}'")

    assert folder.run("--overwrite").summary.startswith("0 created, 1 updated")
    assert client.get("/en/articles/the-crossing/").status_code == 410


# --- The progress bar -----------------------------------------------------------------------------


@pytest.fixture
def plain_environment(monkeypatch: Any) -> None:
    """Nothing that says what a terminal is, but the terminal itself."""
    monkeypatch.setenv("TERM", "xterm")
    for name in ["FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"]:
        monkeypatch.delenv(name, raising=False)


def test_no_progress_bar_where_nobody_watches(folder, plain_environment, capfd):
    folder.article()

    call_command("import_articles", "markdown", folder.path)

    assert tuple(capfd.readouterr()) == (
        "1 created, 0 updated, 0 unchanged, 0 kept, 0 not loaded\n",
        "",
    )


def test_progress_bar_on_a_terminal(folder, plain_environment, monkeypatch):
    folder.article("one")
    folder.article("two")
    watcher, terminal = os.openpty()
    os.set_blocking(watcher, False)

    with os.fdopen(terminal, "w") as stderr:
        monkeypatch.setattr("sys.stderr", stderr)
        call_command("import_articles", "markdown", folder.path, stdout=io.StringIO())
        monkeypatch.undo()
        stderr.flush()
        shown = b""
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(watcher, 4096):
                shown += chunk
    os.close(watcher)

    assert b"Importing" in shown
    assert b"2/2" in shown
