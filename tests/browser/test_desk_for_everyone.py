"""The desk for everyone: axe finds nothing of ours on its pages, the browser refuses nothing, and
nothing is asked of anybody else. The pages of the second factor are on the tour of the site.
"""

import json
import os
from datetime import timedelta

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.core.files.base import ContentFile
from django.utils import timezone

from eurasia.membership import subscribing
from eurasia.newsroom import colleagues, drafting, previewing, publishing, versions
from eurasia.newsroom.desk.articles import ArticleForm
from eurasia.newsroom.models import (
    Contributor,
    Event,
    FileParty,
    Party,
    Picture,
    SpelledName,
    Spelling,
)
from tests.browser.test_everyone import ALL_OF_IT, ASK_AXE, STICKING_OUT, meetings
from tests.browser.test_everyone import RULES as OF_THE_SITE
from tests.newsroom.test_documents import pdf
from tests.newsroom.test_pictures import png_bytes

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]

#: The head and the side are the same on each page: axe looks at them on two.
WITHIN = {"exclude": [["#header"], ["#nav-sidebar"]]}

#: What stays in sight while one scrolls lies over something in any window.
UNSTICK = """() => document.querySelectorAll(".desk-foot, .desk-tools").forEach(
    one => { one.style.position = "static" })"""

#: What axe finds in Django's own templates and scripts (5.2): its rule, and the place.
DJANGOS = [
    ("aria-input-field-name", "select2-"),  # the chooser of a related row has no name
    ("label-title-only", 'id="searchbar"'),  # the search of a list has a picture for a label
    ("empty-table-header", 'class="original"'),  # the first column of rows within a page
]
#: The sheets have been loaded once: axe would fetch them again, for a rule that is not asked for.
RULES = {**OF_THE_SITE, "preload": False}


@pytest.fixture
def pages(write_article, topic_file, editor, subscriber, plan):
    """The pages of the desk, each with something on it."""
    at = timezone.now()
    held = subscribing.grant(
        reader=subscriber, plan=plan, starts_at=at, ends_at=at + timedelta(days=9), note="A gift",
        by=editor,
    )  # fmt: skip
    live = write_article(work="crossing", owner=editor)
    write_article("le-passage", language="fr", work="crossing", translated_version=1)
    draft = write_article("draft", status="draft", published_at=None)
    reviewed = write_article("reviewed", status="in_review", published_at=None, assignee=editor)
    planned = write_article("planned", published_at=at + timedelta(days=1))
    publishing.delete(write_article("gone"), by=editor, at=at)
    publishing.correct(live, "A name was misspelt.", at=at)
    colleagues.note(reviewed, "Is the date right?", by=editor, at=at)
    link, _token = previewing.make_link(live, made_for="A guest", by=editor, at=at, days=7)
    change(live, by=editor, at=at)
    kept = drafting.autosave(
        draft, {"teaser": ["<p>Typed.</p>"]}, editor=editor, tab="0" * 32, lock="1.0", at=at
    )
    iran = Party.objects.create(slug="iran", name_en="Iran", name_fr="Iran")
    FileParty.objects.create(file=topic_file, party=iran)
    event = Event.objects.create(
        file=topic_file, on=at.date(), text_en="A visit.", text_fr="Une visite.",
        source_title="Gazette", source_url="https://gazette.example/",
    )  # fmt: skip
    name = SpelledName.objects.create()
    for text in ["Qwerty", "قورتي"]:
        Spelling.objects.create(name=name, text=text)
    picture = Picture.objects.create(file=ContentFile(png_bytes(), name="view.png"), credit="Me")
    of_live, of_draft, of_reviewed, of_planned = (
        f"newsroom/article/{article.pk}/" for article in [live, draft, reviewed, planned]
    )
    return [
        "", "newsroom/", "password_change/",
        "newsroom/journal/1/change/", "newsroom/journal/1/history/",
        "newsroom/article/", "newsroom/article/?q=nowhere", "newsroom/article/add/",
        "bulk: publish", "bulk: withdraw", "newsroom/article/calendar/", "newsroom/article/bin/",
        *[of_live + page for page in [
            "change/", "publish/", "throw-away/", "withdraw/", "delete/", "notes/", "translate/",
            "preview/", "preview/?as=subscriber&width=phone", f"preview/{link.pk}/",
            "history/", "history/compare/",
            f"history/{versions.saves_of(live)[-1].key}/restore/",
        ]],
        *[of_draft + page for page in ["change/", "submit/", "publish/"]],
        f"newsroom/article/unsaved/{kept.pk}/",
        *[of_reviewed + page for page in ["change/", "give-back/"]],
        of_planned + "unschedule/",
        "newsroom/topicfile/",
        *[f"newsroom/topicfile/{topic_file.pk}/{page}/" for page in ["change", "close"]],
        *list_and_row("newsroom/event", event), *list_and_row("newsroom/party", iran),
        *list_and_row("newsroom/contributor", Contributor.objects.get()),
        *list_and_row("newsroom/spelledname", name),
        *list_and_row("newsroom/correction", live.corrections.get()),
        *list_and_row("newsroom/picture", picture), "newsroom/picture/add/",
        *list_and_row("newsroom/document", pdf()), "newsroom/document/add/",
        *list_and_row("membership/plan", plan),
        *list_and_row("membership/subscription", held),
        "membership/subscription/add/", "membership/subscription/grant-list/", "list: check",
        *[f"membership/subscription/{held.pk}/{act}/" for act in ["extend", "end"]],
        *list_and_row("accounts/user", subscriber), "accounts/user/?state=running&q=nobody",
        f"accounts/user/{subscriber.pk}/history/", "accounts/user/log/", "accounts/user/export/",
        "newsroom/article/why/",
        f"newsroom/article/why/?reader={subscriber.pk}&article={live.pk}&at=",
    ]  # fmt: skip


def change(live, *, by, at):
    """Something waits to be published."""
    labels = {name: ArticleForm(instance=live).initial.get(name) for name in drafting.LABELS}
    drafting.stage(live, {**labels, "teaser": "<p>New words.</p>", "body": None}, by=by, at=at)


def list_and_row(of, row):
    return [f"{of}/", f"{of}/{row.pk}/change/"]


@pytest.mark.inspection
@pytest.mark.parametrize("language", ["en", "fr"])
def test_desk_page_is_for_everyone(language, desk, pages, editor, complaints):
    """With DESK=all, in minutes, each page everywhere."""
    editor.language = language
    editor.save()
    desk.emulate_media(reduced_motion="reduce")
    asked = []
    desk.on("request", lambda request: asked.append(request.url))
    found = {}
    everywhere = os.environ.get("DESK") == "all"
    for address, windows in meetings(pages, language, everywhere=everywhere):
        answer = visit(desk, address)
        said = [] if answer.status == 200 else [f"answered {answer.status}"]
        said += look_at(desk, address, windows, complaints)
        if said:
            found[address] = said
    here = desk.address.removesuffix("admin/")

    assert found == {}, json.dumps(found, indent=1, ensure_ascii=False)
    assert [address for address in asked if not address.startswith(here)] == []


def visit(page, address):
    """An address of the desk, what follows when all articles are chosen for some act, or a list
    of readers that has been checked.
    """
    if address == "list: check":
        return check_list(page)
    _before, bulk, act = address.partition("bulk: ")
    if not bulk:
        return page.goto(page.address + address)
    page.goto(f"{page.address}newsroom/article/")
    page.locator("#action-toggle").check()
    page.get_by_role("combobox").and_(page.locator("[name=action]")).select_option(act)
    with page.expect_navigation() as answer:
        page.locator("button[name=index]").click()
    return answer.value


def check_list(page):
    page.goto(f"{page.address}membership/subscription/grant-list/")
    rows = "email,phone\nsubscriber@example.org,1\neditor@example.org,2\nnonsense,3\n"
    page.locator("[name=file]").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    page.locator("[name=plan]").select_option(index=1)
    page.locator("[name=note]").fill("A list")
    with page.expect_navigation() as answer:
        page.locator("#content .default").click()
    return answer.value


def look_at(page, address, windows, complaints):
    """What axe finds, but for what is Django's, and what sticks out of some window."""
    heard, found = len(complaints), []
    context = ALL_OF_IT if address in {"", "newsroom/"} else WITHIN
    page.evaluate(AXE_SCRIPT)
    page.evaluate(UNSTICK)
    for scheme, width in windows:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        found += [
            f"{scheme} {width}: {one}"
            for one in page.evaluate(ASK_AXE, [context, RULES])
            if not any(one.startswith(f"{rule}:") and place in one for rule, place in DJANGOS)
        ]
    for width in [320, 640, 1280]:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{width}: sticks out: {one}" for one in page.evaluate(STICKING_OUT)]
    del complaints[heard:]  # axe tries inline styles, which the policy refuses
    return found
