from typing import Any

from django.core.management.commands import migrate

from eurasia.newsroom import vault


class Command(migrate.Command):
    """Django's `migrate` with the vault open: it touches every table."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        with vault.opened("schema"):
            return super().handle(*args, **options)
