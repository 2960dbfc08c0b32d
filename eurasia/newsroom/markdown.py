"""Markdown of what is finished. Its library takes 8 MB: see `twins`, which loads it when asked."""

import re
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from markdownify import ATX, MarkdownConverter

#: At the beginning of a line, the sign that would make it a heading, a list, a quotation or a rule.
_BEGINS = re.compile(r"^([ \t]*(?:\d{1,9}(?=[.)]))?)((?<=\d)[.)]|(?<!\d)[-+=#>])", re.MULTILINE)
_ENTITY = re.compile(r"&(?=#?\w+;)")

#: Its stubs tell of no method.
_AnyConverter: Any = MarkdownConverter


class _Converter(_AnyConverter):
    """From finished HTML. What is no markup there is none in Markdown either."""

    class Options:
        bullets = "-"
        heading_style = ATX
        autolinks = False

    def escape(self, text: str, parent_tags: set[str]) -> str:
        marks = "\\`<[]~|" if parent_tags & {"td", "th"} else "\\`<[]~"
        for character in marks:
            text = text.replace(character, f"\\{character}")
        text = _BEGINS.sub(r"\1\\\2", _ENTITY.sub(r"\\&", text))
        return str(super().escape(text, parent_tags))

    def convert_a(self, el: Any, text: str, parent_tags: set[str]) -> str:
        kinds = el.get("class") or []
        if "fn-back" in kinds:
            return ""
        if "fn-ref" in kinds:
            return f"[^{_number(el['href'])}]"
        if href := el.get("href"):
            el["href"] = target(urljoin(settings.SITE_URL, href))
        if title := el.get("title"):
            el["title"] = self.escape(" ".join(title.split()), parent_tags)
        return str(super().convert_a(el, text, parent_tags))

    def convert_img(self, el: Any, text: str, parent_tags: set[str]) -> str:
        el["src"] = urljoin(settings.SITE_URL, el["src"])
        el["alt"] = self.escape(" ".join(el.get("alt", "").split()), parent_tags)
        return str(super().convert_img(el, text, parent_tags))

    def convert_li(self, el: Any, text: str, parent_tags: set[str]) -> str:
        if el.get("id"):
            return f"[^{_number(el['id'])}]: {' '.join(text.split())}\n\n"
        return str(super().convert_li(el, text, parent_tags))

    def convert_pre(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """The fence is longer than any in the listing, which would else end it."""
        longest = max(map(len, re.findall("`+", text)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"\n\n{fence}\n{text}\n{fence}\n\n" if text else ""


def target(address: str) -> str:
    """An address as a link has it, whatever stands in it."""
    return f"<{address.replace('<', '%3C').replace('>', '%3E')}>"


def _number(anchor: str) -> str:
    """That of a note, from `fn-<article>-<n>`."""
    return anchor.rpartition("-")[2]


_converter = _Converter()


def of_html(finished: str) -> str:
    """Finished HTML; addresses are whole."""
    return _converter.convert(finished).strip() if finished else ""


def of_text(text: str) -> str:
    """A plain text on one line, none of whose characters is markup."""
    return _converter.escape(" ".join(text.split()), set())
