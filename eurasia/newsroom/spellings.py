"""Names that are written in several ways: who searches for one way finds them all.

Editors extend the table at the desk. It is asked with each search, so nothing is indexed again.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia.newsroom.folding import fold

Words = tuple[str, ...]


class SpelledName(models.Model):
    """One name: its spellings are all there is of it."""

    class Meta:
        verbose_name = _("name and its spellings")
        verbose_name_plural = _("spellings of names")

    def __str__(self) -> str:
        spellings = sorted(self.spellings.all(), key=lambda spelling: spelling.pk)
        return ", ".join(spelling.text for spelling in spellings)


class Spelling(models.Model):
    name = models.ForeignKey(SpelledName, models.CASCADE, related_name="spellings")
    text = models.CharField(_("spelling"), max_length=100)
    #: What a search looks for; two spellings that fold into one are none.
    folded = models.CharField(max_length=200, unique=True, editable=False)

    class Meta:
        verbose_name = _("spelling")
        verbose_name_plural = _("spellings")
        default_permissions = ()  # those of the name
        constraints = [
            models.CheckConstraint(condition=~models.Q(folded=""), name="spelling_has_words")
        ]

    def __str__(self) -> str:
        return self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = fold(self.text)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        self.folded = fold(self.text)
        if not 0 < len(self.folded) <= 200:
            raise ValidationError({"text": _("Nothing of this can be searched for.")})
        twin = Spelling.objects.filter(folded=self.folded).exclude(pk=self.pk).first()
        if twin:
            raise ValidationError({"text": same(self.text, twin.text)})


def same(text: str, other: str) -> str:
    return gettext("A search makes no difference between “%(text)s” and “%(other)s”.") % {
        "text": text,
        "other": other,
    }


def phrases_of(words: Sequence[str]) -> list[list[Words]]:
    """Folded words as phrases, each with the other spellings of the name that it is.

    The longest name wins. One query.
    """
    ends = range(1, len(words) + 1)
    asked = [" ".join(words[start:end]) for end in ends for start in range(end)]
    rows = Spelling.objects.filter(name__spellings__folded__in=asked).order_by("id").distinct()
    names: dict[int, list[Words]] = {}
    for name, folded in rows.values_list("name_id", "folded"):
        names.setdefault(name, []).append(tuple(folded.split()))
    spellings = {spelling: name for name in names.values() for spelling in name}
    found: list[list[Words]] = []
    at = 0
    while at < len(words):
        lengths = range(len(words) - at, 1, -1)
        candidates = (tuple(words[at : at + length]) for length in lengths)
        phrase = next((each for each in candidates if each in spellings), (words[at],))
        others = [each for each in spellings.get(phrase, []) if each != phrase]
        found.append([phrase, *others])
        at += len(phrase)
    return found
