"""Every page is valid HTML, says html-validate. `make html` installs it (npm) and runs this."""

import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client

from eurasia.languages import of_the_journal
from tests.browser.tour import OUTSIDER, Edition, Stop, tour
from tests.pages import submit

TOOLS = Path(__file__).parent / "tools"

#: Pages that no reader finds by walking.
ERRORS = ["400.html", "403.html", "403_csrf.html", "429.html", "500.html"]


def page_of(stop: Stop, edition: Edition) -> str:
    client = Client()
    if stop.reader != OUTSIDER:
        client.cookies[settings.SESSION_COOKIE_NAME] = edition.sessions[stop.reader]
    response = client.get(stop.path)
    if stop.typed:
        response = submit(client, response, follow=True, **stop.typed)
    assert response.status_code == stop.status, stop
    return response.text


@pytest.mark.inspection
@pytest.mark.needs("html-validate")
def test_every_page_is_valid_html(edition, tmp_path):
    pages = {
        f"{language} {stop.name}": page_of(stop, edition)
        for language in ["en", "fr"]
        for stop in tour(language)
    }
    pages |= {name: render_to_string(name, of_the_journal()) for name in ERRORS}
    for name, page in pages.items():
        (tmp_path / f"{name.removesuffix('.html')}.html").write_text(page)

    checked = subprocess.run(
        [
            TOOLS / "node_modules/.bin/html-validate",
            f"--config={TOOLS / 'htmlvalidate.cjs'}",
            "--formatter=stylish",
            ".",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert len(pages) > 80
    assert (checked.returncode, checked.stdout) == (0, ""), checked.stdout + checked.stderr
