"""Hostile HTML by every way in: nothing of it may run, in texts, captions, titles or names."""

import json
import re
from functools import cache
from pathlib import Path

import pytest
from django.contrib.admin import site
from django.contrib.admin.utils import flatten_fieldsets
from lxml import html

from eurasia.newsroom import rendering, vault
from eurasia.newsroom.models import Article, FullText
from tests.exchange.conftest import Folder
from tests.proof import IS_PROOF

PAYLOADS = json.loads((Path(__file__).parents[1] / "samples/hostile.json").read_text())
#: A way takes all of them under `make prove`, a quarter in the suite, a browser half as many.
SOME = PAYLOADS if IS_PROOF else PAYLOADS[::4]
FRAMES = [
    "{}",
    "<p>Before {} after</p>",
    '<figure><img data-picture="1" alt="x"><figcaption>{}</figcaption></figure>',
    "<table><caption>{}</caption><tbody><tr><td>{}</td></tr></tbody></table>",
    '<p>Word<span class="footnote">{}</span></p>',
]
#: What a finished text may be made of; href and cite only of these schemes.
ELEMENTS = rendering.PHRASING | rendering.BLOCKS | {"picture", "source"}
ATTRIBUTES = {
    "alt", "aria-label", "cite", "class", "colspan", "decoding", "dir", "height", "href",
    "hreflang", "id", "lang", "loading", "role", "rowspan", "scope", "sizes", "span", "src",
    "srcset", "start", "tabindex", "title", "type", "width",
}  # fmt: skip
SCHEME = re.compile(r"[\s\x00-\x1f]*[a-z][a-z0-9+.\s-]*:", re.IGNORECASE)
LINKS = ("http://", "https://", "mailto:")


def executable(text):
    """What of a finished text could run or load something."""
    found = []
    for element in html.fragment_fromstring(text, create_parent="div").iterdescendants():
        if not isinstance(element.tag, str) or element.tag not in ELEMENTS:
            found.append(str(element.tag))
            continue
        for name, value in element.attrib.items():
            is_address = name in {"href", "cite", "src"}
            # An address without a scheme (RFC 3986, 3.1) leads to this site.
            is_foreign = SCHEME.match(value) and not value.lower().startswith(LINKS)
            if name not in ATTRIBUTES or (is_address and is_foreign):
                found.append(f'{element.tag} {name}="{value}"')
    return found


def texts_of(article):
    article.refresh_from_db()
    with vault.opened("desk"):
        full_text = FullText.objects.get(pk=article.pk)
    return [
        article.teaser,
        article.teaser_html,
        article.teaser_notes,
        full_text.body,
        full_text.body_html,
        full_text.body_notes,
    ]


def finished(article):
    _source, *texts = texts_of(article)
    return [text for position, text in enumerate(texts) if position != 2]


@cache
def form_of_the_desk(request):
    model_admin = site._registry[Article]
    fields = flatten_fieldsets(model_admin.get_fieldsets(request))
    return model_admin, model_admin.get_form(request, fields=[*fields])


def by_the_editor(request, source, number):
    """None where the form refuses it with a word."""
    slug = f"hostile-{number}"
    sent = {"language": "en", "slug": slug, "headline": "A", "access": "subscribers"}
    sent |= {"work": slug, "teaser": source, "body": source}
    model_admin, form_class = form_of_the_desk(request)
    form = form_class(sent)
    if not form.is_valid():
        assert form.errors.keys() <= {"teaser", "body"}
        return None
    article = form.save(commit=False)
    model_admin.save_model(request, article, form, change=False)
    return article


def by_save_alone(request, source, number):
    article = Article(language="en", slug=f"saved-{number}", headline="A", teaser=source)
    article.save()
    with vault.opened("desk"):
        full_text = FullText(article=article, body=source)
        full_text.save()
        rendering.finish(article, full_text)
        full_text.save()
    article.save()
    return article


@pytest.mark.proof
@pytest.mark.parametrize(
    "way, payloads",
    [(by_the_editor, SOME), (by_save_alone, PAYLOADS)],
    ids=["by_the_editor", "by_save_alone"],
)
def test_hostile_text_leaves_nothing_that_runs(way, payloads, rf, editor):
    assert len(set(PAYLOADS)) >= 200
    request = rf.post("/admin/newsroom/article/add/")
    request.user = editor

    left = {}
    for number, payload in enumerate(payloads):
        source = "".join(frame.replace("{}", payload) for frame in FRAMES)
        article = way(request, source, number)
        if article and (found := [each for text in finished(article) for each in executable(text)]):
            left[payload] = found

    assert left == {}


@pytest.mark.proof
def test_hostile_import_leaves_nothing_that_runs(db, tmp_path):
    folder = Folder(tmp_path / "edition")
    for number, payload in enumerate(SOME):
        text = payload.replace("\x00", "").replace("\x01", "").replace("\x0b", "")
        headline = json.dumps(text.replace("\n", " ").strip()[:200] or "A")
        folder.write(
            f"articles/{number}.md",
            f"---\nheadline: {headline}\nlanguage: en\nslug: hostile-{number}\n"
            "published_at: 2025-01-01\n---\nFree.\n\n"
            f"{text}\n\n<!--more-->\n\n{text}\n",
        )

    folder.run()

    articles = list(Article.objects.all())
    assert len(articles) >= len(SOME) - 10
    left = {
        article.headline: found
        for article in articles
        if (found := [each for text in finished(article) for each in executable(text)])
    }
    assert left == {}
