"""The production server, started on the tests' own database and ended as a machine fails."""

import os
import secrets
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from django.conf import settings
from django.db import connection

from tests.serving import NO_TLS, free_port, until_it_answers

#: What nginx says of a reader's request; the server believes one proxy.
BEHIND_NGINX = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}


def address_of_database() -> str:
    """As the server's environment names the tests' database."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    user = ":".join(quote(part, safe="") for part in [database["USER"], database["PASSWORD"]])
    return f"postgres://{user}@{database['HOST']}:{database['PORT']}/{database['NAME']}"


def environment(**values: str) -> dict[str, str]:
    """Of a process that works in the house of this test."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.stack.settings",
        "DATABASE_URL": address_of_database(),
        "REDIS_URL": "",
        "ALLOWED_HOSTS": "localhost",
        "VAR_DIR": str(settings.VAR_DIR),
        **values,
    }


class Server:
    """The server on loopback: two workers behind nginx, or one alone with the front before it."""

    def __init__(self, log: Path, *, is_alone: bool = False) -> None:
        self.port, self.log = free_port(), log
        self.address = f"http://localhost:{self.port}"
        self.workers = 1 if is_alone else 2
        self.house = (
            {"DEMO": "1", "SITE_URL": self.address, "TRUSTED_PROXIES": "0"}
            if is_alone
            else {"SITE_URL": f"https://localhost:{self.port}", "TRUSTED_PROXIES": "1"}
        )
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        command = [
            sys.executable, "-m", "eurasia.server",
            "--workers", str(self.workers), "--threads", "2", "--port", str(self.port),
        ]  # fmt: skip
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=environment(**self.house),
                stdout=log, stderr=log,
                start_new_session=True,  # a group of its own, so that nothing of it survives
            )  # fmt: skip
        try:
            until_it_answers(self.address, self.process, self.log, BEHIND_NGINX)
        except RuntimeError:
            self.kill()
            raise

    def client(self, session: str, address: str = "127.0.0.1") -> httpx.Client:
        """A browser of the network `address`, with a session and a token for forms."""
        token = secrets.token_hex(16)
        return httpx.Client(
            base_url=self.address,
            headers={
                **BEHIND_NGINX,
                "X-Forwarded-For": address,
                "Cookie": f"__Host-eurasia_session={session}; __Host-eurasia_csrf={token}",
                "X-CSRFToken": token,
                "Referer": f"https://localhost:{self.port}/",
            },
            timeout=60,
            verify=NO_TLS,
        )

    def kill(self) -> None:
        """SIGKILL to all of it: nothing is finished, nothing is said goodbye to."""
        if self.process:
            with suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=20)
            self.process = None


@pytest.fixture
def server(transactional_db, tmp_path):
    server = Server(tmp_path / "server.log")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def server_alone(transactional_db, tmp_path):
    server = Server(tmp_path / "server.log", is_alone=True)
    server.start()
    yield server
    server.kill()
