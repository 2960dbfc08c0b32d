"""Where allauth asks this house: languages, mails, and what is said after an act."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from eurasia import languages, mail
from eurasia.accounts import browsers
from eurasia.accounts.models import User

#: A message would start a session again for somebody who has just left; the others repeat what
#: the page says.
UNSAID = {
    "account/messages/logged_in.txt",
    "account/messages/logged_out.txt",
    "account/messages/login_code_sent.txt",
    "mfa/messages/recovery_codes_generated.txt",
}


def is_own_path(url: str) -> bool:
    """Whether `next` leads to a page of this site; an address with a host never does."""
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, None)


class AccountAdapter(DefaultAccountAdapter):
    def new_user(self, request: HttpRequest) -> User:
        return User(language=languages.current())

    def is_safe_url(self, url: str | None) -> bool:
        return is_own_path(url or "")

    def login(self, request: HttpRequest, user: User) -> None:
        """Where all ways of signing in end, passkeys included."""
        if not self._is_first_click(request):
            request.session.modified = False  # that session is gone, and a new one has begun
            raise ImmediateHttpResponse(redirect("account:home"))
        is_first = user.last_login is None
        super().login(request, user)
        if not is_first and not browsers.is_known(request, user):
            browsers.tell_of_new(request, user, timezone.now())

    def _is_first_click(self, request: HttpRequest) -> bool:
        """Signing in uses up the session in which a code was asked for, whoever clicks twice."""
        key = request.session.session_key
        return not key or bool(Session.objects.filter(pk=key).delete()[0])

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        browsers.remember(request, response, user)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Every mail of allauth leaves by eurasia.mail, in the recipient's language.

        The address that asks may belong to nobody yet: then the page's language it is. Of what
        allauth offers a mail takes the code alone: no link, no visitor's words, no address.
        """
        reader = User.objects.filter(email=email.lower()).only("language").first()
        mail.send(
            template_prefix,
            to=email,
            language=reader.language if reader else languages.current(),
            context={"code": context.get("code", "")},
        )

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        if message_template not in UNSAID:
            super().add_message(request, level, message_template, *args, **kwargs)
