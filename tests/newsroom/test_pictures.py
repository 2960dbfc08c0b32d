"""Pictures of a full text go through the gate; public ones have an address."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from eurasia import background
from eurasia.newsroom import clean_copies, renditions
from eurasia.newsroom.models import Article, Picture


def png_bytes():
    stream = io.BytesIO()
    Image.new("RGB", (4, 3), "teal").save(stream, "PNG")
    return stream.getvalue()


def png(*, is_public):
    return Picture.objects.create(
        file=ContentFile(png_bytes(), name="view.PNG"), credit="Archive", is_public=is_public
    )


def wide_bytes(kind="PNG", size=(500, 300)):
    stream = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(stream, kind)
    return stream.getvalue()


def with_renditions(*, is_public):
    """A picture 500 pixels wide, as the desk adds it: it has one rendition of each kind."""
    picture = added(is_public=is_public)
    background.work()
    picture.refresh_from_db()
    return picture


def added(*, is_public, data=None):
    """One whose renditions are still to be made."""
    picture = Picture(credit="Archive", is_public=is_public)
    renditions.add(picture, clean_copies.make(io.BytesIO(data or wide_bytes())))
    return picture


@pytest.fixture
def picture(db):
    return png(is_public=False)


@pytest.fixture
def article(write_article, picture):
    """Gated, and its full text shows the picture."""
    return write_article(body=f'<p>See <img data-picture="{picture.pk}" alt="A view"></p>')


@pytest.fixture
def address(article, picture):
    return f"/en/articles/the-crossing/pictures/{picture.pk}/"


# --- Where they lie ------------------------------------------------------------------------------


def test_gated_pictures_lie_outside_the_public_folder():
    gated, media = storages["gated"].location, Path(settings.MEDIA_ROOT)

    assert not Path(gated).is_relative_to(media)
    assert not media.is_relative_to(gated)


def test_gated_picture_is_kept_where_no_address_leads(picture):
    name = picture.file.name

    assert name.startswith("gated/")
    assert name.endswith(".png")
    assert storages["gated"].exists(name)
    assert not storages["default"].exists(name)
    with pytest.raises(ValueError, match="through its article only"):
        _ = picture.file.url


def test_public_picture_has_an_address_that_cannot_be_guessed(db):
    one, two = png(is_public=True), png(is_public=True)

    assert one.file.url.startswith("/media/pictures/")
    assert "view" not in one.file.name
    assert one.file.name != two.file.name


# --- Through the gate ----------------------------------------------------------------------------


def test_subscriber_sees_the_picture(client, address, subscriber):
    client.force_login(subscriber)

    response = client.get(address)

    assert (response.status_code, b"".join(response)) == (200, png_bytes())
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Cache-Control"] == "private, no-store"


def test_page_of_a_subscriber_names_the_pictures_address(client, address, subscriber):
    client.force_login(subscriber)

    page = client.get("/en/articles/the-crossing/").content.decode()

    assert (
        f'<img src="{address}" alt="A view" width="4" height="3" loading="lazy" decoding="async">'
        in page
    )


@pytest.mark.parametrize("who", ["outsider", "registered", "lapsed", "colleague"])
@pytest.mark.parametrize(
    "suffix, headers",
    [
        ("", {}),
        ("?download=1", {}),
        ("?subscriber=1&access=everyone", {}),
        ("", {"range": "bytes=0-3"}),
        ("", {"if-modified-since": "Thu, 01 Jan 1970 00:00:00 GMT"}),
        ("", {"accept": "image/png"}),
        ("view.png", {}),
        (".png", {}),
    ],
)
def test_nobody_else_sees_it(who, suffix, headers, client, address, request):
    if who != "outsider":
        client.force_login(request.getfixturevalue(who))

    response = client.get(address + suffix, headers=headers)

    assert response.status_code == 404
    assert b"PNG" not in response.content
    assert client.head(address + suffix, headers=headers).status_code == 404


def test_page_of_an_outsider_does_not_name_the_picture(client, address):
    page = client.get("/en/articles/the-crossing/").content.decode()

    assert "/pictures/" not in page


def test_outsider_sees_it_while_the_article_is_free(client, write_article, picture, now):
    write_article(
        body=f'<p><img data-picture="{picture.pk}" alt="A view"></p>',
        free_until=now + timedelta(hours=1),
    )

    response = client.get(f"/en/articles/the-crossing/pictures/{picture.pk}/")

    assert (response.status_code, b"".join(response)) == (200, png_bytes())
    assert response.headers["Cache-Control"] == "public, max-age=0, s-maxage=1"


def test_outsider_loses_it_at_the_instant_the_free_span_ends(
    client, write_article, picture, now, time_machine
):
    until = now + timedelta(hours=1)
    write_article(body=f'<p><img data-picture="{picture.pk}" alt="A view"></p>', free_until=until)
    time_machine.move_to(until, tick=False)

    response = client.get(f"/en/articles/the-crossing/pictures/{picture.pk}/")

    assert response.status_code == 404


def test_teaser_does_not_open_a_gated_picture(client, write_article, picture):
    """Whoever may write teasers may not publish what only full texts show."""
    article = write_article(teaser=f'<p>Look: <img data-picture="{picture.pk}" alt="A view"></p>')

    response = client.get(f"/en/articles/the-crossing/pictures/{picture.pk}/")

    assert response.status_code == 404
    assert article.teaser_html == "<p>Look: </p>"


def test_open_article_does_not_serve_a_picture_of_another(client, write_article, address, picture):
    write_article("open-to-all", access="everyone")

    response = client.get(f"/en/articles/open-to-all/pictures/{picture.pk}/")

    assert response.status_code == 404


def test_open_article_does_not_serve_a_picture_that_it_merely_names(
    client, write_article, address, picture
):
    write_article(
        "open-to-all",
        access="everyone",
        body=f'<p>It stands at {address} for subscribers.</p><p><a href="{address}">here</a></p>',
    )

    response = client.get(f"/en/articles/open-to-all/pictures/{picture.pk}/")

    assert response.status_code == 404


@pytest.mark.parametrize("status", ["draft", "in_review", "withdrawn"])
def test_unpublished_article_serves_no_picture(status, client, article, address, subscriber):
    article.status = status
    article.save()
    client.force_login(subscriber)

    assert client.get(address).status_code == 404


@pytest.mark.parametrize("who", ["outsider", "subscriber"])
@pytest.mark.parametrize("door", ["pictures/1/", "pictures/1/640.webp", "documents/1/"])
def test_address_of_a_draft_is_asked_for_no_longer_than_any(
    door, who, client, article, request, django_assert_num_queries
):
    if who != "outsider":
        client.force_login(request.getfixturevalue(who))
    Article.objects.update(status="draft")
    client.get("/en/")  # the first page of a session notes that
    with CaptureQueriesContext(connection) as of_nothing:
        client.get(f"/en/articles/the-crossings/{door}")

    with django_assert_num_queries(len(of_nothing)):
        assert client.get(f"/en/articles/the-crossing/{door}").status_code == 404


@pytest.mark.parametrize("status", ["draft", "in_review", "withdrawn"])
def test_desk_sees_the_pictures_of_what_it_previews(status, client, article, address, editor):
    article.status = status
    article.save()
    client.force_login(editor)

    response = client.get(address)

    assert (response.status_code, b"".join(response)) == (200, png_bytes())
    assert response.headers["Cache-Control"] == "private, no-store"


def test_scheduled_article_serves_its_picture_from_its_instant(
    client, write_article, picture, subscriber, now, time_machine
):
    at = now + timedelta(hours=1)
    write_article(body=f'<p><img data-picture="{picture.pk}" alt="A"></p>', published_at=at)
    address = f"/en/articles/the-crossing/pictures/{picture.pk}/"
    client.force_login(subscriber)

    time_machine.move_to(at - timedelta(microseconds=1), tick=False)
    before = client.get(address)
    time_machine.move_to(at, tick=False)
    then = client.get(address)

    assert before.status_code == 404
    assert (then.status_code, b"".join(then)) == (200, png_bytes())


@pytest.mark.parametrize("pk", ["0", "999999", "99999999999999999999999"])
def test_unknown_picture_is_404(pk, client, article, subscriber):
    client.force_login(subscriber)

    assert client.get(f"/en/articles/the-crossing/pictures/{pk}/").status_code == 404


def test_picture_whose_file_is_lost_is_404(client, address, picture, subscriber):
    storages["gated"].delete(picture.file.name)
    client.force_login(subscriber)

    assert client.get(address).status_code == 404


# --- Renditions, by the same check ---------------------------------------------------------------


@pytest.fixture
def wide(db):
    return with_renditions(is_public=False)


@pytest.fixture
def renditions_at(write_article, wide):
    """Where the renditions of a gated picture in a gated article are served."""
    write_article(body=f'<p>See <img data-picture="{wide.pk}" alt="A view"></p>')
    return f"/en/articles/the-crossing/pictures/{wide.pk}/"


@pytest.mark.parametrize("kind", ["avif", "webp"])
def test_subscriber_sees_the_rendition(kind, client, renditions_at, wide, subscriber):
    client.force_login(subscriber)

    response = client.get(f"{renditions_at}480.{kind}")

    with storages["gated"].open(wide.rendition_name(480, kind)) as opened:
        assert (response.status_code, b"".join(response)) == (200, opened.read())
    assert response.headers["Content-Type"] == f"image/{kind}"
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("who", ["outsider", "registered", "lapsed", "colleague"])
@pytest.mark.parametrize("name", ["480.avif", "480.webp", "480.avif?download=1"])
def test_nobody_else_sees_the_rendition(who, name, client, renditions_at, request):
    if who != "outsider":
        client.force_login(request.getfixturevalue(who))

    assert client.get(renditions_at + name).status_code == 404


@pytest.mark.parametrize(
    "name",
    ["960.avif", "479.avif", "0.webp", "480.png", "480.html", "480.", "avif", f"{'9' * 30}.avif"],
)
def test_rendition_that_was_not_made_is_404(name, client, renditions_at, subscriber):
    client.force_login(subscriber)

    assert client.get(renditions_at + name).status_code == 404


def test_open_article_does_not_serve_a_rendition_of_another(client, write_article, renditions_at):
    write_article("open-to-all", access="everyone")

    address = renditions_at.replace("the-crossing", "open-to-all")

    assert client.get(f"{address}480.avif").status_code == 404


def test_rendition_whose_file_is_lost_is_404(client, renditions_at, wide, subscriber):
    storages["gated"].delete(wide.rendition_name(480, "avif"))
    client.force_login(subscriber)

    assert client.get(f"{renditions_at}480.avif").status_code == 404


def test_page_of_a_subscriber_offers_the_renditions(client, renditions_at, subscriber):
    client.force_login(subscriber)

    page = client.get("/en/articles/the-crossing/").content.decode()

    sizes = "(min-width: 43rem) 40rem, calc(100vw - 2rem)"
    assert (
        "<picture>"
        f'<source type="image/avif" srcset="{renditions_at}480.avif 480w" sizes="{sizes}">'
        f'<source type="image/webp" srcset="{renditions_at}480.webp 480w" sizes="{sizes}">'
        f'<img src="{renditions_at}" alt="A view" width="500" height="300"'
        ' loading="lazy" decoding="async"></picture>'
    ) in page


def test_page_of_an_outsider_names_no_rendition(client, renditions_at):
    page = client.get("/en/articles/the-crossing/").content.decode()

    assert "/pictures/" not in page
    assert "srcset" not in page


def test_rendition_of_a_public_picture_is_served_and_kept(client, db):
    public = with_renditions(is_public=True)

    response = client.get(f"/media/{public.rendition_name(480, 'avif')}")

    assert (response.status_code, b"".join(response)[4:12]) == (200, b"ftypavif")
    assert response.headers["Content-Type"] == "image/avif"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


# --- The public folder ---------------------------------------------------------------------------


def test_public_picture_is_served_and_kept(client, db):
    storages["default"].save("pictures/a-public-one.png", ContentFile(png_bytes()))

    response = client.get("/media/pictures/a-public-one.png")

    assert (response.status_code, b"".join(response)) == (200, png_bytes())
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_what_is_no_picture_is_never_shown_as_a_page(client, db):
    storages["default"].save("pictures/page.html", ContentFile(b"<script>alert(1)</script>"))

    response = client.get("/media/pictures/page.html")

    assert b"".join(response) == b"<script>alert(1)</script>"
    assert response.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "path",
    [
        "../gated/{gated}",
        "..%2fgated/{gated}",
        "%2e%2e/gated/{gated}",
        "pictures/../../gated/{gated}",
        "../{gated}",
        "{gated}",
        "//{gated}",
        "%2fetc/passwd",
        "../../../../../../etc/passwd",
        "pictures",
        "pictures/",
        "never.png",
        "never%00.png",
        "",
        "x" * 300,
    ],
)
def test_public_folder_gives_nothing_from_outside_it(path, client, picture):
    png(is_public=True)

    response = client.get("/media/" + path.format(gated=picture.file.name))

    assert response.status_code == 404
    assert b"PNG" not in response.content
