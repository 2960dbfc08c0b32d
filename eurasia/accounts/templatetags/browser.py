from django import template

from eurasia.accounts import browsers

register = template.Library()


@register.filter
def browser(user_agent: str) -> str:
    """The browser of a User-Agent in plain words: Firefox on Linux."""
    return str(browsers.named(user_agent))
