"""Django's `{% url %}`, `{% static %}` and `{% translate %}`, which find out but once what they say
each time alike.

A page asks for a score of addresses and texts that go by nothing but the language. An address with
a slug is put into what the others of its route have in common; one with other arguments, and a text
that is not written in the template itself, are found anew as ever.

All templates have these, and the other tags of `i18n`, without loading them. What loads `i18n` or
`static` all the same, as the admin's own templates do, gets Django's. For models, `address` does
the same.
"""

import re
from contextlib import suppress
from functools import cache
from typing import Any

from django.core.signals import setting_changed
from django.dispatch import receiver
from django.template import Context, Library, Node, NodeList
from django.template.base import FilterExpression
from django.template.defaulttags import url as any_url
from django.templatetags import i18n
from django.templatetags.static import do_static
from django.urls import NoReverseMatch, reverse
from django.utils import translation

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)

#: Stands for a slug, and is one.
_SLUG = "slug-that-nothing-has"
_IS_SLUG = re.compile(r"[a-z0-9-]+").fullmatch


class SteadyNode(Node):
    """What `node` renders, by language."""

    child_nodelists = ()
    #: How often settings have changed: tests change some while the process runs.
    changes = 0

    def __init__(self, node: Node | NodeList) -> None:
        self.node = node
        self.said: dict[str, Any] = {}
        self.since = 0

    def render(self, context: Context) -> Any:
        if self.since != SteadyNode.changes:
            self.said, self.since = {}, SteadyNode.changes
        language = translation.get_language()
        said = self.said.get(language)
        if said is None:
            said = self.said[language] = self.node.render(context)
        return said


@receiver(setting_changed)
def _forget(**_signal: Any) -> None:
    SteadyNode.changes += 1


class AddressNode(Node):
    """What `node`, an address with one argument, renders where that is a slug."""

    child_nodelists = ()

    def __init__(self, node: Any) -> None:
        self.node, self.argument = node, node.args[0]
        self.route = node.view_name.var

    def render(self, context: Context) -> Any:
        slug = self.argument.resolve(context)
        if isinstance(slug, str) and _IS_SLUG(slug):
            with suppress(NoReverseMatch):  # such as one that takes a number
                return address(self.route, slug)
        return self.node.render(context)


@register.tag
def url(parser: Any, token: Any) -> Node:
    node = any_url(parser, token)
    if not _is_outright(node.view_name) or node.kwargs or node.asvar:
        return node
    if not node.args:
        return SteadyNode(node)
    is_ours = not node.view_name.var.startswith("admin:")  # which may be there more than once
    return AddressNode(node) if is_ours and len(node.args) == 1 else node


@register.tag
def static(parser: Any, token: Any) -> Node:
    node = do_static(parser, token)
    return SteadyNode(node) if _is_outright(node.path) and node.varname is None else node


def _is_outright(said: FilterExpression) -> bool:
    """Whether it stands in the template itself."""
    return isinstance(said.var, str) and not said.filters


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
