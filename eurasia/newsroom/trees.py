"""HTML as a tree of elements, and back.

lxml comes with the first tree: who serves readers alone has no use for its 5 MB.
"""

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement


def parse(source: str) -> "HtmlElement":
    """A `<div>` around all of it."""
    from lxml import html

    return html.fragment_fromstring(source, create_parent="div")


def parse_one(source: str) -> "HtmlElement":
    """Its only element."""
    from lxml import html

    return html.fragment_fromstring(source)


def element(name: str, attributes: dict[str, str]) -> "HtmlElement":
    from lxml import html

    return html.Element(name, attributes)


def outer(element: "HtmlElement") -> str:
    """It and what it holds, as HTML; nothing of what follows it."""
    from lxml import html

    return str(html.tostring(element, encoding="unicode", with_tail=False))


def inner(root: "HtmlElement") -> str:
    """What it holds, as HTML."""
    from lxml import html

    return escape(root.text or "", quote=False) + "".join(
        html.tostring(child, encoding="unicode") for child in root
    )
