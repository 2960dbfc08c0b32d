"""Renditions: smaller copies of a picture, made when it comes in; all of them or none."""

import io
import random
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django_tasks_db.models import DBTaskResult
from PIL import Image

from eurasia import background
from eurasia.newsroom import canary, clean_copies, drafting, renditions, vault
from eurasia.newsroom.models import Article, FullText, Picture
from tests.exchange.conftest import (
    folder,  # noqa: F401 - a fixture of the importers
    huge_picture_bytes,
    own_picture_store,  # noqa: F401 - each test counts the files that it has stored
    stored_files,
)
from tests.newsroom.test_pictures import added, png_bytes, wide_bytes, with_renditions
from tests.pages import one, texts, tree_of

ADD = "/admin/newsroom/picture/add/"
KINDS = ["avif", "webp"]


def copied(data):
    return clean_copies.make(io.BytesIO(data))


def encoded(data):
    """The renditions of what is kept of a picture."""
    return renditions.encode(io.BytesIO(copied(data).data))


def saved(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def opened(data):
    return Image.open(io.BytesIO(data))


def landscape(width, height):
    """Hills, a sky and grain: about as hard to press as a photograph."""
    dice = random.Random(7)  # noqa: S311 - grain, the same in every run
    grain = Image.frombytes("L", (width, height), dice.randbytes(width * height))
    hills = Image.radial_gradient("L").resize((width, height))
    return Image.merge("RGB", [Image.blend(hills, grain, share) for share in (0.05, 0.04, 0.03)])


# --- Which ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "size, widths",
    [
        ((479, 300), []),
        ((480, 300), [480]),
        ((520, 300), [480]),
        ((700, 300), [480, 700]),
        ((960, 540), [480, 720, 960]),
        ((1400, 790), [480, 720, 960, 1400]),
        ((1599, 900), [480, 720, 960, 1599]),
        ((1600, 900), [480, 720, 960, 1600]),
        ((9000, 5000), [480, 720, 960, 1600]),
        ((1000, 20_000), [480, 720]),  # WebP holds no more than 16,383 rows
        ((50_000_000, 1), [480, 720, 960, 1600]),
    ],
)
def test_widths_are_none_larger_than_the_original(size, widths):
    assert renditions.widths_of(*size) == widths


def test_renditions_are_of_both_kinds_and_keep_the_proportions():
    made = encoded(wide_bytes("JPEG", (1000, 600)))

    assert {
        (width, kind): (opened(data).format, opened(data).size)
        for (width, kind), data in made.items()
    } == {
        (480, "avif"): ("AVIF", (480, 288)),
        (480, "webp"): ("WEBP", (480, 288)),
        (720, "avif"): ("AVIF", (720, 432)),
        (720, "webp"): ("WEBP", (720, 432)),
        (960, "avif"): ("AVIF", (960, 576)),
        (960, "webp"): ("WEBP", (960, 576)),
    }


def test_renditions_of_a_cover_are_light():
    made = encoded(saved(landscape(1600, 900), "JPEG", quality=92))

    limits = {480: 30_000, 720: 45_000, 960: 70_000, 1600: 150_000}
    heavy = {key: len(data) for key, data in made.items() if len(data) >= limits[key[0]]}
    assert (len(made), heavy) == (8, {})


def test_exif_is_left_out_and_orientation_applied():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    exif[0x013B] = "A name that nobody is to read"
    image = Image.new("RGB", (600, 500), "red")
    image.paste("blue", (0, 0, 300, 500))

    data = saved(image, "JPEG", exif=exif)
    kept, made = copied(data), encoded(data)

    assert (kept.width, kept.height, len(made)) == (500, 600, 2)
    for data in [kept.data, *made.values()]:
        picture = opened(data).convert("RGB")
        width, height = picture.size
        assert picture.getpixel((width // 2, 30))[2] > 200  # what lay left lies above
        assert picture.getpixel((width // 2, height - 36))[0] > 200
        assert dict(opened(data).getexif()) == {}
        assert b"nobody is to read" not in data


def test_size_of_a_small_upright_photograph_is_what_readers_see():
    exif = Image.Exif()
    exif[0x0112] = 8

    data = saved(Image.new("RGB", (40, 30)), "JPEG", exif=exif)

    kept = copied(data)
    assert (kept.width, kept.height, encoded(data)) == (30, 40, {})


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_a_drawing_is_taken(mode):
    image = Image.new("L", (480, 20), 255).convert("RGBA" if mode == "P" else "L")
    image = Image.new("I;16", (480, 20), 65_535) if mode == "I;16" else image.convert(mode)

    made = encoded(saved(image, "PNG"))

    assert [opened(data).convert("L").getpixel((9, 9)) > 250 for data in made.values()] == [
        True,
        True,
    ]


def test_what_shines_through_still_does():
    made = encoded(saved(Image.new("RGBA", (480, 20), (255, 0, 0, 0)), "PNG"))

    assert {opened(data).convert("RGBA").getpixel((9, 9))[3] for data in made.values()} == {0}


def test_print_colours_become_those_of_a_screen():
    made = encoded(saved(Image.new("CMYK", (480, 20), (0, 255, 255, 0)), "JPEG"))

    for data in made.values():
        red, green, blue = opened(data).convert("RGB").getpixel((9, 9))
        assert red > 200 > 60 > max(green, blue)


def test_moving_picture_has_no_renditions():
    frames = [Image.new("RGB", (600, 40), shade) for shade in ("red", "blue")]

    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])

    kept = copied(data)
    assert (kept.width, kept.height, encoded(data)) == (600, 40, {})


# --- What is refused -----------------------------------------------------------------------------

BROKEN = {
    "cut short": wide_bytes("JPEG", (1000, 600))[:-900],
    "cut short too": wide_bytes()[:-200],
    "empty": b"",
    "text": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "another kind": saved(Image.new("RGB", (4, 3)), "TIFF"),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_broken_picture_is_refused_in_one_line(data):
    with pytest.raises(ValidationError) as refusal:
        copied(data)

    assert refusal.value.messages == [
        "This is no picture that can be read to its end."
        " Kinds that are taken: JPEG, PNG, WEBP, GIF."
    ]


@pytest.mark.parametrize("size", [(6_000, 4_001), (10_000, 9_000), (60_000, 60_000)])
def test_huge_picture_is_refused_before_it_is_read(size):
    with pytest.raises(ValidationError) as refusal:
        copied(huge_picture_bytes(*size))

    assert refusal.value.messages == [
        "This picture has more than 24 megapixels. Make it smaller first."
    ]


def test_moving_picture_has_a_thousand_frames_at_most():
    frames = [Image.new("L", (1, 1), shade) for shade in [0, 255]] * 501
    longest, too_long = (
        saved(frames[0], "GIF", save_all=True, append_images=frames[1:count])
        for count in [1_000, 1_001]
    )

    assert copied(longest).ending == ".gif"
    with pytest.raises(ValidationError) as refusal:
        copied(too_long)

    assert refusal.value.messages == [
        "This picture has more than 1000 frames. Make it shorter first."
    ]


def test_frames_count_as_pixels_in_a_moving_png_too():
    frames = [Image.new("L", (2600, 2400), shade) for shade in range(4)]
    data = saved(frames[0], "PNG", save_all=True, append_images=frames[1:])

    with pytest.raises(ValidationError, match="more than 24 megapixels"):
        copied(data)


# --- Where they lie ------------------------------------------------------------------------------


@pytest.mark.parametrize("is_public, place", [(True, "pictures"), (False, "gated")])
def test_renditions_lie_beside_the_file(is_public, place, db):
    picture = with_renditions(is_public=is_public)

    stem = picture.file.name.removesuffix(".png")
    assert picture.renditions == [480]
    assert stem.startswith(f"{place}/")
    assert picture.names == [f"{stem}.png", f"{stem}-480.avif", f"{stem}-480.webp"]
    assert stored_files() == sorted(picture.names)


def test_gated_picture_has_no_sources_of_its_own(db):
    with pytest.raises(ValueError, match="through its article only"):
        _ = with_renditions(is_public=False).sources


def full_disk(monkeypatch, after):
    """The storage refuses to write once it has written `after` files."""
    kind = type(storages["default"])
    save, written = kind.save, []

    def refuse(self, name, content, max_length=None):
        if len(written) == after:
            raise OSError(28, "No space left on device")
        written.append(name)
        return save(self, name, content, max_length)

    monkeypatch.setattr(kind, "save", refuse)


def test_picture_that_cannot_be_written_leaves_nothing(db, monkeypatch):
    full_disk(monkeypatch, 0)

    with pytest.raises(OSError, match="No space left"):
        added(is_public=True)

    assert (Picture.objects.count(), stored_files(), tasks()) == (0, [], [])


@pytest.mark.parametrize("after", [0, 1])
def test_renditions_that_cannot_be_written_leave_the_picture_as_it_was(after, db, monkeypatch):
    picture = added(is_public=True)
    full_disk(monkeypatch, after)

    background.work()

    picture.refresh_from_db()
    assert (picture.renditions, stored_files()) == ([], [picture.file.name])
    assert tasks() == ["FAILED"]


def test_deleted_picture_takes_its_files_along(client, editor, django_capture_on_commit_callbacks):
    picture, other = with_renditions(is_public=True), with_renditions(is_public=False)
    client.force_login(editor)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/admin/newsroom/picture/{picture.pk}/delete/", {"post": "yes"})

    assert stored_files() == sorted(other.names)


def test_pictures_deleted_together_take_their_files_along(
    client, editor, django_capture_on_commit_callbacks
):
    picture, other = with_renditions(is_public=True), with_renditions(is_public=False)
    client.force_login(editor)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            "/admin/newsroom/picture/",
            {
                "action": "delete_selected",
                "_selected_action": [picture.pk, other.pk],
                "post": "yes",
            },
        )

    assert (Picture.objects.count(), stored_files()) == (0, [])


def test_cover_in_use_keeps_its_files(client, editor, write_article):
    cover = with_renditions(is_public=True)
    write_article(cover=cover, cover_alt="A view")
    client.force_login(editor)

    client.post(f"/admin/newsroom/picture/{cover.pk}/delete/", {"post": "yes"})

    assert stored_files() == sorted(cover.names)


# --- At the desk ---------------------------------------------------------------------------------


def add(client, data, name="view.png", **values):
    file = SimpleUploadedFile(name, data)
    return client.post(ADD, {"0-file": file, "0-alt_en": "A view", "credit": "Archive", **values})


def test_desk_keeps_what_it_takes_at_once_and_the_renditions_follow(client, editor):
    client.force_login(editor)

    response = add(client, wide_bytes(), is_public="on")

    picture = Picture.objects.get()
    assert response.status_code == 302
    assert (picture.width, picture.height, picture.renditions) == (500, 300, [])
    assert len(picture.digest) == 64
    assert stored_files() == [picture.file.name]
    background.work()
    picture.refresh_from_db()
    assert (picture.renditions, stored_files()) == ([480], sorted(picture.names))


@pytest.mark.parametrize(
    "data, name, error",
    [
        (BROKEN["cut short"], "a.jpg", "This is no picture that can be read to its end."),
        (huge_picture_bytes(6_000, 4_001), "a.png", "This picture has more than 24 megapixels."),
        (BROKEN["another kind"], "a.tiff", "This is no picture that can be read to its end."),
    ],
    ids=["broken", "huge", "another kind"],
)
def test_desk_says_what_is_wrong_and_keeps_nothing(client, editor, data, name, error):
    client.force_login(editor)

    response = add(client, data, name)

    [said] = texts(tree_of(response), "//ul[starts-with(@class, 'errorlist')]/li")
    assert said.startswith(error)
    assert (Picture.objects.count(), stored_files()) == (0, [])


def test_credit_of_a_picture_changes_without_its_renditions(client, editor):
    picture = with_renditions(is_public=True)
    client.force_login(editor)

    client.post(
        f"/admin/newsroom/picture/{picture.pk}/change/",
        {"credit": "New", "alt_en": "A view", "focal_x": 0.5, "focal_y": 0.5},
    )

    changed = Picture.objects.get()
    assert (changed.credit, changed.names) == ("New", picture.names)


# --- In the background ---------------------------------------------------------------------------


def tasks():
    return list(DBTaskResult.objects.values_list("status", flat=True))


def test_articles_show_the_renditions_once_they_are_made(client, write_article):
    picture = added(is_public=True)
    text = f'<p><img data-picture="{picture.pk}" alt="A view"></p>'
    article = write_article(cover=picture, cover_alt="A view", body=text)
    address = article.get_absolute_url()
    lock, histories = drafting.lock_of(article, None), Article.history.count()
    before = tree_of(client.get(address))

    background.work()

    after = tree_of(client.get(address))
    assert before.xpath("//source") == []
    assert one(before, "//figure[@class='cover']//img").get("src") == picture.file.url
    picture.refresh_from_db()
    assert after.xpath("//figure[@class='cover']//source/@srcset") == [
        f"/media/{picture.rendition_name(480, kind)} 480w" for kind in KINDS
    ]
    assert picture.rendition_name(480, "avif") in body_of(article)
    # Whoever has the article open at the desk has missed nothing.
    article.refresh_from_db()
    assert (article.version, Article.history.count()) == (2, histories)
    assert drafting.lock_of(article, None) == lock


def test_renditions_are_made_once(write_article):
    picture = with_renditions(is_public=True)
    write_article(cover=picture, cover_alt="A view")
    files = stored_files()

    background.enqueue(renditions.make, picture.pk)
    background.work()

    assert (tasks(), stored_files()) == (["SUCCESSFUL"] * 2, files)
    assert Article.objects.get().version == 1


def test_picture_deleted_before_its_renditions_are_made_leaves_nothing(
    db, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        renditions.delete([added(is_public=True)])

    background.work()

    assert (tasks(), stored_files()) == (["SUCCESSFUL"], [])


@pytest.mark.parametrize("act", ["delete", "replace"])
def test_picture_that_goes_while_its_renditions_are_made_leaves_nothing(
    act, db, monkeypatch, django_capture_on_commit_callbacks
):
    picture, encode = added(is_public=True), renditions.encode

    def act_meanwhile(opened):
        monkeypatch.setattr(renditions, "encode", encode)
        files = encode(opened)
        with django_capture_on_commit_callbacks(execute=True):
            if act == "delete":
                renditions.delete([picture])
            else:
                renditions.add(picture, copied(wide_bytes(size=(600, 300))))
        return files

    monkeypatch.setattr(renditions, "encode", act_meanwhile)
    background.work()

    now_there = Picture.objects.first()
    assert set(tasks()) == {"SUCCESSFUL"}
    assert stored_files() == (sorted(now_there.names) if now_there else [])
    assert now_there is None or now_there.renditions == [480, 600]


def test_files_that_a_killed_worker_left_go_with_the_picture(
    db, django_capture_on_commit_callbacks
):
    picture = added(is_public=False)
    storages["gated"].save(picture.rendition_name(480, "avif"), ContentFile(b"half"))

    with django_capture_on_commit_callbacks(execute=True):
        renditions.delete([picture])

    assert stored_files() == []


def test_picture_whose_file_is_lost_is_said_to_have_failed(db):
    picture = added(is_public=True)
    storages["default"].delete(picture.file.name)

    background.work()

    assert tasks() == ["FAILED"]


# --- In an import --------------------------------------------------------------------------------


def test_import_makes_the_renditions_once(folder, db):  # noqa: F811 - the fixture imported above
    folder.write("articles/c.png", wide_bytes())
    folder.article(cover="{file: c.png, alt: A, credit: B}", body="T\n\n<!--more-->\n\n![b](c.png)")
    folder.run()
    files = stored_files()

    again = folder.run("--overwrite")

    assert again.summary == "0 created, 0 updated, 1 unchanged, 0 kept, 0 not loaded"
    assert [picture.renditions for picture in Picture.objects.all()] == [[480], [480]]
    assert (len(files), stored_files()) == (6, files)


def test_dry_run_and_failed_article_leave_no_rendition(folder, db):  # noqa: F811 - as above
    folder.write("articles/c.png", wide_bytes())
    folder.article("good", body="T\n\n<!--more-->\n\n![b](c.png)")
    folder.article("bad", body="T\n\n<!--more-->\n\n![b](c.png)", contributors="['؟']")

    said = folder.run("--dry-run")

    assert said.summary.startswith("1 created, 0 updated, 0 unchanged, 0 kept, 1 not loaded")
    assert (Picture.objects.count(), stored_files()) == (0, [])


def test_import_names_the_article_of_a_broken_picture(folder, db):  # noqa: F811 - as above
    folder.write("articles/c.jpg", BROKEN["cut short"])
    folder.article(body="T\n\n<!--more-->\n\n![b](c.jpg)")

    said = folder.run()

    assert (said.status, Article.objects.count(), stored_files()) == (1, 0, [])
    assert said.complaints[0].startswith("articles/the-crossing.md:1: This is no picture that")


# --- make_renditions -----------------------------------------------------------------------------


def plain(*, is_public, data=None):
    """A picture from before there were renditions."""
    return Picture.objects.create(
        file=ContentFile(data or wide_bytes(), name="a.png"), credit="A", is_public=is_public
    )


def run(*options):
    """The summary and the complaints of the command, and whether it failed."""
    out, err = StringIO(), StringIO()
    failed = False
    try:
        call_command("make_renditions", *options, stdout=out, stderr=err, no_color=True)
    except CommandError:
        failed = True
    return out.getvalue().strip(), err.getvalue().splitlines(), failed


def body_of(article):
    with vault.opened("read"):
        return FullText.objects.get(pk=article.pk).body_html


def test_command_makes_what_is_missing_and_texts_show_it(write_article):
    picture = plain(is_public=False)
    article = write_article(body=f'<p><img data-picture="{picture.pk}" alt="A view"></p>')
    other = write_article("another")
    histories = Article.history.count()

    first, second = run(), run()

    picture.refresh_from_db()
    assert first == ("1 pictures made, 0 failed; 1 articles finished anew", [], False)
    assert second == ("0 pictures made, 0 failed; 0 articles finished anew", [], False)
    assert picture.renditions == [480]
    assert stored_files() == sorted(picture.names)
    address = f"/en/articles/the-crossing/pictures/{picture.pk}/480.avif 480w"
    assert f'srcset="{address}"' in body_of(article)
    assert Article.history.count() == histories
    versions = dict(Article.objects.values_list("pk", "version"))
    assert versions == {article.pk: article.version + 1, other.pk: other.version}


def test_command_makes_again_what_is_lost(db):
    picture = with_renditions(is_public=True)
    storages["default"].delete(picture.rendition_name(480, "webp"))

    assert run()[0] == "1 pictures made, 0 failed; 0 articles finished anew"
    assert stored_files() == sorted(picture.names)


def test_command_makes_all_anew_when_told_to(db):
    picture = with_renditions(is_public=True)

    assert run("--again")[0] == "1 pictures made, 0 failed; 0 articles finished anew"
    assert stored_files() == sorted(picture.names)


def test_command_names_what_fails_and_makes_the_rest(db):
    lost, broken, good = plain(is_public=True), plain(is_public=True), plain(is_public=True)
    storages["default"].delete(lost.file.name)
    storages["default"].delete(broken.file.name)
    storages["default"].save(broken.file.name, ContentFile(BROKEN["cut short too"]))

    said = run()

    assert said == (
        "1 pictures made, 2 failed; 0 articles finished anew",
        [
            f"picture {lost.pk}: its file cannot be read or written: No such file or directory.",
            f"picture {broken.pk}: This is no picture that can be read to its end."
            " Kinds that are taken: JPEG, PNG, WEBP, GIF.",
        ],
        True,
    )
    good.refresh_from_db()
    assert good.renditions == [480]


def test_command_passes_by_what_needs_none(db):
    plain(is_public=True, data=png_bytes())

    assert run() == ("0 pictures made, 0 failed; 0 articles finished anew", [], False)


# --- On a page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/en/", "/en/articles/the-crossing/"])
def test_cover_above_the_fold_is_offered_in_each_kind(address, client, write_article):
    cover = with_renditions(is_public=True)
    write_article(cover=cover, cover_alt="A view")

    tree = tree_of(client.get(address))

    sources = tree.xpath("//figure[@class='cover']/picture//source")
    assert [(each.get("type"), each.get("srcset")) for each in sources] == [
        (f"image/{kind}", f"/media/{cover.rendition_name(480, kind)} 480w") for kind in KINDS
    ]
    assert all(each.get("sizes") for each in sources)
    assert dict(one(tree, "//figure[@class='cover']/picture//img").attrib) == {
        "src": cover.file.url,
        "width": "500",
        "height": "300",
        "alt": "A view",
        "fetchpriority": "high",
    }


def test_cover_without_renditions_is_shown_as_it_is(client, write_article):
    cover = plain(is_public=True, data=png_bytes())
    write_article(cover=cover, cover_alt="A view")

    tree = tree_of(client.get("/en/articles/the-crossing/"))

    assert tree.xpath("//source") == []
    assert one(tree, "//figure[@class='cover']//img").get("src") == cover.file.url


# --- The outsider check --------------------------------------------------------------------------


def test_canary_knows_gated_renditions_and_where_they_might_be(write_article, now):
    gated, public = with_renditions(is_public=False), with_renditions(is_public=True)
    write_article(
        body=f'<p><img data-picture="{gated.pk}" alt="A"></p>', cover=public, cover_alt="B"
    )

    secrets = canary.secrets_of_the_house(now)

    assert set(secrets.files.values()) == {f"picture {gated.pk}"}
    assert len(secrets.files) == 3
    address = f"/en/articles/the-crossing/pictures/{gated.pk}/"
    assert {address, f"{address}480.avif", f"{address}480.webp"} <= set(secrets.addresses)
    assert {f"/media/{name}" for name in gated.names} <= set(secrets.addresses)


def test_canary_lets_the_renditions_of_an_open_article_be(write_article, now):
    gated = with_renditions(is_public=False)
    body = f'<p><img data-picture="{gated.pk}" alt="A"></p>'
    write_article(body=body, access="everyone")

    assert canary.secrets_of_the_house(now).files == {}
