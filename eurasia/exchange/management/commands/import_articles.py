"""`import_articles markdown FOLDER`: files, chronology, plans and articles from text files."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from eurasia.exchange import loading, markdown_files


class Command(BaseCommand):
    help = "Import files, events, plans and articles from a folder of YAML and Markdown."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("format", choices=["markdown"])
        parser.add_argument("folder", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")
        parser.add_argument(
            "--overwrite", action="store_true", help="take the file where the desk has changed it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            edition = markdown_files.read(options["folder"])
        except NotADirectoryError:
            raise CommandError(f"There is no folder {options['folder']}.") from None
        report = self._load(edition, overwrite=options["overwrite"], dry_run=options["dry_run"])
        for warning in edition.warnings:
            self.stderr.write(self.style.WARNING(f"{warning} (warning)"))
        for problem in report.problems:
            self.stderr.write(self.style.ERROR(str(problem)))
        counts = ", ".join(f"{report.counts[outcome]} {outcome}" for outcome in loading.Outcome)
        said = f"{counts}, {len(report.problems)} not loaded"
        self.stdout.write(f"{said} (dry run: nothing was written)" if options["dry_run"] else said)
        if report.problems:
            raise CommandError("Mend what is named above and run this again.")

    def _load(self, edition: Any, **options: Any) -> loading.Report:
        lists = [edition.parties, edition.files, edition.events, edition.plans, edition.articles]
        console = Console(stderr=True)  # a bar on a terminal, nothing in a pipe
        with Progress(
            TextColumn("Importing"),
            BarColumn(),
            MofNCompleteColumn(),
            console=console,
            disable=not sys.stderr.isatty(),
        ) as progress:
            task = progress.add_task("", total=sum(map(len, lists)))
            return loading.load(edition, advance=lambda: progress.advance(task), **options)
