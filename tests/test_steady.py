"""What is found out once a language is what Django would say each time."""

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation

from eurasia.steady import SteadyNode, address


def steady_nodes(template):
    return len(template.nodelist.get_nodes_by_type(SteadyNode))


@pytest.mark.parametrize(
    "source, count",
    [
        ("{% url 'newsroom:front' %}", 1),
        ("{% translate 'Sign in' %}", 1),
        ("{% trans 'Sign in' %}", 1),
        ("{% url 'newsroom:article' slug %}", 0),
        ("{% url name %}", 0),
        ("{% url 'newsroom:front' as there %}{{ there }}", 0),
        ("{% translate said %}", 0),
        ("{% translate 'Sign in'|upper %}", 0),
        ("{% translate 'May' context 'month' %}", 0),
        ("{% translate 'Sign in' as said %}{{ said }}", 0),
        ("{% translate 'Sign in' noop %}", 1),
        ("{% translate '<b>&amp;</b> 100%%' %}", 1),
    ],
)
def test_tags_say_what_those_of_django_say(source, count):
    steady, plain = Template(source), Template("{% load i18n %}" + source)
    context = {"slug": "the-crossing", "name": "newsroom:front", "said": "<Sign in>"}

    for language in ["en", "fr", "en"]:
        with translation.override(language):
            assert steady.render(Context(context)) == plain.render(Context(context))
    assert steady_nodes(steady) == count


def test_address_is_that_of_the_resolver_in_its_language():
    with translation.override("fr"):
        assert address("newsroom:article", "the-crossing") == "/fr/articles/the-crossing/"
        assert address("newsroom:file", "iran", "en") == "/en/files/iran/"
        assert address("newsroom:file", "iran") == reverse("newsroom:file", args=["iran"])


def test_no_request_says_what_addresses_begin_with(client, db):
    client.get("/en/articles/", SCRIPT_NAME="/elsewhere")
    reached = client.get("/fr/articles/", SCRIPT_NAME="/elsewhere")
    assert reached.status_code == 200
    assert "/elsewhere" not in reached.content.decode()
