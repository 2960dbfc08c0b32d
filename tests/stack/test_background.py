"""Renditions of pictures with a real server, and with a worker that is killed."""

import io
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django_tasks_db.models import DBTaskResult

from eurasia import background
from eurasia.newsroom import clean_copies, renditions
from eurasia.newsroom.models import Picture
from tests.conftest import session_of
from tests.exchange.conftest import stored_files
from tests.newsroom.test_pictures import wide_bytes
from tests.stack.conftest import environment

pytestmark = pytest.mark.stack


def until(holds):
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def tasks():
    return list(DBTaskResult.objects.values_list("status", flat=True))


def test_server_starts_who_makes_the_renditions(server, editor):
    given = {"credit": "A", "is_public": "on", "0-alt_en": "A view"}
    with server.client(session_of(editor)) as client:
        for _each in range(3):
            file = SimpleUploadedFile("view.png", wide_bytes())
            answer = client.post("/admin/newsroom/picture/add/", data=given, files={"0-file": file})
            assert answer.status_code == 302

    until(lambda: tasks() == ["SUCCESSFUL"] * 3)

    assert [picture.renditions for picture in Picture.objects.all()] == [[480]] * 3
    assert {name for picture in Picture.objects.all() for name in picture.names} <= set(
        stored_files()
    )


def test_next_worker_does_what_a_killed_one_has_begun(transactional_db):
    picture = Picture(credit="A", is_public=True)
    renditions.add(picture, clean_copies.make(io.BytesIO(wide_bytes(size=(1600, 900)))))
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "work"], cwd=settings.BASE_DIR, env=environment()
    )
    until(lambda: tasks() == ["RUNNING"])
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    picture.refresh_from_db()
    assert (picture.renditions, tasks()) == ([], ["RUNNING"])

    background.work()

    picture.refresh_from_db()
    assert (picture.renditions, tasks()) == ([480, 720, 960, 1600], ["SUCCESSFUL"])
    begun_by = DBTaskResult.objects.get().worker_ids
    assert begun_by == [begun_by[0]] * 2
    renditions.delete([picture])
    assert not set(picture.names) & set(stored_files())
