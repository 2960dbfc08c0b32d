"""What this app holds of people, for the register of `eurasia.accounts.privacy`.

Most of it is of those who work at the desk. The texts are the journal's: exported is who has to do
with which article, by its number. Even a headline may have been rewritten since it was public.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from eurasia.accounts.models import User
from eurasia.accounts.privacy import Holding, before_erasing, register, retain

WITH_THE_ARTICLE = _("as long as the article; without the name once the account is gone")
#: Columns that name people, beside `history_user`.
AT_AN_ARTICLE = ["owner", "assignee", "saved_by"]
AT_A_DRAFT = ["saved_by"]
TO_TELL_WHO = _("to tell who wrote, changed and published what")


def add(newsroom: AppConfig) -> None:
    from eurasia.newsroom.feeds import tokens  # its models must be there first

    model = newsroom.get_model
    register(
        Holding(
            title=_("Saved articles"),
            purpose=_("to find again what you have put aside"),
            kept=_("until you take them off"),
            model=model("SavedArticle"),
            readers=["reader"],
            fields=["article", "saved_at"],
        ),
        Holding(
            title=_("Places in texts"),
            purpose=_("to let you go on where you were"),
            kept=_("until you have read the text, or switch this off; 20 at most"),
            model=model("ReadingPlace"),
            readers=["reader"],
            fields=["article", "block", "seen_at"],
        ),
        Holding(
            title=_("Private feeds"),
            purpose=_("to send your feed reader what you may read"),
            kept=_("until you revoke them"),
            model=model("FeedToken"),
            readers=["reader"],
            fields=["file__slug", "language", "made_at", "last_used_on"],
            unseen=["token_digest", "warned_at"],
        ),
        Holding(
            title=_("Networks of private feeds"),
            purpose=_("to tell you when somebody else seems to read one of your feeds"),
            kept=_("7 days; of a network stands a digest that does not name it"),
            model=model("FeedNetwork"),
            readers=["feed__reader"],
            fields=["feed", "seen_on"],
            unseen=["network_digest"],
        ),
        _of_the_desk(
            model("Contributor"), ["account"], ["name", "about_en", "about_fr"],
            title=_("Byline"),
            purpose=_("to say under an article who wrote it"),
        ),
        _of_the_desk(
            model("Article"), AT_AN_ARTICLE, ["id", "language", "saved_at"],
            title=_("Articles"),
        ),
        _of_the_desk(
            model("HistoricalArticle"), ["history_user", *AT_AN_ARTICLE],
            ["id", "language", "history_date"],
            title=_("Saves of articles"),
        ),
        _of_the_desk(
            model("HistoricalFullText"), ["history_user"], ["article", "history_date"],
            title=_("Saves of full texts"),
        ),
        _of_the_desk(
            model("Draft"), AT_A_DRAFT, ["article", "saved_at"],
            title=_("Changes that wait"),
        ),
        _of_the_desk(
            model("HistoricalDraft"), ["history_user", *AT_A_DRAFT], ["article", "history_date"],
            title=_("Saves of changes that wait"),
        ),
        _of_the_desk(
            model("Autosave"), ["editor"], ["article", "saved_at"],
            title=_("Unsaved work"),
            purpose=_("to give back what somebody wrote and did not save"),
            kept=_("30 days"),
        ),
        _of_the_desk(
            model("Presence"), ["editor"], ["article", "seen_at"],
            title=_("Presence at an article"),
            purpose=_("to tell colleagues who else has an article open"),
            kept=_("as long as the account; it counts for a few minutes"),
        ),
        _of_the_desk(
            model("Note"), ["by"], ["article", "at"],
            title=_("Notes between editors"),
        ),
        _of_the_desk(
            model("PreviewLink"), ["made_by"], ["article", "made_at", "expires_at", "revoked_at"],
            title=_("Preview links"),
        ),
        _of_the_desk(
            model("HistoricalJournal"), ["history_user"], ["history_date"],
            title=_("Changes to the settings of the journal"),
            purpose=_("to tell who changed what"),
            kept=_("for good; without the name once the account is gone"),
        ),
    )  # fmt: skip

    def forget(reader: User) -> None:
        """History rows name people by number, which no foreign key clears."""
        for name, columns in [
            ("HistoricalArticle", AT_AN_ARTICLE),
            ("HistoricalDraft", AT_A_DRAFT),
        ]:
            saves = model(name)._base_manager
            for column in columns:
                saves.filter(**{column: reader.pk}).update(**{column: None})

    before_erasing(forget)
    retain("networks of private feeds", tokens.forget_networks)


def _of_the_desk(
    model: Any,
    readers: Sequence[str],
    fields: Sequence[str],
    *,
    title: Any,
    purpose: Any = TO_TELL_WHO,
    kept: Any = WITH_THE_ARTICLE,
) -> Holding:
    columns = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    unseen = [name for name in columns if name not in {*readers, *fields}]
    return Holding(
        title=title, purpose=purpose, kept=kept, model=model, readers=readers, fields=fields,
        unseen=unseen, is_of_the_desk=True,
    )  # fmt: skip
