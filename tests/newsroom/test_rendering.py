"""From source HTML to finished HTML: what gets through, what cannot, and how notes are numbered."""

import re
import time
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.safestring import SafeString
from hypothesis import given, settings
from hypothesis import strategies as st

from eurasia.newsroom import rendering, vault
from eurasia.newsroom.models import Article, Contributor, FullText, Picture, TopicFile
from eurasia.newsroom.rendering import clean, finish, finish_label, paragraphs, plain_text
from tests.cast import TEASER
from tests.newsroom.test_pictures import png_bytes

ONE_NOTE = '<p>Text<span class="footnote">A note.</span></p>'


# --- What gets through ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "<p>One <strong>two</strong> <em>three</em> <s>four</s> <u>five</u>.</p>",
        "<h2>Two</h2><h3>Three</h3><h4>Four</h4>",
        '<p lang="fa" dir="rtl">پنجره</p>',
        '<p><a href="https://example.org/?a=1&amp;b=2" title="There" hreflang="fr">there</a></p>',
        '<p><a href="mailto:desk@example.org">write</a> <a href="/en/files/">files</a></p>',
        "<ul><li>one</li><li>two</li></ul>",
        '<ol start="3"><li>three</li></ol>',
        '<blockquote cite="https://example.org/"><p>Said.</p></blockquote>',
        '<blockquote class="pull"><p>Pulled.</p></blockquote>',
        "<figure><p>Drawn</p><figcaption>Caption</figcaption></figure>",
        '<p>H<sub>2</sub>O, m<sup>2</sup>, <abbr title="European Union">EU</abbr></p>'.replace(
            "'", '"'
        ),
        '<table><caption>Trade</caption><tbody><tr><th scope="row">a</th>'
        '<td colspan="2">b</td></tr></tbody></table>',
        "<dl><dt>Term</dt><dd>Meaning</dd></dl>",
        "<pre><code>a &lt; b</code></pre>",
        "<p>one<br>two</p><hr>",
        ONE_NOTE,
        '<p>a<span class="footnote" data-note="k">Note.</span></p>',
        '<p><img data-picture="12" alt="A view"></p>',
        "<p>3 &lt; 4 &amp; 5 &gt; 4</p>",
        "Bare words",
        "",
    ],
)
def test_honest_source_stays_as_it_is(source):
    assert clean(source) == source


@pytest.mark.parametrize(
    "source, cleaned",
    [
        ("  \n ", ""),
        ("  <p>a</p>\n", "<p>a</p>"),
        ("<h1>Title</h1>", "<h2>Title</h2>"),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<center><font color=red>a</font></center>", "a"),
        ('<p class="MsoNormal" style="color:red">a</p>', "<p>a</p>"),
        ('<span class="footnote other">n</span>', '<span class="footnote">n</span>'),
        ('<p id="fn-1-1">a</p>', "<p>a</p>"),
        ("a\x00b\x01c\x0bd\ud800e", "abcde"),
        ("a&#0;b&#1;c", "a\ufffdbc"),
        ("<p>&nbsp;</p>", "<p>&nbsp;</p>"),
        ("a <!-- hidden --> b", "a  b"),
    ],
)
def test_source_is_mended(source, cleaned):
    assert clean(source) == cleaned


@pytest.mark.parametrize(
    "source, cleaned",
    [
        (
            '<img src="https://pics.example/a.jpg" alt="A view">',
            '<a href="https://pics.example/a.jpg">A view</a>',
        ),
        (
            'a<img src="https://pics.example/a.jpg">b',
            'a<a href="https://pics.example/a.jpg">https://pics.example/a.jpg</a>b',
        ),
        ('a<img src="/media/a.jpg" alt="A">b', 'a<a href="/media/a.jpg">A</a>b'),
        ("a<img alt='nothing'>b", "ab"),
        ('<img src="data:image/png;base64,AAAA" alt="x">', ""),
        ('<img src="javascript:alert(1)" alt="x">', ""),
        ('<img data-picture="7" src="https://pics.example/a.jpg" alt="x">', None),
        ('<img data-picture="seven" src="https://pics.example/a.jpg" alt="x">', "link"),
        ('<img data-picture="-7" src="https://pics.example/a.jpg" alt="x">', "link"),
        (f'<img data-picture="{"9" * 19}" src="https://pics.example/a.jpg" alt="x">', "link"),
        ('<img data-picture="\u0661" src="https://pics.example/a.jpg" alt="x">', "link"),
    ],
)
def test_picture_of_the_web_becomes_a_link(source, cleaned):
    shorthand = {
        None: '<img data-picture="7" alt="x">',
        "link": '<a href="https://pics.example/a.jpg">x</a>',
    }

    assert clean(source) == shorthand.get(cleaned, cleaned)


# --- What cannot ----------------------------------------------------------------------------------

ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script/src=data:,alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<img data-picture=1 onload=alert(1)>",
    "<IMG SRC=\"jav\tascript:alert('1');\">",
    "<IMG SRC=&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)>",
    "<img src='x' alt='\"><script>alert(1)</script>'>",
    "<img \"\"\"><script>alert(1)</script>\">",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:alert(1)'><text y=20>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<math><mtext><table><mglyph><style><!--</style>"
    "<img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<math><annotation-xml encoding='text/html'><style><img src=x onerror=alert(1)></style>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='javascript&colon;alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='&#1;javascript:alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='https://ok.example' onclick=alert(1) style='position:fixed'>x</a>",
    "<a href='x' ping='https://evil.example' target=_blank download>x</a>",
    "<q cite='javascript:alert(1)'>x</q>",
    "<blockquote cite='data:text/html,x'>x</blockquote>",
    "<blockquote class='pull evil' onmouseover=alert(1)>x</blockquote>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<p onfocus=alert(1) tabindex=0 autofocus contenteditable>x</p>",
    "<p id='content' class='gate' data-x='1'>x</p>",
    "<iframe src='https://evil.example'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'></object><embed src='x.swf'><applet code=x>",
    "<base href='https://evil.example/'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<form action='https://evil.example'><input name=q autofocus onfocus=alert(1)><button>x</form>",
    "<button formaction='javascript:alert(1)'>x</button>",
    "<select><template><img src=x onerror=alert(1)></template></select>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<title><img src=x onerror=alert(1)></title>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
    "<noembed><img src=x onerror=alert(1)></noembed><xmp><img src=x onerror=alert(1)></xmp>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<video poster=javascript:alert(1) src=x onerror=alert(1)><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)></audio>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<body onload=alert(1)><html onclick=alert(1)>",
    "<table background='javascript:alert(1)'><td background='javascript:alert(1)'>x</td></table>",
    "<x onclick=alert(1)>x</x><custom-element onfocus=alert(1)>",
    "<!--><script>alert(1)</script>-->",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><?php echo 1 ?><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    "<a href=\"x\"onmouseover=\"alert(1)\">x</a>",
    "<a/href='javascript:alert(1)'/onclick='alert(1)'>x",
    "<<img src=x onerror=alert(1)//<",
    "<p title='`><img src=x onerror=alert(1)>`'>x</p>",
    "<span class='footnote'><script>alert(1)</script><img src=x onerror=alert(1)></span>",
    "<span class='footnote' data-note='\"><script>alert(1)</script>'>n</span>",
    "<img data-picture='1' alt='\"><script>alert(1)</script>'>",
    "<a class='fn-ref' id='fnref-1-1' href='#fn-1-1'>1</a>",
]  # fmt: skip


class Inventory(HTMLParser):
    """Every tag, attribute and address of an HTML text, as a parser other than ours reads it."""

    ATTRIBUTES = {
        "alt", "cite", "class", "colspan", "data-note", "data-picture", "dir", "href", "hreflang",
        "lang", "rowspan", "scope", "span", "start", "title",
    }  # fmt: skip
    MADE_BY_FINISH = {
        "aria-label", "decoding", "height", "id", "loading", "role", "sizes", "src", "srcset",
        "tabindex", "type", "width",
    }  # fmt: skip

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.addresses = set(), set(), set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}
        self.addresses |= {
            value for name, value in attrs if name in {"href", "src", "srcset", "cite"}
        }

    def handle_comment(self, data):
        self.tags.add("comment")

    handle_decl = handle_pi = unknown_decl = handle_comment

    @property
    def schemes(self):
        return {urlsplit(address).scheme for address in self.addresses}


def assert_harmless(html, more=frozenset()):
    found = Inventory(html)
    frames = {"picture", "source"} if more else set()
    assert found.tags <= rendering.PHRASING | rendering.BLOCKS | frames
    assert found.attributes <= Inventory.ATTRIBUTES | more
    assert found.schemes <= {"", "http", "https", "mailto"}


def finished(teaser, body="", pk=1, language="en"):
    """The finished columns of source that was never cleaned, which `finish` must survive too."""
    article = SimpleNamespace(
        pk=pk, language=language, teaser=teaser, picture_url=lambda picture: f"/p/{picture.pk}/"
    )
    full_text = SimpleNamespace(body=body)
    finish(article, full_text)
    return (
        article.teaser_html, article.teaser_notes, full_text.body_html, full_text.body_notes
    )  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_leaves_nothing_that_acts(attack, db):
    source = f"<p>before</p>{attack}"

    cleaned = clean(source)

    assert_harmless(cleaned)
    assert clean(str(cleaned)) == cleaned
    assert cleaned.startswith("<p>before</p>")
    for html in finished(cleaned, cleaned):
        assert_harmless(html, Inventory.MADE_BY_FINISH)


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_that_nobody_cleaned_still_ends_at_finish(attack, db):
    for html in [*finished(attack, attack), finish_label(attack)]:
        assert_harmless(html, Inventory.MADE_BY_FINISH)


def test_editor_cannot_set_ids_or_classes_of_notes():
    assert clean('<p><a class="fn-ref" id="fnref-1-1" href="#x">1</a></p>') == (
        '<p><a href="#x">1</a></p>'
    )
    [html, *_rest] = finished('<p id="menu">a <a id="fn-1-1" href="#x">b</a></p>')
    assert "menu" not in html


MESS = st.lists(
    st.sampled_from([
        "<p>", "</p>", "<div>", "</div>", "<table>", "<tr>", "<td>", "</table>", "<caption>", "<b>",
        "</b>", "<i>", "</i>", "<a href='http://x.example'>", "<a href=javascript:x>", "</a>",
        "<h1>", "</h1>", "<h2>", "</h2>", "<ul>", "<ol start=2>", "<li>",
        "</ul>", "<dl>", "<dt>", "<dd>", "<pre>", "</pre>", "<blockquote class=pull>",
        "</blockquote>", "<span class=footnote>",
        "<span class='footnote' data-note=k>", "</span>", "<img src=http://x.example/a alt=b>",
        "<img data-picture=3>", "<img>", "<br>", "<hr/>", "<div/>", "<script>", "</script>",
        "<svg>", "</svg>", "<math>", "<style>", "</style>", "<textarea>", "<select>", "<option>",
        "<form>",
        "<noscript>", "<template>", "<title>", "<!--", "-->", "<![CDATA[", "]]>", "<figure>",
        "<figcaption>", "<p", "\"", "'", ">", "&", "&lt;", "&amp;lt;", "&nbsp;", "&#1;", "\x00",
        "\x0c", "\n", " ", "text", "é", "🌍", "\u202e",
    ])
    | st.text(max_size=8),
    max_size=14,
).map("".join)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(MESS)
def test_cleaning_twice_gives_the_same(source):
    once = clean(source)

    assert clean(str(once)) == once
    assert_harmless(once)


@pytest.mark.parametrize(
    "more", ["<p>a</p>{}", "{}<p>b</p>", "<!-- {} -->", "<p>a</p>\0{}", "<script>{}</script>"]
)
def test_what_is_made_of_clean_text_is_cleaned_anew(more):
    cleaned = clean("<p>x</p>")

    assert_harmless(clean(more.format(cleaned + "<script>alert(1)</script>")))
    assert clean(cleaned) is cleaned


@settings(max_examples=60, deadline=None)
@given(MESS, MESS)
def test_teaser_depends_on_nothing_of_the_body(teaser, body):
    # Pictures are looked up in the database; here words and notes are tried.
    teaser, body = (clean(text.replace("data-picture", "x")) for text in [teaser, body])

    with_body, without = finished(teaser, body), finished(teaser, "")

    assert with_body[:2] == without[:2]
    for html in with_body:
        assert_harmless(html, Inventory.MADE_BY_FINISH)


# --- Monsters -------------------------------------------------------------------------------------

DEEP = "This text nests its markup more than 100 levels deep. Paste it as plain text."
LONG = "This text is longer than 2,000,000 characters. Divide it into several articles."


def test_depth_of_a_hundred_is_accepted_and_one_more_refused():
    assert clean("<div>" * 100 + "a") == "<div>" * 100 + "a" + "</div>" * 100
    with pytest.raises(ValidationError) as refusal:
        clean("<div>" * 101 + "a")

    assert refusal.value.messages == [DEEP]


@pytest.mark.parametrize(
    "monster",
    [
        "<div>" * 60_000,
        "<b>" * 120_000,
        "<div/>" * 60_000,
        "<div></x>" * 40_000,
        "<div></p>" * 40_000,
        "<table><tr><td>" * 20_000,
        "<ul><li>" * 40_000,
        "<span class=footnote>" * 18_000,
        "<svg>" * 60_000,
        "<svg><g>" + "<g/>" * 60_000,
        "<!-->" + "<div>" * 60_000,
        "<![CDATA[>" + "<div>" * 60_000 + "]]>",
        '<a title="<!--">' + "<div>" * 60_000,
        "<script></script>" + "<i>" * 60_000,
    ],
    ids=lambda monster: monster[:24],
)
def test_deep_text_is_refused_quickly(monster):
    begun = time.process_time()

    with pytest.raises(ValidationError) as refusal:
        clean(monster)

    assert refusal.value.messages == [DEEP]
    assert time.process_time() - begun < 1


def test_size_is_counted_in_bytes_and_refused_quickly():
    begun = time.process_time()

    with pytest.raises(ValidationError) as refusal:
        clean("é" * 1_000_001)

    assert refusal.value.messages == [LONG]
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    "long",
    [
        "<p>one two</p>" * 20_000,
        "<p>one" * 20_000,
        "<ul>" + "<li>one" * 20_000 + "</ul>",
        "<table>" + "<tr><td>one<td>two" * 10_000 + "</table>",
        "<p>one<br>two<img>" * 10_000,
        "</div>" * 100_000 + "one",
        "<!-- " + "<w:x/>" * 500 + " --><p>one</p>",
        "<svg>" + "<path/>" * 500 + "</svg><p>one</p>",
        "1 < 2 " * 20_000 + "one",
    ],
    ids=lambda long: long[:24],
)
def test_long_flat_text_is_no_monster(long):
    assert "one" in clean(long)


# --- Notes ----------------------------------------------------------------------------------------


def reference(number, again="", pk=1, label="Note"):
    return (
        f'<sup><a class="fn-ref" id="fnref-{pk}-{number}{again}" href="#fn-{pk}-{number}"'
        f' aria-label="{label} {number}">{number}</a></sup>'
    )


def note(number, text, pk=1, back="Back to the text"):
    return (
        f'<li id="fn-{pk}-{number}">{text} <a class="fn-back" href="#fnref-{pk}-{number}"'
        f' aria-label="{back}">↩</a></li>'
    )


def test_notes_are_numbered_through_both_parts_and_listed_with_their_own():
    teaser = (
        '<p>a<span class="footnote">One.</span> b<span class="footnote">Two <em>it</em>.</span></p>'
    )
    body = '<p>c<span class="footnote">Three.</span></p>'

    assert finished(teaser, body) == (
        f"<p>a{reference(1)} b{reference(2)}</p>",
        note(1, "One.") + note(2, "Two <em>it</em>."),
        f"<p>c{reference(3)}</p>",
        note(3, "Three."),
    )


def test_notes_carry_the_number_of_their_article():
    html = finished(ONE_NOTE, pk=42)

    assert html[:2] == (f"<p>Text{reference(1, pk=42)}</p>", note(1, "A note.", pk=42))


def test_note_leads_back_to_every_reference_of_its_part():
    key = 'class="footnote" data-note="k"'

    _html, notes, _body, body_notes = finished(
        f"<p>a<span {key}>Shared.</span> b<span {key}></span></p>", f"<p>c<span {key}></span></p>"
    )

    assert notes == (
        '<li id="fn-1-1">Shared.'
        ' <a class="fn-back" href="#fnref-1-1" aria-label="Back to the text">↩</a>'
        ' <a class="fn-back" href="#fnref-1-1-2" aria-label="Back to the text (2)">↩'
        "<sup>2</sup></a></li>"
    )
    assert body_notes == ""


def test_shared_note_belongs_to_the_part_that_first_refers_to_it():
    teaser = '<p>a<span class="footnote" data-note="k">Shared.</span></p>'
    body = (
        '<p>b<span class="footnote" data-note="k"></span>'
        'c<span class="footnote">Gated.</span>d<span class="footnote" data-note="k"></span></p>'
    )

    assert finished(teaser, body) == (
        f"<p>a{reference(1)}</p>",
        note(1, "Shared."),
        f"<p>b{reference(1, '-2')}c{reference(2)}d{reference(1, '-3')}</p>",
        note(2, "Gated."),
    )


def test_text_of_a_note_given_in_the_body_stays_out_of_the_teaser():
    teaser = '<p>a<span class="footnote" data-note="k"></span></p>'
    body = '<p>b<span class="footnote" data-note="k">Gated words.</span></p>'

    html = finished(teaser, body)

    assert html[:2] == finished(teaser)[:2]
    assert "Gated words" not in html[0] + html[1]


def test_note_within_a_note_has_a_number_of_its_own():
    inner = '<span class="footnote">Inner.</span>'

    html = finished("", f'<p>a<span class="footnote">Outer{inner}.</span></p>')

    assert html == (
        "",
        "",
        f"<p>a{reference(1)}</p>",
        note(1, f"Outer{reference(2)}.") + note(2, "Inner."),
    )


def test_text_after_a_note_stays_where_it_was():
    html = finished('<p><span class="footnote">n</span> after <b>all</b></p>')

    assert html[0] == f"<p>{reference(1)} after <b>all</b></p>"


def test_article_without_notes_has_no_lists():
    assert finished("<p>a</p>", "<p>b</p>") == ("<p>a</p>", "", "<p>b</p>", "")


def test_labels_of_notes_are_in_the_articles_language_whatever_is_active():
    with translation.override("fr"):
        html = finished(ONE_NOTE, language="en")

    assert html[:2] == (f"<p>Text{reference(1)}</p>", note(1, "A note."))


def test_finishing_twice_gives_the_same():
    assert finished(ONE_NOTE, ONE_NOTE) == finished(ONE_NOTE, ONE_NOTE)


# --- Tables, pictures, time -----------------------------------------------------------------------


def test_table_stands_in_a_region_that_scrolls():
    table = "<table><tbody><tr><td>a</td></tr></tbody></table>"

    assert finished(f"{table}after")[0] == (
        f'<div class="table" tabindex="0" role="region" aria-label="Table">{table}</div>after'
    )


def test_tables_without_a_caption_are_numbered_through_both_parts():
    table = "<table><tbody><tr><td>a</td></tr></tbody></table>"
    named = "<table><caption>Trade</caption><tbody><tr><td>a</td></tr></tbody></table>"

    teaser, _notes, body, _body_notes = finished(f"{table}{named}", table)

    assert re.findall('aria-label="([^"]*)"', teaser + body) == ["Table", "Trade", "Table 2"]


def test_region_of_a_table_has_the_name_of_its_caption():
    table = (
        "<table><caption>Trade by <b>year</b></caption><tbody><tr><td>a</td></tr></tbody></table>"
    )

    assert finished(table)[0] == (
        f'<div class="table" tabindex="0" role="region" aria-label="Trade by year">{table}</div>'
    )


@pytest.fixture
def picture(db):
    return Picture.objects.create(
        file=ContentFile(png_bytes(), name="a.png"), credit="Archive", is_public=False
    )


def test_picture_is_shown_by_the_address_of_its_article(picture):
    html = finished("", f'<p>a<img data-picture="{picture.pk}" alt="A view">b</p>')

    assert html[2] == (
        f'<p>a<img src="/p/{picture.pk}/" alt="A view" width="4" height="3"'
        ' loading="lazy" decoding="async">b</p>'
    )


@pytest.mark.parametrize("key", ["0", "999999", "9" * 18])
def test_picture_that_is_not_there_leaves_no_trace(key, db):
    assert finished(f'<p>a<img data-picture="{key}" alt="x">b</p>')[0] == "<p>ab</p>"


def test_pictures_come_in_one_query(picture, django_assert_num_queries):
    image = f'<img data-picture="{picture.pk}" alt="x">'

    with django_assert_num_queries(1):
        finished(image * 3, image)


@pytest.mark.parametrize(
    "words, minutes", [(0, 1), (1, 1), (220, 1), (329, 1), (331, 2), (2200, 10)]
)
def test_reading_time_is_of_both_parts(words, minutes):
    article = SimpleNamespace(pk=1, language="en", teaser="<p>" + "word " * (words // 2) + "</p>")
    body = "<p>" + "word " * (words - words // 2) + "</p>"

    finish(article, SimpleNamespace(body=body))

    assert article.reading_minutes == minutes


@pytest.mark.parametrize(
    "source, text",
    [
        ("", ""),
        ("  ", ""),
        ("<p>One  <b>two</b>\nthree</p>", "One two three"),
        ("<p>a &lt; b &amp; c</p>", "a < b & c"),
        ("bare", "bare"),
    ],
)
def test_plain_text_is_the_words(source, text):
    assert plain_text(source) == text


@pytest.mark.parametrize(
    "text, source",
    [
        ("", ""),
        ("one", "<p>one</p>"),
        ("one\ntwo\n\n\nthree", "<p>one two</p><p>three</p>"),
        ("a < b & <script>", "<p>a &lt; b &amp; &lt;script&gt;</p>"),
    ],
)
def test_plain_paragraphs_become_source(text, source):
    assert paragraphs(text) == source


def test_label_is_safe_html():
    label = finish_label("<p>a<script>alert(1)</script></p>")

    assert (label, type(label)) == ("<p>a</p>", SafeString)


# --- Every writer ---------------------------------------------------------------------------------

EVIL = "<p>a<script>alert(1)</script><img src=x onerror=alert(1) alt=b></p>"
HARMLESS = '<p>a<a href="x">b</a></p>'


def unsaved(**values):
    return Article(**{"language": "en", "slug": "a", "headline": "A", "teaser": EVIL, **values})


def test_saving_cleans_the_source_in_the_row_and_in_hand(db):
    article = unsaved()

    article.save()

    assert article.teaser == HARMLESS
    article.refresh_from_db()
    assert article.teaser == HARMLESS


def test_saving_one_field_cleans_it(db):
    article = Article.objects.create(language="en", slug="a", headline="A")
    article.teaser = EVIL

    article.save(update_fields=["teaser"])

    article.refresh_from_db()
    assert article.teaser == HARMLESS


def test_bulk_create_cleans(db):
    Article.objects.bulk_create([unsaved(), unsaved(slug="b", work="b")])

    assert list(Article.objects.values_list("teaser", flat=True)) == [HARMLESS] * 2


def test_bulk_create_over_a_row_cleans(db):
    unsaved(teaser="").save()

    Article.objects.bulk_create(
        [unsaved(work="other")],
        update_conflicts=True,
        unique_fields=["language", "slug"],
        update_fields=["teaser"],
    )

    assert Article.objects.get().teaser == HARMLESS


def test_get_or_create_and_update_or_create_clean(db):
    defaults = {"headline": "A", "teaser": EVIL}
    Article.objects.get_or_create(language="en", slug="a", defaults=defaults)
    Article.objects.update_or_create(language="en", slug="a", defaults=defaults)
    Article.objects.update_or_create(language="en", slug="b", defaults=defaults)

    assert list(Article.objects.values_list("teaser", flat=True)) == [HARMLESS] * 2


def test_full_text_is_cleaned_as_the_teaser_is(article):
    with vault.opened("desk"):
        full_text = FullText.objects.get()
        full_text.body = EVIL
        full_text.save()
        FullText.objects.all()._raw_delete("default")
        FullText.objects.bulk_create([FullText(article=article, body=EVIL)])

        assert full_text.body == HARMLESS
        assert FullText.objects.get().body == HARMLESS
        assert FullText.history.first().body == HARMLESS


def test_form_validation_cleans(db):
    article = unsaved()

    article.clean_fields(exclude=["work"])

    assert article.teaser == HARMLESS


def test_monster_is_not_saved(db):
    with pytest.raises(ValidationError), transaction.atomic():
        unsaved(teaser="<div>" * 200).save()

    assert Article.objects.count() == 0


@pytest.mark.parametrize(
    "queryset, column",
    [
        (lambda: Article.objects.all(), "teaser"),
        (lambda: TopicFile.objects.all(), "introduction_en"),
        (lambda: TopicFile.objects.all(), "introduction_fr"),
        (lambda: Contributor.objects.all(), "about_en"),
        (lambda: Contributor.objects.all(), "about_fr"),
        (lambda: FullText.objects.all(), "body"),
        (lambda: TopicFile.objects.get().articles.all(), "teaser"),
    ],
)
def test_update_of_source_is_refused(queryset, column, article):
    refusal = rf"^update\(\) would store '{column}' uncleaned; call save\(\) instead\.$"

    with pytest.raises(TypeError, match=refusal):
        queryset().update(**{column: EVIL})
    if column != "body":
        rows = list(queryset())
        with pytest.raises(TypeError, match=refusal), transaction.atomic():
            queryset().bulk_update(rows, [column])

    assert "script" not in Article.objects.get().teaser


def test_update_of_other_columns_is_allowed(article):
    Article.objects.update(headline="New")

    assert Article.objects.get().headline == "New"


def test_expression_cannot_pass_for_source(article):
    article.teaser = F("headline")

    with pytest.raises((AttributeError, TypeError)), transaction.atomic():
        article.save()

    assert Article.objects.get().teaser == f"<p>{TEASER}</p>"
