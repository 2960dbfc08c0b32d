"""Public answers are sent small, or not at all to whoever has them already."""

import gzip

import brotli
import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from eurasia.newsroom import publishing
from eurasia.sending import encoding_for
from tests.cast import GATED
from tests.newsroom.test_pictures import png

UNPACK = {"": bytes, "br": brotli.decompress, "gzip": gzip.decompress}
TEXTS = [
    "/en/", "/en/articles/the-crossing/", "/en/articles/the-crossing.md", "/en/feed/",
    "/en/feed/rss/", "/en/feed/json/", "/sitemap.xml", "/license.xml", "/llms.txt",
    "/en/articles/the-crossing/cite.bib", "/en/nowhere/",
]  # fmt: skip


@pytest.mark.parametrize(
    "accepted, encoding",
    [
        ("", ""),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip;q=1", "gzip"),
        ("br;q=0.0,gzip ; q=0.001", "gzip"),
        ("br;Q=0.1, gzip", "br"),
        ("gzip;q=0, *;q=1", ""),
        ("identity", ""),
        ("xbr, gzipped", ""),
        (", ;,;q=,", ""),
    ],
)
def test_encoding_is_the_best_that_is_let_through(accepted, encoding):
    assert encoding_for(accepted) == encoding


@given(st.text("brgzip,;=q.0* ", max_size=40))
def test_encoding_of_any_header_is_one_of_ours(accepted):
    assert encoding_for(accepted) in UNPACK


@pytest.mark.parametrize("encoding", ["br", "gzip"])
@pytest.mark.parametrize("address", TEXTS)
def test_text_is_compressed_to_the_same_bytes_for_all(address, encoding, client, article):
    plain = client.get(address)
    one, two = (client.get(address, headers={"accept-encoding": encoding}) for _ in range(2))

    assert UNPACK[encoding](one.content) == plain.content
    assert one.content == two.content
    assert one.headers["Content-Encoding"] == encoding
    assert one.headers["Content-Length"] == str(len(one.content))
    assert "Accept-Encoding" in one.headers["Vary"]
    assert plain.headers["Vary"] == one.headers["Vary"]
    assert "Content-Encoding" not in plain.headers


@pytest.mark.parametrize("address", ["/en/", "/en/account/", "/en/accounts/email/"])
def test_private_page_is_sent_as_it_is(address, client, article, subscriber):
    client.force_login(subscriber)

    response = client.get(address, headers={"accept-encoding": "gzip, br"})

    assert response.status_code == 200
    assert {"Content-Encoding", "ETag"}.isdisjoint(response.headers)


def test_pictures_and_short_texts_are_sent_as_they_are(client, article):
    public = png(is_public=True)
    addresses = ["/en/card.png", f"/media/{public.file.name}", "/en/search/suggest/?q=x"]

    answers = [client.get(each, headers={"accept-encoding": "br"}) for each in addresses]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert [answer.headers.get("Vary") for answer in answers] == [None, None, "Accept-Encoding"]
    assert not any("Content-Encoding" in answer.headers for answer in answers)
    assert b"".join(answers[1])


# --- Not at all -----------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*TEXTS[:-1], "/en/card.png"])
def test_each_encoding_has_a_strong_etag_of_its_own_bytes(address, client, article):
    accepting = {"br": "br", "gzip": "gzip", "identity": ""}
    etags = {
        name: client.get(address, headers={"accept-encoding": accepted}).headers["ETag"]
        for name, accepted in accepting.items()
    }

    assert len(set(etags.values())) == (1 if address.endswith(".png") else 3)
    assert all(etag.startswith('"') for etag in etags.values())
    for name, accepted in accepting.items():
        asking = {"accept-encoding": accepted, "if-none-match": f'"other", W/{etags[name]}'}
        get, head = client.get(address, headers=asking), client.head(address, headers=asking)
        assert (get.status_code, get.content, head.status_code) == (304, b"", 304)
        assert get.headers["ETag"] == etags[name]
        assert get.headers["Cache-Control"] == "public, max-age=0, s-maxage=1"


def test_etag_of_another_encoding_or_page_is_another(client, article):
    etag = client.get("/en/", headers={"accept-encoding": "br"}).headers["ETag"]

    for address, accepted in [("/en/", "gzip"), ("/en/", ""), ("/fr/", "br")]:
        asking = {"accept-encoding": accepted, "if-none-match": etag}
        assert client.get(address, headers=asking).status_code == 200


def test_page_that_has_changed_is_sent_again(client, article):
    before = client.get("/en/articles/the-crossing/")

    publishing.withdraw(article, by=None, at=timezone.now())
    then = client.get(
        "/en/articles/the-crossing/", headers={"if-none-match": before.headers["ETag"]}
    )

    assert then.status_code == 410
    assert "ETag" not in then.headers


def test_etag_of_the_outsiders_page_opens_nothing_to_a_reader(client, article, subscriber):
    etag = client.get("/en/articles/the-crossing/").headers["ETag"]
    client.force_login(subscriber)

    response = client.get("/en/articles/the-crossing/", headers={"if-none-match": etag})

    assert response.status_code == 200
    assert GATED in response.content.decode()
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("session", ["bogus", ""])
def test_reader_is_never_answered_304(session, client, article):
    etag = client.get("/en/").headers["ETag"]
    client.cookies[settings.SESSION_COOKIE_NAME] = session

    assert client.get("/en/", headers={"if-none-match": "*"}).status_code == 200
    assert client.get("/en/", headers={"if-none-match": etag}).status_code == 200
