"""Markdown twins: what the page says and no more, to whoever may read it."""

from datetime import UTC, date, datetime, timedelta
from html import escape

import pytest
import yaml
from django.utils import timezone
from lxml import html
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml

from eurasia.membership.models import Subscription
from eurasia.newsroom import publishing
from eurasia.newsroom.models import Event, FileParty, Party
from eurasia.newsroom.twins import markdown_of, said
from tests.cast import GATED, GATED_NOTE, TEASER
from tests.newsroom.test_pictures import png, png_bytes
from tests.pages import tree_of
from tests.test_policy import body_of

SITE = "https://journal.test"
TWIN, FILE = "/en/articles/the-crossing.md", "/en/files/iran-brics.md"
WALL = f"> The full text is for subscribers. [Take your subscription]({SITE}/en/subscribe/)"
TICK = timedelta(microseconds=1)


def parts_of(response):
    """The front matter and the text."""
    assert response.status_code == 200
    empty, matter, text = response.content.decode().split("---\n", 2)
    assert empty == ""
    return yaml.safe_load(matter), text.strip()


def text_of(client, address=TWIN):
    return parts_of(client.get(address))[1]


# --- Articles -------------------------------------------------------------------------------------


def test_outsider_gets_head_teaser_and_a_line_about_the_wall(client, write_article):
    write_article(
        standfirst="A standfirst.",
        published_at=datetime(2024, 3, 5, 8, tzinfo=UTC),
        revised_at=datetime(2024, 4, 1, 9, tzinfo=UTC),
    )

    response = client.get(TWIN, headers={"host": "testserver"})

    matter, text = parts_of(response)
    assert matter == {
        "title": "Headline of the-crossing",
        "language": "en",
        "canonical": f"{SITE}/en/articles/the-crossing/",
        "published": "2024-03-05T09:00:00+01:00",
        "revised": "2024-04-01T11:00:00+02:00",
        "authors": ["Iran desk"],
        "files": ["Relations between Iran and the BRICS"],
        "full_text_for": "subscribers",
    }
    assert text == f"# Headline of the-crossing\n\nA standfirst.\n\n{TEASER}\n\n{WALL}"
    assert response.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert response.headers["Content-Language"] == "en"
    assert response.headers["Link"] == f'<{SITE}/en/articles/the-crossing/>; rel="canonical"'


def test_subscriber_gets_the_whole_with_its_notes(client, write_article, subscriber):
    note = '<span class="footnote">Public <em>note</em>.</span>'
    write_article(teaser=f"<p>{TEASER}{note}</p>")
    client.force_login(subscriber)

    response = client.get(TWIN)

    assert parts_of(response)[1] == (
        f"# Headline of the-crossing\n\n{TEASER}[^1]\n\n{GATED}[^2]\n\n"
        f"[^1]: Public *note*.\n\n[^2]: {GATED_NOTE}"
    )
    assert response.headers["Cache-Control"] == "private, no-store"


def test_outsiders_twin_is_in_the_public_form(client, article):
    assert client.get(TWIN).headers["Cache-Control"] == "public, max-age=0, s-maxage=1"


@pytest.mark.parametrize("who", ["outsider", "registered", "lapsed", "colleague"])
def test_nobody_outside_gets_the_full_text(who, client, article, request):
    if who != "outsider":
        client.force_login(request.getfixturevalue(who))

    content = client.get(TWIN).content.decode()

    assert TEASER in content
    assert GATED not in content
    assert GATED_NOTE not in content
    assert "[^" not in content


def test_wall_speaks_the_language_of_the_page_and_to_the_reader(client, write_article, lapsed):
    write_article(language="fr")
    french = "/fr/articles/the-crossing.md"

    outsiders = text_of(client, french)
    client.force_login(lapsed)
    renewing = text_of(client, french)

    assert outsiders.endswith(
        "> Le texte intégral est réservé aux abonnés."
        f" [Prendre votre abonnement]({SITE}/fr/subscribe/)"
    )
    assert renewing.endswith(
        f"> Votre abonnement est terminé. [Renouveler votre abonnement]({SITE}/fr/subscribe/)"
    )


def test_open_article_is_whole_for_everyone(client, write_article):
    write_article(access="everyone")

    matter, text = parts_of(client.get(TWIN))

    assert matter["full_text_for"] == "everyone"
    assert GATED in text
    assert "for subscribers" not in text


def test_twin_shuts_the_second_a_subscription_ends(client, article, subscriber, now, time_machine):
    ends_at = now + timedelta(hours=1)
    Subscription.objects.update(ends_at=ends_at)
    client.force_login(subscriber)

    time_machine.move_to(ends_at - TICK, tick=False)
    before = text_of(client)
    time_machine.move_to(ends_at, tick=False)
    then = text_of(client)

    assert (GATED in before, GATED in then) == (True, False)


def test_scheduled_article_has_a_twin_from_its_instant(client, write_article, now, time_machine):
    at = now + timedelta(hours=1)
    write_article(published_at=at)

    time_machine.move_to(at - TICK, tick=False)
    before = client.get(TWIN).status_code
    time_machine.move_to(at, tick=False)
    then = client.get(TWIN).status_code

    assert (before, then) == (404, 200)


@pytest.mark.parametrize("status", ["draft", "in_review"])
def test_unpublished_article_has_no_twin(status, client, write_article):
    write_article(status=status)

    response = client.get(TWIN)

    assert response.status_code == 404
    assert TEASER not in response.content.decode()


def test_withdrawn_article_is_gone_as_a_twin_too(client, article):
    publishing.withdraw(article, by=None, at=timezone.now())

    response = client.get(TWIN)

    assert response.status_code == 410
    assert TEASER not in response.content.decode()


def test_twin_says_what_was_corrected(client, article, now):
    publishing.correct(article, "A *name* was wrong.", at=datetime(2024, 5, 1, tzinfo=UTC))

    assert text_of(client).endswith("Corrected on 1 May 2024 – A \\*name\\* was wrong.")


def test_page_names_its_twin(client, article, topic_file):
    for page, twin in [("/en/articles/the-crossing/", TWIN), ("/en/files/iran-brics/", FILE)]:
        links = tree_of(client.get(page)).xpath("//head/link[@type='text/markdown']")

        assert [(link.get("rel"), link.get("href")) for link in links] == [("alternate", twin)]


# --- Files ----------------------------------------------------------------------------------------


def test_file_says_what_its_page_says(client, topic_file, write_article):
    topic_file.introduction_en = "<p>One <em>file</em> and its <a href='/en/about/'>story</a>.</p>"
    topic_file.save()
    iran = Party.objects.create(slug="iran", name_en="Iran", name_fr="Iran")
    FileParty.objects.create(file=topic_file, party=iran)
    Event.objects.create(
        file=topic_file, on=date(2024, 1, 1), text_en="Joined.", text_fr="Entrée.",
        source_title="Gazette", source_url="https://gazette.example/?a=(1)",
    )  # fmt: skip
    write_article(published_at=datetime(2024, 3, 5, 8, tzinfo=UTC))
    write_article("older", published_at=datetime(2023, 3, 5, 8, tzinfo=UTC))

    matter, text = parts_of(client.get(FILE))

    assert matter == {
        "title": "Relations between Iran and the BRICS",
        "language": "en",
        "canonical": f"{SITE}/en/files/iran-brics/",
        "parties": ["Iran"],
    }
    assert text == (
        "# Relations between Iran and the BRICS\n\n"
        f"One *file* and its [story](<{SITE}/en/about/>).\n\n"
        "## Articles\n\n"
        f"- [Headline of the-crossing]({SITE}{TWIN}) (5 March 2024)\n"
        f"- [Headline of older]({SITE}/en/articles/older.md) (5 March 2023)\n\n"
        "## Chronology 2024\n\n"
        "- 1 January 2024 – Joined. ([Gazette](<https://gazette.example/?a=(1)>))\n"
        f"- 5 March 2024 – [Headline of the-crossing]({SITE}{TWIN})\n\n"
        f"[Earlier: 2023]({SITE}{FILE}?year=2023)"
    )


def test_file_goes_on_where_a_page_of_it_ends(client, write_article, now):
    for number in range(13):
        write_article(f"number-{number:02}", published_at=now - timedelta(minutes=number + 1))

    first = text_of(client, FILE)
    [more] = [line for line in first.splitlines() if "Earlier articles" in line]
    rest = text_of(client, more.partition("(")[2].removesuffix(")").removeprefix(SITE))

    articles = [text.partition("## Chronology")[0] for text in [first, rest]]
    assert [text.count("Headline of number-") for text in articles] == [12, 1]
    assert "Earlier articles" not in rest


def test_file_holds_only_what_is_published_in_its_language(client, write_article, now):
    write_article("draft", status="draft")
    write_article("scheduled", published_at=now + timedelta(hours=1))
    write_article("en-francais", language="fr")

    text = text_of(client, FILE)

    assert "Headline" not in text
    assert "No article of this file is published in this language yet." in text


@pytest.mark.parametrize(
    "address", [f"{FILE}?before=nonsense", f"{FILE}?year=1999", "/en/files/nothing.md"]
)
def test_file_that_is_not_there_is_404(address, client, topic_file):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("address, queries", [(TWIN, 4), (FILE, 9)])
def test_twin_takes_as_many_queries_for_three_rows_as_for_one(
    address, queries, rows, client, write_article, django_assert_num_queries
):
    for number in range(rows - 1):
        write_article(f"number-{number}")
    write_article()

    with django_assert_num_queries(queries):
        client.get(address)


# --- From HTML to Markdown ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "finished, markdown",
    [
        ("<h2>Part</h2><p>One<br>two</p>", "## Part\n\nOne  \ntwo"),
        ("<ul><li>One<ul><li>Two</li></ul></li></ul>", "- One\n  - Two"),
        ('<ol start="3"><li>Three</li></ol>', "3. Three"),
        ("<blockquote class='pull'><p>Said.</p></blockquote>", "> Said."),
        ("<p>Tea &amp; &lt;b&gt; *x* [y]</p>", "Tea & \\<b> \\*x\\* \\[y\\]"),
        (
            '<div class="table"><table><thead><tr><th>A</th></tr></thead>'
            "<tbody><tr><td>1</td></tr></tbody></table></div>",
            "| A |\n| --- |\n| 1 |",
        ),
        ('<p><a href="/en/about/">here</a></p>', f"[here](<{SITE}/en/about/>)"),
        ('<p><a href="mailto:a@b.example">a</a></p>', "[a](<mailto:a@b.example>)"),
        ("", ""),
    ],
)
def test_finished_html_becomes_markdown(finished, markdown):
    assert markdown_of(finished) == markdown


def test_picture_bears_a_whole_address(client, write_article, subscriber):
    picture = png(is_public=False)
    write_article(body=f'<p>Look: <img data-picture="{picture.pk}" alt="A [view]"></p>')
    client.force_login(subscriber)

    text = text_of(client)

    address = f"{SITE}/en/articles/the-crossing/pictures/{picture.pk}/"
    assert f"![A \\[view\\]]({address})" in text
    assert body_of(client.get(address.removeprefix(SITE))) == png_bytes()


#: What would begin a block, end one, or be read as another character.
MARKUP = [
    "<script>alert(1)</script>", "[x](javascript:alert(1))", "`a` \\<b>", "a\n\n# b", "# a",
    "#", "1. a", "12) a", "- a", "-", "+ a", "> a", "---", "- - -", "===", "~~~", "~~a~~", "* a",
    "***", "___", "&lt;b&gt;", "&#35; a", "[a]: /b", "[^1]: a", "![a](b)", "    a", "<!-- a",
]  # fmt: skip


@pytest.mark.parametrize("hostile", MARKUP)
@pytest.mark.parametrize("frame", ["# {}", "{}", "- {}", "a\n\n{}"])
def test_plain_text_stays_plain(frame, hostile):
    def rendered(text):
        return MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(frame.format(text))

    assert rendered(said(hostile)) == rendered("A").replace("A", escapeHtml(plain(hostile)))
    assert "\n" not in said(hostile)


def plain(text):
    return " ".join(text.split())


@pytest.mark.parametrize("hostile", MARKUP)
@pytest.mark.parametrize("frame", ["<p>{}</p>", "<p>A<br>{}</p>", "<ul><li>{}</li></ul>"])
def test_text_of_an_article_stays_text(frame, hostile):
    markdown = markdown_of(frame.format(escape(hostile)))
    rendered = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(markdown)

    expected, seen = (
        html.fragment_fromstring(each.strip(), create_parent="div")
        for each in [frame.format("A"), rendered]
    )
    assert [each.tag for each in seen.iter()] == [each.tag for each in expected.iter()]
    assert plain(seen.text_content()).removeprefix("A").strip() == plain(hostile)


def test_listing_ends_where_it_ends():
    markdown = markdown_of("<pre>```\n&lt;script&gt;alert(1)&lt;/script&gt;\n````</pre><p>A</p>")

    assert MarkdownIt("commonmark", {"html": True}).render(markdown) == (
        "<pre><code>```\n&lt;script&gt;alert(1)&lt;/script&gt;\n````\n</code></pre>\n<p>A</p>\n"
    )


def test_cell_holds_what_it_holds():
    markdown = markdown_of("<table><thead><tr><th>A | b</th></tr></thead></table>")

    assert markdown == "| A \\| b |\n| --- |"


@pytest.mark.parametrize(
    "finished, markdown",
    [
        ('<p><img src="/a.png" alt="A\n\n# b"></p>', f"![A # b]({SITE}/a.png)"),
        (
            '<p><a href="https://a.example/&lt;b&gt;" title="&quot;A\n\n# b\\">c</a></p>',
            '[c](<https://a.example/%3Cb%3E> "\\"A # b\\\\")',
        ),
    ],
)
def test_words_of_an_attribute_stay_on_its_line(finished, markdown):
    assert markdown_of(finished) == markdown
