"""What the desk is asked before it gives, lengthens or ends a right: how long, and why."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia.membership.models import MOST_DAYS, Plan

MOMENT = "%Y-%m-%dT%H:%M"
LONGEST_REASON = 500
#: Later than this is a typing mistake.
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


class How(TextChoices):
    PLAN = "plan", _("As long as the plan lasts")
    DAYS = "days", _("For a number of days")
    UNTIL = "until", _("Until a day, at a time")
    EVER = "ever", _("Without an end")


class MomentField(forms.DateTimeField):
    """A day and a time in TIME_ZONE, asked for by the browser's own chooser."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
        super().__init__(widget=widget, validators=[MaxValueValidator(LATEST)], **options)


class ReasonField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("Reason"),
            max_length=LONGEST_REASON,
            widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
            help_text=_("Kept in the log; the reader finds it among their data."),
            **options,
        )


class HowLong(forms.Form):
    """Mixed into forms that let a right last: `ends_at` says until when."""

    hows = [How.DAYS, How.UNTIL, How.EVER]

    how = forms.ChoiceField(label=_("How long"), widget=forms.RadioSelect)
    days = forms.IntegerField(
        label=_("Days"),
        required=False,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
        help_text=_("Of 24 hours each."),
    )
    until = MomentField(label=_("Day and time"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        how: Any = self.fields["how"]
        how.choices = [(each.value, each.label) for each in self.hows]
        how.initial = self.hows[0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for how, name, says in [
            (How.DAYS, "days", gettext("Say how many days.")),
            (How.UNTIL, "until", gettext("Say on which day and at which time.")),
        ]:
            if cleaned.get("how") == how and name not in self.errors and not cleaned.get(name):
                self.add_error(name, says)
        return cleaned

    def ends_at(self, start: datetime, plan: Plan) -> datetime | None:
        """The end of what lasts from `start` on as it was asked; None: never."""
        match self.cleaned_data["how"]:
            case How.PLAN:
                return plan.ends_at(start)
            case How.DAYS:
                return start + timedelta(days=self.cleaned_data["days"])
            case How.UNTIL:
                end: datetime = self.cleaned_data["until"]
                return end
        return None


class ExtendForm(HowLong):
    reason = ReasonField()


class EndForm(forms.Form):
    when = forms.ChoiceField(
        label=_("When"),
        widget=forms.RadioSelect,
        choices=[("now", _("Now")), ("until", _("On a day, at a time"))],
        initial="now",
    )
    until = MomentField(label=_("Day and time"), required=False)
    reason = ReasonField()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("when") == "until" and "until" not in self.errors and not cleaned["until"]:
            self.add_error("until", gettext("Say on which day and at which time."))
        return cleaned

    def ends_at(self, at: datetime) -> datetime:
        end: datetime = self.cleaned_data["until"] if self.cleaned_data["when"] == "until" else at
        return end
