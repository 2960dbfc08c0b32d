from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class NewsroomConfig(AppConfig):
    name = "eurasia.newsroom"
    verbose_name = _("Newsroom")

    def ready(self) -> None:
        from eurasia.accounts import privacy  # models are not there yet when this file is read
        from eurasia.behind import behind
        from eurasia.newsroom import counting, held, vault
        from eurasia.tally import tally

        connection_created.connect(vault.install, dispatch_uid="vault")
        # History rows of full texts name the reader who wrote them.
        privacy.open_while_erasing(lambda: vault.opened("erase"))
        held.add(self)
        tally.writer = counting.write
        behind.works.append(tally.flush)
