"""Every page of the desk opens for whom it is there, and none shows a full text to anybody else."""

from datetime import date, timedelta

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

import eurasia.urls  # noqa: F401 - decides what the desk shows
from eurasia.accounts.models import User
from eurasia.membership.models import Subscription
from eurasia.newsroom import publishing
from eurasia.newsroom.models import Event, FileParty, Journal, Party
from tests.cast import GATED, GATED_NOTE, TEASER, free_plan, guard, iran_and_the_brics, writer
from tests.newsroom.test_admin import ARTICLES, FORM, change_page
from tests.newsroom.test_documents import pdf
from tests.newsroom.test_pictures import png
from tests.pages import submit, tree_of

NOT_OFFERED = {
    ("membership.subscription", "delete"),  # rights end and are kept
    ("newsroom.journal", "add"),  # there is one
    ("newsroom.journal", "delete"),
}
OURS = {"newsroom", "membership", "accounts"}


@pytest.fixture(scope="module")
def furniture(db_of_the_module):
    """A row of every model that the desk knows: the article, and somebody with every right."""
    topic_file = iran_and_the_brics()
    article = writer(topic_file)()
    reader = User.objects.create_user("subscriber@example.org")
    Subscription.objects.create(
        reader=reader, plan=free_plan(), source="free", starts_at=timezone.now() - timedelta(days=1)
    )
    reader.authenticator_set.create(type="recovery_codes", data={})
    iran = Party.objects.create(slug="iran", name_en="Iran", name_fr="Iran")
    FileParty.objects.create(file=topic_file, party=iran)
    Event.objects.create(
        file=topic_file,
        on=date(2024, 1, 1),
        text_en="Joined.",
        text_fr="Entrée.",
        source_title="Gazette",
        source_url="https://gazette.example/",
    )
    publishing.correct(article, "Seven, not six.", at=timezone.now())
    png(is_public=True)
    png(is_public=False)
    Journal.objects.create(pk=1)
    pdf()
    Group.objects.get_or_create(name="Editors")
    return article, guard(User.objects.create_superuser("chief@example.org"))


@pytest.fixture
def article(furniture, db):
    return furniture[0]


@pytest.fixture
def superuser(furniture, db):
    return furniture[1]


LABELS = sorted(model._meta.label_lower for model in site._registry)
KINDS = ["changelist", "add", "change", "delete", "history"]


def pages_of_the_desk():
    """(model's label, kind of page) for every model that is registered."""
    return [(label, kind) for label in LABELS for kind in KINDS]


def address_of(label, kind):
    app, name = label.split(".")
    model = next(model for model in site._registry if model._meta.label_lower == label)
    arguments = []
    if kind in {"change", "delete", "history"}:
        arguments = [model._default_manager.order_by("pk").first().pk]
    return reverse(f"admin:{app}_{name}_{kind}", args=arguments)


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("who", ["editor", "superuser"])
def test_pages_of_the_desk_open(who, label, client, article, request):
    client.force_login(request.getfixturevalue(who))

    answers = {kind: client.get(address_of(label, kind)).status_code for kind in KINDS}

    is_foreign = who == "editor" and label.split(".")[0] not in OURS
    refused = {kind for kind in KINDS if is_foreign or (label, kind) in NOT_OFFERED}
    assert answers == {kind: 403 if kind in refused else 200 for kind in KINDS}


@pytest.mark.parametrize("label", LABELS)
def test_search_and_filters_of_the_desk_open(label, client, article, superuser):
    client.force_login(superuser)
    address = address_of(label, "changelist")
    links = tree_of(client.get(address)).xpath("//*[@id='changelist-filter']//a/@href")

    answers = {link: client.get(address + link).status_code for link in ["?q=caravan", *links]}

    assert set(answers.values()) == {200}, answers


def test_colleague_sees_no_full_text_on_any_page_of_the_desk(client, colleague, editor, article):
    client.force_login(editor)
    submit(client, client.get(change_page(article)), FORM, headline="Changed")
    client.force_login(colleague)
    addresses = [address_of(label, kind) for label, kind in pages_of_the_desk()]
    addresses += ["/admin/", f"{ARTICLES}?q=caravan", f"{ARTICLES}?q=Changed", "/admin/jsi18n/"]
    addresses += [f"{ARTICLES}{article.pk}/as/{who}/" for who in ["outsider", "subscriber"]]

    answers = {address: client.get(address, follow=True) for address in addresses}

    assert answers[change_page(article)].status_code == 200
    assert TEASER in answers[change_page(article)].content.decode()
    for address, answer in answers.items():
        assert GATED not in answer.content.decode(), address
        assert GATED_NOTE not in answer.content.decode(), address
