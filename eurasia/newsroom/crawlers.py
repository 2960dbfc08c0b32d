"""Known crawlers, and whether the journal lets each of them in. Set at the desk, said in robots.txt
and in the licence (newsroom.terms)."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class CrawlerPolicy(models.Model):
    """What one crawler may do here: read what any outsider reads, or nothing."""

    class Purpose(models.TextChoices):
        SEARCH = "search", _("search engine")
        ANSWERS = "answers", _("answers of an assistant")
        TRAINING = "training", _("training of AI models")

    #: What it calls itself; RFC 9309 compares it without case, and so does the constraint.
    token = models.CharField(
        _("name in robots.txt"),
        max_length=60,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z",
                _("Letters, digits, hyphens, dots and underscores: the name without a version."),
            )
        ],
    )
    operator = models.CharField(_("whose it is"), max_length=80)
    purpose = models.CharField(_("purpose"), max_length=8, choices=Purpose)
    is_allowed = models.BooleanField(
        _("let in"),
        default=False,
        help_text=_("It gets what any visitor gets without an account: never a full text."),
    )

    class Meta:
        verbose_name = _("crawler")
        verbose_name_plural = _("crawlers")
        constraints = [
            models.UniqueConstraint(
                Lower("token"),
                name="crawler_once",
                violation_error_message=_("This crawler stands in the list already."),
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=["search", "answers", "training"]),
                name="crawler_purpose_is_known",
            ),
            models.CheckConstraint(condition=~Q(token=""), name="crawler_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.token
