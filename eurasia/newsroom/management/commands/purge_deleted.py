"""`purge_deleted`, for cron: what was deleted or given up so long ago that nobody wants it back."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from eurasia.newsroom import drafting, previewing, publishing


class Command(BaseCommand):
    help = "Delete for good what has been in the bin for 30 days, old unsaved work, old links."

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        articles = 0
        with Progress(
            TextColumn("Emptying the bin"),
            BarColumn(),
            MofNCompleteColumn(),
            console=Console(stderr=True),  # a bar on a terminal, nothing in a pipe
            disable=not sys.stderr.isatty(),
        ) as progress:
            task = progress.add_task("", total=publishing.expired(at).count())
            for _pk in publishing.empty_bin(at):
                articles += 1
                progress.advance(task)
        autosaves = drafting.purge_autosaves(at)
        links = previewing.purge_links(at)
        self.stdout.write(
            f"{articles} articles, {autosaves} pieces of unsaved work and {links} preview links"
            " deleted for good"
        )
