"""The style sheets stand in the page: on a slow line its text shows a round trip or two sooner.

The policy of styles names them by their digests, so no other <style> is obeyed, and every reader
gets the same bytes. The desk, which is no page of the journal, links its sheets.
"""

import re
from functools import cache
from pathlib import Path

from csp.constants import HEADER
from csp.middleware import CSPMiddleware as AnyCSPMiddleware
from csp.middleware import PolicyParts
from django import template
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from eurasia import scripts

register = template.Library()

FOLDER = Path(__file__).parent / "static" / "css"
#: The files of each sheet. Every page has the first, which declares the order of the layers.
SHEETS = {
    "house": ["tokens", "fonts", "base", "print"],
    "newsroom": ["newsroom", "focus"],
    "overview": ["overview"],
    "search": ["search"],
    "membership": ["membership"],
    "account": ["account"],
}
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ADDRESS = re.compile(r'url\("\.\./([^"]+)"\)')


@cache
def text_of(name: str) -> str:
    """The rules of a sheet without comments and line ends, which weigh a fifth of it."""
    rules = "".join((FOLDER / f"{file}.css").read_text() for file in SHEETS[name])
    rules = _ADDRESS.sub(lambda found: f'url("{static(found[1])}")', _COMMENT.sub("", rules))
    return " ".join(rules.split())


@cache
def digests() -> list[str]:
    return [scripts.digest(text_of(name)) for name in SHEETS]


@register.simple_tag
@cache
def sheet(name: str) -> SafeString:
    return format_html("<style>{}</style>", mark_safe(text_of(name)))  # noqa: S308 - our own files


class CSPMiddleware(AnyCSPMiddleware):
    """django-csp's, with what stands in the page: settings know no digests of it.

    The policy of a page that asks for nothing of its own is put together once.
    """

    plain: str | None = None

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if settings.DEBUG or any(
            name.startswith("_csp") for name in (*vars(response), *vars(request))
        ):
            return super().process_response(request, response)
        if self.plain is None:
            # Not of this answer, which may have brought a policy.
            self.plain = super().process_response(request, HttpResponse()).headers[HEADER]
        response.headers.setdefault(HEADER, self.plain)
        return response

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        parts.update = {"style-src": digests(), "script-src": scripts.digests()}
        return parts
