"""What a page says of itself to those who share its address."""

import re
from html import unescape

from django import template
from django.conf import settings
from django.utils.html import strip_tags
from django.utils.text import Truncator

from eurasia.newsroom import cards
from eurasia.newsroom.models import Article

register = template.Library()

MOST = 200
LOCALES = {"en": "en_GB", "fr": "fr_FR"}
_REFERENCES = re.compile(r"<sup>(?=<a class=\"fn-ref\").*?</sup>")

_ENDS = re.compile(r"</(?:p|h[2-4]|li|d[dt]|t[dh]|blockquote|figcaption|caption)>|<br>")


@register.simple_tag
def card_url(article: Article | None = None) -> str:
    """The absolute address of the share card of an article, or of all other pages."""
    return settings.SITE_URL + cards.address_of(article or None)


@register.filter
def abstract(article: Article) -> str:
    """The standfirst, or else the beginning of the teaser: public text alone."""
    return Truncator(article.standfirst or words(article.teaser_html)).chars(MOST)


@register.filter
def words(text: str) -> str:
    """The words of finished HTML, without the numbers of notes; a paragraph ends with a space."""
    plain = unescape(strip_tags(_ENDS.sub(" ", _REFERENCES.sub("", text))))
    return " ".join(plain.split())


@register.filter
def locale(language: str) -> str:
    """A language as Open Graph writes it."""
    return LOCALES.get(language, language)
