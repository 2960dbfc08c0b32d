"""`reindex`: what searches ask, written anew; the journal may be read and written meanwhile."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from eurasia.newsroom import indexing
from eurasia.newsroom.models import Article


class Command(BaseCommand):
    help = "Write both search indexes anew; safe while the journal is read and written."

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        with Progress(
            TextColumn("Indexing"),
            BarColumn(),
            MofNCompleteColumn(),
            console=Console(stderr=True),  # a bar on a terminal, nothing in a pipe
            disable=not sys.stderr.isatty(),
        ) as progress:
            task = progress.add_task("", total=Article.objects.count())
            for done in indexing.index_all():
                progress.update(task, completed=done)
        self.stdout.write(f"{done} articles indexed")
