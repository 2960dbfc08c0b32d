"""Every mail that can leave the house, with what it is made of: for tests, and to be looked at."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import allauth
from django.conf import settings

from eurasia.accounts.browsers import Browser

CODE = "ABCD-EFGH"
#: Of allauth's, what our settings never send: links that act, a second address, phones.
NEVER = {"email_confirm", "password_reset", "password_reset_key"}
TEMPLATES = [settings.BASE_DIR / "templates", Path(allauth.__file__).parent / "templates"]

_AT = datetime(2026, 3, 1, 19, 30, tzinfo=UTC)
_RIGHT = SimpleNamespace(
    plan=SimpleNamespace(name="EurasiaPeace"), ends_at=_AT + timedelta(days=31), starts_at=_AT
)
_RIGHTS = {
    "subscription": _RIGHT,
    "address": f"{settings.SITE_URL}/en/subscribe/",
    "account": f"{settings.SITE_URL}/en/account/",
}
#: What a mail is told beside the code.
CONTEXT: dict[str, dict[str, Any]] = {
    "account/email/erasure": {"due": _AT},
    "account/email/new_browser": {"browser": Browser("Firefox", "Linux"), "at": _AT},
    "newsroom/email/shared_feed": {
        "feed": SimpleNamespace(name="EurasiaPeace", get_language_display="English"),
        "networks": 10,
        "address": f"{settings.SITE_URL}/en/account/feeds/",
    },
    **{f"membership/email/{kind}": _RIGHTS for kind in ["started", "ending", "ended"]},
}
#: By the subjects that stand in the folders, ours and allauth's: no mail is forgotten.
NAMES = sorted(
    {
        f"{path.parent.relative_to(templates)}/{name}"
        for templates in TEMPLATES
        for path in templates.rglob("email/*_subject.txt")
        if (name := path.name.removesuffix("_subject.txt")) not in NEVER
        and path.parent.parent.name in {"account", "mfa", "membership", "newsroom"}
    }
)


def context_of(name: str) -> dict[str, Any]:
    return {"code": CODE, **CONTEXT.get(name, {})}
