"""`DEMO=1 manage.py demo`: a journal to look at, on this machine alone, in one command."""

import os
import secrets
import sys
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from eurasia.accounts.models import User
from eurasia.membership import subscribing
from eurasia.membership.models import Plan, Subscription
from eurasia.newsroom.models import Article


class Command(BaseCommand):
    help = "Make and serve the demo edition (DEMO=1): database, articles, accounts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="prepare, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "This makes accounts with a known password: it runs with DEMO=1 only."
            )
        settings.VAR_DIR.mkdir(exist_ok=True)
        call_command("migrate", verbosity=0)
        if not Article.objects.exists():
            call_command("seed")
        password = os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(9)
        self.accounts(password)
        call_command("collectstatic", verbosity=0, interactive=False)
        self.stdout.write(
            f"\nThe demo edition of {settings.SITE_NAME}: {settings.SITE_URL}\n"
            f"The desk: {settings.SITE_URL}/admin/\n\n"
            "  subscriber@example.org  reads the full texts\n"
            "  reader@example.org      has an account, no subscription\n"
            "  lapsed@example.org      had a subscription\n"
            "  editor@example.org      works at the desk\n\n"
            f"  Password of all four: {password}\n\n"
            "Mail goes to var/mail/; codes are shown here too. Ctrl+C stops the server.\n"
        )
        self.stdout.flush()
        if not options["no_serve"]:
            serve()

    def accounts(self, password: str) -> None:
        """The four readers of the demo, each as it is meant to be, whatever was done to it."""
        at = timezone.now()
        plan = Plan.objects.offered().first()
        if plan is None:
            raise CommandError(
                "No plan is offered: offer one at the desk, or remove var/demo.sqlite3."
            )
        for name in ["subscriber", "reader", "lapsed", "editor"]:
            user = User.objects.filter(email=f"{name}@example.org").first() or User(
                email=f"{name}@example.org"
            )
            user.is_active = True
            user.set_password(password)
            user.is_staff = name == "editor"
            user.save()
            EmailAddress.objects.update_or_create(
                user=user, email=user.email, defaults={"verified": True, "primary": True}
            )
            rights = Subscription.objects.granting_access(user, at)
            if name == "subscriber" and not rights.exists():
                subscribing.take(reader=user, plan=plan, at=at)
            if name == "lapsed" and not user.subscriptions.exists():
                subscribing.grant(
                    reader=user,
                    plan=plan,
                    starts_at=at - timedelta(days=60),
                    ends_at=at - timedelta(days=30),
                    note="",
                    by=None,
                )
            if name == "editor":
                user.groups.set(Group.objects.filter(name__in=["Publishers", "Subscriber desk"]))


def serve() -> None:
    """Become the production server: granian, one process, because the demo's cache is its own."""
    arguments = [
        "--host", "127.0.0.1", "--port", str(settings.PORT), "--log-level", "warning",
    ]  # fmt: skip
    os.execv(sys.executable, [sys.executable, "-m", "eurasia.server", *arguments])  # noqa: S606 - fixed arguments
