"""The page on which an article is written. Whatever changes it goes through `publishing`."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia.newsroom import drafting, publishing, rendering, vault
from eurasia.newsroom.desk import bulk, choosing, opening, pages
from eurasia.newsroom.desk.article_list import ArticleList
from eurasia.newsroom.desk.ordered import OrderedModelField
from eurasia.newsroom.editor import ProseAdmin, prose_field
from eurasia.newsroom.models import Article, Contributor, FullText, TopicFile
from eurasia.policy import reader_of

#: What only those may change who may publish: it decides who reads the full text, and from when.
PUBLICATION = ["published_at", "revised_at", "access", "free_from", "free_until"]


class ArticleForm(forms.ModelForm):
    """What an editor without the permission for full texts may change."""

    teaser = prose_field(label=_("teaser"), help_text=_("Free to read for everyone."))
    in_files = OrderedModelField(
        TopicFile.objects.in_order(),
        label=_("Files"),
        required=False,
        help_text=_("The first is the one in which readers go on to the next article."),
    )
    bylines = OrderedModelField(
        Contributor.objects.order_by("name", "id"), label=_("Bylines"), required=False
    )
    note = forms.CharField(
        label=_("What has changed"),
        max_length=100,
        required=False,
        help_text=_("For the history, which editors see."),
    )
    #: What the editor began from, what they have seen of a newer version, and in which tab.
    lock = forms.CharField(required=False, widget=forms.HiddenInput)
    seen_lock = forms.CharField(required=False)  # asked for by _newer_version.html alone
    tab = forms.RegexField(r"^[0-9a-f]{32}$", required=False, widget=forms.HiddenInput)

    class Meta:
        model = Article
        exclude: list[str] = []  # the fieldsets of ArticleAdmin name what is shown
        widgets = {
            "headline": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "standfirst": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        article: Article | None = kwargs.get("instance")
        self.draft = drafting.draft_of(article) if article else None
        self.current_lock = drafting.lock_of(article, self.draft) if article else ""
        #: Readers see it: what is saved waits in the draft until somebody publishes it.
        self.is_live = bool(article and article.is_published(timezone.now()))
        self.is_stale = False
        if article:
            kwargs["initial"] = {**self._stored(article), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if article and "language" in self.fields:
            # A text does not change its language: its translation is another article.
            self.fields["language"].disabled = True

    def _stored(self, article: Article) -> dict[str, Any]:
        """What is there to go on from: the waiting changes if there are some."""
        waiting = self.draft.values if self.draft else {}
        return {**drafting.places_of(article), **waiting, "lock": self.current_lock}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        # The form has no status, so it leaves published_article_has_a_date to the database.
        published = self.instance.status == Article.Status.PUBLISHED
        if published and "published_at" in cleaned and cleaned["published_at"] is None:
            self.add_error("published_at", self.fields["published_at"].error_messages["required"])
        if self.instance.pk and self.current_lock not in {
            cleaned.get("lock"),
            cleaned.get("seen_lock"),
        }:
            self.is_stale = True
            self.add_error(
                None,
                gettext(
                    "Somebody saved this article after you had opened it. Nothing is lost: their "
                    "version is stored, yours stands below and is kept as unsaved work."
                ),
            )
        return cleaned

    def clean_teaser(self) -> str:
        return rendering.clean(self.cleaned_data["teaser"])

    def staged(self) -> dict[str, Any]:
        """What the form holds, in the terms of `drafting.stage`."""
        before = self.draft.values if self.draft else {}
        values: dict[str, Any] = {"teaser": self.cleaned_data["teaser"]}
        values["body"] = self.cleaned_data.get("body")
        for name in drafting.LABELS:
            if name in self.cleaned_data:
                value = self.cleaned_data[name]
                values[name] = getattr(value, "pk", value)
            else:
                column = "cover_id" if name == "cover" else name
                values[name] = before.get(name, getattr(self.instance, column, None))
        return values


class ArticleWithFullTextForm(ArticleForm):
    """Teaser and full text on one page."""

    body = prose_field(label=_("full text"), help_text=_("For subscribers."))

    def _stored(self, article: Article) -> dict[str, Any]:
        with vault.opened("desk"):
            full_text = FullText.objects.filter(pk=article.pk).only("body").first()
        return {"body": full_text.body if full_text else "", **super()._stored(article)}

    def clean_body(self) -> str:
        return rendering.clean(self.cleaned_data["body"])


@admin.register(Article)
class ArticleAdmin(ArticleList, ProseAdmin):
    prepopulated_fields = {"slug": ["headline"]}
    actions = ["submit", "publish", "withdraw", "delete_selected"]
    change_form_template = add_form_template = "newsroom/desk/article_form.html"
    change_list_template = "newsroom/desk/article_list.html"
    delete_confirmation_template = "newsroom/desk/delete_confirmation.html"

    # --- Who may do what --------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        """Not what lies in the bin; for a writer, their own."""
        articles = Article.objects.kept().order_by(*self.ordering)
        if super().has_view_permission(request):
            return articles
        return articles.filter(owner=request.user)

    def has_view_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        own = obj is None or obj.owner_id == request.user.pk
        return super().has_view_permission(request, obj) or (
            own and request.user.has_perm(opening.OWN_PERMISSION)
        )

    def has_change_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        own = obj is None or opening.owns(request, obj)
        return super().has_change_permission(request, obj) or (
            own and request.user.has_perm(opening.OWN_PERMISSION)
        )

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        own = obj is None or opening.owns(request, obj)
        return super().has_delete_permission(request, obj) or (
            own and request.user.has_perm(opening.OWN_PERMISSION)
        )

    def has_submit_permission(self, request: HttpRequest) -> bool:
        """For the actions of the list, as is the next."""
        return self.has_change_permission(request) and opening.may_see_full_texts(request)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return opening.may_publish(request)

    # --- The page ---------------------------------------------------------------------------------

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "cover":
            return choosing.picture_field(db_field, alt="id_cover_alt")
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Article | None:
        """When it is going to be saved, nobody else may save it in between."""
        article = super().get_object(request, object_id, from_field)
        if article and request.method == "POST":
            article.refresh_from_db(from_queryset=Article.objects.select_for_update())
        return article

    def get_form(
        self, request: HttpRequest, obj: Article | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        may_write = opening.may_write_full_texts(request)
        kwargs["form"] = ArticleWithFullTextForm if may_write else ArticleForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Article | None = None) -> Any:
        text = ["headline", "standfirst", "teaser"]
        if opening.may_write_full_texts(request):
            text.append("body")
        if obj and not self.has_change_permission(request, obj):
            return [(None, {"fields": ["state", "headline", "standfirst", "language", "slug"]})]
        return [
            (None, {"fields": [*text, "note", "lock", "tab"], "classes": ["text"]}),
            # What a new article must say stands near its text.
            (_("Address"), {"fields": ["language", "slug", "work"]}),
            (_("Files and bylines"), {"fields": ["in_files", "bylines"]}),
            (_("Cover"), {"fields": ["cover", "cover_alt"]}),
            (_("Publication"), {"fields": ["state", *PUBLICATION]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Article | None = None) -> list[str]:
        return ["state", *([] if opening.may_publish(request) else PUBLICATION)]

    def save_model(self, request: HttpRequest, obj: Article, form: Any, change: bool) -> None:
        editor, cleaned = reader_of(request), form.cleaned_data
        if form.is_live:
            drafting.stage(obj, form.staged(), by=editor, at=timezone.now(), note=cleaned["note"])
        else:
            if not change:
                obj.owner = editor
            publishing.write(
                obj, cleaned.get("body"), by=editor, reason="desk", note=cleaned["note"],
                in_files=cleaned["in_files"], bylines=cleaned["bylines"],
            )  # fmt: skip
            drafting.drop(obj)
        drafting.forget_autosave(editor, cleaned["tab"])

    # --- Several at once: each asks first ---------------------------------------------------------

    @admin.action(description=_("Send to review…"), permissions=["submit"])
    def submit(self, request: HttpRequest, articles: QuerySet[Article]) -> HttpResponse | None:
        return bulk.ask(self, request, articles, "submit")

    @admin.action(description=_("Publish…"), permissions=["publish"])
    def publish(self, request: HttpRequest, articles: QuerySet[Article]) -> HttpResponse | None:
        return bulk.ask(self, request, articles, "publish")

    @admin.action(description=_("Withdraw…"), permissions=["publish"])
    def withdraw(self, request: HttpRequest, articles: QuerySet[Article]) -> HttpResponse | None:
        return bulk.ask(self, request, articles, "withdraw")

    @admin.action(description=_("Delete…"), permissions=["delete"])
    def delete_selected(
        self, request: HttpRequest, articles: QuerySet[Article]
    ) -> HttpResponse | None:
        return bulk.ask(self, request, articles, "delete_selected")

    # --- Deleting is putting into the bin ---------------------------------------------------------

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Nothing is deleted along with it: an article in the bin keeps all that belongs to it."""
        if not all(self.has_delete_permission(request, article) for article in objs):
            raise PermissionDenied
        return [str(article) for article in objs], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: Article) -> None:
        publishing.delete(obj, by=reader_of(request), at=timezone.now())

    # --- The other pages of an article ------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        return [*pages.urls(self), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        context |= pages.context(self, request, kwargs.get("obj"), form)
        return super().render_change_form(request, context, *args, **kwargs)
