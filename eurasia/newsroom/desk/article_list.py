"""The list of articles: what an editor sees of ten thousand, without a query for each."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia import languages
from eurasia.newsroom import search, vault
from eurasia.newsroom.desk import opening
from eurasia.newsroom.models import (
    Article,
    ArticleFile,
    Draft,
    TranslationState,
)

EMPTY = "–"


def waiting(among: list[int] | None = None) -> set[int]:
    """The articles for which changes wait. Which they are is no secret at the desk."""
    drafts = Draft.objects.all() if among is None else Draft.objects.filter(pk__in=among)
    with vault.opened("desk"):
        return set(drafts.values_list("pk", flat=True))


class StateFilter(admin.SimpleListFilter):
    """The states as an editor names them: "scheduled" and "changes wait" are stored as none."""

    title = _("status")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("draft", _("draft")),
            ("in_review", _("in review")),
            ("scheduled", _("scheduled")),
            ("published", _("published")),
            ("waiting", _("changes wait")),
            ("withdrawn", _("withdrawn")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        at = timezone.now()
        match self.value():
            case "published":
                return queryset.published(at)
            case "scheduled":
                return queryset.filter(status=Article.Status.PUBLISHED, published_at__gt=at)
            case "waiting":
                return queryset.filter(pk__in=waiting())
            case "draft" | "in_review" | "withdrawn" as status:
                return queryset.filter(status=status)
        return queryset


class WhoseFilter(admin.SimpleListFilter):
    title = _("whose")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("mine", _("mine")), ("assigned", _("assigned to me"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "mine":
                return queryset.filter(owner=request.user)
            case "assigned":
                return queryset.filter(assignee=request.user)
        return queryset


class TranslationFilter(admin.SimpleListFilter):
    title = _("translation")
    parameter_name = "translation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(TranslationState.MISSING, _("missing")), (TranslationState.BEHIND, _("behind"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == TranslationState.MISSING:
            return queryset.in_one_language()
        if self.value() == TranslationState.BEHIND:
            return queryset.behind()
        return queryset


class ArticleChangeList(ChangeList):
    """Reads what the columns show for the rows of one page, in as many queries as for one row."""

    def get_results(self, request: HttpRequest) -> None:
        placed = ArticleFile.objects.select_related("file").order_by("position", "id")
        self.queryset = self.queryset.defer("teaser", "teaser_html", "teaser_notes")
        self.queryset = self.queryset.prefetch_related(
            Prefetch("article_files", placed, to_attr="files_in_order")
        )
        super().get_results(request)
        shown = list(self.result_list)
        numbers = [article.pk for article in shown]
        states = Article.objects.with_translation().only("translated_version").in_bulk(numbers)
        waits = waiting(numbers)
        for article in shown:
            stated: Any = states[article.pk]
            article.translation_state = TranslationState(stated.translation_state)
            article.original_id = stated.original_id
            article.changes_wait = article.pk in waits
            article.may_be_translated = opening.may_see_full_texts(request)
        self.result_list = shown


class ArticleList(admin.ModelAdmin):
    """What the page of an article needs of its list: mixed into ArticleAdmin."""

    list_display = [
        "headline",
        "translation",
        "state",
        "assignee",
        "in_files",
        "access",
        "published_at",
        "last_saved",
    ]
    list_filter = [
        StateFilter,
        WhoseFilter,
        "language",
        TranslationFilter,
        "access",
        "files",
        "published_at",
    ]
    search_fields = ["headline"]  # shows the box; newsroom.search knows where words stand
    search_help_text = _("Headlines, standfirsts, teasers, files, bylines, full texts, addresses.")
    list_select_related = ["assignee", "saved_by"]
    ordering = ["-saved_at", "-id"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would be a scan

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ArticleChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Each word must stand somewhere: for who may see full texts, there too."""
        if not search_term.strip():
            return queryset, False
        full_texts = opening.may_see_full_texts(request)
        return queryset.filter(search.at_the_desk(search_term, full_texts=full_texts)), False

    # --- Columns ----------------------------------------------------------------------------------

    @admin.display(description=_("status"), ordering="status")
    def state(self, article: Article) -> str:
        """Scheduled is published with a date ahead; there is no such status to store."""
        ahead = article.published_at is not None and article.published_at > timezone.now()
        if article.status == Article.Status.PUBLISHED and ahead:
            return gettext("scheduled")
        if getattr(article, "changes_wait", False):
            return gettext("%(status)s, changes wait") % {"status": article.get_status_display()}
        return article.get_status_display()

    @admin.display(description=_("language"), ordering="language")
    def translation(self, article: Any) -> str:
        language, state = languages.NAMES[article.language], article.translation_state.label
        if not article.may_be_translated:
            return format_html("{}, {}", language, state)
        address = reverse("admin:newsroom_article_translate", args=[article.original_id])
        return format_html('{}, <a href="{}">{}</a>', language, address, state)

    @admin.display(description=_("files"))
    def in_files(self, article: Article) -> str:
        return format_html_join(", ", "{}", ((file.name,) for file in article.file_list)) or EMPTY

    @admin.display(description=_("last saved"), ordering="saved_at")
    def last_saved(self, article: Article) -> str:
        at = formats.date_format(timezone.localtime(article.saved_at), "SHORT_DATETIME_FORMAT")
        return format_html("{}<br>{}", at, article.saved_by or "")
