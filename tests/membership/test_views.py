"""The subscribe page, and taking a plan by one click."""

from urllib.parse import quote, urlencode

import pytest
from lxml import html

from eurasia.membership import subscribing
from eurasia.membership.models import Plan, Subscription
from tests.cast import GATED
from tests.conftest import HttpsClient

HERE = "/en/subscribe/"
ARTICLE = "/en/articles/the-crossing/"

#: What a `next` may not be: it would lead elsewhere, or nowhere of ours.
FOREIGN = [
    "https://evil.example/",
    "http://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "\t//evil.example/",
    " //evil.example/",
    "https:evil.example",
    "https:///evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "en/articles/",
    "http:/\\evil.example",
    "https://journal.test@evil.example/",
    "//journal.test@evil.example/",
    "\x08//evil.example",
]


def tree_of(response):
    return html.document_fromstring(response.content.decode())


def texts(tree, path):
    return [" ".join(each.text_content().split()) for each in tree.xpath(path)]


# --- The page ------------------------------------------------------------------------------------


def test_outsider_sees_the_plans_on_offer_in_order(client, plan):
    Plan.objects.create(slug="week", name_en="A week", name_fr="Une semaine", days=7, position=1)
    Plan.objects.create(slug="old", name_en="Old", name_fr="Ancien", is_offered=False)

    english, french = tree_of(client.get(HERE)), tree_of(client.get("/fr/subscribe/"))

    assert texts(english, "//li[@class='plan']/h2") == ["Free", "A week"]
    assert texts(english, "//p[@class='plan-span']") == ["For 7 days"]
    assert texts(french, "//li[@class='plan']/h2") == ["Gratuit", "Une semaine"]


def test_outsider_signs_up_or_in_and_comes_back_to_the_article(client, plan):
    tree = tree_of(client.get(f"{HERE}?next={ARTICLE}"))

    back = "?" + urlencode({"next": f"{HERE}?{urlencode({'next': ARTICLE})}"})
    assert tree.xpath("//li[@class='plan']//a/@href") == [f"/en/accounts/signup/{back}"]
    assert tree.xpath("//p[@class='sign-in-line']/a/@href") == [f"/en/accounts/login/{back}"]
    assert tree.xpath("//main//form") == []


def test_registered_reader_takes_a_plan_by_one_click(client, plan, registered):
    client.force_login(registered)

    tree = tree_of(client.get(f"{HERE}?next={ARTICLE}"))

    [form] = tree.xpath("//li[@class='plan']//form")
    assert (form.get("action"), form.get("method")) == ("/en/subscribe/free/", "post")
    assert form.xpath("input[@name='next']/@value") == [ARTICLE]
    assert len(form.xpath("button")) == 1


@pytest.mark.parametrize("who", ["subscriber", "lapsed"])
def test_page_says_where_a_reader_stands(who, client, plan, request):
    client.force_login(request.getfixturevalue(who))

    tree = tree_of(client.get(HERE))

    if who == "subscriber":
        assert texts(tree, "//div[@class='standing']/p") == [
            "You are a subscriber. Free, without an end date."
        ]
        assert tree.xpath("//main//form") == []
    else:
        assert tree.xpath("//div[@class='standing']") == []
        assert len(tree.xpath("//li[@class='plan']//form")) == 1


def test_subscriber_on_the_way_to_an_article_goes_on_at_once(client, subscriber):
    client.force_login(subscriber)

    response = client.get(f"{HERE}?next={ARTICLE}")

    assert (response.status_code, response.url) == (302, ARTICLE)
    assert response.headers["Cache-Control"] == "private, no-store"


def test_page_without_a_plan_says_so(client, db):
    assert texts(tree_of(client.get(HERE)), "//p[@class='empty']") == [
        "No subscription is offered at the moment."
    ]


@pytest.mark.parametrize("foreign", FOREIGN)
def test_page_hands_on_no_foreign_address(foreign, client, plan, registered):
    outside = client.get(f"{HERE}?next={quote(foreign)}").content.decode()
    client.force_login(registered)
    inside = tree_of(client.get(f"{HERE}?next={quote(foreign)}"))

    assert tree_of_plan_links(outside) == [f"/en/accounts/signup/?next={quote(HERE, safe='')}"]
    assert inside.xpath("//main//input[@name='next']") == []


def tree_of_plan_links(page):
    return html.document_fromstring(page).xpath("//li[@class='plan']//a/@href")


@pytest.mark.parametrize("rows", [1, 3])
def test_page_takes_one_query_however_many_plans(rows, client, db, django_assert_num_queries):
    for number in range(rows):
        Plan.objects.create(slug=f"plan-{number}", name_en="Plan", name_fr="Formule")

    with django_assert_num_queries(1):
        client.get(HERE)


# --- Taking a plan -------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["registered", "lapsed"])
def test_one_click_opens_the_article_at_once(who, client, plan, article, request):
    reader = request.getfixturevalue(who)
    client.force_login(reader)
    assert GATED not in client.get(ARTICLE).content.decode()

    response = client.post("/en/subscribe/free/", {"next": ARTICLE})

    assert (response.status_code, response.url) == (302, ARTICLE)
    page = client.get(ARTICLE).content.decode()
    assert GATED in page
    assert "Your subscription is active. Good reading!" in page
    taken = Subscription.objects.granting_access(reader, reader.subscriptions.newest()[0].starts_at)
    assert list(taken.values_list("plan__slug", "source", "ends_at")) == [("free", "free", None)]


def test_second_click_changes_nothing(client, plan, registered):
    client.force_login(registered)

    client.post("/en/subscribe/free/")
    client.post("/en/subscribe/free/")

    assert registered.subscriptions.count() == 1


def test_click_without_next_ends_on_the_front_page_of_its_language(client, plan, registered):
    client.force_login(registered)

    assert client.post("/fr/subscribe/free/").url == "/fr/"


@pytest.mark.parametrize("foreign", FOREIGN)
def test_click_never_leads_to_a_foreign_address(foreign, client, plan, registered):
    client.force_login(registered)

    response = client.post("/en/subscribe/free/", {"next": foreign})

    assert (response.status_code, response.url) == (302, "/en/")


@pytest.mark.parametrize("own", [ARTICLE, "/en/files/?before=1-1", "/fr/", "/"])
def test_click_leads_on_to_an_own_path(own, client, plan, registered):
    client.force_login(registered)

    assert client.post("/en/subscribe/free/", {"next": own}).url == own


def test_outsiders_click_takes_nothing(client, plan):
    response = client.post("/en/subscribe/free/", {"next": ARTICLE})

    assert response.status_code == 302
    assert response.url.startswith("/en/accounts/login/?next=")
    assert Subscription.objects.count() == 0


@pytest.mark.parametrize("slug", ["withheld", "unknown"])
def test_plan_that_is_not_offered_is_404(slug, client, registered):
    Plan.objects.create(slug="withheld", name_en="Old", name_fr="Ancien", is_offered=False)
    client.force_login(registered)

    response = client.post(f"/en/subscribe/{slug}/")

    assert response.status_code == 404
    assert Subscription.objects.count() == 0


def test_link_alone_takes_no_plan(client, plan, registered):
    client.force_login(registered)

    response = client.get("/en/subscribe/free/")

    assert response.status_code == 405
    assert Subscription.objects.count() == 0


def test_click_from_another_site_takes_nothing(plan, registered):
    browser = HttpsClient(enforce_csrf_checks=True)
    browser.force_login(registered)

    response = browser.post("/en/subscribe/free/", headers={"origin": "https://evil.example"})

    assert response.status_code == 403
    assert Subscription.objects.count() == 0


# --- Cancelling and resuming ----------------------------------------------------------------------


@pytest.fixture
def month(registered, now):
    plan = Plan.objects.create(slug="month", name_en="Month", name_fr="Mois", days=30)
    return subscribing.take(reader=registered, plan=plan, at=now)


def test_reader_cancels_after_being_asked_and_changes_their_mind(client, registered, month):
    client.force_login(registered)
    [link] = tree_of(client.get("/en/account/")).xpath("//td//a/@href")
    asked = client.get(link)
    month.refresh_from_db()
    assert month.cancelled_at is None
    assert "stay open to you until" in asked.content.decode()

    client.post(link)

    month.refresh_from_db()
    assert month.cancelled_at is not None
    assert registered.is_subscriber
    [form] = tree_of(client.get("/en/account/")).xpath("//td/form/@action")
    client.post(form)
    month.refresh_from_db()
    assert month.cancelled_at is None


@pytest.mark.parametrize("act", ["cancel", "resume"])
def test_subscription_of_somebody_else_is_not_there(act, client, subscriber, month):
    client.force_login(subscriber)

    response = client.post(f"/en/account/subscriptions/{month.pk}/{act}/")

    month.refresh_from_db()
    assert (response.status_code, month.cancelled_at) == (404, None)


@pytest.mark.parametrize("act", ["cancel", "resume"])
def test_ended_subscription_is_neither_cancelled_nor_resumed(act, client, lapsed):
    client.force_login(lapsed)

    response = client.post(f"/en/account/subscriptions/{lapsed.subscriptions.get().pk}/{act}/")

    assert response.status_code == 404


def test_second_trial_is_refused_with_a_word(client, lapsed, plan):
    Plan.objects.filter(pk=plan.pk).update(is_trial=True, days=3)
    client.force_login(lapsed)

    response = client.post("/en/subscribe/free/", follow=True)

    assert "A trial can be taken once." in response.content.decode()
    assert not lapsed.is_subscriber


def test_price_is_shown_and_nothing_can_be_clicked(client, registered, plan):
    Plan.objects.filter(pk=plan.pk).update(price="4.50")
    client.force_login(registered)

    tree = tree_of(client.get(HERE))

    assert texts(tree, "//p[@class='plan-price']") == ["4.50 EUR"]
    assert tree.xpath("//li[@class='plan']//form") == []


def test_lapsed_reader_renews_by_one_click_and_comes_back(client, lapsed, plan):
    client.force_login(lapsed)

    response = client.post("/en/subscribe/free/", {"next": ARTICLE})

    assert response.headers["Location"] == ARTICLE
    assert lapsed.is_subscriber
