"""The scripts that stand in the page, allowed by their digests: no slow line waits for them.

A request more, on a connection of its own, would be a round trip more to the first picture.
"""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from eurasia.policy import Policy, policy_of

ARTICLE = Path(__file__).parent / "static" / "js" / "article.js"

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
    """Each script by the `type` of its element."""
    lines = (line.strip() for line in ARTICLE.read_text().splitlines())
    return {
        "speculationrules": json.dumps(RULES, separators=(",", ":")),
        "module": "\n".join(line for line in lines if line and not line.startswith("//")),
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
    return _element("speculationrules")


@register.simple_tag
def article_script() -> SafeString:
    return _element("module")


def _element(kind: str) -> SafeString:
    text = mark_safe(texts()[kind])  # noqa: S308 - our own files
    return format_html('<script type="{}">{}</script>', kind, text)
