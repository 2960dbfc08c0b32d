"""The prose editor in a browser: nothing is lost, and the browser refuses nothing of it."""

import re
from functools import partial
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError
from playwright.sync_api import expect

from eurasia.newsroom import rendering, vault
from eurasia.newsroom.models import Article, FullText, Picture
from tests.newsroom.test_pictures import png_bytes

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]

BLOCK = "blockquote|caption|col|colgroup|d[dlt]|div|fig\\w+|h[2-4]|hr|li|[ou]l|p|pre|t\\w+|br"

TOOL_ROLES = ["button", "combobox"]

#: Everything that rendering.clean lets through, as it stands in texts that were imported.
EVERYTHING = (Path(__file__).parent.parent / "samples/everything.html").read_text()


@pytest.fixture
def write_article(write_article):
    """Drafts: what is saved of a live article waits elsewhere."""
    return partial(write_article, status="draft", published_at=None)


@pytest.fixture
def picture(transactional_db):
    return Picture.objects.create(
        file=ContentFile(png_bytes(), name="view.png"), credit="Archive", is_public=True
    )


@pytest.fixture
def everything(picture):
    return rendering.clean(EVERYTHING.replace("PICTURE", str(picture.pk)))


def open_article(desk, article):
    desk.goto(f"{desk.address}newsroom/article/{article.pk}/change/")


def editor_of(desk, name="Full text"):
    return desk.get_by_role("textbox", name=name, exact=False).and_(desk.locator(".desk-text"))


def put_cursor_at_end(desk, name="Full text"):
    editor_of(desk, name).focus()
    let_selection_settle(desk)
    desk.keyboard.press("Control+End")
    let_selection_settle(desk)


def let_selection_settle(desk):
    """ProseMirror restores its selection 20 ms after it gets the focus, by the page's own clock;
    that the caret has moved it may hear only after the next key, which would then act elsewhere.
    """
    assert desk.evaluate(HEARD)


HEARD = """async () => {
  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds))
  const hears = () => {
    const view = document.activeElement.editor?.view
    return view?.domObserver.currentSelection.eq(view.domSelectionRange())
  }
  await pause(25)
  for (let look = 0; look < 2000 && !hears(); look++) await pause(5)
  return hears()
}"""


def press_until(desk, locator, *keys):
    """Press keys that only move or open, again where a busy machine has swallowed them."""
    for _attempt in range(10):
        for key in keys:
            desk.keyboard.press(key)
        try:
            locator.wait_for(timeout=1_000)
        except PlaywrightTimeoutError:
            continue
        return
    raise AssertionError(f"{keys} did not lead to {locator}")


def tool(desk, name, *, of="Full text"):
    tools = desk.get_by_role("toolbar", name=f"Tools: {of}")
    button, choice = (tools.get_by_role(role, name=name, exact=True) for role in TOOL_ROLES)
    return button.or_(choice)


def save(desk):
    desk.get_by_role("button", name="Save", exact=True).first.click()
    desk.get_by_text("was changed successfully").wait_for()


def sources(article):
    article = Article.objects.get(pk=article.pk)
    with vault.opened("desk"):
        return article.teaser, FullText.objects.get(pk=article.pk).body


def body_of(article):
    return sources(article)[1]


def as_seen(source):
    """Without the white space that no reader sees, attributes in one order."""
    source = re.sub(r"( [\w-]+=\"[^\"]*\")+", in_order, re.sub(r"\s+", " ", source))
    return re.sub(rf"\s*(</?(?:{BLOCK})\b[^>]*>)\s*", r"\1", source)


def in_order(attributes):
    return "".join(sorted(re.findall(r" [\w-]+=\"[^\"]*\"", attributes[0])))


def touch(desk, name):
    """Change and change back, so that the editor writes all of it anew."""
    put_cursor_at_end(desk, name)
    desk.keyboard.type("x")
    desk.keyboard.press("Backspace")


# --- Nothing is lost ------------------------------------------------------------------------------


def test_sample_holds_everything_that_clean_allows(everything):
    tags = set(re.findall(r"<(\w+)", everything))
    attributes = {name for names in rendering.ATTRIBUTES.values() for name in names} - {"*"}

    assert tags == rendering.PHRASING | rendering.BLOCKS
    assert {name for name in attributes if f' {name}="' not in everything} == set()


def test_opening_and_saving_changes_not_a_byte(desk, write_article, everything):
    article = write_article(teaser=everything, body=everything, status="draft")

    open_article(desk, article)
    editor_of(desk).wait_for()
    save(desk)

    assert sources(article) == (everything, everything)


def test_editing_loses_nothing(desk, write_article, everything):
    article = write_article(teaser=everything, body=everything, status="draft")

    open_article(desk, article)
    touch(desk, "Teaser")
    touch(desk, "Full text")
    save(desk)

    assert [as_seen(source) for source in sources(article)] == [as_seen(everything)] * 2


def test_what_the_editor_cannot_hold_is_edited_as_source(desk, write_article):
    source = '<p>Before</p><a href="https://example.org/"><p>A link around a block</p></a>'
    article = write_article(body=source, status="draft")

    open_article(desk, article)
    area = desk.get_by_role("textbox", name="Full text")
    area.fill(area.input_value().replace("Before", "After"))
    desk.get_by_role("button", name="Back to the editor").click()

    assert desk.get_by_text("The editor would lose some of this source").is_visible()
    save(desk)
    assert body_of(article) == source.replace("Before", "After")


def test_source_can_be_edited_and_shown_again(desk, write_article):
    article = write_article(body="<p>One</p>", status="draft")

    open_article(desk, article)
    tool(desk, "Source").click()
    desk.get_by_role("textbox", name="Full text").fill("<p>Two</p>")
    desk.get_by_role("button", name="Back to the editor").click()
    put_cursor_at_end(desk)
    desk.keyboard.type(" three")
    save(desk)

    assert body_of(article) == "<p>Two three</p>"


# --- The tools ------------------------------------------------------------------------------------


@pytest.fixture
def article(write_article):
    return write_article(body="<p>A word</p>")


@pytest.fixture
def chosen(desk, article):
    """The full text is "A word", and "word" is selected."""
    open_article(desk, article)
    choose_the_word(desk)
    return desk


def choose_the_word(desk):
    put_cursor_at_end(desk)
    desk.keyboard.press("Control+Shift+ArrowLeft")
    let_selection_settle(desk)


def written(desk):
    """What would be sent."""
    return desk.evaluate("new FormData(document.querySelector('#article_form')).get('body')")


def test_texts_are_in_the_language_of_the_article(desk):
    desk.goto(f"{desk.address}newsroom/article/add/")
    before = editor_of(desk).get_attribute("lang")
    desk.get_by_label("Language:").select_option("fr")

    assert before is None
    expect(editor_of(desk)).to_have_attribute("lang", "fr")
    expect(editor_of(desk, "Teaser")).to_have_attribute("lang", "fr")


def test_editing_areas_and_tools_have_names(desk, article):
    open_article(desk, article)

    assert editor_of(desk, "Teaser").count() == 1
    assert editor_of(desk, "Full text").count() == 1
    tools = desk.get_by_role("toolbar", name="Tools: Full text").locator("button, select")
    names = tools.evaluate_all(
        "all => all.map(one => one.ariaLabel || (one.querySelector('span') ? '' : one.textContent))"
    )
    assert len(names) == len(set(names) - {""}) == 27


MADE = {
    "Bold": "<p>A <strong>word</strong></p>",
    "Italic": "<p>A <em>word</em></p>",
    "Superscript": "<p>A <sup>word</sup></p>",
    "Subscript": "<p>A <sub>word</sub></p>",
    "Struck through": "<p>A <s>word</s></p>",
    "Quotation": "<blockquote>\n<p>A word</p>\n</blockquote>",
    "Pull quote": '<blockquote class="pull">\n<p>A word</p>\n</blockquote>',
    "Bulleted list": "<ul>\n<li>\n<p>A word</p>\n</li>\n</ul>",
    "Numbered list": "<ol>\n<li>\n<p>A word</p>\n</li>\n</ol>",
}


def tools_make_what_they_say_and_unmake_it(chosen):
    made = {}
    for name in MADE:
        tool(chosen, name).click()
        source = written(chosen)
        tool(chosen, name if name != "Pull quote" else "Quotation").click()
        made[name] = (source, written(chosen))

    assert made == {name: (source, "<p>A word</p>") for name, source in MADE.items()}


def style_of_a_block(chosen):
    tool(chosen, "Style").select_option("Subheading")

    assert written(chosen) == "<h3>A word</h3>"


def passage_gets_language_and_direction(chosen):
    made = {}
    for language in ["Persian", "Turkish"]:
        tool(chosen, "Language of the passage").select_option(language)
        made[language] = written(chosen)

    assert made == {
        "Persian": '<p>A <span lang="fa" dir="rtl">word</span></p>',
        "Turkish": '<p>A <span lang="tr">word</span></p>',
    }


def paragraph_gets_a_language_and_loses_it(chosen):
    chosen.keyboard.press("End")
    let_selection_settle(chosen)
    tool(chosen, "Language of the passage").select_option("Arabic")
    made = written(chosen)
    tool(chosen, "Language of the passage").select_option("Language of the article")

    assert (made, written(chosen)) == ('<p lang="ar" dir="rtl">A word</p>', "<p>A word</p>")


def link_by_keyboard(chosen):
    press_until(chosen, chosen.get_by_role("dialog", name="Link"), "Control+k")
    chosen.get_by_role("dialog", name="Link").get_by_label("Address").fill("https://example.org/")
    chosen.keyboard.press("Enter")
    chosen.get_by_role("dialog").wait_for(state="detached")

    assert written(chosen) == '<p>A <a href="https://example.org/">word</a></p>'


def footnote_by_keyboard_alone(chosen):
    chosen.keyboard.press("End")
    let_selection_settle(chosen)
    press_until(chosen, chosen.get_by_role("dialog"), "Control+Alt+f")
    chosen.keyboard.type("See ")
    chosen.keyboard.press("Control+i")
    chosen.keyboard.type("this")
    chosen.keyboard.press("Tab")
    chosen.keyboard.type("first")
    chosen.keyboard.press("Enter")
    chosen.get_by_role("dialog").wait_for(state="detached")
    back_in_the_text(chosen)
    chosen.keyboard.type(".")

    note = '<span class="footnote" data-note="first">See <em>this</em></span>'
    assert written(chosen) == f"<p>A word{note}.</p>"


def table_is_made_with_headers_and_a_caption(chosen):
    chosen.keyboard.press("Delete")
    tool(chosen, "Table").click()
    chosen.keyboard.type("Year")
    for name in ["Delete row", "Delete column", "Table caption"]:
        tool(chosen, name).click()
    chosen.keyboard.type("Trade")

    assert as_seen(written(chosen)).count("<tr>") == 2
    assert "<caption>Trade</caption>" in written(chosen)


def table_pull_quote_and_passage_by_keyboard_alone(chosen):
    go_to_tool(chosen, "Pull quote")
    chosen.keyboard.press("Enter")
    go_to_tool(chosen, "Language of the passage")
    chosen.keyboard.type("Turk")
    chosen.keyboard.press("Escape")
    back_in_the_text(chosen)
    chosen.keyboard.press("ArrowRight")
    let_selection_settle(chosen)
    chosen.keyboard.press("Enter")
    go_to_tool(chosen, "Table")
    chosen.keyboard.press("Enter")
    back_in_the_text(chosen)
    chosen.keyboard.type("Year")
    chosen.keyboard.press("Tab")
    chosen.keyboard.type("Tonnes")

    source = as_seen(written(chosen))
    assert '<blockquote class="pull"><p>A <span lang="tr">word</span></p>' in source
    assert "<thead><tr><th>Year</th><th>Tonnes</th><th></th></tr></thead>" in source


def pasted_page_leaves_no_styles_behind(chosen):
    pasted = '<p style="color: red">A <b style="font-weight: 700">word</b></p><script>1</script>'
    chosen.keyboard.press("Control+a")
    chosen.evaluate(
        """html => {
          const data = new DataTransfer()
          data.setData("text/html", html)
          const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true})
          document.activeElement.dispatchEvent(event)
        }""",
        pasted,
    )

    assert written(chosen) == "<p>A <b>word</b></p>"


ACTS = [
    tools_make_what_they_say_and_unmake_it,
    style_of_a_block,
    passage_gets_language_and_direction,
    paragraph_gets_a_language_and_loses_it,
    link_by_keyboard,
    footnote_by_keyboard_alone,
    table_is_made_with_headers_and_a_caption,
    table_pull_quote_and_passage_by_keyboard_alone,
    pasted_page_leaves_no_styles_behind,
]


def test_tools_and_keys_do_what_they_say(chosen, subtests):
    """On one page: opening it takes longer than all that is done there."""
    for act in ACTS:
        with subtests.test(act.__name__):
            editor_of(chosen).evaluate("area => area.editor.commands.setContent('<p>A word</p>')")
            choose_the_word(chosen)
            act(chosen)


def test_enter_in_the_text_of_a_footnote_puts_it_in(desk, article):
    open_article(desk, article)
    editor_of(desk).focus()
    let_selection_settle(desk)
    press_until(desk, desk.get_by_role("dialog"), "Control+Alt+f")
    desk.keyboard.type("See")
    desk.keyboard.press("Enter")
    desk.get_by_role("dialog").wait_for(state="detached")
    back_in_the_text(desk)
    desk.keyboard.type("So ")

    assert written(desk) == '<p><span class="footnote">See</span>So A word</p>'


def test_footnote_is_opened_and_changed(desk, write_article):
    article = write_article(body='<p>Word<span class="footnote" data-note="1">Old</span></p>')

    open_article(desk, article)
    put_cursor_at_end(desk)
    chosen_note = desk.locator(".desk-note.ProseMirror-selectednode")
    press_until(desk, chosen_note, "Control+End", "ArrowLeft")
    press_until(desk, desk.get_by_role("dialog"), "Enter")
    desk.get_by_role("dialog").get_by_role("textbox", name="Text").press("Control+a")
    desk.keyboard.type("New")
    desk.get_by_role("dialog").get_by_role("button", name="OK").click()
    desk.get_by_role("dialog").wait_for(state="detached")

    assert written(desk) == '<p>Word<span class="footnote" data-note="1">New</span></p>'


def test_escape_leaves_a_footnote_as_it_was(desk, write_article):
    source = '<p>Word<span class="footnote" data-note="1">Old</span></p>'
    article = write_article(body=source)

    open_article(desk, article)
    desk.locator(".desk-note").dblclick()
    desk.keyboard.type("New")
    desk.keyboard.press("Escape")
    desk.get_by_role("dialog").wait_for(state="detached")
    touch(desk, "Full text")

    assert written(desk) == source


def back_in_the_text(desk):
    desk.locator(".desk-text:focus").wait_for()
    let_selection_settle(desk)


def go_to_tool(desk, name):
    back_in_the_text(desk)
    desk.keyboard.press("Alt+F10")
    desk.keyboard.press("Home")
    for _each in range(30):
        here = "document.activeElement.ariaLabel || document.activeElement.textContent"
        if desk.evaluate(here) == name:
            return
        desk.keyboard.press("ArrowRight")
    raise AssertionError(f"{name} is not among the tools")


def test_picture_is_shown_and_described(desk, write_article, picture):
    article = write_article(body=f'<figure><img data-picture="{picture.pk}" alt="Old"></figure>')

    open_article(desk, article)
    image = desk.locator(".desk-picture img")
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 4
    desk.locator(".desk-picture").dblclick()
    desk.get_by_role("dialog").get_by_label("Alternative text").fill("New")
    desk.keyboard.press("Enter")
    desk.get_by_role("dialog").wait_for(state="detached")

    assert written(desk) == f'<figure><img data-picture="{picture.pk}" alt="New"></figure>'


def test_picture_with_caption_is_put_in_by_keyboard_alone(chosen, picture):
    chosen.keyboard.press("End")
    let_selection_settle(chosen)  # else the word is still chosen, and gives way to the picture
    tool(chosen, "Picture with caption").press("Enter")
    dialog = chosen.get_by_role("dialog", name="Picture with caption")
    dialog.get_by_role("radio").wait_for()
    chosen.keyboard.type("archiv")
    chosen.keyboard.press("Enter")
    dialog.get_by_role("radio", name="Archive").wait_for()
    chosen.keyboard.press("Tab")
    chosen.keyboard.press("Space")
    chosen.keyboard.press("Tab")  # to the way to add another one
    chosen.keyboard.press("Tab")
    chosen.keyboard.type("A pass")
    chosen.keyboard.press("Tab")
    chosen.keyboard.type("The pass in spring")
    chosen.keyboard.press("Enter")
    dialog.wait_for(state="detached")

    figure = f'<img alt="A pass" data-picture="{picture.pk}">'
    caption = "<figcaption>The pass in spring</figcaption>"
    assert as_seen(written(chosen)) == f"<p>A word</p><figure>{figure}{caption}</figure>"


def test_tools_are_one_stop_and_arrows_walk_them(desk, article):
    open_article(desk, article)
    tool(desk, "Style").focus()
    desk.keyboard.press("ArrowRight")
    first = desk.evaluate("document.activeElement.getAttribute('aria-label')")
    desk.keyboard.press("End")
    last = desk.evaluate("document.activeElement.textContent")
    desk.keyboard.press("Tab")

    assert (first, last) == ("Bold", "Source")
    assert "desk-text" in desk.evaluate("document.activeElement.className")


# --- The rest of the desk -------------------------------------------------------------------------


PAGES = [
    "",
    "newsroom/article/",
    "newsroom/article/add/",
    "newsroom/article/{}/history/",
    "newsroom/article/{}/delete/",
    "newsroom/article/{}/as/outsider/",
    "newsroom/topicfile/",
    "newsroom/topicfile/add/",
    "newsroom/party/add/",
    "newsroom/event/",
    "newsroom/event/add/",
    "newsroom/contributor/add/",
    "newsroom/picture/",
    "newsroom/picture/add/",
    "newsroom/journal/",
    "membership/plan/add/",
    "membership/subscription/add/",
    "accounts/user/",
    "password_change/",
]


def test_browser_refuses_nothing_at_the_desk(desk, article, complaints):
    said = {}
    for address in PAGES:
        desk.goto(desk.address + address.format(article.pk))
        desk.evaluate("new Promise(requestIdleCallback)")  # its scripts have had their turn
        said[address] = (desk.title() != "", complaints.copy())

    assert said == dict.fromkeys(PAGES, (True, []))


def test_autocomplete_opens_without_complaint(desk, article):
    desk.goto(f"{desk.address}newsroom/correction/add/")
    desk.locator(".field-article .select2-selection").click()
    desk.get_by_role("option", name=article.headline).wait_for()
