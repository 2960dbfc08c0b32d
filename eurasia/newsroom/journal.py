"""The settings of the journal: one row, written at the desk, read through `eurasia.masthead`.

Whatever is left empty is said as this program says it of itself.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator, validate_email
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia import languages, masthead
from eurasia.histories import HistoricalRecords

MOST_LINKS, MOST_GAINS, LONGEST_LINE = 8, 6, 120

one_line = RegexValidator(r"^[^\x00-\x1f\x7f\u2028\u2029]*\Z", _("Write it in one line."))


def links_in(text: str) -> list[tuple[str, str]]:
    """Names and addresses of links that stand one in a line. Raises ValidationError."""
    links = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _space, address = line.rpartition(" ")
        try:
            URLValidator(schemes=["https", "http"])(address)
        except ValidationError:
            name = ""
        if not name.strip():
            wanted = gettext("“%s” is not a name followed by an address such as https://…")
            raise ValidationError(wanted % line)
        links.append((name.strip(), address))
    if len(links) > MOST_LINKS or any(len(name) > LONGEST_LINE for name, _address in links):
        raise ValidationError(gettext("At most %s links, with short names.") % MOST_LINKS)
    return links


def lines_of_links(text: str) -> None:
    links_in(text)


def lines_of_gains(text: str) -> None:
    lines = text.splitlines()
    if len(lines) > MOST_GAINS or any(len(line) > LONGEST_LINE for line in lines):
        raise ValidationError(
            gettext("At most %(lines)s lines of %(signs)s characters.")
            % {"lines": MOST_GAINS, "signs": LONGEST_LINE}
        )


class Worded:
    """Reads the column of the active language; where it is empty, `default` is said."""

    def __init__(self, default: Any) -> None:
        self.default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        return getattr(instance, f"{self.name}_{languages.current()}") or str(self.default)


class Journal(models.Model):
    """What the journal says of itself. Texts come in both languages or in none."""

    PAIRS = ("tagline", "call", "wall_title", "wall_text", "gains")

    name = models.CharField(_("name"), max_length=60, blank=True, validators=[one_line])
    tagline_en = models.CharField(
        _("tagline (English)"), max_length=150, blank=True, validators=[one_line]
    )
    tagline_fr = models.CharField(
        _("tagline (French)"), max_length=150, blank=True, validators=[one_line]
    )
    call_en = models.TextField(
        _("call to subscribe (English)"),
        max_length=400,
        blank=True,
        help_text=_("On the front page, to who is not signed in."),
    )
    call_fr = models.TextField(_("call to subscribe (French)"), max_length=400, blank=True)
    wall_title_en = models.CharField(
        _("title of the wall (English)"), max_length=80, blank=True, validators=[one_line]
    )
    wall_title_fr = models.CharField(
        _("title of the wall (French)"), max_length=80, blank=True, validators=[one_line]
    )
    wall_text_en = models.TextField(
        _("text of the wall (English)"),
        max_length=300,
        blank=True,
        help_text=_("Where a full text begins, to who may not read it."),
    )
    wall_text_fr = models.TextField(_("text of the wall (French)"), max_length=300, blank=True)
    gains_en = models.TextField(
        _("what a subscription gives (English)"),
        blank=True,
        validators=[lines_of_gains],
        help_text=_("One thing a line. Promise nothing that a reader cannot do today."),
    )
    gains_fr = models.TextField(
        _("what a subscription gives (French)"), blank=True, validators=[lines_of_gains]
    )
    #: Of the journal: a column of e-mail addresses would be one of readers (accounts.privacy).
    contact = models.CharField(
        _("contact"),
        max_length=254,
        blank=True,
        validators=[validate_email],
        help_text=_("An address that readers may write to."),
    )
    links = models.TextField(
        _("links"),
        blank=True,
        validators=[lines_of_links],
        help_text=_("One a line: a name, then an address that starts with https://."),
    )
    card_picture = models.ForeignKey(
        "newsroom.Picture",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"is_public": True},
        verbose_name=_("picture for share cards"),
        help_text=_("Shown beside links to pages that are no articles; 1200 × 630 pixels or more."),
    )
    first_plan = models.ForeignKey(
        "membership.Plan",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"is_offered": True},
        verbose_name=_("plan that is offered first"),
    )
    changed_at = models.DateTimeField(auto_now=True)

    tagline = Worded(
        _(
            "A journal of international relations:"
            " Iran and Turkey, their neighbours and the blocs they deal with"
        )
    )
    call = Worded(
        _(
            "Every article opens with a part that is free to read. The full texts are for"
            " subscribers: subscribe for free access to the full content."
        )
    )
    wall_title = Worded(_("The full text is for subscribers."))
    wall_text = Worded(_("Subscribe for free access to the full content."))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("settings of the journal")
        verbose_name_plural = _("settings of the journal")
        default_permissions = ("view", "change")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="journal_is_one")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def clean(self) -> None:
        unpaired: dict[str, str] = {}
        for name in self.PAIRS:
            texts = {f"{name}_{code}": getattr(self, f"{name}_{code}") for code in languages.CODES}
            if any(texts.values()):
                wanted = gettext("Write it in both languages, or leave both empty.")
                unpaired |= {column: wanted for column, text in texts.items() if not text}
        picture = self.card_picture
        if picture and (picture.width < 1200 or picture.height < 630):
            unpaired["card_picture"] = gettext("This picture is smaller than 1200 × 630 pixels.")
        if unpaired:
            raise ValidationError(unpaired)

    @property
    def line(self) -> str:
        """The tagline as a sentence."""
        text: str = self.tagline
        return text if text[-1] in ".!?…" else f"{text}."

    @property
    def title(self) -> str:
        """Of the front page."""
        name = masthead.name()
        if own := getattr(self, f"tagline_{languages.current()}"):
            return gettext("%(name)s: %(line)s") % {"name": name, "line": own}
        return gettext("%(site_name)s: a journal of international relations") % {"site_name": name}

    @property
    def gains(self) -> list[str]:
        """Empty where this program's own stand."""
        lines = getattr(self, f"gains_{languages.current()}").splitlines()
        return [line for line in map(str.strip, lines) if line]

    @property
    def link_list(self) -> list[tuple[str, str]]:
        return links_in(self.links)
