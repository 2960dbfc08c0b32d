"""The list of articles: what its columns say, what its filters find, and how long it takes."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from eurasia.newsroom import drafting, publishing
from eurasia.newsroom.models import Article
from tests.journal import fill
from tests.newsroom.desk.roles import member_of
from tests.pages import texts, tree_of
from tests.proof import IS_PROOF, scaled

ARTICLES = "/admin/newsroom/article/"
ROWS = "//table[@id='result_list']/tbody/tr"


def headlines(response):
    return texts(tree_of(response), f"{ROWS}//*[contains(@class, 'field-headline')]")


def column(response, name):
    return texts(tree_of(response), f"{ROWS}//*[contains(@class, 'field-{name}')]")


# --- Columns --------------------------------------------------------------------------------------


def test_row_says_what_an_editor_wants_to_know(client, editor, article, write_article, now):
    write_article("passage", language="fr", work=article.work, status="draft")
    assigned = write_article("assigned", status="draft", access="everyone")
    publishing.submit(assigned, by=editor, to=editor)
    client.force_login(editor)

    page = client.get(ARTICLES)

    assert headlines(page) == [
        "Headline of assigned",
        "Headline of passage",
        "Headline of the-crossing",
    ]
    assert column(page, "translation") == [
        "English, no translation",
        "Français, translated",
        "English, translated",
    ]
    assert column(page, "state") == ["in review", "draft", "published"]
    assert column(page, "assignee") == [editor.email, "-", "-"]
    assert column(page, "in_files") == ["Relations between Iran and the BRICS"] * 3
    assert column(page, "access") == ["everyone", "subscribers", "subscribers"]
    assert column(page, "last_saved")[0].endswith(editor.email)


def test_newest_save_stands_first_and_waiting_changes_are_one(client, editor, write_article, now):
    live, newer = write_article("live"), write_article("newer")
    drafting.stage(
        live, {**drafting.values_of(live), "headline": "Waits"}, by=editor, at=timezone.now()
    )
    client.force_login(editor)

    page = client.get(ARTICLES)

    assert headlines(page) == ["Headline of live", "Headline of newer"]
    assert column(page, "state") == ["published, changes wait", "published"]
    assert column(page, "last_saved")[0].endswith(editor.email)
    assert newer.saved_by is None


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_as_many_queries_for_three_as_for_one(
    count, client, editor, write_article, django_assert_num_queries
):
    for number in range(count):
        english = write_article(f"piece-{number}")
        write_article(f"texte-{number}", language="fr", work=english.work)
    client.force_login(editor)
    client.get(ARTICLES)

    with django_assert_num_queries(10):
        client.get(ARTICLES)


# --- Filters --------------------------------------------------------------------------------------


@pytest.fixture
def shelf(write_article, editor, now):
    """An article in every state; one is live with changes that wait."""
    for status in ["draft", "in_review", "withdrawn", "deleted"]:
        deleted_at = now if status == "deleted" else None
        write_article(status.replace("_", "-"), status=status, deleted_at=deleted_at)
    write_article("scheduled", published_at=now + timedelta(minutes=1))
    write_article("published")
    live = write_article("waiting", access="everyone")
    drafting.stage(live, drafting.values_of(live), by=editor, at=now)
    write_article("texte", language="fr", work=live.work, files=[], owner=editor, assignee=editor)
    return live


FOUND = {
    "state=draft": ["draft"],
    "state=in_review": ["in-review"],
    "state=scheduled": ["scheduled"],
    "state=published": ["published", "texte", "waiting"],
    "state=waiting": ["waiting"],
    "state=withdrawn": ["withdrawn"],
    "whose=mine": ["texte"],
    "whose=assigned": ["texte"],
    "language__exact=fr": ["texte"],
    "access__exact=everyone": ["waiting"],
    "translation=missing": ["draft", "in-review", "published", "scheduled", "withdrawn"],
    "translation=behind": [],
}


def test_filter_finds(client, editor, shelf):
    client.force_login(editor)

    found = {asked: sorted(headlines(client.get(f"{ARTICLES}?{asked}"))) for asked in FOUND}

    assert found == {
        asked: [f"Headline of {slug}" for slug in slugs] for asked, slugs in FOUND.items()
    }


def test_filter_by_file_and_by_translation_behind_find(client, editor, shelf, topic_file):
    texte = Article.objects.get(slug="texte")
    Article.objects.filter(pk=texte.pk).update(translated_version=shelf.version)
    shelf.headline = "Changed since"
    publishing.write(shelf, None, by=None, reason="desk")
    client.force_login(editor)

    behind = client.get(f"{ARTICLES}?translation=behind")
    outside = client.get(f"{ARTICLES}?files__id__exact={topic_file.pk}")

    assert sorted(headlines(behind)) == ["Changed since", "Headline of texte"]
    assert set(column(behind, "translation")) == {
        "English, translation behind",
        "Français, translation behind",
    }
    assert "Headline of texte" not in headlines(outside)
    assert len(headlines(outside)) == 6


# --- Search ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word, found",
    [("crossing", True), ("border", True), ("desk", True), ("caravan", True), ("zebu", False)],
)
def test_search_finds_headline_teaser_byline_and_full_text(word, found, client, editor, article):
    client.force_login(editor)

    assert bool(headlines(client.get(f"{ARTICLES}?q=iran+{word}"))) is found


def test_search_of_staff_without_full_texts_knows_public_words_alone(client, colleague, article):
    client.force_login(colleague)

    assert headlines(client.get(f"{ARTICLES}?q=caravan")) == []
    assert headlines(client.get(f"{ARTICLES}?q=border")) == ["Headline of the-crossing"]


def test_empty_list_says_so_and_what_to_do(client, editor):
    client.force_login(editor)

    page = client.get(ARTICLES)
    searched = client.get(f"{ARTICLES}?q=zebu")

    assert texts(tree_of(page), "//*[contains(@class, 'desk-empty')]") == [
        "Nothing here yet. Add article"
    ]
    assert texts(tree_of(searched), "//*[contains(@class, 'desk-empty')]") == [
        "Nothing matches this search and these filters. Show all"
    ]


def test_writer_sees_own_articles_alone(client, write_article):
    writer = member_of("Writers")
    write_article("others", status="draft")
    write_article("own", status="draft", owner=writer)
    client.force_login(writer)

    assert headlines(client.get(ARTICLES)) == ["Headline of own"]
    assert headlines(client.get(f"{ARTICLES}?q=caravan")) == ["Headline of own"]


# --- Ten thousand ---------------------------------------------------------------------------------


@pytest.fixture
def many(db, topic_file, editor):
    """10,000 articles of 1,500 words (a fiftieth of that in the suite), half of them translated."""
    fill(scaled(10_000), topic_file, editor, words=1_500)


@pytest.mark.proof
def test_list_of_ten_thousand_opens_in_300_ms(client, editor, many, topic_file):
    client.force_login(editor)
    asked = [
        "",
        f"?p={scaled(150)}",
        "?state=published",
        "?translation=missing",
        "?translation=behind",
        "?whose=mine",
        f"?files__id__exact={topic_file.pk}",
        "?o=1",
        "?q=9999",
        "?q=zebu",
        "?q=corridor",  # stands everywhere, in teasers and full texts
        "?q=grain+rails+corridor",
        "?q=ba+ca+da+fa+ga+la+ma+na",  # and these nearly so, in full texts
        "?q=gr",
        "?q=ba",  # begins a twelfth of the language
        "?q=bacad",
        "?q=Hayat+Tahrir+al-Cham",
        "?q=ba&state=published&language__exact=en&o=1",
    ]

    slow = {}
    for address in asked:
        taken = []
        for _time in range(5 if IS_PROOF else 1):
            begun = time.perf_counter()
            response = client.get(ARTICLES + address)
            taken.append(time.perf_counter() - begun)
        assert response.status_code == 200
        print(f"{address}: {min(taken) * 1000:.0f} ms")  # noqa: T201 - the figure for the note
        if min(taken) >= 0.3:
            slow[address] = min(taken)

    assert slow == {} or not IS_PROOF
