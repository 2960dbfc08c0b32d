from typing import Any

from django.core.management.commands import flush

from eurasia.newsroom import vault


class Command(flush.Command):
    """Django's `flush` with the vault open: it touches every table."""

    def handle(self, **options: Any) -> None:
        with vault.opened("schema"):
            super().handle(**options)
