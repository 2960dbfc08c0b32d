"""Counts the reads in a log of nginx, each line once; called by `manage.py count_reads`.

A log is known by its folder and its first line, so that it is the same after a rotation, and after
gzip. Position and totals are written in one transaction: whenever the command is stopped, what it
has counted is counted.
"""

import gzip
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote

from django.db import transaction

from eurasia import tally
from eurasia.newsroom import counting
from eurasia.newsroom.models import LogPosition
from eurasia.tally import Read

#: The `eurasia_reads` of deploy/nginx/rules.conf.
LINE = re.compile(r"(\S+) GET (\d{3}) ([^\s?]+)(?:\?(\S+))?\n")
LINES_AT_ONCE = 50_000


def count(path: Path) -> Iterator[tuple[int, int]]:
    """Count what is new in the log at `path`; after each step: bytes done, reads of it."""
    opened: Any = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rb") as log:
        first = log.readline()
        if not first.endswith(b"\n"):
            return
        digest = hashlib.sha256(bytes(path.resolve().parent) + b"\n" + first).hexdigest()
        LogPosition.objects.get_or_create(digest=digest)
        while step := _step(log, digest):
            yield step


@transaction.atomic
def _step(log: IO[bytes], digest: str) -> tuple[int, int] | None:
    position = LogPosition.objects.select_for_update().get(digest=digest)
    log.seek(position.offset)
    lines = [line for line in islice(log, LINES_AT_ONCE) if line.endswith(b"\n")]
    if not lines:
        return None
    #: By day and by whether an article was open then: the minute is near enough.
    moments: dict[datetime, Counter[Read]] = defaultdict(Counter)
    for line in lines:
        if told := _told(line):
            moment, read = told
            moments[moment][read] += 1
    for moment, reads in sorted(moments.items()):
        counting.write(reads, moment)
    position.offset += sum(map(len, lines))
    position.save(update_fields=["offset"])
    return position.offset, sum(sum(reads.values()) for reads in moments.values())


def _told(line: bytes) -> tuple[datetime, Read] | None:
    """The minute and the read that a line tells of."""
    found = LINE.fullmatch(line.decode("utf-8", "replace"))
    if found is None or found[2] not in tally.STATUSES:
        return None
    read = tally.read_of(unquote(found[3]), found[4] or "")
    try:
        moment = datetime.fromisoformat(found[1])
    except ValueError:
        return None
    return (moment.replace(second=0, microsecond=0), read) if read else None
