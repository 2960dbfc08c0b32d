"""Speculation rules: which pages a browser may fetch before somebody follows their links.

A response header names the rules, so that no page carries a script for them.
"""

import hashlib
import json
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from eurasia.policy import Policy, machine, policy_of

#: What is no page, costs somebody something, or differs from one minute to the next.
LEFT_ALONE = [
    "/",
    "/admin/*",
    "/media/*",
    "/static/*",
    "/*/account/*",
    "/*/accounts/*",
    "/*/feed/",
    "/*/*.*",
]
#: On hover, or when a finger comes down: what a reader is about to follow, and no more.
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
BODY = json.dumps(RULES, separators=(",", ":"))
DIGEST = hashlib.sha256(BODY.encode()).hexdigest()[:16]
FOREVER = "public, max-age=31536000, immutable"


@machine
def rules(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(BODY, content_type="application/speculationrules+json")
    if request.GET.get("v") == DIGEST:
        response["Cache-Control"] = FOREVER
    return response


class SpeculationMiddleware:
    """Names the rules on the public pages; those behind a sign-in are fetched when asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        is_public = match is not None and policy_of(match) is Policy.PUBLIC
        if response.status_code == 200 and is_page and is_public:
            response["Speculation-Rules"] = f'"{reverse("speculation_rules")}?v={DIGEST}"'
        return response
