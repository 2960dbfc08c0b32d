"""The newsroom's part of the desk. Whatever changes an article goes through `publishing`."""

from collections.abc import Iterable
from itertools import chain
from pathlib import PurePath
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia import languages
from eurasia.membership import gate
from eurasia.newsroom import citing, publishing, reading, rendering, renditions, vault
from eurasia.newsroom.editor import ProseAdmin, prose_field
from eurasia.newsroom.models import (
    Article,
    ArticleContributor,
    ArticleFile,
    Contributor,
    Correction,
    Event,
    FileParty,
    FullText,
    Party,
    Picture,
    TopicFile,
)
from eurasia.policy import reader_of

PUBLICATION = ["published_at", "revised_at", "access", "free_from", "free_until"]
#: As whom an editor may look at an article.
PREVIEWS = {
    "outsider": gate.OUTSIDER,
    "subscriber": gate.Standing(signed_in=True, right="free"),
}


class ArticleForm(forms.ModelForm):
    """What an editor without the permission for full texts may change."""

    teaser = prose_field(label=_("teaser"), help_text=_("Free to read for everyone."))

    class Meta:
        model = Article
        exclude: list[str] = []  # the fieldsets of ArticleAdmin name what is shown
        widgets = {
            "headline": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "standfirst": forms.Textarea(attrs={"rows": 2}),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        # The form has no status, so it leaves published_article_has_a_date to the database.
        published = self.instance.status == Article.Status.PUBLISHED
        if published and "published_at" in cleaned and cleaned["published_at"] is None:
            self.add_error("published_at", self.fields["published_at"].error_messages["required"])
        return cleaned

    def clean_teaser(self) -> str:
        return rendering.clean(self.cleaned_data["teaser"])


class ArticleWithFullTextForm(ArticleForm):
    """Teaser and full text on one page."""

    body = prose_field(label=_("full text"), help_text=_("For subscribers."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            with vault.opened("desk"):
                full_text = FullText.objects.filter(pk=self.instance.pk).only("body").first()
            self.initial["body"] = full_text.body if full_text else ""

    def clean_body(self) -> str:
        return rendering.clean(self.cleaned_data["body"])


class ArticleFileInline(admin.TabularInline):
    model = ArticleFile
    extra = 0
    ordering = ["position", "id"]


class ArticleContributorInline(admin.TabularInline):
    model = ArticleContributor
    extra = 0
    ordering = ["position", "id"]


class CorrectionInline(admin.TabularInline):
    model = Correction
    formfield_overrides = {models.TextField: {"widget": forms.Textarea(attrs={"rows": 2})}}
    extra = 0
    ordering = ["-on", "-id"]


@admin.register(Article)
class ArticleAdmin(ProseAdmin):
    list_display = ["headline", "language", "state", "access", "published_at", "views"]
    list_filter = ["status", "language", "access", "files", "published_at"]
    search_fields = ["headline", "standfirst", "slug", "teaser"]
    date_hierarchy = "published_at"
    ordering = ["-published_at", "-id"]
    list_per_page = 50
    inlines = [ArticleFileInline, ArticleContributorInline, CorrectionInline]
    prepopulated_fields = {"slug": ["headline"]}
    autocomplete_fields = ["cover"]
    actions = ["submit", "publish", "withdraw"]
    save_on_top = True

    def get_form(
        self, request: HttpRequest, obj: Article | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        may_write = _may_write_full_texts(request)
        kwargs["form"] = ArticleWithFullTextForm if may_write else ArticleForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Article | None = None) -> Any:
        text = ["headline", "standfirst", "teaser"]
        if _may_write_full_texts(request):
            text.append("body")
        return [
            (None, {"fields": text}),
            (_("Address"), {"fields": ["language", "slug", "work"]}),
            (_("Publication"), {"fields": ["state", "views", *PUBLICATION]}),
            (_("Cover"), {"fields": ["cover", "cover_alt"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Article | None = None) -> list[str]:
        # Who may not see full texts must not open them to others either.
        return ["state", "views", *([] if _may_see_full_texts(request) else PUBLICATION)]

    def has_open_permission(self, request: HttpRequest) -> bool:
        """Who may publish: that is what lets subscribers read the full text."""
        return self.has_change_permission(request) and _may_see_full_texts(request)

    @admin.display(description=_("status"), ordering="status")
    def state(self, article: Article) -> str:
        """Scheduled is published with a date ahead; there is no such status to store."""
        ahead = article.published_at is not None and article.published_at > timezone.now()
        if article.status == Article.Status.PUBLISHED and ahead:
            return gettext("scheduled")
        return article.get_status_display()

    @admin.display(description=_("view as"))
    def views(self, article: Article) -> str:
        if article.pk is None:
            return "–"
        return format_html(
            '<a href="{}">{}</a> · <a href="{}">{}</a>',
            reverse("admin:newsroom_article_preview", args=[article.pk, "outsider"]),
            gettext("outsider"),
            reverse("admin:newsroom_article_preview", args=[article.pk, "subscriber"]),
            gettext("subscriber"),
        )

    def save_model(self, request: HttpRequest, obj: Article, form: Any, change: bool) -> None:
        publishing.write(obj, form.cleaned_data.get("body"), by=reader_of(request), reason="desk")

    # --- Status -----------------------------------------------------------------------------------

    @admin.action(description=_("Send to review"), permissions=["change"])
    def submit(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        self._each(
            request, articles, lambda article: publishing.submit(article, by=reader_of(request))
        )

    @admin.action(description=_("Publish"), permissions=["open"])
    def publish(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        at = timezone.now()
        self._each(
            request,
            articles,
            lambda article: publishing.publish(article, by=reader_of(request), at=at),
        )

    @admin.action(description=_("Withdraw"), permissions=["change"])
    def withdraw(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        self._each(
            request, articles, lambda article: publishing.withdraw(article, by=reader_of(request))
        )

    def _each(self, request: HttpRequest, articles: Iterable[Article], act: Any) -> None:
        """One article's refusal does not stop the others."""
        done = 0
        for article in articles:
            try:
                act(article)
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.ERROR)
            else:
                self.log_change(request, article, article.get_status_display())
                done += 1
        if done:
            self.message_user(request, gettext("Done: %(count)d.") % {"count": done})

    # --- Deleting: rows of full texts go with the article, so the vault must be open --------------

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        with vault.opened("delete"):
            return super().get_deleted_objects(objs, request)

    def delete_model(self, request: HttpRequest, obj: Article) -> None:
        publishing.delete([obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Article]) -> None:
        publishing.delete(list(queryset))

    # --- Previews ---------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        preview = path(
            "<int:pk>/as/<str:who>/",
            self.admin_site.admin_view(self.preview),
            name="newsroom_article_preview",
        )
        return [preview, *super().get_urls()]

    def preview(self, request: HttpRequest, pk: int, who: str) -> HttpResponse:
        """The article's page as others see it, or would if it were published."""
        if not _may_see_full_texts(request):
            raise PermissionDenied
        article = get_object_or_404(Article.objects.with_labels().with_corrections(), pk=pk)
        standing = PREVIEWS.get(who)
        if standing is None:
            raise PermissionDenied
        at = timezone.now()
        article.status, article.published_at = Article.Status.PUBLISHED, article.published_at or at
        at = max(at, article.published_at)
        [seen] = reading.read_as([article], standing, at)
        with translation.override(article.language):
            return render(
                request,
                "newsroom/article_detail.html",
                {
                    "article": article,
                    "reading": seen,
                    "citations": citing.cite(article),
                    "reader": None,
                    "is_preview": True,
                    "language_links": languages.language_links(article.get_absolute_url(), {}),
                },
            )


def _may_see_full_texts(request: HttpRequest) -> bool:
    return request.user.has_perm(gate.DESK_PERMISSION)


def _may_write_full_texts(request: HttpRequest) -> bool:
    return _may_see_full_texts(request) and request.user.has_perm("newsroom.change_fulltext")


class FilePartyInline(admin.TabularInline):
    model = FileParty
    extra = 0
    ordering = ["position", "id"]


class TopicFileForm(forms.ModelForm):
    introduction_en = prose_field(label=_("introduction (English)"))
    introduction_fr = prose_field(label=_("introduction (French)"))


@admin.register(TopicFile)
class TopicFileAdmin(ProseAdmin):
    form = TopicFileForm
    list_display = ["name", "position", "status"]
    list_editable = ["position"]
    list_filter = ["status"]
    search_fields = ["name_en", "name_fr", "slug"]
    ordering = ["position", "id"]
    prepopulated_fields = {"slug": ["name_en"]}
    inlines = [FilePartyInline]


@admin.register(Party)
class PartyAdmin(admin.ModelAdmin):
    list_display = ["name", "kind"]
    list_filter = ["kind"]
    search_fields = ["name_en", "name_fr", "slug"]
    ordering = ["name_en", "id"]
    prepopulated_fields = {"slug": ["name_en"]}


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_display = ["on", "text", "file", "source_title"]
    list_display_links = ["on", "text"]
    list_filter = ["file", "on"]
    list_select_related = ["file"]
    search_fields = ["text_en", "text_fr", "source_title"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    date_hierarchy = "on"
    ordering = ["-on", "-id"]


class ContributorForm(forms.ModelForm):
    about_en = prose_field(label=_("about (English)"))
    about_fr = prose_field(label=_("about (French)"))


@admin.register(Contributor)
class ContributorAdmin(ProseAdmin):
    form = ContributorForm
    list_display = ["name", "slug"]
    search_fields = ["name", "slug"]
    ordering = ["name", "id"]
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["account"]


class PictureForm(forms.ModelForm):
    """Makes the renditions while it looks at the file, so that a broken one is said at once."""

    encoded: renditions.Encoded | None = None

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        file.seek(0)
        self.encoded = renditions.encode(file)
        file.seek(0)
        if PurePath(file.name).suffix.lower() not in chain(*renditions.FORMATS.values()):
            raise ValidationError(
                gettext("The name of the file must end in one of these: %(endings)s.")
                % {"endings": ", ".join(chain(*map(sorted, renditions.FORMATS.values())))}
            )
        return file


@admin.register(Picture)
class PictureAdmin(admin.ModelAdmin):
    form = PictureForm
    list_display = ["__str__", "credit", "width", "height", "is_public"]
    list_filter = ["is_public"]
    search_fields = ["credit", "file"]
    ordering = ["-id"]

    def get_readonly_fields(self, request: HttpRequest, obj: Picture | None = None) -> list[str]:
        # The file of a gated picture must not move to a public address, nor back.
        return ["shown", "width", "height", "is_public"] if obj else []

    def get_fields(self, request: HttpRequest, obj: Picture | None = None) -> Any:
        first = "shown" if obj else "file"
        more = ["width", "height"] if obj else []
        return [first, "credit", "is_public", "focal_x", "focal_y", *more]

    @admin.display(description=_("file"))
    def shown(self, picture: Picture) -> str:
        address = reverse("admin:newsroom_picture_file", args=[picture.pk])
        return format_html('<a href="{}">{}</a>', address, picture)

    def save_model(self, request: HttpRequest, obj: Picture, form: Any, change: bool) -> None:
        if form.encoded is None:
            super().save_model(request, obj, form, change)
        else:
            renditions.add(obj, form.encoded)

    def delete_model(self, request: HttpRequest, obj: Picture) -> None:
        renditions.delete([obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Picture]) -> None:
        renditions.delete(queryset)

    # --- The file itself, for the editor and the page above ---------------------------------------

    def get_urls(self) -> list[Any]:
        file = path(
            "<int:pk>/file/",
            self.admin_site.admin_view(self.file),
            name="newsroom_picture_file",
        )
        return [file, *super().get_urls()]

    def file(self, request: HttpRequest, pk: int) -> FileResponse:
        picture = get_object_or_404(Picture, pk=pk)
        if not (picture.is_public or _may_see_full_texts(request)):
            raise PermissionDenied
        try:
            return FileResponse(picture.file.open())
        except FileNotFoundError as error:
            raise Http404 from error
