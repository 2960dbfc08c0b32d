"""`make screenshots`: every page of the tour, as it looks on a desktop and on a phone.

Into var/screenshots/: both languages, light on the desktop and dark on the phone, with `ALL=1`
both schemes in both windows. The pictures of the README go into docs/screenshots/; with `README=1`
nothing else is taken.
"""

import os
import re
import shutil
import sys
from io import BytesIO

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.demo_edition import PROJECT, served
from tests.browser.tour import FILE, GATED, Edition, Visitor, tour

FOLDER = PROJECT / "var/screenshots"
IN_DOCS = PROJECT / "docs/screenshots"
HEAVIEST = 200_000
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

WINDOWS = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
LOOKS = [("desktop", "light"), ("phone", "dark")]
if os.environ.get("ALL") == "1":
    LOOKS += [("desktop", "dark"), ("phone", "light")]

#: Name, path, window, scheme; what fits into the window, so that one sees how it meets the eye.
IN_README = [
    ("front", "/en/", "desktop", "light"),
    ("article", f"/fr/articles/{GATED['fr']}/", "phone", "dark"),
    ("file", f"/en/files/{FILE}/", "desktop", "light"),
    ("wall", f"/en/articles/{GATED['en']}/", "desktop", "dark"),
]


def page_of(browser: Browser, window: str, scheme: str) -> Page:
    return browser.new_context(
        viewport=WINDOWS[window],  # type: ignore[arg-type]  # a plain dict of two numbers
        color_scheme=scheme,  # type: ignore[arg-type]  # "light" or "dark"
        reduced_motion="reduce",
        device_scale_factor=2 if window == "phone" else 1,
    ).new_page()


def whole(page: Page) -> bytes:
    """The page from head to foot, with the pictures that are loaded as one comes near them."""
    page.evaluate(
        "document.querySelectorAll('[loading=lazy]').forEach(one => one.loading = 'eager')"
    )
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    return page.screenshot(full_page=True)


def take_all(browser: Browser, edition: Edition) -> tuple[int, list[str]]:
    count, complaints = 0, []
    for window, scheme in LOOKS:
        visitor = Visitor(page_of(browser, window, scheme), edition)
        visitor.page.goto(f"{edition.url}/en/")  # brings the faces, which no page waits for
        for language in ["en", "fr"]:
            for number, stop in enumerate(tour(language)):
                visitor.visit(stop)
                complaints += [f"{language} {stop.name}: {each}" for each in visitor.complaints]
                name = re.sub(r"\W+", "-", stop.name)
                file = FOLDER / f"{language}-{window}-{scheme}" / f"{number:02}-{name}.png"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(whole(visitor.page))
                count += 1
    return count, complaints


def take_for_readme(browser: Browser, edition: Edition) -> list[tuple[str, int]]:
    IN_DOCS.mkdir(parents=True, exist_ok=True)
    taken = []
    for name, path, window, scheme in IN_README:
        page = page_of(browser, window, scheme)
        for _ in range(2):  # the second time with the faces, which no page waits for
            page.goto(edition.url + path)
            page.wait_for_load_state("networkidle")
        page.evaluate("document.fonts.ready.then(() => true)")
        if name == "wall":
            page.locator(".wall").evaluate("one => one.scrollIntoView({block: 'center'})")
        image = Image.open(BytesIO(page.screenshot())).convert("RGB")
        file = IN_DOCS / f"{name}.webp"
        for quality in [90, 80, 70, 60]:
            image.save(file, quality=quality, method=6)
            if file.stat().st_size <= HEAVIEST:
                break
        taken.append((file.relative_to(PROJECT).as_posix(), file.stat().st_size))
    return taken


def main() -> int:
    complaints: list[str] = []
    if os.environ.get("README") != "1":
        shutil.rmtree(FOLDER, ignore_errors=True)
    with served() as edition, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM
        )
        if os.environ.get("README") != "1":
            count, complaints = take_all(browser, edition)
            sys.stdout.write(f"{count} pictures in {FOLDER.relative_to(PROJECT)}/\n")
        for name, size in take_for_readme(browser, edition):
            sys.stdout.write(f"{name}: {size} bytes\n")
        browser.close()
    sys.stdout.writelines(f"  {each}\n" for each in complaints)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
