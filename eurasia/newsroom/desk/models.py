"""What the desk stores beside the journal itself. Whatever can hold gated text is Gated."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from eurasia.histories import HistoricalRecords
from eurasia.newsroom.rendering import CleanHTMLField, CleanManager
from eurasia.newsroom.vault import Gated

#: Labels of a draft that are moments.
MOMENTS = {"published_at", "revised_at", "free_from", "free_until"}


class Draft(Gated):
    """Changes to a live article, which wait until somebody publishes them. One per article."""

    article = models.OneToOneField(
        "newsroom.Article", models.CASCADE, primary_key=True, related_name="+"
    )
    teaser = CleanHTMLField(blank=True)
    body = CleanHTMLField(blank=True)
    #: Values of LABELS; rows by id, moments in ISO 8601.
    labels = models.JSONField(encoder=DjangoJSONEncoder)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    objects = CleanManager()
    history = HistoricalRecords(bases=[Gated])

    class Meta:
        verbose_name = _("changes to a live article")
        verbose_name_plural = _("changes to live articles")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def values(self) -> dict[str, Any]:
        """All that it holds, by the names of the article form."""
        labels = {
            name: parse_datetime(value) if name in MOMENTS and value else value
            for name, value in self.labels.items()
        }
        return {**labels, "teaser": self.teaser, "body": self.body}


class Autosave(Gated):
    """What one tab of one editor holds and has not saved: field names with their raw values."""

    article = models.ForeignKey(
        "newsroom.Article", models.CASCADE, null=True, related_name="+"
    )  # None: a new one
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    tab = models.CharField(max_length=32)
    #: `lock_of` the article that the editor began from.
    lock = models.CharField(max_length=40)
    fields = models.TextField()
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("unsaved work")
        verbose_name_plural = _("unsaved work")
        constraints = [
            models.UniqueConstraint(fields=["editor", "tab"], name="autosave_once_in_a_tab")
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Alignment(models.Model):
    """Which block of the original each block of a translation stands for: numbers, no text."""

    translation = models.OneToOneField(
        "newsroom.Article", models.CASCADE, primary_key=True, related_name="+"
    )
    #: That of the original whose blocks are counted.
    original_version = models.PositiveIntegerField()
    #: For each part of the text, for each block of the translation in order, the number of the
    #: block, or None: it stands for none.
    blocks = models.JSONField()

    class Meta:
        verbose_name = _("alignment of a translation")
        verbose_name_plural = _("alignments of translations")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Presence(models.Model):
    """An editor who has the page of an article open, and when the page last said so."""

    article = models.ForeignKey("newsroom.Article", models.CASCADE, related_name="+")
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [
            models.UniqueConstraint(fields=["article", "editor"], name="present_once_at_an_article")
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Note(Gated):
    """What one editor says to the others about an article. May quote the full text."""

    article = models.ForeignKey("newsroom.Article", models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(_("note"), max_length=5000)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="note_says_something")
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class PreviewLinkQuerySet(models.QuerySet["PreviewLink"]):
    def working(self, at: datetime) -> "PreviewLinkQuerySet":
        """Neither expired nor revoked: at < expires_at."""
        return self.filter(expires_at__gt=at, revoked_at__isnull=True)


class PreviewLink(models.Model):
    """Lets whoever holds its token read one article, full text included, until it expires."""

    article = models.ForeignKey(
        "newsroom.Article", models.CASCADE, related_name="+", verbose_name=_("article")
    )
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    made_for = models.CharField(_("for whom"), max_length=120)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("made_at")),
                name="preview_link_expires_after_it_is_made",
            )
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class PreviewOpening(models.Model):
    """When a preview link was opened. Not by whom: nothing of the visitor is stored."""

    link = models.ForeignKey(PreviewLink, models.CASCADE, related_name="openings")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("opening of a preview link")
        verbose_name_plural = _("openings of a preview link")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
