"""How a file of a full text leaves the house: whole, in part, or by nginx; never to others."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from eurasia import keeping
from eurasia.newsroom.models import Picture
from tests.newsroom.test_pictures import png, png_bytes

PNG = png_bytes()


@pytest.fixture
def address(write_article):
    picture = png(is_public=False)
    write_article(body=f'<p>See <img data-picture="{picture.pk}" alt="A view"></p>')
    return f"/en/articles/the-crossing/pictures/{picture.pk}/"


@pytest.fixture
def let_in(client, subscriber):
    client.force_login(subscriber)
    return client


def asked(client, address, said, method="get", **headers):
    response = getattr(client, method)(address, headers={"range": said, **headers})
    content = b"".join(response) if response.streaming else response.content
    return response.status_code, response.headers.get("Content-Range"), content


@pytest.mark.parametrize(
    "said, wanted",
    [
        ("bytes=0-", slice(0, None)),
        ("bytes=0-0", slice(0, 1)),
        ("bytes=1-3", slice(1, 4)),
        ("bytes=5-", slice(5, None)),
        ("bytes=-4", slice(-4, None)),
        ("bytes=-99999", slice(0, None)),
        ("bytes=4-99999", slice(4, None)),
        (f"bytes={len(PNG) - 1}-", slice(-1, None)),
    ],
)
def test_reader_let_in_gets_the_part_asked_for(let_in, address, said, wanted):
    part = PNG[wanted]
    first = len(PNG) - len(part) if wanted.stop is None else wanted.start

    status, content_range, content = asked(let_in, address, said)

    assert content == part
    if len(part) == len(PNG):
        assert (status, content_range) == (200, None)
    else:
        last = first + len(part) - 1
        assert (status, content_range) == (206, f"bytes {first}-{last}/{len(PNG)}")


@pytest.mark.parametrize("said", [f"bytes={len(PNG)}-", "bytes=99999-", "bytes=-0"])
def test_part_that_is_not_there_is_416(let_in, address, said):
    assert asked(let_in, address, said) == (416, f"bytes */{len(PNG)}", b"")


@pytest.mark.parametrize(
    "said", ["bytes=-", "bytes=3-1", "bytes=0-1,3-4", "bytes=a-b", "lines=0-1", "bytes 0-1", ""]
)
def test_range_that_nobody_understands_gets_the_whole(let_in, address, said):
    assert asked(let_in, address, said) == (200, None, PNG)


def test_part_of_a_version_that_may_be_another_is_not_sent(let_in, address):
    assert asked(let_in, address, "bytes=1-3", **{"if-range": '"mark"'}) == (200, None, PNG)


def test_head_says_how_much_there_is(let_in, address):
    response = let_in.head(address, headers={"range": "bytes=1-3"})

    assert (response.status_code, b"".join(response)) == (200, b"")
    assert response["Content-Length"] == str(len(PNG))
    assert response["Accept-Ranges"] == "bytes"
    assert response["Cache-Control"] == keeping.PRIVATE


def test_part_is_kept_by_nobody(let_in, address):
    response = let_in.get(address, headers={"range": "bytes=1-3"})

    assert b"".join(response) == PNG[1:4]
    assert response["Cache-Control"] == keeping.PRIVATE
    assert response["Content-Length"] == "3"
    assert response["Content-Disposition"] == "inline"
    assert response["Content-Type"] == "image/png"


# --- Behind nginx --------------------------------------------------------------------------------


@pytest.fixture
def behind_nginx(settings):
    settings.TRUSTED_PROXIES = 1


def test_nginx_is_told_which_file_to_send(let_in, address, behind_nginx):
    response = let_in.get(address, headers={"range": "bytes=1-3"})

    name = Picture.objects.get().file.name
    assert (response.status_code, response.content) == (200, b"")
    assert response["X-Accel-Redirect"] == f"/gated/{name}"
    assert response["Content-Type"] == "image/png"
    assert response["Cache-Control"] == keeping.PRIVATE


@pytest.mark.parametrize("who", ["outsider", "registered", "lapsed", "colleague"])
def test_nginx_is_told_nothing_for_others(client, address, behind_nginx, who, request):
    if who != "outsider":
        client.force_login(request.getfixturevalue(who))

    response = client.get(address)

    assert response.status_code == 404
    assert "X-Accel-Redirect" not in response


def test_storage_that_is_no_folder_is_streamed_behind_nginx_too(let_in, address, settings):
    settings.TRUSTED_PROXIES = 1
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "gated": memory}
    storages["gated"].save(Picture.objects.get().file.name, ContentFile(PNG))

    assert asked(let_in, address, "bytes=1-3") == (206, f"bytes 1-3/{len(PNG)}", PNG[1:4])
