"""The accounts of readers at the desk. No password, code or token is shown or set here.

The apps above know more of a reader: `membership.desk.readers` registers the whole page.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from eurasia.accounts import privacy
from eurasia.accounts.models import User


class UserAdmin(admin.ModelAdmin):
    search_fields = ["email", "name"]
    ordering = ["email"]
    show_full_result_count = False
    filter_horizontal = ["groups", "user_permissions"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = ["email", "name", "language", "is_active", "date_joined"]
        if request.user.is_superuser:
            fields += ["is_staff", "is_superuser", "groups", "user_permissions"]
        return fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # The address is the login: its owner changes it, with a code sent to the new one.
        return ["date_joined", *(["email"] if obj else [])]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """`?password__startswith=` would tell a hash letter by letter."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only superusers change staff: nobody lifts themselves up by another's account."""
        if obj is not None and (obj.is_staff or obj.is_superuser) and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and (obj.is_staff or obj.is_superuser) and not request.user.is_superuser:
            return False
        return super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            obj.add_address()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        with privacy.opened():
            _listed, counts, needed, protected = super().get_deleted_objects(objs, request)
        # What hangs on an account goes with it: told by its number, since where a reader is signed
        # in is theirs to know. The right over readers alone is asked for.
        listed = [str(reader) for reader in objs]
        return listed, counts, needed & {self.opts.verbose_name}, protected

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        privacy.erase(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for reader in queryset:
            privacy.erase(reader)
