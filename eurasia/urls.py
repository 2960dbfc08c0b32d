"""Every address of the house. Under a language prefix the same English segments in both."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import RedirectView

from eurasia.newsroom import sitemaps, terms, views
from eurasia.policy import desk, private

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # allauth documents it so

# It would show superusers the secrets of other people's authenticator apps.
admin.site.unregister(Authenticator)
# It would let staff add an address of their own to any account, and sign in there by its code.
admin.site.unregister(EmailAddress)
# Where readers are signed in is theirs to know.
admin.site.unregister(UserSession)


def nowhere(request: HttpRequest, **_kwargs: str) -> HttpResponse:
    raise Http404


urlpatterns = [
    *i18n_patterns(
        path("", include("eurasia.newsroom.urls")),
        path("", include("eurasia.membership.urls")),
        path("account/", include("eurasia.accounts.urls")),
        path("accounts/", private(RedirectView.as_view(pattern_name="account:home"))),
        path("accounts/", include("eurasia.accounts.doors")),
        path("accounts/", include("allauth.urls")),
    ),
    path("", views.home, name="home"),
    path("robots.txt", terms.robots, name="robots"),
    path("license.xml", terms.licence, name="licence"),
    path("llms.txt", terms.llms, name="llms"),
    path(".well-known/security.txt", terms.security, name="security"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-news.xml", sitemaps.news, name="sitemap_news"),
    path("sitemap-<slug:section>.xml", sitemaps.section, name="sitemap_section"),
    path("media/<path:path>", views.media, name="media"),
    # Django's way from any row to its page: it would fetch drafts and tell their addresses.
    path("admin/r/<path:row>", desk("newsroom.view_fulltext")(nowhere)),
    path("admin/", admin.site.urls),
]

handler400 = "eurasia.newsroom.errors.bad_request"
handler403 = "eurasia.newsroom.errors.forbidden"
handler404 = "eurasia.newsroom.errors.not_found"
