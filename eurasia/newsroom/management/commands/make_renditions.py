"""`make_renditions`: smaller copies of the pictures that have none yet, or not all of them."""

import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from eurasia.newsroom import publishing, renditions
from eurasia.newsroom.models import Picture


class Command(BaseCommand):
    help = "Make the missing renditions (AVIF, WebP) of all pictures; run again, it makes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", action="store_true", help="make all of them anew")

    def handle(self, *args: Any, **options: Any) -> None:
        pictures = Picture.objects.order_by("id")
        made: set[int] = set()
        failed = 0
        with Progress(
            TextColumn("Making"),
            BarColumn(),
            MofNCompleteColumn(),
            console=Console(stderr=True),  # a bar on a terminal, nothing in a pipe
            disable=not sys.stderr.isatty(),
        ) as progress:
            task = progress.add_task("", total=pictures.count())
            for picture in pictures.iterator():
                try:
                    if (options["again"] or renditions.lacks(picture)) and self._make(picture):
                        made.add(picture.pk)
                except (OSError, ValidationError) as error:
                    failed += 1
                    self.stderr.write(self.style.ERROR(f"picture {picture.pk}: {_said(error)}"))
                progress.advance(task)
        texts = publishing.finish_again(made) if made else 0
        self.stdout.write(
            f"{len(made)} pictures made, {failed} failed; {texts} articles finished anew"
        )
        if failed:
            raise CommandError("Replace the pictures named above and run this again.")

    def _make(self, picture: Picture) -> bool:
        """Whether the picture has renditions now; a moving or small one has none."""
        with picture.file.open() as opened:
            files = renditions.encode(opened)
        return renditions.store(picture, files)


def _said(error: OSError | ValidationError) -> str:
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return f"its file cannot be read or written: {error.strerror}."
