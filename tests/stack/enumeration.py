"""`make enumeration`: whether the doors answer known and unknown addresses alike, and as fast.

At each door of the demo edition, served without rate limits, known and unknown addresses take
turns. Says the medians, and exits with 1 where answers differ or medians lie over 10 % apart.
"""

import os
import re
import sys
from statistics import median
from time import perf_counter
from urllib.parse import urlsplit

import httpx

from tests.browser.demo_edition import served

TIMES = int(os.environ.get("TIMES", "200"))
FARTHEST = 0.1
DOORS = {
    "sign-in": ("accounts/login/", "login", {"password": "not the password"}),
    "sign-in by code alone": ("accounts/login/", "login", {"password": ""}),
    "code": ("accounts/login/code/", "email", {}),
    "sign-up": ("accounts/signup/", "email", {"website": "", "asked_at": ""}),
    "reset": ("accounts/password/reset/", "email", {}),
}
KNOWN = "reader@example.org"
#: What differs from one answer to the next for everybody.
VOLATILE = re.compile(r'csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|asked_at" value="[^"]*"')


def ask(client: httpx.Client, door: str, address: str) -> tuple[float, str]:
    """How long a door took, in seconds, and what it said, without the address itself."""
    path, field, others = DOORS[door]
    client.cookies.pop("eurasia_session", None)
    sent = {**others, field: address, "csrfmiddlewaretoken": client.cookies["eurasia_csrf"]}
    begun = perf_counter()
    response = client.post(f"/en/{path}", data=sent)
    taken = perf_counter() - begun
    if urlsplit(response.headers.get("Location", "")).path == f"/en/{path}":  # refused
        response = client.get(f"/en/{path}")
    text = VOLATILE.sub("", response.text).replace(address, "")
    return taken, f"{response.status_code} {response.headers.get('Location')} {text}"


def main() -> int:
    failed = False
    with served(UNLIMITED="1") as edition, httpx.Client(base_url=edition.url) as client:
        for door, (path, *_rest) in DOORS.items():
            client.get(f"/en/{path}")
            taken: dict[str, list[float]] = {"known": [], "unknown": []}
            said: dict[str, set[str]] = {"known": set(), "unknown": set()}
            for number in range(TIMES):
                turns = [("known", KNOWN), ("unknown", f"nobody-{door[:4]}-{number}@example.org")]
                for who, address in turns if number % 2 else turns[::-1]:
                    seconds, answer = ask(client, door, address)
                    taken[who].append(seconds)
                    said[who].add(answer)
            known, unknown = median(taken["known"]), median(taken["unknown"])
            apart = abs(known - unknown) / max(known, unknown)
            alike = said["known"] == said["unknown"] and len(said["known"]) == 1
            failed |= not alike or apart > FARTHEST
            sys.stdout.write(
                f"{door:22} known {known * 1000:6.1f} ms, unknown {unknown * 1000:6.1f} ms,"
                f" {apart:6.1%} apart; answers {'alike' if alike else 'DIFFER'}\n"
            )
            sys.stdout.flush()
    return failed


if __name__ == "__main__":
    sys.exit(main())
