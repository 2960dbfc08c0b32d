"""Templates that are put together once draw what Django draws of them each time."""

import pytest
from django.template import Context, Engine, TemplateSyntaxError
from django.utils import translation

from eurasia.assembled import Assembled, Included

TEMPLATES = {
    "root": (
        "<{% block title %}root{% endblock %}>"
        "{% if shown %}{% block inner %}[{% block deep %}deep{% endblock %}]{% endblock %}"
        "{% endif %}"
        "{% for each in many %}{% block each %}{{ each }}{% endblock %},{% endfor %}"
        "{% block empty %}{% endblock %}{{ set }}"
    ),
    "middle": (
        '{% extends "root" %}{% block title %}middle of {{ block.super }}{% endblock %}'
        "{% block nowhere %}lost{% endblock %}"
    ),
    "page": (
        '{% extends "middle" %}{% block title %}page of {{ block.super }}{% endblock %}'
        "{% block deep %}{% if shown %}{{ block.super }}!{% endif %}{% endblock %}"
        "{% block each %}{{ forloop.counter }}{{ block.super }}{% endblock %}"
        '{% block empty %}{% url "newsroom:front" as set %}{{ set }}{{ block.super }}{% endblock %}'
    ),
    "beyond": (
        '{% extends "root" %}'
        "{% block title %}{% block more %}{{ block.super }}{% endblock %}{% endblock %}"
    ),
    "by expression": "{% extends parent %}{% block title %}above {{ block.super }}{% endblock %}",
    "below an expression": (
        '{% extends "by expression" %}{% block title %}{{ block.super }}?{% endblock %}'
    ),
    "piece": "({{ a }}{{ b }}{% translate 'Sign in' %} {% url 'newsroom:front' %})",
    "pieces": (
        "{% include 'piece' %}{% include 'piece' with a=b %}{% include 'piece' with a=b only %}"
        "{% include name %}{{ a }}"
    ),
    "turns": "{% cycle 'odd' 'even' %}",
    "with turns": "{% for each in many %}{% include 'turns' %}{% endfor %}",
    "itself": "{{ a }}{% if not again %}{% include 'itself' with again=1 a='-' %}{% endif %}",
    "with a page": "{% block title %}{% endblock %}{% include 'page' %}{% block x %}{% endblock %}",
    "with markup": "{% extends 'root' %}{% block title %}{{ b }}{{ block.super }}{% endblock %}",
}
CONTEXT = {"shown": True, "many": "ab", "parent": "middle", "name": "piece", "a": "A", "b": "<B>"}


def engine(*builtins, **how):
    kept = ("django.template.loaders.cached.Loader", [loader(TEMPLATES)])
    return Engine(loaders=[kept], builtins=["eurasia.steady", *builtins], **how)


def loader(templates):
    return "django.template.loaders.locmem.Loader", templates


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_is_drawn_is_what_django_draws(name):
    ours = engine("eurasia.assembled").get_template(name)
    django = engine().get_template(name)

    for language, context in [
        ("en", CONTEXT),
        ("fr", CONTEXT),
        ("en", {**CONTEXT, "shown": False, "parent": "root", "many": []}),
    ]:
        with translation.override(language):
            said = django.render(Context(context))
            assert ours.render(Context(context)) == said
            assert ours.render(Context(context)) == said


def test_template_may_extend_the_next_of_its_name():
    first = loader({"a": '{% extends "a" %}{% block x %}1{% endblock %}'})
    second = loader({"a": "-{% block x %}2{% endblock %}-"})
    both = Engine(loaders=[first, second], builtins=["eurasia.assembled"])

    assert both.get_template("a").render(Context()) == "-1-"


def test_super_stands_by_itself():
    source = "{% extends 'root' %}{% block title %}{{ block.super|upper }}{% endblock %}"

    with pytest.raises(TemplateSyntaxError, match="stands by itself"):
        engine("eurasia.assembled").from_string(source).render(Context(CONTEXT))


@pytest.mark.parametrize("name, is_debugged, is_put_together", [
    ("page", False, True),
    ("page", True, False),  # its pages of errors show the line
    ("by expression", False, False),
    ("below an expression", False, False),
])  # fmt: skip
def test_what_is_put_together(name, is_debugged, is_put_together):
    page = engine("eurasia.assembled", debug=is_debugged).get_template(name)

    page.render(Context(CONTEXT))

    (node,) = page.nodelist.get_nodes_by_type(Assembled)
    assert bool(node.nodes) is is_put_together


@pytest.mark.parametrize("is_debugged", [False, True])
def test_what_is_included_is_put_together_where_nobody_looks_for_errors(is_debugged):
    page = engine("eurasia.assembled", debug=is_debugged).get_template("pieces")

    said = page.render(Context(CONTEXT))

    assert said == engine().get_template("pieces").render(Context(CONTEXT))
    nodes = [bool(node.nodes) for node in page.nodelist.get_nodes_by_type(Included)]
    assert nodes == ([False] * 4 if is_debugged else [True, True, False, False])
