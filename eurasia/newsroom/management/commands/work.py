"""`work`, for cron: the worker that the server starts by itself when there is something to do."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from eurasia import background


class Command(BaseCommand):
    help = "Do what waits to be done in the background (renditions of pictures), then end."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lock", type=int, help="the file that whoever starts this has locked")

    def handle(self, *args: Any, **options: Any) -> None:
        os.nice(10)  # readers first
        lock = options["lock"]
        background.work(None if lock is None else os.fdopen(lock, "a+"))
