"""`DEMO=1 manage.py demo`: on this machine alone, and over nothing that is there."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as house
from django.core.management import CommandError, call_command

from eurasia.accounts.models import User
from eurasia.membership.models import Plan
from eurasia.newsroom.models import Article
from tests.exchange.conftest import as_a_demo
from tests.newsroom.desk.roles import seed_roles


@pytest.fixture
def demo(db: None, tmp_path: Path) -> Iterator[None]:
    seed_roles()
    with as_a_demo(tmp_path):
        yield


def test_demo_loads_no_seeds_over_articles_of_ones_own(demo, write_article):
    write_article()
    Plan.objects.create(slug="free", name_en="Free", name_fr="Gratuit")

    call_command("demo", no_serve=True)

    assert list(Article.objects.values_list("slug", flat=True)) == ["the-crossing"]


def test_demo_without_a_plan_says_what_to_do(demo, write_article):
    write_article()

    with pytest.raises(CommandError, match=r"^No plan is offered: offer one at the desk"):
        call_command("demo", no_serve=True)


def test_demo_is_refused_without_its_flag(db):
    with pytest.raises(CommandError, match=r"it runs with DEMO=1 only\.$") as raised:
        call_command("demo", no_serve=True)

    assert raised.value.returncode == 1
    assert User.objects.count() == 0


# --- In a tree of its own, with nothing set -------------------------------------------------------


def manage(tree: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=tree,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The code alone: what these commands write beside it is no concern of anybody's."""
    tree = tmp_path / "tree"
    shutil.copytree(
        house.BASE_DIR / "eurasia",
        tree / "eurasia",
        ignore=shutil.ignore_patterns("static", "locale"),
    )
    (tree / "eurasia" / "static").mkdir()
    shutil.copy(house.BASE_DIR / "manage.py", tree)
    return tree


def test_demo_with_nothing_set_does_not_start(tree):
    refused = manage(tree, "demo", "--no-serve")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        "eurasia: SECRET_KEY is not set. README.md, 'Environment', says what it holds.\n"
    )
    assert not (tree / "var").exists()


def test_demo_of_a_server_is_refused(tree):
    refused = manage(
        tree, "demo", "--no-serve", SECRET_KEY=house.SECRET_KEY, ALLOWED_HOSTS="journal.example",
        SITE_URL="https://journal.example", DATABASE_URL="sqlite://:memory:",
        EMAIL_URL="consolemail://",
    )  # fmt: skip

    assert (refused.returncode, refused.stdout, refused.stderr) == (
        1,
        "",
        "CommandError: This makes accounts with a known password: it runs with DEMO=1 only.\n",
    )


@pytest.mark.parametrize(
    "name, value",
    [("ALLOWED_HOSTS", "localhost,journal.example"), ("SITE_URL", "https://journal.example")],
)
def test_demo_is_refused_to_any_host_but_this_machine(tree, name, value):
    refused = manage(tree, "demo", "--no-serve", DEMO="1", **{name: value})

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("eurasia: DEMO=1 serves this machine alone: ")
    assert refused.stderr.count("\n") == 1
