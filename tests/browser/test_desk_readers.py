"""Looking after readers in a browser: one is chosen as one types, a list is checked and granted,
and the gate is asked why.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from eurasia.accounts.models import User
from eurasia.membership.models import Subscription

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]


def choose(desk, label, typed, found):
    """In Django's chooser, which asks the server as one types."""
    field = desk.locator(f".field-{label}, .desk-field:has([name={label}])")
    field.locator(".select2-selection").click()
    desk.locator(".select2-search__field").fill(typed)
    desk.locator(".select2-results__option", has_text=found).first.click()


def test_subscription_is_granted_to_the_reader_that_was_meant(desk, plan):
    for number in range(2):
        User.objects.create_user(f"marie{number}@example.org", name="Marie Dupont")
    desk.goto(f"{desk.address}membership/subscription/add/")

    choose(desk, "reader", "dupont", "marie1@example.org")
    desk.get_by_label("Plan:").select_option("Free")
    expect(desk.get_by_label("Days:")).to_be_hidden()
    desk.get_by_label("For a number of days").check()
    expect(desk.get_by_label("Day and time:")).to_be_hidden()
    desk.get_by_label("Days:").fill("9")
    desk.get_by_label("Reason:").fill("A prize")
    desk.get_by_role("button", name="Grant", exact=True).click()

    expect(desk.locator(".messagelist")).to_contain_text("Granted.")
    expect(desk.locator(".time-line")).to_contain_text("A prize")
    granted = Subscription.objects.get()
    assert granted.reader.email == "marie1@example.org"
    assert granted.ends_at == granted.starts_at + timedelta(days=9)


def test_list_is_checked_mended_and_granted(desk, plan, registered):
    desk.goto(f"{desk.address}accounts/user/")
    desk.get_by_role("link", name="Grant to a list…").click()
    rows = "\ufeffCourriel;Nom\nregistered@example.org;\nnew@example.org;Zoé\nnonsense;\n"
    desk.get_by_label("List").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    expect(desk.get_by_label("Language of new accounts")).to_be_hidden()
    desk.get_by_label("Make accounts").check()
    desk.get_by_label("Language of new accounts").select_option("Français")
    desk.get_by_label("Plan", exact=True).select_option("Free")
    desk.get_by_label("Reason").fill("The library of May")
    desk.get_by_role("button", name="Check the list").click()

    expect(desk.get_by_role("region", name="Bad rows")).to_contain_text("nonsense")
    assert Subscription.objects.count() == 0
    desk.get_by_role("button", name="Change what is granted").click()
    desk.get_by_label("Reason").fill("The library of June")
    desk.get_by_role("button", name="Check the list").click()
    desk.get_by_label("Leave the bad rows out").check()
    desk.get_by_role("button", name="Grant to 2 readers").click()

    expect(desk.locator(".messagelist")).to_contain_text("Granted to 2 readers.")
    assert sorted(Subscription.objects.values_list("reader__email", "note")) == [
        ("new@example.org", "The library of June"),
        ("registered@example.org", "The library of June"),
    ]
    assert User.objects.get(email="new@example.org").language == "fr"


def test_gate_is_asked_by_the_address_of_an_article(desk, subscriber, article):
    desk.goto(f"{desk.address}accounts/user/{subscriber.pk}/change/")
    desk.get_by_role("link", name="Why can they (not) read…").click()

    choose(desk, "article", f"https://journal.test{article.get_absolute_url()}", "the-crossing")
    desk.get_by_role("button", name="Ask the gate").click()

    verdict = desk.locator("#verdict")
    expect(verdict).to_have_text("The full text opens: the reader subscribes.")
