"""Suggestions under the search box: by keyboard, by pointer, and gone when they are not wanted."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]


@pytest.fixture
def box(page, live_server, transactional_db, write_article):
    write_article(headline="Caspian harbours")
    write_article("other", headline="Caspian winds")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{live_server.url}/en/")
    return page.get_by_role("combobox")


def test_arrows_choose_and_enter_goes_there(page, box):
    box.press_sequentially("casp")
    options = page.get_by_role("option")
    expect(options).to_have_count(2)
    expect(box).to_have_attribute("aria-expanded", "true")

    box.press("ArrowDown")
    box.press("ArrowDown")

    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", options.nth(1).get_attribute("id"))
    headline = options.nth(1).locator(".suggestion-text").text_content()
    box.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(headline)


def test_escape_closes_and_enter_searches(page, box):
    box.press_sequentially("casp")
    expect(page.get_by_role("option")).to_have_count(2)

    box.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(box).to_have_value("casp")
    box.press("Enter")

    expect(page.get_by_role("heading", name="2 articles")).to_be_visible()
    assert page.url.endswith("/en/search/?q=casp")


def test_pointer_chooses(page, box):
    box.press_sequentially("winds")

    page.get_by_role("option").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Caspian winds")
