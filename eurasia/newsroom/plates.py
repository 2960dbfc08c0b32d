"""What stands on the page of an article whatever the hour and the reader; drawn by engraving."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Plate(models.Model):
    """Pieces of HTML, public as the article's own columns are."""

    PIECES = ("share", "data", "head", "facts", "foot")

    article = models.OneToOneField(
        "newsroom.Article", models.CASCADE, primary_key=True, related_name="plate"
    )
    #: From which version of the article, and by which release of the program, it was drawn.
    article_version = models.PositiveIntegerField()
    release = models.CharField(max_length=64)
    #: The first of the article's files, in which it has neighbours.
    file = models.ForeignKey("newsroom.TopicFile", models.CASCADE, null=True, related_name="+")
    #: For those who share the address, and for search engines (JSON-LD).
    share = models.TextField()
    data = models.TextField()
    #: Files, headline, standfirst, cover.
    head = models.TextField()
    #: Byline, dates, minutes.
    facts = models.TextField()
    #: Corrections and citations.
    foot = models.TextField()

    class Meta:
        verbose_name = _("plate")
        verbose_name_plural = _("plates")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
