"""What a folder of YAML and Markdown is read as, and how each bad file in it is named."""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from eurasia.exchange import markdown_files
from eurasia.exchange.drafts import (
    ArticleDraft,
    Edition,
    EventDraft,
    FileDraft,
    PartyDraft,
    PictureDraft,
    Place,
    PlanDraft,
)
from tests.exchange.conftest import Folder, huge_picture_bytes, picture_bytes

PARIS = ZoneInfo("Europe/Paris")


def problems(folder: Folder) -> list[str]:
    return [str(problem) for problem in markdown_files.read(folder.path).problems]


def only_article(folder: Folder) -> ArticleDraft:
    edition = markdown_files.read(folder.path)
    assert [str(problem) for problem in edition.problems] == []
    (article,) = edition.articles
    return article


# --- What is read ---------------------------------------------------------------------------------


def test_empty_folder_is_an_empty_edition(folder):
    assert markdown_files.read(folder.path) == Edition()


@pytest.mark.parametrize("name", ["nowhere", "edition/files.yaml"])
def test_what_is_no_folder_is_refused(folder, name):
    folder.write("files.yaml", "")

    with pytest.raises(NotADirectoryError):
        markdown_files.read(folder.path.parent / name)


def test_party_is_read_with_its_defaults(folder):
    folder.write("parties.yaml", "- name: {en: The Union, fr: L’Union}\n- slug: ir\n  kind: bloc\n"
                 "  name:\n    en: Iran\n    fr: Iran\n")  # fmt: skip

    assert markdown_files.read(folder.path).parties == [
        PartyDraft(
            Place("parties.yaml", 1),
            "the-union",
            "state",
            "slate",
            {"en": "The Union", "fr": "L’Union"},
        ),
        PartyDraft(Place("parties.yaml", 2), "ir", "bloc", "slate", {"en": "Iran", "fr": "Iran"}),
    ]


def test_file_is_read_with_its_introduction_as_html(folder):
    folder.write(
        "files.yaml",
        "\n- name: {en: A, fr: B}\n  parties: [iran, turkey]\n  status: closed\n"
        "  introduction:\n    en: Of *A*.\n    fr: De *A*.\n",
    )

    assert markdown_files.read(folder.path).files == [
        FileDraft(
            Place("files.yaml", 2),
            "a",
            {"en": "A", "fr": "B"},
            {"en": "<p>Of <em>A</em>.</p>\n", "fr": "<p>De <em>A</em>.</p>\n"},
            ["iran", "turkey"],
            "closed",
        )
    ]


def test_bare_on_is_a_key_and_not_a_truth_value(folder):
    folder.write("events.yaml", "- file: a\n  on: 1979-11-04\n  text: {en: E, fr: F}\n"
                 "  source: {title: S, url: https://s.example/}\n")  # fmt: skip

    edition = markdown_files.read(folder.path)

    assert edition.problems == []
    assert edition.events == [
        EventDraft(
            Place("events.yaml", 1),
            "a",
            date(1979, 11, 4),
            {"en": "E", "fr": "F"},
            "S",
            "https://s.example/",
        )
    ]


def test_plan_is_read_with_its_defaults(folder):
    folder.write("plans.yaml", "- name: {en: Free, fr: Libre}\n- name: {en: Year, fr: An}\n"
                 "  days: 365\n  offered: no\n  description: {en: D, fr: E}\n")  # fmt: skip

    assert markdown_files.read(folder.path).plans == [
        PlanDraft(
            Place("plans.yaml", 1), "free", {"en": "Free", "fr": "Libre"}, {"en": "", "fr": ""},
            None, True,
        ),
        PlanDraft(
            Place("plans.yaml", 2), "year", {"en": "Year", "fr": "An"}, {"en": "D", "fr": "E"},
            365, False,
        ),
    ]  # fmt: skip


def test_article_is_read_with_all_that_its_front_matter_says(folder):
    cover = folder.write("articles/covers/c.png", picture_bytes())
    folder.article(
        "une-traversee",
        "Chapô.\n\n<!--more-->\n\nTexte.\n",
        name="2026/fr-une-traversee",
        language="fr",
        headline="'Une traversée : suite'",
        work="crossing",
        files="[iran-brics, Relations between Turkey and the BRICS]",
        contributors="Iran desk",
        access="everyone",
        standfirst=">\n  Sur deux\n  lignes.",
        status="in_review",
        cover="{file: ../covers/c.png, alt: Une côte, credit: Rédaction}",
    )

    assert only_article(folder) == ArticleDraft(
        Place("articles/2026/fr-une-traversee.md"),
        language="fr",
        slug="une-traversee",
        headline="Une traversée : suite",
        standfirst="Sur deux lignes.",
        teaser="<p>Chapô.</p>\n",
        body="<p>Texte.</p>\n",
        work="crossing",
        access="everyone",
        status="in_review",
        published_at=datetime(2026, 3, 31, 9, 30, tzinfo=PARIS),
        files=["iran-brics", "Relations between Turkey and the BRICS"],
        contributors=["Iran desk"],
        cover=PictureDraft(cover, "Rédaction", is_public=True),
        cover_alt="Une côte",
    )


def test_article_is_for_subscribers_unless_it_says_otherwise(folder):
    folder.article(published_at=None)

    article = only_article(folder)

    assert (article.access, article.status, article.published_at) == ("subscribers", None, None)


@pytest.mark.parametrize(
    "written, moment",
    [
        ("2026-03-31", datetime(2026, 3, 30, 22, 0, tzinfo=UTC)),
        ("2026-01-31", datetime(2026, 1, 30, 23, 0, tzinfo=UTC)),
        ("'2026-03-31'", datetime(2026, 3, 30, 22, 0, tzinfo=UTC)),
        ("2026-03-31T09:30:00", datetime(2026, 3, 31, 7, 30, tzinfo=UTC)),
        ("2026-03-31 09:30", datetime(2026, 3, 31, 7, 30, tzinfo=UTC)),
        ("2026-03-31T09:30:00+05:00", datetime(2026, 3, 31, 4, 30, tzinfo=UTC)),
        ("2026-03-31T09:30:00Z", datetime(2026, 3, 31, 9, 30, tzinfo=UTC)),
    ],
)
def test_naive_moments_are_in_the_time_zone_and_a_bare_date_is_its_midnight(
    folder, written, moment
):
    folder.article(published_at=written)

    assert only_article(folder).published_at == moment


def test_time_zone_of_the_house_is_asked(folder, settings):
    settings.TIME_ZONE = "Asia/Tehran"
    folder.article(published_at="2026-03-31")

    assert only_article(folder).published_at == datetime(2026, 3, 30, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "headline, slug",
    [
        ("'Kıbrıs, yarın'", "kibris-yarin"),
        ("L’œuvre æ Straße", "loeuvre-ae-strasse"),
        ("Où va l’Union ?", "ou-va-lunion"),
    ],
)
def test_slug_is_made_of_the_headline(folder, headline, slug):
    folder.article(name="x", slug=None, headline=headline)

    assert only_article(folder).slug == slug


def test_files_from_other_systems_are_read(folder):
    text = "---\r\nheadline: H\r\nlanguage: en\r\n---\r\nOne.\r\n\r\nTwo é.\r\n"
    folder.write("articles/windows.md", b"\xef\xbb\xbf" + text.encode())
    folder.write("articles/mac.md", text.replace("\r\n", "\r").replace("H\r", "M\r"))

    edition = markdown_files.read(folder.path)

    assert edition.problems == []
    assert [(article.slug, article.teaser, article.body) for article in edition.articles] == [
        ("m", "<p>One.</p>\n", "<p>Two é.</p>\n"),
        ("h", "<p>One.</p>\n", "<p>Two é.</p>\n"),
    ]


def test_only_markdown_below_articles_is_read(folder):
    folder.article("found", name="deep/er/found")
    folder.write("articles/notes.txt", "no front matter")
    folder.write("README.md", "no front matter")

    assert only_article(folder).slug == "found"


def test_rule_in_the_text_does_not_end_the_front_matter_again(folder):
    folder.article(body="One.\n\n---\n\nTwo.\n")

    assert only_article(folder).body == "<hr />\n<p>Two.</p>\n"


@pytest.mark.parametrize("name", ["files", "parties", "events", "plans"])
@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n", "[]"])
def test_empty_list_is_no_mistake(folder, name, text):
    folder.write(f"{name}.yaml", text)

    assert markdown_files.read(folder.path) == Edition()


# --- Bad files are named, the good ones go on -----------------------------------------------------


def matter(*lines: str) -> str:
    return "\n".join(["---", "headline: H", "language: en", *lines, "---", "One.", "", "Two.", ""])


BAD_ARTICLES = {
    "empty": ("", "1: The file starts with front matter between two lines `---`."),
    "no front matter": (
        "# A\n\nOne.\n",
        "1: The file starts with front matter between two lines `---`.",
    ),
    "front matter without an end": (
        "---\nheadline: H\n",
        "1: The file starts with front matter between two lines `---`.",
    ),
    "space before": (
        "\n" + matter(),
        "1: The file starts with front matter between two lines `---`.",
    ),
    "empty front matter": ("---\n---\nOne.\n", "1: The front matter is empty."),
    "text as front matter": (
        "---\nheadline\n---\nOne.\n",
        "2: A list of `key: value` lines is expected here.",
    ),
    "list as front matter": (
        "---\n- headline\n---\nOne.\n",
        "2: A list of `key: value` lines is expected here.",
    ),
    "list as a key": (matter("? [a]", ": b"), "4: A list of `key: value` lines is expected here."),
    "no headline": ("---\nlanguage: en\n---\nOne.\n", "2: `headline` is missing."),
    "blank headline": (
        "---\nlanguage: en\nheadline: '  '\n---\nOne.\n",
        "3: `headline` is missing.",
    ),
    "long headline": (
        f"---\nlanguage: en\nheadline: {'h' * 201}\n---\nOne.\n",
        "3: `headline` is longer than 200 characters.",
    ),
    "headline as a list": (
        "---\nlanguage: en\nheadline: [a, b]\n---\nOne.\n",
        "3: `headline` is one text, not a list.",
    ),
    "no language": ("---\nheadline: H\n---\nOne.\n", "2: `language` is missing."),
    "unknown language": (
        "---\nheadline: H\nlanguage: de\n---\nOne.\n",
        "3: `language` is one of en, fr, not 'de'.",
    ),
    "unknown access": (
        matter("access: members"),
        "4: `access` is one of subscribers, everyone, not 'members'.",
    ),
    "unknown status": (
        matter("", "status: live"),
        "5: `status` is one of draft, in_review, published, withdrawn, not 'live'.",
    ),
    "published without a date": (
        matter("status: published"),
        "4: A published article needs `published_at`.",
    ),
    "impossible day": (
        matter("published_at: 2026-02-30"),
        "4: `published_at` is a date such as 2026-03-31 or 2026-03-31T09:30: '2026-02-30'.",
    ),
    "day in words": (
        matter("published_at: tomorrow"),
        "4: `published_at` is a date such as 2026-03-31 or 2026-03-31T09:30: 'tomorrow'.",
    ),
    "day before the calendar": (
        matter("published_at: 0001-01-01"),
        "4: `published_at` is a date such as 2026-03-31 or 2026-03-31T09:30: '0001-01-01'.",
    ),
    "hour after the calendar": (
        matter("published_at: 9999-12-31T23:59-05:00"),
        "4: `published_at` is a date such as 2026-03-31 or 2026-03-31T09:30:"
        " '9999-12-31T23:59-05:00'.",
    ),
    "typing mistake": (
        matter("acess: everyone"),
        "4: `acess` is not known here; these are: access, contributors, cover, files, headline,"
        " language, published_at, slug, standfirst, status, work.",
    ),
    "key twice": (matter("slug: a", "slug: b"), "5: `slug` is given twice."),
    "merge key": (
        matter("<<: {slug: a}"),
        "4: `<<` is not known here; these are: access, contributors, cover, files, headline,"
        " language, published_at, slug, standfirst, status, work.",
    ),
    "bad slug": (
        matter("slug: a/b"),
        "4: `slug` is needed, of letters a-z, digits, hyphens and underscores.",
    ),
    "headline without a letter for a slug": (
        "---\nlanguage: fr\nheadline: '؟!'\n---\nOne.\n",
        "2: `slug` is needed, of letters a-z, digits, hyphens and underscores.",
    ),
    "file twice": (matter("files: [a, b, a]"), "4: `files` names something twice."),
    "empty contributor": (matter("contributors: [A, '']"), "4: `contributors` is a list of names."),
    "mapping as files": (matter("files: {a: b}"), "4: `files` is a list of names."),
    "cover as text": (matter("cover: c.png"), "4: `cover` is `{file: …, alt: …, credit: …}`."),
    "cover without alternative text": (
        matter("cover:", "  file: c.png", "  credit: C"),
        "5: `alt` is missing.",
    ),
    "tab": (
        matter("files:", "\t- a"),
        "5: This is not YAML: found character '\\t' that cannot start any token.",
    ),
    "open quote": (
        matter('slug: "a', "work: b"),
        "6: This is not YAML: found unexpected end of stream.",
    ),
    "colon in a text": (
        matter("standfirst: This: that"),
        "4: This is not YAML: mapping values are not allowed here.",
    ),
    "alias": (
        matter("files: &files [a]", "contributors: *files"),
        "5: This is not YAML: aliases such as *this are not read here.",
    ),
    "alias of itself": (
        matter("files: &files [*files]"),
        "4: This is not YAML: aliases such as *this are not read here.",
    ),
    "control character in an escape": (
        matter('standfirst: "a\\0b"'),
        "4: This is not YAML: it holds a control character.",
    ),
    "half a character in an escape": (
        matter('standfirst: "a\\ud800b"'),
        "4: This is not YAML: it holds a control character.",
    ),
    "control character in the text": (
        matter() + "Three\x07.\n",
        "8: There is a control character (U+0007) in this line.",
    ),
    "nothing but front matter": (
        "---\nheadline: H\nlanguage: en\n---\n",
        "5: There is no teaser: nothing stands before `<!--more-->`.",
    ),
    "nothing before the line": (
        "---\nheadline: H\nlanguage: en\n---\n<!--more-->\n\nOne.\n",
        "5: There is no teaser: nothing stands before `<!--more-->`.",
    ),
    "nobody can tell the teaser": (
        "---\nheadline: H\nlanguage: en\n---\n<p>One.</p>\n<p>Two.</p>\n",
        "5: The text starts with no paragraph: end its teaser with a line `<!--more-->`.",
    ),
    "lost footnote": (
        matter() + "\nThree[^1].\n",
        "9: The footnote [^1] is referred to but not written.",
    ),
    "picture by data address": (
        matter() + "\n![a](data:image/png;base64,AA)\n",
        "9: The picture data:image/png;base64,AA is missing.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("text, complaint", BAD_ARTICLES.values(), ids=list(BAD_ARTICLES))
def test_bad_article_is_named_and_the_good_one_read(folder, text, complaint):
    folder.article("good")
    folder.write("articles/bad.md", text)

    edition = markdown_files.read(folder.path)

    assert [str(problem) for problem in edition.problems] == [f"articles/bad.md:{complaint}"]
    assert [article.slug for article in edition.articles] == ["good"]


GOOD_PARTY = "- name: {en: A, fr: B}\n"
BAD_ENTRIES = {
    "mapping": (
        "parties",
        "a: b\n",
        "1: A list is expected: every entry starts with `- `.",
    ),
    "text": ("parties", "Iran\n", "1: A list is expected: every entry starts with `- `."),
    "text as an entry": (
        "parties",
        "- name: {en: A, fr: B}\n- Iran\n",
        "2: A list of `key: value` lines is expected here.",
    ),
    "two documents": (
        "parties",
        "- name: {en: A, fr: B}\n---\n- name: {en: C, fr: D}\n",
        "2: This is not YAML: but found another document.",
    ),
    "no French": ("parties", "- slug: a\n  name: {en: A}\n", "2: `fr` is missing."),
    "third language": (
        "parties",
        "- name: {en: A, fr: B, de: C}\n",
        "1: `de` is not known here; these are: en, fr.",
    ),
    "name in one language": (
        "parties",
        "- slug: a\n  name: A\n",
        "2: A list of `key: value` lines is expected here.",
    ),
    "unknown kind": (
        "parties",
        "- slug: a\n  name: {en: A, fr: B}\n  kind: city\n",
        "3: `kind` is one of state, bloc, not 'city'.",
    ),
    "no address from the name": (
        "parties",
        "- name: {en: ایران, fr: Iran}\n",
        "1: `slug` is needed, of letters a-z, digits, hyphens and underscores.",
    ),
    "long address": (
        "parties",
        f"- slug: {'a' * 51}\n  name: {{en: A, fr: B}}\n",
        "1: `slug` is longer than 50 characters.",
    ),
    "unknown status": (
        "files",
        "- name: {en: A, fr: B}\n  status: open\n",
        "2: `status` is one of followed, closed, not 'open'.",
    ),
    "no day": (
        "events",
        "- file: a\n  text: {en: E, fr: F}\n  source: {title: S, url: u}\n",
        "1: `on` is missing.",
    ),
    "impossible day": (
        "events",
        "- file: a\n  on: 1979-02-30\n  text: {en: E, fr: F}\n  source: {title: S, url: u}\n",
        "2: `on` is a day such as 2026-03-31, not '1979-02-30'.",
    ),
    "no source": (
        "events",
        "- file: a\n  on: 1979-02-11\n  text: {en: E, fr: F}\n",
        "1: `source` is missing.",
    ),
    "days below one": (
        "plans",
        "- name: {en: A, fr: B}\n  days: 0\n",
        "2: `days` is a whole number above 0, not '0'.",
    ),
    "days in words": (
        "plans",
        "- name: {en: A, fr: B}\n  days: many\n",
        "2: `days` is a whole number above 0, not 'many'.",
    ),
    "days without end": (
        "plans",
        f"- name: {{en: A, fr: B}}\n  days: {'9' * 5000}\n",
        f"2: `days` is a whole number above 0, not '{'9' * 5000}'.",
    ),
    "offered perhaps": (
        "plans",
        "- name: {en: A, fr: B}\n  offered: perhaps\n",
        "2: `offered` is true or false.",
    ),
}


@pytest.mark.parametrize("name, text, complaint", BAD_ENTRIES.values(), ids=list(BAD_ENTRIES))
def test_bad_entry_is_named(folder, name, text, complaint):
    folder.write(f"{name}.yaml", text)

    assert problems(folder) == [f"{name}.yaml:{complaint}"]


def test_entries_around_a_bad_one_are_read(folder):
    folder.write("parties.yaml", f"{GOOD_PARTY}- kind: state\n{GOOD_PARTY.replace('A', 'C')}")

    edition = markdown_files.read(folder.path)

    assert [str(problem) for problem in edition.problems] == ["parties.yaml:2: `name` is missing."]
    assert [party.slug for party in edition.parties] == ["a", "c"]


def test_file_that_is_not_utf_8_is_named_with_its_line(folder):
    folder.write("articles/latin.md", matter().encode() + "Trois é.\n".encode("latin-1"))
    folder.write("files.yaml", matter().encode("utf-16"))

    assert problems(folder) == [
        "files.yaml:1: The file is not UTF-8 text.",
        "articles/latin.md:8: The file is not UTF-8 text.",
    ]


def test_huge_file_is_named_unread(folder):
    folder.write("articles/huge.md", matter() + "a" * 5_000_000)
    folder.write("files.yaml", "#" * 5_000_001)

    assert problems(folder) == [
        "files.yaml:1: The file is larger than 5 MB.",
        "articles/huge.md:1: The file is larger than 5 MB.",
    ]


def test_lists_nested_beyond_reason_are_named(folder):
    folder.write("articles/deep.md", matter(f"files: {'[' * 2000}{']' * 2000}"))

    assert problems(folder) == ["articles/deep.md:2: This YAML nests its lists too deeply."]


def test_thousand_laughs_are_not_counted(folder):
    rows = ["- &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    rows += [f"- &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    folder.write("files.yaml", "\n".join(rows))

    assert problems(folder) == [
        "files.yaml:2: This is not YAML: aliases such as *this are not read here."
    ]


def test_what_is_no_file_is_named_and_does_not_block(folder):
    (folder.path / "articles" / "folder.md").mkdir(parents=True)
    os.mkfifo(folder.path / "articles" / "pipe.md")
    (folder.path / "articles" / "nowhere.md").symlink_to("gone.md")
    (folder.path / "parties.yaml").mkdir()

    assert problems(folder) == [
        "parties.yaml:1: This is no file.",
        "articles/folder.md:1: This is no file.",
        "articles/nowhere.md:1: This is no file.",
        "articles/pipe.md:1: This is no file.",
    ]


# --- Pictures -------------------------------------------------------------------------------------


def with_picture(folder: Folder, address: str) -> None:
    folder.article(body=f'T\n\n![A map]({address} "Cap. Credit: The desk.")\n')


def test_pictures_of_teaser_and_body_are_read_with_their_credit(folder):
    first = folder.write("articles/pictures/a.png", picture_bytes())
    second = folder.write("b.JPG", picture_bytes("JPEG"))
    folder.article(
        body='T ![a](pictures/a.png)\n\n![b](../b.JPG "Carte. Crédit : La rédaction")\n\n'
        '![c](pictures/a.png "A caption")\n'
    )

    article = only_article(folder)

    assert article.pictures == [
        PictureDraft(first, "the-crossing", is_public=True),
        PictureDraft(second, "La rédaction", is_public=False),
        PictureDraft(first, "A caption", is_public=False),
    ]
    assert article.teaser == '<p>T <img data-picture="@0" alt="a"></p>\n'
    assert article.body == (
        '<figure><img data-picture="@1" alt="b">'
        "<figcaption>Carte. Crédit : La rédaction</figcaption></figure>\n"
        '<figure><img data-picture="@2" alt="c"><figcaption>A caption</figcaption></figure>\n'
    )


@pytest.mark.parametrize(
    "name, address",
    [
        ("une carte.png", "<une carte.png>"),
        ("été.png", "été.png"),
        ("été.png", "%C3%A9t%C3%A9.png"),
    ],
)
def test_picture_may_have_any_name(folder, name, address):
    folder.write(f"articles/{name}", picture_bytes())
    with_picture(folder, address)

    assert [picture.path.name for picture in only_article(folder).pictures] == [name]


@pytest.mark.parametrize("address", ["https://maps.example/a.png", "//maps.example/a.png"])
def test_picture_by_web_address_is_a_warning_and_never_refused(folder, address):
    with_picture(folder, address)

    edition = markdown_files.read(folder.path)

    assert [str(warning) for warning in edition.warnings] == [
        f"articles/the-crossing.md:9: A picture by web address became a link: {address}"
    ]
    assert edition.articles[0].pictures == []
    assert f'<img src="{address}" alt="A map">' in edition.articles[0].body


@pytest.mark.parametrize(
    "address, reason",
    [
        ("gone.png", "The picture gone.png is missing."),
        ("../../secret.png", "The picture ../../secret.png lies outside the folder."),
        ("%2e%2e/%2e%2e/secret.png", "The picture ../../secret.png lies outside the folder."),
        ("/etc/passwd", "The picture /etc/passwd lies outside the folder."),
        ("link.png", "The picture link.png lies outside the folder."),
        ("circle.png", "The picture circle.png cannot be found."),
        ("a%00.png", "The picture a\0.png cannot be found."),
        ("pictures", "The picture pictures is missing."),
        ("pipe.png", "The picture pipe.png is missing."),
        ("text.png", "text.png is no picture of these kinds: JPEG, PNG, WEBP, GIF."),
        ("empty.png", "empty.png is no picture of these kinds: JPEG, PNG, WEBP, GIF."),
        ("drawing.svg", "drawing.svg is no picture of these kinds: JPEG, PNG, WEBP, GIF."),
        ("scan.tiff", "scan.tiff is no picture of these kinds: JPEG, PNG, WEBP, GIF."),
        ("cut.png", "cut.png is no picture of these kinds: JPEG, PNG, WEBP, GIF."),
        ("page.html", "The name of page.html must end in .png."),
        ("photo.png", "The name of photo.png must end in .jpeg or .jpg."),
    ],
)
def test_file_that_is_no_picture_of_the_folder_is_refused(folder, address, reason):
    articles = folder.path / "articles"
    folder.path.parent.joinpath("secret.png").write_bytes(picture_bytes())
    folder.write("articles/pictures/a.png", picture_bytes())
    folder.write("articles/text.png", "no picture")
    folder.write("articles/empty.png", "")
    folder.write("articles/drawing.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    folder.write("articles/scan.tiff", picture_bytes("TIFF"))
    folder.write("articles/cut.png", picture_bytes()[:45])
    folder.write("articles/page.html", picture_bytes() + b"<script>alert(1)</script>")
    folder.write("articles/photo.png", picture_bytes("JPEG"))
    (articles / "link.png").symlink_to(folder.path.parent / "secret.png")
    (articles / "circle.png").symlink_to("circle.png")
    os.mkfifo(articles / "pipe.png")
    with_picture(folder, address)

    assert problems(folder) == [f"articles/the-crossing.md:9: {reason}"]


def test_link_within_the_folder_is_followed(folder):
    folder.write("pictures/a.png", picture_bytes())
    (folder.path / "articles").mkdir()
    (folder.path / "articles" / "a.png").symlink_to("../pictures/a.png")
    with_picture(folder, "a.png")

    assert [picture.path.name for picture in only_article(folder).pictures] == ["a.png"]


@pytest.mark.parametrize("width, height", [(6_000, 4_001), (10_000, 10_000), (60_000, 60_000)])
def test_pixel_bomb_is_refused_unopened(folder, width, height):
    folder.write("articles/bomb.png", huge_picture_bytes(width, height))
    with_picture(folder, "bomb.png")

    assert problems(folder) == ["articles/the-crossing.md:9: bomb.png has more than 24 megapixels."]


def test_cover_is_refused_as_pictures_are(folder: Folder, tmp_path: Path):
    tmp_path.joinpath("secret.png").write_bytes(picture_bytes())
    folder.article(cover="{file: ../../secret.png, alt: a, credit: c}")

    assert problems(folder) == [
        "articles/the-crossing.md:6: The picture ../../secret.png lies outside the folder."
    ]
