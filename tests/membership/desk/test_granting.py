"""A list is checked and shown before anything is granted; what was seen is applied, or nothing."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile

from eurasia.accounts.models import User
from eurasia.membership.models import Subscription
from tests.cast import guard
from tests.conftest import HttpsClient
from tests.newsroom.desk.roles import member_of
from tests.pages import submit, texts, tree_of

LIST, READERS = "/admin/membership/subscription/grant-list/", "/admin/accounts/user/"
FORM = "//form[@class='desk-act']"
MIXED = (
    "\ufeffCourriel;Nom;Langue;Tel\r\nregistered@example.org;;;1\r\nnew@example.org;Zoé Lac;fr;\r\n"
    "new@example.org;;;\r\nnonsense;;;\r\n"
)


@pytest.fixture
def desk(client, db):
    client.force_login(member_of("Subscriber desk"))
    return client


def check(desk, plan, content=MIXED, **values):
    content = content.encode() if isinstance(content, str) else content
    asked = {
        "file": SimpleUploadedFile("list.csv", content),
        "unknown": "make", "language": "en", "plan": plan.pk, "how": "ever", "note": "Library",
        **values,
    }  # fmt: skip
    return desk.post(LIST, asked)


def confirm(desk, page, **values):
    return send(desk, page, {"confirmed": "yes", **values})


def send(desk, page, pressed):
    """As the browser does: what stands in the form, and the button that was pressed."""
    form = tree_of(page).xpath(FORM)[0]
    return desk.post(LIST, {**dict(form.form_values()), **pressed}, follow=True)


def messages(response):
    return texts(tree_of(response), "//ul[@class='messagelist']/li")


def errors_of(response):
    return texts(tree_of(response), "//ul[contains(@class, 'errorlist')]/li")


def table(page, label):
    return texts(tree_of(page), f"//*[@aria-label='{label}']//tbody/tr")


# --- Checked --------------------------------------------------------------------------------------


def test_check_names_each_bad_row_and_writes_nothing(desk, plan, registered):
    page = check(desk, plan)

    counts = tree_of(page).xpath("//dl[@class='desk-counts']/div")
    assert [texts(each, "./*") for each in counts] == [
        ["Is granted", "1"], ["New account, is granted", "1"],
        ["Named before", "1"], ["Cannot be granted", "1"],
    ]  # fmt: skip
    assert table(page, "Bad rows") == ["5 nonsense – Enter a valid email address."]
    assert table(page, "Rows that need nothing") == ["4 new@example.org – As in line 3."]
    assert table(page, "Rows that are granted") == [
        "2 registered@example.org – is granted",
        "3 new@example.org Zoé Lac new account, is granted",
    ]
    assert "These columns are not used: Tel." in page.text
    assert (Subscription.objects.count(), LogEntry.objects.count()) == (0, 0)
    assert not User.objects.filter(email="new@example.org").exists()


def test_bad_rows_stop_the_list_until_they_are_left_out(desk, plan, registered):
    page = check(desk, plan)

    refused = confirm(desk, page)
    granted = confirm(desk, refused, good_only="on")

    assert messages(refused) == ["Some rows are bad: mend them, or leave them out."]
    assert messages(granted) == ["Granted to 2 readers.", "1 new account."]
    assert granted.request["PATH_INFO"] == READERS
    assert sorted(Subscription.objects.values_list("reader__email", "note")) == [
        ("new@example.org", "Library"),
        ("registered@example.org", "Library"),
    ]
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.user.email) == ("Zoé Lac", "subscriber-desk@example.org")


@pytest.mark.parametrize("asked", [{"how": "ever"}, {"how": "days", "days": "30"}])
def test_good_list_is_granted_at_once_and_twice_is_once(asked, desk, plan, registered):
    page = check(desk, plan, "email\nregistered@example.org\n", **asked)
    confirm(desk, page)

    again = confirm(desk, page)

    assert messages(again) == [
        "Something has changed since the list was checked: look at it again."
    ]
    assert table(again, "Rows that need nothing") == ["2 registered@example.org – has it already"]
    assert tree_of(again).xpath("//button[@name='confirmed']") == []
    assert Subscription.objects.count() == 1


def test_what_is_granted_can_be_changed_without_choosing_the_file_again(desk, plan, registered):
    page = check(desk, plan, "email\nregistered@example.org\n", how="days", days="5")

    form = send(desk, page, {"change": "yes"})
    checked = submit(desk, form, FORM, days="9", note="Another")
    confirm(desk, checked)

    assert "A list of one row is at hand." in form.text
    granted = Subscription.objects.get()
    assert ((granted.ends_at - granted.starts_at).days, granted.note) == (9, "Another")


def test_own_account_on_the_list_is_pointed_at(desk, plan):
    page = check(desk, plan, "subscriber-desk@example.org")

    assert "Your own account is on the list." in page.text


def test_letters_of_an_old_excel_are_read_with_a_word(desk, plan):
    page = check(desk, plan, "email;nom\nnew@example.org;Zoé".encode("cp1252"))

    assert table(page, "Rows that are granted") == ["2 new@example.org Zoé new account, is granted"]
    assert "It was read as Windows-1252" in page.text


@pytest.mark.parametrize(
    "content, values, says",
    [
        ("", {}, "The submitted file is empty."),
        ("nom\nZoé", {}, "No column is called “email”, and the first row holds no address."),
        (b"PK\x03\x04\0", {}, "This is no CSV file: save the list as “CSV UTF-8”."),
        (b"x" * 1_000_001, {}, "The file is larger than 1 MB: split it."),
        ("email\n" + "a@b.org\n" * 5_001, {}, "The list has more than 5,000 rows: split it."),
        ("a@b.org", {"note": ""}, "This field is required."),
        ("a@b.org", {"how": "until", "until": "2020-01-01T00:00"},
         "A subscription must end after it starts."),
    ],
)  # fmt: skip
def test_form_says_what_is_wrong(content, values, says, desk, plan):
    page = check(desk, plan, content, **values)

    assert errors_of(page) == [says]


def test_no_file_at_all_is_asked_for(desk, plan):
    page = submit(desk, desk.get(LIST), FORM, plan=str(plan.pk), how="ever", note="Library")

    assert errors_of(page) == ["Choose a file."]


def test_names_and_addresses_of_a_list_are_no_markup(desk, plan):
    page = check(desk, plan, 'email,name\n<img src=x>,"<script>alert(1)</script>"\n')

    assert tree_of(page).xpath("//main//img | //main//script[contains(., 'alert')]") == []
    assert table(page, "Bad rows") == [
        "2 <img src=x> <script>alert(1)</script> Enter a valid email address."
    ]


# --- From the list of readers ---------------------------------------------------------------------


def test_chosen_readers_are_checked_and_granted(desk, plan, registered, subscriber):
    chosen = {"action": "grant", "_selected_action": [registered.pk, subscriber.pk]}

    form = desk.post(READERS, chosen)
    checked = submit(desk, form, FORM, plan=str(plan.pk), how="ever", note="Chosen")
    confirm(desk, checked)

    assert "A list of 2 rows is at hand." in form.text
    assert (
        table(checked, "Rows that need nothing") == ["3 subscriber@example.org – has it already"]
        or table(checked, "Rows that are granted") != []
    )
    assert registered.subscriptions.get().note == "Chosen"


# --- Who may --------------------------------------------------------------------------------------


def test_accounts_are_made_by_those_alone_who_may_add_readers(client, plan, registered):
    desk = User.objects.create_user("small@example.org", is_staff=True)
    desk.user_permissions.set(
        Permission.objects.filter(codename__in=["add_subscription", "view_user"])
    )
    client.force_login(guard(desk))

    form = client.get(LIST)
    page = check(client, plan)

    assert tree_of(form).xpath("//input[@name='unknown']") == []
    assert table(page, "Bad rows") == [
        "3 new@example.org Zoé Lac Nobody has an account with this address.",
        "5 nonsense – Enter a valid email address.",
    ]


@pytest.mark.parametrize("role", ["Writers", "Translators", "Editors", "Publishers"])
def test_no_other_role_grants_a_list(role, plan):
    client = HttpsClient()
    client.force_login(member_of(role))

    answers = [client.get(LIST), check(client, plan, confirmed="yes")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert Subscription.objects.count() == 0


def test_form_of_another_site_grants_nothing(desk, plan, registered):
    page = check(desk, plan, "registered@example.org")
    desk.handler.enforce_csrf_checks = True
    form = dict(tree_of(page).xpath(FORM)[0].form_values())

    answer = desk.post(
        LIST, {**form, "confirmed": "yes", "csrfmiddlewaretoken": "x" * 32},
        headers={"Origin": "https://evil.example"},
    )  # fmt: skip

    assert (answer.status_code, Subscription.objects.count()) == (403, 0)
