"""What the desk's pages send along for the prose editor. What it does: tests/browser."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.utils.html import escape

from eurasia.newsroom import editor as prose
from eurasia.newsroom.desk import library, uploading
from eurasia.newsroom.models import Picture
from tests.newsroom.test_pictures import png_bytes
from tests.pages import one, tree_of

CHANGE = "/admin/newsroom/article/{}/change/"


@pytest.fixture
def page(client, editor, article):
    client.force_login(editor)
    return client.get(CHANGE.format(article.pk))


# --- The page -------------------------------------------------------------------------------------


def test_import_map_carries_the_nonce_of_the_answer(page):
    [nonce] = re.findall(r"'nonce-([^']+)'", page["Content-Security-Policy"])

    assert one(tree_of(page), "//script[@type='importmap']").get("nonce") == nonce


def test_import_map_stands_before_the_modules(page):
    scripts = tree_of(page).xpath("//script[@type='importmap' or @type='module']/@type")

    assert scripts == ["importmap", *["module"] * (len(scripts) - 1)]
    assert len(scripts) > 1


def test_pages_without_the_editor_have_no_nonce(client, editor, article):
    client.force_login(editor)

    response = client.get("/admin/newsroom/article/")

    assert "nonce" not in response["Content-Security-Policy"]


def test_every_module_that_others_import_is_named_and_there():
    folder = Path(finders.find("desk/editor.js")).parent
    scripts = {path.stem: path.read_text() for path in folder.glob("*.js")}
    imported = set(re.findall(r'from "desk/(\w+)"', "".join(scripts.values())))

    assert imported == {*prose.MODULES, "uploads"}  # the library's own
    assert imported - set(scripts) == set()


def test_without_scripts_the_source_can_be_edited(page, article):
    area = one(tree_of(page), "//textarea[@name='teaser']")

    assert area.text.strip() == article.teaser
    assert one(tree_of(page), "//label[@for='id_teaser']").text == "Teaser:"


def test_every_text_that_the_scripts_ask_for_is_there():
    folder = Path(finders.find("desk/editor.js")).parent
    scripts = {path.stem: path.read_text() for path in folder.glob("*.js")}
    tools = re.findall(r"^  (\w+): (?:mark|block|inTable|\{)", scripts["toolbar"], re.MULTILINE)

    asked = {*re.findall(r"\btexts\.(\w+)", "".join(scripts.values())), *tools}

    by_name = {"alt_en", "alt_fr"}
    assert asked | by_name == prose.TEXTS.keys() | uploading.TEXTS.keys()


@pytest.mark.parametrize(
    "address, free",
    [
        (CHANGE, {"teaser": True, "body": False}),
        ("/admin/newsroom/topicfile/add/", {"introduction_en": True, "introduction_fr": True}),
        ("/admin/newsroom/contributor/add/", {"about_en": True, "about_fr": True}),
    ],
)
def test_pictures_added_to_free_texts_alone_are_public(address, free, client, editor, article):
    client.force_login(editor)

    areas = tree_of(client.get(address.format(article.pk))).xpath("//textarea[@data-prose]")

    said = {area.get("name"): json.loads(area.get("data-prose"))["public"] for area in areas}
    assert said == free


def test_texts_and_text_are_escaped_in_the_page(client, editor, write_article):
    article = write_article(teaser='<p title="">Fish &amp; chips</p>')
    client.force_login(editor)

    response = client.get(CHANGE.format(article.pk))

    assert escape(article.teaser) in response.content.decode()


# --- Files of pictures ----------------------------------------------------------------------------


def picture(*, is_public):
    return Picture.objects.create(
        file=ContentFile(png_bytes(), name="view.png"), credit="Archive", is_public=is_public
    )


def file_of(client, picture):
    response = client.get(f"/admin/newsroom/picture/{picture.pk}/file/")
    response.body = b"".join(response)
    response.close()
    return response


@pytest.mark.parametrize("is_public", [True, False])
def test_editor_sees_every_picture(client, editor, is_public):
    client.force_login(editor)

    response = file_of(client, picture(is_public=is_public))

    assert response.body == png_bytes()
    assert response["Content-Type"] == "image/png"
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("is_public, status", [(True, 200), (False, 403)])
def test_colleague_without_full_texts_sees_public_pictures_alone(
    client, colleague, is_public, status
):
    client.force_login(colleague)

    assert file_of(client, picture(is_public=is_public)).status_code == status


@pytest.mark.parametrize("who", ["outsider", "subscriber"])
def test_nobody_else_sees_a_picture_at_the_desk(client, who, request):
    if who != "outsider":
        client.force_login(request.getfixturevalue(who))
    else:
        request.getfixturevalue("db")

    response = file_of(client, picture(is_public=True))

    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_lost_file_is_no_page(client, editor):
    client.force_login(editor)
    lost = picture(is_public=True)
    lost.file.delete(save=False)
    Picture.objects.filter(pk=lost.pk).update(file="pictures/lost.png")

    assert file_of(client, lost).status_code == 404


def test_small_copy_is_served_where_there_is_one(client, editor):
    client.force_login(editor)
    large = picture(is_public=False)
    with large.file.storage.open(large.rendition_name(480, "webp"), "wb") as copy:
        copy.write(b"small")
    Picture.objects.filter(pk=large.pk).update(renditions=[480, 960])

    response = client.get(f"/admin/newsroom/picture/{large.pk}/file/?small")

    assert b"".join(response) == b"small"
    assert response["Content-Type"] == "image/webp"


# --- Choosing a picture ---------------------------------------------------------------------------


def found(client, **query):
    return client.get("/admin/newsroom/picture/found/", query)


def test_pictures_are_found_by_credit_the_newest_first(client, editor):
    client.force_login(editor)
    [first, second] = [picture(is_public=is_public) for is_public in [True, False]]

    assert [each["id"] for each in found(client, q="archiv").json()["pictures"]] == [
        second.pk,
        first.pk,
    ]
    assert found(client, q="elsewhere").json() == {"pictures": [], "more": False}


def test_free_texts_are_offered_public_pictures_alone(client, editor):
    client.force_login(editor)
    public = picture(is_public=True)
    picture(is_public=False)

    assert found(client, public="1").json() == {
        "pictures": [
            {
                "id": public.pk,
                "address": f"/admin/newsroom/picture/{public.pk}/change/",
                "file": f"/admin/newsroom/picture/{public.pk}/file/?small",
                "alt": {"en": "", "fr": ""},
                "name": "",
                "credit": "Archive",
            }
        ],
        "more": False,
    }


def test_dialog_says_that_there_are_more_than_it_shows(client, editor, monkeypatch):
    monkeypatch.setattr(library, "MOST_FOUND", 2)
    client.force_login(editor)
    oldest, *newer = [picture(is_public=True) for _each in range(3)]

    all_of_them = found(client).json()
    oldest.delete()
    two = found(client).json()

    assert [each["id"] for each in all_of_them["pictures"]] == [each.pk for each in newer[::-1]]
    assert (all_of_them["more"], two["more"]) == (True, False)


def test_colleague_without_full_texts_is_offered_public_pictures_alone(client, colleague):
    colleague.user_permissions.add(Permission.objects.get(codename="view_picture"))
    client.force_login(colleague)
    public = picture(is_public=True)
    picture(is_public=False)

    assert [each["id"] for each in found(client).json()["pictures"]] == [public.pk]


def test_who_may_not_see_the_library_finds_nothing(client, colleague):
    client.force_login(colleague)

    assert found(client).status_code == 403
