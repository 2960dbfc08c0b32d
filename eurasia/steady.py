"""Django's `{% url %}` and `{% translate %}`, which find out once what they say each time alike.

A page asks for a score of addresses and texts that go by nothing but the language. An address with
arguments, and a text that is not written in the template itself, are found anew as ever.

All templates have these, and the other tags of `i18n`, without loading them. What loads `i18n` all
the same, as the admin's own templates do, gets Django's. For models, `address` does the same.
"""

from functools import cache
from typing import Any

from django.core.signals import setting_changed
from django.template import Context, Library, Node
from django.template.defaulttags import url as any_url
from django.templatetags import i18n
from django.urls import reverse
from django.utils import translation

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)

#: Stands for a slug, and is one.
_SLUG = "slug-that-nothing-has"


class SteadyNode(Node):
    """What `node` renders, by language."""

    child_nodelists = ()

    def __init__(self, node: Node) -> None:
        self.node = node
        self.said: dict[str, Any] = {}
        # Tests change settings while the process runs.
        setting_changed.connect(self._forget)

    def _forget(self, **_signal: Any) -> None:
        self.said.clear()

    def render(self, context: Context) -> Any:
        language = translation.get_language()
        said = self.said.get(language)
        if said is None:
            said = self.said[language] = self.node.render(context)
        return said


@register.tag
def url(parser: Any, token: Any) -> Node:
    node = any_url(parser, token)
    is_steady = isinstance(node.view_name.var, str) and not (node.args or node.kwargs or node.asvar)
    return SteadyNode(node) if is_steady else node


def _translate(parser: Any, token: Any) -> Node:
    node = i18n.do_translate(parser, token)
    text = node.filter_expression
    is_steady = text.var.literal is not None and not (
        text.filters or node.asvar or node.message_context
    )
    return SteadyNode(node) if is_steady else node


register.tag("translate", _translate)
register.tag("trans", _translate)


def address(route: str, slug: str, language: str | None = None) -> str:
    """The address of what has this slug, in a language or in the active one."""
    return _pattern(route, language or translation.get_language()).replace(_SLUG, slug)


@cache
def _pattern(route: str, language: str) -> str:
    with translation.override(language):
        return reverse(route, args=[_SLUG])
