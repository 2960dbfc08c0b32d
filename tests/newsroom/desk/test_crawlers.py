"""The table of crawlers: what the migration put there, and who changes it."""

from importlib import import_module

import pytest
from django.contrib.auth.models import Group

from eurasia.newsroom.models import CrawlerPolicy
from tests.newsroom.desk.roles import member_of
from tests.pages import submit, texts, tree_of

CRAWLERS = "/admin/newsroom/crawlerpolicy/"
SEEDED = import_module("eurasia.newsroom.migrations.0005_former_slugs_and_crawlers").CRAWLERS


@pytest.fixture
def one(db):
    CrawlerPolicy.objects.all().delete()
    return CrawlerPolicy.objects.create(
        token="GPTBot", operator="OpenAI", purpose="training", is_allowed=False
    )


def test_searchers_are_let_in_and_trainers_kept_out_at_first():
    allowed = dict(SEEDED.keys())
    tokens = [token.lower() for crawlers in SEEDED.values() for token in crawlers]

    assert allowed == {"search": True, "answers": True, "training": False}
    assert {"googlebot", "bingbot", "gptbot", "claudebot", "ccbot", "google-extended"} <= set(
        tokens
    )
    assert len(tokens) == len(set(tokens))


def test_seeded_crawlers_pass_the_rules_of_the_table(db):
    CrawlerPolicy.objects.all().delete()
    for (purpose, is_allowed), crawlers in SEEDED.items():
        for token, operator in crawlers.items():
            crawler = CrawlerPolicy(
                token=token, operator=operator, purpose=purpose, is_allowed=is_allowed
            )
            crawler.full_clean()
            crawler.save()


def test_crawler_is_let_in_from_the_list(one, client, editor):
    client.force_login(editor)

    submit(
        client, client.get(CRAWLERS), "//form[@id='changelist-form']",
        **{"form-0-is_allowed": "on", "_save": "Save"},
    )  # fmt: skip

    assert "User-agent: GPTBot\nDisallow: /admin/" in client.get("/robots.txt").content.decode()


@pytest.mark.parametrize(
    "token, error",
    [
        ("gptbot", "This crawler stands in the list already."),
        (
            "Bot\nDisallow: /",
            "Letters, digits, hyphens, dots and underscores: the name without a version.",
        ),
        ("*", "Letters, digits, hyphens, dots and underscores: the name without a version."),
        (
            "Bot/1.0",
            "Letters, digits, hyphens, dots and underscores: the name without a version.",
        ),
    ],
)
def test_name_that_would_spoil_robots_is_refused(token, error, one, client, editor):
    client.force_login(editor)

    response = client.post(
        f"{CRAWLERS}add/", {"token": token, "operator": "Somebody", "purpose": "search"}
    )

    assert error in texts(tree_of(response), "//ul[contains(@class, 'errorlist')]/li")
    assert CrawlerPolicy.objects.get() == one


@pytest.mark.parametrize("role", ["Writers", "Editors"])
def test_who_does_not_publish_has_no_say(role, one, client):
    client.force_login(member_of(role))

    assert client.get(CRAWLERS).status_code == 403
    assert client.post(f"{CRAWLERS}add/", {}).status_code == 403


def test_publishers_have_a_say(db):
    publishers = Group.objects.filter(name="Publishers").first()
    if publishers is None:
        pytest.skip("a test that commits has emptied the database of what migrations put there")

    held = publishers.permissions.filter(content_type__model="crawlerpolicy")
    assert set(held.values_list("codename", flat=True)) == {
        f"{act}_crawlerpolicy" for act in ["view", "add", "change", "delete"]
    }
