"""The demo edition as the production server serves it, in a folder of its own.

`make lighthouse` and `make screenshots` look at it; var/ beside the code, where somebody's demo may
be running, is left alone.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.tour import Edition
from tests.serving import free_port, until_it_answers

PROJECT = Path(__file__).resolve().parents[2]
SETTLE = (
    "import json, sys; from django.utils import timezone;"
    "from tests.browser.settling import settle;"
    "json.dump(settle(timezone.now()), sys.stdout)"
)


@contextmanager
def served(prepare: str = "", **settings: str) -> Iterator[Edition]:
    """A fresh edition on a free port, ended with everything it wrote when the block ends.

    `prepare` is Python that runs in it before it is served; `settings` go into its environment.
    """
    with tempfile.TemporaryDirectory(prefix="eurasia-demo-") as folder:
        tree = Path(folder)
        for name in ["eurasia", "seeds", "templates", "tests"]:
            leave_out = shutil.ignore_patterns("__pycache__", "node_modules")
            shutil.copytree(PROJECT / name, tree / name, ignore=leave_out)
        shutil.copy(PROJECT / "manage.py", tree)
        port = free_port()
        environment = {
            "PATH": os.environ["PATH"],
            "DEMO": "1",
            "PORT": str(port),
            "PYTHONDONTWRITEBYTECODE": "1",
            **settings,
        }

        def manage(*arguments: str) -> str:
            return subprocess.run(
                [sys.executable, "manage.py", *arguments],
                cwd=tree, env=environment, check=True, stdout=subprocess.PIPE, text=True,
            ).stdout  # fmt: skip

        manage("demo", "--no-serve")
        if prepare:
            manage("shell", "--no-imports", "--command", prepare)
        sessions = json.loads(manage("shell", "--no-imports", "--command", SETTLE))
        with open(tree / "server.log", "w") as log:
            server = subprocess.Popen(
                [sys.executable, "manage.py", "demo"],
                cwd=tree, env=environment, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            url = f"http://localhost:{port}"
            until_it_answers(url, server, tree / "server.log")
            yield Edition(url, sessions)
        finally:
            server.terminate()
            server.wait(timeout=20)
