"""Every door of the desk, tried by everybody who may not have what lies behind it.

What an article can hold is planted as a sentence of its own: what waits, what was saved before,
what nobody has saved yet, what editors say to each other, what lies in the bin.
"""

import re
from itertools import product

import pytest
from django.contrib.contenttypes.models import ContentType

from eurasia.newsroom import colleagues, drafting, publishing, vault, versions
from eurasia.newsroom.models import Article, Autosave, Draft, FullText, Note, PreviewLink
from tests.cast import GATED, GATED_NOTE
from tests.newsroom.desk.roles import ROLES, member_of
from tests.pages import tree_of
from tests.test_policy import body_of, matches

ARTICLES = "/admin/newsroom/article/"
TAB = "1a" * 16
GATED_MODELS = [FullText, Draft, Autosave, Note]
#: What a list might be asked for in its address, to learn by what it finds.
LOOKUPS = [
    "full_text__body__contains=caravan",
    "fulltext__body__contains=caravan",
    "history__headline__contains=valley",
    "owner__password__startswith=md5",
    "o=1&owner__email__contains=editor",
]

#: Each stands in one place alone.
SECRETS = {
    "full text": GATED,
    "note of the full text": GATED_NOTE,
    "earlier version": "An earlier version called the seven drivers by their family names.",
    "waiting change": "What waits for publication moves the caravan to a northern road.",
    "waiting headline": "Caravan takes the northern road",
    "unsaved work": "What nobody has saved counts an eighth driver among the seven.",
    "note of an editor": "Between editors: the ledger came from a clerk who must not be named.",
    "draft": "The draft follows the caravan into a valley without a name.",
    "headline of a draft": "Into a valley without a name",
    "draft of the bin": "What was thrown away claimed that the caravan never set out.",
}
OF_FULL_TEXTS = {
    "full text", "note of the full text", "earlier version", "waiting change", "unsaved work",
    "note of an editor", "draft", "draft of the bin",
}  # fmt: skip


@pytest.fixture
def planted(editor, write_article, now):
    """Articles and what belongs to them; answers the numbers that addresses are made of."""
    article = write_article(body=f"<p>{SECRETS['earlier version']}</p>", owner=editor)
    body = f'<p>{GATED}<span class="footnote">{GATED_NOTE}</span></p>'
    publishing.write(article, body, by=editor, reason="desk")
    values = drafting.values_of(article)
    values |= {
        "headline": SECRETS["waiting headline"],
        "body": f"<p>{SECRETS['waiting change']}</p>",
    }
    drafting.stage(article, values, by=editor, at=now)
    unsaved = drafting.autosave(
        article, {"body": [SECRETS["unsaved work"]]}, editor=editor, tab=TAB, lock="", at=now
    )
    colleagues.note(article, SECRETS["note of an editor"], by=editor, at=now)
    draft = write_article(
        "valley", body=f"<p>{SECRETS['draft']}</p>", headline=SECRETS["headline of a draft"],
        status="draft", published_at=None, owner=editor,
    )  # fmt: skip
    binned = write_article(
        "never", body=f"<p>{SECRETS['draft of the bin']}</p>", status="draft", published_at=None,
        owner=editor,
    )  # fmt: skip
    publishing.delete(binned, by=editor, at=now)
    return {"articles": [article, draft, binned], "unsaved": unsaved}


@pytest.fixture
def doors(planted):
    """Every address of the desk that is of no other thing, with each article where one belongs."""
    articles = [article.pk for article in planted["articles"]]
    keys = [save.key for article in planted["articles"] for save in versions.saves_of(article)]
    types = [ContentType.objects.get_for_model(model).pk for model in GATED_MODELS]
    gaps = {
        "unsaved/<int:pk>": [f"unsaved/{planted['unsaved'].pk}"],
        "<int:pk>": articles,
        "<path:object_id>": articles,
        "<slug:key>": keys[:3],
        "<str:who>": ["outsider", "registered", "lapsed", "subscriber"],
        "<int:link>": [1],
        "<path:content_type_id>": types,
    }
    addresses = set()
    for match in matches():
        route = f"/{match.route}"
        is_of_another = "_id>" in route and ARTICLES not in route
        if not route.startswith("/admin/") or is_of_another or re.search(r"\(\?P|logout", route):
            continue
        names = [name for name in gaps if name in route]
        for values in product(*(gaps[name] for name in names)):
            address = route
            for name, value in zip(names, values, strict=True):
                address = address.replace(name, str(value))
            addresses.add(address)
    addresses |= {f"{ARTICLES}?q={word}" for word in ["caravan", "valley", "eighth"]}
    addresses |= {f"{ARTICLES}?{lookup}" for lookup in LOOKUPS}
    return sorted(addresses)


def state_of_the_desk():
    with vault.opened("desk"):
        return {
            "articles": list(Article.objects.order_by("pk").values_list("pk", "status", "version")),
            # Who may add articles keeps unsaved work of their own.
            "unsaved": list(Autosave.objects.filter(tab=TAB).values_list("fields", "saved_at")),
            **{
                model.__name__: model.objects.count()
                for model in [FullText, Draft, Note, PreviewLink]
            },
        }


@pytest.fixture
def person(request, db):
    if request.param in ROLES:
        return member_of(request.param)
    return request.param and request.getfixturevalue(request.param)


@pytest.mark.parametrize(
    "person, unknown",
    [
        pytest.param(None, SECRETS, id="outsider"),
        pytest.param("subscriber", SECRETS, id="subscriber"),
        pytest.param("Subscriber desk", SECRETS, id="subscriber desk"),
        pytest.param("Writers", SECRETS, id="another writer"),
        pytest.param("colleague", OF_FULL_TEXTS, id="staff without full texts"),
    ],
    indirect=["person"],
)
def test_no_door_gives_away_what_lies_behind_it(person, unknown, doors, client):
    before = state_of_the_desk()
    if person:
        client.force_login(person)

    said, opened = {}, set()
    for door, ask in product(doors, [client.get, client.post]):
        answer = ask(door)
        opened |= {door} if answer.status_code == 200 else set()
        text = body_of(answer).decode(errors="replace")
        if found := [name for name in unknown if SECRETS[name] in text]:
            said[door] = found

    assert said == {}
    assert state_of_the_desk() == before
    if person is None or not person.is_staff:
        assert opened <= {"/admin/login/", "/admin/jsi18n/"}


def test_doors_do_open_for_an_editor(doors, client, editor):
    """Else nothing above would say anything. What lies in the bin is told by its headline alone."""
    client.force_login(editor)

    pages = [body_of(client.get(door)).decode(errors="replace") for door in doors]

    unseen = [name for name in SECRETS if not any(SECRETS[name] in page for page in pages)]
    assert unseen == ["draft of the bin"]


def test_way_from_any_row_to_its_page_is_shut(client, editor, article):
    client.force_login(editor)

    assert client.get(f"/admin/r/1/{article.pk}/").status_code == 404
    page = client.get(f"/admin/newsroom/topicfile/{article.files.get().pk}/change/")
    assert tree_of(page).xpath("//a[@class='viewsitelink']/@href") == ["/en/files/iran-brics/"]
