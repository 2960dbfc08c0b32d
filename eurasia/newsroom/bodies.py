"""Finished full texts that this process has read of late, for newsroom.reading alone.

Kept by the version of their article, in the memory of this process: a cache that others share
would hold gated text outside the vault. While the vault is shut nothing comes out of here either.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.core.cache import caches
from django.db import connection

from eurasia.newsroom import vault
from eurasia.newsroom.models import Article, FullText
from eurasia.prepared import Prepared


class Body(NamedTuple):
    body_html: str
    body_notes: str


NOTHING = Body("", "")
COLUMNS = [*Body._fields, "article_version"]
_ONE = Prepared(lambda article: FullText.objects.only(*COLUMNS).filter(article=article))


def finished(articles: Sequence[Article]) -> dict[int, Body]:
    """The bodies of `articles` by id; one query for those that are not remembered.

    A text that was saved after its article was read is left out: the save may have shut it.
    Raises VaultError while the vault is shut.
    """
    vault.demand_open("the remembered full texts")
    # What a transaction has written may yet be undone, and its version written anew.
    remembered = None if connection.in_atomic_block else caches["full_texts"]
    versions = {article.pk: article.version for article in articles}
    keys = {pk: f"{pk}:{version}" for pk, version in versions.items()}
    found = remembered.get_many(keys.values()) if remembered else {}
    bodies = {pk: found[key] for pk, key in keys.items() if key in found}
    missing = [pk for pk in keys if pk not in bodies]
    if not missing:
        return bodies
    if len(missing) == 1:
        texts = _ONE(article=missing[0])
    else:
        texts = list(FullText.objects.only(*COLUMNS).filter(pk__in=missing))
    read = {
        text.pk: Body(text.body_html, text.body_notes)
        for text in texts
        if text.article_version <= versions[text.pk]
    }
    if remembered:
        remembered.set_many({keys[pk]: body for pk, body in read.items()})
    return bodies | read
