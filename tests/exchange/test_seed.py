"""The demo edition in `seeds/`: it loads whole, holds what it promises and gives nothing away."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from eurasia.exchange import markdown_files
from eurasia.membership.models import Plan
from eurasia.newsroom import rendering, vault
from eurasia.newsroom.models import Article, Contributor, Event, FullText, Party, TopicFile
from tests.exchange.conftest import picture_store, small_renditions, stored_files

SEEDS = settings.BASE_DIR / "seeds"
SHARED_PAGE = settings.BASE_DIR.parent / "shared" / "inputs" / "000_0efd705b44b6c4ee.txt"
FILES = [
    "Relations between Iran and its neighboring countries",
    "Relations between Iran and the United States",
    "Relations between Iran and the BRICS",
    "Relations between Turkey and the European Union",
    "Relations between Turkey and the BRICS",
]


def runs(text: str) -> set[tuple[str, ...]]:
    """Every eight words of a text that follow each other."""
    words = re.findall(r"\w+", rendering.plain_text(text).casefold())
    return {tuple(words[start : start + 8]) for start in range(len(words) - 7)}


def all_runs(texts: list[str]) -> set[tuple[str, ...]]:
    return set().union(*map(runs, texts))


@pytest.fixture(scope="module")
def own_picture_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One store for the one time that the seeds are loaded."""
    with picture_store(tmp_path_factory.mktemp("pictures")):
        yield


@pytest.fixture(scope="module")
def loaded(own_picture_store: None, db_of_the_module: None) -> None:
    with small_renditions():
        call_command("seed")


@pytest.fixture
def seeds(loaded: None, db: None) -> None:
    """The demo edition; whatever a test does to it, the next finds it whole."""


def test_seed_loads_everything_without_a_complaint(db, capsys):
    with small_renditions():
        call_command("seed")
        call_command("seed")

    out, err = capsys.readouterr()
    created, unchanged = re.findall(r"[1-9]\d* \w+", out)
    assert created.removesuffix(" created") == unchanged.removesuffix(" unchanged")
    assert out == (
        f"{created}, 0 updated, 0 unchanged, 0 kept, 0 not loaded\n"
        f"0 created, 0 updated, {unchanged}, 0 kept, 0 not loaded\n"
    )
    assert err == ""


def test_five_files_have_their_exact_names_in_their_order(seeds):
    files = TopicFile.objects.in_order()

    assert [file.name_en for file in files] == FILES
    assert {file.status for file in files} == {"followed"}
    assert [file for file in files if not file.introduction_en or not file.introduction_fr] == []
    assert [file for file in files if file.file_parties.count() < 2] == []
    assert [file for file in files if file.events.count() < 5] == []


def test_fourteen_articles_at_least_and_four_of_them_translated(seeds):
    articles = Article.objects.all()
    languages = Counter(article.language for article in articles)
    works = Counter(article.work for article in articles)

    assert languages["en"] >= 10
    assert languages["fr"] >= 4
    assert list(works.values()).count(2) >= 4
    assert Article.objects.get(language="en", slug="a-pragmatic-alliance").headline == (
        "A Pragmatic Alliance?"
    )
    assert [article for article in articles if not article.files.exists()] == []
    assert [article for article in articles if not article.contributors.exists()] == []


def test_one_is_open_to_everyone_one_scheduled_and_one_a_draft(seeds):
    at = timezone.now()

    assert Article.objects.published(at).filter(access="everyone").exists()
    assert Article.objects.filter(status="published", published_at__gt=at).exists()
    assert Article.objects.filter(status="draft").exists()
    assert Article.objects.published(at).count() >= 14


def test_a_plan_is_offered(seeds):
    assert [plan.slug for plan in Plan.objects.offered()] == ["free"]


def test_every_published_article_has_a_full_text(seeds):
    with vault.opened("export"):
        empty = list(FullText.objects.filter(body_html="").values_list("article__slug", flat=True))

    assert empty == []


def test_dates_of_the_chronology_are_past_and_sourced(seeds):
    today = timezone.localdate()

    assert list(Event.objects.filter(on__gt=today)) == []
    assert list(Event.objects.exclude(source_url__startswith="https://")) == []


def test_pictures_are_kept_apart(seeds):
    folders = Counter(name.split("/")[0] for name in stored_files())

    assert set(folders) == {"pictures", "gated"}


def public_texts() -> list[str]:
    """Every field of the database that an outsider may come to see."""
    at = timezone.now()
    fields: list[tuple[Any, list[str]]] = [
        (
            Article.objects.published(at),
            ["headline", "standfirst", "teaser_html", "teaser_notes", "cover_alt"],
        ),
        (TopicFile.objects.all(), ["name_en", "name_fr", "introduction_en", "introduction_fr"]),
        (Party.objects.all(), ["name_en", "name_fr"]),
        (Event.objects.all(), ["text_en", "text_fr", "source_title"]),
        (Plan.objects.all(), ["name_en", "name_fr", "description_en", "description_fr"]),
        (Contributor.objects.all(), ["name", "about_en", "about_fr"]),
    ]
    return [
        text for rows, names in fields for row in rows.values_list(*names) for text in row if text
    ]


def gated_texts() -> dict[str, str]:
    """What only subscribers may read, and unpublished articles whole."""
    at = timezone.now()
    with vault.opened("export"):
        bodies = {text.pk: text.body_html + text.body_notes for text in FullText.objects.all()}
    gated = {}
    for article in Article.objects.all():
        if not article.is_published(at):
            gated[article.slug] = "".join(
                [
                    f"<p>{article.headline}</p><p>{article.standfirst}</p>",
                    article.teaser_html, article.teaser_notes, bodies[article.pk],
                ]
            )  # fmt: skip
        elif article.access == "subscribers":
            gated[article.slug] = bodies[article.pk]
    return gated


def test_no_eight_words_of_a_gated_text_stand_in_a_public_field(seeds):
    public = all_runs(public_texts())
    gated = {slug: runs(text) for slug, text in gated_texts().items()}

    assert min(map(len, gated.values())) > 100
    assert {
        slug: [" ".join(run) for run in texts & public]
        for slug, texts in gated.items()
        if texts & public
    } == {}


def test_no_gated_sentence_stands_on_the_front_page(seeds, client):
    page = runs(client.get("/en/").text) | runs(client.get("/fr/").text)

    assert [slug for slug, text in gated_texts().items() if runs(text) & page] == []


@pytest.mark.needs("shared")
def test_no_sentence_of_the_page_that_the_seeds_retell_stands_in_them():
    # Its first line is the list of files, whose names are ours to use.
    theirs = all_runs(SHARED_PAGE.read_text().splitlines()[1:])
    ours = {
        path.relative_to(SEEDS).as_posix(): runs(path.read_text())
        for path in sorted(SEEDS.rglob("*"))
        if path.suffix in {".md", ".yaml"}
    }

    assert len(theirs) > 200
    assert {
        name: [" ".join(run) for run in texts & theirs]
        for name, texts in ours.items()
        if texts & theirs
    } == {}


def test_seeds_are_read_alike_from_another_place(tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.symlink_to(SEEDS)

    there, here = markdown_files.read(elsewhere), markdown_files.read(SEEDS)

    assert there.problems == here.problems == []
    assert [article.digest for article in there.articles] == [
        article.digest for article in here.articles
    ]
