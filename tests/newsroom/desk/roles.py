"""Staff in one of the roles of migration 0004_roles, which transactional tests flush."""

from importlib import import_module

from django.contrib.auth.models import Permission

from eurasia.accounts.models import User
from tests.cast import guard

ROLES = import_module("eurasia.newsroom.migrations.0004_roles").ROLES


def member_of(role, email=""):
    """Somebody with a second factor and the permissions of `role`."""
    email = email or f"{role.lower().replace(' ', '-')}@example.org"
    user = User.objects.create_user(email, is_staff=True)
    for name in ROLES[role]:
        app, codename = name.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return guard(user)
