"""`DEMO=1 manage.py demo`: four readers with one password, on this machine alone."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as house
from django.core.management import CommandError, call_command
from django.utils import timezone

from eurasia.accounts.models import User
from eurasia.membership.models import Plan, Subscription
from eurasia.newsroom.models import Article
from tests.exchange.conftest import small_renditions
from tests.newsroom.desk.roles import seed_roles

NAMES = ["editor", "lapsed", "reader", "subscriber"]


@pytest.fixture
def demo(db: None, settings: Any, monkeypatch: Any, tmp_path: Path) -> Iterator[None]:
    seed_roles()
    settings.DEMO = True
    settings.STATIC_ROOT = tmp_path / "static"
    monkeypatch.setenv("DEMO_PASSWORD", "a-password-of-the-tests")
    with small_renditions():
        yield


def readers() -> dict[str, User]:
    return {user.email.split("@")[0]: user for user in User.objects.order_by("email")}


def test_demo_makes_the_four_readers_as_promised(demo, capsys):
    call_command("demo", no_serve=True)

    users, at = readers(), timezone.now()
    assert list(users) == NAMES
    assert [
        name for name in NAMES if users[name].check_password("a-password-of-the-tests")
    ] == NAMES
    assert [name for name in NAMES if users[name].is_subscriber] == ["subscriber"]
    assert [name for name in NAMES if users[name].is_staff] == ["editor"]
    assert [name for name in NAMES if users[name].is_superuser] == []
    assert [name for name in NAMES if users[name].has_perm("newsroom.view_fulltext")] == ["editor"]
    assert users["reader"].subscriptions.count() == 0
    assert users["lapsed"].subscriptions.ended(at).count() == 1
    assert EmailAddress.objects.filter(verified=True, primary=True).count() == 4
    said = capsys.readouterr().out
    assert re.findall(r"(\w+)@example\.org", said) == ["subscriber", "reader", "lapsed", "editor"]
    assert "  Password of all four: a-password-of-the-tests\n" in said


def test_demo_readers_read_what_they_may(demo, client):
    call_command("demo", no_serve=True)
    article = Article.objects.get(slug="a-pragmatic-alliance", language="en")
    address = article.get_absolute_url()
    gated = "Nothing in doctrine destined the two for each other."

    seen = {"nobody": gated in client.get(address).text}
    for name, user in readers().items():
        client.force_login(user)
        seen[name] = gated in client.get(address).text

    assert seen == {
        "nobody": False,
        "reader": False,
        "lapsed": False,
        "subscriber": True,
        "editor": True,
    }


def test_demo_invents_a_password_where_none_is_given(demo, monkeypatch, capsys):
    monkeypatch.delenv("DEMO_PASSWORD")

    call_command("demo", no_serve=True)

    (password,) = re.findall(r"Password of all four: (\S+)", capsys.readouterr().out)
    assert len(password) == 12
    assert [name for name, user in readers().items() if user.check_password(password)] == NAMES


def test_second_demo_takes_up_the_first(demo, monkeypatch):
    call_command("demo", no_serve=True)
    articles, subscriptions = Article.objects.count(), Subscription.objects.count()
    Article.objects.filter(slug="a-seat-in-brics").update(headline="Of the desk")
    User.objects.filter(email="reader@example.org").update(is_staff=True, is_active=False)
    monkeypatch.setenv("DEMO_PASSWORD", "another-password")

    call_command("demo", no_serve=True)

    assert (Article.objects.count(), Subscription.objects.count()) == (articles, subscriptions)
    assert Article.objects.get(slug="a-seat-in-brics").headline == "Of the desk"
    assert [
        name for name, user in readers().items() if user.check_password("another-password")
    ] == NAMES
    assert (readers()["reader"].is_staff, readers()["reader"].is_active) == (False, True)


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
