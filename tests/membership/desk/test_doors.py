"""What stands behind an account stays there: no door of the desk shows a hash, a key or a code,
and nobody but who looks after readers comes in.
"""

from itertools import product

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from eurasia.accounts.codes import is_allowed
from eurasia.accounts.models import Guess, User
from eurasia.membership import subscribing
from eurasia.membership.models import Subscription
from eurasia.newsroom.feeds import tokens
from tests.cast import GATED, GATED_NOTE, guard
from tests.conftest import HttpsClient, session_of
from tests.newsroom.desk.roles import member_of
from tests.pages import texts, tree_of
from tests.test_policy import body_of, matches

READERS, SUBSCRIPTIONS = "/admin/accounts/user/", "/admin/membership/subscription/"
ALLOWED = ["Subscriber desk", "editor", "superuser"]


@pytest.fixture
def secrets(subscriber, now):
    """Everything by which somebody could become this reader, or learn what they guessed."""
    guard(subscriber)
    subscriber.set_password("a long way to Muscat")
    subscriber.save()
    Authenticator.objects.create(
        user=subscriber, type="recovery_codes", data={"seed": "seed-of-recovery", "used_mask": 0}
    )
    key = session_of(subscriber)
    UserSession.objects.create(user=subscriber, session_key=key, ip="192.0.2.7", user_agent="Elks")
    assert is_allowed("ABC-DEF", "ABC-DEF", now)
    feed, token = tokens.make(subscriber, language="en", file=None, at=now)
    return {
        "hash": subscriber.password,
        "second factor": subscriber.authenticator_set.get(type="totp").data["secret"],
        "recovery codes": "seed-of-recovery",
        "session": key,
        "sealed session": Session.objects.get(pk=key).session_data,
        "network": "192.0.2.7",
        "browser": "Elks",
        "guess": Guess.objects.get().guess,
        "feed": feed.token_digest,
        "token": token,
        "full text": GATED,
        "note": GATED_NOTE,
    }


def doors(reader, article):
    """Every address of the desk, with this reader and this article where one belongs."""
    found = set()
    for match in matches():
        route = f"/{match.route}"
        if not route.startswith("/admin/") or "(?P" in route or "logout" in route:
            continue
        number = article.pk
        if "/accounts/" in route:
            number = reader.pk
        elif "/subscription/" in route:
            number = reader.subscriptions.get().pk
        for gap in ["<path:object_id>", "<int:pk>", "<int:link>", "<path:content_type_id>"]:
            route = route.replace(gap, str(number))
        found.add(route.replace("<slug:key>", "1").replace("<str:who>", "subscriber"))
    return sorted(found)


@pytest.fixture
def person(request, db):
    if request.param == "superuser":
        return guard(User.objects.create_superuser("chief@example.org"))
    return (
        request.getfixturevalue("editor") if request.param == "editor" else member_of(request.param)
    )


@pytest.mark.parametrize("person", ALLOWED, indirect=True)
def test_no_page_shows_what_opens_an_account(person, secrets, subscriber, article, client):
    client.force_login(person)
    asked = [
        *doors(subscriber, article),
        f"{READERS}?q=subscriber",
        f"{READERS}log/?by={person.pk}",
        f"/admin/newsroom/article/why/?reader={subscriber.pk}&article={article.pk}&at=",
    ]
    sees_texts = person.has_perm("newsroom.view_fulltext")
    unknown = secrets.keys() - ({"full text", "note"} if sees_texts else set())

    said, opened = {}, 0
    for door in asked:
        answer = client.get(door)
        opened += answer.status_code == 200
        page = body_of(answer).decode(errors="replace")
        if found := [name for name in unknown if secrets[name] in page]:
            said[door] = found
    exported = body_of(client.post(f"{READERS}export/")).decode()

    assert said == {}
    assert opened > 15
    assert [name for name in unknown if secrets[name] in exported] == []


@pytest.mark.parametrize("person", ALLOWED, indirect=True)
@pytest.mark.parametrize(
    "base, lookup",
    [
        (READERS, "password__startswith"),
        (READERS, "usersession__session_key__startswith"),
        (READERS, "authenticator__data__contains"),
        (READERS, "feedtoken__token_digest__startswith"),
        (SUBSCRIPTIONS, "reader__password__startswith"),
        (SUBSCRIPTIONS, "reader__usersession__session_key__startswith"),
    ],
)
def test_no_list_tells_a_secret_by_what_it_finds(
    base, lookup, person, secrets, subscriber, article, client
):
    client.force_login(person)

    answers = [client.get(base, {lookup: start}) for start in ["md5$", "nonsense"]]

    assert {answer.status_code for answer in answers} <= {302, 400}
    assert len({answer.status_code for answer in answers}) == 1


NEW = [
    *[f"accounts/user/{page}" for page in [
        "log/", "export/", "choose/", "{}/history/", "{}/change/",
    ]],
    *[f"membership/subscription/{page}" for page in [
        "grant-list/", "add/", "{}/extend/", "{}/end/", "{}/change/",
    ]],
    "newsroom/article/why/", "newsroom/article/why/choose/",
]  # fmt: skip
OTHERS = ["Writers", "Translators", "Editors", "Publishers", "subscriber", ""]


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_comes_in_by_a_guessed_address(role, subscriber, article, client):
    if role == "subscriber":
        client.force_login(subscriber)
    elif role:
        client.force_login(member_of(role))
    number = subscriber.subscriptions.get().pk
    before = list(Subscription.history.values())

    sent = {
        "app_label": "membership", "model_name": "subscription", "field_name": "reader",
        "confirmed": "yes", "when": "now", "how": "ever", "reason": "So",
    }  # fmt: skip

    answers = [
        ask(f"/admin/{door.format(subscriber.pk if 'user' in door else number)}", sent)
        for door, ask in product(NEW, [client.get, client.post])
    ]

    inside = role not in {"", "subscriber"}
    # The chooser takes no form, from nobody.
    assert {answer.status_code for answer in answers} <= ({403, 405} if inside else {302})
    for answer in answers:
        assert subscriber.email not in answer.text
    assert list(Subscription.history.values()) == before


def test_subscriber_desk_rises_by_no_form(client, registered):
    client.force_login(desk := member_of("Subscriber desk"))
    rise = {
        "is_staff": "on", "is_superuser": "on", "groups": ["1"], "user_permissions": ["1"],
        "password": "x", "email": "rise@example.org", "language": "en", "is_active": "on",
    }  # fmt: skip

    client.post(f"{READERS}add/", rise)
    client.post(f"{READERS}{registered.pk}/change/", rise)
    client.post(f"{READERS}{desk.pk}/change/", rise)

    risen = User.objects.exclude(pk=desk.pk)
    assert {(one.is_staff, one.is_superuser, one.has_usable_password()) for one in risen} == {
        (False, False, False)
    }
    assert not any(one.groups.exists() or one.user_permissions.exists() for one in risen)
    desk.refresh_from_db()
    assert (desk.is_superuser, desk.email) == (False, "subscriber-desk@example.org")


def test_subscriber_desk_grants_itself_nothing_in_silence(client, plan, editor):
    """It may, as to anybody: then the log says so to all who look after readers."""
    client.force_login(desk := member_of("Subscriber desk"))

    client.post(
        f"{SUBSCRIPTIONS}add/",
        {"reader": desk.pk, "plan": plan.pk, "how": "ever", "note": "To read"},
    )

    watching = HttpsClient()
    watching.force_login(editor)
    page = tree_of(watching.get(f"{READERS}log/"))
    assert desk.subscriptions.get().history.get().history_user == desk
    assert texts(page, "//table//strong") == ["their own account"]


def test_bad_dates_and_numbers_are_no_crash(client, plan, registered, now):
    client.force_login(member_of("Subscriber desk"))
    held = subscribing.grant(
        reader=registered,
        plan=plan,
        starts_at=now,
        ends_at=now.replace(year=2199),
        note="",
        by=None,
    )

    for until in ["9999-12-31T23:59", "0001-01-01T00:00", "x", "2026-02-30T10:00", "1e400"]:
        asked = {
            "confirmed": "yes", "how": "until", "when": "until", "until": until,
            "days": "9" * 40, "reason": "So\0", f"lock-{held.pk}": str(held.ends_at),
        }  # fmt: skip
        for act in ["extend", "end"]:
            assert client.post(f"{SUBSCRIPTIONS}{held.pk}/{act}/", asked).status_code == 200
        asked |= {"reader": registered.pk, "plan": plan.pk, "starts_at": until, "note": "\0"}
        assert client.post(f"{SUBSCRIPTIONS}add/", asked).status_code == 200
        asked |= {"text": "a@b.org\0"}
        assert client.post(f"{SUBSCRIPTIONS}grant-list/", asked).status_code == 200
        why = {"reader": registered.pk, "article": "1", "at": until}
        assert client.get("/admin/newsroom/article/why/", why).status_code == 200
    assert Subscription.objects.count() == 1
