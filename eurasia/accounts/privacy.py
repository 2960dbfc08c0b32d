"""Erasing a reader. The apps above add what they hold in `AppConfig.ready`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from django.db import transaction

from eurasia.accounts.models import User

#: What must be open while rows of a reader are erased, such as the vault.
_openers: list[Callable[[], AbstractContextManager[None]]] = []


def open_while_erasing(opener: Callable[[], AbstractContextManager[None]]) -> None:
    """Register a context manager that is entered around every erasure."""
    _openers.append(opener)


@contextmanager
def opened() -> Iterator[None]:
    """Everything that hangs on a reader may be looked at and deleted inside."""
    with ExitStack() as stack:
        for opener in _openers:
            stack.enter_context(opener())
        yield


@transaction.atomic
def erase(reader: User) -> None:
    """Delete a reader with everything that hangs on the account. There is no way back."""
    with opened():
        reader.delete()
