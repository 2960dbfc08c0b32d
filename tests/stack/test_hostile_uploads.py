"""Hostile files sent to a real server: each answer, and what they cost it in memory."""

import re
import sys
from pathlib import Path

import pytest

from eurasia.newsroom.models import Picture
from tests.conftest import session_of
from tests.newsroom.test_hostile_uploads import ADD, MOST_MEMORY, assert_clean, hostile
from tests.pages import texts, tree_of
from tests.proof import scaled

pytestmark = pytest.mark.stack

GIVEN = {"0-alt_en": "A", "credit": "A", "is_public": "on"}


def peaks(pid: int) -> list[int]:
    """Megabytes that a process and those below it have had at most, each by itself."""
    said = Path(f"/proc/{pid}/status").read_text()
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", said)[1]) // 1024
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [peak, *(each for child in children for each in peaks(int(child)))]


@pytest.mark.proof
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_hostile_file_is_refused_in_words_or_becomes_a_clean_picture(server, editor):
    count, taken = scaled(1_000), 0

    with server.client(session_of(editor)) as client:
        for name, data in hostile(count):
            before = Picture.objects.count()
            response = client.post(ADD, data=GIVEN, files={"0-file": (name, data)})
            if response.status_code == 302:
                taken += 1
                assert_clean(Picture.objects.latest("id"))
            else:
                assert response.status_code == 200
                assert Picture.objects.count() == before
                [said] = texts(tree_of(response), "//ul[starts-with(@class, 'errorlist')]/li")
                assert said

    all_of_it = peaks(server.process.pid)
    megabytes = max(all_of_it)
    assert 0 < taken < count
    assert len(all_of_it) > server.workers
    assert megabytes < MOST_MEMORY
    said = f"{count} hostile files: {taken} became clean pictures, {count - taken} were refused"
    print(f"{said}; no process had more than {megabytes} MB")  # noqa: T201 - the figure for the note
