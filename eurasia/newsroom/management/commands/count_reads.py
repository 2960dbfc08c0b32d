"""`count_reads LOG…`: adds the reads in logs of nginx to the daily totals, each line once."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from eurasia.newsroom import read_log


class Command(BaseCommand):
    help = "Count the reads in logs of nginx; run again, it goes on where it was, after rotations."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("logs", nargs="+", type=Path, metavar="LOG", help="may end in .gz")

    def handle(self, *args: Any, logs: list[Path], **options: Any) -> None:
        if not settings.TRUSTED_PROXIES:
            raise CommandError("No proxy stands in front (TRUSTED_PROXIES): the front counts.")
        total = 0
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            console=Console(stderr=True),  # a bar on a terminal, nothing in a pipe
            disable=not sys.stderr.isatty(),
        ) as progress:
            for path in logs:
                try:
                    task = progress.add_task(path.name, total=path.stat().st_size)
                    for done, reads in read_log.count(path):
                        progress.update(task, completed=done)
                        total += reads
                except OSError as error:
                    raise CommandError(f"{path}: {error.strerror or error}") from error
        self.stdout.write(f"{total} reads counted")
