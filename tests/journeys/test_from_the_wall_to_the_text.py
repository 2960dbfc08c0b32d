"""An outsider stands before the wall and ends with the text of that very article."""

from datetime import timedelta

import pytest
from django.core import mail

from eurasia.accounts.models import User
from tests.cast import GATED, GATED_NOTE
from tests.pages import code_sent_to, one, submit, tree_of

WALL = "//section[@class='wall']"
PLAN = "//li[@class='plan']"


@pytest.fixture(params=["en", "fr"])
def wanted(request, write_article, plan):
    """The address of a gated article, in each language."""
    article = write_article(language=request.param)
    return article.get_absolute_url()


def follow(client, response, path):
    return client.get(one(tree_of(response), path).get("href"))


def to_the_code(client, wanted, address):
    """From the article to the form that asks for the code."""
    article = client.get(wanted)
    assert GATED not in article.content.decode()
    subscribe = follow(client, article, f"{WALL}/div/a[@class='button']")
    signup = follow(client, subscribe, f"{PLAN}//a[@class='button']")
    return submit(client, signup, email=address, follow=True)


def test_newcomer_subscribes_and_reads(client, wanted):
    asked = to_the_code(client, wanted, "Newcomer@Example.org")
    code = code_sent_to("newcomer@example.org")

    subscribe = submit(client, asked, form="//form[.//input[@name='code']]", code=code, follow=True)
    article = submit(client, subscribe, form=f"{PLAN}//form", follow=True)

    reader = User.objects.get()
    assert article.request["PATH_INFO"] == wanted
    assert GATED in article.content.decode()
    assert GATED_NOTE in article.content.decode()
    assert len(mail.outbox) == 2  # the code, and that the subscription has started
    assert (reader.email, reader.language) == ("newcomer@example.org", wanted[1:3])
    assert reader.is_subscriber
    assert not reader.has_usable_password()
    assert list(reader.emailaddress_set.values_list("email", "verified", "primary")) == [
        ("newcomer@example.org", True, True)
    ]


def test_subscriber_who_signs_up_again_ends_at_the_article(client, wanted, subscriber):
    asked = to_the_code(client, wanted, subscriber.email)
    code = code_sent_to(subscriber.email)

    article = submit(client, asked, form="//form[.//input[@name='code']]", code=code, follow=True)

    assert article.request["PATH_INFO"] == wanted
    assert GATED in article.content.decode()
    assert User.objects.count() == 1


@pytest.mark.parametrize("who", ["registered", "lapsed"])
def test_known_reader_who_signs_up_again_subscribes_and_reads(client, wanted, who, request):
    reader = request.getfixturevalue(who)
    asked = to_the_code(client, wanted, reader.email)
    code = code_sent_to(reader.email)

    subscribe = submit(client, asked, form="//form[.//input[@name='code']]", code=code, follow=True)
    article = submit(client, subscribe, form=f"{PLAN}//form", follow=True)

    assert article.request["PATH_INFO"] == wanted
    assert GATED in article.content.decode()
    assert User.objects.count() == 1


def test_subscriber_signs_in_by_code_and_reads(client, wanted, subscriber):
    login = follow(client, client.get(wanted), f"{WALL}//p[@class='wall-other']/a")
    by_code = follow(client, login, "//main//a[contains(@href, '/login/code/')]")
    asked = submit(client, by_code, email=subscriber.email, follow=True)

    article = submit(
        client,
        asked,
        form="//form[.//input[@name='code']]",
        code=code_sent_to(subscriber.email),
        follow=True,
    )

    assert article.request["PATH_INFO"] == wanted
    assert GATED in article.content.decode()


@pytest.mark.parametrize("reason", ["used up", "too old"])
def test_reader_whose_code_is_spent_asks_for_another_and_reads(
    client, wanted, subscriber, reason, time_machine, now
):
    asked = to_the_code(client, wanted, subscriber.email)
    form = "//form[.//input[@name='code']]"
    if reason == "too old":
        time_machine.move_to(now + timedelta(minutes=16), tick=False)
        again = submit(client, asked, form=form, code="ABCD-EFGH", follow=True)
    else:
        for _attempt in range(3):
            asked = again = submit(client, asked, form=form, code="ABCD-EFGH", follow=True)

    asked = submit(client, again, email=subscriber.email, follow=True)
    code = code_sent_to(subscriber.email)
    article = submit(client, asked, form=form, code=code, follow=True)

    assert article.request["PATH_INFO"] == wanted
    assert GATED in article.content.decode()


def test_subscriber_signs_in_by_password_and_reads(client, wanted, subscriber):
    subscriber.set_password("a long way to Muscat")
    subscriber.save()
    subscriber.emailaddress_set.update(verified=True)
    login = follow(client, client.get(wanted), f"{WALL}//p[@class='wall-other']/a")

    article = submit(
        client,
        login,
        form="//form[.//input[@name='password']]",
        login=subscriber.email,
        password="a long way to Muscat",
        follow=True,
    )

    assert article.request["PATH_INFO"] == wanted
    assert GATED in article.content.decode()


def test_lapsed_reader_renews_by_one_click_and_reads(client, wanted, lapsed):
    client.force_login(lapsed)
    subscribe = follow(client, client.get(wanted), f"{WALL}/div/a[@class='button']")

    article = submit(client, subscribe, form=f"{PLAN}//form", follow=True)

    assert article.request["PATH_INFO"] == wanted
    assert GATED in article.content.decode()


def test_reader_who_signs_out_is_an_outsider_again(client, wanted, subscriber):
    client.force_login(subscriber)
    article = client.get(wanted)
    assert GATED in article.content.decode()

    submit(client, article, form="//header//form[@method='post']", follow=True)

    assert GATED not in client.get(wanted).content.decode()
