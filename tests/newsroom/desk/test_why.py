"""Why a reader can, or cannot, read an article: asked at the desk, by who looks after readers."""

from datetime import timedelta

import pytest

from eurasia.membership.models import Subscription
from tests.cast import GATED, GATED_NOTE, TEASER
from tests.newsroom.desk.roles import member_of
from tests.pages import submit, texts, tree_of

WHY, CHOOSE = "/admin/newsroom/article/why/", "/admin/newsroom/article/why/choose/"


@pytest.fixture
def desk(client, db):
    client.force_login(member_of("Subscriber desk"))
    return client


def ask(desk, reader, article, at=""):
    return desk.get(WHY, {"reader": reader.pk, "article": article.pk, "at": at})


def verdict(page):
    [said] = texts(tree_of(page), "//*[@id='verdict']")
    [decides] = texts(tree_of(page), "//li[@class='rule-decides']")
    return said, decides


def choices(desk, term):
    return [each["text"] for each in desk.get(CHOOSE, {"term": term}).json()["results"]]


def errors_of(page):
    return texts(tree_of(page), "//ul[contains(@class, 'errorlist')]/li")


# --- Asked and told -------------------------------------------------------------------------------


def test_subscriber_reads_and_the_page_says_by_what(desk, subscriber, article):
    page = ask(desk, subscriber, article)

    assert verdict(page) == (
        "The full text opens: the reader subscribes.",
        "Has the reader a right to full texts? Yes “Free”, free; see below. This decides.",
    )
    assert "opens at that moment" in texts(tree_of(page), "//ul[@class='rights']/li")[0]
    assert "is not signed in to this account" in page.text
    for text in [GATED, GATED_NOTE, TEASER]:
        assert text not in page.text


def test_wall_is_explained(desk, registered, lapsed, article):
    assert [verdict(ask(desk, reader, article)) for reader in [registered, lapsed]] == [
        (
            "The teaser alone, and the way to subscribe.",
            "What does the page offer instead? – To subscribe: there has been no subscription "
            "before. This decides.",
        ),
        (
            "The teaser alone, and the way to renew.",
            "What does the page offer instead? – To renew: a subscription has ended. This decides.",
        ),
    ]


@pytest.mark.parametrize(
    "hour, says",
    [("11:59", "Nothing: the article is not published."),
     ("12:00", "The teaser alone, and the way to subscribe."),
     ("14:00", "The full text opens: the reader subscribes."),
     ("16:00", "The teaser alone, and the way to renew.")],
)  # fmt: skip
def test_any_moment_can_be_asked_about(hour, says, desk, registered, plan, write_article):
    article = write_article(published_at="2026-03-01T11:00Z")
    Subscription.objects.create(
        reader=registered, plan=plan, source="paid",
        starts_at="2026-03-01T13:00Z", ends_at="2026-03-01T15:00Z",
    )  # fmt: skip

    page = ask(desk, registered, article, f"2026-03-01T{hour}")

    assert verdict(page)[0] == says
    assert f"1 March 2026, {hour}" in page.text


def test_account_that_is_switched_off_counts_as_nobody(desk, subscriber, article):
    subscriber.is_active = False
    subscriber.save()

    page = ask(desk, subscriber, article)

    assert verdict(page)[0] == "The teaser alone, and the way to sign in."
    assert "The account is switched off: its rights do not count." in page.text


def test_page_asks_for_what_is_missing(desk, subscriber, article):
    blank, begun = desk.get(WHY), desk.get(f"{WHY}?reader={subscriber.pk}")
    asked = submit(desk, begun, "//form[@class='desk-act']")

    assert errors_of(blank) == errors_of(begun) == []
    assert texts(tree_of(begun), "//select[@name='reader']/option[@selected]") == [subscriber.email]
    assert errors_of(asked) == ["This field is required."]


@pytest.mark.parametrize(
    "asked", ["reader=0", "reader=x", f"reader={'9' * 30}", "article=0", "article=x", "at=x"]
)
def test_nonsense_is_refused_in_words(asked, desk, subscriber, article):
    asked = {"reader": subscriber.pk, "article": article.pk} | dict([asked.split("=")])

    page = desk.get(WHY, asked)

    assert page.status_code == 200
    assert len(errors_of(page)) == 1


def test_page_speaks_french(desk, subscriber, article):
    type(subscriber).objects.filter(email="subscriber-desk@example.org").update(language="fr")

    assert verdict(ask(desk, subscriber, article))[0] == (
        "Le texte intégral s’ouvre : le lecteur est abonné."
    )


# --- Which articles -------------------------------------------------------------------------------


def test_article_is_chosen_by_words_or_address(desk, write_article):
    article = write_article(published_at="2026-03-01T11:00Z", headline="A bridge at Termez")
    write_article("other", headline="Rails")
    said = "A bridge at Termez – English, 1 March 2026"

    assert choices(desk, "termez brid") == [said]
    assert choices(desk, f"https://journal.test{article.get_absolute_url()}?x#y") == [said]
    assert choices(desk, "https://journal.test/fr/articles/the-crossing/") == []
    assert choices(desk, "zebu\0") == []
    assert len(choices(desk, "")) == 2


def test_article_is_not_found_by_gated_words(desk, article):
    assert choices(desk, "caravan") == []


def test_what_is_not_published_is_as_unknown_as_what_never_was(
    desk, subscriber, write_article, now
):
    hidden = [
        write_article("draft", status="draft", headline="Termez secret"),
        write_article("ahead", published_at=now + timedelta(days=1), headline="Termez secret"),
        write_article("back", status="withdrawn", headline="Termez secret"),
        write_article("gone", status="deleted", deleted_at=now, headline="Termez secret"),
    ]

    assert choices(desk, "termez") == []
    for article in hidden:
        page = ask(desk, subscriber, article)
        assert errors_of(page) == [
            "Select a valid choice. That choice is not one of the available choices."
        ]
        assert "secret" not in page.text


def test_who_sees_articles_at_the_desk_asks_about_drafts_too(
    client, editor, subscriber, write_article
):
    client.force_login(editor)
    draft = write_article("draft", status="draft", published_at=None)

    assert choices(client, "draft") == ["Headline of draft – English"]
    assert verdict(ask(client, subscriber, draft)) == (
        "Nothing: the article is not published.",
        "Is the article published? No It is a draft. This decides.",
    )


def test_chooser_goes_on_page_by_page(desk, write_article):
    for number in range(21):
        write_article(f"piece-{number}")

    first, second = (desk.get(CHOOSE, {"page": page}).json() for page in [1, 2])

    assert (len(first["results"]), first["pagination"]["more"]) == (20, True)
    assert (len(second["results"]), second["pagination"]["more"]) == (1, False)
    assert desk.get(CHOOSE, {"page": "x" * 9}).json() == first


# --- Who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["Writers", "Translators", "Editors", "Publishers"])
def test_no_other_role_learns_of_readers(role, client, subscriber, article):
    client.force_login(member_of(role))

    answers = [ask(client, subscriber, article), client.get(CHOOSE)]

    assert [answer.status_code for answer in answers] == [403, 403]
