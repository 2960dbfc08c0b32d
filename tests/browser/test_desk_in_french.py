"""A day at the desk by keyboard alone, in French: from an empty page to a corrected article and its
translation. Tab, arrows, Enter, Space and shortcuts; no pointer, and no script puts the focus.
"""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from eurasia.newsroom.models import Article, Contributor
from tests.browser.test_desk_editor import let_selection_settle
from tests.conftest import HttpsClient
from tests.pages import tree_of

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]

#: Nothing that an editor does all day lies further away.
FAR = 25

HEADLINE = "Le pont de Termez"
SENTENCES = [
    TEASER := "Un pont a rouvert ce matin.",
    TEXT := "Sept camions ont passé la nuit",
    NOTE := "Registre de la douane.",
    CHANGE := "Un huitième attendait.",
    CORRECTION := "Le pont a rouvert mardi.",
    ENGLISH_TEASER := "A bridge has opened.",
    ENGLISH_TEXT := "Seven trucks stayed for the night.",
]

#: What has the focus, whether one sees that it has, and whether it is what was wanted.
FOCUS = """wanted => {
    const one = document.activeElement, style = getComputedStyle(one)
    const box = one.getBoundingClientRect()
    const is_outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
    return {
        what: one.outerHTML.slice(0, 200),
        is_seen: is_outlined && box.width > 0 && box.bottom > 0 && box.top < innerHeight,
        is_it: wanted.includes(one),
    }
}"""


class Hands:
    """On a keyboard."""

    def __init__(self, page):
        self.page = page
        self.press = page.keyboard.press
        self.type = page.keyboard.type

    def reach(self, role, name, *, within=None):
        """Press Tab until this has the focus: it must be near, and each stop must be seen."""
        return self.tab_to((within or self.page).get_by_role(role, name=name, exact=True))

    def tab_to(self, wanted):
        wanted.first.wait_for(state="attached")
        elements, passed = wanted.element_handles(), []
        while len(passed) < FAR:
            self.press("Tab")
            here = self.page.evaluate(FOCUS, elements)
            assert here["is_seen"], here["what"]
            if here["is_it"]:
                return wanted
            passed.append(here["what"])
        raise AssertionError(f"{wanted} is too far away, behind {passed}")

    def skip_menus(self):
        if self.page.url.endswith("#content-start"):
            return  # an act leads back to where it was begun
        self.reach("link", "Passer au contenu principal")
        self.press("Enter")

    def go(self, name, role="link"):
        """To something in the content of the page, and through it."""
        self.skip_menus()
        self.reach(role, name)
        self.turn_page("Enter")

    def turn_page(self, key):
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.press(key)

    def hear(self, message):
        expect(self.page.locator(".messagelist")).to_contain_text(message)


@pytest.fixture
def hands(desk, editor, topic_file):
    editor.language = "fr"
    editor.save()
    Contributor.objects.create(slug="redaction", name="La rédaction")
    desk.goto(f"{desk.address}newsroom/article/")
    return Hands(desk)


def page_for(reader, article):
    client = HttpsClient()
    if reader:
        client.force_login(reader)
    return client.get(article.get_absolute_url())


def seen_by(reader, article):
    """Which sentences somebody finds at the address of an article, or the status."""
    answer = page_for(reader, article)
    if answer.status_code != 200:
        return answer.status_code
    return [sentence for sentence in SENTENCES if sentence in answer.content.decode()]


def seen_at(article, xpath):
    return tree_of(page_for(None, article)).xpath(xpath)


def test_article_is_made_by_keyboard_alone(hands, subscriber, time_machine):
    article = write(hands)
    moment = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0)
    moment += timedelta(days=1)
    schedule(hands, moment)

    time_machine.move_to(moment - timedelta(microseconds=1), tick=False)
    assert seen_by(None, article) == seen_by(subscriber, article) == 404
    time_machine.move_to(moment, tick=False)
    assert seen_by(None, article) == [TEASER]
    assert seen_by(subscriber, article) == [TEASER, TEXT, NOTE]

    time_machine.move_to(moment)
    open_on_another_day(hands)
    change(hands)
    assert seen_by(subscriber, article) == [TEASER, TEXT, NOTE]
    publish_changes(hands, CORRECTION)
    assert seen_by(None, article) == [TEASER, CORRECTION]
    days = "//section[@class='corrections']//time/@datetime"
    assert seen_at(article, days) == [moment.date().isoformat()]
    assert seen_by(subscriber, article) == [TEASER, TEXT, NOTE, CHANGE, CORRECTION]

    restore(hands)
    assert seen_by(subscriber, article) == [TEASER, TEXT, NOTE, CHANGE, CORRECTION]
    publish_changes(hands)
    assert seen_by(subscriber, article) == [TEASER, TEXT, NOTE, CORRECTION]

    translation = translate(hands)
    assert seen_by(subscriber, translation) == 404
    publish(hands)
    assert seen_by(None, translation) == [ENGLISH_TEASER]
    assert seen_by(subscriber, translation) == [ENGLISH_TEASER, ENGLISH_TEXT]
    other_language = "//main//a[@rel='alternate']/@href"
    assert seen_at(article, other_language) == [translation.get_absolute_url()]
    assert seen_at(translation, other_language) == [article.get_absolute_url()]


def write(hands):
    hands.go("Ajouter\u202f: article")
    expect(hands.page.get_by_role("textbox", name="Titre")).to_be_focused()
    hands.type(HEADLINE)
    hands.reach("textbox", "Chapeau :")
    hands.type("Ce que la réouverture change.")
    hands.reach("textbox", "Extrait :")
    hands.type(TEASER)
    body = hands.reach("textbox", "Texte intégral :")
    hands.type(TEXT)
    hands.press("Control+Alt+f")
    asked = hands.page.get_by_role("dialog", name="Note")
    expect(asked.get_by_role("textbox", name="Texte")).to_be_focused()
    hands.type(NOTE)
    hands.press("Enter")
    expect(body).to_contain_text(NOTE)
    expect(body).to_be_focused()
    hands.type(".")
    hands.reach("combobox", "Langue :")
    hands.type("Fr")
    for name, first in [("Dossiers", "Relations"), ("Signatures", "La")]:
        group = hands.page.get_by_role("group", name=name)
        hands.reach("combobox", "Choix 1", within=group)
        hands.type(first)
    hands.turn_page("Control+s")
    hands.hear("ajout")
    return Article.objects.get()


def schedule(hands, moment):
    hands.go("Publier…")
    hands.skip_menus()
    hands.reach("radio", "Maintenant")
    hands.press("ArrowDown")
    field = hands.tab_to(hands.page.get_by_label("Jour et heure"))
    hands.type(f"{moment:%m%d%Y}")
    hands.press("ArrowRight")
    hands.type(f"{moment:%I%M%p}")
    expect(field).to_have_value(f"{moment:%Y-%m-%dT%H:%M}")
    publish_all_the_same(hands, "Publier")
    hands.hear("Programmé pour le")


def publish_all_the_same(hands, button):
    """The checklist finds the teaser short."""
    hands.reach("checkbox", "Publier quand même")
    hands.press("Space")
    hands.reach("button", button)
    hands.turn_page("Enter")


def publish(hands):
    hands.go("Publier…")
    hands.skip_menus()
    hands.reach("radio", "Maintenant")
    publish_all_the_same(hands, "Publier")
    hands.hear("les lecteurs le voient")


def open_on_another_day(hands):
    """From the calendar."""
    hands.go("Calendrier")
    hands.go(HEADLINE)


def change(hands):
    hands.skip_menus()
    hands.reach("textbox", "Texte intégral :")
    let_selection_settle(hands.page)
    hands.press("Control+End")
    hands.type(f" {CHANGE}")
    hands.turn_page("Control+s")
    expect(hands.page.get_by_role("region", name="Publié")).to_contain_text(
        "Des modifications attendent"
    )


def publish_changes(hands, correction=""):
    hands.go("Publier les modifications…")
    hands.skip_menus()
    hands.reach("textbox", "Correction (facultative)")
    hands.type(correction)
    publish_all_the_same(hands, "Publier les modifications")
    hands.hear("publiées")


def restore(hands):
    hands.go("Historique")
    hands.go("Restaurer… (Version 1)")
    hands.go("Restaurer", "button")


def translate(hands):
    hands.go("Traduire en anglais")
    hands.skip_menus()
    hands.reach("textbox", "Titre :")
    hands.type("The bridge of Termez")
    hands.reach("textbox", "Anglais, Extrait, bloc 1")
    hands.type(ENGLISH_TEASER)
    hands.reach("textbox", "Anglais, Texte intégral, bloc 1")
    hands.type(ENGLISH_TEXT)
    hands.turn_page("Control+s")
    hands.hear("Enregistré.")
    hands.go("Page de la traduction")
    return Article.objects.get(language="en")
