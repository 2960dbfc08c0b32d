"""The server's own process: what its workers share."""

import subprocess
import sys

LOAD = """
import sys
from eurasia import server
server.load(is_for_many=False)
print(*sys.modules)
"""


def test_what_serves_readers_alone_does_not_bring_what_only_the_desk_and_machines_need(settings):
    # A process of its own: this one has loaded everything.
    said = subprocess.run(
        [sys.executable, "-c", LOAD],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert "eurasia.newsroom.twins" in said
    assert "eurasia.newsroom.desk.articles" in said
    assert not {"lxml.etree", "bs4", "markdownify"} & set(said)
