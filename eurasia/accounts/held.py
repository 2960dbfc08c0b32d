"""What this app holds of a reader, for the register of `privacy`."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.utils.translation import gettext_lazy as _

from eurasia.accounts import codes
from eurasia.accounts.models import User
from eurasia.accounts.privacy import Holding, erase, erase_due, register, retain

#: An address that nobody has confirmed by then belongs to nobody here.
UNCONFIRMED = timedelta(days=7)

WITH_THE_ACCOUNT = _("as long as you have an account")


def add() -> None:
    register(
        Holding(
            title=_("Your account"),
            purpose=_("to know you when you sign in, and to write to you in your language"),
            kept=WITH_THE_ACCOUNT,
            model=User,
            readers=["pk"],
            fields=[
                "email",
                "name",
                "language",
                "date_joined",
                "last_login",
                "seen_on",
                "is_active",
                "is_staff",
                "keeps_places",
                "erasure_due_at",
            ],
            unseen=["password", "is_superuser"],
        ),
        Holding(
            title=_("Your addresses"),
            purpose=_("to send you codes and what you have asked for; confirmed by a code"),
            kept=WITH_THE_ACCOUNT,
            model=EmailAddress,
            readers=["user"],
            fields=["email", "verified", "primary"],
        ),
        Holding(
            title=_("Your further ways of signing in"),
            purpose=_("passkeys, an authenticator app and recovery codes, if you add them"),
            kept=_("until you remove them"),
            model=Authenticator,
            readers=["user"],
            fields=["type", "created_at", "last_used_at"],
            unseen=["data"],
        ),
        Holding(
            title=_("Where you are signed in"),
            purpose=_("to show you your browsers, and to let you sign them out from afar"),
            kept=_("until you sign out there, or two weeks later by itself"),
            model=UserSession,
            readers=["user"],
            fields=["user_agent", "ip", "created_at", "last_seen_at"],
            unseen=["session_key", "data"],
        ),
        Holding(
            title=_("Roles"),
            purpose=_("to know what somebody who works at the desk may do"),
            kept=_("as long as they work there"),
            model=User.groups.through,
            readers=["user"],
            fields=["group__name"],
            is_of_the_desk=True,
        ),
        Holding(
            title=_("Single permissions"),
            purpose=_("to know what somebody who works at the desk may do"),
            kept=_("as long as they work there"),
            model=User.user_permissions.through,
            readers=["user"],
            fields=["permission__name"],
            is_of_the_desk=True,
        ),
        Holding(
            title=_("Log of the desk"),
            purpose=_("to find out who changed what"),
            kept=_("as long as their account"),
            model=LogEntry,
            readers=["user"],
            fields=["action_time", "action_flag"],
            unseen=["content_type", "object_id", "object_repr", "change_message"],
            is_of_the_desk=True,
        ),
    )
    retain("accounts that asked to be erased", erase_due)
    retain("accounts that nobody confirmed", erase_unconfirmed)
    retain("sessions that have ended", end_sessions)
    retain("tries at codes", codes.forget)


def erase_unconfirmed(at: datetime) -> int:
    """Erase those who signed up and never typed a code, at least 7 days before `at`.

    Whom the desk has given a subscription may take longer to come.
    """
    nobodies = User.objects.filter(
        date_joined__lte=at - UNCONFIRMED, last_login=None, is_staff=False, subscriptions=None
    ).exclude(emailaddress__verified=True)
    found = list(nobodies)
    for reader in found:
        erase(reader)
    return len(found)


def end_sessions(at: datetime) -> int:
    """What browsers are known by goes with the sessions, also of those who have signed out."""
    ended = Session.objects.filter(expire_date__lt=at).delete()[0]
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return ended
