"""Granting a plan to a list of readers: each row is judged before anything is written.

Called by the desk. Judging writes nothing; enrolling judges again, in the transaction that writes.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eurasia.accounts.models import User
from eurasia.membership import subscribing
from eurasia.membership.models import Plan, Subscription
from eurasia.membership.spreadsheets import Row


class EnrollingError(ValidationError):
    """Says why nobody was granted anything."""


class Fate(models.TextChoices):
    """What becomes of a row."""

    GRANTED = "granted", gettext_lazy("is granted")
    MADE = "made", gettext_lazy("new account, is granted")
    # These need nothing.
    HELD = "held", gettext_lazy("has it already")
    NAMED_BEFORE = "named_before", gettext_lazy("named before")
    # This is refused.
    BAD = "bad", gettext_lazy("cannot be granted")


@dataclass(frozen=True)
class Wish:
    """What the readers of a list shall have. Spans are half-open; no `ends_at`: never."""

    plan: Plan
    starts_at: datetime
    ends_at: datetime | None
    #: Whether unknown addresses get an account, and the language of those that name none.
    makes_accounts: bool
    language: str


@dataclass(frozen=True)
class Judged:
    line: int
    reader: User
    fate: Fate
    why: str = ""


@dataclass(frozen=True)
class Enrolment:
    """A list as it was judged."""

    rows: Sequence[Judged]

    @cached_property
    def counts(self) -> Counter[Fate]:
        return Counter(row.fate for row in self.rows)

    def of(self, *fates: Fate) -> list[Judged]:
        return [row for row in self.rows if row.fate in fates]

    @property
    def bad(self) -> list[Judged]:
        return self.of(Fate.BAD)

    @property
    def good(self) -> list[Judged]:
        """What will be written."""
        return self.of(Fate.GRANTED, Fate.MADE)

    @property
    def digest(self) -> str:
        """What was seen of it: the same list with the same fates has the same."""
        seen = "\n".join(f"{row.line} {row.fate} {row.reader.email}" for row in self.rows)
        return sha256(seen.encode()).hexdigest()


def judge(rows: Iterable[Row], wish: Wish) -> Enrolment:
    """What would become of each row. Writes nothing; three queries."""
    addressed = [(row, row.email.lower().removeprefix("mailto:").strip()) for row in rows]
    known = _known({email for _row, email in addressed})
    held = _held(known.values(), wish)
    seen: dict[int | str, int] = {}
    judged = []
    for row, email in addressed:
        reader = known.get(email) or _unknown(row, email, wish)
        first = seen.setdefault(reader.pk or email, row.line)
        if row.has_too_many_cells:
            fate, why = Fate.BAD, _("This row has more cells than the first one.")
        elif email and first != row.line:
            fate, why = Fate.NAMED_BEFORE, _("As in line %(line)d.") % {"line": first}
        elif not reader.pk:
            fate, why = _judged_unknown(reader, wish)
        else:
            fate, why = _judged_known(reader, held)
        judged.append(Judged(row.line, reader, fate, why))
    return Enrolment(judged)


def enrol(
    rows: Sequence[Row], wish: Wish, *, seen: str, good_only: bool, note: str, by: User
) -> Enrolment:
    """Grant the wish to all good rows of a list, in one transaction; answers what was done.

    Raises EnrollingError, and nobody is granted anything: if a row is bad, unless `good_only`; if
    the list would fare otherwise than when it had the digest `seen`.
    """
    changed = _("Something has changed since the list was checked: look at it again.")
    try:
        with transaction.atomic():
            known = [row.reader.pk for row in judge(rows, wish).rows if row.reader.pk]
            subscribing.lock(*known)  # what is seen from here on stays so
            enrolment = judge(rows, wish)
            if enrolment.digest != seen:
                raise EnrollingError(changed)
            if enrolment.bad and not good_only:
                raise EnrollingError(_("Some rows are bad: mend them, or leave them out."))
            User.objects.create_readers(row.reader for row in enrolment.of(Fate.MADE))
            subscribing.grant_all(
                readers=[row.reader for row in enrolment.good],
                plan=wish.plan,
                starts_at=wish.starts_at,
                ends_at=wish.ends_at,
                note=note,
                by=by,
            )
    except IntegrityError:  # an account was made between the look and the writing
        raise EnrollingError(changed) from None
    return enrolment


def _known(emails: set[str]) -> dict[str, User]:
    """The readers with these addresses, be it a second one that they have confirmed."""
    confirmed = EmailAddress.objects.filter(email__in=emails, verified=True)
    known = {address.email: address.user for address in confirmed.select_related("user")}
    return known | {reader.email: reader for reader in User.objects.filter(email__in=emails)}


def _unknown(row: Row, email: str, wish: Wish) -> User:
    """Not stored yet."""
    language = row.language.lower()[:2] or wish.language
    return User(email=email, name=" ".join(row.name.split()), language=language)


def _judged_unknown(reader: User, wish: Wish) -> tuple[Fate, str]:
    try:
        reader.clean_fields(exclude=["password"])
    except ValidationError as error:
        return Fate.BAD, " ".join(error.messages)
    if not wish.makes_accounts:
        return Fate.BAD, _("Nobody has an account with this address.")
    return Fate.MADE, ""


def _judged_known(reader: User, held: set[int]) -> tuple[Fate, str]:
    if not reader.is_active:
        return Fate.BAD, _("This account is switched off.")
    if reader.erasure_due_at:
        return Fate.BAD, _("This reader has asked to be erased.")
    return (Fate.HELD if reader.pk in held else Fate.GRANTED), ""


def _held(readers: Iterable[User], wish: Wish) -> set[int]:
    """Who has the plan already over the whole span, so that a list may come twice."""
    rights = Subscription.objects.filter(
        reader__in=[reader.pk for reader in readers], plan=wish.plan, starts_at__lte=wish.starts_at
    )
    forever = models.Q(ends_at__isnull=True)
    lasting = forever if wish.ends_at is None else forever | models.Q(ends_at__gte=wish.ends_at)
    return {number for number in rights.filter(lasting).values_list("reader", flat=True) if number}
