"""How articles are cited: what each format says, and the file for a bibliography."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from eurasia.newsroom.citing import Reference, apa, bibtex, chicago, is_group
from eurasia.newsroom.models import ArticleContributor, Contributor
from tests.cast import GATED, GATED_NOTE, TEASER
from tests.pages import one, texts, tree_of

URL = "https://journal.test/en/articles/an-alliance/"


def reference(*bylines, **values):
    return Reference(
        **{
            "headline": "An Alliance",
            "bylines": bylines,
            "site_name": "EurasiaPeace",
            "on": date(2024, 12, 14),
            "url": URL,
            "language": "en",
            "key": "iran-desk-2024-an-alliance",
            **values,
        }
    )


def french(*bylines, **values):
    return reference(*bylines, **{"headline": "Une alliance", "language": "fr", **values})


def people(count):
    return [f"Anna Author{number}" for number in range(count)]


# --- Who signs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["Iran desk", "Rédaction Turquie", "Comité de lecture", "Plato", "EurasiaPeace", "A & B"],
)
def test_byline_of_a_group_is_known(name):
    assert is_group(name)


@pytest.mark.parametrize("name", ["Jane Doe", "Jean de La Fontaine", "Nâzım Hikmet", "J. R. Doe"])
def test_byline_of_a_person_is_known(name):
    assert not is_group(name)


# --- Chicago --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bylines, expected",
    [
        ([], ""),
        (["Iran desk"], "Iran desk. "),
        (["Jane Mary Doe"], "Doe, Jane Mary. "),
        (["Jean de La Fontaine"], "de La Fontaine, Jean. "),
        (["Jane Doe", "Reza Karimi"], "Doe, Jane, and Reza Karimi. "),
        (["Iran desk", "Jane Doe"], "Iran desk and Jane Doe. "),
        (["Jane Doe", "Iran desk", "Ali Can"], "Doe, Jane, Iran desk, and Ali Can. "),
        (people(10), f"Author0, Anna, {', '.join(people(10)[1:9])}, and Anna Author9. "),
        (people(11), f"Author0, Anna, {', '.join(people(11)[1:7])}, et al. "),
    ],
)
def test_chicago_names_who_signs(bylines, expected):
    assert chicago(reference(*bylines)) == (
        f"{expected}“An Alliance.” <i>EurasiaPeace</i>, December 14, 2024. {URL}."
    )


@pytest.mark.parametrize(
    "headline, expected",
    [
        ("A Pragmatic Alliance?", "“A Pragmatic Alliance?”"),
        ("The “Axis” Today", "“The ‘Axis’ Today.”"),
        ('The "Axis"', "“The ‘Axis’.”"),
        ("Who Said “No?”", "“Who Said ‘No?’”"),
        ("<b> & more", "“&lt;b&gt; &amp; more.”"),
    ],
)
def test_chicago_quotes_the_headline(headline, expected):
    assert chicago(reference(headline=headline)).startswith(f"{expected} <i>")


def test_chicago_in_french_has_guillemets_and_the_day_first():
    assert chicago(french("Jane Doe", "Ali Can", on=date(2024, 12, 1))) == (
        "Doe, Jane et Ali Can. «\u202fUne alliance\u202f». <i>EurasiaPeace</i>,"
        f" 1er décembre 2024. {URL}."
    )


def test_chicago_in_french_puts_inner_guillemets_one_level_down():
    cited = chicago(french(headline="L’«\u202faxe\u202f» aujourd’hui\u202f?"))

    assert cited.startswith("«\u202fL’“axe” aujourd’hui\u202f?\u202f». <i>")


# --- APA ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bylines, expected",
    [
        (["Iran desk"], "Iran desk."),
        (["Jane Mary Doe"], "Doe, J. M."),
        (["Jean-Pierre de la Tour"], "de la Tour, J.-P."),
        (["Jane Doe", "Reza Karimi"], "Doe, J., & Karimi, R."),
        (people(20), f"{', '.join(f'Author{n}, A.' for n in range(19))}, & Author19, A."),
        (people(21), f"{', '.join(f'Author{n}, A.' for n in range(19))}, . . . Author20, A."),
    ],
)
def test_apa_names_who_signs(bylines, expected):
    cited = apa(reference(*bylines))

    assert cited == (
        f"{expected.replace('&', '&amp;')} (2024, December 14). An Alliance."
        f" <i>EurasiaPeace</i>. {URL}"
    )


def test_apa_without_a_byline_begins_with_the_headline():
    assert apa(reference(headline="An Alliance?")) == (
        f"An Alliance? (2024, December 14). <i>EurasiaPeace</i>. {URL}"
    )


def test_apa_in_french_has_the_day_first():
    assert apa(french("Jane Doe", "Ali Can")) == (
        f"Doe, J. et Can, A. (2024, 14 décembre). Une alliance. <i>EurasiaPeace</i>. {URL}"
    )


# --- BibTeX ---------------------------------------------------------------------------------------


def test_bibtex_is_an_article_with_names_in_braces_where_they_are_a_groups():
    assert bibtex(reference("Iran desk", "Jane Doe", "Jean de La Fontaine")) == (
        "@article{iran-desk-2024-an-alliance,\n"
        "  author = {{Iran desk} and Doe, Jane and de La Fontaine, Jean},\n"
        "  title = {{An Alliance}},\n"
        "  journal = {EurasiaPeace},\n"
        "  year = {2024},\n"
        "  month = dec,\n"
        "  day = {14},\n"
        f"  url = {{{URL}}},\n"
        "  langid = {english},\n"
        "}\n"
    )


def test_bibtex_without_a_byline_has_no_author():
    entry = bibtex(french())

    assert "author" not in entry
    assert "  langid = {french},\n" in entry


@pytest.mark.parametrize(
    "headline, expected",
    [
        ("50 % of #1 & co_op", r"50 \% of \#1 \& co\_op"),
        ("${x}^2~", r"\$\textbraceleft{}x\textbraceright{}\textasciicircum{}2\textasciitilde{}"),
        (r"\input{", r"\textbackslash{}input\textbraceleft{}"),
        ("} , note = {", r"\textbraceright{} , note = \textbraceleft{}"),
        ("L’Iran\u202f: l’«\u00a0axe\u00a0»", r"L’Iran\,: l’«~axe~»"),
    ],
)
def test_bibtex_escapes_what_latex_would_obey(headline, expected):
    assert f"  title = {{{{{expected}}}}},\n" in bibtex(reference(headline=headline))


def test_bibtex_keeps_a_group_with_and_in_its_name_together():
    assert "  author = {{Iran \\& Turkey} and {Iran and Turkey}},\n" in bibtex(
        reference("Iran & Turkey", "Iran and Turkey")
    )


# --- On the page, and as a file -------------------------------------------------------------------

ADDRESS = "/en/articles/the-crossing/"
ENTRY = f"{ADDRESS}cite.bib"


@pytest.fixture
def dated(write_article):
    """Published before midnight in UTC, after it in Paris."""
    return write_article(
        headline="The Crossing & After", published_at=datetime(2024, 3, 5, 23, 30, tzinfo=UTC)
    )


def test_article_page_cites_itself_in_three_formats(client, dated):
    tree = tree_of(client.get(ADDRESS))

    assert texts(tree, "//details[@class='citations']//dt") == ["Chicago", "APA", "BibTeX"]
    assert texts(tree, "//details[@class='citations']//dd/p") == [
        "Iran desk. “The Crossing & After.” EurasiaPeace, March 6, 2024."
        f" https://journal.test{ADDRESS}.",
        "Iran desk. (2024, March 6). The Crossing & After. EurasiaPeace."
        f" https://journal.test{ADDRESS}",
    ]
    entry = one(tree, "//details[@class='citations']//pre").text_content()
    assert entry == client.get(ENTRY).content.decode()
    assert one(tree, "//details[@class='citations']//a").get("href") == ENTRY


def test_copy_buttons_wait_for_a_script(client, dated):
    buttons = tree_of(client.get(ADDRESS)).xpath("//details[@class='citations']//button")

    assert len(buttons) == 3
    assert all("hidden" in button.attrib for button in buttons)


def test_citations_on_a_french_page_are_french(client, write_article):
    write_article("le-passage", language="fr", headline="Le passage")

    tree = tree_of(client.get("/fr/articles/le-passage/"))

    chicago, _apa = texts(tree, "//details[@class='citations']//dd/p")
    assert chicago.startswith("Iran desk. « Le passage ». EurasiaPeace, ")
    assert one(tree, "//details//dd//a").get("href") == "/fr/articles/le-passage/cite.bib"


def test_bib_file_is_downloaded_under_the_name_of_the_article(client, dated):
    second = Contributor.objects.create(slug="jane-doe", name="Jane Doe")
    ArticleContributor.objects.create(article=dated, contributor=second, position=1)

    response = client.get(ENTRY)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/x-bibtex; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="the-crossing.bib"'
    assert response.headers["X-Robots-Tag"] == "noindex"
    entry = response.content.decode()
    assert entry.startswith("@article{iran-desk-2024-the-crossing,\n")
    assert "  author = {{Iran desk} and Doe, Jane},\n" in entry
    assert "  title = {{The Crossing \\& After}},\n" in entry
    assert f"  url = {{https://journal.test{ADDRESS}}},\n" in entry


def test_bib_file_holds_no_text_of_the_article(client, article, subscriber):
    client.force_login(subscriber)

    entry = client.get(ENTRY).content.decode()

    assert re.search(f"{GATED}|{GATED_NOTE}|{TEASER}", entry) is None


def test_bib_file_of_an_article_without_byline_has_the_journals_key(client, article):
    article.article_contributors.all().delete()

    entry = client.get(ENTRY).content.decode()

    year = article.published_at.astimezone().year
    assert entry.startswith(f"@article{{eurasiapeace-{year}-the-crossing,\n")


@pytest.mark.parametrize(
    "status, expected", [("draft", 404), ("in_review", 404), ("withdrawn", 410)]
)
def test_bib_file_of_what_is_not_published_does_not_exist(status, expected, client, write_article):
    write_article(status=status)

    response = client.get(ENTRY)

    assert response.status_code == expected
    assert "Headline of the-crossing" not in response.content.decode()


def test_bib_file_appears_with_its_article(client, write_article, now, time_machine):
    at = now + timedelta(hours=1)
    write_article(published_at=at)

    time_machine.move_to(at - timedelta(microseconds=1), tick=False)
    before = client.get(ENTRY).status_code
    time_machine.move_to(at, tick=False)
    then = client.get(ENTRY).status_code

    assert (before, then) == (404, 200)
