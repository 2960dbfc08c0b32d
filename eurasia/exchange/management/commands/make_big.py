"""`DEMO=1 manage.py make_big`: a large journal that means nothing, to measure by."""

import sys
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from eurasia.accounts.models import User
from eurasia.exchange.big import articles, readers
from eurasia.newsroom.models import Article

PARTS: list[tuple[str, Any, Any]] = [
    ("articles", Article, articles.make),
    ("readers", User, readers.make),
]


class Command(BaseCommand):
    help = "Fill the journal up to so many articles and readers that mean nothing (DEMO=1)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--articles", type=int, default=100_000, help="how many there will be")
        parser.add_argument("--readers", type=int, default=1_000_000, help="likewise")
        parser.add_argument("--seed", type=int, default=1, help="the same number, the same journal")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This fills the journal with nonsense: it runs with DEMO=1 only.")
        call_command("migrate", verbosity=0)
        begun, at = time.monotonic(), timezone.now()
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=Console(stderr=True),  # a bar on a terminal, nothing in a pipe
            disable=not sys.stderr.isatty(),
        ) as progress:
            for name, model, make in PARTS:
                there = model.objects.count()
                missing = max(0, options[name] - there)
                self.stdout.write(f"{there:,} {name} are there, {missing:,} are added.")
                if not missing:
                    continue
                task = progress.add_task(name.capitalize(), total=missing)
                for done in make(missing, seed=options["seed"], at=at):
                    progress.update(task, completed=done)
        with connection.cursor() as cursor:  # what a server does by itself, in time
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
        self.stdout.write(f"Done in {time.monotonic() - begun:.0f} s.")
