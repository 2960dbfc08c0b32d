"""The page of a translation, and the order of files, in a browser."""

import pytest

from eurasia.newsroom import vault
from eurasia.newsroom.models import Article, FullText, TopicFile

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]


def test_editors_of_rows_open_where_one_looks_and_save_what_was_typed(desk, write_article):
    original = write_article(body="".join(f"<p>Paragraph {n}.</p>" for n in range(60)))
    desk.goto(f"{desk.address}newsroom/article/{original.pk}/translate/")
    desk.get_by_label("Headline").fill("Titre")
    first = desk.get_by_role("textbox", name="French, Full text, block 1", exact=True)
    first.and_(desk.locator(".desk-text")).press_sequentially("Un.")
    opened = desk.locator(".desk-text").count()

    desk.locator("#id_body-59").focus()  # far below: still a text area
    desk.keyboard.type("Soixante.")
    desk.locator("#id_body-58").locator(
        "xpath=ancestor::*[contains(@class, 'desk-pair')]"
    ).get_by_role("button", name="Copy the original").press("Enter")
    desk.get_by_role("button", name="Save").press("Enter")
    desk.get_by_text("Saved.").wait_for()

    with vault.opened("desk"):
        body = FullText.objects.get(article=Article.objects.get(language="fr")).body
    assert opened < 30
    assert body == "<p>Un.</p>\n<p>Paragraph 58.</p>\n<p>Soixante.</p>"


def test_files_are_put_in_order_by_keyboard(desk, topic_file):
    TopicFile.objects.create(slug="gulf", name_en="Gulf", name_fr="Golfe", position=1)
    desk.goto(f"{desk.address}newsroom/topicfile/")

    desk.get_by_role("button", name="Move up: Gulf").press("Alt+ArrowUp")
    desk.get_by_role("button", name="Save", exact=True).press("Enter")
    desk.get_by_text("changed successfully").wait_for()

    assert [file.slug for file in TopicFile.objects.in_order()] == ["gulf", "iran-brics"]
