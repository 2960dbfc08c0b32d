"""`make bench`: how fast the journal is, as ratios to nginx serving the same bytes as a file.

One run on one machine: rates on two machines, or at two times on one, say nothing. ARTICLES and
READERS say how large the journal is, ROUNDS how often each rate is taken; medians count.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import httpx

from benchmarks import load, servers

ARTICLES = int(os.environ.get("ARTICLES", "13000"))  # more than a round can ask for, one by one
READERS = int(os.environ.get("READERS", "40000"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
COOKIES = int(os.environ.get("COOKIES", "5000"))  # of so many different readers, in each round
NOISY = 0.1  # how far the first and the last rate of nginx may lie apart
SLOWEST = 50  # requests a second at which the latency is taken
FLOORS = {
    "outsider, stack": 0.80, "outsider, front alone": 0.40, "outsider, cold long tail": 0.008,
    "subscriber, full text": 0.006,
}  # fmt: skip
PREPARE = """
import json, sys
from django.utils import timezone
from eurasia.newsroom.models import Article, TopicFile
from django.db.models import Count
published = Article.objects.published(timezone.now())
gated = published.filter(access="subscribers", free_from=None, free_until=None)
file = TopicFile.objects.annotate(n=Count("articles")).order_by("-n").first()
articles = [article.get_absolute_url() for article in gated.order_by("?")]
json.dump({"articles": articles, "file": file.slug}, sys.stdout)
"""


say = sys.stdout.write


@dataclass
class Row:
    name: str
    heard: list[load.Heard]
    file_rate: float
    cpu_seconds: float
    size: int

    @property
    def rate(self) -> float:
        return median(each.rate for each in self.heard)

    @property
    def ratio(self) -> float:
        return self.rate / self.file_rate

    def __str__(self) -> str:
        floor = FLOORS.get(self.name)
        per_second = sum(each.count for each in self.heard) / self.cpu_seconds
        missed = "" if floor is None else f"  {'≥' if self.ratio >= floor else 'MISSES'} {floor}"
        return (
            f"{self.name:32}{self.size / 1000:8.1f}{self.rate:10,.0f}{self.file_rate:10,.0f}"
            f"{self.ratio:9.4f}{per_second:12,.0f}{missed}"
        )


class Bench:
    """The servers of one run, and the rates that are taken of them.

    The server has one worker, since all servers have one core.
    """

    def __init__(self, folder: Path, started: ExitStack) -> None:
        self.folder = folder
        address, self.postgres = started.enter_context(servers.database(folder))
        redis, self.redis = started.enter_context(servers.shared_cache(folder))
        self.environment = {
            "DEMO": "1", "UNLIMITED": "1", "DATABASE_URL": address, "REDIS_URL": redis,
            "SITE_URL": "http://localhost",  # stands on plates, and else goes by the port
        }  # fmt: skip
        self.cookies, said = self.fill()
        self.articles, self.file = said["articles"], said["file"]
        self.files, self.nginx_of_files = started.enter_context(servers.nginx(folder))
        self.behind = {**self.environment, "TRUSTED_PROXIES": "1"}
        self.app, self.granian = started.enter_context(servers.ours(folder, 1, **self.behind))
        self.stack, self.nginx = started.enter_context(servers.nginx(folder, self.app))
        self.front, self.front_alone = started.enter_context(
            servers.ours(folder, 1, **self.environment)
        )
        self.all = [self.nginx, self.granian, self.postgres, self.redis]

    def manage(self, *arguments: str) -> str:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=servers.PROJECT, env={**os.environ, **self.environment}, check=True,
            stdout=subprocess.PIPE, text=True,
        ).stdout  # fmt: skip

    def fill(self) -> tuple[list[str], Any]:
        self.manage("manage.py", "collectstatic", "--no-input", "--verbosity=0")
        size = [f"--articles={ARTICLES}", f"--readers={READERS}"]
        self.manage("manage.py", "make_big", *size)
        cookies = self.folder / "cookies"
        self.manage("-m", "benchmarks.sessions", str(COOKIES * (ROUNDS + 1)), str(cookies))
        said = json.loads(self.manage("manage.py", "shell", "--no-imports", "-c", PREPARE))
        return cookies.read_text().split("\n")[:-1], said

    def row(
        self, name: str, url: str, groups: list[servers.Group], paths: list[list[str]],
        *, cookies: bool = False, encoding: str = "identity",
    ) -> Row:  # fmt: skip
        """`paths` are those of each round; what the first answers is served as a file, too."""
        for_fetching = self.cookies[-1] if cookies else ""
        # A name of its own: nginx remembers how long a file was.
        name_of_file = f"{len(list((self.folder / 'files').iterdir()))}.html"
        kept = self.folder / "files" / name_of_file
        size = load.fetch(url, paths[0][0], kept, for_fetching, encoding)
        heard, file_rates, used = [], [], 0.0
        for number in range(ROUNDS):
            file_rates.append(load.ask(self.files, [f"/{name_of_file}"], seconds=2).rate)
            mine = self.cookies[number * COOKIES :][:COOKIES] if cookies else []
            before = sum(group.seconds() for group in groups)
            heard.append(load.ask(url, paths[number], cookies=mine, encoding=encoding))
            used += sum(group.seconds() for group in groups) - before
            for each in [mine, paths[number]]:
                if 1 < len(each) < heard[-1].count:
                    say(f"{name}: {heard[-1].count:,} requests of {len(each):,} different ones\n")
        return Row(name, heard, median(file_rates), used, size)

    def rows(self) -> Iterator[Row]:
        article, searches = self.articles[0], self.searches()
        third = len(self.articles) // ROUNDS
        tail = [self.articles[number * third :][:third] for number in range(ROUNDS)]

        def always(path: str) -> list[list[str]]:
            return [[path]] * ROUNDS

        everywhere = self.stack, self.all
        alone = self.front, [self.front_alone]
        yield self.row("outsider, stack", *everywhere, always(article))
        yield self.row("outsider, stack, brotli", *everywhere, always(article), encoding="br")
        yield self.row("outsider, front alone", *alone, always(article))
        yield self.row("outsider, front alone, brotli", *alone, always(article), encoding="br")
        yield self.row("front page, stack", *everywhere, always("/en/"))
        yield self.row("file, stack", *everywhere, always(f"/en/files/{self.file}/"))
        yield self.row("feed, stack", *everywhere, always("/en/feed/"))
        yield self.row("outsider, cold long tail", *everywhere, tail)
        yield self.row("subscriber, full text", *everywhere, always(article), cookies=True)
        yield self.row("search, each another", *everywhere, searches)

    def searches(self) -> list[list[str]]:
        """Of each round: two words of an address each."""
        words = sorted({word for path in self.articles for word in re.findall("[a-z]+", path)})
        pairs = product(Random(1).sample(words, 200), repeat=2)  # noqa: S311 - no secret
        paths = [f"/en/search/?q={one}+{other}" for one, other in pairs]
        return [paths[number::ROUNDS] for number in range(ROUNDS)]

    def megabytes_of_two(self) -> float:
        """Of a server with two workers that no other stands beside, when it has worked as well."""
        self.granian.stop()
        self.front_alone.stop()
        with servers.ours(self.folder, 2, **self.behind) as (app, group):
            for paths, cookies in [
                (["/en/", f"/en/files/{self.file}/", "/en/feed/"], []),
                (self.articles, []), (self.articles, self.cookies[:COOKIES]),
                (self.searches()[0], []),
            ]:  # fmt: skip
                load.ask(app, paths, cookies=cookies)
            return group.megabytes()

    def latency(self) -> float:
        """Milliseconds: a reader's first page, of an article that nobody has asked for."""
        paths = self.articles[::-1]
        taken = load.latencies(self.stack, paths, self.cookies[-COOKIES:][: 6 * SLOWEST], SLOWEST)
        return median(taken)

    def sign_in(self) -> float:
        """Milliseconds of a sign-in by password, its hash included."""
        script = (
            "from eurasia.accounts.models import User;"
            "reader = User.objects.create_user('bench@big.invalid', password='bench-it-now');"
            "from allauth.account.models import EmailAddress as Address;"
            "Address.objects.filter(user=reader).update(verified=True)"
        )
        self.manage("manage.py", "shell", "--no-imports", "-c", script)
        taken = []
        for _time in range(9):
            with httpx.Client(base_url=self.stack, headers={"Host": "localhost"}) as client:
                page = client.get("/en/accounts/login/").text
                token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
                form = {"login": "bench@big.invalid", "password": "bench-it-now"}
                form["csrfmiddlewaretoken"] = token
                begun = time.perf_counter()
                answer = client.post("/en/accounts/login/", data=form)
                taken.append((time.perf_counter() - begun) * 1000)
                if answer.status_code != 302:
                    raise SystemExit("benchmarks: nobody can sign in.")
        return median(taken)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="eurasia-bench-") as name, ExitStack() as started:
        say(f"{ARTICLES:,} articles, {READERS:,} readers; {ROUNDS} rounds, medians\n")
        bench = Bench(Path(name), started)
        (bench.folder / "files/0.html").write_bytes(b"a" * 5000)
        first = load.ask(bench.files, ["/0.html"], seconds=3).rate
        say(f"\n{'':32}{'KB':>8}{'a second':>10}{'as a file':>10}{'ratio':>9}{'a CPU s':>12}\n")
        for row in bench.rows():
            say(f"{row}\n")
            sys.stdout.flush()
        latency, sign_in = bench.latency(), bench.sign_in()
        memory = {"nginx": bench.nginx, "PostgreSQL": bench.postgres, "Redis": bench.redis}
        held = {name: group.megabytes() for name, group in memory.items()}
        held["two workers (≤ 180)"] = bench.megabytes_of_two()
        last = load.ask(bench.files, ["/0.html"], seconds=3).rate
    say(f"\n{'reader’s first page, ms at 50/s':40}{latency:8.1f}  (≤ 8)\n")
    say(f"{'sign-in by password, ms':40}{sign_in:8.0f}\n")
    for name_of, megabytes in held.items():
        say(f"{f'memory, {name_of}, MB':40}{megabytes:8.0f}\n")
    say(f"{'nginx, a file of 5 KB, first and last':40}{first:8,.0f} {last:8,.0f} a second\n")
    if abs(first - last) > NOISY * max(first, last):
        say("The machine was too noisy: nginx itself was not as fast at the end as before.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
