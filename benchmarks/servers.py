"""What a benchmark starts: nginx with a file, our servers, a database of their own. Loopback alone.

Everything runs on core 0, so that a rate is what one core serves; wrk has core 1.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.serving import free_port, until_it_answers

PROJECT = Path(__file__).resolve().parent.parent
SERVERS, LOAD = "0", "1"  # cores
MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - of Linux
NEEDED = ["wrk", "nginx", "redis-server", "taskset"]
PATH = f"{os.environ['PATH']}:/usr/sbin"


def program(name: str) -> str:
    """Raises SystemExit where it is not installed."""
    postgresql = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: each.parent)
    places = os.pathsep.join([PATH, *map(str, reversed(postgresql))])
    if found := shutil.which(name, path=places):
        return found
    raise SystemExit(f"benchmarks: {name} is not installed.")


class Group:
    """Processes that count as one server: what they hold in memory, what they use of the core."""

    def __init__(self, root: subprocess.Popen) -> None:
        self.root = root

    def processes(self) -> list[int]:
        """The one that was started and all below it."""
        found, waiting = [], [self.root.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            children = Path(f"/proc/{pid}/task/{pid}/children")
            if children.exists():
                waiting += map(int, children.read_text().split())
        return found

    def seconds(self) -> float:
        """Of a core, since they began (proc(5): user and system time, in ticks)."""
        ticks = 0
        for pid in self.processes():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """Proportional: what two processes share counts half for each."""
        kilobytes = 0
        for pid in self.processes():
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    kilobytes += int(line.split()[1])
        return kilobytes / 1024

    def stop(self) -> None:
        """Nothing happens to one that has stopped."""
        self.root.terminate()
        self.root.wait(timeout=30)


@contextmanager
def running(
    command: list[str], log: Path, *, user: str = "", **environment: str
) -> Iterator[Group]:
    as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
    with log.open("w") as out:
        root = subprocess.Popen(
            ["taskset", "-c", SERVERS, *as_user, *command],
            cwd=PROJECT, env={**os.environ, "PATH": PATH, **environment}, stdout=out, stderr=out,
        )  # fmt: skip
    group = Group(root)
    try:
        yield group
    finally:
        group.stop()


def until(holds: Callable[[], bool], what: str) -> None:
    for _try in range(300):
        if holds():
            return
        time.sleep(0.1)
    raise SystemExit(f"benchmarks: {what} does not start.")


@contextmanager
def database(folder: Path) -> Iterator[tuple[str, Group]]:
    """PostgreSQL as Debian sets it up, with its address."""
    port, place = free_port(), folder / "postgresql"
    place.mkdir()
    user = "postgres" if os.geteuid() == 0 else ""  # it refuses to run as root
    if user:
        folder.chmod(0o755)
        shutil.chown(place, user)
    as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
    subprocess.run(
        [*as_user, program("initdb"), f"--pgdata={place}/data", "--username=eurasia",
         "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
        check=True, cwd=place, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    command = [
        program("postgres"), "-D", f"{place}/data", "-p", str(port),
        "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
    ]  # fmt: skip
    with running(command, folder / "postgresql.log", user=user) as group:
        ready = [program("pg_isready"), "--host=127.0.0.1", f"--port={port}", "--quiet"]
        until(lambda: subprocess.run(ready, check=False).returncode == 0, "PostgreSQL")
        subprocess.run(
            [program("createdb"), "--host=127.0.0.1", f"--port={port}", "--username=eurasia",
             "eurasia"], check=True,
        )  # fmt: skip
        yield f"postgres://eurasia@127.0.0.1:{port}/eurasia", group


@contextmanager
def shared_cache(folder: Path) -> Iterator[tuple[str, Group]]:
    port = free_port()
    command = [
        program("redis-server"), "--bind", "127.0.0.1", "--port", str(port), "--save", "",
        "--appendonly", "no", "--dir", str(folder),
    ]  # fmt: skip
    with running(command, folder / "redis.log") as group:
        time.sleep(0.5)
        yield f"redis://127.0.0.1:{port}/0", group


@contextmanager
def ours(folder: Path, workers: int, **environment: str) -> Iterator[tuple[str, Group]]:
    """The journal as `make serve` serves it; its front is on unless TRUSTED_PROXIES says else."""
    port = free_port()
    command = [
        sys.executable, "-m", "eurasia.server", "--port", str(port), "--workers", str(workers),
    ]  # fmt: skip
    log = folder / f"granian-{port}.log"
    with running(command, log, PORT=str(port), **environment) as group:
        url = f"http://127.0.0.1:{port}"
        until_it_answers(url, group.root, log, {"Host": "localhost"})
        yield url, group


@contextmanager
def nginx(folder: Path, upstream: str = "") -> Iterator[tuple[str, Group]]:
    """Files of `folder`/files; with an upstream the rules of deploy/ before it."""
    port, name = free_port(), "stack" if upstream else "files"
    place = folder / f"nginx-{name}"
    (folder / "files").mkdir(exist_ok=True)
    (place / "temporary").mkdir(parents=True)
    # In memory, as deploy/ has it.
    cache = tempfile.mkdtemp(prefix="eurasia-bench-", dir=MEMORY)
    # wrk speaks http, and the demo answers by it.
    for rules in ["rules.conf", "journal.conf"]:
        text = (PROJECT / "deploy/nginx" / rules).read_text()
        (place / rules).write_text(text.replace("/var/log/nginx", str(place)))
    temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    journal = f"""
        upstream eurasia {{ server {upstream.removeprefix("http://")}; keepalive 32; }}
        proxy_cache_path {cache} levels=1:2 keys_zone=eurasia:16m max_size=128m
            inactive=3s use_temp_path=off;
        include {place}/rules.conf;
        server {{
            listen 127.0.0.1:{port};
            server_name localhost;
            set $house {PROJECT};
            include {place}/journal.conf;
        }}"""
    files = f"server {{ listen 127.0.0.1:{port}; root {folder}/files; access_log off; }}"
    (place / "nginx.conf").write_text(f"""
        daemon off; pid {place}/pid; error_log {place}/error.log; worker_processes 1;
        {"user root;" if os.geteuid() == 0 else ""}
        events {{ worker_connections 1024; }}
        http {{
            sendfile on; keepalive_requests 10000000;
            open_file_cache max=20000 inactive=60s;
            {" ".join(f"{each}_temp_path {place}/temporary/{each};" for each in temporary)}
            {journal if upstream else files}
        }}""")
    command = [program("nginx"), "-c", f"{place}/nginx.conf"]
    try:
        with running(command, place / "out.log") as group:
            time.sleep(0.5)
            yield f"http://127.0.0.1:{port}", group
    finally:
        shutil.rmtree(cache)
