"""The reader's account. The e-mail address is the login."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A reader who may sign in with `email`; without a password, by mailed code only."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        user.add_address()
        return user

    def create_readers(self, readers: Iterable["User"]) -> list["User"]:
        """Store many new readers at once, who sign in by mailed code. Raises IntegrityError."""
        from allauth.account.models import EmailAddress  # which looks for the model below

        readers = list(readers)
        for reader in readers:
            reader.email = reader.email.lower()
            reader.set_unusable_password()
        self.bulk_create(readers)
        EmailAddress.objects.bulk_create(
            EmailAddress(user=reader, email=reader.email, primary=True) for reader in readers
        )
        return readers

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """Anybody with an account: reader, subscriber, editor."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(
        _("name"), max_length=150, blank=True, help_text=_("Shown at the desk; readers need none.")
    )
    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Unselect this instead of deleting an account.")
    )
    is_staff = models.BooleanField(
        _("member of staff"), default=False, help_text=_("May enter the desk.")
    )
    keeps_places = models.BooleanField(
        _("keep places in texts"), default=True, editable=False
    )  # the newsroom keeps them
    #: Set while the reader's wish to be erased may still be taken back.
    erasure_due_at = models.DateTimeField(_("to be erased"), null=True, editable=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    #: A day is all that the desk needs to know; `accounts.sessions` writes it.
    seen_on = models.DateField(_("last seen"), null=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("reader")
        verbose_name_plural = _("readers")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_reader_per_address",
                violation_error_message=_("A reader with this address exists already."),
            ),
            models.CheckConstraint(condition=~models.Q(email=""), name="reader_has_an_address"),
            models.CheckConstraint(
                condition=models.Q(language__in=[code for code, _name in settings.LANGUAGES]),
                name="reader_language_is_ours",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    def add_address(self) -> None:
        """Tell allauth of the address, so that the first code confirms it on the way."""
        self.emailaddress_set.create(  # type: ignore[attr-defined]  # allauth made the relation
            email=self.email, primary=True
        )

    add_address.alters_data = True  # type: ignore[attr-defined]  # Django's own mark for templates

    @property
    def is_subscriber(self) -> bool:
        """True while a subscription grants access now; asked of the database each time."""
        return self.subscriptions.granting_access(self, timezone.now()).exists()


class Guess(models.Model):
    """A try at a mailed code. Three rows are all that a code has, whoever tries them at once."""

    code = models.CharField(max_length=64)  # a keyed digest, as the next
    guess = models.CharField(max_length=64)
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("code", "number", name="try_at_a_code_is_had_once"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
