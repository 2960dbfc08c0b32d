"""Three tries for a mailed code, however many are sent at once. For the forms that ask for one.

allauth counts wrong codes in the session, which requests that come together read and write past
one another. Here each guess takes a row of the database: what holds between all workers, on both
engines, and while the cache is lost.
"""

from datetime import datetime, timedelta
from typing import Any

from allauth.account import forms
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.utils import timezone
from django.utils.crypto import salted_hmac

from eurasia.accounts.models import Guess

TRIES = 3
#: No code lives as long.
KEPT = timedelta(hours=1)


def is_allowed(code: str, guess: str, at: datetime) -> bool:
    """Whether `guess` is among the first three at `code`. The same guess again is no other try."""
    code, guess = _digest(code), _digest(f"{code}:{guess}")
    for number in range(TRIES):
        taken, _created = Guess.objects.get_or_create(
            code=code, number=number, defaults={"guess": guess, "at": at}
        )
        if taken.guess == guess:
            return True
    return False


def forget(at: datetime) -> int:
    """Delete the tries at codes of long ago."""
    return Guess.objects.filter(at__lte=at - KEPT).delete()[0]


def _digest(text: str) -> str:
    return salted_hmac("eurasia.accounts.codes", text, algorithm="sha256").hexdigest()


class Counted(forms.BaseConfirmCodeForm):
    """Mixed into allauth's forms. A try too many is as wrong as any: allauth then ends the code."""

    def clean_code(self) -> Any:
        # An address without an account has no code; its tries count all the same, and take as long.
        code = self.expected_code or f"none:{context.request.session.session_key}"
        if not is_allowed(code, self.cleaned_data["code"], timezone.now()):
            raise get_adapter().validation_error("incorrect_code")
        return super().clean_code()


class LoginCodeForm(Counted, forms.ConfirmLoginCodeForm):
    pass


class EmailCodeForm(Counted, forms.ConfirmEmailVerificationCodeForm):
    pass


class PasswordResetCodeForm(Counted, forms.ConfirmPasswordResetCodeForm):
    pass
