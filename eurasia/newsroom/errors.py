"""What readers see when there is nothing to see: each page in style and in their language."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from eurasia import languages
from eurasia.newsroom import moving
from eurasia.newsroom.models import Article


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if moved := moving.way_on(request, timezone.now()):
        return moved
    return render(request, "404.html", {"language_links": no_links()}, status=404)


def no_article(request: HttpRequest, slug: str, at: datetime) -> HttpResponse:
    """410 for what was withdrawn, 301 for what has moved, else 404 with a link to the article's own
    language."""
    articles = Article.objects.filter(slug=slug)
    withdrawn = articles.in_language(languages.current()).withdrawn(at).first()
    if withdrawn:
        context = {"because": withdrawn.withdrawn_because, "language_links": no_links()}
        return render(request, "410.html", context, status=410)
    if moved := moving.way_on(request, at):
        return moved
    elsewhere = [
        {
            "language": article.language,
            "headline": article.headline,
            "url": article.get_absolute_url(),
        }
        for article in articles.published(at)
    ]
    context = {"elsewhere": elsewhere, "language_links": no_links(elsewhere)}
    return render(request, "404.html", context, status=404)


def no_links(elsewhere: list[dict[str, str]] = []) -> list[languages.LanguageLink]:  # noqa: B006 - never written
    addresses = {item["language"]: item["url"] for item in elsewhere}
    return languages.language_links("", addresses)
