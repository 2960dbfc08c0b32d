"""What a benchmark asks, by wrk on a core of its own, and what it hears."""

import json
import re
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import httpx

from benchmarks.servers import LOAD, program

SECONDS = 5
CONNECTIONS = 16
# One thread of wrk, so that the places in the lists are counted once.
SCRIPT = """
local paths = {paths}
local cookies = {cookies}
local at = 0
request = function()
  at = at + 1
  local headers = {{ ["Host"] = "localhost", ["Accept-Encoding"] = {encoding} }}
  if #cookies > 0 then headers["Cookie"] = cookies[(at - 1) % #cookies + 1] end
  return wrk.format("GET", paths[(at - 1) % #paths + 1], headers)
end
done = function(summary, latency, requests)
  local failed = 0
  for _, count in pairs(summary.errors) do failed = failed + count end
  io.write(string.format("SAID %d %d %d\\n", summary.requests, summary.duration, failed))
end
"""


@dataclass(frozen=True)
class Heard:
    rate: float  # requests a second
    count: int


def ask(
    url: str,
    paths: Sequence[str],
    *,
    cookies: Sequence[str] = (),
    encoding: str = "identity",
    seconds: int = SECONDS,
) -> Heard:
    """One round. Raises SystemExit for an answer that is none, or a list that was too short."""

    def lua(values: Sequence[str]) -> str:
        return "{" + ",".join(json.dumps(value) for value in values) + "}"

    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(
            SCRIPT.format(paths=lua(paths), cookies=lua(cookies), encoding=json.dumps(encoding))
        )
        script.flush()
        said = subprocess.run(
            ["taskset", "-c", LOAD, program("wrk"), "--threads", "1", "--connections",
             str(CONNECTIONS), "--duration", f"{seconds}s", "--timeout", "20s", "--script",
             script.name, url],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
    count, microseconds, failed = map(int, re.findall(r"^SAID (\d+) (\d+) (\d+)$", said, re.M)[0])
    if failed:
        raise SystemExit(f"benchmarks: {failed} of {count} answers of {paths[0]} are errors.")
    return Heard(count / microseconds * 1e6, count)


def latencies(url: str, paths: Sequence[str], cookies: Sequence[str], rate: int) -> list[float]:
    """Milliseconds of one request for each cookie, sent at `rate` a second, one after the other."""
    taken = []
    with httpx.Client(base_url=url, headers={"Host": "localhost"}, timeout=20) as client:
        begun = time.perf_counter()
        for number, (path, cookie) in enumerate(zip(cycle(paths), cookies, strict=False)):
            time.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            sent = time.perf_counter()
            client.get(path, headers={"Cookie": cookie}).raise_for_status()
            taken.append((time.perf_counter() - sent) * 1000)
    return taken


def fetch(url: str, path: str, into: Path, cookie: str = "", encoding: str = "identity") -> int:
    """Keep what a page answers, byte by byte, as a file; returns its size."""
    headers = {"Host": "localhost", "Accept-Encoding": encoding, "Cookie": cookie}
    with httpx.stream("GET", url + path, headers=headers, timeout=20) as response:
        response.raise_for_status()
        into.write_bytes(b"".join(response.iter_raw()))
    return into.stat().st_size
