"""What can be subscribed to, and who has."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eurasia.accounts.models import User
from eurasia.histories import HistoricalRecords
from eurasia.languages import Localized

#: A century; more is a typing mistake, and dates run out.
MOST_DAYS = 36_500


class PlanQuerySet(models.QuerySet["Plan"]):
    def offered(self) -> "PlanQuerySet":
        return self.filter(is_offered=True).order_by("position", "id")


class Plan(models.Model):
    """What can be subscribed to. Labels in both languages."""

    slug = models.SlugField(_("slug"), unique=True)
    name_en = models.CharField(_("name (English)"), max_length=120)
    name_fr = models.CharField(_("name (French)"), max_length=120)
    description_en = models.TextField(_("description (English)"), blank=True)
    description_fr = models.TextField(_("description (French)"), blank=True)
    days = models.PositiveIntegerField(
        _("days"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_DAYS)],
        help_text=_("Of 24 hours each; empty: without an end."),
    )
    is_trial = models.BooleanField(
        _("trial"), default=False, help_text=_("A reader may take a trial once, whichever it is.")
    )
    price = models.DecimalField(
        _("price"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Shown to readers; paid outside this site, then granted at the desk."),
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default="EUR",
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, such as EUR."))],
        help_text=_("Code of ISO 4217."),
    )
    is_offered = models.BooleanField(
        _("offered"), default=True, help_text=_("Readers may take it themselves.")
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    name = Localized()
    description = Localized()

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [
            models.CheckConstraint(
                condition=Q(days__isnull=True) | Q(days__gte=1, days__lte=MOST_DAYS),
                name="plan_lasts_a_day_to_a_century",
                violation_error_message=_(
                    "A plan lasts from one day to a hundred years; empty: without an end."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(name_en="") & ~Q(name_fr="") & ~Q(slug=""), name="plan_has_names"
            ),
            models.CheckConstraint(
                condition=Q(is_trial=False) | Q(days__isnull=False, price__isnull=True),
                name="trial_ends_and_is_free",
                violation_error_message=_("A trial has a number of days and no price."),
            ),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gt=0),
                name="price_is_more_than_nothing",
                violation_error_message=_(
                    "A price is more than 0; leave it empty for a free plan."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def ends_at(self, starts_at: datetime) -> datetime | None:
        """The moment at which a subscription to this plan ends; None: never."""
        return None if self.days is None else starts_at + timedelta(days=self.days)


def running_at(at: datetime) -> Q:
    """starts_at ≤ at < ends_at; without an end, for good."""
    return Q(starts_at__lte=at) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at))


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def granting_access(self, reader: User, at: datetime) -> "SubscriptionQuerySet":
        """The subscriptions that open the full texts to `reader` at the instant `at`."""
        return self.filter(reader=reader).running(at)

    def running(self, at: datetime) -> "SubscriptionQuerySet":
        """starts_at ≤ at < ends_at; without an end, for good."""
        return self.filter(running_at(at))

    def ended(self, at: datetime) -> "SubscriptionQuerySet":
        return self.filter(ends_at__lte=at)

    def outlasting(self, subscription: "Subscription") -> "SubscriptionQuerySet":
        """Other rights of its reader that go on without a gap when `subscription` ends."""
        return (
            self.filter(reader=subscription.reader_id)
            .exclude(pk=subscription.pk)
            .running(subscription.ends_at or datetime.max.replace(tzinfo=UTC))
        )

    def newest(self) -> "SubscriptionQuerySet":
        return self.order_by("-starts_at", "-id")


class Subscription(models.Model):
    """A reader's right to the full texts over a span of time: starts_at ≤ at < ends_at.

    Written by eurasia.membership.subscribing alone. Cancelling keeps the right until `ends_at`.
    """

    class Source(models.TextChoices):
        FREE = "free", _("free")
        GRANTED = "granted", _("granted by the desk")
        PAID = "paid", _("paid")
        ORGANISATION = "organisation", _("through an organisation")
        GIFT = "gift", _("gift")

    #: None once the reader has been erased and the ledger needs the row.
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="subscriptions",
        verbose_name=_("reader"),
    )
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, related_name="subscriptions", verbose_name=_("plan")
    )
    source = models.CharField(_("source"), max_length=12, choices=Source)
    starts_at = models.DateTimeField(_("starts"), default=timezone.now)
    ends_at = models.DateTimeField(
        _("ends"), null=True, blank=True, help_text=_("Empty: without an end.")
    )
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    note = models.TextField(
        _("note"),
        blank=True,
        help_text=_("Not shown on the site; the reader finds it among their data."),
    )

    objects = SubscriptionQuerySet.as_manager()
    #: An act of the desk has a reason, be it empty, even when the account of who did it is gone.
    history = HistoricalRecords(
        history_change_reason_field=models.TextField(_("reason"), null=True)
    )

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.CheckConstraint(
                # An empty span is a subscription that was ended before it began.
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                name="subscription_ends_after_its_start",
            ),
            models.CheckConstraint(
                condition=Q(source__in=["free", "granted", "paid", "organisation", "gift"]),
                name="subscription_source_is_known",
            ),
            models.CheckConstraint(
                condition=Q(reader__isnull=False) | Q(source="paid"),
                name="subscription_without_a_reader_was_paid",
            ),
        ]
        # None by start alone: SQLite would take it to find what runs, which is most of them.
        indexes = [models.Index(fields=["reader", "starts_at"], name="subscription_of_reader")]

    def __str__(self) -> str:
        return f"{self.reader or _('erased reader')} – {self.plan}"


class Notice(models.Model):
    """A mail on a subscription that has been claimed, so that nobody else sends it again."""

    class Kind(models.TextChoices):
        STARTED = "started", _("started")
        ENDING = "ending", _("ends soon")
        ENDED = "ended", _("has ended")

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=7, choices=Kind)
    #: The end that it speaks of: an extended subscription ends anew. Of a start, the start.
    about = models.DateTimeField()
    claimed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("mail on a subscription")
        verbose_name_plural = _("mails on subscriptions")
        constraints = [
            models.UniqueConstraint(fields=["subscription", "kind", "about"], name="notice_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subscription_id}"
