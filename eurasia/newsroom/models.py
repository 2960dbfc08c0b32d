"""Files, articles and what belongs to them. `Article` holds only what anyone may see once it is
published; the full text stands in a table of its own behind the vault.
"""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from eurasia.histories import HistoricalRecords
from eurasia.languages import CODES, Localized
from eurasia.newsroom.crawlers import CrawlerPolicy
from eurasia.newsroom.cursors import Cursor
from eurasia.newsroom.desk.models import (
    Alignment,
    Autosave,
    Draft,
    Note,
    Presence,
    PreviewLink,
    PreviewOpening,
)
from eurasia.newsroom.documents import Document
from eurasia.newsroom.feeds.models import FeedNetwork, FeedToken
from eurasia.newsroom.former_slugs import FormerSlug
from eurasia.newsroom.indexes import BodyIndex, PublicIndex
from eurasia.newsroom.journal import Journal
from eurasia.newsroom.pictures import Picture, PictureUse, Source
from eurasia.newsroom.plates import Plate
from eurasia.newsroom.rendering import CleanHTMLField, CleanManager, CleanQuerySet, finish_label
from eurasia.newsroom.shelf import ReadingPlace, SavedArticle
from eurasia.newsroom.spellings import SpelledName, Spelling
from eurasia.newsroom.totals import ArticleReads, FileReads, JournalReads, LogPosition
from eurasia.newsroom.vault import Gated
from eurasia.steady import address

__all__ = [
    "Alignment",
    "Article",
    "ArticleContributor",
    "ArticleFile",
    "ArticleReads",
    "Autosave",
    "BodyIndex",
    "Contributor",
    "Correction",
    "CrawlerPolicy",
    "Document",
    "Draft",
    "Event",
    "FeedNetwork",
    "FeedToken",
    "FileParty",
    "FileReads",
    "FormerSlug",
    "FullText",
    "Journal",
    "JournalReads",
    "LogPosition",
    "Note",
    "Party",
    "Picture",
    "PictureUse",
    "Plate",
    "Presence",
    "PreviewLink",
    "PreviewOpening",
    "PublicIndex",
    "ReadingPlace",
    "SavedArticle",
    "SpelledName",
    "Spelling",
    "TopicFile",
    "TranslationState",
]


class Party(models.Model):
    """A state or bloc that a file is about."""

    class Kind(models.TextChoices):
        STATE = "state", _("state")
        BLOC = "bloc", _("bloc")

    class Colour(models.TextChoices):
        """What a party is drawn in; the sheet of tokens has a light and a dark tone of each."""

        LAPIS = "lapis", _("lapis")
        MADDER = "madder", _("madder")
        SAFFRON = "saffron", _("saffron")
        CYPRESS = "cypress", _("cypress")
        PLUM = "plum", _("plum")
        COPPER = "copper", _("copper")
        TEAL = "teal", _("teal")
        SLATE = "slate", _("slate")

    slug = models.SlugField(_("slug"), unique=True)
    name_en = models.CharField(_("name (English)"), max_length=120)
    name_fr = models.CharField(_("name (French)"), max_length=120)
    kind = models.CharField(_("kind"), max_length=5, choices=Kind, default=Kind.STATE)
    colour = models.CharField(_("colour"), max_length=7, choices=Colour, default=Colour.SLATE)

    name = Localized()

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints = [
            models.CheckConstraint(
                condition=~Q(name_en="") & ~Q(name_fr="") & ~Q(slug=""), name="party_has_names"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["state", "bloc"]), name="party_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    colour__in=[
                        "lapis",
                        "madder",
                        "saffron",
                        "cypress",
                        "plum",
                        "copper",
                        "teal",
                        "slate",
                    ]
                ),
                name="party_colour_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TopicFileQuerySet(CleanQuerySet):
    def followed(self) -> "TopicFileQuerySet":
        return self.filter(status=TopicFile.Status.FOLLOWED)

    def closed(self) -> "TopicFileQuerySet":
        return self.filter(status=TopicFile.Status.CLOSED)

    def in_order(self) -> "TopicFileQuerySet":
        return self.order_by("position", "id")

    def written_on(self, articles: "ArticleQuerySet") -> "TopicFileQuerySet":
        """Those that hold some of `articles`, the fullest first; `article_count` says how many."""
        return (
            self.filter(article_files__article__in=articles)
            .annotate(article_count=models.Count("article_files"))
            .order_by("-article_count", "position", "id")
        )

    def with_parties(self) -> "TopicFileQuerySet":
        return self.prefetch_related(
            models.Prefetch(
                "file_parties",
                FileParty.objects.select_related("party").order_by("position", "id"),
                to_attr="parties_in_order",
            )
        )


class TopicFile(models.Model):
    """A subject followed over time, such as "Relations between Iran and the BRICS"."""

    class Status(models.TextChoices):
        FOLLOWED = "followed", _("followed")
        CLOSED = "closed", _("closed")

    slug = models.SlugField(_("slug"), max_length=100, unique=True)
    name_en = models.CharField(_("name (English)"), max_length=160)
    name_fr = models.CharField(_("name (French)"), max_length=160)
    introduction_en = CleanHTMLField(_("introduction (English)"), blank=True)
    introduction_fr = CleanHTMLField(_("introduction (French)"), blank=True)
    parties = models.ManyToManyField(Party, through="FileParty", verbose_name=_("parties"))
    position = models.PositiveIntegerField(_("position"), default=0)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.FOLLOWED)

    name = Localized()
    introduction = Localized()
    #: Filled by `with_parties()`.
    parties_in_order: "list[FileParty]"
    #: Filled by `written_on()`.
    article_count: int

    objects = TopicFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.CheckConstraint(
                condition=~Q(name_en="") & ~Q(name_fr="") & ~Q(slug=""), name="file_has_names"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["followed", "closed"]), name="file_status_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("newsroom:file", self.slug)

    @property
    def introduction_html(self) -> SafeString:
        return finish_label(self.introduction)

    @property
    def party_list(self) -> list[Party]:
        """The parties in order."""
        return [row.party for row in self.parties_in_order]


class FileParty(models.Model):
    file = models.ForeignKey(TopicFile, models.CASCADE, related_name="file_parties")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("party"))
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("party of the file")
        verbose_name_plural = _("parties of the file")
        constraints = [
            models.UniqueConstraint(fields=["file", "party"], name="party_once_in_a_file")
        ]

    def __str__(self) -> str:
        return str(self.party)


class ContributorQuerySet(CleanQuerySet):
    def bylines_of(self, articles: "ArticleQuerySet") -> "ContributorQuerySet":
        """Those who have written some of `articles`."""
        theirs = articles.filter(article_contributors__contributor=models.OuterRef("pk"))
        return self.filter(models.Exists(theirs))


class Contributor(models.Model):
    """A byline, with or without an account."""

    slug = models.SlugField(_("slug"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=120)
    about_en = CleanHTMLField(_("about (English)"), blank=True)
    about_fr = CleanHTMLField(_("about (French)"), blank=True)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account"),
    )

    about = Localized()

    objects = ContributorQuerySet.as_manager()

    class Meta:
        verbose_name = _("contributor")
        verbose_name_plural = _("contributors")
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(slug=""), name="contributor_has_a_name"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("newsroom:contributor", self.slug)

    @property
    def about_html(self) -> SafeString:
        return finish_label(self.about)


class TranslationState(models.TextChoices):
    """Of a work: whether it has an article in the other language, and whether that follows."""

    MISSING = "missing", _("no translation")
    BEHIND = "behind", _("translation behind")
    THERE = "there", _("translated")


def _siblings() -> "ArticleQuerySet":
    """Within a query of articles: the other article of the work."""
    siblings = Article.objects.kept().filter(work=models.OuterRef("work"))
    return siblings.exclude(language=models.OuterRef("language"))


#: Of the others no moment can open the full text. It stands in an index.
MAY_BE_OPEN = Q(access="everyone") | Q(free_from__isnull=False) | Q(free_until__isnull=False)


class ArticleQuerySet(CleanQuerySet):
    def published(self, at: datetime) -> "ArticleQuerySet":
        """What readers may see of the journal at `at`; the one place that says so."""
        return self.filter(status=Article.Status.PUBLISHED, published_at__lte=at)

    def withdrawn(self, at: datetime) -> "ArticleQuerySet":
        """What readers may have seen before it was taken back."""
        return self.filter(status=Article.Status.WITHDRAWN, published_at__lte=at)

    def kept(self) -> "ArticleQuerySet":
        """All but the deleted ones."""
        return self.exclude(status=Article.Status.DELETED)

    def deleted(self) -> "ArticleQuerySet":
        """What lies in the bin, until `purge_deleted` empties it."""
        return self.filter(status=Article.Status.DELETED)

    def in_language(self, language: str) -> "ArticleQuerySet":
        return self.filter(language=language)

    def of_file(self, file: TopicFile) -> "ArticleQuerySet":
        return self.filter(article_files__file=file)

    def of_contributor(self, contributor: Contributor) -> "ArticleQuerySet":
        return self.filter(article_contributors__contributor=contributor)

    def open_to_everyone(self, at: datetime) -> "ArticleQuerySet":
        """Whose full text everyone may read at `at`, once published: gate.is_open in SQL."""
        begun = Q(free_from__isnull=True) | Q(free_from__lte=at)
        going_on = Q(free_until__isnull=True) | Q(free_until__gt=at)
        dated = Q(access=Article.Access.SUBSCRIBERS) & begun & going_on
        return self.filter(MAY_BE_OPEN).filter(Q(access=Article.Access.EVERYONE) | dated)

    def within(self, begins_at: datetime, ends_at: datetime) -> "ArticleQuerySet":
        """Dated in the half-open span from `begins_at` to `ends_at`.

        Asked for as a span, because of two ends SQLite would take that of `published`.
        """
        return self.filter(published_at__range=(begins_at, ends_at - datetime.resolution))

    def count_by_language(self) -> dict[str, int]:
        """How many there are in each language that has some."""
        rows = self.order_by().values_list("language").annotate(count=models.Count("pk"))
        return dict(rows)

    def newest(self) -> "ArticleQuerySet":
        return self.order_by("-published_at", "-id")

    def before(self, cursor: Cursor) -> "ArticleQuerySet":
        """What comes after `cursor` in the order of `newest`."""
        return self.filter(cursor.beyond)

    def after(self, cursor: Cursor) -> "ArticleQuerySet":
        """What comes before `cursor` in the order of `newest`."""
        return self.filter(cursor.ahead)

    def with_translated_slug(self, at: datetime) -> "ArticleQuerySet":
        """With the slug of the translation that is published at `at`, if there is one."""
        siblings = Article.objects.published(at).filter(work=models.OuterRef("work"))
        others = siblings.exclude(language=models.OuterRef("language")).values("slug")
        return self.annotate(translated_slug=models.Subquery(others[:1]))

    def in_one_language(self) -> "ArticleQuerySet":
        """Articles of works that nobody has begun in the other language.

        Looked for one by one, in the order of the list: PostgreSQL guesses that there are none,
        and takes that for a reason to put them together with whatever else is asked, row by row.
        """
        sibling = models.Subquery(_siblings().values("pk")[:1])
        return self.alias(sibling=sibling).filter(sibling__isnull=True)

    def behind(self) -> "ArticleQuerySet":
        """Translations that no longer say what their originals say, and these originals.

        Looked for among the few whose original has been saved since: two queries.
        """
        saved_since = _siblings().filter(version__gt=models.OuterRef("translated_version"))
        translations = Article.objects.filter(translated_version__isnull=False)
        works = translations.filter(models.Exists(saved_since)).values_list("work", flat=True)
        found = self.filter(work__in=list(works)).with_translation()
        return found.filter(translation_state=TranslationState.BEHIND)

    def with_translation(self) -> "ArticleQuerySet":
        """With the id of the other article of the work, and whether the one follows the other.

        The translation of the two is the one that has a `translated_version`. It is behind when
        its original no longer says what that version said; a change of status is none.
        """
        sibling = _siblings().order_by("id")
        translated = Q(translated_version__isnull=False)
        then = Article.history.filter(
            id=models.OuterRef("original_id"), version__lte=models.OuterRef("checked_version")
        ).order_by("-version", "-history_id")
        behind = ~Q(digest_then=F("original_digest")) & Q(digest_then__isnull=False)
        state = TranslationState
        return self.annotate(
            sibling_id=models.Subquery(sibling.values("pk")[:1]),
            original_id=models.Case(models.When(translated, then="sibling_id"), default="pk"),
            original_digest=models.Case(
                models.When(translated, then=models.Subquery(sibling.values("wording_digest")[:1])),
                default="wording_digest",
            ),
            checked_version=Coalesce(
                "translated_version", models.Subquery(sibling.values("translated_version")[:1])
            ),
            digest_then=models.Subquery(then.values("wording_digest")[:1]),
            translation_state=models.Case(
                models.When(sibling_id__isnull=True, then=models.Value(state.MISSING)),
                models.When(behind, then=models.Value(state.BEHIND)),
                default=models.Value(state.THERE),
                output_field=models.CharField(),
            ),
        )

    def with_labels(self) -> "ArticleQuerySet":
        """What a card or a page prints beside the text: cover, files, bylines."""
        return self.select_related("cover").prefetch_related(
            models.Prefetch("article_files", ArticleFile.in_order(), to_attr="files_in_order"),
            models.Prefetch(
                "article_contributors",
                ArticleContributor.in_order(),
                to_attr="contributors_in_order",
            ),
        )

    def with_corrections(self) -> "ArticleQuerySet":
        """The corrections too, newest first: what the page of an article prints at its foot."""
        return self.prefetch_related(
            models.Prefetch("corrections", Correction.newest(), to_attr="corrections_in_order")
        )

    def with_emblems(self) -> "ArticleQuerySet":
        """With labels, and the parties of the files, whose colours a card's emblem shows."""
        parties = FileParty.objects.select_related("party").order_by("position", "id")
        return self.with_labels().prefetch_related(
            models.Prefetch(
                "files_in_order__file__file_parties", parties, to_attr="parties_in_order"
            )
        )


def new_work() -> str:
    return uuid.uuid4().hex


class Article(models.Model):
    """One piece in one language. Rows of one work share `work`.

    Status: draft ⇄ in review → published ⇄ withdrawn; publishing a draft directly is allowed.
    Scheduled is published with `published_at` ahead. Deleted can be restored, as a draft, for
    `publishing.IN_THE_BIN`. newsroom.publishing is the only writer.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        IN_REVIEW = "in_review", _("in review")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")
        DELETED = "deleted", _("deleted")

    class Access(models.TextChoices):
        SUBSCRIBERS = "subscribers", _("subscribers")
        EVERYONE = "everyone", _("everyone")

    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    work = models.CharField(
        _("work"),
        max_length=100,
        default=new_work,
        help_text=_("Translations of each other share this key."),
    )
    slug = models.SlugField(_("slug"), max_length=120)
    headline = models.CharField(_("headline"), max_length=200)
    standfirst = models.CharField(_("standfirst"), max_length=400, blank=True)
    teaser = CleanHTMLField(_("teaser"), blank=True, help_text=_("Free to read for everyone."))
    teaser_html = models.TextField(editable=False, blank=True)
    teaser_notes = models.TextField(editable=False, blank=True)
    access = models.CharField(
        _("full text for"), max_length=11, choices=Access, default=Access.SUBSCRIBERS
    )
    free_from = models.DateTimeField(
        _("free from"), null=True, blank=True, help_text=_("Open to everyone from this moment on.")
    )
    free_until = models.DateTimeField(
        _("free until"), null=True, blank=True, help_text=_("Open to everyone before this moment.")
    )
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.DRAFT)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    revised_at = models.DateTimeField(
        _("revised"), null=True, blank=True, help_text=_("Shown to readers as a date.")
    )
    files = models.ManyToManyField(
        TopicFile, through="ArticleFile", related_name="articles", verbose_name=_("files")
    )
    contributors = models.ManyToManyField(
        Contributor,
        through="ArticleContributor",
        related_name="articles",
        verbose_name=_("contributors"),
    )
    cover = models.ForeignKey(
        Picture,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"is_public": True},
        verbose_name=_("cover"),
    )
    cover_alt = models.CharField(_("cover's alternative text"), max_length=300, blank=True)
    #: Whose text it is at the desk: a writer may change their own alone. Bylines are another thing.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("written by"),
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    withdrawn_because = models.CharField(
        _("reason for the withdrawal"),
        max_length=300,
        blank=True,
        help_text=_("Readers see it under this address instead of the article."),
    )
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: The version of its original that a translation was last checked against; None: it is none.
    translated_version = models.PositiveIntegerField(
        _("translated from version"), null=True, blank=True, editable=False
    )
    #: Of headline, standfirst, teaser and full text: tells whether two versions say the same.
    wording_digest = models.CharField(max_length=64, blank=True, editable=False)
    reading_minutes = models.PositiveSmallIntegerField(default=1, editable=False)
    #: The last save at the desk, of changes that wait too.
    saved_at = models.DateTimeField(_("last saved"), auto_now=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("last saved by"),
    )
    #: Counts saves: lock, ETag, cache key.
    version = models.PositiveIntegerField(default=1, editable=False)
    #: How many of them were nobody's saves, but finished the texts anew: no editor need see those.
    finished_again = models.PositiveIntegerField(default=0, editable=False)
    import_ref = models.CharField(max_length=130, blank=True, editable=False)
    #: Of what the last import read, and of what it wrote: tells what has changed since, and where.
    import_digest = models.CharField(max_length=64, blank=True, editable=False)
    import_state = models.CharField(max_length=64, blank=True, editable=False)

    #: Filled by `with_labels()`.
    files_in_order: "list[ArticleFile]"
    contributors_in_order: "list[ArticleContributor]"
    #: Filled by `with_corrections()`.
    corrections_in_order: "list[Correction]"
    #: Filled by lists.mark_open().
    is_open: bool
    #: Filled by feeds.entries.
    file_names: list[str]
    contributor_names: list[str]
    #: Filled by `with_translated_slug()`.
    translated_slug: str | None
    #: Filled by `with_translation()`.
    sibling_id: int | None
    translation_state: str

    objects = ArticleQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        # Roles are made of these and Django's own (migration 0002_roles). add, change and delete
        # reach every article.
        permissions = [
            ("write_own_article", "Can write articles of their own until they are published"),
            ("publish_article", "Can publish, schedule, withdraw and correct articles"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["language", "slug"], name="slug_once_in_a_language"),
            models.UniqueConstraint(fields=["work", "language"], name="work_once_in_a_language"),
            models.UniqueConstraint(
                fields=["import_ref"], condition=~Q(import_ref=""), name="import_ref_once"
            ),
            models.CheckConstraint(
                condition=~Q(headline="") & ~Q(slug="") & ~Q(work=""), name="article_has_a_headline"
            ),
            models.CheckConstraint(
                condition=Q(language__in=CODES), name="article_language_is_ours"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "in_review", "published", "withdrawn", "deleted"]),
                name="article_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(status="deleted", deleted_at__isnull=False)
                | ~Q(status="deleted") & Q(deleted_at__isnull=True),
                name="deleted_article_says_when",
            ),
            models.CheckConstraint(
                condition=Q(access__in=["subscribers", "everyone"]), name="article_access_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False),
                name="published_article_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(access="everyone")
                | Q(free_from__isnull=True, free_until__isnull=True),
                name="article_for_everyone_has_no_free_dates",
                violation_error_message=_(
                    "An article for everyone is free anyway: clear “free from” and “free until”."
                ),
            ),
            models.CheckConstraint(
                condition=Q(free_from__isnull=True)
                | Q(free_until__isnull=True)
                | Q(free_until__gt=F("free_from")),
                name="free_span_ends_after_its_start",
                violation_error_message=_("“Free until” must come after “free from”."),
            ),
            models.CheckConstraint(
                condition=Q(cover__isnull=True) | ~Q(cover_alt=""),
                name="cover_has_alternative_text",
                violation_error_message=_("Say what the cover shows, for those who do not see it."),
            ),
        ]
        indexes = [
            # SQLite wants the status in the index, too, to answer out of it alone.
            models.Index(
                fields=["language", "-published_at", "-id", "status"],
                condition=Q(status="published"),
                name="article_newest",
            ),
            models.Index(
                fields=["language", "-published_at", "-id"],
                condition=Q(status="published") & MAY_BE_OPEN,
                name="article_open",
            ),
            models.Index(
                fields=["published_at", "id", "revised_at", "status"],
                condition=Q(status="published"),
                name="article_oldest",
            ),
            models.Index(F("saved_at").desc(), F("id").desc(), name="article_saved"),
            models.Index(fields=["status", "-saved_at", "-id"], name="article_status"),
            models.Index(fields=["headline", "-id"], name="article_headline"),
        ]

    def __str__(self) -> str:
        return self.headline

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            self.version += 1
            if fields := kwargs.get("update_fields"):
                kwargs["update_fields"] = {*fields, "version", "saved_at", "saved_by"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """The address under the article's own language, whatever language is active."""
        return address("newsroom:article", self.slug, self.language)

    def picture_url(self, picture: Picture) -> str:
        """Where a picture of the full text is served, through the gate."""
        with translation.override(self.language):
            return reverse("newsroom:picture", args=[self.slug, picture.pk])

    def picture_sources(self, picture: Picture) -> list[Source]:
        """Where the renditions of a picture of the full text are served, through the gate."""
        with translation.override(self.language):
            return picture.sources_at(
                lambda width, kind: reverse(
                    "newsroom:rendition", args=[self.slug, picture.pk, width, kind]
                )
            )

    def document_url(self, document: Document) -> str:
        """Where a document of the full text is served, through the gate."""
        with translation.override(self.language):
            return reverse("newsroom:document", args=[self.slug, document.pk])

    def is_published(self, at: datetime) -> bool:
        return (
            self.status == self.Status.PUBLISHED
            and self.published_at is not None
            and self.published_at <= at
        )

    @property
    def teaser_safe(self) -> SafeString:
        return mark_safe(self.teaser_html)  # noqa: S308 - made by rendering.finish

    @property
    def file_list(self) -> list[TopicFile]:
        """The files in order."""
        return [row.file for row in self.files_in_order]

    @property
    def byline(self) -> list[Contributor]:
        """The contributors in order."""
        return [row.contributor for row in self.contributors_in_order]


class ArticleFile(models.Model):
    article = models.ForeignKey(Article, models.CASCADE, related_name="article_files")
    file = models.ForeignKey(
        TopicFile, models.PROTECT, related_name="article_files", verbose_name=_("file")
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("file of the article")
        verbose_name_plural = _("files of the article")
        constraints = [
            models.UniqueConstraint(fields=["article", "file"], name="file_once_in_an_article")
        ]

    def __str__(self) -> str:
        return str(self.file)

    @classmethod
    def in_order(cls) -> "models.QuerySet[ArticleFile]":
        return cls.objects.select_related("file").order_by("position", "id")


class ArticleContributor(models.Model):
    article = models.ForeignKey(Article, models.CASCADE, related_name="article_contributors")
    contributor = models.ForeignKey(
        Contributor,
        models.PROTECT,
        related_name="article_contributors",
        verbose_name=_("contributor"),
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("byline")
        verbose_name_plural = _("bylines")
        constraints = [
            models.UniqueConstraint(
                fields=["article", "contributor"], name="contributor_once_in_an_article"
            )
        ]

    def __str__(self) -> str:
        return str(self.contributor)

    @classmethod
    def in_order(cls) -> "models.QuerySet[ArticleContributor]":
        return cls.objects.select_related("contributor").order_by("position", "id")


class FullText(Gated):
    """The gated part of an article. `related_name="+"`: no attribute leads from an article here."""

    article = models.OneToOneField(
        Article, models.CASCADE, primary_key=True, related_name="+", verbose_name=_("article")
    )
    body = CleanHTMLField(_("full text"), blank=True)
    body_html = models.TextField(editable=False, blank=True)
    body_notes = models.TextField(editable=False, blank=True)
    #: That of the article which this text was saved with: pairs the two in the history.
    article_version = models.PositiveIntegerField(default=1, editable=False)

    objects = CleanManager()
    history = HistoricalRecords(bases=[Gated])

    class Meta:
        verbose_name = _("full text")
        verbose_name_plural = _("full texts")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Correction(models.Model):
    """A dated public note on what was changed in a published article."""

    article = models.ForeignKey(
        Article, models.CASCADE, related_name="corrections", verbose_name=_("article")
    )
    on = models.DateField(_("day"))
    text = models.TextField(_("text"), help_text=_("Shown to everyone: quote no gated text."))

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="correction_says_something")
        ]
        indexes = [models.Index(fields=["article", "on", "id"], name="corrections_of_article")]

    def __str__(self) -> str:
        return f"{self.on}: {self.text}"

    @classmethod
    def newest(cls) -> "models.QuerySet[Correction]":
        return cls.objects.order_by("-on", "-id")


class Event(models.Model):
    """A dated entry of a file's chronology, with its source."""

    file = models.ForeignKey(
        TopicFile, models.CASCADE, related_name="events", verbose_name=_("file")
    )
    on = models.DateField(_("day"))
    text_en = models.TextField(_("text (English)"))
    text_fr = models.TextField(_("text (French)"))
    source_title = models.CharField(_("source"), max_length=200)
    source_url = models.URLField(_("address of the source"), max_length=500)

    text = Localized()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.CheckConstraint(
                condition=~Q(text_en="") & ~Q(text_fr=""), name="event_is_told_in_both_languages"
            ),
            models.UniqueConstraint(fields=["file", "on", "text_en"], name="event_once_in_a_file"),
        ]
        indexes = [models.Index(fields=["file", "on", "id"], name="event_chronology")]

    def __str__(self) -> str:
        return f"{self.on}: {self.text}"
