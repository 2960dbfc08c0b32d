"""Staff in one of the roles of migration 0002_roles, which transactional tests flush."""

from importlib import import_module

from django.contrib.auth.models import Group, Permission

from eurasia.accounts.models import User
from tests.cast import guard

ROLES = import_module("eurasia.newsroom.migrations.0002_roles").ROLES


def seed_roles():
    """As the migration left them, should a transactional test have emptied the database since."""
    for role in ROLES:
        group, _created = Group.objects.get_or_create(name=role)
        group.permissions.set(permissions_of(role))


def permissions_of(role):
    return [
        Permission.objects.get(content_type__app_label=app, codename=codename)
        for app, codename in (name.split(".") for name in ROLES[role])
    ]


def member_of(role, email=""):
    """Somebody with a second factor and the permissions of `role`."""
    email = email or f"{role.lower().replace(' ', '-')}@example.org"
    user = User.objects.create_user(email, is_staff=True)
    user.user_permissions.set(permissions_of(role))
    return guard(user)
