"""What a demo makes: four readers with one password."""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.utils import timezone

from eurasia.accounts.models import User
from eurasia.membership.models import Subscription
from eurasia.newsroom.models import Article
from tests.exchange.conftest import as_a_demo
from tests.newsroom.desk.roles import seed_roles

NAMES = ["editor", "lapsed", "reader", "subscriber"]


@pytest.fixture(scope="module")
def first_said(db_of_the_module: None, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the first demo says, into an empty database."""
    seed_roles()
    with as_a_demo(tmp_path_factory.mktemp("static")):
        call_command("demo", no_serve=True, stdout=(said := StringIO()))
    return said.getvalue()


@pytest.fixture
def first(first_said: str, db: None, tmp_path: Path) -> Iterator[None]:
    with as_a_demo(tmp_path):
        yield


def readers() -> dict[str, User]:
    return {user.email.split("@")[0]: user for user in User.objects.order_by("email")}


def test_demo_makes_the_four_readers_as_promised(first, first_said):
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
    assert re.findall(r"(\w+)@example\.org", first_said) == [
        "subscriber",
        "reader",
        "lapsed",
        "editor",
    ]
    assert "  Password of all four: a-password-of-the-tests\n" in first_said


def test_demo_readers_read_what_they_may(first, client):
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


def test_demo_invents_a_password_where_none_is_given(first, monkeypatch, capsys):
    monkeypatch.delenv("DEMO_PASSWORD")

    call_command("demo", no_serve=True)

    (password,) = re.findall(r"Password of all four: (\S+)", capsys.readouterr().out)
    assert len(password) == 12
    assert [name for name, user in readers().items() if user.check_password(password)] == NAMES


def test_second_demo_takes_up_the_first(first, monkeypatch):
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
