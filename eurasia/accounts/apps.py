from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "eurasia.accounts"
    verbose_name = _("Readers")

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added  # its models must be there first

        from eurasia.accounts import held, second_factor, visits  # so must ours
        from eurasia.behind import behind

        held.add()
        authenticator_added.connect(second_factor.was_added, dispatch_uid="second_factor")
        behind.works.append(visits.write)
