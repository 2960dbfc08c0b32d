"""What a page says of itself to those who share its address."""

from django import template
from django.conf import settings
from django.utils.text import Truncator

from eurasia.newsroom import cards, rendering
from eurasia.newsroom.models import Article

register = template.Library()

MOST = 200
LOCALES = {"en": "en_GB", "fr": "fr_FR"}

register.filter("words", rendering.visible_words)


@register.simple_tag
def card_url(article: Article | None = None) -> str:
    """The absolute address of the share card of an article, or of all other pages."""
    return settings.SITE_URL + cards.address_of(article or None)


@register.filter
def abstract(article: Article) -> str:
    """The standfirst, or else the beginning of the teaser: public text alone."""
    return Truncator(article.standfirst or rendering.visible_words(article.teaser_html)).chars(MOST)


@register.filter
def locale(language: str) -> str:
    """A language as Open Graph writes it."""
    return LOCALES.get(language, language)
