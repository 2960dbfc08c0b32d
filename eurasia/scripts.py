"""The scripts that stand in the page, allowed by their digests.

Modules are fetched once the page has loaded: before, they would take the line from what it shows.
"""

import base64
import hashlib
import json
from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from eurasia.policy import Policy, policy_of

#: By the names of their files.
MODULES = ["article", "search"]

# --- Speculation rules (https://wicg.github.io/nav-speculation/speculation-rules.html) ------------

#: What is no page, costs somebody something, or differs from one minute to the next.
LEFT_ALONE = [
    "/",
    "/admin/*",
    "/media/*",
    "/static/*",
    "/*/account/*",
    "/*/accounts/*",
    "/*/feed/*",
    "/*/*.*",
]
#: What a browser may fetch before somebody follows a link: on hover, or when a finger comes down,
#: what a reader is about to follow, and no more.
RULES = {
    "prefetch": [
        {
            "where": {
                "and": [
                    {"href_matches": "/*"},
                    *({"not": {"href_matches": path}} for path in LEFT_ALONE),
                    {"not": {"selector_matches": "[download], [rel~=nofollow], [rel~=external]"}},
                ]
            },
            "eagerness": "moderate",
        }
    ]
}

# --- In the page ----------------------------------------------------------------------------------

register = template.Library()


@cache
def texts() -> dict[str, str]:
    """The rules under the `type` of their element, what fetches a module under its name."""
    return {
        "speculationrules": json.dumps(RULES, separators=(",", ":")),
        **{
            name: f'addEventListener("load",()=>import("{static(f"js/{name}.js")}"))'
            for name in MODULES
        },
    }


def digest(text: str) -> str:
    """As a source of a content security policy (CSP 3, 6.7.3.3)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def digests() -> list[str]:
    return [digest(text) for text in texts().values()]


@register.simple_tag(takes_context=True)
def speculation_rules(context: dict[str, Any]) -> SafeString:
    """On public pages; those behind a sign-in are fetched when asked for."""
    match = getattr(context.get("request"), "resolver_match", None)
    if match is None or policy_of(match) is not Policy.PUBLIC:
        return SafeString("")
    return _element("speculationrules", "speculationrules")


@register.simple_tag
def script(name: str) -> SafeString:
    return _element("module", name)


@cache
def _element(kind: str, name: str) -> SafeString:
    text = mark_safe(texts()[name])  # noqa: S308 - our own files
    return format_html('<script type="{}">{}</script>', kind, text)
