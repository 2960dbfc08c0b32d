"""Django's `{% extends %}`, `{% block %}` and `{% include %}`, put together once.

A page is drawn by a dozen templates, and Django finds out each time anew which of their blocks
stands where: a fifth of the time of a page. Where all of them are named outright, this is found
out when the first page is drawn, and the nodes are kept as one list. What in it goes by nothing but
the language becomes one piece with the text around it. What is drawn is the same; a template whose
name is an expression is Django's affair as ever.
"""

from collections import defaultdict
from copy import copy
from itertools import groupby
from typing import Any

from django.template import Context, Engine, Library, Node, NodeList, TemplateSyntaxError
from django.template.base import TextNode, VariableNode
from django.template.defaulttags import (
    CsrfTokenNode,
    CycleNode,
    ForNode,
    IfChangedNode,
    IfNode,
    WithNode,
)
from django.template.library import SimpleNode
from django.template.loader_tags import (
    BLOCK_CONTEXT_KEY,
    BlockNode,
    ExtendsNode,
    IncludeNode,
    do_extends,
    do_include,
)

from eurasia.furniture import FurnitureNode
from eurasia.steady import AddressNode, SteadyNode

register = Library()

#: What remembers something while a template is drawn, for which an included one has its own place.
KEEPERS: Any = (ExtendsNode, BlockNode, CycleNode, IfChangedNode)
#: What nothing but the language changes.
STEADY = (TextNode, SteadyNode)
_SUPER = "block.super"


class Once:
    """Mixed into a node: what it comes to is put together when it is drawn first."""

    #: None: Django draws it.
    nodes: NodeList | None = None
    is_put_together = False

    def put_together(self, engine: Engine) -> NodeList | None:
        raise NotImplementedError

    def nodes_for(self, context: Any) -> NodeList | None:
        engine = context.template.engine
        if engine.debug:
            return None  # its pages of errors show the line
        if not self.is_put_together:
            self.nodes = self.put_together(engine)
            self.is_put_together = True
        return self.nodes


class Assembled(Once, ExtendsNode):
    """A template with all that it extends."""

    def put_together(self, engine: Engine) -> NodeList | None:
        return _page_of(self, engine)

    def render(self, context: Any) -> Any:
        nodes = self.nodes_for(context)
        # Below a template whose parent is an expression, Django looks for the blocks of both.
        if nodes is None or BLOCK_CONTEXT_KEY in context.render_context:
            return super().render(context)
        return nodes.render(context)


class Included(Once, IncludeNode):
    """An included template. Each place where it stands looks for it once."""

    def put_together(self, engine: Engine) -> NodeList | None:
        name = _outright(self.template)
        if name is None or self.isolated_context:
            return None
        nodes = engine.get_template(name).nodelist
        return None if nodes.get_nodes_by_type(KEEPERS) else _Placing({}).placed(nodes)

    def render(self, context: Any) -> Any:
        nodes = self.nodes_for(context)
        if nodes is None:
            return super().render(context)
        values = {name: value.resolve(context) for name, value in self.extra_context.items()}
        with context.push(**values):
            return nodes.render(context)


class Placed(Node):
    """The content of a block where it stands: what it sets, it sets for itself."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> Any:
        context.push()
        try:
            return self.nodelist.render(context)
        finally:
            context.pop()


#: What sets no variable for those after it.
SILENT = (
    *STEADY, AddressNode, CsrfTokenNode, ForNode, FurnitureNode, IfNode, IncludeNode, Placed,
    VariableNode, WithNode,
)  # fmt: skip


@register.tag
def extends(parser: Any, token: Any) -> Node:
    node = do_extends(parser, token)
    return Assembled(node.nodelist, node.parent_name)


@register.tag
def include(parser: Any, token: Any) -> Node:
    node = do_include(parser, token)
    return Included(
        node.template, extra_context=node.extra_context, isolated_context=node.isolated_context
    )


def _outright(name: Any) -> str | None:
    """The name of a template that is no expression."""
    return name.var if isinstance(name.var, str) and not name.filters else None


def _page_of(node: ExtendsNode, engine: Engine) -> NodeList | None:
    """None where a template on the way up is not named outright."""
    levels: dict[str, list[BlockNode]] = defaultdict(list)
    above: Any = node
    passed = [node.origin]
    while above is not None:
        _add(levels, above.blocks)
        name = _outright(above.parent_name)
        if name is None:
            return None
        # A template may extend the next of its own name.
        template, origin = engine.find_template(name, skip=passed)
        passed.append(origin)
        above = next(iter(template.nodelist.get_nodes_by_type(ExtendsNode)), None)
    blocks: list[Any] = template.nodelist.get_nodes_by_type(BlockNode)
    _add(levels, {block.name: block for block in blocks})
    return _Placing(levels).placed(template.nodelist)


def _add(levels: dict[str, list[BlockNode]], blocks: dict[str, BlockNode]) -> None:
    for name, block in blocks.items():
        levels[name].append(block)


class _Placing:
    """Puts blocks where they belong. `levels`: of each name, the one that holds first."""

    def __init__(self, levels: dict[str, list[BlockNode]]) -> None:
        self.levels = levels

    def placed(self, nodes: NodeList, name: str = "", level: int = 0) -> NodeList:
        """`nodes` as they are drawn. Those of a block have its name and their level of it."""
        found = NodeList()
        for node in nodes:
            if isinstance(node, BlockNode):
                found.extend(self.block(node.name, 0))
            elif _is_super(node):
                found.extend(self.block(name, level + 1))
            elif isinstance(node, (IfNode, ForNode, WithNode)) or any(
                isinstance(each, BlockNode) or _asks_super(each)
                for each in node.get_nodes_by_type(Node)
            ):
                found.append(self.copied(node, name, level))
            else:
                found.append(node)
        return _joined(found)

    def block(self, name: str, level: int) -> list[Node]:
        """Nothing beyond the last level, as `{{ block.super }}` is empty there."""
        at_level = self.levels[name][level : level + 1]
        nodes = self.placed(at_level[0].nodelist, name, level) if at_level else NodeList()
        inside: list[Any] = nodes.get_nodes_by_type(Node)
        return nodes if all(map(_sets_nothing, inside)) else [Placed(nodes)]

    def copied(self, node: Node, name: str, level: int) -> Node:
        if _asks_super(node):
            raise TemplateSyntaxError(f"{{{{ {_SUPER} }}}} stands by itself, in no other tag.")
        new = copy(node)
        if isinstance(new, IfNode):
            new.conditions_nodelists = [
                (condition, self.placed(nodes, name, level))
                for condition, nodes in new.conditions_nodelists
            ]
        else:
            for each in new.child_nodelists:
                if nodes := getattr(new, each, None):
                    setattr(new, each, self.placed(nodes, name, level))
        return new


def _joined(nodes: NodeList) -> NodeList:
    """With one piece for what is steady from one node to the next."""
    found = NodeList()
    for is_steady, run in groupby(nodes, lambda node: isinstance(node, STEADY)):
        pieces = NodeList(run)
        found.extend([SteadyNode(pieces)] if is_steady and len(pieces) > 1 else pieces)
    return found


def _sets_nothing(node: Any) -> bool:
    """Whether what comes after it knows no more than before; of any other node nobody knows."""
    return isinstance(node, SILENT) or (isinstance(node, SimpleNode) and not node.target_var)


def _is_super(node: Node) -> bool:
    return isinstance(node, VariableNode) and _said_of(node) == _SUPER


def _asks_super(node: Node) -> bool:
    return not isinstance(node, TextNode) and _SUPER in _said_of(node)


def _said_of(node: Any) -> str:
    return node.token.contents
