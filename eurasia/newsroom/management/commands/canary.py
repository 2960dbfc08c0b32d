"""`canary --base URL`: does an outsider get anything gated from the running site?"""

import sys
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from eurasia.newsroom import canary
from eurasia.newsroom.feeds import decoys


class Command(BaseCommand):
    help = "Walk a running site as an outsider; name each response that carries gated text."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base", required=True, help="such as https://journal.example")
        parser.add_argument("--max", type=int, default=20_000, help="the most requests to send")

    def handle(self, *args: Any, **options: Any) -> None:
        if urlsplit(options["base"]).scheme not in {"http", "https"} or options["max"] < 1:
            raise CommandError(
                "--base is an address such as https://journal.example, --max above 0."
            )
        secrets = canary.secrets_of_the_house(timezone.now())
        if not secrets.runs:
            raise CommandError("No gated text in this database: there is nothing to look for.")
        with decoys.made(timezone.now(), secrets.illustrated) as addresses:
            secrets.addresses += addresses
            outcome = self.walk(options["base"], secrets, options["max"])
        self.stdout.write(canary.summary(outcome, secrets))
        if outcome.leaks:
            raise CommandError("Gated text reaches outsiders. Mend the addresses named above.")

    def walk(self, base: str, secrets: canary.Secrets, most: int) -> canary.Outcome:
        console = Console(stderr=True)
        with Progress(
            TextColumn("Looking"),
            BarColumn(),
            MofNCompleteColumn(),
            console=console,
            disable=not sys.stderr.isatty(),
        ) as progress:
            task = progress.add_task("", total=None)
            try:
                return canary.walk(
                    base,
                    secrets,
                    most,
                    told=lambda leak: self.stdout.write(str(leak)),
                    advance=lambda done, known: progress.update(task, completed=done, total=known),
                )
            except httpx.HTTPError as error:
                raise CommandError(f"{base} does not answer: {error}") from None
