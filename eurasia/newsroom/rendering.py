"""From the source that editors write to the HTML that readers see. Every writer comes through here.

`clean` makes source safe, once, for editor, importers and plain `save()` alike (`CleanHTMLField`
calls it). `finish` makes the finished columns of an article and its full text together, because
footnotes are numbered through both. nh3 has the last word on everything that leaves.

Source is HTML. A footnote stands where it is referred to: `<span class="footnote">note</span>`;
with `data-note="key"` a later empty one refers to the same note. A picture is
`<img data-picture="id" alt="…">`; a picture by web address becomes a link. A link to
`/documents/<id>/` leads to a document, in a full text alone.
"""

import re
from collections import Counter
from html import escape, unescape
from typing import TYPE_CHECKING, Any

import nh3
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from eurasia.newsroom import trees
from eurasia.newsroom.documents import Document, named_in

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: nh3's time grows with the square of nesting; no honest article comes near either bound.
MOST_BYTES = 2_000_000
MOST_DEPTH = 100
MOST_ATTRIBUTES = 100
#: With what stands in comments, scripts and drawings, all of which is dropped.
MOST_DEPTH_UNSEEN = 1000
MOST_ROUNDS = 5
WORDS_PER_MINUTE = 220

PHRASING = {
    "a", "abbr", "b", "br", "cite", "code", "del", "em", "i", "img", "ins", "kbd", "q", "s",
    "small", "span", "strong", "sub", "sup", "u", "wbr",
}  # fmt: skip
BLOCKS = {
    "blockquote", "caption", "col", "colgroup", "dd", "div", "dl", "dt", "figcaption", "figure",
    "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "table", "tbody", "td", "tfoot", "th", "thead",
    "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "hreflang", "title"},
    "abbr": {"title"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start"},
    "q": {"cite"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
URL_SCHEMES = {"http", "https", "mailto"}

#: How wide a picture stands in the text: the measure, or a narrow window less its gutters.
PICTURE_SIZES = "(min-width: 43rem) 40rem, calc(100vw - 2rem)"
_RENDITION = r"(?:https?://[\w.:-]+)?/[\w./%~-]+ \d+w"

#: nh3 looks at the scheme of href and src, not of cite and srcset.
_VALUES = {
    "id": re.compile(r"fn(ref)?-\d+-\d+(-\d+)?"),
    "cite": re.compile(r"https?://\S+"),
    "sizes": re.compile(re.escape(PICTURE_SIZES)),
    "srcset": re.compile(rf"{_RENDITION}(?:, {_RENDITION})*"),
    "type": re.compile("image/(?:avif|webp)"),
}


def _allowed(tag: str, name: str, value: str) -> str | None:
    pattern = _VALUES.get(name)
    return value if pattern is None or pattern.fullmatch(value) else None


_source = nh3.Cleaner(
    tags=PHRASING | BLOCKS | {"h1"},
    attributes=ATTRIBUTES | {"img": {"alt", "data-picture", "src"}, "span": {"data-note"}},
    allowed_classes={"span": {"footnote"}, "blockquote": {"pull"}},
    attribute_filter=_allowed,
    url_schemes=URL_SCHEMES,
    link_rel=None,
)
_finished = nh3.Cleaner(
    tags=PHRASING | BLOCKS | {"picture", "source"},
    attributes=ATTRIBUTES
    | {
        "a": {"href", "hreflang", "title", "id", "aria-label"},
        "div": {"tabindex", "role", "aria-label"},
        "img": {"alt", "src", "width", "height", "loading", "decoding"},
        "li": {"id"},
        "source": {"type", "srcset", "sizes"},
    },
    allowed_classes={
        "a": {"document", "fn-ref", "fn-back"},
        "blockquote": {"pull"},
        "div": {"table"},
    },
    attribute_filter=_allowed,
    url_schemes=URL_SCHEMES,
    link_rel=None,
)

#: Nothing that XML or PostgreSQL takes for text.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_PICTURE_ID = re.compile(r"[0-9]{1,18}")
_TAG = re.compile(r"<(/?)([a-z][^\s/>]*)", re.IGNORECASE)
_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(svg|math|script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
_VOID = frozenset([
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
])  # fmt: skip
#: HTML lets authors leave their ends out.
_CLOSED_BY_THE_NEXT = frozenset([
    "colgroup", "dd", "dt", "li", "option", "p", "tbody", "td", "tfoot", "th", "thead", "tr",
])  # fmt: skip


# --- Cleaning -------------------------------------------------------------------------------------


class CleanHTML(str):
    """What `clean` has made. Nothing is made of it that still says so: a longer text is plain."""

    __slots__ = ()


def clean(source: str) -> CleanHTML:
    """Safe source HTML out of any HTML; cleaning twice gives the same, and takes no time.

    Raises ValidationError for text that is too long or too deeply nested.
    """
    if isinstance(source, CleanHTML):
        return source
    source = _NO_TEXT.sub("", source)
    if not source.strip():
        return CleanHTML()
    _refuse_monsters(source)
    # nh3 and lxml mend broken nesting each in its way; after a round or two they agree.
    for _round in range(MOST_ROUNDS):
        cleaned = _clean_once(source)
        if cleaned == source:
            break
        source = cleaned
    return CleanHTML(source)


def _clean_once(source: str) -> str:
    # An entity such as &#1; is a character by now.
    root = trees.parse(_NO_TEXT.sub("", _source.clean(source)))
    for heading in root.iter("h1"):
        heading.tag = "h2"
    for image in list(root.iter("img")):
        if _PICTURE_ID.fullmatch(image.get("data-picture", "")):
            image.attrib.pop("src", None)
        else:
            _replace_by_link(image)
    return _source.clean(trees.inner(root)).strip()


class CleanHTMLField(models.TextField):  # type: ignore[type-arg]  # generic in the stubs alone
    """Source HTML, cleaned on every save and bulk_create. `update()` passes it by: see below."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        cleaned = clean(getattr(model_instance, self.attname) or "")
        setattr(model_instance, self.attname, cleaned)
        return cleaned

    def clean(self, value: Any, model_instance: models.Model | None) -> str:
        return clean(super().clean(value, model_instance))


class CleanQuerySet(models.QuerySet[Any]):
    """For models with a CleanHTMLField: `update()` would store source that nobody cleaned."""

    def update(self, **values: Any) -> int:
        for name in values:
            if isinstance(self.model._meta.get_field(name), CleanHTMLField):
                raise TypeError(f"update() would store {name!r} uncleaned; call save() instead.")
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]  # Django's own mark for templates


class CleanManager(models.Manager.from_queryset(CleanQuerySet)):  # type: ignore[misc]  # the plugin's own class
    pass


def plain_text(source: str) -> str:
    """The words of an HTML text without footnotes' numbers or markup, spaces folded."""
    if not source.strip():
        return ""
    return " ".join(" ".join(trees.parse(source).itertext()).split())


_REFERENCES = re.compile(r"<sup>(?=<a class=\"fn-ref\").*?</sup>")
_ENDS = re.compile(r"</(?:p|h[2-4]|li|d[dt]|t[dh]|blockquote|figcaption|caption|pre|div)>|<[bh]r>")


def sayable(text: str) -> str:
    """`text` without the characters that XML has none for."""
    return _NO_TEXT.sub("", text)


def visible_words(finished: str, notes: str = "") -> str:
    """The words of finished HTML and its notes, without their numbers; a paragraph ends with a
    space.
    """
    both = f"{finished} {notes}"
    plain = unescape(strip_tags(_ENDS.sub(" ", _REFERENCES.sub("", both))))
    return " ".join(plain.split())


# --- Finishing ------------------------------------------------------------------------------------


def finish(article: Any, full_text: Any) -> None:
    """Fill the finished columns of an article and its full text; the caller saves both.

    Notes are numbered 1…k in the teaser and k+1…n in the full text, with ids `fn-<article>-<n>`.
    """
    with override(article.language):
        notes = _Notes(article.pk)
        pictures = _pictures(article.teaser, full_text.body)
        # A teaser shows public pictures alone: whoever may write teasers may not open gated ones.
        public = {key: picture for key, picture in pictures.items() if picture.is_public}
        article.teaser_html = _finish_part(article, article.teaser, notes, public, {})
        article.teaser_notes = notes.take()
        documents = _documents(full_text.body)
        full_text.body_html = _finish_part(article, full_text.body, notes, pictures, documents)
        full_text.body_notes = notes.take()
    words = count_words(article.teaser) + count_words(full_text.body)
    article.reading_minutes = reading_minutes(words)


def count_words(source: str) -> int:
    """Of a source text, its notes included."""
    return len(plain_text(source).split())


def reading_minutes(words: int) -> int:
    return max(1, round(words / WORDS_PER_MINUTE))


def finish_label(source: str) -> SafeString:
    """The HTML of a short public text without notes: an introduction, a line about somebody."""
    return mark_safe(_finished.clean(source))  # noqa: S308 - nh3 has just cleaned it


def paragraphs(text: str) -> str:
    """Source HTML of plain paragraphs parted by empty lines."""
    return "".join(
        format_html("<p>{}</p>", " ".join(part.split()))
        for part in re.split(r"\n\s*\n", text)
        if part.strip()
    )


def blocks(source: str) -> list[str]:
    """Clean source cut between its outermost blocks; words that stand in none make one too."""
    if not source.strip():
        return []
    root = trees.parse(source)
    found, line = [], escape(root.text or "", quote=False)
    for child in root:
        tail = escape(child.tail or "", quote=False)
        if child.tag in PHRASING:
            line += trees.outer(child) + tail
        else:
            found += [line, trees.outer(child)]
            line = tail
    return [block.strip() for block in [*found, line] if block.strip()]


def pictures_in(*sources: str) -> set[int]:
    """The ids of the pictures that source HTML shows."""
    return {
        int(key)
        for source in sources
        for key in re.findall(r'data-picture="([0-9]{1,18})"', source)
    }


def documents_in(*sources: str) -> set[int]:
    """The ids of the documents that source HTML links to."""
    addresses = (found for source in sources for found in re.findall(r'href="([^"]*)"', source))
    return {key for address in addresses if (key := named_in(address))}


class _Notes:
    """Numbers footnotes through both parts of one article and hands out each part's list.

    Tables without a caption are counted too: no two regions of a page bear the same name.
    """

    def __init__(self, article_id: int) -> None:
        self.article_id = article_id
        self.number_of_key: dict[object, int] = {}
        self.references: dict[int, int] = {}
        self.waiting: list[tuple[int, HtmlElement]] = []
        self.unnamed_tables = 0

    def refer(self, footnote: "HtmlElement") -> "HtmlElement":
        """Number one footnote and return the reference that stands in its place."""
        key = footnote.get("data-note") or footnote
        number = self.number_of_key.get(key)
        if number is None:
            number = self.number_of_key[key] = len(self.references) + 1
            self.references[number] = 0
            self.waiting.append((number, footnote))
        self.references[number] += 1
        anchor = f"{self.article_id}-{number}"
        again = f"-{self.references[number]}" if self.references[number] > 1 else ""
        return trees.parse_one(
            format_html(
                '<sup><a class="fn-ref" id="fnref-{}{}" href="#fn-{}" aria-label="{}">{}</a></sup>',
                anchor,
                again,
                anchor,
                _("Note %(number)d") % {"number": number},
                number,
            )
        )

    def name_of(self, table: "HtmlElement") -> str:
        """Its caption, else "Table", "Table 2"."""
        caption = table.find("caption")
        if caption is not None and (words := caption.text_content().strip()):
            return str(words)
        self.unnamed_tables += 1
        again = f" {self.unnamed_tables}" if self.unnamed_tables > 1 else ""
        return f"{_('Table')}{again}"

    def take(self) -> str:
        """The `<li>`s of the notes that were first referred to since the last call."""
        items = []
        for number, footnote in self.waiting:
            footnote.tag = "li"
            footnote.attrib.clear()
            anchor = f"{self.article_id}-{number}"
            footnote.set("id", f"fn-{anchor}")
            # Those of this part: the full text may refer to a teaser's note again, and outsiders
            # are not told. article.js adds the ways back to what stands on the reader's page.
            for reference in range(1, self.references[number] + 1):
                _append_text(footnote, " ")
                footnote.append(_way_back(anchor, reference))
            items.append(trees.outer(footnote))
        self.waiting = []
        return _finished.clean("".join(items))


def _way_back(anchor: str, reference: int) -> "HtmlElement":
    """From a note to one of the references to it."""
    label = _("Back to the text")
    if reference == 1:
        return trees.parse_one(
            format_html('<a class="fn-back" href="#fnref-{}" aria-label="{}">↩</a>', anchor, label)
        )
    return trees.parse_one(
        format_html(
            '<a class="fn-back" href="#fnref-{}-{}" aria-label="{} ({})">↩<sup>{}</sup></a>',
            anchor,
            reference,
            label,
            reference,
            reference,
        )
    )


def link_to(document_url: str) -> str:
    """How the link to a document begins in a finished text. Only `finish` writes its class."""
    return f'<a class="document" href="{document_url}"'


def _finish_part(
    article: Any,
    source: str,
    notes: _Notes,
    pictures: dict[int, Any],
    documents: dict[int, Any],
) -> str:
    root = trees.parse(source)
    for link in list(root.iter("a")):
        if key := named_in(link.get("href", "")):
            _place_document(article, link, documents.get(key))
    for footnote in list(root.iterfind(".//span[@class='footnote']")):
        if footnote.getparent() is not None:
            _replace(footnote, notes.refer(footnote))
    for image in list(root.iter("img")):
        _place_picture(article, image, pictures)
    for table in list(root.iter("table")):
        frame = trees.element("div", {"class": "table", "tabindex": "0", "role": "region"})
        frame.set("aria-label", notes.name_of(table))
        _replace(table, frame)
        frame.append(table)
    return _finished.clean(trees.inner(root)).strip()


def _documents(source: str) -> dict[int, Any]:
    named = documents_in(source)
    return Document.objects.in_bulk(named) if named else {}


def _place_document(article: Any, link: "HtmlElement", document: Any) -> None:
    if document is None:
        link.drop_tag()
        return
    link.attrib.clear()
    link.set("class", "document")
    link.set("href", article.document_url(document))
    _append_text(link, f" ({document.facts})")


def _pictures(*sources: str) -> dict[int, Any]:
    from eurasia.newsroom.pictures import Picture  # models need this module's fields first

    named = pictures_in(*sources)
    return Picture.objects.in_bulk(named) if named else {}


def _place_picture(article: Any, image: "HtmlElement", pictures: dict[int, Any]) -> None:
    picture = pictures.get(int(image.get("data-picture") or 0))
    if picture is None:
        image.drop_tree()
        return
    alternative = image.get("alt", "")
    image.attrib.clear()
    image.set("src", picture.file.url if picture.is_public else article.picture_url(picture))
    image.set("alt", alternative)
    image.set("width", str(picture.width))
    image.set("height", str(picture.height))
    image.set("loading", "lazy")
    image.set("decoding", "async")
    if picture.renditions:
        frame = trees.element("picture", {})
        _replace(image, frame)
        for source in picture.sources if picture.is_public else article.picture_sources(picture):
            given = {"type": source.type, "srcset": source.srcset, "sizes": PICTURE_SIZES}
            frame.append(trees.element("source", given))
        frame.append(image)


# --- The tree -------------------------------------------------------------------------------------


def _depth(source: str) -> int:
    """How deep the tags of `source` can be nested, without building anything.

    As browsers read it: `<div/>` opens a div, and an end without a beginning closes nothing.
    """
    open_tags: Counter[str] = Counter()
    depth = deepest = nesting = 0
    for match in _TAG.finditer(source):
        ends, name = match[1], match[2].lower()
        if name in _VOID or (ends and not open_tags[name]):
            continue
        if not ends and name in _CLOSED_BY_THE_NEXT and open_tags[name] > nesting:
            continue
        step = -1 if ends else 1
        open_tags[name] += step
        depth += step
        nesting += step if name not in _CLOSED_BY_THE_NEXT else 0
        deepest = max(deepest, depth)
    return deepest


def _refuse_monsters(source: str) -> None:
    if len(source.encode()) > MOST_BYTES:
        raise ValidationError(
            _("This text is longer than %(limit)s characters. Divide it into several articles.")
            % {"limit": f"{MOST_BYTES:,}"}
        )
    if any(len(tag.partition(">")[0].split()) > MOST_ATTRIBUTES for tag in source.split("<")[1:]):
        raise ValidationError(_("A tag of this text carries too much. Paste it as plain text."))
    # Markup can be made to look like a comment's, so all of it has a bound too.
    if _depth(_UNSEEN.sub("", source)) > MOST_DEPTH or _depth(source) > MOST_DEPTH_UNSEEN:
        raise ValidationError(
            _("This text nests its markup more than %(limit)d levels deep. Paste it as plain text.")
            % {"limit": MOST_DEPTH}
        )


def _replace(old: "HtmlElement", new: "HtmlElement") -> None:
    """Put `new` where `old` stands; the text after `old` stays where it is."""
    new.tail, old.tail = old.tail, None
    parent = old.getparent()
    parent.replace(old, new)


def _append_text(element: "HtmlElement", text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _replace_by_link(image: "HtmlElement") -> None:
    address = image.get("src", "")
    words = image.get("alt") or address
    if not address:
        image.drop_tree()
        return
    link = trees.element("a", {"href": address})
    link.text = words
    _replace(image, link)
