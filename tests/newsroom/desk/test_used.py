"""What articles use cannot be deleted; a picture is replaced wherever it is shown."""

from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile

from eurasia import background
from eurasia.newsroom import drafting, publishing, uses, vault
from eurasia.newsroom.models import Article, FullText, Journal, Picture
from tests.newsroom.test_pictures import png, wide_bytes, with_renditions
from tests.pages import texts, tree_of

USED = "//div[contains(@class, 'field-used_in')]//li"


def page_of(picture, client):
    return client.get(f"/admin/newsroom/picture/{picture.pk}/change/")


def delete(picture, client):
    return client.post(f"/admin/newsroom/picture/{picture.pk}/delete/", {"post": "yes"})


def shown(picture):
    return f'<p>See <img data-picture="{picture.pk}" alt="A view"></p>'


def test_picture_says_where_it_is_used_and_stays(client, editor, write_article, now):
    picture = png(is_public=True)
    write_article("with-cover", cover=picture, cover_alt="A view")
    write_article("in-teaser", teaser=shown(picture))
    write_article("in-text", body=shown(picture))
    waiting = write_article("in-draft")
    values = {**drafting.places_of(waiting), "cover": None}
    labels = {name: getattr(waiting, name, None) for name in drafting.LABELS if name not in values}
    staged = {**labels, **values, "teaser": "<p>A</p>", "body": shown(picture)}
    drafting.stage(waiting, staged, by=editor, at=now, note="")
    Journal.objects.create(pk=1, card_picture=picture)
    client.force_login(editor)

    said = texts(tree_of(page_of(picture, client)), USED)
    refused = delete(picture, client)
    together = client.post(
        "/admin/newsroom/picture/",
        {"action": "delete_selected", "_selected_action": [picture.pk], "post": "yes"},
    )

    assert said == [
        "Headline of with-cover (cover)",
        "settings of the journal (picture for share cards)",
        "Headline of in-teaser (teaser)",
        "Headline of in-text (full text)",
        "Headline of in-draft (changes that wait)",
    ]
    for page in [refused, together]:
        assert "Headline of in-text" in page.content.decode()
    assert Picture.objects.get() == picture


def test_number_that_begins_alike_is_another_picture(client, editor, write_article):
    picture = png(is_public=True)
    write_article(body=f'<p><img data-picture="{picture.pk}1" alt="Another"></p>')
    client.force_login(editor)

    assert texts(tree_of(page_of(picture, client)), USED) == []
    delete(picture, client)
    assert not Picture.objects.exists()


def test_picture_is_deleted_once_nothing_uses_it(client, editor, write_article):
    picture = png(is_public=False)
    article = write_article(body=shown(picture))
    client.force_login(editor)

    delete(picture, client)
    kept = Picture.objects.filter(pk=picture.pk).exists()
    publishing.write(article, "<p>Nothing</p>", by=None, reason="desk")
    delete(picture, client)

    assert (kept, Picture.objects.exists()) == (True, False)


def test_replaced_picture_is_another_file_wherever_it_is_shown(
    client, editor, write_article, django_capture_on_commit_callbacks
):
    picture = with_renditions(is_public=True)
    before = picture.names
    article = write_article(cover=picture, cover_alt="A view", body=shown(picture))
    client.force_login(editor)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            f"/admin/newsroom/picture/{picture.pk}/change/",
            {
                "file": SimpleUploadedFile("new.png", wide_bytes(size=(800, 400))),
                "credit": "Archive",
                "alt_en": "A view",
                "focal_x": 0.5,
                "focal_y": 0.5,
            },
        )

    background.work()
    after = Picture.objects.get()
    with vault.opened("desk"):
        body = FullText.objects.get(pk=article.pk).body_html
    page = client.get("/en/articles/the-crossing/").content.decode()
    article = Article.objects.get()
    assert (after.pk, after.width, after.renditions) == (picture.pk, 800, [480, 720, 800])
    assert after.is_public
    assert f'src="{after.file.url}"' in body
    assert f'src="{after.file.url}"' in article.plate.head
    assert before[0] not in page
    assert [storages["default"].exists(name) for name in before] == [False] * len(before)
    assert [storages["default"].exists(name) for name in after.names] == [True] * 7


def test_articles_of_a_picture_are_found_without_reading_texts(
    db, write_article, django_assert_num_queries
):
    picture, other = png(is_public=True), png(is_public=True)
    shows = write_article(body=shown(picture))
    covered = write_article("covered", cover=picture, cover_alt="A view")
    write_article("another", body=shown(other))

    with django_assert_num_queries(2):
        assert uses.articles_showing({picture.pk}) == {shows.pk, covered.pk}
