"""Where allauth asks this house: languages, mails, and what is said after an act."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

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


class AccountAdapter(DefaultAccountAdapter):
    def new_user(self, request: HttpRequest) -> User:
        return User(language=languages.current())

    def is_safe_url(self, url: str | None) -> bool:
        try:
            return bool(super().is_safe_url(url))
        except ValueError:  # http://[
            return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Where all ways of signing in end, passkeys included."""
        is_first = user.last_login is None
        super().login(request, user)
        if not is_first and not browsers.is_known(request, user):
            browsers.tell_of_new(request, user, timezone.now())

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
