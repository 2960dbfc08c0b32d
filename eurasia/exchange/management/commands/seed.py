from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Load the demo edition: `import_articles markdown seeds`."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("import_articles", "markdown", settings.BASE_DIR / "seeds")
