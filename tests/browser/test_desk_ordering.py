"""Files and bylines in the editor's order: by button, by key and by dragging."""

import pytest

from eurasia.newsroom.models import ArticleFile, TopicFile
from tests.browser.test_desk_editor import open_article, save

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]


@pytest.fixture
def article(write_article, topic_file):
    others = [
        TopicFile.objects.create(slug=slug, name_en=slug.title(), name_fr=slug.title(), position=9)
        for slug in ["caucasus", "gulf"]
    ]
    return write_article(files=[topic_file, *others], status="draft", published_at=None)


def files_of(article):
    rows = ArticleFile.objects.filter(article=article).order_by("position", "id")
    return [row.file.slug for row in rows]


@pytest.fixture
def files(desk, article):
    open_article(desk, article)
    return desk.locator(".field-in_files")


def test_files_are_moved_by_button_and_by_key(desk, files, article):
    files.get_by_role("button", name="Move up: Gulf").press("Enter")
    files.get_by_role("button", name="Move up: Gulf").press("Alt+ArrowUp")

    focused = desk.evaluate("document.activeElement.getAttribute('aria-label')")
    said = files.get_by_role("status").text_content()
    save(desk)
    assert (focused, said) == ("Move up: Gulf", "Gulf is now number 1 of 3.")
    assert files_of(article) == ["gulf", "iran-brics", "caucasus"]


def test_files_are_dragged(desk, files, article):
    handles = files.locator(".desk-handle")
    handles.nth(2).drag_to(files.locator("li").nth(0), target_position={"x": 5, "y": 2})
    save(desk)

    assert files_of(article) == ["gulf", "iran-brics", "caucasus"]


def test_files_are_taken_out_and_added(desk, files, article):
    files.get_by_role("button", name="Remove: Caucasus").press("Enter")
    files.get_by_role("button", name="Remove: Gulf").press("Enter")
    files.get_by_role("button", name="Add another").press("Enter")
    desk.keyboard.type("Caucasus")
    save(desk)

    assert files_of(article) == ["iran-brics", "caucasus"]
