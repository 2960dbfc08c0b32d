"""A reader leaves a text in the middle and goes on there another day."""

import time

import pytest
from playwright.sync_api import expect

from eurasia.newsroom.models import ReadingPlace
from tests.conftest import session_of

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]

TEXT = "".join(
    f"<p>Paragraph {number}. {'Words of the caravan. ' * 60}</p>" for number in range(12)
)


def until_it_is_kept():
    """No page hears the answer to what was sent when it was left."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if place := ReadingPlace.objects.first():
            return place
        time.sleep(0.05)
    raise AssertionError("no place was kept")


def test_place_is_kept_when_the_page_is_left_and_led_back_to(
    live_server, page, complaints, subscriber, write_article, settings
):
    address = live_server.url + write_article(body=TEXT).get_absolute_url()
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(subscriber), "url": address}]
    )
    page.goto(address)
    page.get_by_text("Paragraph 7.").scroll_into_view_if_needed()
    page.goto("about:blank")

    place = until_it_is_kept()
    page.goto(address)
    page.get_by_role("link", name="Go on where you were").click()

    assert place.block in {5, 6, 7}
    expect(page.locator("#where-you-were")).to_be_in_viewport()
    expect(page.locator("#where-you-were")).to_contain_text(f"Paragraph {place.block}.")
    assert complaints == []
