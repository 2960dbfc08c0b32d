"""The outsider check finds what leaks, by whatever door, and nothing where nothing does."""

import json
import re
from io import StringIO

import httpx
import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.http import Http404, HttpResponse, JsonResponse
from django.test import override_settings
from django.urls import path, re_path
from django.utils import timezone

from eurasia import keeping, urls
from eurasia.accounts.models import User
from eurasia.membership import gate
from eurasia.newsroom import canary, drafting, finding, gated_files, publishing, sitemaps, views
from eurasia.newsroom.feeds import decoys, private, tokens
from eurasia.newsroom.models import Document, FeedToken
from eurasia.policy import keyed, machine
from tests.cast import GATED, GATED_NOTE, TEASER
from tests.newsroom.test_pictures import png

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


@machine
def leaking_feed(request):
    """One of the journal's feeds, in which somebody has forgotten the gate."""
    return JsonResponse({"items": [{"content_html": f"<p>{GATED}</p>"}]})


def forgets_the_key(request, token):
    return HttpResponse(GATED)


def forgets_the_gate(request, token):
    """Opens whatever feed there is, whether its reader still may read or not."""
    opens = tokens.feed_of(token, "en", "127.0.0.1", timezone.now())
    return HttpResponse(GATED) if opens else HttpResponse()


PRIVATE_FEED = path("en/feed/private/<str:token>/", private.private_feed)
urlpatterns = [
    path("en/leak/<slug:kind>/", leaking),
    path("en/fragment/", fragment),
    path("en/contributors/iran-desk/feed/json/", leaking_feed),
    PRIVATE_FEED,
    *urls.urlpatterns,
]


def look(base: str, said: StringIO | None = None, most: int = 400) -> str:
    said = said or StringIO()
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


def test_search_that_takes_an_outsider_for_a_subscriber_is_found(
    live_server, write_article, monkeypatch
):
    write_article(body=f"<p>{GATED}</p>")
    subscriber = gate.Standing(signed_in=True, right="free")
    monkeypatch.setattr(gate, "standing", lambda reader, at: subscriber)
    monkeypatch.setattr(keeping, "refuse_in_public", lambda what: None)  # it would stop the leak
    said = StringIO()

    with pytest.raises(CommandError):
        call_command("canary", "--base", live_server.url, "--max", "40", stdout=said)

    assert f"LEAK GET {live_server.url}/en/search/?q=the%20gated%20part%20says" in said.getvalue()


def test_suggestions_out_of_a_full_text_are_found(live_server, article, monkeypatch):
    def leaking(terms, **_where):
        return [{"kind": "Article", "text": GATED, "url": "/"}] if terms else []

    monkeypatch.setattr(finding, "suggest", leaking)
    said = StringIO()

    with pytest.raises(CommandError):
        call_command("canary", "--base", live_server.url, "--max", "40", stdout=said)

    assert "/en/search/suggest/?q=the%20gated%20part%20says" in said.getvalue()


@pytest.mark.parametrize("path", ["en/articles/the-crossing.md", "llms.txt", "sitemap-leak.xml"])
def test_leak_in_what_machines_read_is_found(path, live_server, article, monkeypatch):
    """Twins by their suffix, the rest by links and from the start."""

    @machine
    def leaking_door(request):
        return HttpResponse(f"<loc>{GATED}</loc>", content_type="application/xml")

    door = re_path(f"^{re.escape(path)}$", leaking_door)
    monkeypatch.setattr("tests.newsroom.test_canary.urlpatterns", [door, *urlpatterns])
    if "sitemap" in path:
        monkeypatch.setattr(sitemaps, "_address", lambda section, number: f"/{path}")
    some = ["/sitemap.xml", "/llms.txt", "/en/articles/the-crossing/"]
    starts = canary._starts
    monkeypatch.setattr(canary, "_starts", lambda known: [a for a in starts(known) if a in some])

    with override_settings(ROOT_URLCONF=__name__), pytest.raises(CommandError):
        look(live_server.url, most=20)


def test_twin_is_tried_where_a_page_is_found_and_links_in_it_are_followed(article, now):
    secrets = canary.secrets_of_the_house(now)
    response = httpx.Response(
        200, headers={"content-type": "text/markdown"}, text="[a](/b.md) and [c](</d>)"
    )

    assert "/en/articles/the-crossing.md" in secrets.addresses
    assert list(canary._links(response)) == ["/b.md", "/d"]


def test_former_addresses_are_tried(article, now):
    article.slug = "moved"
    publishing.write(article, None, by=None, reason="desk")

    secrets = canary.secrets_of_the_house(now)

    assert {"/en/articles/the-crossing/", "/en/articles/moved.md"} <= set(secrets.addresses)


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


def test_leak_of_a_feed_that_only_a_page_names_is_found(live_server, article, monkeypatch):
    monkeypatch.setattr(canary, "_starts", lambda secrets: ["/en/contributors/iran-desk/"])

    with override_settings(ROOT_URLCONF=__name__), pytest.raises(CommandError):
        look(live_server.url, told := StringIO(), most=20)

    assert f"GET {live_server.url}/en/contributors/iran-desk/feed/json/ " in told.getvalue()


@pytest.mark.parametrize("mistake", [forgets_the_key, forgets_the_gate])
def test_leak_of_a_private_feed_is_found(live_server, article, plan, monkeypatch, mistake):
    monkeypatch.setattr(PRIVATE_FEED, "callback", keyed(mistake))
    monkeypatch.setattr(canary, "_starts", lambda secrets: secrets.addresses)

    with override_settings(ROOT_URLCONF=__name__), pytest.raises(CommandError):
        look(live_server.url, told := StringIO(), most=12)

    assert f"LEAK GET {live_server.url}/en/feed/private/" in told.getvalue()


def test_walk_tries_private_feeds_that_open_nothing_and_leaves_none(client, article, plan, now):
    with decoys.made(now) as addresses:
        answers = [client.get(address) for address in addresses]

    assert [answer.status_code for answer in answers] == [404, 200, 200] * 2
    assert {"Your subscription has ended." in answers[at].text for at in [1, 2]} == {True}
    assert [address for address in answers if GATED in address.text] == []
    assert [User.objects.count(), FeedToken.objects.count()] == [0, 0]


def test_walk_tries_the_pictures_of_a_feed_that_opens_nothing(client, write_article, plan, now):
    write_article(body=f'<p>{GATED}</p><img data-picture="{png(is_public=False).pk}" alt="A view">')
    secrets = canary.secrets_of_the_house(now)

    with decoys.made(now, secrets.illustrated) as addresses:
        pictures = [address for address in addresses if "/feed/pictures/" in address]
        answers = [client.get(address) for address in pictures]

    assert [answer.status_code for answer in answers] == [404]


def test_leak_of_a_feeds_picture_is_found(live_server, write_article, plan, monkeypatch):
    gated = png(is_public=False)
    write_article(body=f'<p>{GATED}</p><img data-picture="{gated.pk}" alt="A view">')
    monkeypatch.setattr(private, "picture_of", lambda article, seen, pk: gated)
    monkeypatch.setattr(canary, "_starts", lambda secrets: secrets.addresses[::-1])

    with pytest.raises(CommandError):
        look(live_server.url, told := StringIO(), most=12)

    assert f"LEAK GET {live_server.url}/en/feed/pictures/" in told.getvalue()


@pytest.fixture
def document(write_article):
    whole = b"%PDF-1.7\n" + bytes(range(256)) * 40
    document = Document.objects.create(title="Ledger", file=ContentFile(whole, name="ledger.pdf"))
    link = f'<a href="/documents/{document.pk}/">The ledger</a>'
    write_article(body=f"<p>{GATED} {link}</p>")
    return document


def test_leak_of_a_document_is_found(live_server, document, monkeypatch):
    monkeypatch.setattr(views.rendering, "link_to", lambda address: "")  # stands in every text
    monkeypatch.setattr(canary, "_starts", lambda secrets: secrets.addresses)

    with pytest.raises(CommandError):
        look(live_server.url, told := StringIO(), most=4)

    path = f"/en/articles/the-crossing/documents/{document.pk}/"
    assert f"LEAK GET {live_server.url}{path} carries document {document.pk}" in told.getvalue()


def test_leak_of_a_part_of_a_document_is_found(live_server, document, monkeypatch):
    def forgets_the_gate_for_parts(request, pk, article, seen):
        if request.headers.get("Range", "bytes=0-") == "bytes=0-":
            raise Http404
        return gated_files.hand_out(
            request, document.file.name, content_type="application/pdf", download_as="ledger.pdf"
        )

    monkeypatch.setattr(views, "_document", forgets_the_gate_for_parts)
    path = f"/en/articles/the-crossing/documents/{document.pk}/"
    monkeypatch.setattr(canary, "_starts", lambda secrets: [path])

    with pytest.raises(CommandError):
        look(live_server.url, told := StringIO(), most=40)

    [said] = [line for line in told.getvalue().splitlines() if line.startswith("LEAK")]
    assert said == f"LEAK GET {live_server.url}{path} with range carries document {document.pk}"


def test_what_a_killed_walk_has_left_goes_with_the_next(plan, now):
    User.objects.create_user(decoys.ADDRESS)

    with decoys.made(now):
        assert User.objects.count() == 1

    assert User.objects.count() == 0


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
