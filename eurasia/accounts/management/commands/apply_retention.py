"""`apply_retention`, for cron: what is held of people goes when its time has come."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from eurasia.accounts import privacy


class Command(BaseCommand):
    help = "Erase accounts that asked for it or that nobody confirmed; end old sessions."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, count in privacy.apply_retention(timezone.now()).items():
            self.stdout.write(f"{count} {name}")
