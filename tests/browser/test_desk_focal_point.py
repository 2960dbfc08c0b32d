"""The focal point of a picture, set by pointer and by keys."""

import pytest

from eurasia.newsroom.models import Picture
from tests.browser.test_desk_editor import save
from tests.newsroom.test_pictures import added, wide_bytes

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]


@pytest.fixture
def point(desk, transactional_db):
    picture = added(is_public=True, data=wide_bytes(size=(200, 400)))
    Picture.objects.update(alt_en="A view")
    desk.goto(f"{desk.address}newsroom/picture/{picture.pk}/change/")
    return desk.get_by_role("slider", name="Focal point")


def focus():
    picture = Picture.objects.get()
    return picture.focal_x, picture.focal_y


def crop(desk):
    image = desk.locator(".desk-focal-crops .front img")
    return image.evaluate("one => getComputedStyle(one).objectPosition")


def test_point_is_dragged_and_crops_follow(desk, point):
    picture = desk.locator(".desk-focal-picture")
    box = picture.bounding_box()
    left, top = box["x"], box["y"]
    desk.mouse.move(left + box["width"] / 2, top + box["height"] / 2)
    desk.mouse.down()
    desk.mouse.move(left + box["width"] / 4, top + box["height"] / 5)
    seen = (crop(desk), point.get_attribute("aria-valuetext"))
    desk.mouse.move(left - 50, top + box["height"] / 5)  # beyond the edge
    desk.mouse.up()
    save(desk)

    assert seen == ("25% 20%", "25 % across, 20 % down")
    assert focus() == (0, 0.2)


def test_finger_that_taps_sets_the_point_and_one_that_scrolls_does_not(desk, point):
    box = desk.locator(".desk-focal-picture").bounding_box()
    at = {"clientX": box["x"] + box["width"] / 4, "clientY": box["y"] + box["height"] / 5}
    picture = desk.locator(".desk-focal-picture")

    picture.dispatch_event("pointerdown", {**at, "pointerType": "touch", "pointerId": 7})
    scrolled = crop(desk)
    picture.dispatch_event("click", at)

    assert (scrolled, crop(desk)) == ("50% 50%", "25% 20%")


def test_point_is_moved_by_arrow_keys(desk, point):
    for key in ["ArrowRight", "ArrowDown", "Shift+ArrowDown", "ArrowLeft", "ArrowLeft"]:
        point.press(key)
    said, shown = point.get_attribute("aria-valuetext"), crop(desk)
    save(desk)

    assert (said, shown) == ("49 % across, 61 % down", "49% 61%")
    assert focus() == (0.49, 0.61)


def test_point_follows_what_is_typed(desk, point):
    desk.get_by_label("Focal point down").fill("0.9")

    assert (crop(desk), point.get_attribute("aria-valuetext")) == (
        "50% 90%",
        "50 % across, 90 % down",
    )
