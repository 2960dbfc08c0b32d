"""The focal point of a picture decides what is left of it wherever the site crops it."""

import io

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from PIL import Image

from eurasia import masthead
from eurasia.newsroom import cards
from eurasia.newsroom.models import Journal, Picture
from tests.newsroom.test_pictures import png
from tests.pages import one, tree_of

RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def change(desk, picture, **values):
    address = f"/admin/newsroom/picture/{picture.pk}/change/"
    return desk.post(
        address, {"credit": "Archive", "alt_en": "A view", "focal_x": 0.5, "focal_y": 0.5, **values}
    )


@pytest.mark.parametrize(
    "x, y, focus",
    [
        (0.5, 0.5, ""),
        (0.46, 0.54, ""),
        (0, 1, "across-0 down-10"),
        (0.44, 0.5, "across-4 down-5"),
        (0.21, 0.86, "across-2 down-9"),
    ],
)
def test_focal_point_has_classes_unless_it_is_the_middle(x, y, focus):
    assert Picture(focal_x=x, focal_y=y).focus == focus


@pytest.mark.usefixtures("no_plate_is_stale")
@pytest.mark.parametrize("page", ["/en/", "/en/articles/the-crossing/"])
def test_cover_is_cropped_around_the_point_that_the_desk_has_set(page, desk, client, write_article):
    cover = png(is_public=True)
    write_article(cover=cover, cover_alt="A view")

    answer = change(desk, cover, focal_x=0.21, focal_y=0.9)

    client.logout()
    image = one(tree_of(client.get(page)), "//figure[@class='cover']//img")
    assert (answer.status_code, image.get("class")) == (302, "across-2 down-9")


@pytest.mark.parametrize("focal_y, colour", [(0, RED), (1, BLUE)])
def test_card_of_the_journal_is_cropped_around_it(focal_y, colour, db, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    stream, image = io.BytesIO(), Image.new("RGB", (40, 80), RED)
    image.paste(BLUE, (0, 40, 40, 80))
    image.save(stream, "PNG")
    picture = Picture.objects.create(
        file=ContentFile(stream.getvalue(), "a.png"), credit="A", is_public=True, focal_y=focal_y
    )
    masthead.remember(Journal(card_picture=picture))

    card = Image.open(io.BytesIO(cards.png_of(cards.card_of_the_house()))).convert("RGB")

    assert card.getpixel((600, 250)) == colour


def test_page_of_a_picture_shows_the_point_and_the_crops(desk):
    picture = png(is_public=True)
    change(desk, picture, focal_x=0.2, focal_y=0.3)

    page = tree_of(desk.get(f"/admin/newsroom/picture/{picture.pk}/change/"))

    shown = one(page, "//div[contains(@class, 'desk-focal ')]")
    assert shown.get("class") == "desk-focal across-2 down-3"
    file = f"/admin/newsroom/picture/{picture.pk}/file/"
    assert shown.xpath(".//img/@src") == [file] * 4
    fields = page.xpath("//input[starts-with(@name, 'focal_')]")
    assert [(each.get("type"), each.get("value")) for each in fields] == [
        ("number", "0.2"),
        ("number", "0.3"),
    ]


def test_picture_of_a_full_text_is_not_shown_to_who_may_not_read_it(client, colleague):
    picture = png(is_public=False)
    colleague.user_permissions.add(Permission.objects.get(codename="view_picture"))
    client.force_login(colleague)

    page = client.get(f"/admin/newsroom/picture/{picture.pk}/change/")

    assert page.status_code == 302  # as of a picture that is not there
