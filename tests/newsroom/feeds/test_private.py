"""A private feed brings its reader what the gate lets them read at each fetch, and nobody else."""

import logging
import re
from datetime import timedelta

import feedparser
import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from eurasia.accounts import privacy
from eurasia.accounts.models import User
from eurasia.logs import LineFormatter
from eurasia.membership.models import Subscription
from eurasia.newsroom import publishing
from eurasia.newsroom.feeds import tokens
from eurasia.newsroom.models import FeedNetwork, FeedToken, TopicFile
from tests.cast import GATED, GATED_NOTE, TEASER
from tests.conftest import HttpsClient
from tests.newsroom.test_pictures import png
from tests.pages import submit, texts, tree_of

FEEDS = "/en/account/feeds/"
KEPT_BY_NOBODY = "private, no-store"
TICK = timedelta(microseconds=1)
ENDED = {
    "en": "Your subscription has ended.",
    "fr": "Votre abonnement est terminé.",
}


def make(reader, now, *, language="en", file=None):
    """The feed of a reader, and its address."""
    feed, token = tokens.make(reader, language=language, file=file, at=now)
    return feed, f"/{language}/feed/private/{token}/"


def parsed(response):
    headers = {"content-type": response.headers["Content-Type"]}
    feed = feedparser.parse(response.content, response_headers=headers)
    assert (response.status_code, feed.bozo, feed.version) == (200, 0, "atom10")
    return feed


def titles(response):
    return [entry.title for entry in parsed(response).entries]


@pytest.fixture
def fetch():
    """A feed reader: no cookies, and a network of its own."""

    def fetch(address, network="203.0.113.7", method="get"):
        return getattr(HttpsClient(REMOTE_ADDR=network), method)(address)

    return fetch


# --- What its reader may read ---------------------------------------------------------------------


def test_subscriber_is_brought_the_full_texts_with_their_notes(fetch, subscriber, article, now):
    _feed, address = make(subscriber, now)

    response = fetch(address)

    [entry] = parsed(response).entries
    assert entry.title == article.headline
    assert entry.link == "https://journal.test/en/articles/the-crossing/"
    for said in [TEASER, GATED, GATED_NOTE]:
        assert said in entry.content[0].value
    assert response.headers["Cache-Control"] == KEPT_BY_NOBODY
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_feed_of_a_file_holds_that_file_alone(fetch, subscriber, write_article, topic_file, now):
    other = TopicFile.objects.create(slug="other", name_en="Other", name_fr="Autre")
    write_article("here")
    write_article("elsewhere", files=[other])
    write_article("ici", language="fr")

    english, french = (
        fetch(make(subscriber, now, language=language, file=topic_file)[1])
        for language in ["en", "fr"]
    )

    assert titles(english) == ["Headline of here"]
    assert titles(french) == ["Headline of ici"]
    assert parsed(french).feed.title == "EurasiaPeace – Relations entre l’Iran et les BRICS"


def test_what_is_not_published_is_in_no_feed(fetch, subscriber, write_article, now):
    for status in ["draft", "in_review", "withdrawn"]:
        write_article(status, status=status)
    write_article("scheduled", published_at=now + timedelta(hours=1))

    assert titles(fetch(make(subscriber, now)[1])) == []


def test_desk_reads_no_feed_by_its_permission(fetch, editor, article, client, now):
    response = fetch(make(editor, now)[1])

    assert titles(response) == ["No subscription is running.", article.headline]
    assert GATED not in response.content.decode()
    client.force_login(editor)
    assert tree_of(client.get(FEEDS)).xpath("//main//form") == []


def test_article_that_is_withdrawn_leaves_the_feed(fetch, subscriber, article, now):
    _feed, address = make(subscriber, now)
    assert GATED in fetch(address).content.decode()

    publishing.withdraw(article, by=None, at=timezone.now())

    assert titles(fetch(address)) == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_full_texts_end_the_instant_the_subscription_does(
    language, fetch, subscriber, write_article, now, time_machine
):
    write_article("gated", language=language)
    write_article("open", language=language, access="everyone", body="<p>Open to all.</p>")
    until = now + timedelta(hours=1)
    Subscription.objects.update(ends_at=until)
    _feed, address = make(subscriber, now, language=language)

    time_machine.move_to(until - TICK, tick=False)
    before = fetch(address)
    time_machine.move_to(until, tick=False)
    then = fetch(address)

    assert GATED in before.content.decode()
    assert ENDED[language] not in before.content.decode()
    note, *entries = parsed(then).entries
    assert (note.title, note.link) == (
        ENDED[language],
        f"https://journal.test/{language}/subscribe/",
    )
    assert f'href="https://journal.test/{language}/subscribe/"' in note.summary
    assert [entry.title for entry in entries] == ["Headline of open", "Headline of gated"]
    assert TEASER in then.content.decode()
    assert "Open to all." in then.content.decode()
    assert GATED not in then.content.decode()
    assert GATED_NOTE not in then.content.decode()
    assert then.headers["Cache-Control"] == KEPT_BY_NOBODY


def test_renewed_subscription_brings_the_texts_back(fetch, lapsed, plan, article, now):
    _feed, address = make(lapsed, now)
    assert GATED not in fetch(address).content.decode()

    Subscription.objects.create(reader=lapsed, plan=plan, source="free", starts_at=now)

    assert GATED in fetch(address).content.decode()


def test_reader_who_never_subscribed_is_told_so(fetch, registered, article, now):
    content = fetch(make(registered, now)[1]).content.decode()

    assert "No subscription is running." in content
    assert TEASER in content
    assert GATED not in content


def test_note_of_the_end_stays_one_entry(fetch, lapsed, article, now):
    _feed, address = make(lapsed, now)

    first, second = (parsed(fetch(address)).entries[0] for _fetch in range(2))

    assert (first.id, first.updated) == (second.id, second.updated)


# --- Its key --------------------------------------------------------------------------------------


def test_address_that_opens_nothing_is_answered_alike(fetch, subscriber, article, now):
    revoked, gone = make(subscriber, now)
    tokens.revoke(revoked)
    feed, address = make(subscriber, now)
    sleeper = User.objects.create_user("sleeper@example.org", is_active=False)
    tried = {
        "unknown": "/en/feed/private/never-made/",
        "revoked": gone,
        "digest": f"/en/feed/private/{feed.token_digest}/",
        "other language": address.replace("/en/", "/fr/"),
        "inactive": make(sleeper, now)[1],
    }

    answers = {name: fetch(path) for name, path in tried.items()}

    assert {answer.status_code for answer in answers.values()} == {404}
    assert {answer.headers["Cache-Control"] for answer in answers.values()} == {KEPT_BY_NOBODY}
    english = {
        (answer.content, *sorted(answer.headers.items()))
        for name, answer in answers.items()
        if name != "other language"
    }
    assert len(english) == 1
    assert answers["unknown"].content == b"There is no feed at this address."


def test_cookies_change_nothing_and_none_is_set(client, fetch, subscriber, editor, article, now):
    _feed, address = make(subscriber, now)
    expected = fetch(address)
    client.force_login(editor)

    signed_in = client.get(address)
    client.cookies[settings.CSRF_COOKIE_NAME] = "x"
    malformed = client.get(address)

    assert (signed_in.content, dict(signed_in.headers)) == (
        expected.content,
        dict(expected.headers),
    )
    assert malformed.content == expected.content
    assert not signed_in.cookies
    assert not malformed.cookies
    assert "Vary" not in expected.headers


def test_session_of_a_subscriber_opens_no_feed_of_a_lapsed_reader(
    client, subscriber, lapsed, article, now
):
    _feed, address = make(lapsed, now)
    client.force_login(subscriber)

    assert GATED not in client.get(address).content.decode()


def test_head_is_answered_like_get_without_a_body(fetch, subscriber, article, now):
    _feed, address = make(subscriber, now)

    head, get = fetch(address, method="head"), fetch(address)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]
    assert head.headers["Cache-Control"] == KEPT_BY_NOBODY


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_feed_takes_no_other_method(method, fetch, subscriber, now):
    assert fetch(make(subscriber, now)[1], method=method).status_code == 405


def test_token_stands_neither_in_the_database_nor_in_the_feed(fetch, subscriber, article, now):
    feed, address = make(subscriber, now)
    token = address.split("/")[-2]

    assert token not in fetch(address).content.decode()
    assert len(token) == 43
    assert re.fullmatch("[0-9a-f]{64}", feed.token_digest)
    assert token not in str(FeedToken.objects.values().get())


def test_log_keeps_no_key(fetch, subscriber, now, caplog):
    _feed, address = make(subscriber, now)

    with caplog.at_level(logging.WARNING):
        fetch(address.replace("/en/", "/fr/"))

    lines = [LineFormatter("%(message)s").format(record) for record in caplog.records]
    assert lines == ["Not Found: /fr/feed/private/…/"]


@pytest.mark.parametrize("rows", [1, 3])
def test_fetch_takes_as_many_queries_for_three_entries_as_for_one(
    rows, fetch, subscriber, write_article, now, django_assert_num_queries
):
    for number in range(rows):
        write_article(f"number-{number}")
    _feed, address = make(subscriber, now)
    fetch(address)  # the first of a day is noted

    # The feed with its reader's right and this network, the articles, their texts.
    with django_assert_num_queries(3):
        fetch(address)


@pytest.mark.parametrize("ended", [True, False], ids=["lapsed", "none"])
def test_fetch_without_a_right_takes_no_query_more(
    ended, fetch, subscriber, write_article, now, django_assert_num_queries
):
    write_article("open", access="everyone")
    write_article("gated")
    _feed, address = make(subscriber, now)
    Subscription.objects.update(ends_at=now) if ended else Subscription.objects.all().delete()
    fetch(address)

    with django_assert_num_queries(3):
        fetch(address)


# --- Pictures -------------------------------------------------------------------------------------


@pytest.fixture
def pictured(write_article):
    picture = png(is_public=False)
    write_article(body=f'<p>Look: <img data-picture="{picture.pk}" alt="A view"></p>')
    return picture


def picture_in(response):
    [entry] = parsed(response).entries
    [address] = re.findall(r'src="https://journal\.test([^"]+)"', entry.summary)
    return address


def test_picture_is_shown_without_a_cookie_and_without_the_key(fetch, subscriber, pictured, now):
    _feed, address = make(subscriber, now)

    shown = picture_in(fetch(address))

    response = fetch(shown)
    assert b"".join(response).startswith(b"\x89PNG")
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Cache-Control"] == KEPT_BY_NOBODY
    assert address.split("/")[-2] not in shown


@pytest.mark.parametrize("what", ["revoked", "lapsed", "lapsed at the desk", "withdrawn", "forged"])
def test_picture_is_shut_with_the_feed(what, fetch, subscriber, pictured, now):
    feed, address = make(subscriber, now)
    shown = picture_in(fetch(address))
    if what == "revoked":
        tokens.revoke(feed)
    elif what == "lapsed at the desk":
        subscriber.user_permissions.add(Permission.objects.get(codename="view_fulltext"))
        Subscription.objects.update(ends_at=now)
    elif what == "lapsed":
        Subscription.objects.update(ends_at=now)
    elif what == "withdrawn":
        TopicFile.objects.get().articles.update(status="withdrawn")
    else:
        shown = shown.replace(".", "9.", 1)

    response = fetch(shown)

    assert response.status_code == 404
    assert response.headers["Cache-Control"] == KEPT_BY_NOBODY


# --- From where it is fetched ---------------------------------------------------------------------


def networks(feed):
    return tokens.of_reader(feed.reader, timezone.now()).get(pk=feed.pk).network_count


@pytest.mark.parametrize(
    "addresses, count",
    [
        (["203.0.113.7", "203.0.113.200"], 1),
        (["203.0.113.7", "203.0.114.7"], 2),
        (["2001:db8:1:1::1", "2001:db8:1:2::1"], 1),
        (["2001:db8:1::1", "2001:db8:2::1"], 2),
        (["203.0.113.7", "::ffff:203.0.113.9"], 1),
    ],
)
def test_neighbours_count_as_one_network(addresses, count, fetch, subscriber, now):
    feed, path = make(subscriber, now)

    for address in addresses:
        fetch(path, address)

    assert networks(feed) == count


def test_what_is_stored_of_a_network_names_it_to_nobody(fetch, subscriber, topic_file, now):
    for file in [None, topic_file]:
        fetch(make(subscriber, now, file=file)[1])

    digests = list(FeedNetwork.objects.values_list("network_digest", flat=True))
    assert len(set(digests)) == 2  # of one network, for two feeds
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests)


def test_day_of_the_last_use_is_kept_and_networks_count_for_seven_days(
    fetch, subscriber, now, time_machine
):
    feed, address = make(subscriber, now)
    noon = now.replace(hour=12)
    time_machine.move_to(noon, tick=False)
    fetch(address)
    feed.refresh_from_db()
    assert (feed.last_used_on, networks(feed)) == (noon.date(), 1)

    time_machine.move_to(noon + timedelta(days=6), tick=False)
    assert networks(feed) == 1
    assert privacy.apply_retention(noon + timedelta(days=6))["networks of private feeds"] == 0
    time_machine.move_to(noon + timedelta(days=7), tick=False)
    assert networks(feed) == 0
    assert privacy.apply_retention(noon + timedelta(days=7))["networks of private feeds"] == 1
    assert FeedNetwork.objects.count() == 0


def fetch_from(fetch, path, count, first=0):
    for number in range(first, first + count):
        fetch(path, f"10.{number}.0.1")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_reader_is_told_when_a_feed_is_fetched_from_more_than_ten_networks(
    language, fetch, subscriber, topic_file, now
):
    User.objects.update(language=language)
    _feed, path = make(subscriber, now, file=topic_file)

    fetch_from(fetch, path, 10)
    assert mail.outbox == []
    fetch_from(fetch, path, 5, first=10)

    [sent] = mail.outbox
    said = re.sub("[ \\n]+", " ", sent.body)
    assert sent.to == [subscriber.email]
    assert f"https://journal.test/{language}/account/feeds/" in sent.body
    assert {
        "en": "“Relations between Iran and the BRICS” (English)",
        "fr": "«\u202fRelations entre l’Iran et les BRICS\u202f» (English)",
    }[language] in said


@pytest.mark.parametrize("later, mails", [(timedelta(days=7) - TICK, 1), (timedelta(days=7), 2)])
def test_reader_is_told_once_a_week_at_most(later, mails, fetch, subscriber, now, time_machine):
    _feed, path = make(subscriber, now)
    time_machine.move_to(now, tick=False)
    fetch_from(fetch, path, 11)
    assert len(mail.outbox) == 1

    time_machine.move_to(now + later, tick=False)
    fetch_from(fetch, path, 11, first=50)

    assert len(mail.outbox) == mails


def test_mail_server_that_is_down_stops_no_feed(fetch, subscriber, article, now, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    _feed, path = make(subscriber, now)

    fetch_from(fetch, path, 10)
    response = fetch(path, "198.51.100.1")

    assert GATED in response.content.decode()
    assert f"was not sent to reader {subscriber.pk}." in caplog.text


# --- The pages of the account ---------------------------------------------------------------------

ADDRESS = "//p[@class='feed-address']"
REVOKE = "//main//a[contains(@href, '/revoke/')]"


def shown(page):
    return texts(tree_of(page), ADDRESS)


@pytest.fixture
def signed_in(client, subscriber):
    client.force_login(subscriber)
    return client


@pytest.mark.parametrize("language", ["en", "fr"])
def test_feed_is_made_and_its_address_shown_once(
    language, signed_in, fetch, write_article, topic_file
):
    write_article(language=language)
    page = signed_in.get(f"/{language}/account/feeds/?file={topic_file.slug}")

    made = submit(signed_in, page, "//main//form[@class='form']")

    [address] = shown(made)
    assert address.startswith(f"https://journal.test/{language}/feed/private/")
    assert GATED in fetch(address.removeprefix("https://journal.test")).content.decode()
    feed = FeedToken.objects.get()
    assert (feed.file, feed.language) == (topic_file, language)
    assert made.headers["Cache-Control"] == KEPT_BY_NOBODY
    assert shown(signed_in.get(f"/{language}/account/feeds/")) == []
    assert topic_file.slug not in address


def test_feed_is_one_of_each_kind(signed_in, subscriber, topic_file):
    for file in ["", topic_file.slug]:
        for language in ["en", "fr"]:
            for _click in range(2):
                page = signed_in.post(FEEDS, {"file": file, "language": language})

            assert shown(page) == []
            assert "You have this feed." in page.content.decode()

    assert FeedToken.objects.count() == 4


@pytest.mark.parametrize("of_a_file", [True, False])
def test_database_refuses_a_second_of_a_kind(of_a_file, subscriber, topic_file, now):
    kind = {
        "reader": subscriber,
        "language": "en",
        "file": topic_file if of_a_file else None,
        "made_at": now,
    }
    FeedToken.objects.create(**kind, token_digest="one")

    with pytest.raises(IntegrityError), transaction.atomic():
        FeedToken.objects.create(**kind, token_digest="two")


def test_list_tells_when_a_feed_was_used_and_from_how_many_networks(
    signed_in, fetch, subscriber, now
):
    _feed, address = make(subscriber, now)
    unused = texts(tree_of(signed_in.get(FEEDS)), "//main//li//p")[0]
    fetch(address, "203.0.113.7")
    fetch(address, "198.51.100.7")

    used = texts(tree_of(signed_in.get(FEEDS)), "//main//li//p")[0]

    assert unused.endswith("Not used yet.")
    assert "Last used on " in used
    assert used.endswith("From 2 networks in the last 7 days.")


def test_feed_is_revoked_after_a_question(signed_in, fetch, subscriber, article, now):
    _feed, address = make(subscriber, now)
    [link] = tree_of(signed_in.get(FEEDS)).xpath(f"{REVOKE}/@href")

    asked = signed_in.get(link)
    assert fetch(address).status_code == 200
    done = submit(signed_in, asked, "//main//form[1]", follow=True)

    assert fetch(address).status_code == 404
    assert "The address of the feed works no more." in done.content.decode()
    assert texts(tree_of(done), REVOKE) == []


def test_feed_of_another_reader_is_neither_shown_nor_revoked(signed_in, registered, now):
    feed, _address = make(registered, now)
    path = f"{FEEDS}{feed.pk}/revoke/"

    assert texts(tree_of(signed_in.get(FEEDS)), REVOKE) == []
    assert [signed_in.get(path).status_code, signed_in.post(path).status_code] == [404, 404]
    assert FeedToken.objects.count() == 1


@pytest.mark.parametrize("who", ["registered", "lapsed"])
def test_reader_who_may_not_read_makes_none(who, client, now, request):
    client.force_login(request.getfixturevalue(who))

    page = client.get(FEEDS)
    posted = client.post(FEEDS, {"file": "", "language": "en"})

    assert tree_of(page).xpath("//main//form[@class='form']") == []
    assert "Private feeds are made by subscribers." in page.content.decode()
    assert shown(posted) == []
    assert FeedToken.objects.count() == 0


def test_lapsed_reader_still_sees_and_revokes_theirs(client, lapsed, now):
    feed, _address = make(lapsed, now)
    client.force_login(lapsed)

    submit(client, client.get(f"{FEEDS}{feed.pk}/revoke/"), "//main//form[1]")

    assert FeedToken.objects.count() == 0


@pytest.mark.parametrize("values", [{"language": "de"}, {"file": "no-such-file"}])
def test_feed_of_what_is_not_there_is_refused(values, signed_in):
    page = signed_in.post(FEEDS, {"file": "", "language": "en", **values})

    assert texts(tree_of(page), "//ul[contains(@class, 'errorlist')]/li") != []
    assert FeedToken.objects.count() == 0


def test_twenty_feeds_are_made_in_an_hour(signed_in, subscriber):
    answers = []
    for _time in range(21):
        FeedToken.objects.all().delete()
        answers.append(signed_in.post(FEEDS, {"file": "", "language": "en"}).status_code)

    assert answers == [200] * 20 + [429]


def test_outsider_is_led_to_sign_in(client, subscriber, now):
    feed, _address = make(subscriber, now)

    for path in [FEEDS, f"{FEEDS}{feed.pk}/revoke/"]:
        for answer in [client.get(path), client.post(path)]:
            assert (answer.status_code, answer.url) == (
                302,
                f"/en/accounts/login/?next={path}",
            )


LINK = "//main//a[contains(@href, '/account/feeds/')]/@href"


@pytest.mark.parametrize(
    "who, links",
    [
        ("subscriber", [f"{FEEDS}?file=iran-brics"]),
        ("lapsed", []),
        ("registered", []),
        ("editor", []),
    ],
)
def test_page_of_a_file_leads_subscribers_to_their_feed(who, links, client, topic_file, request):
    client.force_login(request.getfixturevalue(who))

    assert tree_of(client.get("/en/files/iran-brics/")).xpath(LINK) == links


def test_page_of_a_file_leads_no_outsider_to_a_private_feed(client, topic_file):
    assert tree_of(client.get("/en/files/iran-brics/")).xpath(LINK) == []


# --- Held of the reader ---------------------------------------------------------------------------


def test_feeds_are_exported_without_their_keys_and_go_with_the_account(
    signed_in, fetch, subscriber, topic_file, now
):
    feed, address = make(subscriber, now, file=topic_file)
    fetch(address)

    exported = signed_in.get("/en/account/data/file/").json()

    today = FeedToken.objects.get().last_used_on.isoformat()
    assert exported["newsroom.feedtoken"][0] | {"made_at": ""} == {
        "file__slug": "iran-brics",
        "language": "en",
        "made_at": "",
        "last_used_on": today,
    }
    assert exported["newsroom.feednetwork"] == [{"feed": feed.pk, "seen_on": today}]
    assert feed.token_digest not in str(exported)
    privacy.erase(subscriber)
    assert FeedToken.objects.count() == FeedNetwork.objects.count() == 0
    assert fetch(address).status_code == 404
