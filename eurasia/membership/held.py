"""What this app holds of a reader, for the register of `eurasia.accounts.privacy`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from eurasia.accounts.privacy import Holding, before_erasing, register

IN_THE_LEDGER = _("as long as you have an account; what was paid for stays, without your name")
IN_THE_LOG = _(
    "as long as you have an account; what was paid for or done by the desk stays, without your name"
)


def add(membership: AppConfig) -> None:
    from eurasia.membership import subscribing  # its models must be there first

    model = membership.get_model
    register(
        Holding(
            title=_("Your subscriptions"),
            purpose=_("to open the full texts to you for as long as you have subscribed"),
            kept=IN_THE_LEDGER,
            model=model("Subscription"),
            readers=["reader"],
            fields=["plan__slug", "source", "starts_at", "ends_at", "cancelled_at", "note"],
        ),
        Holding(
            title=_("Changes to your subscriptions"),
            purpose=_("to be able to tell what was agreed, and when"),
            kept=IN_THE_LOG,
            model=model("HistoricalSubscription"),
            readers=["reader"],
            fields=[
                "history_date",
                "history_change_reason",
                "plan__slug",
                "source",
                "starts_at",
                "ends_at",
                "cancelled_at",
            ],
            unseen=["id", "note", "history_type", "history_user"],
        ),
        Holding(
            title=_("Mails on your subscriptions"),
            purpose=_("to send each of them once"),
            kept=IN_THE_LEDGER,
            model=model("Notice"),
            readers=["subscription__reader"],
            fields=["kind", "about", "sent_at"],
            unseen=["subscription", "claimed_at"],
        ),
    )
    before_erasing(subscribing.forget)
