"""Work that nobody waits for: kept in the database as tasks, done by a worker beside the server.

Nobody has to start that worker: whoever enqueues a task does, once it is committed, unless one is
at work on this machine already; it ends when nothing is left to do. `manage.py work` is the same
worker, for cron: it takes up what a machine that went down has left.

A task may run twice, and then has to find that it is done. Its arguments are ids, never texts.
"""

import fcntl
import logging
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks_db.compat import Task, TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

try:
    from django.tasks import task
except ImportError:  # before Django 6.0
    from django_tasks import task  # type: ignore[no-redef]  # the same under another name

log = logging.getLogger(__name__)

#: Longer than any task takes. What a worker of another machine has begun before is given up.
LONGEST = timedelta(hours=1)
#: A task that has brought a worker down so many times does not get another.
MOST_TRIES = 3
KEPT = timedelta(days=14)


class Failed(Exception):
    """Stands for an exception in the table of tasks: what that said may quote a full text."""


def job(function: Callable[..., None]) -> Task[..., None]:
    """Decorates a function that `enqueue` takes. The log has the place where it failed."""

    @wraps(function)
    def run(*args: Any) -> None:
        try:
            function(*args)
        except Exception as error:
            log.exception("%s%r failed.", function.__name__, args)
            raise Failed(type(error).__qualname__) from None

    return task(run)


def enqueue(task: Task[..., None], *args: int) -> None:
    """Have a task done, if the transaction that asks for it is committed."""
    task.enqueue(*args)
    transaction.on_commit(start_worker, robust=True)


def start_worker() -> None:
    """Start a worker unless one is at work: that one looks again before it ends."""
    if not settings.STARTS_WORKERS:
        return
    lock = _locked()
    if lock is None:
        return
    with lock:  # it passes to the worker, so that there is one even while that one starts
        worker = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, settings.BASE_DIR / "manage.py", "work", f"--lock={lock.fileno()}"],
            stdin=subprocess.DEVNULL,
            pass_fds=[lock.fileno()],
        )
    # Nobody waits for it but this, so that no zombie is left.
    threading.Thread(target=worker.wait, daemon=True).start()


def work(lock: IO[str] | None = None) -> None:
    """Do what there is to do, here and now, unless another worker of this machine is at it.

    `lock` is the one that whoever starts this has taken for it.
    """
    lock = lock or _locked()
    while lock:
        with lock:
            identity = _name_in(lock)
            _tidy(identity, timezone.now())
            worker = Worker(
                queue_names=["*"],
                excluded_queue_names=[],
                interval=1,
                batch=True,
                backend_name="default",
                startup_delay=False,
                max_tasks=None,
                worker_id=identity,
            )
            if threading.current_thread() is threading.main_thread():
                worker.configure_signals()  # SIGTERM: what has begun is finished first
            worker.run()
        # Whoever enqueued a task before the lock opened has started no worker for it.
        is_asked_for = worker.running and DBTaskResult.objects.ready().exists()
        lock = _locked() if is_asked_for else None


def _locked() -> IO[str] | None:
    """What this machine's only worker holds; None while another holds it.

    The system opens the lock when its last holder ends, in whatever way. So a task that is said to
    be done by the worker of this name is left over, as soon as another one has the lock.
    """
    settings.VAR_DIR.mkdir(exist_ok=True)
    lock = (settings.VAR_DIR / "worker.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _name_in(lock: IO[str]) -> str:
    """The name of this machine's worker, whichever process it is; the first one chooses it."""
    lock.seek(0)
    name = lock.read()
    if not name:
        name = secrets.token_hex(16)
        lock.write(name)
    return name


def _tidy(identity: str, at: datetime) -> None:
    """Take up what workers have left that were killed, and forget what was done long ago."""
    for left in DBTaskResult.objects.running():
        if left.worker_ids[-1] != identity and left.started_at > at - LONGEST:
            continue
        same = DBTaskResult.objects.running().filter(pk=left.pk, started_at=left.started_at)
        if len(left.worker_ids) < MOST_TRIES:
            same.update(status=TaskResultStatus.READY)
        else:
            log.error("%s is given up: its worker was killed %s times.", left.task_path, MOST_TRIES)
            same.update(status=TaskResultStatus.FAILED, finished_at=at)
    DBTaskResult.objects.finished().filter(finished_at__lte=at - KEPT).delete()
