from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

LABELS = ["topicfile", "party", "event", "contributor", "picture"]

WRITES = [
    "newsroom.add_article",
    "newsroom.write_own_article",
    "newsroom.view_fulltext",
    "newsroom.change_fulltext",
    *[f"newsroom.view_{label}" for label in LABELS],
    "newsroom.add_picture",
]
TRANSLATES = [*WRITES, "newsroom.view_article"]
EDITS = [
    *TRANSLATES,
    "newsroom.change_article",
    "newsroom.delete_article",
    "newsroom.view_correction",
    *[f"newsroom.{act}_{label}" for act in ["add", "change", "delete"] for label in LABELS],
]
PUBLISHES = [
    *EDITS,
    "newsroom.publish_article",
    *[f"newsroom.{act}_correction" for act in ["add", "change", "delete"]],
]
ROLES = {
    "Writers": WRITES,
    "Translators": TRANSLATES,
    "Editors": EDITS,
    "Publishers": PUBLISHES,
    "Subscriber desk": [
        *[f"accounts.{act}_user" for act in ["view", "add", "change"]],
        *[f"membership.{act}_plan" for act in ["view", "add", "change"]],
        *[f"membership.{act}_subscription" for act in ["view", "add", "change"]],
    ],
}


def seed(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Django makes permissions only after the last migration; the groups need them now.
    for label in ["accounts", "membership", "newsroom"]:
        config = apps.get_app_config(label)
        config.models_module = True  # type: ignore[assignment]  # the state's stub has none
        create_permissions(config, verbosity=0, apps=apps, using=schema_editor.connection.alias)
        config.models_module = None
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for name, wanted in ROLES.items():
        group, _created = Group.objects.get_or_create(name=name)
        for permission in wanted:
            app, codename = permission.split(".")
            group.permissions.add(
                Permission.objects.get(content_type__app_label=app, codename=codename)
            )


class Migration(migrations.Migration):
    """Roles as groups: a house may change them afterwards, so going back leaves them."""

    dependencies = [
        ("newsroom", "0001_initial"),
        ("membership", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
