"""Daily totals of reads; written by newsroom.counting, shown on the dashboard."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from eurasia import tally


class DailyTotal(models.Model):
    class Kind(models.TextChoices):
        TEASER = tally.TEASER, _("teaser")
        FULL_TEXT = tally.FULL_TEXT, _("full text")
        FILE = tally.FILE, _("page of the file")
        ASKED = tally.ASKED, _("page of subscription, from the article")
        TAKEN = tally.TAKEN, _("subscription taken")

    on = models.DateField()

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class ArticleReads(DailyTotal):
    article = models.ForeignKey("newsroom.Article", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=9, choices=DailyTotal.Kind)
    total = models.PositiveBigIntegerField()

    class Meta(DailyTotal.Meta):
        verbose_name = verbose_name_plural = _("reads of articles")
        constraints = [
            models.UniqueConstraint(fields=["on", "article", "kind"], name="reads_of_article_once")
        ]


class FileReads(DailyTotal):
    file = models.ForeignKey("newsroom.TopicFile", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=9, choices=DailyTotal.Kind)
    total = models.PositiveBigIntegerField()

    class Meta(DailyTotal.Meta):
        verbose_name = verbose_name_plural = _("reads of files")
        constraints = [
            models.UniqueConstraint(fields=["on", "file", "kind"], name="reads_of_file_once")
        ]


class JournalReads(DailyTotal):
    """Of all articles together, those that are deleted since among them."""

    kind = models.CharField(max_length=9, choices=DailyTotal.Kind)
    total = models.PositiveBigIntegerField()

    class Meta(DailyTotal.Meta):
        verbose_name = verbose_name_plural = _("reads of the journal")
        constraints = [models.UniqueConstraint(fields=["on", "kind"], name="reads_of_journal_once")]


class LogPosition(models.Model):
    """How far a log of nginx, known by its folder and its first line, has been counted."""

    digest = models.CharField(max_length=64, unique=True)
    #: In bytes, uncompressed.
    offset = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("positions in logs")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.digest[:8]} {self.offset}"
