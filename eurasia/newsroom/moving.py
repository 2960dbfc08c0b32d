"""What happens to an address when its page moves to another one: it leads there, for ever.

`remember` is called by whoever saves a changed slug, in the same transaction; `way_on` by the pages
that say there is nothing.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.urls import reverse

from eurasia import languages
from eurasia.newsroom.former_slugs import FormerSlug
from eurasia.newsroom.models import Article, Contributor, TopicFile

KIND_OF = {Article: "article", TopicFile: "file", Contributor: "contributor"}
#: The first segment of an address below its language.
KIND_UNDER = {"articles": "article", "files": "file", "contributors": "contributor"}


@transaction.atomic
def remember(page: Article | TopicFile | Contributor, earlier: str) -> None:
    """Let the address that `page` had until now lead to it; the last that had it wins."""
    if earlier == page.slug:
        return
    kind = KIND_OF[type(page)]
    language = page.language if isinstance(page, Article) else ""
    former = FormerSlug.objects.filter(language=language, **{f"{kind}__isnull": False})
    former.filter(slug=earlier).delete()
    former.filter(slug=page.slug, **{kind: page}).delete()  # it has come back
    FormerSlug.objects.create(language=language, slug=earlier, **{kind: page})


def way_on(request: HttpRequest, at: datetime) -> HttpResponsePermanentRedirect | None:
    """To the same door of the page that was here before, if readers may see that page at `at`.

    None where something of today stands at this address: a slug that was taken anew wins.
    """
    match = request.resolver_match
    if match is None or "slug" not in match.kwargs or request.method not in {"GET", "HEAD"}:
        return None
    kind = KIND_UNDER.get(match.route.split("/")[1])
    page = kind and _moved(kind, match.kwargs["slug"], at)
    if not page:
        return None
    address = reverse(match.view_name, kwargs={**match.kwargs, "slug": page.slug})
    query = request.META["QUERY_STRING"]
    return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)


def _moved(kind: str, slug: str, at: datetime) -> Any:
    there: dict[str, Any] = {
        "article": Article.objects.published(at).in_language(languages.current()),
        "file": TopicFile.objects.all(),
        "contributor": Contributor.objects.all(),
    }
    if there[kind].filter(slug=slug).exists():
        return None
    language = languages.current() if kind == "article" else ""
    former = FormerSlug.objects.filter(language=language, slug=slug).values(kind)
    return there[kind].filter(pk__in=former).first()
