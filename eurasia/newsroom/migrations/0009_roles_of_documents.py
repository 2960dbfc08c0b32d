from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

WRITES = ["view_document", "add_document"]
EDITS = [*WRITES, "change_document", "delete_document"]
ROLES = {"Writers": WRITES, "Translators": WRITES, "Editors": EDITS, "Publishers": EDITS}


def seed(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Django makes permissions only after the last migration; the groups need them now.
    config = apps.get_app_config("newsroom")
    config.models_module = True  # type: ignore[assignment]  # the state's stub has none
    create_permissions(config, verbosity=0, apps=apps, using=schema_editor.connection.alias)
    config.models_module = None
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for name, wanted in ROLES.items():
        if group := Group.objects.filter(name=name).first():
            found = Permission.objects.filter(content_type__app_label="newsroom")
            group.permissions.add(*found.filter(codename__in=wanted))


class Migration(migrations.Migration):
    """A house may have changed its roles: those that are there get what pictures gave them."""

    dependencies = [("newsroom", "0008_documents")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
