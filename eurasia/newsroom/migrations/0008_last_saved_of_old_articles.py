from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import OuterRef, Subquery


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    HistoricalArticle = apps.get_model("newsroom", "HistoricalArticle")
    newest = HistoricalArticle.objects.filter(id=OuterRef("pk")).order_by("-history_id")
    saved = apps.get_model("newsroom", "Article").objects.filter(
        pk__in=HistoricalArticle.objects.values("id")
    )
    saved.update(
        saved_at=Subquery(newest.values("history_date")[:1]),
        saved_by=Subquery(newest.values("history_user")[:1]),
    )


class Migration(migrations.Migration):
    """Articles from before were saved when their history says."""

    dependencies = [("newsroom", "0007_last_saved")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
