"""Where readers are signed in: allauth's list, activity noted now and then, one session ended."""

from allauth.account.auth_backends import AuthenticationBackend as AnyAuthenticationBackend
from allauth.usersessions.internal import flows
from allauth.usersessions.middleware import UserSessionsMiddleware
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from eurasia.accounts import visits
from eurasia.accounts.models import User
from eurasia.policy import reader_of, reader_only
from eurasia.prepared import Prepared

_READER = Prepared(lambda reader: User.objects.filter(pk=reader))


class AuthenticationBackend(AnyAuthenticationBackend):
    """allauth's; every page for a reader begins with its one query."""

    def get_user(self, user_id: int) -> User | None:
        found = _READER(reader=user_id)
        return next((user for user in found if self.user_can_authenticate(user)), None)


class ActivityMiddleware(UserSessionsMiddleware):
    """allauth's, which would write with every request."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if reader := reader_of(request):
            visits.note(request, reader)
        return self.get_response(request)


@reader_only
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends one of the reader's own sessions; the one that asks is signed out like any other."""
    session = get_object_or_404(UserSession, pk=pk, user=reader_of(request))
    is_this_one = session.is_current()
    flows.sessions.end_sessions(request, [session])
    if is_this_one:
        return redirect("account:signed_out")
    messages.success(request, _("That browser is signed out."))
    return redirect("usersessions_list")
