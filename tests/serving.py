"""What starting a server beside the tests takes. Knows nothing of Django."""

import socket
import subprocess
import time
from pathlib import Path

import httpx

#: These servers speak plain HTTP, and reading certificates takes a client a while.
NO_TLS = False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until_it_answers(
    url: str, server: subprocess.Popen, log: Path, headers: dict[str, str] | None = None
) -> None:
    """Wait for a minute at most. Raises RuntimeError, with the log, for a server that ended."""
    deadline = time.monotonic() + 60
    with httpx.Client(headers=headers, timeout=5, verify=NO_TLS) as client:
        while time.monotonic() < deadline and server.poll() is None:
            try:
                client.get(f"{url}/robots.txt")
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
    raise RuntimeError(f"The server does not start:\n{log.read_text()}")
