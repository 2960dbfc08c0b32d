"""Who holds the token of a private feed, and whether more than its reader do.

Written here alone; asked by `private`. A token is stored hashed, and says nothing of rights: the
gate is asked at each fetch.
"""

import secrets
from datetime import date, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac

from eurasia import mail
from eurasia.accounts.models import User
from eurasia.membership import gate
from eurasia.newsroom.feeds.models import FeedNetwork, FeedToken
from eurasia.newsroom.models import TopicFile
from eurasia.newsroom.previewing import digest

#: Home, work, a phone on the way and the service that fetches feeds for all of them: from more
#: networks in a week than this, one reader's feed is not fetched.
NETWORKS_OF_ONE_READER = 10
DAYS = 7


def make(
    reader: User, *, language: str, file: TopicFile | None, at: datetime
) -> tuple[FeedToken, str]:
    """A feed and its token, which nobody knows after this. No token: the feed was there before."""
    token = secrets.token_urlsafe(32)
    feed, is_new = FeedToken.objects.get_or_create(
        reader=reader,
        language=language,
        file=file,
        defaults={"token_digest": digest(token), "made_at": at},
    )
    return feed, token if is_new else ""


def feed_of(token: str, language: str, address: str, at: datetime) -> FeedToken | None:
    """The feed that `token` opens, if it is one in `language` of somebody who may sign in.

    It comes with the claims of its reader, and notes that it was fetched from `address`.
    """
    token_digest, today = digest(token), timezone.localdate(at)
    network = _digest_of_network(token_digest, address)
    noted = FeedNetwork.objects.filter(feed=OuterRef("pk"), network_digest=network, seen_on=today)
    feeds = _working().filter(token_digest=token_digest, language=language)
    known = gate.with_claims(feeds.annotate(is_noted=Exists(noted)), "reader", at)
    feed = known.first()
    if feed and not feed.is_noted:
        _note_use(feed, network, at)
    return feed


def feed_by_number(pk: int, at: datetime) -> FeedToken | None:
    """For addresses that a feed has signed; with the claims of its reader."""
    feed: FeedToken | None = gate.with_claims(_working().filter(pk=pk), "reader", at).first()
    return feed


def _working() -> QuerySet[FeedToken]:
    return FeedToken.objects.filter(reader__is_active=True).select_related("reader", "file")


def of_reader(reader: User, at: datetime) -> QuerySet[FeedToken]:
    """With `network_count`: from how many networks each was fetched in the last seven days."""
    recent = Count("networks", filter=Q(networks__seen_on__gt=_last_day_of_old(at)))
    feeds = FeedToken.objects.filter(reader=reader).select_related("file")
    return feeds.annotate(network_count=recent).order_by("made_at", "id")


def revoke(feed: FeedToken) -> None:
    """From now on its token is one that never was."""
    feed.delete()


# --- From where it is fetched ---------------------------------------------------------------------


def _note_use(feed: FeedToken, network: str, at: datetime) -> None:
    """The first fetch of a day from a network writes, the others only look."""
    today = timezone.localdate(at)
    FeedToken.objects.filter(pk=feed.pk).update(last_used_on=today)
    FeedNetwork.objects.update_or_create(
        feed=feed, network_digest=network, defaults={"seen_on": today}
    )
    recent = FeedNetwork.objects.filter(feed=feed, seen_on__gt=_last_day_of_old(at))
    if recent.count() > NETWORKS_OF_ONE_READER:
        _warn(feed, at)


def forget_networks(at: datetime) -> int:
    """Delete what counts no more; answers how much."""
    return FeedNetwork.objects.filter(seen_on__lte=_last_day_of_old(at)).delete()[0]


def _last_day_of_old(at: datetime) -> date:
    return timezone.localdate(at) - timedelta(days=DAYS)


def _digest_of_network(token_digest: str, address: str) -> str:
    """Of the neighbourhood of an address: who keyed it can tell two apart, and nothing more."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip
    network = ip_network((ip, 24 if ip.version == 4 else 48), strict=False)
    said = f"{token_digest}:{network}"
    return salted_hmac("eurasia.newsroom.feeds", said, algorithm="sha256").hexdigest()


def _warn(feed: FeedToken, at: datetime) -> None:
    """Tell the reader, once a week at most. Of fetches that come together one claims the mail."""
    due = Q(warned_at__isnull=True) | Q(warned_at__lte=at - timedelta(days=DAYS))
    if not FeedToken.objects.filter(due, pk=feed.pk).update(warned_at=at):
        return
    reader = feed.reader
    with translation.override(reader.language):
        address = settings.SITE_URL + reverse("newsroom:private_feeds")
    mail.notify(
        "newsroom/email/shared_feed",
        number=reader.pk,
        to=reader.email,
        language=reader.language,
        context={"feed": feed, "address": address, "networks": NETWORKS_OF_ONE_READER},
    )
