"""From the wall to the text, in French: on a phone without JavaScript, and by keyboard alone."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from tests.cast import GATED
from tests.pages import code_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TAKE = re.compile("Prendre votre abonnement")
ADDRESS = "nouvelle@example.org"


@pytest.fixture
def wall(live_server, page, write_article, plan, complaints):
    """Before the wall of a French article; nothing may be complained of on the way."""
    article = write_article(language="fr")
    page.sent = []
    page.on("request", lambda sent: page.sent.append(sent) if sent.method == "POST" else None)
    page.goto(live_server.url + article.get_absolute_url())
    expect(page.locator("body")).not_to_contain_text(GATED)
    yield page
    assert complaints == []


def is_the_text(page):
    expect(page).to_have_url(re.compile("/fr/articles/the-crossing/$"))
    expect(page.locator("main")).to_contain_text(GATED)


def test_on_a_phone_without_javascript_with_every_mistake_and_every_way_back(wall):
    page = wall
    page.set_viewport_size({"width": 390, "height": 844})
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setScriptExecutionDisabled", {"value": True})
    address, code = page.locator("input[name=email]"), page.locator("input[name=code]")
    send = page.locator("main form button").first

    page.get_by_role("link", name=TAKE).click()
    page.get_by_role("link", name=TAKE).click()
    address.fill("a@b")
    send.click()
    expect(page.locator(".errorlist")).to_have_text("Saisissez une adresse de courriel valide.")
    expect(address).to_have_value("a@b")
    address.fill(ADDRESS)
    send.click()
    code.fill("FALSCH")
    send.click()
    expect(page.locator(".errorlist")).to_have_text("Code incorrect.")
    page.go_back()
    expect(code).to_be_visible()
    page.go_back()
    expect(address).to_be_visible()
    page.go_forward()
    code.fill(code_in(mail.outbox[-1]))
    send.click()
    page.get_by_role("button", name=TAKE).click()
    is_the_text(page)

    for _step in range(4):  # the plan, the code, the address, the plan: all of that is done
        page.go_back()
        is_the_text(page)


def test_by_keyboard_alone_in_three_forms(wall):
    page, press = wall, wall.keyboard.press

    def go_to(selector):
        for _ in range(40):
            press("Tab")
            if page.locator(f":focus:is({selector})").count():
                return
        pytest.fail(f"the keyboard never comes to {selector}")

    def follow(selector):
        go_to(selector)
        with page.expect_navigation():
            press("Enter")

    follow(".wall a.button")
    follow(".plan a.button")
    go_to("[name=email]")
    page.keyboard.type(ADDRESS)
    with page.expect_navigation():
        press("Enter")
    go_to("[name=code]")
    page.keyboard.type(code_in(mail.outbox[-1]).lower())
    with page.expect_navigation():
        press("Enter")
    follow(".plan button")

    is_the_text(page)
    assert len(page.sent) == 3
