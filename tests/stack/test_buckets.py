"""Pictures and documents in buckets, on a server that speaks S3: moto's, over HTTP on loopback."""

from collections.abc import Iterator
from secrets import token_hex

import httpx
import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from moto.server import ThreadedMotoServer

from eurasia import background, keeping
from eurasia.newsroom import canary
from eurasia.newsroom.models import Document, Picture
from tests.newsroom.test_documents import PDF
from tests.newsroom.test_pictures import wide_bytes
from tests.serving import free_port

pytestmark = pytest.mark.stack

PICTURES = "/admin/newsroom/picture/"
HERE = "/en/articles/the-crossing/"
WORDS = {"alt_en": "A view", "credit": "Archive", "focal_x": 0.5, "focal_y": 0.5}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    port = free_port()
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def buckets(endpoint):
    """The one of covers is open to all, as its operator has set it; the other to nobody."""
    names = [f"{kind}-{token_hex(4)}" for kind in ["media", "gated"]]
    reach = {"access_key": "key", "secret_key": "word", "endpoint_url": endpoint}
    media, gated = [
        {
            "BACKEND": "eurasia.buckets.Bucket",
            "OPTIONS": {**reach, "bucket_name": name, "region_name": "us-east-1"},
        }
        for name in names
    ]
    media["OPTIONS"]["base_url"] = "/media/"
    with override_settings(STORAGES={**settings.STORAGES, "default": media, "gated": gated}):
        storages["default"].bucket.create(ACL="public-read")
        storages["gated"].bucket.create()
        yield


@pytest.fixture
def desk(buckets, client, editor):
    client.force_login(editor)
    return client


def add(desk, **values):
    file = SimpleUploadedFile("a.png", wide_bytes())
    given = {"0-file": file, "0-alt_en": "A view", "credit": "Archive", **values}
    assert desk.post(f"{PICTURES}add/", given).status_code == 302
    background.work()
    return Picture.objects.latest("id")


def kept(name):
    return sorted(each.key for each in storages[name].bucket.objects.all())


def content_of(response):
    return b"".join(response) if response.streaming else response.content


def test_cover_is_kept_in_the_open_bucket_and_shown(desk, client, write_article):
    cover = add(desk, is_public="on")
    write_article(cover=cover, cover_alt="A view")

    shown = client.get(f"/media/{cover.rendition_name(480, 'avif')}")

    assert (kept("default"), kept("gated")) == (sorted(cover.names), [])
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/avif")
    data = content_of(shown)
    assert data[4:12] == b"ftypavif"
    straight = httpx.get(storages["default"].address(cover.rendition_name(480, "avif")))
    assert (straight.status_code, straight.content) == (200, data)
    assert client.get("/media/pictures/lost.png").status_code == 404
    assert client.get("/media/../gated/a.png").status_code == 404


@pytest.mark.parametrize("proxies", [0, 1])
def test_picture_of_a_full_text_leaves_its_bucket_through_the_gate_alone(
    proxies, desk, client, write_article, subscriber, settings
):
    settings.TRUSTED_PROXIES = proxies
    picture = add(desk)
    write_article(body=f'<p><img data-picture="{picture.pk}" alt="A view"></p>')
    address = f"{HERE}pictures/{picture.pk}/"
    client.logout()
    refused = [client.get(address).status_code, client.get(f"{address}480.webp").status_code]
    client.force_login(subscriber)

    whole = client.get(f"{address}480.webp")
    part = client.get(address, headers={"range": "bytes=1-3"})

    assert refused == [404, 404]
    assert (kept("default"), kept("gated")) == ([], sorted(picture.names))
    assert (whole.status_code, content_of(whole)[8:12]) == (200, b"WEBP")
    assert (part.status_code, content_of(part)) == (206, b"PNG")
    for response in [whole, part]:
        assert response["Cache-Control"] == keeping.PRIVATE
        assert "X-Accel-Redirect" not in response
        assert "127.0.0.1" not in str(response.headers)
    page = client.get(HERE).content.decode()
    assert f'src="{address}"' in page
    assert "127.0.0.1" not in page
    assert httpx.get(storages["gated"].address(picture.file.name)).status_code == 403
    with pytest.raises(ValueError, match="no address of its own"):
        storages["gated"].url(picture.file.name)


def test_document_is_downloaded_from_its_bucket(desk, client, write_article, subscriber):
    file = SimpleUploadedFile("a.pdf", PDF)
    desk.post("/admin/newsroom/document/add/", {"title": "The treaty", "file": file})
    document = Document.objects.get()
    write_article(body=f'<p><a href="{document.source_address}">It</a></p>')
    client.force_login(subscriber)

    answer = client.get(f"{HERE}documents/{document.pk}/")

    assert (answer.status_code, content_of(answer)) == (200, PDF)
    assert answer["Content-Disposition"] == 'attachment; filename="The_treaty.pdf"'
    storages["gated"].delete(document.file.name)
    assert client.get(f"{HERE}documents/{document.pk}/").status_code == 404


def test_replaced_and_deleted_pictures_leave_their_buckets(
    desk, django_capture_on_commit_callbacks
):
    picture = add(desk)

    with django_capture_on_commit_callbacks(execute=True):
        new = SimpleUploadedFile("b.png", wide_bytes(size=(600, 300)))
        desk.post(f"{PICTURES}{picture.pk}/change/", {"file": new, **WORDS})
    background.work()
    replaced = Picture.objects.get()
    left = kept("gated")
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(f"{PICTURES}{picture.pk}/delete/", {"post": "yes"})

    assert left == sorted(replaced.names)
    assert replaced.renditions == [480, 600]
    assert kept("gated") == []


def test_canary_asks_the_bucket_too(desk, write_article, now):
    picture = add(desk)
    write_article(body=f'<p><img data-picture="{picture.pk}" alt="A view"></p>')
    secrets = canary.secrets_of_the_house(now)
    there, most = storages["gated"].endpoint_url, len(secrets.elsewhere)  # which it asks first

    shut = canary.walk(there, secrets, most)
    for each in storages["gated"].bucket.objects.all():
        each.Acl().put(ACL="public-read")
    opened = canary.walk(there, secrets, most)

    assert (shut.requests, shut.leaks) == (3, [])
    assert [leak.what for leak in opened.leaks] == [f"picture {picture.pk}"] * 3
