"""Writing in a browser: nothing that was typed is lost, whatever the connection does."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect

from eurasia.newsroom import vault
from eurasia.newsroom.models import Article, Autosave
from tests.browser.test_desk_editor import (
    editor_of,
    open_article,
    put_cursor_at_end,
    save,
    written,
)

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]

CLIPBOARDS = Path(__file__).parent.parent / "samples/clipboards"
SAVED = re.compile(r"^Saved \d\d:\d\d as unsaved work")


@pytest.fixture
def article(write_article):
    return write_article(status="draft", published_at=None, body="<p>Begun</p>")


@pytest.fixture
def opened(desk, article):
    desk.clock.install()
    open_article(desk, article)
    editor_of(desk).wait_for()
    return desk


def type_on(page, text):
    put_cursor_at_end(page)
    page.keyboard.type(text)


def let_pass(page, seconds):
    page.clock.fast_forward(1_000 * seconds)


def status(page):
    return page.locator("[data-writing-status]")


def autosaved():
    with vault.opened("desk"):
        return [row.fields for row in Autosave.objects.order_by("id")]


def kept_in_browser(page):
    return page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('eurasia:'))")


def cut_off(page):
    page.route("**/writing/", lambda route: route.abort())


def connect(page, complaints):
    """Again; what the browser said of the failed requests is what it should say."""
    page.unroute("**/writing/")
    complaints.clear()


def test_typing_is_kept_and_shown_as_outsiders_will_see_it(opened):
    put_cursor_at_end(opened, "Teaser")
    opened.keyboard.type(" Anew.")
    let_pass(opened, 1)

    expect(status(opened)).to_have_text(SAVED)
    expect(opened.get_by_role("region", name="What outsiders will see")).to_contain_text(
        "early spring. Anew."
    )
    assert [" Anew." in fields for fields in autosaved()] == [True]


def test_leaving_asks_as_long_as_nothing_is_saved(opened, article):
    asked = []
    opened.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    type_on(opened, " on")

    with pytest.raises(Error):
        opened.goto(opened.address, timeout=3_000)
    save(opened)
    opened.goto(opened.address)

    assert asked == ["beforeunload"]
    assert autosaved() == []


def test_lost_connection_is_said_and_made_up_for(opened, complaints):
    cut_off(opened)
    type_on(opened, " off line")
    let_pass(opened, 1)
    expect(status(opened)).to_have_text(
        "No connection: trying again, kept in this browser meanwhile."
    )
    held = len(kept_in_browser(opened))
    connect(opened, complaints)
    let_pass(opened, 2)

    expect(status(opened)).to_have_text(SAVED)
    assert (held, kept_in_browser(opened)) == (1, [])
    assert ["off line" in fields for fields in autosaved()] == [True]


def test_save_waits_for_a_server_that_does_not_answer(opened, article, complaints):
    cut_off(opened)
    type_on(opened, " saved")
    opened.keyboard.press("Control+s")
    expect(status(opened)).to_have_text(re.compile("^Not saved yet"))
    still_there = written(opened)
    connect(opened, complaints)

    save(opened)
    assert still_there == "<p>Begun saved</p>"
    assert Article.objects.get(pk=article.pk).version == 2


def test_crash_without_a_connection_loses_nothing(opened, article, complaints):
    cut_off(opened)
    type_on(opened, " before the crash")
    let_pass(opened, 1)
    expect(status(opened)).to_have_text(re.compile("^No connection"))
    again = opened.context.new_page()
    opened.close(run_before_unload=False)
    complaints.clear()
    again.goto(f"{opened.address}newsroom/article/{article.pk}/change/")

    again.get_by_role("link", name="Take it up again").click()

    expect(editor_of(again)).to_have_text("Begun before the crash")
    assert kept_in_browser(again) == []


def test_two_tabs_keep_what_each_holds(opened, article):
    twin = opened.context.new_page()
    twin.clock.install()
    open_at = f"{opened.address}newsroom/article/{article.pk}/change/"
    twin.goto(open_at)
    for page, text in [(opened, " left"), (twin, " right")]:
        type_on(page, text)
        let_pass(page, 1)
        expect(status(page)).to_have_text(SAVED)

    assert [("left" in fields, "right" in fields) for fields in autosaved()] == [
        (True, False),
        (False, True),
    ]


# --- Pasting --------------------------------------------------------------------------------------


def test_clipboards_become_clean_html(opened):
    clean = {path.name: path.read_text().strip() for path in CLIPBOARDS.glob("*.clean.html")}
    made = {}
    for name in clean:
        put_cursor_at_end(opened)
        opened.keyboard.press("Control+a")
        opened.evaluate(PASTE, (CLIPBOARDS / name.replace(".clean", "")).read_text())
        made[name] = written(opened)

    assert len(clean) == 8
    assert made == clean


PASTE = """html => {
  const data = new DataTransfer()
  data.setData("text/html", html)
  const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true})
  document.activeElement.dispatchEvent(event)
}"""
