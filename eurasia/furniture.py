"""Page furniture: what stands on every page of a language alike is drawn once, then repeated.

    {% furniture %}{% include "_colophon.html" %}{% endfurniture %}

It is drawn knowing the journal's settings and the language, and nothing else: no request, no
reader, no article can get into it.
"""

from typing import Any

from django import template
from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.loader_tags import BlockNode
from django.utils.safestring import SafeString

from eurasia import languages
from eurasia.steady import SteadyNode

register = template.Library()


class FurnitureNode(Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        #: By language: with what the journal and its settings said when it was drawn.
        self.drawn: dict[str, tuple[Any, int, SafeString]] = {}

    def render(self, context: Context) -> SafeString:
        language, said = languages.current(), languages.of_the_journal()
        journal, since, drawn = self.drawn.get(language, (None, 0, SafeString()))
        if journal is not said["journal"] or since != SteadyNode.changes:
            bare = Context(said)
            with bare.bind_template(context.template):  # type: ignore[arg-type]  # it has one while it is drawn
                drawn = self.nodelist.render(bare)
            self.drawn[language] = said["journal"], SteadyNode.changes, drawn
        return drawn


@register.tag
def furniture(parser: Any, token: Any) -> FurnitureNode:
    nodelist = parser.parse(["endfurniture"])
    parser.delete_first_token()
    if nodelist.get_nodes_by_type(BlockNode):
        raise TemplateSyntaxError("A block may differ from page to page: put furniture into it.")
    return FurnitureNode(nodelist)
