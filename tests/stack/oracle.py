"""`make oracle`: whether a search tells an outsider of words that stand in full texts alone.

On the demo edition, with one more article, gated words and nonsense of the same length take turns
at the search page and at the suggestions. Says the medians, and exits with 1 where answers differ
or medians lie over 5 % apart.
"""

import os
import random
import sys
from statistics import median
from time import perf_counter

import httpx

from tests.browser.demo_edition import served

TIMES = int(os.environ.get("TIMES", "200"))
FARTHEST = 0.05
DOORS = ["search/", "search/suggest/"]
#: Letters that no word of the seeds begins or goes on with like this.
LETTERS = "qxzwvkjy"


def words() -> tuple[list[str], list[str]]:
    """Gated ones and nonsense: as many of each, pair by pair of the same length, all different."""
    dice = random.Random(6)  # noqa: S311 - no secret
    drawn: dict[int, set[str]] = {length: set() for length in range(6, 14)}
    for length, found in drawn.items():
        while len(found) < 2 * (TIMES // len(drawn) + 1):
            found.add("".join(dice.choices(LETTERS, k=length)))
    both = [sorted(found) for found in drawn.values()]
    gated, nonsense = (
        [word for found in both for word in found[first::2]][:TIMES] for first in (0, 1)
    )
    return gated, nonsense


def plant() -> None:
    """The gated words come into the full text of an article; asked for within the edition."""
    from django.utils import timezone  # Django runs in the edition alone

    from eurasia.newsroom import publishing  # the same
    from eurasia.newsroom.models import Article  # the same

    article = Article(
        language="en", slug="planted", headline="Planted", teaser="<p>Open to see.</p>",
        status="published", published_at=timezone.now(),
    )  # fmt: skip
    publishing.write(article, f"<p>{' '.join(words()[0])}</p>", by=None, reason="desk")


def ask(client: httpx.Client, door: str, word: str) -> tuple[float, str]:
    """How long a door took, in seconds, and what it said, without the word itself."""
    begun = perf_counter()
    response = client.get(f"/en/{door}", params={"q": word})
    taken = perf_counter() - begun
    # The word counts in length and digest, and pairs differ in theirs.
    own = {"date", "content-length", "etag"}
    headers = [line for line in response.headers.items() if line[0] not in own]
    return taken, f"{response.status_code} {headers} {response.text.replace(word, '')}"


def main() -> int:
    failed = False
    prepare = "from tests.stack.oracle import plant; plant()"
    with served(prepare) as edition, httpx.Client(base_url=edition.url) as client:
        subscriber = {"Cookie": f"eurasia_session={edition.sessions['subscriber']}"}
        gated, nonsense = words()
        seen = client.get("/en/search/", params={"q": gated[0]}, headers=subscriber)
        if "/articles/planted/" not in seen.text:
            sys.exit("A subscriber does not find the planted words: nothing was measured.")
        for door in DOORS:
            ask(client, door, "warm")
            taken: dict[str, list[float]] = {"gated": [], "nonsense": []}
            said: set[str] = set()
            for number, (one, other) in enumerate(zip(gated, nonsense, strict=True)):
                turns = [("gated", one), ("nonsense", other)]
                for kind, word in turns if number % 2 else turns[::-1]:
                    seconds, answer = ask(client, door, word)
                    taken[kind].append(seconds)
                    said.add(answer)
            known, unknown = median(taken["gated"]), median(taken["nonsense"])
            apart = abs(known - unknown) / max(known, unknown)
            failed |= len(said) != 1 or apart > FARTHEST
            sys.stdout.write(
                f"{door:16} gated {known * 1000:6.2f} ms, nonsense {unknown * 1000:6.2f} ms,"
                f" {apart:6.1%} apart; answers {'alike' if len(said) == 1 else 'DIFFER'}\n"
            )
            sys.stdout.flush()
    return failed


if __name__ == "__main__":
    sys.exit(main())
