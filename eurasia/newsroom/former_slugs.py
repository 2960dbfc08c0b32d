"""Addresses that pages had before. newsroom.moving writes them and asks for them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

#: What has an address of its own, by the column that leads to it.
KINDS = ["article", "file", "contributor"]


class FormerSlug(models.Model):
    """One address that one page had. Articles have theirs under a language."""

    language = models.CharField(max_length=2, blank=True)
    slug = models.SlugField(max_length=120)
    article = models.ForeignKey("newsroom.Article", models.CASCADE, null=True, related_name="+")
    file = models.ForeignKey("newsroom.TopicFile", models.CASCADE, null=True, related_name="+")
    contributor = models.ForeignKey(
        "newsroom.Contributor", models.CASCADE, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(article__isnull=False, file__isnull=True, contributor__isnull=True)
                | Q(article__isnull=True, file__isnull=False, contributor__isnull=True)
                | Q(article__isnull=True, file__isnull=True, contributor__isnull=False),
                name="former_slug_is_of_one_page",
            ),
            *(
                models.UniqueConstraint(
                    fields=["language", "slug"],
                    condition=Q(**{f"{kind}__isnull": False}),
                    name=f"former_slug_of_one_{kind}",
                )
                for kind in KINDS
            ),
        ]

    def __str__(self) -> str:
        return self.slug
