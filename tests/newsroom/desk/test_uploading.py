"""Pictures come in: one or several, each with an alternative text and a credit, or not at all."""

from functools import partial

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile

from eurasia.newsroom.models import Picture
from tests.conftest import HttpsClient
from tests.newsroom.test_pictures import png, png_bytes, wide_bytes
from tests.pages import one, texts, tree_of

ADD = "/admin/newsroom/picture/add/"
LIBRARY = "/admin/newsroom/picture/"
JSON = {"accept": "application/json"}
ROW = {"0-alt_en": "A", "credit": "A"}
ERRORS = "//ul[starts-with(@class, 'errorlist')]/li"


def view(name="view.png", data=None):
    return SimpleUploadedFile(name, png_bytes() if data is None else data)


def kept():
    return list(
        Picture.objects.order_by("id").values_list("alt_en", "alt_fr", "credit", "is_public")
    )


@pytest.fixture
def send(client, editor):
    client.force_login(editor)
    return partial(client.post, ADD)


def test_several_come_in_at_once_with_one_credit_for_all(send, client):
    response = send(
        {
            "credit": "Agence",
            "0-file": view(),
            "0-alt_en": "The pass",
            "2-file": view(data=wide_bytes(size=(8, 6))),
            "2-alt_fr": "Le port",
            "2-credit": "Gazette",
        },
        follow=True,
    )

    assert response.request["PATH_INFO"] == LIBRARY
    assert texts(tree_of(response), "//ul[@class='messagelist']/li") == ["2 pictures were added."]
    assert kept() == [("The pass", "", "Agence", False), ("", "Le port", "Gazette", False)]


def test_it_is_public_only_where_that_is_said(send):
    row = {"credit": "A", "0-file": view(), "0-alt_en": "The pass"}

    send({**row, "is_public": "on"})
    for said in ["", "off", "true", "1"]:
        send({**row, "0-file": view(), "is_public": said})

    pictures = list(Picture.objects.order_by("id"))
    assert [picture.is_public for picture in pictures] == [True, False, False, False, False]
    folders = [picture.file.name.partition("/")[0] for picture in pictures]
    assert folders == ["pictures", "gated", "gated", "gated", "gated"]


def test_what_is_right_is_taken_and_the_rest_says_what_is_wrong(send):
    response = send(
        {
            "credit": "Agence",
            "0-file": view(data=b"no picture"),
            "0-alt_en": "The <b>pass</b>",
            "1-file": view(),
            "1-alt_en": "The port",
            "3-file": view(),
        }
    )

    tree = tree_of(response)
    assert kept() == [("The port", "", "Agence", False)]
    assert texts(tree, "//ol/li//ul[starts-with(@class, 'errorlist')]/li") == [
        "This is no picture that can be read to its end. "
        "Kinds that are taken: JPEG, PNG, WEBP, GIF.",
        "Say in one language at least what the picture shows.",
    ]
    assert one(tree, "//ol//input[@name='0-alt_en']").value == "The <b>pass</b>"
    assert one(tree, "//form[@id='uploads']//input[@name='credit']").value == "Agence"
    assert texts(tree, "//*[@role='alert']") == [
        "Some pictures were refused. Choose their files again, please."
    ]


@pytest.mark.parametrize(
    "said, errors",
    [
        ({"0-alt_en": "The pass"}, {"credit": ["This field is required."]}),
        ({"0-alt_en": "The pass", "credit": " \t"}, {"credit": ["This field is required."]}),
        ({"0-alt_en": "The pass", "credit": "\x1b\x07"}, {"credit": ["This field is required."]}),
        (
            {"credit": "A"},
            {"alt_en": ["Say in one language at least what the picture shows."]},
        ),
        (
            {"credit": "A", "0-alt_fr": " \n "},
            {"alt_en": ["Say in one language at least what the picture shows."]},
        ),
        (
            {"credit": "A", "0-alt_en": "a" * 301},
            {"alt_en": ["Ensure this value has at most 300 characters (it has 301)."]},
        ),
    ],
)
def test_words_are_wanted_before_anything_is_kept(said, errors, send):
    response = send({"0-file": view(), **said}, headers=JSON)

    assert (response.status_code, response.json()) == (200, {"errors": errors})
    assert kept() == []


def test_nothing_chosen_is_said(send):
    response = send({"credit": "Agence"})

    assert texts(tree_of(response), "//*[@role='alert']") == ["Choose a picture."]
    assert texts(tree_of(response), ERRORS) == []


def test_words_without_a_file_ask_for_it(send):
    response = send({"credit": "Agence", "1-alt_en": "The pass"})

    assert texts(tree_of(response), ERRORS) == ["This field is required."]


def test_script_is_told_what_has_been_added(send):
    response = send({"0-file": view(), "0-alt_fr": "Le col", "0-credit": "Agence"}, headers=JSON)

    picture = Picture.objects.get()
    assert (response.status_code, response.json()) == (
        201,
        {
            "picture": {
                "id": picture.pk,
                "address": f"{LIBRARY}{picture.pk}/change/",
                "file": f"{LIBRARY}{picture.pk}/file/?small",
                "alt": {"en": "", "fr": "Le col"},
                "name": "Le col",
                "credit": "Agence",
            },
            "twins": [],
        },
    )


def test_file_that_is_there_already_is_named(send):
    first = png(is_public=False)

    told = send({**ROW, "0-file": view()}, headers=JSON).json()
    second = Picture.objects.latest("pk")
    page = send({**ROW, "0-file": view()}, follow=True)

    assert [twin["address"] for twin in told["twins"]] == [f"{LIBRARY}{first.pk}/change/"]
    assert texts(tree_of(page), "//ul[@class='messagelist']/li") == [
        "One picture was added.",
        f"The same file was there already: {second}",
    ]


def test_what_a_gated_twin_shows_is_said_in_no_message(send, client):
    """Until it is shown, a message lies in a cookie or a session."""
    send({"0-file": view(), "0-alt_en": "The ledger", "credit": "Agence"})
    client.get(LIBRARY)

    answer = send({**ROW, "0-file": view()})

    [_added, named] = get_messages(answer.wsgi_request)
    assert "Agence" in named.message
    assert "ledger" not in named.message


def test_twin_for_subscribers_is_not_named_to_who_may_not_see_it(client, editor, colleague):
    client.force_login(editor)
    client.post(ADD, {"0-file": view(), "0-alt_en": "The ledger", "credit": "Agence"})
    colleague.user_permissions.add(Permission.objects.get(codename="add_picture"))
    client.force_login(colleague)

    told = client.post(ADD, {**ROW, "0-file": view(), "is_public": "on"}, headers=JSON)

    assert told.json()["twins"] == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\x00b\x1b[31m.png", "<img src=x>.html", ""])
def test_name_of_a_file_leaves_no_trace(name, send):
    send({"0-file": view(name or " "), "0-alt_en": "A", "credit": "A"}, headers=JSON)

    [stem, ending] = Picture.objects.get().file.name.removeprefix("gated/").split(".")
    assert (len(stem), ending) == (22, "png")


def test_markup_and_control_characters_in_words_are_words(send, client):
    said = "<script>alert(1)</script>\x07 \u2028 “A\tview”"

    send({"0-file": view(), "0-alt_en": said, "credit": "<b>&amp;"}, headers=JSON)

    assert kept() == [("<script>alert(1)</script> “A view”", "", "<b>&amp;", False)]
    page = client.get(LIBRARY).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_log_does_not_say_what_a_gated_picture_shows(send):
    send({"0-file": view(), "0-alt_en": "The ledger", "credit": "A"})

    [entry] = LogEntry.objects.all()
    assert "ledger" not in entry.object_repr + entry.change_message
    assert entry.get_change_message() == "Added."


def test_picture_that_is_there_already_stays_for_subscribers(send):
    gated = png(is_public=False)
    before = Picture.objects.values().get()

    send({"0-file": view(), "0-alt_en": "A", "credit": "A", "is_public": "on", "0-id": gated.pk})

    assert Picture.objects.values().get(pk=gated.pk) == before
    assert Picture.objects.filter(is_public=True).count() == 1


def test_changing_a_picture_asks_for_words_too(send, client):
    picture = png(is_public=True)
    sent = {"credit": "Agence", "focal_x": 0.5, "focal_y": 0.5}
    address = f"{LIBRARY}{picture.pk}/change/"

    refused = client.post(address, sent)
    taken = client.post(address, {**sent, "alt_fr": "Le col"})

    assert texts(tree_of(refused), ERRORS) == [
        "Say in one language at least what the picture shows."
    ]
    assert taken.status_code == 302
    assert kept() == [("", "Le col", "Agence", True)]


# --- Who may --------------------------------------------------------------------------------------


def test_who_may_not_see_full_texts_adds_public_pictures_alone(client, colleague):
    for act in ["view", "add"]:
        colleague.user_permissions.add(Permission.objects.get(codename=f"{act}_picture"))
    client.force_login(colleague)
    tree = tree_of(client.get(ADD))

    refused = client.post(ADD, {**ROW, "0-file": view()}, headers=JSON)
    forged = client.post(ADD, {**ROW, "0-file": view(), "is_public": ""})
    before = kept()
    client.post(ADD, {**ROW, "0-file": view(), "is_public": "on"})

    said = "You may add public pictures alone: you may not see full texts."
    assert tree.xpath("//input[@type='radio']") == []
    assert refused.json() == {"errors": {"": [said]}}
    assert texts(tree_of(forged), "//*[@role='alert']") == [said]
    assert before == []
    assert kept() == [("A", "", "A", True)]


def test_without_the_permission_nothing_comes_in(client, colleague):
    colleague.user_permissions.add(Permission.objects.get(codename="view_picture"))
    client.force_login(colleague)

    assert client.get(ADD).status_code == 403
    sent = {**ROW, "0-file": view(), "is_public": "on"}
    assert client.post(ADD, sent, headers=JSON).status_code == 403
    assert kept() == []


def test_who_may_not_see_the_library_may_add_another(client, colleague):
    colleague.user_permissions.add(Permission.objects.get(codename="add_picture"))
    client.force_login(colleague)

    response = client.post(ADD, {**ROW, "0-file": view(), "is_public": "on"}, follow=True)

    assert (response.status_code, response.request["PATH_INFO"]) == (200, ADD)
    assert texts(tree_of(response), "//ul[@class='messagelist']/li") == ["One picture was added."]


@pytest.mark.parametrize("who", ["outsider", "subscriber"])
def test_readers_are_sent_away(who, client, request):
    if who != "outsider":
        client.force_login(request.getfixturevalue(who))

    response = client.post(ADD, {**ROW, "0-file": view(), "is_public": "on"}, headers=JSON)

    assert response.status_code in {302, 403}
    assert not Picture.objects.exists()


def test_other_sites_cannot_send_one(editor):
    client = HttpsClient(enforce_csrf_checks=True)
    client.force_login(editor)

    response = client.post(ADD, {**ROW, "0-file": view()}, headers=JSON)

    assert response.status_code == 403
    assert kept() == []
