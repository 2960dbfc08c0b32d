"""`DEMO=1 python -m benchmarks.sessions 5000 FILE`: signs in so many different subscribers.

FILE, which its owner alone may read, gets a line for each: the cookies of the session and against
forged forms, as a browser sends them. The subscribers are those of a journal that `manage.py
make_big` has made.
"""

import os
import sys
from datetime import datetime
from pathlib import Path

import django


def sign_in(count: int, at: datetime) -> list[str]:
    """Store a session for each of so many subscribers, and return their cookies.

    Raises LookupError where there are fewer.
    """
    from allauth.usersessions.models import UserSession  # these want the settings first
    from django.conf import settings
    from django.contrib import auth
    from django.contrib.sessions.backends.cached_db import SessionStore
    from django.db import transaction
    from django.middleware.csrf import CSRF_SECRET_LENGTH
    from django.utils.crypto import get_random_string

    from eurasia.accounts.models import User
    from eurasia.membership.models import Subscription

    rights = Subscription.objects.running(at).filter(reader__isnull=False)
    readers = User.objects.filter(pk__in=rights.values("reader")).order_by("pk")[:count]
    if len(readers) < count:
        raise LookupError(f"There are {len(readers):,} subscribers: make_big makes more.")
    cookies = []
    with transaction.atomic():
        for reader in readers:
            session = SessionStore()
            session[auth.SESSION_KEY] = str(reader.pk)
            session[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            session[auth.HASH_SESSION_KEY] = reader.get_session_auth_hash()
            session.create()
            UserSession.objects.create(
                user=reader, session_key=session.session_key, ip="127.0.0.1", user_agent=""
            )
            sent = {
                settings.SESSION_COOKIE_NAME: session.session_key,
                settings.CSRF_COOKIE_NAME: get_random_string(CSRF_SECRET_LENGTH),
            }
            cookies.append("; ".join(f"{name}={value}" for name, value in sent.items()))
    return cookies


def main(count: int, path: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eurasia.settings")
    django.setup()
    from django.conf import settings
    from django.utils import timezone

    if not settings.DEMO:
        raise SystemExit("benchmarks: whoever reads this file reads as subscribers: only DEMO=1.")
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(opened, "w") as file:
        os.fchmod(opened, 0o600)  # of a file that was there
        try:
            file.writelines(f"{cookie}\n" for cookie in sign_in(count, timezone.now()))
        except LookupError as error:
            raise SystemExit(f"benchmarks: {error}") from None


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
