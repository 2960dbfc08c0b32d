"""For everyone: whoever comes, with whatever eyes, hands, window and browser, can use each page.

Walks the tour over the seeds, which are loaded once for all tests of a module.
"""

import json
import os
from itertools import product

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import resolve
from django.utils import translation

from eurasia.policy import Policy, policy_of
from tests.browser.tour import Visitor, tour
from tests.test_policy import matches

pytestmark = [pytest.mark.browser, pytest.mark.inspection]


@pytest.fixture
def visitor(page, edition) -> Visitor:
    return Visitor(page, edition)


# --- All pages ------------------------------------------------------------------------------------

RULES = {
    "runOnly": [
        "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice",
    ],
    "rules": {"target-size": {"enabled": True}},  # of WCAG 2.2, off unless asked for
    "resultTypes": ["violations"],
    "iframes": False,
}  # fmt: skip

WINDOWS = list(product(["light", "dark"], [1280, 390]))


def meetings(pages, language, *, everywhere):
    """The pages to meet in a language, each with the windows to meet it in.

    `everywhere` each is met in both languages and in every window. Else once: every other one in
    English, light and wide, the rest in French, dark and narrow.
    """
    if everywhere:
        return [(page, WINDOWS) for page in pages]
    first, window = {"en": (0, ("light", 1280)), "fr": (1, ("dark", 390))}[language]
    return [(page, [window]) for page in pages[first::2]]


ALL_OF_IT = {"include": [["html"]]}
ASK_AXE = """async ([context, rules]) => (await axe.run(context, rules)).violations.flatMap(
    rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 120)}`))"""

#: What sticks out of the window: the names of the first few elements, none where nothing does.
STICKING_OUT = """() => {
    const width = document.documentElement.clientWidth
    if (document.scrollingElement.scrollWidth <= width) return []
    return [...document.body.querySelectorAll("*")]
        .filter(one => one.getBoundingClientRect().right > width + 0.5)
        .map(one => `${one.localName}.${one.getAttribute("class")}`).slice(0, 5)
}"""


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("part", range(4))
def test_page_is_for_everyone(visitor, language, part):
    """axe finds nothing, the browser objects to nothing, and nothing sticks out at 320 pixels."""
    visitor.page.emulate_media(reduced_motion="reduce")  # no colour is on its way to another
    found = {}
    everywhere = os.environ.get("AXE") == "all"
    for stop, windows in meetings(tour(language), language, everywhere=everywhere)[part::4]:
        visitor.visit(stop)
        said = [*visitor.complaints]
        visitor.page.evaluate(AXE_SCRIPT)
        for scheme, width in windows:
            visitor.page.emulate_media(color_scheme=scheme)
            visitor.page.set_viewport_size({"width": width, "height": 900})
            said += [
                f"{scheme}: {one}" for one in visitor.page.evaluate(ASK_AXE, [ALL_OF_IT, RULES])
            ]
        visitor.page.set_viewport_size({"width": 320, "height": 640})
        said += [f"sticks out: {one}" for one in visitor.page.evaluate(STICKING_OUT)]
        said += [one for one in visitor.complaints if one not in said]
        if said:
            found[stop.name] = said

    assert found == {}, json.dumps(found, indent=2, ensure_ascii=False)


def test_tour_leaves_no_page_out():
    """Each route for people is on the tour; those that are not say why."""
    left_out = {
        "home": "leads to the front page",
        "newsroom:picture": "a picture",
        "newsroom:rendition": "a picture",
        "newsroom:document": "a file",
        "newsroom:preview_document": "a file",
        "newsroom:card": "a picture",
        "newsroom:article_card": "a picture",
        "newsroom:preview_link": "the page of an article at another address",
        "newsroom:preview_picture": "a picture",
        "newsroom:citation": "a text file",
        "newsroom:article_twin": "a text file",
        "newsroom:file_twin": "a text file",
        "newsroom:revoke_feed": "its number is that of a feed: feeds/test_private.py",
        "membership:take_plan": "takes a form only",
        "membership:resume": "takes a form only",
        "membership:cancel": "its number is that of a subscription: tests/membership/test_views.py",
        "account:language": "takes a form only",
        "account:keep": "takes a form only",
        "account:end_session": "takes a form only",
        "mfa_login_webauthn": "takes what a script sends",
        "newsroom:save_article": "takes a form only",
        "newsroom:keep_place": "takes what a script sends",
        "account:data_file": "a file",
        "account_email_verification_sent": "the form of “login code” for a changed address",
        "account_complete_password_reset": "the form of “first password”, after a mailed code",
        "account_password_reset_completed": "leads to the account",
        "mfa_download_recovery_codes": "a text file",
        "mfa_reauthenticate_webauthn": "takes what a script sends",
        "mfa_remove_webauthn": "wants a key that no test has",
        "mfa_edit_webauthn": "wants a key that no test has",
    }
    toured = set()
    for language in ["en", "fr"]:
        with translation.override(language):
            toured |= {
                resolve(path).view_name
                for stop in tour(language)
                for path in [stop.path, stop.ends_at or stop.path]
                if stop.status == 200
            }
    for_people = {
        match.view_name
        for match in matches()
        if policy_of(match) in {Policy.PUBLIC, Policy.PRIVATE, Policy.READER_ONLY}
        and match.url_name
    }

    assert for_people - toured - left_out.keys() == set()


# --- By keyboard ----------------------------------------------------------------------------------

KEY_PAGES = ["front", "file", "article, wall"]

#: Where the focus is, whether it can be seen, and whether anything lies over it.
FOCUS = """() => {
    const one = document.activeElement
    if (one === document.body) return null
    one.dataset.number ??= document.querySelectorAll("[data-number]").length
    const style = getComputedStyle(one), box = one.getBoundingClientRect()
    const band = one.querySelector(".relation-reach")  // a line of the figure
    const banded = band && getComputedStyle(band).stroke === style.outlineColor
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
    const there = document.elementFromPoint(x, y)
    return {
        name: (one.getAttribute("aria-label") || one.textContent).trim().replace(/\\s+/g, " "),
        number: Number(one.dataset.number),
        outlined: banded || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
        seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && Boolean(there)
            && (one.contains(there) || there.contains(one) || one.getClientRects().length > 1),
        in_masthead: Boolean(one.closest(".masthead")),
    }
}"""


def stop_named(name, language="en"):
    return next(stop for stop in tour(language) if stop.name == name)


def focused_one_after_the_other(page):
    """Everything that Tab reaches, in its order, until it leaves the page."""
    reached = []
    for _press in range(200):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUS)
        if here is None or (reached and here["number"] == 0):
            return reached
        reached.append(here)
    raise AssertionError("Tab never leaves the page")


@pytest.mark.parametrize("name", KEY_PAGES)
@pytest.mark.parametrize("width", [1280, 390])
def test_whatever_tab_reaches_can_be_seen(visitor, name, width):
    visitor.page.emulate_media(reduced_motion="reduce")
    visitor.page.set_viewport_size({"width": width, "height": 900})
    visitor.visit(stop_named(name))

    reached = focused_one_after_the_other(visitor.page)

    assert len(reached) > 15
    assert [each["name"] for each in reached if not each["outlined"]] == []
    assert [each["name"] for each in reached if not each["seen"]] == []


@pytest.mark.parametrize("name", KEY_PAGES)
def test_tab_goes_through_the_masthead_as_it_is_read(visitor, name):
    visitor.visit(stop_named(name))

    reached = focused_one_after_the_other(visitor.page)

    masthead = [
        "Français",
        "Words to search for",
        "Search",
        "Sign in",
        "Subscribe",
        "EurasiaPeace",
        "Files",
        "Articles",
        "About",
    ]
    assert [each["name"] for each in reached[: len(masthead) + 1]] == [
        "Skip to the content",
        *masthead,
    ]
    assert [each["in_masthead"] for each in reached].count(True) == len(masthead)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_skip_link_comes_first_and_leads_to_the_content(visitor, language):
    page = visitor.page
    visitor.visit(stop_named("article, wall", language))

    page.keyboard.press("Tab")
    shown = page.evaluate(FOCUS)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert (shown["seen"], shown["outlined"]) == (True, True)
    assert page.evaluate("document.activeElement.closest('main') !== null")


# --- Other windows, other eyes --------------------------------------------------------------------


@pytest.mark.parametrize("name", [*KEY_PAGES, "article, full text", "login"])
def test_page_twice_as_large_fits(visitor, name):
    """Zoomed to 200 % in a window of 1280 pixels; then its letters alone."""
    page = visitor.page
    page.set_viewport_size({"width": 640, "height": 450})
    visitor.visit(stop_named(name))
    zoomed = page.evaluate(STICKING_OUT)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")

    assert (zoomed, page.evaluate(STICKING_OUT)) == ([], [])


@pytest.mark.parametrize("name", [*KEY_PAGES, "files"])
def test_page_in_forced_colours_takes_the_readers(visitor, name):
    """Text, focus and the lines of the figure; a button keeps its edge, having lost its ground."""
    page = visitor.page
    page.emulate_media(forced_colors="active", color_scheme="dark", reduced_motion="reduce")
    visitor.visit(stop_named(name))
    page.keyboard.press("Tab")

    ground, ink, lines, buttons = page.evaluate(
        """() => [
            getComputedStyle(document.documentElement).backgroundColor,
            getComputedStyle(document.querySelector("h1, h2")).color,
            [...document.querySelectorAll(".relation-line")].map(
                one => getComputedStyle(one).stroke),
            [...document.querySelectorAll(".button")].map(
                one => getComputedStyle(one).borderTopStyle),
        ]"""
    )
    assert (ground, ink) == ("rgb(0, 0, 0)", "rgb(255, 255, 255)")
    assert set(lines) <= {"rgb(255, 255, 255)"}
    assert set(buttons) <= {"solid"}
    assert page.evaluate(FOCUS)["outlined"]
    assert page.evaluate(STICKING_OUT) == []


@pytest.mark.parametrize("name", ["front", "file", "article, full text", "login"])
def test_nothing_moves_for_those_who_asked_for_rest(visitor, name):
    page = visitor.page
    page.emulate_media(reduced_motion="reduce")
    visitor.visit(stop_named(name))

    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter(one => {
            const style = getComputedStyle(one)
            const long = value => value.split(",").some(each => parseFloat(each) > 0.01)
            return long(style.transitionDuration)
                || (style.animationName !== "none" && long(style.animationDuration))
                || style.scrollBehavior === "smooth"
        }).map(one => one.localName)"""
    )

    assert moving == []


# --- Other browsers -------------------------------------------------------------------------------

READ = "document.querySelector('main').innerText.replace(/\\s+/g, ' ').trim()"


@pytest.mark.parametrize("name", ["front", "file", "files", "article, wall", "article, full text"])
def test_page_is_complete_without_javascript(visitor, edition, browser, name):
    visitor.visit(stop_named(name))
    plain = browser.new_context(java_script_enabled=False)
    other = Visitor(plain.new_page(), edition)
    other.visit(stop_named(name))

    assert other.page.evaluate(READ) == visitor.page.evaluate(READ)
    plain.close()


@pytest.mark.parametrize("name", ["front", "file", "article, wall", "article, full text", "login"])
def test_page_reads_in_order_without_its_style_sheets(visitor, name):
    page = visitor.page
    page.route("**/*.css", lambda route: route.abort())
    visitor.visit(stop_named(name))
    page.evaluate("for (const sheet of document.querySelectorAll('style')) sheet.remove()")

    order = page.evaluate(
        """() => [".skip-link", ".masthead", "h1", "main p", ".colophon"].map(
            each => document.querySelector(each)?.getBoundingClientRect().top)"""
    )
    too_large = page.evaluate(
        """() => [...document.querySelectorAll("svg")].filter(
            one => one.getBoundingClientRect().width > 640).map(one => one.outerHTML.slice(0, 9))"""
    )

    assert order == sorted(order)
    assert page.evaluate("getComputedStyle(document.body).display") == "block"
    assert too_large == []
