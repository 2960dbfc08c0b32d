from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from eurasia.membership import notices


class Command(BaseCommand):
    help = "Send the mails due on subscriptions: a week before an end, and at it. For cron, hourly."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{notices.send_due(timezone.now())} mails sent.")
