"""Where pictures and documents are used: in articles, live, waiting or in the bin. What is used
cannot be deleted.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from eurasia.newsroom import rendering, vault
from eurasia.newsroom.models import Article, Document, Draft, FullText, Journal, Picture


@dataclass(frozen=True)
class Use:
    """One place in an article, or in what the journal says of itself."""

    where: Article | Journal
    place: str | Promise


def of_picture(picture: Picture) -> list[Use]:
    found = [Use(article, _("cover")) for article in Article.objects.filter(cover=picture)]
    journal = Journal.objects.filter(card_picture=picture)
    found += [Use(row, _("picture for share cards")) for row in journal]
    return found + _in_texts(f'data-picture="{picture.pk}"', Q(labels__cover=picture.pk))


def of_document(document: Document) -> list[Use]:
    return _in_texts(f'href="{document.source_address}"', Q())


def _in_texts(mark: str, waits: Q) -> list[Use]:
    with vault.opened("desk"):
        bodies = list(FullText.objects.filter(body__contains=mark).values_list("pk", flat=True))
        in_draft = waits | Q(teaser__contains=mark) | Q(body__contains=mark)
        drafts = list(Draft.objects.filter(in_draft).values_list("article", flat=True))
    found = [
        (_("teaser"), Article.objects.filter(teaser__contains=mark)),
        (_("full text"), Article.objects.filter(pk__in=bodies)),
        (_("changes that wait"), Article.objects.filter(pk__in=drafts)),
    ]
    return [Use(article, place) for place, articles in found for article in articles]


def articles_showing(
    pictures: Set[int] = frozenset(), documents: Set[int] = frozenset()
) -> set[int]:
    """The ids of the articles that show one of these as a cover, in teaser or full text."""
    showing = set(Article.objects.filter(cover__in=pictures).values_list("pk", flat=True))
    for pk, source in _sources():
        if rendering.pictures_in(source) & pictures or rendering.documents_in(source) & documents:
            showing.add(pk)
    return showing


def _sources() -> Iterator[tuple[int, str]]:
    """Of all articles, the texts in which something may be shown."""
    may_show = ["data-picture=", "/documents/"]
    for model, column in [(Article, "teaser"), (FullText, "body")]:
        marked = Q(*[(f"{column}__contains", mark) for mark in may_show], _connector=Q.OR)
        with vault.opened("index"):
            rows = list(model._default_manager.filter(marked).values_list("pk", column))
        yield from rows
