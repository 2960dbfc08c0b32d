from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembershipConfig(AppConfig):
    name = "eurasia.membership"
    verbose_name = _("Subscriptions")

    def ready(self) -> None:
        from eurasia.membership import held  # models are not there yet when this file is read

        held.add(self)
