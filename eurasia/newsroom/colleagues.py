"""Editors among themselves: who has an article open, and what they note on it for each other."""

from datetime import datetime, timedelta

from eurasia.accounts.models import User
from eurasia.newsroom import vault
from eurasia.newsroom.models import Article, Note, Presence

#: Pages say every 15 seconds that they are open; a slept-through call or two is no leaving.
AWAY_AFTER = timedelta(seconds=45)


def meet(article: Article, editor: User, at: datetime) -> list[User]:
    """Say that `editor` is at `article`; answers who else is."""
    Presence.objects.update_or_create(article=article, editor=editor, defaults={"seen_at": at})
    others = Presence.objects.filter(article=article, seen_at__gt=at - AWAY_AFTER)
    others = others.exclude(editor=editor).select_related("editor").order_by("id")
    return [presence.editor for presence in others]


def leave(article: Article, editor: User) -> None:
    """Say that `editor` has left, so that nobody waits for them."""
    Presence.objects.filter(article=article, editor=editor).delete()


def note(article: Article, text: str, *, by: User, at: datetime) -> Note:
    """Leave a note on an article."""
    with vault.opened("desk"):
        return Note.objects.create(article=article, by=by, at=at, text=text)


def notes_on(article: Article) -> list[Note]:
    """The notes on an article, oldest first, as a conversation is read."""
    with vault.opened("desk"):
        notes = Note.objects.filter(article=article).select_related("by")
        return list(notes.order_by("at", "id"))
