"""What the search page marks."""

from django import template

from eurasia.newsroom import highlighting

register = template.Library()

register.filter("marked", highlighting.marked)
