"""Private feeds, and from how many networks each is fetched. No text stands in these tables."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia.languages import CODES


class FeedToken(models.Model):
    """Whoever holds its token reads in a feed what its reader may read at that moment.

    To revoke it is to delete it.
    """

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("reader")
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    #: None: articles of all files, and of none.
    file = models.ForeignKey(
        "newsroom.TopicFile", models.CASCADE, null=True, related_name="+", verbose_name=_("file")
    )
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField()
    last_used_on = models.DateField(null=True)
    #: When the reader was last told that somebody else seems to read along.
    warned_at = models.DateTimeField(null=True)
    # What `tokens.feed_of` asks for in the same query.
    right: str | None
    ended_at: datetime | None

    class Meta:
        verbose_name = _("private feed")
        verbose_name_plural = _("private feeds")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["reader", "language", "file"], name="one_private_feed_of_a_file"
            ),
            models.UniqueConstraint(
                fields=["reader", "language"],
                condition=models.Q(file__isnull=True),
                name="one_private_feed_of_all",
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=CODES), name="private_feed_language_is_ours"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def name(self) -> str:
        """What it is a feed of."""
        return self.file.name if self.file else gettext("All articles")


class FeedNetwork(models.Model):
    """A network from which a private feed was fetched, as a keyed digest, and the last day of it.

    The digest of one network differs from feed to feed.
    """

    feed = models.ForeignKey(
        FeedToken, models.CASCADE, related_name="networks", verbose_name=_("private feed")
    )
    network_digest = models.CharField(max_length=64)
    seen_on = models.DateField(db_index=True)

    class Meta:
        verbose_name = _("network of a private feed")
        verbose_name_plural = _("networks of private feeds")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["feed", "network_digest"], name="network_once_of_a_private_feed"
            )
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
