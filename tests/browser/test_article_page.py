"""The article's page in a browser: what its script adds, and that nothing is missing without it."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]

NOTE = "A note with a link to the ledger."
SHARED = '<span class="footnote" data-note="k">{}</span>'
LINKED = 'A note with <a href="https://archive.example/">a link</a> to the ledger.'
TABLE = f"<table><tbody><tr>{'<td>wide wide</td>' * 30}</tr></tbody></table>"
NARROW = "<table><tbody><tr><td>1</td></tr></tbody></table>"

SCROLLED = """(frame) => new Promise((done) => {
    const look = () => (frame.scrollLeft > 0 ? done() : requestAnimationFrame(look));
    look();
})"""


@pytest.fixture
def complaints():
    return []


@pytest.fixture
def reading(live_server, transactional_db, write_article, page, complaints):
    """An open article before a reader; the browser may complain of nothing in the end."""
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: complaints.append(answer.url) if answer.status > 399 else 0)
    page.goto(live_server.url + open_article(write_article))
    yield page
    assert complaints == []


def open_article(write_article):
    """The teaser's note is referred to again in the full text."""
    return write_article(
        access="everyone",
        teaser=f"<p>The teaser.{SHARED.format(LINKED)}</p>",
        body=f"<p>The text.{SHARED.format('')}</p>{TABLE}{NARROW}",
    ).get_absolute_url()


def card_of(page):
    return page.get_by_role("tooltip")


def test_note_shows_on_focus_and_escape_takes_it_away(reading):
    reference = reading.get_by_role("link", name="Note 1").first

    reading.keyboard.press("Tab")
    reference.focus()
    shown = card_of(reading).inner_text()
    described = reference.get_attribute("aria-describedby")
    reading.keyboard.press("Escape")

    assert shown.strip() == NOTE
    assert described == "note-card"
    assert card_of(reading).count() == 0
    assert reference.get_attribute("aria-describedby") is None
    assert reading.evaluate("document.activeElement.className") == "fn-ref"


def test_note_shows_under_the_pointer_and_its_link_can_be_reached(reading):
    reading.get_by_role("link", name="Note 1").first.hover()
    card_of(reading).wait_for()
    card_of(reading).get_by_role("link", name="a link").hover()
    reading.wait_for_timeout(400)  # longer than it would take to go

    assert card_of(reading).is_visible()
    reading.mouse.move(5, 5)
    card_of(reading).wait_for(state="hidden")


def test_note_leads_back_to_every_reference_on_the_page(reading):
    references = reading.locator("a.fn-ref")
    ways_back = reading.locator(".notes a.fn-back")

    targets = [back.get_attribute("href") for back in ways_back.all()]

    assert targets == [f"#{reference.get_attribute('id')}" for reference in references.all()]
    assert ways_back.nth(1).get_attribute("aria-label") == "Back to the text (2)"


def test_citation_copies_itself(reading):
    reading.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reading.get_by_text("Cite this article").click()

    reading.get_by_role("button", name="Copy APA").click()
    reading.get_by_role("button", name="Copied APA").wait_for()

    copied = reading.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Iran desk. (")
    assert copied.endswith("/en/articles/the-crossing/")
    assert reading.get_by_role("status").inner_text() == "Copied"


def test_keyboard_stops_at_a_table_only_where_it_scrolls(reading):
    wide, narrow = reading.locator(".prose .table").all()

    expect(reading.locator(".table[tabindex]")).to_have_count(1)
    wide.focus()
    reading.keyboard.press("ArrowRight")
    wide.evaluate(SCROLLED)

    assert narrow.get_attribute("tabindex") is None
    assert reading.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_finger_follows_the_link_and_opens_no_card(
    live_server, transactional_db, browser, write_article
):
    context = browser.new_context(has_touch=True, viewport={"width": 390, "height": 700})
    page = context.new_page()
    page.goto(live_server.url + open_article(write_article))

    page.locator("a.fn-ref").first.tap()
    page.wait_for_timeout(150)  # longer than a pointer waits

    assert card_of(page).count() == 0
    assert page.evaluate("location.hash").startswith("#fn-")
    context.close()


def test_page_is_whole_without_a_script(live_server, transactional_db, browser, write_article):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + open_article(write_article))

    page.locator("a.fn-ref").first.click()
    page.get_by_text("Cite this article").click()

    assert "#fn-" in page.url
    assert NOTE in page.locator(".notes li").inner_text()
    assert "@article{iran-desk-" in page.locator(".citations pre").inner_text()
    assert page.get_by_role("main").get_by_role("button").count() == 0
    assert page.get_by_role("link", name="Download as a .bib file").is_visible()
    context.close()
