"""What an edition becomes in the database, and what happens to it when it comes again."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from eurasia.exchange import loading, markdown_files
from eurasia.exchange.loading import Outcome, Report
from eurasia.membership import gate
from eurasia.membership.models import Plan
from eurasia.newsroom import publishing, reading, vault
from eurasia.newsroom.models import (
    Article,
    ArticleContributor,
    ArticleFile,
    Contributor,
    Event,
    FileParty,
    FullText,
    Party,
    Picture,
    TopicFile,
)
from tests.cast import GATED, GATED_NOTE, TEASER
from tests.exchange.conftest import BODY, Folder, picture_bytes, stored_files

pytestmark = pytest.mark.django_db

PARTIES = (
    "- {slug: iran, name: {en: Iran, fr: Iran}}\n"
    "- {slug: brics, kind: bloc, name: {en: BRICS, fr: BRICS}}\n"
)
FILES = (
    "- slug: iran-brics\n"
    "  name: {en: Iran and BRICS, fr: Iran et BRICS}\n"
    "  parties: [iran, brics]\n"
)
EVENTS = (
    "- {file: iran-brics, on: 2024-01-01, text: {en: Joins., fr: Entre.},"
    " source: {title: S, url: 'https://s.example/'}}\n"
)
PLANS = "- {slug: free, name: {en: Free, fr: Libre}}\n"


def load(folder: Folder, *, overwrite: bool = False, dry_run: bool = False) -> Report:
    return loading.load(markdown_files.read(folder.path), overwrite=overwrite, dry_run=dry_run)


def outcomes(folder: Folder, **options: Any) -> dict[Outcome, int]:
    """Of a folder in which nothing is wrong."""
    report = load(folder, **options)
    assert [str(problem) for problem in report.problems] == []
    return dict(report.counts)


def complaints(folder: Folder, **options: Any) -> list[str]:
    return [str(problem) for problem in load(folder, **options).problems]


def full_text(article: Article) -> FullText:
    with vault.opened("export"):
        return FullText.objects.get(pk=article.pk)


def rows() -> Counter[str]:
    """How many rows of everything that an import can write; history included."""
    with vault.opened("export"):
        return Counter(
            {
                model.__name__: model.objects.count()
                for model in [
                    Article, ArticleContributor, ArticleFile, Article.history.model, Contributor,
                    Event, FileParty, FullText, FullText.history.model, Party, Picture, Plan,
                    TopicFile,
                ]
            }
        )  # fmt: skip


def write_edition(folder: Folder) -> None:
    """One of everything, the article with a cover and a picture in its full text."""
    folder.write("parties.yaml", PARTIES)
    folder.write("files.yaml", FILES)
    folder.write("events.yaml", EVENTS)
    folder.write("plans.yaml", PLANS)
    folder.write("articles/c.png", picture_bytes(color="red"))
    folder.write("articles/b.png", picture_bytes(color="blue"))
    folder.article(
        body=f'{BODY}\n![A map](b.png "Credit: The desk")\n',
        files="[iran-brics]",
        contributors="[Iran desk, Sıla Çelik]",
        cover="{file: c.png, alt: A coast, credit: The newsroom}",
    )


# --- What is written ------------------------------------------------------------------------------


def test_edition_is_written_whole(folder):
    write_edition(folder)

    assert outcomes(folder) == {Outcome.CREATED: 6}
    file = TopicFile.objects.get()
    assert [row.party.slug for row in file.file_parties.order_by("position")] == ["iran", "brics"]
    assert [(event.file, event.text_fr) for event in Event.objects.all()] == [(file, "Entre.")]
    assert [(plan.slug, plan.days, plan.is_offered) for plan in Plan.objects.all()] == [
        ("free", None, True)
    ]
    article = Article.objects.with_labels().get()
    assert (article.language, article.slug, article.headline, article.import_ref) == (
        "en", "the-crossing", "Headline of the-crossing", "en/the-crossing",
    )  # fmt: skip
    assert article.teaser == f"<p>{TEASER}</p>"
    assert article.file_list == [file]
    assert [(person.slug, person.name) for person in article.byline] == [
        ("iran-desk", "Iran desk"),
        ("sila-celik", "Sıla Çelik"),
    ]
    assert article.cover is not None
    assert (article.cover.credit, article.cover_alt) == ("The newsroom", "A coast")
    assert article.published_at == datetime(2026, 3, 31, 7, 30, tzinfo=UTC)


def test_outsider_gets_the_teaser_and_the_subscriber_the_full_text(folder, subscriber):
    write_edition(folder)
    folder.write("plans.yaml", "")
    load(folder)
    article = Article.objects.get()
    at = timezone.now()

    outside = reading.read(article, None, at)
    inside = reading.read(article, subscriber, at)

    assert (outside.verdict, outside.body_html, outside.body_notes) == (
        gate.Verdict.SIGN_IN,
        "",
        "",
    )
    assert TEASER in outside.teaser_html
    assert outside.teaser_notes == ""
    assert GATED in inside.body_html
    assert GATED_NOTE in inside.body_notes


def test_note_of_the_teaser_is_public_and_the_gated_one_is_not(folder):
    folder.article(
        body="T[^a].\n\n<!--more-->\n\nB[^b], again[^a].\n\n"
        f"[^a]: A free note.\n[^b]: {GATED_NOTE}\n"
    )
    load(folder)
    article = Article.objects.get()

    text = full_text(article)

    assert article.teaser_notes == (
        f'<li id="fn-{article.pk}-1">A free note. '
        f'<a class="fn-back" href="#fnref-{article.pk}-1" aria-label="Back to the text">↩</a></li>'
    )
    assert text.body_notes == (
        f'<li id="fn-{article.pk}-2">{GATED_NOTE} '
        f'<a class="fn-back" href="#fnref-{article.pk}-2" aria-label="Back to the text">↩</a></li>'
    )
    assert f'href="#fn-{article.pk}-1"' in text.body_html


def test_html_in_markdown_is_cleaned_in_both_parts(folder):
    attack = (
        '<script>alert("x")</script><style>p{display:none}</style>'
        '<p onclick="alert(1)" style="position:fixed" class="wall" id="main">Said'
        '<a href="javascript:alert(1)">link</a><iframe src="https://e.example"></iframe>'
        '<img src=x onerror="alert(1)"></p><form action="/x"><input></form>'
    )
    folder.article(body=f"{attack}\n\n[md](javascript:alert(1)) <b onmouseover=x>bold</b>\n\n"
                   f"<!--more-->\n\n{attack}\n")  # fmt: skip
    load(folder)
    article = Article.objects.get()

    body = full_text(article).body_html

    clean = '<p>Said<a>link</a><a href="x">x</a></p>'
    assert article.teaser_html == f"{clean}\n<p>[md](javascript:alert(1)) <b>bold</b></p>"
    assert body == clean


def test_picture_by_web_address_becomes_a_captioned_link(folder):
    folder.article(body='T\n\n![A map](https://m.example/a.png "From the air")\n')

    assert outcomes(folder) == {Outcome.CREATED: 1}
    assert full_text(Article.objects.get()).body_html == (
        '<figure><a href="https://m.example/a.png">A map</a>'
        "<figcaption>From the air</figcaption></figure>"
    )
    assert Picture.objects.count() == 0


def test_picture_of_the_teaser_is_public_and_that_of_the_full_text_gated(folder):
    folder.write("articles/a.png", picture_bytes())
    folder.article(body="T ![a](a.png)\n\n<!--more-->\n\n![b](a.png)\n")
    load(folder)
    article = Article.objects.get()

    public, gated = Picture.objects.order_by("-is_public")

    assert (public.is_public, gated.is_public) == (True, False)
    assert (public.width, public.height) == (2, 1)
    assert f'src="{public.file.url}"' in article.teaser_html
    assert full_text(article).body_html == (
        f'<figure><img src="/en/articles/the-crossing/pictures/{gated.pk}/" alt="b" width="2"'
        ' height="1" loading="lazy" decoding="async"></figure>'
    )
    names = [str(gated.file.name), str(public.file.name)]
    assert stored_files() == names
    assert [name.split("/")[0] for name in names] == ["gated", "pictures"]


def test_picture_of_a_translation_has_its_own_credit_and_no_second_copy_of_one(folder):
    folder.write("articles/c.png", picture_bytes())
    cover = "{file: c.png, alt: A, credit: %s}"
    folder.article("one", cover=cover % "Newsroom")
    folder.article("two", cover=cover % "Newsroom")
    folder.article("un", language="fr", cover=cover % "Rédaction")

    load(folder)

    covers = {article.slug: article.cover for article in Article.objects.select_related("cover")}
    assert covers["one"] == covers["two"]
    assert {slug: cover.credit for slug, cover in covers.items() if cover} == {
        "one": "Newsroom",
        "two": "Newsroom",
        "un": "Rédaction",
    }
    assert len(stored_files()) == 2


def test_picture_is_described_as_the_articles_that_show_it_do(folder):
    folder.write("articles/a.png", picture_bytes())
    folder.write("articles/b.png", picture_bytes(color="blue"))
    figures = 'T\n\n<!--more-->\n\n![%s](a.png "Agence")\n\n![](b.png "Agence")\n'
    folder.article(body=figures % 'A "<pass>"')
    folder.article("un", language="fr", body=figures % "Un col")
    folder.article("zebra", body=figures % "Another pass")

    load(folder)

    said = Picture.objects.order_by("-alt_en").values_list("alt_en", "alt_fr", "credit")
    assert list(said) == [('A "<pass>"', "Un col", "Agence"), ("", "", "Agence")]


def test_same_slug_in_both_languages_is_two_articles(folder):
    folder.article(work="crossing")
    folder.article(name="fr", language="fr", work="crossing")

    assert outcomes(folder) == {Outcome.CREATED: 2}
    assert set(Article.objects.values_list("import_ref", "work")) == {
        ("en/the-crossing", "crossing"),
        ("fr/the-crossing", "crossing"),
    }


def test_file_is_found_by_its_english_name_or_its_slug(folder, topic_file):
    folder.article("by-name", files=f"[{topic_file.name_en}]")
    folder.article("by-slug", files=f"[{topic_file.slug}]")

    assert outcomes(folder) == {Outcome.CREATED: 2}
    assert topic_file.articles.count() == 2


def test_contributor_who_is_known_is_taken(folder):
    known = Contributor.objects.create(slug="desk", name="Iran desk")
    folder.article(contributors="[Iran desk]")

    assert outcomes(folder) == {Outcome.CREATED: 1}
    assert list(Contributor.objects.all()) == [known]


def test_two_events_of_one_day_and_source_are_both_told(folder):
    folder.write("parties.yaml", PARTIES)
    folder.write("files.yaml", FILES)
    folder.write("events.yaml", EVENTS + EVENTS.replace("Joins.", "Speaks."))

    assert outcomes(folder) == {Outcome.CREATED: 5}
    assert outcomes(folder) == {Outcome.UNCHANGED: 5}
    assert set(Event.objects.values_list("text_en", flat=True)) == {"Joins.", "Speaks."}


# --- Status and time ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "matter, status",
    [
        ({}, "published"),
        ({"published_at": None}, "draft"),
        ({"published_at": "2099-01-01"}, "published"),
        ({"status": "draft"}, "draft"),
        ({"status": "in_review", "published_at": None}, "in_review"),
        ({"status": "withdrawn"}, "withdrawn"),
    ],
)
def test_status_is_published_where_a_date_is_given_and_nothing_else_said(folder, matter, status):
    folder.article(**matter)

    assert outcomes(folder) == {Outcome.CREATED: 1}
    assert Article.objects.get().status == status


def test_withdrawn_article_stays_withdrawn(folder):
    folder.article()
    load(folder)
    publishing.withdraw(Article.objects.get(), by=None, at=timezone.now())

    assert outcomes(folder) == {Outcome.UNCHANGED: 1}
    folder.article(headline="New", status="published")
    assert outcomes(folder) == {Outcome.UPDATED: 1}
    assert outcomes(folder, overwrite=True) == {Outcome.UNCHANGED: 1}
    assert set(Article.objects.values_list("headline", "status")) == {("New", "withdrawn")}


def test_published_draft_stays_published(folder):
    folder.article(status="draft")
    load(folder)
    publishing.publish(Article.objects.get(), by=None, at=timezone.now())

    assert outcomes(folder) == {Outcome.UNCHANGED: 1}
    folder.article(status="draft", headline="New")
    assert outcomes(folder) == {Outcome.UPDATED: 1}
    assert set(Article.objects.values_list("headline", "status")) == {("New", "published")}


def test_draft_published_without_a_date_in_the_file_keeps_the_date_of_the_desk(folder):
    folder.article(published_at=None)
    load(folder)
    now = timezone.now()
    publishing.publish(Article.objects.get(), by=None, at=now)

    assert outcomes(folder) == {Outcome.KEPT: 1}
    assert outcomes(folder, overwrite=True) == {Outcome.UPDATED: 1}
    assert set(Article.objects.values_list("status", "published_at")) == {("published", now)}


def test_date_that_comes_later_publishes_nothing(folder):
    folder.article(published_at=None)
    load(folder)
    folder.article()

    assert outcomes(folder) == {Outcome.UPDATED: 1}
    assert Article.objects.get().status == "draft"


# --- Again ----------------------------------------------------------------------------------------


def test_second_run_changes_nothing(folder):
    write_edition(folder)
    load(folder)
    before, files = rows(), stored_files()
    version = Article.objects.get().version

    assert outcomes(folder) == {Outcome.UNCHANGED: 6}
    assert outcomes(folder, overwrite=True) == {Outcome.UNCHANGED: 6}
    assert (rows(), stored_files()) == (before, files)
    assert Article.objects.get().version == version


@pytest.mark.parametrize(
    "changed",
    [
        {"headline": "Another"},
        {"standfirst": "Another"},
        {"work": "another"},
        {"access": "everyone"},
        {"published_at": "2026-03-31T09:31"},
        {"files": "[]"},
        {"contributors": "[Turkey desk]"},
        {"body": BODY.replace("seven", "eight")},
        {"body": BODY.replace("spring", "autumn")},
        {"cover": "{file: b.png, alt: A coast, credit: The newsroom}"},
        {"cover": "{file: c.png, alt: Another, credit: The newsroom}"},
        {"cover": "{file: c.png, alt: A coast, credit: Another}"},
        {"cover": None},
    ],
)
def test_changed_file_updates_the_article(folder, changed):
    write_edition(folder)
    folder.article(
        files="[iran-brics]",
        contributors="[Iran desk]",
        cover="{file: c.png, alt: A coast, credit: The newsroom}",
    )
    load(folder)
    before = Article.objects.get()
    folder.article(
        **{
            "files": "[iran-brics]",
            "contributors": "[Iran desk]",
            "cover": "{file: c.png, alt: A coast, credit: The newsroom}",
            **changed,
        }
    )

    assert outcomes(folder) == {Outcome.UNCHANGED: 5, Outcome.UPDATED: 1}
    after = Article.objects.get()
    assert (after.pk, after.version) == (before.pk, before.version + 1)
    assert outcomes(folder) == {Outcome.UNCHANGED: 6}


def test_corrected_credit_is_shown(folder):
    folder.write("articles/c.png", picture_bytes())
    folder.article(cover="{file: c.png, alt: A, credit: Wrong}")
    load(folder)
    folder.article(cover="{file: c.png, alt: A, credit: Right}")

    assert outcomes(folder) == {Outcome.UPDATED: 1}
    assert Article.objects.values_list("cover__credit", flat=True).get() == "Right"


def at_the_desk(change: str) -> None:
    """What an editor does to the one article."""
    article = Article.objects.get()
    if change == "headline":
        article.headline = "Of the desk"
        publishing.write(article, None, by=None, reason="desk")
    elif change == "full text":
        publishing.write(article, "<p>Of the desk</p>", by=None, reason="desk")
    elif change == "byline":
        article.article_contributors.all().delete()
    elif change == "file":
        article.article_files.all().delete()
    elif change == "free date":
        article.free_until = timezone.now() + timedelta(days=1)
        publishing.write(article, None, by=None, reason="desk")
    elif change == "slug":
        article.slug = "of-the-desk"
        publishing.write(article, None, by=None, reason="desk")


@pytest.mark.parametrize("change", ["headline", "full text", "byline", "file", "free date", "slug"])
@pytest.mark.parametrize("is_new_file", [False, True])
def test_what_the_desk_has_changed_is_kept_unless_the_file_is_to_win(folder, change, is_new_file):
    write_edition(folder)
    load(folder)
    at_the_desk(change)
    kept = Article.objects.get()
    if is_new_file:
        folder.article(headline="New", files="[iran-brics]", contributors="[Iran desk]")

    assert outcomes(folder) == {Outcome.UNCHANGED: 5, Outcome.KEPT: 1}
    assert Article.objects.get().version == kept.version
    assert outcomes(folder, overwrite=True) == {Outcome.UNCHANGED: 5, Outcome.UPDATED: 1}
    article = Article.objects.with_labels().get()
    assert (article.headline, article.slug) == (
        "New" if is_new_file else "Headline of the-crossing",
        "the-crossing",
    )
    assert len(article.file_list) == 1
    assert article.byline[0].name == "Iran desk"
    assert GATED in full_text(article).body
    assert outcomes(folder) == {Outcome.UNCHANGED: 6}


def test_saving_at_the_desk_without_a_change_is_no_change(folder):
    folder.article()
    load(folder)
    publishing.write(Article.objects.get(), None, by=None, reason="desk")
    folder.article(headline="New")

    assert outcomes(folder) == {Outcome.UPDATED: 1}


@pytest.mark.parametrize(
    "name, old, new",
    [
        ("parties", "{en: Iran,", "{en: Persia,"),
        ("files", "en: Iran and BRICS", "en: Iran with BRICS"),
        ("files", "[iran, brics]", "[brics, iran]"),
        ("files", "parties:", "introduction: {en: New, fr: Neuf}\n  parties:"),
        ("events", "Entre.", "Adhère."),
        ("events", "Joins.", "Enters."),
        ("plans", "Libre", "Gratuit"),
    ],
)
def test_short_things_that_differ_are_kept_unless_the_file_is_to_win(folder, name, old, new):
    write_edition(folder)
    load(folder)
    path = folder.path / f"{name}.yaml"
    before = rows()
    folder.write(path.name, path.read_text().replace(old, new, 1))

    assert outcomes(folder) == {Outcome.UNCHANGED: 5, Outcome.KEPT: 1}
    assert outcomes(folder, overwrite=True) == {Outcome.UNCHANGED: 5, Outcome.UPDATED: 1}
    assert outcomes(folder) == {Outcome.UNCHANGED: 6}
    assert rows() == before


# --- A dry run ------------------------------------------------------------------------------------


def test_dry_run_says_what_would_happen_and_writes_nothing(folder):
    write_edition(folder)
    folder.article("bad", files="[nowhere]")

    report = load(folder, dry_run=True)

    assert dict(report.counts) == {Outcome.CREATED: 6}
    assert [str(problem) for problem in report.problems] == [
        "articles/bad.md:1: There is no file 'nowhere': give its English name or its slug."
    ]
    assert (sum(rows().values()), stored_files()) == (0, [])


def test_dry_run_over_a_loaded_edition_leaves_it_as_it_was(folder):
    write_edition(folder)
    load(folder)
    before, files = rows(), stored_files()
    folder.write("articles/new.png", picture_bytes(color="green"))
    folder.article(cover="{file: new.png, alt: A, credit: C}")

    assert outcomes(folder, dry_run=True) == {Outcome.UNCHANGED: 5, Outcome.UPDATED: 1}
    assert (rows(), stored_files()) == (before, files)


# --- Never half an article ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "matter, reason",
    [
        (
            {"files": "[iran-brics, nowhere]"},
            "There is no file 'nowhere': give its English name or its slug.",
        ),
        (
            {"contributors": "[Nobody yet, '؟']"},
            "The contributor '؟' needs a slug: add the contributor at the desk first.",
        ),
        (
            {"contributors": f"[Nobody yet, {'n' * 121}]"},
            "Ensure this value has at most 120 characters (it has 121).",
        ),
        (
            {"contributors": "[Nobody yet, Nobody-yet]"},
            "Contributor with this Slug already exists.",
        ),
        (
            {"body": "<script>all of it</script>\n\n<!--more-->\n\nTwo.\n"},
            "Nothing is left of the teaser once its HTML is cleaned.",
        ),
        (
            {"body": "T ![a](c.png)\n\n<!--more-->\n\n" + "<div>" * 200 + "Two."},
            "This text nests its markup more than 100 levels deep. Paste it as plain text.",
        ),
        (
            {"body": "T ![a](c.png)\n\n<!--more-->\n\n" + "word " * 420_000},
            "This text is longer than 2,000,000 characters. Divide it into several articles.",
        ),
    ],
    ids=["file", "contributor", "long", "twice", "no teaser", "deep", "long text"],
)
def test_article_that_fails_leaves_nothing(folder, topic_file, matter, reason):
    folder.write("articles/c.png", picture_bytes())
    folder.article("good")
    load(folder)
    before = rows()
    folder.article("bad", **matter)

    assert complaints(folder) == [f"articles/bad.md:1: {reason}"]
    assert (rows(), stored_files()) == (before, [])


def test_article_whose_last_picture_is_lost_leaves_none_of_the_first(folder):
    folder.write("articles/c.png", picture_bytes(color="red"))
    gone = folder.write("articles/gone.png", picture_bytes(color="blue"))
    folder.article("bad", f"{BODY}\n![a](c.png)\n\n![b](gone.png)\n")
    folder.article("good")
    edition = markdown_files.read(folder.path)
    gone.unlink()

    report = loading.load(edition, overwrite=False, dry_run=False)

    assert [str(problem) for problem in report.problems] == [
        "articles/bad.md:1: A picture is lost: No such file or directory."
    ]
    assert list(Article.objects.values_list("slug", flat=True)) == ["good"]
    assert (Picture.objects.count(), stored_files()) == (0, [])


def test_failed_update_leaves_the_article_as_it_was(folder):
    folder.article()
    load(folder)
    before, count = Article.objects.get(), rows()
    folder.article(headline="New", files="[nowhere]")

    assert complaints(folder) == [
        "articles/the-crossing.md:1: There is no file 'nowhere': give its English name or its slug."
    ]
    assert Article.objects.values().get() == {
        key: value for key, value in vars(before).items() if key != "_state"
    }
    assert rows() == count


def test_interrupted_import_keeps_what_it_has_finished(folder):
    folder.write("articles/c.png", picture_bytes())
    folder.article("a-first")
    folder.article("b-second", f"{BODY}\n![a](c.png)\n")
    done = 0

    def interrupt() -> None:
        nonlocal done
        done += 1
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        loading.load(
            markdown_files.read(folder.path), overwrite=False, dry_run=False, advance=interrupt
        )

    assert list(Article.objects.values_list("slug", flat=True)) == ["a-first"]
    assert stored_files() == []


# --- Two of a kind --------------------------------------------------------------------------------


def test_two_files_with_one_slug_do_not_take_turns(folder):
    folder.article(name="a", headline="First")
    folder.article(name="b", headline="Second")
    complaint = "articles/b.md:1: 'en/the-crossing' stands in articles/a.md:1 already."

    for expected in [Outcome.CREATED, Outcome.UNCHANGED, Outcome.UNCHANGED]:
        report = load(folder, overwrite=True)

        assert dict(report.counts) == {expected: 1}
        assert [str(problem) for problem in report.problems] == [complaint]
    assert Article.objects.get().headline == "First"


@pytest.mark.parametrize("name, text", [("parties", PARTIES), ("files", FILES), ("plans", PLANS)])
def test_entry_given_twice_is_named(folder, name, text):
    folder.write("parties.yaml", PARTIES)
    folder.write("files.yaml", FILES)
    folder.write("plans.yaml", PLANS)
    entry = text.splitlines(keepends=True)[0] if name == "parties" else text
    slug = {"parties": "iran", "files": "iran-brics", "plans": "free"}[name]
    folder.write(f"{name}.yaml", text + entry)
    line = text.count("\n") + 1

    assert complaints(folder) == [f"{name}.yaml:{line}: '{slug}' stands in {name}.yaml:1 already."]


def test_event_given_twice_is_named(folder):
    folder.write("parties.yaml", PARTIES)
    folder.write("files.yaml", FILES)
    folder.write("events.yaml", EVENTS * 2)

    assert complaints(folder) == [
        "events.yaml:2: Event with this File, Day and Text (English) already exists."
    ]
    assert Event.objects.count() == 1


def test_one_work_twice_in_a_language_is_refused(folder):
    folder.article("a-first", work="crossing")
    folder.article("b-second", work="crossing")

    assert complaints(folder) == [
        "articles/b-second.md:1: Article with this Work and Language already exists."
    ]
    assert Article.objects.get().slug == "a-first"


def test_article_of_the_desk_at_the_same_address_is_left_alone(folder, article):
    before = Article.objects.get()
    folder.article(article.slug, headline="From the file")

    assert complaints(folder, overwrite=True) == [
        "articles/the-crossing.md:1: Article with this Language and Slug already exists."
    ]
    assert (Article.objects.get().headline, Article.objects.get().version) == (
        before.headline,
        before.version,
    )


def test_file_named_twice_in_an_article_is_refused(folder, topic_file):
    folder.article(files=f"[{topic_file.slug}, {topic_file.name_en}]")

    assert len(complaints(folder)) == 1
    assert Article.objects.count() == 0


# --- Unknown names, bad values --------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, text, complaint",
    [
        (
            "files",
            "- {name: {en: A, fr: B}, parties: [atlantis]}\n",
            "There is no party 'atlantis'.",
        ),
        (
            "events",
            EVENTS,
            "There is no file 'iran-brics': give its English name or its slug.",
        ),
    ],
)
def test_unknown_name_is_refused(folder, name, text, complaint):
    folder.write(f"{name}.yaml", text)

    assert complaints(folder) == [f"{name}.yaml:1: {complaint}"]
    assert sum(rows().values()) == 0


@pytest.mark.parametrize("address", ["javascript:alert(1)", "nowhere", "ftp:/x"])
def test_source_of_an_event_is_an_address(folder, address):
    folder.write("parties.yaml", PARTIES)
    folder.write("files.yaml", FILES)
    folder.write("events.yaml", EVENTS.replace("https://s.example/", address))

    assert complaints(folder) == ["events.yaml:1: Enter a valid URL."]
    assert Event.objects.count() == 0


def test_reading_goes_on_past_every_bad_one(folder):
    write_edition(folder)
    folder.write("parties.yaml", PARTIES + "- {}\n")
    folder.write("events.yaml", EVENTS + EVENTS.replace("iran-brics", "nowhere"))
    folder.article("bad", work="x" * 101)
    folder.article("also-bad", contributors="['؟']")

    report = load(folder)

    assert dict(report.counts) == {Outcome.CREATED: 6}
    assert [str(problem.place) for problem in report.problems] == [
        "parties.yaml:3",
        "articles/bad.md:6",
        "events.yaml:2",
        "articles/also-bad.md:1",
    ]


@pytest.mark.parametrize("overwrite", [False, True])
def test_article_in_the_bin_stays_there_whatever_is_imported(overwrite, folder):
    folder.article()
    load(folder)
    publishing.delete(Article.objects.get(), by=None, at=timezone.now())
    assert outcomes(folder) == {Outcome.UNCHANGED: 1}
    folder.article(headline="A new headline")

    counts = outcomes(folder, overwrite=overwrite)

    article = Article.objects.get()
    assert counts == {Outcome.UPDATED: 1}
    assert (article.status, article.headline) == ("deleted", "A new headline")
    assert article.deleted_at is not None
