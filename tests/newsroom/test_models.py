"""What is true of every row of the newsroom, whoever writes it, and what its querysets answer."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone, translation

from eurasia.membership import gate
from eurasia.newsroom import publishing
from eurasia.newsroom.models import (
    Article,
    ArticleContributor,
    ArticleFile,
    Contributor,
    Event,
    FileParty,
    Party,
    Picture,
    TopicFile,
)
from tests.newsroom.test_pictures import png_bytes

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)

ARTICLE = {"language": "en", "slug": "a", "headline": "A", "work": "w"}
PARTY = {"slug": "iran", "name_en": "Iran", "name_fr": "Iran"}
FILE = {"slug": "f", "name_en": "File", "name_fr": "Dossier"}
CONTRIBUTOR = {"slug": "c", "name": "Contributor"}
EVENT = {
    "on": date(2026, 1, 1),
    "text_en": "Signed",
    "text_fr": "Signé",
    "source_title": "Gazette",
    "source_url": "https://gazette.example/1",
}


def refused(constraint):
    return pytest.raises(IntegrityError, match=constraint)


def picture(**values):
    return Picture.objects.create(
        **{"file": ContentFile(png_bytes(), name="a.png"), "credit": "Archive", **values}
    )


# --- Constraints ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "constraint, wrong",
    [
        ("article_has_a_headline", {"headline": ""}),
        ("article_has_a_headline", {"slug": ""}),
        ("article_has_a_headline", {"work": ""}),
        ("article_language_is_ours", {"language": "de"}),
        ("article_language_is_ours", {"language": ""}),
        ("article_status_is_known", {"status": "secret"}),
        ("article_status_is_known", {"status": ""}),
        ("article_access_is_known", {"access": "members"}),
        ("article_access_is_known", {"access": ""}),
        ("published_article_has_a_date", {"status": "published"}),
        ("article_for_everyone_has_no_free_dates", {"access": "everyone", "free_from": AT}),
        ("article_for_everyone_has_no_free_dates", {"access": "everyone", "free_until": AT}),
        ("free_span_ends_after_its_start", {"free_from": AT, "free_until": AT}),
        ("free_span_ends_after_its_start", {"free_from": AT, "free_until": AT - TICK}),
    ],
)
def test_database_refuses_an_article_that_cannot_be(constraint, wrong, db):
    with refused(constraint), transaction.atomic():
        Article.objects.create(**{**ARTICLE, **wrong})

    assert Article.objects.count() == 0


@pytest.mark.parametrize(
    "right",
    [
        {"status": "published", "published_at": AT},
        {"status": "withdrawn"},
        {"status": "in_review"},
        {"access": "everyone"},
        {"free_from": AT},
        {"free_until": AT},
        {"free_from": AT, "free_until": AT + TICK},
        {"language": "fr"},
    ],
)
def test_database_takes_an_article_that_can_be(right, db):
    assert Article.objects.create(**{**ARTICLE, **right}).pk


def test_constraint_holds_for_updates_too(db):
    Article.objects.create(**ARTICLE, access="everyone")

    with refused("article_for_everyone_has_no_free_dates"), transaction.atomic():
        Article.objects.update(free_until=AT)


@pytest.mark.parametrize(
    "twin",
    [
        {"work": "other"},  # same language and slug
        {"slug": "other"},  # same language and work
        {"slug": "other", "work": "other", "import_ref": "en:a"},
    ],
)
def test_article_is_one_of_its_kind(twin, db):
    Article.objects.create(**ARTICLE, import_ref="en:a")

    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.create(**{**ARTICLE, **twin})

    assert Article.objects.count() == 1


def test_translations_share_slug_and_work(db):
    Article.objects.create(**ARTICLE)
    Article.objects.create(**{**ARTICLE, "language": "fr"})
    Article.objects.create(language="en", slug="b", headline="B")  # both without import_ref

    assert Article.objects.count() == 3


def test_new_works_have_keys_of_their_own():
    assert len({Article().work for _number in range(20)}) == 20


def test_cover_needs_alternative_text(db):
    cover = picture(is_public=True)

    with refused("cover_has_alternative_text"), transaction.atomic():
        Article.objects.create(**ARTICLE, cover=cover)

    assert Article.objects.create(**ARTICLE, cover=cover, cover_alt="A view").pk


@pytest.mark.parametrize(
    "constraint, wrong",
    [
        ("picture_has_a_credit", {"credit": ""}),
        ("focal_point_lies_in_the_picture", {"focal_x": -0.01}),
        ("focal_point_lies_in_the_picture", {"focal_x": 1.01}),
        ("focal_point_lies_in_the_picture", {"focal_y": -0.01}),
        ("focal_point_lies_in_the_picture", {"focal_y": 1.01}),
    ],
)
def test_database_refuses_a_picture_that_cannot_be(constraint, wrong, db):
    with refused(constraint), transaction.atomic():
        picture(**wrong)


@pytest.mark.parametrize(
    "model, right, constraint, wrong",
    [
        (Party, PARTY, "party_has_names", {"name_en": ""}),
        (Party, PARTY, "party_has_names", {"name_fr": ""}),
        (Party, PARTY, "party_has_names", {"slug": ""}),
        (Party, PARTY, "party_kind_is_known", {"kind": "team"}),
        (TopicFile, FILE, "file_has_names", {"name_en": ""}),
        (TopicFile, FILE, "file_has_names", {"name_fr": ""}),
        (TopicFile, FILE, "file_has_names", {"slug": ""}),
        (TopicFile, FILE, "file_status_is_known", {"status": "lost"}),
        (Contributor, CONTRIBUTOR, "contributor_has_a_name", {"name": ""}),
        (Contributor, CONTRIBUTOR, "contributor_has_a_name", {"slug": ""}),
    ],
)
def test_database_refuses_a_label_that_is_missing(model, right, constraint, wrong, db):
    with refused(constraint), transaction.atomic():
        model.objects.create(**{**right, **wrong})

    assert model.objects.create(**right).pk


@pytest.mark.parametrize(
    "model, values", [(Party, PARTY), (TopicFile, FILE), (Contributor, CONTRIBUTOR)]
)
def test_slug_is_given_once(model, values, db):
    model.objects.create(**values)

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**values)


@pytest.mark.parametrize("wrong", [{"text_en": ""}, {"text_fr": ""}])
def test_event_is_told_in_both_languages(wrong, topic_file):
    with refused("event_is_told_in_both_languages"), transaction.atomic():
        Event.objects.create(**{**EVENT, **wrong}, file=topic_file)


def test_event_stands_once_in_a_file(topic_file):
    Event.objects.create(**EVENT, file=topic_file)

    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.create(**EVENT, file=topic_file)


def test_nothing_is_listed_twice(article, topic_file):
    party = Party.objects.create(**PARTY)
    FileParty.objects.create(file=topic_file, party=party)
    contributor = article.contributors.get()

    for twice in [
        lambda: FileParty.objects.create(file=topic_file, party=party),
        lambda: ArticleFile.objects.create(article=article, file=topic_file),
        lambda: ArticleContributor.objects.create(article=article, contributor=contributor),
    ]:
        with pytest.raises(IntegrityError), transaction.atomic():
            twice()


def test_what_articles_stand_on_cannot_be_deleted(article, topic_file):
    for used in [topic_file, article.contributors.get()]:
        with pytest.raises(ProtectedError):
            used.delete()


# --- Saving ---------------------------------------------------------------------------------------


def test_version_counts_saves(db):
    article = Article.objects.create(**ARTICLE)
    versions = [article.version]
    article.save()
    versions.append(article.version)
    article.save(update_fields=["headline"])
    versions.append(Article.objects.get().version)

    assert versions == [1, 2, 3]


# --- Querysets ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "status, published_at, shown",
    [
        ("published", AT - TICK, True),
        ("published", AT, True),
        ("published", AT + TICK, False),
        ("draft", AT, False),
        ("in_review", AT, False),
        ("withdrawn", AT, False),
    ],
)
def test_published_are_those_whose_instant_has_come(status, published_at, shown, db):
    article = Article.objects.create(**ARTICLE, status=status, published_at=published_at)

    assert Article.objects.published(AT).exists() is shown
    assert article.is_published(AT) is shown


def test_article_without_a_date_is_not_published():
    assert Article(status="published").is_published(AT) is False


def test_newest_comes_first_and_the_number_breaks_ties(db):
    slugs = [("a", AT), ("b", AT + TICK), ("c", AT), ("d", AT - TICK)]
    for slug, published_at in slugs:
        Article.objects.create(
            language="en", slug=slug, headline=slug, status="published", published_at=published_at
        )

    newest = Article.objects.published(AT + TICK).newest()

    assert "".join(newest.values_list("slug", flat=True)) == "bcad"


def test_articles_are_found_by_language_file_and_contributor(write_article):
    other_file = TopicFile.objects.create(**FILE)
    english = write_article("one")
    french = write_article("two", language="fr", files=[other_file])
    contributor = english.contributors.get()

    articles = Article.objects.newest()
    assert list(articles.in_language("fr")) == [french]
    assert list(articles.of_file(other_file)) == [french]
    assert set(articles.of_contributor(contributor)) == {english, french}
    assert list(articles.of_contributor(contributor).in_language("en")) == [english]


@pytest.mark.parametrize(
    "sibling, missing",
    [
        (None, True),
        ({"status": "draft"}, True),
        ({"status": "withdrawn"}, True),
        ({"published_at": AT + TICK}, True),
        ({"published_at": AT}, False),
    ],
)
def test_work_is_untranslated_until_its_translation_is_published(sibling, missing, write_article):
    english = write_article("one", work="w", published_at=AT)
    if sibling:
        write_article(
            **{"slug": "un", "language": "fr", "work": "w", "published_at": AT, **sibling}
        )

    [slug] = (
        Article.objects.with_translated_slug(AT)
        .filter(pk=english.pk)
        .values_list("translated_slug", flat=True)
    )

    assert slug == (None if missing else "un")


FREE_SPANS = [
    (None, None),
    (AT, None),
    (AT + TICK, None),
    (None, AT),
    (None, AT + TICK),
    (AT - TICK, AT),
    (AT, AT + TICK),
    (AT + TICK, AT + 2 * TICK),
    (AT - TICK, AT + TICK),
]


def test_articles_open_to_everyone_are_those_that_the_gate_opens(db):
    Article.objects.bulk_create(
        Article(**ARTICLE | {"slug": f"{number}", "work": f"{number}"} | values)
        for number, values in enumerate(
            [
                {"access": "everyone"},
                *({"free_from": begin, "free_until": end} for begin, end in FREE_SPANS),
            ]
        )
    )

    for at in [AT - 2 * TICK, AT - TICK, AT, AT + TICK, AT + 2 * TICK]:
        found = set(Article.objects.open_to_everyone(at))
        assert found == {piece for piece in Article.objects.all() if gate.is_open(piece, at)}, at

    now_open = Article.objects.open_to_everyone(AT).order_by("id")
    assert [int(piece.slug) for piece in now_open] == [0, 2, 5, 7, 9]


def test_span_of_articles_is_half_open(db):
    for slug, at in {
        "before": AT - TICK,
        "first": AT,
        "last": AT + TICK,
        "after": AT + 2 * TICK,
    }.items():
        Article.objects.create(**ARTICLE | {"slug": slug, "work": slug, "published_at": at})

    within = Article.objects.within(AT, AT + 2 * TICK)

    assert {piece.slug for piece in within} == {"first", "last"}


def test_articles_are_counted_by_language(write_article):
    write_article("one")
    write_article("two")
    write_article("trois", language="fr")

    assert Article.objects.newest().count_by_language() == {"en": 2, "fr": 1}
    assert Article.objects.none().count_by_language() == {}


def test_files_written_on_come_with_their_counts_fullest_first(write_article, topic_file):
    thin = TopicFile.objects.create(slug="thin", name_en="Thin", name_fr="Mince", position=1)
    full = TopicFile.objects.create(slug="full", name_en="Full", name_fr="Plein", position=2)
    TopicFile.objects.create(slug="empty", name_en="Empty", name_fr="Vide")
    write_article("one", files=[full, topic_file])
    write_article("two", files=[full, thin])
    write_article("draft", files=[thin], status="draft")

    files = TopicFile.objects.written_on(Article.objects.published(timezone.now()))

    assert [(file.slug, file.article_count) for file in files] == [
        ("full", 2),
        ("iran-brics", 1),
        ("thin", 1),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_labels_of_a_list_come_in_three_queries(
    count, write_article, topic_file, django_assert_num_queries
):
    second = TopicFile.objects.create(**FILE)
    for number in range(count):
        write_article(f"a{number}", files=[second, topic_file])

    with django_assert_num_queries(3):  # articles, files, contributors
        labels = [
            (article.cover, article.file_list, [each.slug for each in article.byline])
            for article in Article.objects.newest().with_labels()
        ]

    assert labels == [(None, [second, topic_file], ["iran-desk"])] * count


@pytest.mark.parametrize("count", [1, 3])
def test_parties_of_files_come_in_order_in_two_queries(count, db, django_assert_num_queries):
    last, first = (
        Party.objects.create(slug=slug, name_en=slug, name_fr=slug) for slug in ["last", "first"]
    )
    for number in range(count):
        file = TopicFile.objects.create(**{**FILE, "slug": f"f{number}"})
        FileParty.objects.create(file=file, party=last, position=2)
        FileParty.objects.create(file=file, party=first, position=1)

    with django_assert_num_queries(2):
        parties = [file.party_list for file in TopicFile.objects.in_order().with_parties()]

    assert parties == [[first, last]] * count


def test_files_are_followed_or_closed_and_in_their_order(db):
    third = TopicFile.objects.create(**{**FILE, "slug": "c"}, position=2)
    first = TopicFile.objects.create(**{**FILE, "slug": "a"}, position=1)
    second = TopicFile.objects.create(**{**FILE, "slug": "b"}, position=1)
    closed = TopicFile.objects.create(**{**FILE, "slug": "d"}, status="closed")

    assert list(TopicFile.objects.followed().in_order()) == [first, second, third]
    assert list(TopicFile.objects.closed()) == [closed]


# --- Addresses and labels -------------------------------------------------------------------------


@pytest.mark.parametrize("active", ["en", "fr"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_address_of_an_article_is_in_its_own_language(language, active):
    article = Article(pk=1, language=language, slug="crossing")

    with translation.override(active):
        assert article.get_absolute_url() == f"/{language}/articles/crossing/"
        assert article.picture_url(Picture(pk=5)) == f"/{language}/articles/crossing/pictures/5/"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_address_of_a_label_is_in_the_language_of_the_page(language):
    with translation.override(language):
        assert TopicFile(slug="f").get_absolute_url() == f"/{language}/files/f/"
        assert Contributor(slug="c").get_absolute_url() == f"/{language}/contributors/c/"


def test_labels_speak_the_language_of_the_page():
    with translation.override("fr"):
        assert str(TopicFile(**FILE)) == "Dossier"
        assert str(Event(**EVENT)) == "2026-01-01: Signé"
    with translation.override("en"):
        assert str(TopicFile(**FILE)) == "File"


def test_introduction_and_about_are_cleaned_and_safe(db):
    evil = "<p>a<script>alert(1)</script></p>"
    file = TopicFile.objects.create(**FILE, introduction_en=evil, introduction_fr=evil)
    contributor = Contributor.objects.create(**CONTRIBUTOR, about_en=evil, about_fr=evil)

    assert (file.introduction_en, file.introduction_fr, file.introduction_html) == ("<p>a</p>",) * 3
    assert (contributor.about_en, contributor.about_fr, contributor.about_html) == ("<p>a</p>",) * 3


def test_history_of_an_article_outlives_it(article):
    pk = article.pk

    publishing.purge([article])

    assert list(
        Article.history.filter(id=pk).order_by("history_id").values_list("history_type", flat=True)
    )[-1:] == ["-"]
