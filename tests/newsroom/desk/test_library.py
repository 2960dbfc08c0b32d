"""The library of pictures: looked through, searched, and what it says of where each is used."""

from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command

from eurasia.newsroom import drafting, publishing, uses
from eurasia.newsroom.models import Journal, Picture, PictureUse
from tests.newsroom.test_pictures import png
from tests.pages import one, texts, tree_of

LIBRARY = "/admin/newsroom/picture/"
TILES = "//ul[@class='desk-library']/li"


@pytest.fixture
def add(db):
    def add(alt_en="", *, is_public=True, **values):
        picture = png(is_public=is_public)
        Picture.objects.filter(pk=picture.pk).update(alt_en=alt_en, **values)
        picture.refresh_from_db()
        return picture

    return add


@pytest.fixture
def stage(editor, now):
    def stage(article, **values):
        drafting.stage(article, drafting.values_of(article) | values, by=editor, at=now)

    return stage


def shown(*pictures):
    return "<p>A</p>" + "".join(f'<img data-picture="{each.pk}" alt="A">' for each in pictures)


def names_in(client, query=""):
    return texts(tree_of(client.get(LIBRARY + query)), f"{TILES}//strong")


def test_grid_says_what_there_is_to_know(client, editor, add, write_article):
    pass_ = add("The pass", alt_fr="Le col", credit="Agence")
    add(is_public=False)
    write_article(cover=pass_, cover_alt="A", teaser=shown(pass_))
    client.force_login(editor)

    tree = tree_of(client.get(LIBRARY))

    assert texts(tree, f"{TILES}//*[self::strong or self::p]") == [
        "No alternative text yet",
        "Archive 4 × 3 for subscribers not used",
        "The pass",
        "Agence 4 × 3 public used 2 times",
    ]
    assert [image.attrib["alt"] for image in tree.xpath(f"{TILES}//img")] == ["", ""]
    address = f"{LIBRARY}{pass_.pk}/"
    assert one(tree, f"({TILES})[2]//a").get("href") == f"{address}change/"
    assert one(tree, f"({TILES})[2]//img").get("src") == f"{address}file/?small"


def test_words_in_the_other_language_say_that_they_are(client, editor, add):
    add("The pass")
    editor.language = "fr"
    editor.save()
    client.force_login(editor)

    name = one(tree_of(client.get(LIBRARY)), f"{TILES}//strong")

    assert (name.get("lang"), name.text) == ("en", "The pass")


def test_page_costs_as_many_queries_for_three_as_for_one(
    client, editor, add, write_article, django_assert_num_queries
):
    client.force_login(editor)
    write_article(cover=add("1"), cover_alt="A")
    client.get(LIBRARY)

    with django_assert_num_queries(9):
        assert len(names_in(client)) == 1
    write_article("another", teaser=shown(add("2"), add("3")))
    with django_assert_num_queries(9):
        assert len(names_in(client)) == 3


# --- Used or not ----------------------------------------------------------------------------------


def test_every_kind_of_use_is_one_and_what_has_none_is_found(
    client, editor, add, write_article, stage, now
):
    names = ["cover", "teaser", "text", "draft", "draft cover", "card", "bin", "nothing"]
    used = {name: add(name) for name in names}
    write_article("a", cover=used["cover"], cover_alt="A")
    write_article("b", teaser=shown(used["teaser"]), body=shown(used["text"]))
    stage(write_article("c"), body=shown(used["draft"]), cover=used["draft cover"].pk)
    Journal.objects.create(pk=1, card_picture=used["card"])
    binned = write_article("d", body=shown(used["bin"]))
    publishing.delete(binned, by=editor, at=now)
    client.force_login(editor)

    assert names_in(client, "?used=no") == ["nothing"]
    assert names_in(client, "?used=yes") == names[-2::-1]
    counted = uses.numbers_of([picture.pk for picture in used.values()])
    assert counted == {each.pk: len(uses.of_picture(each)) for each in used.values()}
    assert list(counted.values()) == [1, 1, 1, 1, 1, 1, 1, 0]


def test_several_uses_are_counted_as_they_are_listed(add, write_article, stage):
    picture = add("The pass")
    article = write_article(
        cover=picture, cover_alt="A", teaser=shown(picture, picture), body=shown(picture)
    )
    stage(article, teaser=shown(picture))

    assert uses.numbers_of([picture.pk]) == {picture.pk: 4}
    assert len(uses.of_picture(picture)) == 4


def test_use_ends_with_the_text_that_shows_it(add, write_article, stage, editor, now):
    old, new = add("old"), add("new")
    article = write_article(body=shown(old))

    stage(article, body=shown(new))
    waiting = uses.numbers_of([old.pk, new.pk])
    publishing.publish_changes(article, by=editor, at=now, revised=False)
    published = uses.numbers_of([old.pk, new.pk])
    stage(article, body=shown(old))
    drafting.drop(article)
    dropped = uses.numbers_of([old.pk, new.pk])
    publishing.purge([article])

    assert waiting == {old.pk: 1, new.pk: 1}
    assert published == dropped == {old.pk: 0, new.pk: 1}
    assert not PictureUse.objects.exists()


def test_text_may_name_a_picture_that_is_not_there(add, write_article):
    picture = add("The pass")

    write_article(body=f'<p><img data-picture="{picture.pk + 1}" alt="A"></p>{shown(picture)}')

    assert uses.numbers_of([picture.pk]) == {picture.pk: 1}


def test_reindex_notes_what_is_missing_and_drops_what_is_left_over(add, write_article):
    shown_one, other = add("shown"), add("other")
    article = write_article(body=shown(shown_one))
    PictureUse.objects.update(picture=other)

    call_command("reindex", stdout=StringIO())

    assert list(PictureUse.objects.values_list("picture", "article", "place")) == [
        (shown_one.pk, article.pk, "full_text")
    ]


# --- Looked through -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query, names",
    [
        ("?q=pass", ["The pass"]),
        ("?q=COL", ["The pass"]),
        ("?q=gazette", ["A port"]),
        ("?public=no", ["A port"]),
        ("?public=yes", ["No alternative text yet", "The pass"]),
        ("?alt=none", ["No alternative text yet"]),
        ("?alt=fr", ["No alternative text yet", "A port"]),
        ("?o=2", ["The pass", "No alternative text yet", "A port"]),
        ("?o=1", ["The pass", "A port", "No alternative text yet"]),
        ("?used=nonsense&alt=xx&public=1", ["No alternative text yet", "A port", "The pass"]),
    ],
)
def test_library_is_searched_filtered_and_ordered(query, names, client, editor, add):
    add("The pass", alt_fr="Le col", credit="Agence")
    add("A port", credit="Gazette", is_public=False)
    add()
    client.force_login(editor)

    assert names_in(client, query) == names


def test_orders_are_links_that_keep_search_and_filters(client, editor, add):
    add("The pass")
    client.force_login(editor)
    path = "//nav[@class='desk-orders']//a"

    tree = tree_of(client.get(f"{LIBRARY}?q=pass&used=no&o=2&p=1"))

    assert texts(tree, f"{path}[@aria-current]") == ["by credit"]
    newest = one(tree, f"{path}[.='newest first']")
    assert newest.get("href") == "?o=-1&q=pass&used=no"


def test_empty_library_and_empty_answer_say_what_to_do(client, editor):
    client.force_login(editor)
    path = "//div[@class='desk-nothing']"

    nothing = texts(tree_of(client.get(LIBRARY)), f"{path}//p")
    no_match = texts(tree_of(client.get(f"{LIBRARY}?q=sea")), f"{path}//p")

    assert nothing == [
        "There are no pictures yet.",
        "Drop some here, or choose them: covers, and pictures of teasers and full texts.",
        "Add pictures",
    ]
    assert no_match == [
        "No picture matches this search and these filters.",
        "Show all pictures",
    ]


def test_chosen_pictures_are_deleted_once_it_is_confirmed(client, editor, add):
    kept, gone = add("kept"), add("gone")
    client.force_login(editor)
    assert texts(tree_of(client.get(LIBRARY)), "//label[@class='desk-pick']") == [
        "Choose: gone",
        "Choose: kept",
    ]
    sent = {"action": "delete_selected", "index": "0", "_selected_action": [gone.pk]}

    asked = client.post(LIBRARY, sent)
    assert Picture.objects.count() == 2
    client.post(LIBRARY, {**sent, "post": "yes"})

    assert "Are you sure" in asked.content.decode()
    assert list(Picture.objects.all()) == [kept]


# --- Who sees what --------------------------------------------------------------------------------


@pytest.fixture
def designer(colleague):
    """Works with pictures, and may not see full texts."""
    for act in ["view", "add", "change", "delete"]:
        permission = Permission.objects.get(codename=f"{act}_picture")
        colleague.user_permissions.add(permission)
    return colleague


@pytest.mark.parametrize(
    "page",
    ["", "?q=ledger", "?public=no", "?used=no", "?q=clerk", "found/", "found/?q=ledger",
     "{}/change/", "{}/delete/", "{}/history/", "{}/file/?small"],
)  # fmt: skip
def test_what_is_said_of_gated_pictures_is_for_who_may_see_full_texts(page, client, designer, add):
    gated = add("The clerk’s ledger", credit="Clerk", is_public=False)
    public = add("The pass")
    client.force_login(designer)

    response = client.get(LIBRARY + page.format(gated.pk), follow=True)

    seen = b"".join(response).decode(errors="ignore")
    assert response.status_code in {200, 403}
    assert "ledger" not in seen.replace('value="ledger"', "").replace("q=ledger", "")
    assert "Clerk" not in seen
    assert names_in(client) == [public.alt_en]


def test_designer_neither_changes_nor_deletes_a_gated_picture(client, designer, add):
    gated = add("The ledger", is_public=False)
    client.force_login(designer)

    client.post(f"{LIBRARY}{gated.pk}/change/", {"alt_en": "Mine", "credit": "Mine"})
    client.post(f"{LIBRARY}{gated.pk}/delete/", {"post": "yes"})
    client.post(
        LIBRARY, {"action": "delete_selected", "_selected_action": [gated.pk], "post": "yes"}
    )

    assert Picture.objects.get().alt_en == "The ledger"


def test_who_may_not_delete_is_offered_nothing_to_choose(client, colleague, add):
    colleague.user_permissions.add(Permission.objects.get(codename="view_picture"))
    add("The pass", credit="B")
    add("The port", credit="A")
    client.force_login(colleague)

    tree = tree_of(client.get(f"{LIBRARY}?o=1"))

    assert tree.xpath("//*[@class='desk-pick' or @name='action']") == []
    assert texts(tree, "//a[contains(., 'Add pictures')]") == []
    # One column less: the order by credit still is.
    by_credit = one(tree, "//nav[@class='desk-orders']//a[.='by credit']")
    assert by_credit.get("aria-current") == "true"
    assert texts(tree, f"{TILES}//strong") == ["The port", "The pass"]
