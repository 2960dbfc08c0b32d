"""The outsider check finds what leaks, by whatever door, and nothing where nothing does."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from eurasia import urls
from eurasia.newsroom import canary, drafting, publishing
from eurasia.policy import machine
from tests.cast import GATED, GATED_NOTE, TEASER

pytestmark = pytest.mark.django_db(transaction=True)
LEAKS = {
    "html": (f"<p>{GATED}</p>", "text/html"),
    "markup": (f"<p>{GATED.replace(' about', ' <em>about</em>')}</p>", "text/html"),
    "attribute": (f'<meta name="description" content="{GATED}">', "text/html"),
    "comment": (f"<!-- {GATED} -->", "text/html"),
    "json": (json.dumps({"body": f"<p>{GATED_NOTE}</p>"}), "application/json"),
    "escaped": (f"<content>&lt;p&gt;{GATED}&lt;/p&gt;</content>", "application/xml"),
    "capitals": (GATED.upper(), "text/plain"),
}


@machine
def leaking(request, kind):
    text, content_type = LEAKS[kind]
    return HttpResponse(text, content_type=content_type)


@machine
def fragment(request):
    """Seven words are quoted, which is no run."""
    return HttpResponse(" ".join(GATED.split()[:7]))


urlpatterns = [
    path("en/leak/<slug:kind>/", leaking),
    path("en/fragment/", fragment),
    *urls.urlpatterns,
]


def look(base: str, most: int = 400) -> str:
    said = StringIO()
    call_command("canary", "--base", base, "--max", str(most), stdout=said)
    return said.getvalue()


@pytest.fixture
def linked(monkeypatch):
    """Addresses that the walk starts from, as if a page linked to them."""

    def link(*addresses):
        starts = canary._starts
        monkeypatch.setattr(canary, "_starts", lambda secrets: [*addresses, *starts(secrets)])

    return link


def test_sound_site_has_no_leaks(live_server, article, write_article):
    write_article("draft-piece", status="draft", published_at=None)
    write_article("open-piece", access="everyone", body="<p>Open words for everybody to read.</p>")

    said = look(live_server.url, most=60)

    assert said.startswith("60 requests, ")
    assert said.endswith("2 gated texts; 0 leaks\n")


@pytest.mark.parametrize("kind", LEAKS)
def test_planted_leak_is_found(live_server, article, linked, kind):
    linked(f"/en/leak/{kind}/")

    with override_settings(ROOT_URLCONF=__name__), pytest.raises(CommandError) as refusal:
        look(live_server.url, most=1)

    assert "Gated text reaches outsiders" in str(refusal.value)


def test_leak_is_named_by_address_and_article_without_its_words(live_server, article, linked):
    linked("/en/leak/html/")
    said = StringIO()

    with override_settings(ROOT_URLCONF=__name__), pytest.raises(CommandError):
        call_command("canary", "--base", live_server.url, "--max", "1", stdout=said)

    leak, summary, rest = said.getvalue().split("\n")
    address = f"{live_server.url}/en/leak/html/"
    assert leak == f"LEAK GET {address} carries article {article.pk} (en/the-crossing)"
    assert summary.endswith("left when --max was reached; 1 gated texts; 1 leaks")
    assert rest == ""


def test_fewer_than_eight_words_are_no_leak(live_server, article, linked):
    linked("/en/fragment/")

    with override_settings(ROOT_URLCONF=__name__):
        assert "0 leaks" in look(live_server.url, most=1)


def test_words_that_stand_in_public_too_are_no_leak(live_server, article, write_article, linked):
    write_article("open-piece", access="everyone", body=f"<p>{GATED} {GATED_NOTE}</p>")
    linked("/en/leak/html/")

    with override_settings(ROOT_URLCONF=__name__):
        assert "0 leaks" in look(live_server.url, most=1)


def test_teaser_of_an_unpublished_article_counts(write_article, now):
    write_article("draft-piece", status="draft", published_at=None)

    secrets = canary.secrets_of_the_house(now)

    assert canary.runs_of(TEASER) <= secrets.runs.keys()


@pytest.mark.parametrize("access", ["subscribers", "everyone"])
def test_changes_that_wait_count_whole(access, write_article, editor, now):
    article = write_article(access=access)
    said = {
        "headline": "A headline of eight words that nobody may see",
        "teaser": "<p>A teaser of eight words that nobody may read</p>",
        "body": "<p>A full text of eight words that nobody may read</p>",
    }
    drafting.stage(article, {**drafting.values_of(article), **said}, by=editor, at=now)

    secrets = canary.secrets_of_the_house(now)

    for text in said.values():
        assert {secrets.runs[run] for run in canary.runs_of(text)} == {
            f"changes to article {article.pk} (en/the-crossing)"
        }


def test_article_in_the_bin_counts_whole(article, editor, now):
    publishing.delete(article, by=editor, at=now)

    secrets = canary.secrets_of_the_house(now)

    for text in [TEASER, GATED, GATED_NOTE]:
        assert canary.runs_of(text) <= secrets.runs.keys()


def test_site_without_gated_text_has_nothing_to_look_for(live_server, db):
    with pytest.raises(CommandError, match="nothing to look for"):
        look(live_server.url)


def test_unreachable_site_is_said_so(article):
    with pytest.raises(CommandError, match="does not answer"):
        look("http://localhost:9")


def test_malformed_base_is_refused(article):
    with pytest.raises(CommandError, match="--base is an address"):
        look("journal.example")
