"""What the tour needs beside the seeds: readers in every state, and an article taken back."""

from datetime import datetime, timedelta

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.http import HttpRequest
from django.test import Client

from eurasia.accounts.models import User
from eurasia.membership.models import Plan, Subscription
from eurasia.newsroom import publishing
from eurasia.newsroom.models import Article
from tests.browser.tour import OPEN, PASSWORD, WITHDRAWN, address_of


def settle(at: datetime) -> dict[str, str]:
    """Answers with the session of each reader, who signed in just now."""
    for language, slug in WITHDRAWN.items():
        if not Article.objects.filter(language=language, slug=slug).exists():
            article = Article(
                language=language, slug=slug, work="taken-back", headline="Taken back",
                teaser="<p>Once.</p>", status="withdrawn", published_at=at - timedelta(days=900),
            )  # fmt: skip
            publishing.write(article, "<p>Upon a time.</p>", by=None, reason="desk")
    # The seeds open one article to everyone, in English.
    Article.objects.filter(language="fr", slug=OPEN["fr"]).update(access="everyone")
    plan = Plan.objects.offered().first()
    assert plan, "the seeds offer a plan"
    sessions = {}
    for name in ["registered", "subscriber", "lapsed", "guarded"]:
        user, _created = User.objects.get_or_create(email=address_of(name))
        EmailAddress.objects.get_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
        if name == "lapsed":
            user.set_unusable_password()
        else:
            user.set_password(PASSWORD)
        user.save()
        begun = {"subscriber": 1, "lapsed": 60}.get(name)
        if begun and not user.subscriptions.exists():
            Subscription.objects.create(
                reader=user,
                plan=plan,
                source="free",
                starts_at=at - timedelta(days=begun),
                ends_at=at - timedelta(days=30) if name == "lapsed" else None,
            )
        if name == "guarded" and not Authenticator.objects.filter(user=user).exists():
            TOTP.activate(user, generate_totp_secret())
            RecoveryCodes.activate(user)
        sessions[name] = session_of(user)
    return sessions


def session_of(user: User) -> str:
    """Signed in just now, so that no page asks for the password again."""
    client = Client()
    client.force_login(user)
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, user, method="password", reauthenticated=True)
    request.session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value
