"""What stands on every page alike knows the journal and the language, and nothing else."""

import pytest
from django.template import RequestContext, TemplateSyntaxError, engines
from django.utils import translation

from eurasia.accounts.models import User

PIECE = (
    "{% load i18n %}{% furniture %}{{ site_name }}{{ reader }}{{ secret }}{{ request.path }} "
    "{% translate 'Archive' %}{% endfurniture %}"
)


@pytest.fixture
def template():
    return engines["django"].from_string(PIECE).template


def draw(template, rf, language="en"):
    request = rf.get("/en/")
    request.resolver_match = None
    request.user = User(email="reader@example.org")
    with translation.override(language):
        return template.render(RequestContext(request, {"secret": "gated", "reader": "somebody"}))


def test_it_is_drawn_in_each_language_and_knows_no_reader(template, rf):
    assert draw(template, rf) == "EurasiaPeace Archive"
    assert draw(template, rf, "fr") == "EurasiaPeace Archives"
    assert draw(template, rf) == "EurasiaPeace Archive"


def test_it_follows_a_setting_that_a_test_changes(template, rf, settings):
    draw(template, rf)
    settings.SITE_NAME = "Another"

    assert draw(template, rf) == "Another Archive"


def test_it_holds_no_block_which_each_page_may_fill_differently():
    with pytest.raises(TemplateSyntaxError, match="put furniture into it"):
        engines["django"].from_string(
            "{% furniture %}{% block a %}A{% endblock %}{% endfurniture %}"
        )
