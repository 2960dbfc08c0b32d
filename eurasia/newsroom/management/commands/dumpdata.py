from typing import Any

from django.apps import apps
from django.core.management.base import CommandError
from django.core.management.commands import dumpdata
from django.core.management.utils import parse_apps_and_model_labels

from eurasia.newsroom import vault


class Command(dumpdata.Command):
    """Django's `dumpdata`, refused before its first row where it would come to gated text."""

    def handle(self, *app_labels: Any, **options: Any) -> None:
        hint = CommandError(
            "dumpdata would write full texts to a file that anybody can read. "
            "Back up with pg_dump, or `sqlite3 FILE '.backup COPY'`; "
            "name other apps to dump these alone."
        )
        if _chosen(app_labels, options["exclude"]):
            raise hint
        try:
            super().handle(*app_labels, **{**options, "traceback": True})
        except vault.VaultError as error:
            raise hint from error


def _chosen(labels: tuple[str, ...], excluded: list[str]) -> bool:
    """Whether these arguments of the command choose a gated model."""
    models, configs = parse_apps_and_model_labels(labels)
    left_out, configs_left_out = parse_apps_and_model_labels(excluded)
    return any(
        (not labels or model in models or model._meta.app_config in configs)
        and not (model in left_out or model._meta.app_config in configs_left_out)
        for model in apps.get_models(include_auto_created=True)
        if issubclass(model, vault.Gated)
    )
