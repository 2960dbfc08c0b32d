"""Who may call which route, and in which form its answer leaves the house.

Every view wears one of the decorators below; a route without one is refused at run time and by a
test that walks the URLconf. URLconfs of other people (allauth, the admin) stand in `INCLUDED`.

A public page has two forms. To a request without a session cookie it is the same bytes for all
and may be remembered for a second; such a request never meets session, user or messages. To a
request with one, valid or not, it is rendered for the reader and kept by nobody.

Of a query string, public routes see the parameters that they declare and no others: a `?utm_…`
changes no page, and whoever remembers pages needs to look at the declared ones alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache, wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.middleware import AuthenticationMiddleware as DjangoAuthentication
from django.contrib.messages.middleware import MessageMiddleware as DjangoMessages
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessions
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from eurasia import keeping

View = Callable[..., HttpResponseBase]


class Policy(Enum):
    """Who may call a route, and which form the answer has."""

    #: Anybody; public form without a session cookie, private form with one.
    PUBLIC = "public"
    #: Anybody, always in the public form: feeds, sitemaps, robots.
    MACHINE = "machine"
    #: Whoever holds the key that stands in the address; always private, and no cookie is looked at.
    KEYED = "keyed"
    #: Anybody, always private: forms, signing in, what depends on request headers.
    PRIVATE = "private"
    #: Signed-in readers; others are sent to sign in and come back.
    READER_ONLY = "reader only"
    #: Staff; the admin asks for the permissions of each page itself.
    DESK = "desk"


#: The policy of URLconfs that are not ours, by the module of their views.
INCLUDED = {
    "allauth.": Policy.PRIVATE,
    "django.contrib.admin.": Policy.DESK,
    "django.contrib.contenttypes.": Policy.DESK,  # "view on site", behind admin_view
}

#: Whose answers may be the same bytes for all.
SHARED = frozenset({Policy.PUBLIC, Policy.MACHINE})


def _declare(policy: Policy, view: View) -> View:
    view.policy = policy  # type: ignore[attr-defined]  # read back by policy_of()
    return view


def reads(*parameters: str) -> Callable[[View], View]:
    """Declares which parameters of the query string a public route reads."""

    def declare(view: View) -> View:
        view.parameters = parameters  # type: ignore[attr-defined]  # read back by route_of()
        return view

    return declare


def public(view: View) -> View:
    """Anybody may read this page; GET and HEAD only."""
    return _declare(Policy.PUBLIC, require_safe(view))


def machine(view: View) -> View:
    """A door for machines: the same bytes for everybody, signed in or not."""
    return _declare(Policy.MACHINE, require_safe(view))


def keyed(view: View) -> View:
    """A door that a key in its address opens, to machines without cookies; kept by nobody."""
    return _declare(Policy.KEYED, require_safe(view))


def private(view: View) -> View:
    """Anybody may call this, and the answer is kept by nobody."""
    return _declare(Policy.PRIVATE, view)


def reader_only(view: View) -> View:
    """Signed-in readers alone; others sign in first and come back here."""
    return _declare(Policy.READER_ONLY, login_required(view))


def desk(permission: str) -> Callable[[View], View]:
    """Staff who hold `permission`, such as "newsroom.view_fulltext"; others get 403."""

    def declare(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not (request.user.is_staff and request.user.has_perm(permission)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return _declare(Policy.DESK, guarded)

    return declare


def policy_of(match: ResolverMatch) -> Policy:
    """The declared policy of a resolved route.

    Raises ImproperlyConfigured for a route that declares none: deny by default.
    """
    declared = getattr(match.func, "policy", None)
    if isinstance(declared, Policy):
        return declared
    # Admin pages wear wrappers made inside django.contrib.admin; class-based views name theirs.
    view = getattr(match.func, "view_class", match.func)
    if "admin" in match.app_names:
        return Policy.DESK
    for module, policy in INCLUDED.items():
        if view.__module__.startswith(module):
            return policy
    raise ImproperlyConfigured(
        f"The route {match.route!r} declares no policy. "
        "Decorate its view with one from eurasia.policy."
    )


@dataclass(frozen=True)
class Route:
    """What the address of a request says before any view runs."""

    policy: Policy
    #: Its pattern, for the log.
    name: str = ""
    #: The parameters of the query string that are read, in the order of their declaration.
    parameters: tuple[str, ...] = ()

    @property
    def is_shared(self) -> bool:
        return self.policy in SHARED

    def query(self, said: str) -> str:
        """The part of the query string `said` that counts, always in the same order.

        Of a name that is said twice the first value counts; an empty one is none. Names are
        compared as they stand, so nginx, which does not decode them, sees the same ones.
        """
        values: dict[str, str] = {}
        for part in said.split("&") if said else []:
            name, equals, value = part.partition("=")
            if equals and name in self.parameters:
                values.setdefault(name, value)
        return "&".join(f"{name}={values[name]}" for name in self.parameters if values.get(name))


#: The page that says there is none.
NOWHERE = Route(Policy.PUBLIC)
#: Longer paths are looked up, but not remembered.
LONGEST_REMEMBERED = 200


def route_of(path: str) -> Route:
    """The route that a request for `path` takes; `NOWHERE` if there is none.

    Raises ImproperlyConfigured for a route that declares no policy.
    """
    look_up = _route_of if len(path) <= LONGEST_REMEMBERED else _route_of.__wrapped__
    return look_up(path, settings.ROOT_URLCONF)


@lru_cache(maxsize=1024)
def _route_of(path: str, urlconf: str) -> Route:
    # Addresses resolve in the language of their path (eurasia.languages).
    language = translation.get_language_from_path(path) or settings.LANGUAGE_CODE
    with translation.override(language):
        match = _resolved(path, urlconf)
    if match is None:
        return NOWHERE
    return Route(policy_of(match), match.route, getattr(match.func, "parameters", ()))


def _resolved(path: str, urlconf: str) -> ResolverMatch | None:
    """An address that lacks its slash is led to the one that has it, so it has its route."""
    for tried in [path] if path.endswith("/") else [path, f"{path}/"]:
        try:
            return resolve(tried, urlconf)
        except Resolver404:
            continue
    return None


class PolicyMiddleware:
    """Finds the policy before anything else runs and stamps the answer's caching headers."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        route = route_of(request.path_info)
        policy = route.policy
        if route.is_shared:
            request.META["QUERY_STRING"] = route.query(request.META.get("QUERY_STRING", ""))
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        safe = request.method in {"GET", "HEAD"}
        is_public_form = safe and (
            policy is Policy.MACHINE or (policy is Policy.PUBLIC and not has_session)
        )
        knows_nobody = is_public_form or (safe and policy is Policy.KEYED)
        request.is_public_form = is_public_form  # type: ignore[attr-defined]  # for sending
        request.knows_nobody = knows_nobody  # type: ignore[attr-defined]  # for PassedBy
        with keeping.making(route.name, is_for_all=is_public_form) as answer:
            response = self.get_response(request)
        if knows_nobody:
            # A malformed CSRF cookie makes Django set a new one, which a cache would hand to all.
            response.cookies.clear()
        # What 400 complains of, such as the Host header, may be no part of a cache's key. A stream
        # that is no file is written only now, when nobody looks at what it opens.
        is_failure = response.status_code == 400 or response.status_code >= 500
        is_unwritten = response.streaming and not isinstance(response, FileResponse)
        ready_at = timezone.now()
        kept = answer.cache_control(ready_at)
        if is_failure or is_unwritten:
            kept = keeping.PRIVATE
        is_told = policy is Policy.MACHINE and "Cache-Control" in response.headers
        if not (is_told and kept == keeping.PUBLIC):
            response["Cache-Control"] = kept
        if is_public_form and policy is Policy.PUBLIC:
            patch_vary_headers(response, ["Cookie"])
        if settings.TRUSTED_PROXIES:
            keeping.tell_proxy(response, ready_at)
        return response


class PassedBy:
    """Mixed into a middleware class: the public form of a page never meets it, nor does a door
    that a key in its address opens.
    """

    get_response: Any

    def __call__(self, request: Any) -> Any:
        if request.knows_nobody:
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]  # that of the class mixed into


class SessionMiddleware(PassedBy, DjangoSessions):
    """Django's, for private forms."""

    def process_request(self, request: HttpRequest) -> None:
        # A quoted cookie can carry a null byte, which PostgreSQL refuses as text.
        if "\0" in request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""):
            request.COOKIES[settings.SESSION_COOKIE_NAME] = ""
        super().process_request(request)


class AuthenticationMiddleware(PassedBy, DjangoAuthentication):
    """Django's, for private forms."""


class MessageMiddleware(PassedBy, DjangoMessages):
    """Django's, for private forms."""


def reader_of(request: HttpRequest) -> Any:
    """The signed-in reader, or None: outsiders have no user, in either form of a page."""
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def reader(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `reader` is the signed-in reader or None, in templates of either form."""
    return {"reader": reader_of(request)}
