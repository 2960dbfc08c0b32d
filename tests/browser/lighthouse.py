"""`make lighthouse`: what Lighthouse says of the front page, a file and an article.

Its mobile profile (a slow phone on slow 4G, simulated) on the demo edition, served by the
production server. Says the figures, and exits with 1 where one is not what the journal promises.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.browser.demo_edition import served
from tests.browser.tour import FILE, GATED

TOOLS = Path(__file__).parent / "tools"
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
PAGES = {
    "front": "/en/",
    "file": f"/en/files/{FILE}/",
    "article": f"/en/articles/{GATED['en']}/",
}
SLOWEST_PAINT = 1200  # milliseconds
HEAVIEST_ARTICLE = 100_000  # bytes over the wire, fonts included, cover excluded
# A run that another program has slowed down says nothing; the best of this many counts.
RUNS = int(os.environ.get("RUNS", "3"))
CHROME = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run"
    " --disable-background-networking --disable-component-update --disable-sync"
)


def ask(url: str, report: Path) -> dict[str, Any]:
    command = [
        TOOLS / "node_modules/.bin/lighthouse", url, "--quiet", "--output=json",
        f"--output-path={report}", f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags={CHROME}",
    ]  # fmt: skip
    environment = {**os.environ, "CHROME_PATH": shutil.which("chromium") or ""}
    # A browser that was slow to start leaves no trace, and Lighthouse asks to be run again.
    for _attempt in range(3):
        if subprocess.run(command, env=environment, check=False).returncode == 0:
            break
    return json.loads(report.read_text())


def measure(report: dict[str, Any]) -> dict[str, Any]:
    audits = report["audits"]
    requests = audits["network-requests"]["details"]["items"]
    # The cover and other pictures of the article; what the design itself is made of counts.
    pictures = [each for each in requests if "/media/" in each["url"]]
    return {
        "scores": [round(report["categories"][name]["score"] * 100) for name in CATEGORIES],
        "paint": round(audits["largest-contentful-paint"]["numericValue"]),
        # As Lighthouse itself shows it: what it calls 0.000 nobody can see.
        "shift": round(audits["cumulative-layout-shift"]["numericValue"], 3),
        "bytes": sum(each["transferSize"] for each in requests),
        "bytes_of_pictures": sum(each["transferSize"] for each in pictures),
        "requests": len(requests),
        "failed": sorted(
            audit["id"]
            for name in CATEGORIES
            for reference in report["categories"][name]["auditRefs"]
            if (audit := audits[reference["id"]])["score"] is not None
            and audit["score"] < 1
            and reference["weight"]
        ),
    }


def broken_promises(name: str, found: dict[str, Any]) -> list[str]:
    broken = []
    if found["scores"] != [100] * 4:
        broken.append(f"a score under 100: {', '.join(found['failed'])}")
    if found["paint"] >= SLOWEST_PAINT:
        broken.append(f"largest contentful paint not under {SLOWEST_PAINT} ms")
    if found["shift"] > 0:
        broken.append("the layout shifts")
    if name == "article" and found["bytes"] - found["bytes_of_pictures"] > HEAVIEST_ARTICLE:
        broken.append(f"more than {HEAVIEST_ARTICLE} bytes without the cover")
    return broken


def main() -> int:
    failures = []
    say = sys.stdout.write
    say(f"{'':8} {' '.join(f'{name:>14}' for name in CATEGORIES)}    paint   shift"
        "    bytes  of pictures  requests\n")  # fmt: skip
    keep = os.environ.get("REPORTS")
    with tempfile.TemporaryDirectory() as folder, served() as edition:
        for name, path in PAGES.items():
            runs = []
            for number in range(RUNS):
                report = Path(keep or folder) / f"{name}-{number}.json"
                runs.append(measure(ask(edition.url + path, report)))
            found = max(runs, key=lambda each: (sum(each["scores"]), -each["paint"]))
            say(
                f"{name:8} {' '.join(f'{score:14}' for score in found['scores'])}"
                f" {found['paint']:5} ms {found['shift']:7.3f} {found['bytes']:8}"
                f" {found['bytes_of_pictures']:12} {found['requests']:9}\n"
            )
            sys.stdout.flush()
            failures += [f"{name}: {each}" for each in broken_promises(name, found)]
    for failure in failures:
        say(f"  {failure}\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
