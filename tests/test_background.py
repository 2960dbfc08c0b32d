"""Work that nobody waits for: done after the transaction, given up if it brings workers down."""

import fcntl
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from eurasia import background
from eurasia.newsroom.models import Journal

SECRET = "the sentence behind the gate"


@background.job
def rename(pk):
    Journal.objects.filter(pk=pk).update(name="Renamed")


@background.job
def fail(pk):
    raise ValueError(f"a row was refused: {SECRET}")


@pytest.fixture(autouse=True)
def own_lock(tmp_path, settings):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def name():
    """The name of this machine's worker."""
    with background._locked() as lock:
        return background._name_in(lock)


def tasks():
    return list(DBTaskResult.objects.values_list("status", flat=True))


def left(*worker_ids, **values):
    """A task that a worker has begun."""
    task = rename.enqueue(1)
    given = {"status": "RUNNING", "started_at": timezone.now(), "worker_ids": worker_ids, **values}
    DBTaskResult.objects.filter(pk=task.id).update(**given)


def test_task_is_done_by_the_next_worker(db):
    journal = Journal.objects.create()
    background.enqueue(rename, journal.pk)
    assert tasks() == ["READY"]

    background.work()

    journal.refresh_from_db()
    assert (journal.name, tasks()) == ("Renamed", ["SUCCESSFUL"])


def test_task_of_a_transaction_that_is_undone_is_not_done(db):
    with transaction.atomic():
        background.enqueue(rename, 1)
        transaction.set_rollback(True)

    assert tasks() == []


def test_second_worker_leaves_the_work_to_the_first(db, tmp_path):
    background.enqueue(rename, 1)

    with (tmp_path / "worker.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        background.work()
    held = tasks()
    background.work()

    assert (held, tasks()) == (["READY"], ["SUCCESSFUL"])


def test_failure_says_its_kind_and_quotes_nothing(db, caplog):
    background.enqueue(fail, 1)

    background.work()

    task = DBTaskResult.objects.get()
    assert task.status == "FAILED"
    assert task.traceback.endswith("Failed: ValueError\n")
    assert SECRET not in task.traceback
    assert "fail(1,) failed." in caplog.messages


def test_what_a_killed_worker_left_is_done_by_the_next_one(db, name):
    left(name)

    background.work()

    assert tasks() == ["SUCCESSFUL"]
    assert DBTaskResult.objects.get().worker_ids == [name, name]


def test_what_brings_workers_down_is_given_up_after_the_third(db, name, caplog):
    left(name, name, name)

    background.work()

    assert tasks() == ["FAILED"]
    [said] = [line for line in caplog.messages if "given up" in line]
    assert said == "tests.test_background.rename is given up: its worker was killed 3 times."


@pytest.mark.parametrize(
    "since, becomes", [(timedelta(minutes=59), "RUNNING"), (timedelta(hours=1), "SUCCESSFUL")]
)
def test_worker_of_another_machine_is_waited_for(db, since, becomes):
    left("another", started_at=timezone.now() - since)

    background.work()

    assert tasks() == [becomes]


@pytest.mark.parametrize("since, kept", [(timedelta(days=13), 1), (timedelta(days=14), 0)])
def test_what_was_done_is_forgotten_after_two_weeks(db, since, kept):
    left("another", status="SUCCESSFUL", finished_at=timezone.now() - since)

    background.work()

    assert len(tasks()) == kept
