"""The pages of the journal. A view fetches, asks the domain once, and responds."""

import mimetypes
from datetime import datetime
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from eurasia import languages, tally
from eurasia.accounts import privacy as register
from eurasia.membership import gate
from eurasia.newsroom import (
    article_page,
    cards,
    citing,
    errors,
    gated_files,
    linked_data,
    previewing,
    reading,
    relations,
    rendering,
    shelf,
)
from eurasia.newsroom.archive import Month, archive_of, beside
from eurasia.newsroom.chronology import chronology
from eurasia.newsroom.lists import mark_open, page_of
from eurasia.newsroom.models import (
    Article,
    ArticleQuerySet,
    Contributor,
    Document,
    Picture,
    PreviewLink,
    TopicFile,
)
from eurasia.newsroom.pictures import KINDS
from eurasia.newsroom.reading import Reading
from eurasia.policy import machine, private, public, reader_of, reads

ON_FRONT = 9
OPEN_ON_FRONT = 3
UNTRANSLATED_AT_MOST = 20
#: Looked for among so many of the newest: a file may be translated from end to end.
LOOKED_THROUGH = 100
FOREVER = "public, max-age=31536000, immutable"


@private
def home(request: HttpRequest) -> HttpResponse:
    """`/` leads to the reader's language; which one depends on the browser, so nobody keeps it."""
    return HttpResponseRedirect(f"/{languages.preferred(request)}/")


@public
def front(request: HttpRequest) -> HttpResponse:
    """The files we follow, the latest articles, what else is open, the call to subscribe."""
    at = timezone.now()
    articles = Article.objects.published(at).in_language(languages.current())
    latest = list(articles.newest().with_emblems()[: ON_FRONT + 1])
    above = [article.pk for article in latest[:ON_FRONT]]
    files = list(TopicFile.objects.followed().in_order().with_parties())
    return render(
        request,
        "newsroom/front.html",
        {
            "files": files,
            "figure": relations.draw(files, relations.files_of_newest(articles)),
            "articles": mark_open(latest[:ON_FRONT], at),
            "more": reverse("newsroom:article_list") if len(latest) > ON_FRONT else "",
            "open_articles": articles.open_to_everyone(at)
            .exclude(pk__in=above)
            .newest()[:OPEN_ON_FRONT],
        },
    )


@public
@reads("before")
def article_list(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    articles = Article.objects.published(at).in_language(languages.current())
    return render(request, "newsroom/article_list.html", {"list": page_of(articles, request, at)})


@public
def file_list(request: HttpRequest) -> HttpResponse:
    files = TopicFile.objects.in_order().with_parties()
    return render(
        request, "newsroom/file_list.html", {"followed": files.followed(), "closed": files.closed()}
    )


@public
@reads("before", "year", "show")
def file(request: HttpRequest, slug: str) -> HttpResponse:
    """A file: what it is about, its chronology by year, its articles."""
    at = timezone.now()
    file = get_object_or_404(TopicFile.objects.with_parties(), slug=slug)
    published = Article.objects.published(at).of_file(file)
    articles = published.in_language(languages.current())
    reader = reader_of(request)
    _count(request, tally.Read(tally.FILE, languages.current(), file.slug))
    context = {
        "file": file,
        "list": page_of(articles, request, at),
        "untranslated": _untranslated(published, at),
        "may_have_feeds": bool(reader) and gate.standing(reader, at).subscribes,
        "linked_data": linked_data.of_file(file),
    }
    if context["list"].is_first:
        asked = {name: request.GET.get(name) for name in ["year", "show"]}
        context["figure"] = _figure_with(file, at)
        context["chronology"] = chronology(file, articles, at, **asked)
    return render(request, "newsroom/file_detail.html", context)


def _untranslated(published: ArticleQuerySet, at: datetime) -> list[Article]:
    """The newest of the other language whose work is not published in the page's."""
    elsewhere = published.in_language(languages.other()).with_translated_slug(at)
    looked_through = elsewhere.only("language", "slug", "headline").newest()[:LOOKED_THROUGH]
    alone = [article for article in looked_through if article.translated_slug is None]
    return alone[:UNTRANSLATED_AT_MOST]


def _figure_with(file: TopicFile, at: datetime) -> relations.Figure | None:
    """The files we follow, this one standing out, whether it is followed or closed."""
    files = list(TopicFile.objects.followed().in_order().with_parties())
    if file not in files:
        files.append(file)
    articles = Article.objects.published(at).in_language(languages.current())
    return relations.draw(files, relations.files_of_newest(articles), shown=file)


@public
@reads("before")
def contributor(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    contributor = get_object_or_404(Contributor, slug=slug)
    published = Article.objects.published(at).of_contributor(contributor)
    articles = published.in_language(languages.current())
    counts = published.count_by_language()
    return render(
        request,
        "newsroom/contributor_detail.html",
        {
            "contributor": contributor,
            "list": page_of(articles, request, at),
            "count": counts.get(languages.current(), 0),
            "count_elsewhere": counts.get(languages.other(), 0),
            "files": TopicFile.objects.written_on(articles),
        },
    )


@public
def archive(request: HttpRequest) -> HttpResponse:
    """Every month of the journal, with the number of its articles."""
    articles = Article.objects.published(timezone.now()).in_language(languages.current())
    return render(request, "newsroom/archive.html", {"archive": archive_of(articles)})


@public
@reads("before")
def archive_month(request: HttpRequest, year: int, number: int) -> HttpResponseBase:
    """The articles of one month. It has one address: `03` leads to `3`."""
    at = timezone.now()
    month = Month.asked(year, number)
    published = Article.objects.published(at)
    of_month = published.within(month.begins_at, month.ends_at)
    counts = of_month.count_by_language()
    if languages.current() not in counts:
        raise Http404
    if request.path != month.get_absolute_url():
        return HttpResponsePermanentRedirect(month.get_absolute_url())
    articles = published.in_language(languages.current())
    earlier, later = beside(month, articles)
    return render(
        request,
        "newsroom/archive_month.html",
        {
            "month": month,
            "count": counts[languages.current()],
            "list": page_of(of_month.in_language(languages.current()), request, at),
            "earlier": earlier,
            "later": later,
            "language_links": languages.language_links(
                request.path_info, {language: month.url_in(language) for language in counts}
            ),
        },
    )


@public
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """An article: its teaser for everyone, its full text for those whom the gate lets in."""
    at = timezone.now()
    reader = reader_of(request)
    article = article_page.published_article(slug, languages.current(), at, reader)
    if article is None:
        return errors.no_article(request, slug, at)
    opened = reading.read(article, reader, at)
    kind = tally.FULL_TEXT if opened.verdict.opens else tally.TEASER
    _count(request, tally.Read(kind, article.language, article.slug))
    plate = article_page.plate_of(article, at)
    around = article_page.surroundings_of(article, plate.file_id, at)
    return render(
        request,
        "newsroom/article_detail.html",
        {
            "article": article,
            "reading": opened,
            "shelf": shelf.standing(reader, article) if reader else None,
            "plate": plate,
            "language_links": languages.language_links(request.path_info, around.translations),
            "neighbours": around,
        },
    )


def _count(request: HttpRequest, read: tally.Read) -> None:
    """Of pages for all, who stands in front counts; of the desk's own reading, nobody."""
    reader = reader_of(request)
    is_at_the_desk = reader is not None and reader.is_staff
    asked_by = request.headers.get("X-Asked-By", request.method)
    if not (request.is_public_form or asked_by != "GET" or is_at_the_desk):  # type: ignore[attr-defined]  # set by policy
        tally.tally.seen(read)


@machine
def citation(request: HttpRequest, slug: str) -> HttpResponse:
    """The BibTeX entry of a published article, as a file for a bibliography."""
    at = timezone.now()
    articles = Article.objects.published(at).in_language(languages.current()).with_labels()
    article = articles.filter(slug=slug).first()
    if article is None:
        return errors.no_article(request, slug, at)
    return HttpResponse(
        citing.cite(article).bibtex,
        content_type="text/x-bibtex; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{article.slug}.bib"',
            "X-Robots-Tag": "noindex",
        },
    )


@public
def picture(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """A picture of a full text, for those whose reading shows it."""
    picture = _picture_of(request, slug, pk)
    return picture_file(request, picture.file.name or "")


@public
def rendition(request: HttpRequest, slug: str, pk: int, width: int, kind: str) -> HttpResponseBase:
    """A smaller copy of such a picture, for the same readers."""
    picture = _picture_of(request, slug, pk)
    if width not in picture.renditions or kind not in KINDS:
        raise Http404
    return picture_file(request, picture.rendition_name(width, kind))


def _article_of(slug: str, reader: Any) -> Article:
    """For a file that belongs to it. Of what is not published only staff are told, who may look at
    it first: to others its address takes no longer than one that nothing has.
    """
    articles = Article.objects.in_language(languages.current())
    if not (reader and reader.is_staff):
        articles = articles.published(timezone.now())
    return get_object_or_404(articles, slug=slug)


def _picture_of(request: HttpRequest, slug: str, pk: int) -> Picture:
    """An unpublished article reads as nothing to all but the desk, whose previews show it."""
    reader = reader_of(request)
    article = _article_of(slug, reader)
    return picture_of(article, reading.read(article, reader, timezone.now()), pk)


def picture_of(article: Article, seen: Reading, pk: int) -> Picture:
    """Raises Http404 unless this reading of the article shows the picture."""
    picture = get_object_or_404(Picture, pk=pk)
    if f'src="{article.picture_url(picture)}"' not in seen.body_html:
        raise Http404
    return picture


def picture_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """For whoever has asked `picture_of`."""
    return gated_files.hand_out(request, name, content_type=_type_of(name))


@public
def document(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """A document of a full text, for those whose reading links to it."""
    reader = reader_of(request)
    article = _article_of(slug, reader)
    seen = reading.read(article, reader, timezone.now())
    return _document(request, pk, article, f"{seen.body_html}{seen.body_notes}")


def _document(request: HttpRequest, pk: int, article: Article, seen: str) -> HttpResponseBase:
    document = get_object_or_404(Document, pk=pk)
    if rendering.link_to(article.document_url(document)) not in seen:
        raise Http404
    return gated_files.hand_out(
        request,
        document.file.name or "",
        content_type=document.content_type,
        download_as=document.download_name,
    )


@private
@require_safe
def preview_link(request: HttpRequest, token: str) -> HttpResponse:
    """The whole article as it would be published, for whoever holds a working link."""
    at = timezone.now()
    link, proof = _proof_by(token, at)
    if request.method == "GET":
        previewing.log_opening(link, at)
    shown, seen = proof.read_as(previewing.STANDINGS["subscriber"], at)
    context = {**previewing.page_of(shown), "reading": seen, "preview_until": link.expires_at}
    response = render(request, "newsroom/article_detail.html", context)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"  # the address is the key
    return response


@private
@require_safe
def preview_picture(request: HttpRequest, token: str, pk: int) -> HttpResponseBase:
    """A picture of a full text, for whoever holds a working link to the article."""
    _link, proof = _proof_by(token, timezone.now())
    picture = get_object_or_404(Picture, pk=pk)
    if f'src="{proof.article.picture_url(picture)}"' not in proof.full_text.body_html:
        raise Http404
    response = picture_file(request, picture.file.name or "")
    response["X-Robots-Tag"] = "noindex"
    return response


@private
@require_safe
def preview_document(request: HttpRequest, token: str, pk: int) -> HttpResponseBase:
    """A document of a full text, for whoever holds a working link to the article."""
    _link, proof = _proof_by(token, timezone.now())
    seen = f"{proof.full_text.body_html}{proof.full_text.body_notes}"
    response = _document(request, pk, proof.article, seen)
    response["X-Robots-Tag"] = "noindex"
    return response


def _proof_by(token: str, at: datetime) -> tuple[PreviewLink, previewing.Proof]:
    """Raises the same Http404 for a token that is wrong, expired or revoked."""
    link = previewing.link_of(token, languages.current(), at)
    if link is None:
        raise Http404

    def picture_at(picture: Picture) -> str:
        return reverse("newsroom:preview_picture", args=[token, picture.pk])

    def document_at(document: Document) -> str:
        return reverse("newsroom:preview_document", args=[token, document.pk])

    return link, previewing.proof_of(link.article, picture_at, document_at)


@machine
@reads("v")
def card(request: HttpRequest) -> HttpResponse:
    """The picture that goes with a link to any page but an article's."""
    return _card(request, cards.card_of_the_house())


@machine
@reads("v")
def article_card(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture that goes with a link to an article."""
    articles = Article.objects.published(timezone.now()).in_language(languages.current())
    return _card(request, cards.card_of(get_object_or_404(articles.with_emblems(), slug=slug)))


def _card(request: HttpRequest, card: cards.Card) -> HttpResponse:
    response = HttpResponse(cards.png_of(card), content_type="image/png")
    if request.GET.get("v") == card.digest:
        response["Cache-Control"] = FOREVER
    return response


@machine
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Public pictures, where no web server in front of this one serves them."""
    try:
        opened = default_storage.open(path)
    except (OSError, ValueError, SuspiciousOperation) as error:  # ValueError: a null byte
        raise Http404 from error
    return FileResponse(opened, content_type=_type_of(path), headers={"Cache-Control": FOREVER})


def _type_of(name: str) -> str:
    ending = name.rpartition(".")[2]  # Python knows neither kind before 3.13
    kind = KINDS.get(ending) or mimetypes.guess_type(name)[0]
    return kind if kind and kind.startswith("image/") else "application/octet-stream"


@public
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "newsroom/about.html")


@public
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "newsroom/privacy.html", {"holdings": register.holdings()})
