"""Original and translation side by side: what stands where, what is saved, who may."""

import json
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from eurasia.newsroom import drafting, publishing, translating, vault
from eurasia.newsroom.models import Article, FullText, Picture, TranslationState
from tests.cast import GATED
from tests.newsroom.desk.roles import member_of
from tests.newsroom.test_pictures import png
from tests.pages import one, submit, texts, tree_of

FORM = "//form[contains(@class, 'desk-translating')]"
BODY = "<p>First, on grain.</p><p>Second, on rails.</p><p>Third, on pipes.</p>"


def page_of(original):
    return f"/admin/newsroom/article/{original.pk}/translate/"


def body_of(article):
    with vault.opened("desk"):
        return FullText.objects.get(pk=article.pk).body


def rewrite(article, body=None, **values):
    """A save of the original, by somebody else and at once."""
    article.refresh_from_db()
    for name, value in values.items():
        setattr(article, name, value)
    publishing.write(article, body, by=None, reason="desk")


def rows_of(page, part="body"):
    """(what the left says, what stands on the right) of each row of a part."""
    return [
        (
            " ".join(one(row, ".//*[contains(@class, 'desk-original')]").text_content().split()),
            (one(row, ".//textarea").text or "").strip(),
        )
        for row in tree_of(page).xpath(
            f"//*[contains(@class, 'desk-pair')][.//textarea[starts-with(@name, '{part}-')]]"
        )
    ]


@pytest.fixture
def original(write_article):
    return write_article(teaser="<p>Free.</p>", body=BODY, standfirst="On trade.")


@pytest.fixture
def translate(client, original):
    """Saves the page of the translation with what it holds and `values`."""

    def save(**values):
        values = {name.replace("_at_", "-"): value for name, value in values.items()}
        return submit(client, client.get(page_of(original)), FORM, **values)

    return save


@pytest.fixture
def translation(client, editor, original, translate):
    """Whole, and up to date; the editor is signed in."""
    client.force_login(editor)
    translate(
        headline="Titre",
        teaser_at_0="<p>Libre.</p>",
        body_at_0="<p>Le grain.</p>",
        body_at_1="<p>Le rail.</p>",
        body_at_2="<p>Les tubes.</p>",
    )
    return Article.objects.get(language="fr")


# --- A new one ------------------------------------------------------------------------------------


def test_page_of_a_new_translation_shows_each_block_and_creates_nothing(client, editor, original):
    client.force_login(editor)

    page = client.get(page_of(original))

    left = one(tree_of(page), "(//*[contains(@class, 'desk-original')])[1]")
    assert (left.text_content().strip(), left.get("lang")) == ("Headline of the-crossing", "en")
    assert rows_of(page, "teaser") == [("Free.", "")]
    assert rows_of(page) == [
        ("First, on grain.", ""),
        ("Second, on rails.", ""),
        ("Third, on pipes.", ""),
    ]
    assert Article.objects.count() == 1


def test_new_translation_is_a_draft_of_the_translator_with_what_the_original_has(
    client, original, topic_file, now
):
    translator = member_of("Translators")
    cover = png(is_public=True)
    rewrite(original, cover=cover, cover_alt="A pass.", free_until=now + timedelta(days=9))
    client.force_login(translator)

    response = submit(
        client,
        client.get(page_of(original)),
        FORM,
        **{"headline": "L’œuvre du col", "cover_alt": "Un col.", "body-1": "<p>Le rail.</p>"},
    )

    translation = Article.objects.with_labels().get(language="fr")
    assert (response.status_code, response.url) == (302, page_of(original))
    assert (translation.status, translation.owner, translation.work) == (
        "draft",
        translator,
        original.work,
    )
    assert (translation.slug, translation.access, translation.free_until) == (
        "loeuvre-du-col",
        "subscribers",
        original.free_until,
    )
    assert (translation.cover, translation.cover_alt) == (cover, "Un col.")
    assert translation.file_list == [topic_file]
    assert [str(each) for each in translation.byline] == ["Iran desk"]
    assert (translation.published_at, translation.translated_version) == (None, original.version)
    assert body_of(translation) == "<p>Le rail.</p>"
    assert translation.history.first().history_user == translator
    assert str(LogEntry.objects.get()) == "Added “L’œuvre du col”."


@pytest.mark.parametrize(
    "values, said",
    [
        ({"headline": ""}, "This field is required."),
        ({"headline": "السلام"}, "This field is required."),
        (
            {"headline": "Titre", "slug": "pris"},
            "Article with this Language and Slug already exists.",
        ),
        ({"headline": "Titre", "body-0": "<div>" * 200}, "This text nests its markup more"),
    ],
)
def test_what_is_no_article_is_refused_and_what_was_typed_stays(
    values, said, client, editor, original, write_article
):
    write_article("pris", language="fr")
    client.force_login(editor)

    page = submit(
        client, client.get(page_of(original)), FORM, **{"body-2": "<p>Les tubes.</p>", **values}
    )

    assert page.status_code == 200
    assert said in page.content.decode()
    assert rows_of(page)[2] == ("Third, on pipes.", "<p>Les tubes.</p>")
    assert Article.objects.filter(work=original.work).count() == 1


def test_cover_asks_for_words_of_its_own(client, editor, original):
    rewrite(original, cover=png(is_public=True), cover_alt="A pass.")
    client.force_login(editor)

    page = submit(client, client.get(page_of(original)), FORM, headline="Titre")

    assert "This field is required." in page.content.decode()
    assert not Article.objects.filter(language="fr").exists()


def test_words_of_the_cover_begin_from_those_of_the_library(client, editor, original, translate):
    cover = png(is_public=True)
    Picture.objects.update(alt_en="A pass.", alt_fr="Un col.")
    rewrite(original, cover=cover, cover_alt="The pass.")
    client.force_login(editor)

    words = "//textarea[@name='cover_alt']"

    begun = one(tree_of(client.get(page_of(original))), words)
    translate(headline="Titre", cover_alt="Le col.")
    again = one(tree_of(client.get(page_of(original))), words)

    assert [area.text.strip() for area in [begun, again]] == ["Un col.", "Le col."]


def test_what_is_added_to_a_row_of_the_full_text_is_for_subscribers(client, editor, original):
    client.force_login(editor)

    tree = tree_of(client.get(page_of(original)))

    assert [area.get("name") for area in tree.xpath("//textarea[@data-free]")] == ["teaser-0"]
    config = json.loads(one(tree, "//form/@data-prose-config"))
    assert config["public"] is False


def test_gap_stays_where_it_was(client, editor, original, translate):
    client.force_login(editor)
    translate(headline="Titre", body_at_0="<p>Le grain.</p>", body_at_2="<p>Les tubes.</p>")

    page = client.get(page_of(original))

    assert [text for _left, text in rows_of(page)] == ["<p>Le grain.</p>", "", "<p>Les tubes.</p>"]


def test_paragraph_that_became_two_stays_one_row(client, translation, original, translate):
    translate(body_at_1="<p>Le rail.</p><p>Et le fret.</p>")

    assert body_of(translation) == (
        "<p>Le grain.</p>\n<p>Le rail.</p>\n<p>Et le fret.</p>\n<p>Les tubes.</p>"
    )
    assert [text for _left, text in rows_of(client.get(page_of(original)))] == [
        "<p>Le grain.</p>",
        "<p>Le rail.</p>\n<p>Et le fret.</p>",
        "<p>Les tubes.</p>",
    ]


def test_blocks_beyond_those_of_the_original_stay_at_the_end(client, editor, original, translate):
    french = Article(language="fr", work=original.work, slug="titre", headline="Titre")
    publishing.write(
        french, "<p>Un.</p><p>Deux.</p><p>Trois.</p><p>Quatre.</p>", by=None, reason="desk"
    )
    client.force_login(editor)
    rows = rows_of(client.get(page_of(original)))

    translate(body_at_0="<p>Premier.</p>")

    assert rows[2:] == [
        ("Third, on pipes.", "<p>Trois.</p>"),
        ("Nothing in the original corresponds to this.", "<p>Quatre.</p>"),
    ]
    assert body_of(french) == "<p>Premier.</p>\n<p>Deux.</p>\n<p>Trois.</p>\n<p>Quatre.</p>"


def test_page_of_a_translation_leads_to_that_of_its_original(client, translation, original):
    response = client.get(page_of(translation))

    assert (response.status_code, response.url) == (302, page_of(original))


def test_what_is_saved_is_clean(client, translation, translate):
    translate(body_at_0='<p onclick="x()">Le grain.<script>alert(1)</script></p>')

    assert body_of(translation) == "<p>Le grain.</p>\n<p>Le rail.</p>\n<p>Les tubes.</p>"


# --- When the original changes --------------------------------------------------------------------


def test_translation_is_behind_from_the_save_that_changed_a_word(client, translation, original):
    before = translating.state_of(translation)
    rewrite(original, BODY.replace("rails", "trains"))

    assert before is TranslationState.THERE
    assert translating.state_of(translation) is TranslationState.BEHIND
    assert translating.state_of(original) is TranslationState.BEHIND


def test_status_spaces_and_a_change_taken_back_leave_it_up_to_date(translation, original):
    publishing.withdraw(original, by=None, at=timezone.now())
    rewrite(original, BODY.replace("</p><p>", "</p>\n<p>"))
    rewrite(original, headline="Another")
    rewrite(original, headline="Headline of the-crossing")

    assert translating.state_of(translation) is TranslationState.THERE


def test_pages_of_both_say_that_french_is_behind(client, translation, original):
    rewrite(original, BODY.replace("rails", "trains"))

    said = [
        texts(
            tree_of(client.get(f"/admin/newsroom/article/{each.pk}/change/")),
            "//*[contains(@class, 'desk-behind')]//strong",
        )
        for each in [translation, original]
    ]

    assert said == [["French is behind English."]] * 2


def test_difference_stands_in_the_row_that_changed(client, translation, original):
    rewrite(original, BODY.replace("rails", "trains"), headline="Another headline")

    page = tree_of(client.get(page_of(original)))

    assert texts(page, "//ins") == ["Added: Another headline", "Added: trains"]
    assert texts(page, "//del") == ["Removed: Headline of the-crossing", "Removed: rails"]


def test_new_block_has_an_empty_row_and_a_removed_one_keeps_its_translation(
    client, translation, original
):
    rewrite(
        original,
        "<p>First, on grain.</p><p>A wholly new thought here.</p><p>Third, on pipes.</p>",
    )

    rows = rows_of(client.get(page_of(original)))

    assert rows == [
        ("First, on grain.", "<p>Le grain.</p>"),
        (
            "Removed from the original. Delete the translation too if it is needed no more. "
            "Removed: Second, on rails.",
            "<p>Le rail.</p>",
        ),
        ("New in the original. Added: A wholly new thought here.", ""),
        ("Third, on pipes.", "<p>Les tubes.</p>"),
    ]


def test_save_without_the_tick_leaves_it_behind_and_with_it_brings_it_up_to_date(
    client, translation, original, translate
):
    rewrite(original, BODY.replace("rails", "trains"))
    translate(body_at_1="<p>Les trains.</p>")
    between = translating.state_of(translation)

    translate(up_to_date="on")

    translation.refresh_from_db()
    assert between is TranslationState.BEHIND
    assert translating.state_of(translation) is TranslationState.THERE
    assert translation.translated_version == original.version
    assert "up_to_date" not in client.get(page_of(original)).content.decode()


def test_tick_counts_for_the_version_that_the_translator_saw(
    client, translation, original, translate
):
    rewrite(original, BODY.replace("rails", "trains"))
    page = client.get(page_of(original))
    rewrite(original, BODY.replace("rails", "roads"))

    submit(client, page, FORM, up_to_date="on")

    assert translating.state_of(translation) is TranslationState.BEHIND


# --- Nothing is lost ------------------------------------------------------------------------------


def test_save_over_somebody_elses_is_refused_and_shows_both(client, translation, original):
    page = client.get(page_of(original))
    rewrite(translation, "<p>Le grain.</p><p>Le rail turc.</p><p>Les tubes.</p>")

    answer = submit(client, page, FORM, **{"body-1": "<p>Le rail persan.</p>"})

    row = one(tree_of(answer), "//*[contains(@class, 'desk-pair')][.//textarea[@name='body-1']]")
    assert "Somebody saved this translation" in answer.content.decode()
    assert one(row, ".//textarea").text.strip() == "<p>Le rail persan.</p>"
    assert texts(row, ".//*[contains(@class, 'desk-theirs')]") == ["Saved meanwhile: Le rail turc."]
    assert "Le rail turc." in body_of(translation)

    submit(client, answer, FORM)

    assert "Le rail persan." in body_of(translation)


def test_live_translation_is_changed_for_readers_by_publishing_alone(
    client, editor, translation, original, translate, now
):
    publishing.publish(translation, by=None, at=now)
    rewrite(original, BODY.replace("rails", "trains"))

    translate(body_at_1="<p>Les trains.</p>", up_to_date="on")

    translation.refresh_from_db()
    waiting = drafting.draft_of(translation)
    assert "Le rail." in body_of(translation)
    assert translating.state_of(translation) is TranslationState.BEHIND
    assert waiting.values["body"] == "<p>Le grain.</p>\n<p>Les trains.</p>\n<p>Les tubes.</p>"
    assert waiting.saved_by == editor
    assert rows_of(client.get(page_of(original)))[1] == ("Second, on trains.", "<p>Les trains.</p>")

    publishing.publish_changes(translation, by=None, at=timezone.now(), revised=False)

    assert "Les trains." in body_of(translation)
    assert translating.state_of(translation) is TranslationState.THERE


# --- Who may --------------------------------------------------------------------------------------


def test_staff_without_full_texts_translate_nothing(client, colleague, original):
    client.force_login(colleague)

    answers = [client.get(page_of(original)), client.post(page_of(original), {"headline": "x"})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert all(GATED not in answer.content.decode() for answer in answers)


def test_translator_goes_on_with_their_own_alone(client, original, translate):
    translator, other = member_of("Translators"), member_of("Translators", "other@example.org")
    client.force_login(translator)
    translate(headline="Titre", body_at_0="<p>Le grain.</p>")
    client.force_login(other)
    refused = client.post(page_of(original), {"headline": "Autre", "seen_version": "1"})
    client.force_login(translator)
    translate(headline="Titre deux")

    assert refused.status_code == 403
    assert Article.objects.get(language="fr").headline == "Titre deux"


def test_translator_stages_changes_to_their_own_live_translation(client, original, translate, now):
    client.force_login(member_of("Translators"))
    translate(headline="Titre", teaser_at_0="<p>Libre.</p>", body_at_0="<p>Le grain.</p>")
    translation = Article.objects.get(language="fr")
    publishing.publish(translation, by=None, at=now)

    translate(body_at_0="<p>Le blé.</p>")

    assert body_of(translation) == "<p>Le grain.</p>"
    assert drafting.draft_of(translation).values["body"] == "<p>Le blé.</p>"


def test_writer_translates_nobody_elses(client, original):
    client.force_login(member_of("Writers"))

    answers = [client.get(page_of(original)), client.post(page_of(original), {"headline": "x"})]

    assert [answer.status_code for answer in answers] == [404, 404]
