"""Looking at an article before readers do: in a frame at the desk, and by links for outsiders."""

from datetime import timedelta

import pytest

from eurasia.newsroom import canary, drafting, previewing, publishing
from eurasia.newsroom.models import Article, PreviewLink, PreviewOpening
from tests.cast import GATED, GATED_NOTE, TEASER
from tests.conftest import HttpsClient
from tests.newsroom.desk.test_workflow import member, messages_of
from tests.newsroom.test_pictures import png
from tests.pages import one, submit, texts, tree_of

ARTICLES = "/admin/newsroom/article/"
LINK_FORM = "//section[@id='links']//form"
TICK = timedelta(microseconds=1)
NEW = "Words that nobody outside has read about the eighth driver and his lamp."


def framed(article, who):
    return f"{ARTICLES}{article.pk}/as/{who}/"


def preview(article):
    return f"{ARTICLES}{article.pk}/preview/"


def policy(response, directive):
    parts = (part.strip().split() for part in response["Content-Security-Policy"].split(";"))
    return next((values for name, *values in parts if name == directive), None)


def stage(article, editor, now, **values):
    """Let changes to a live article wait."""
    before = {name: getattr(article, name, None) for name in drafting.LABELS}
    rows = {
        "cover": article.cover_id,
        "in_files": [row.file_id for row in article.article_files.all()],
        "bylines": [row.contributor_id for row in article.article_contributors.all()],
        "teaser": article.teaser,
        "body": None,
    }
    drafting.stage(article, {**before, **rows, **values}, by=editor, at=now)


def make_link(client, article, name="The translator", days=1):
    """The address that the desk shows once."""
    page = submit(client, client.get(preview(article)), LINK_FORM, made_for=name, days=str(days))
    [address] = tree_of(page).xpath("//a[@class='preview-address']/@href")
    return address


# --- The framed page ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who, wall, account",
    [
        ("outsider", ["Take your subscription"], ["Sign in", "Subscribe"]),
        ("reader", ["Take your subscription"], ["Account", "Sign out"]),
        ("lapsed", ["Renew your subscription"], ["Account", "Sign out"]),
        ("subscriber", [], ["Account", "Sign out"]),
    ],
)
def test_frame_shows_what_each_reader_would_see(who, wall, account, client, editor, article):
    client.force_login(editor)

    page = client.get(framed(article, who))

    tree = tree_of(page)
    assert TEASER in page.content.decode()
    assert (GATED in page.content.decode()) == (GATED_NOTE in page.content.decode()) == (not wall)
    assert texts(tree, "//section[@class='wall']//a[@class='button']") == wall
    assert texts(tree, "//nav[@aria-label='Your account']//li") == account


def test_frame_matches_the_real_wall_of_each_reader(
    client, editor, article, registered, lapsed, subscriber
):
    client.force_login(editor)
    walls = {}
    for who, reader in [("reader", registered), ("lapsed", lapsed), ("subscriber", subscriber)]:
        real = HttpsClient()
        real.force_login(reader)
        walls[who] = [
            texts(tree_of(page), "//section[@class='wall']")
            for page in [real.get(article.get_absolute_url()), client.get(framed(article, who))]
        ]

    assert all(real == seen for real, seen in walls.values())
    assert walls["subscriber"] == [[], []]


def test_frame_shows_what_waits_and_readers_do_not_see_it(client, editor, article, now):
    stage(article, editor, now, headline="Not yet", body=f"<p>{NEW}</p>", in_files=[])
    client.force_login(editor)

    seen = client.get(framed(article, "subscriber")).content.decode()

    assert "Not yet" in seen
    assert NEW in seen
    assert GATED not in seen
    assert NEW not in client.get(article.get_absolute_url()).content.decode()
    assert Article.objects.get().headline == "Headline of the-crossing"


def test_frame_shows_pictures_that_are_not_published_yet(client, editor, article, now):
    picture = png(is_public=False)
    stage(article, editor, now, body=f'<p><img data-picture="{picture.pk}" alt="A view"></p>')
    client.force_login(editor)

    [address] = tree_of(client.get(framed(article, "subscriber"))).xpath("//img/@src")

    shown = client.get(address)
    assert (shown.status_code, b"".join(shown)[1:4]) == (200, b"PNG")


def test_nothing_in_the_frame_acts(client, editor, article):
    client.force_login(editor)

    frame = tree_of(client.get(framed(article, "reader")))
    around = one(tree_of(client.get(preview(article))), "//iframe")

    assert frame.xpath("//script") == []
    assert frame.xpath("//base/@target") == ["_blank"]
    assert around.get("sandbox") == "allow-same-origin"
    assert around.get("src") == framed(article, "outsider")


def test_looking_leaves_the_editors_messages_where_they_are(client, editor, article):
    client.force_login(editor)
    client.get(f"{ARTICLES}{article.pk}/give-back/")  # leaves a message for the next page

    client.get(framed(article, "subscriber"))

    assert len(messages_of(client.get(ARTICLES))) == 1


def test_only_the_frame_may_be_framed_and_only_its_page_frames(client, editor, article, plan):
    client.force_login(editor)
    token = make_link(client, article)
    pages = {
        address: client.get(address)
        for address in [
            framed(article, "subscriber"),
            preview(article),
            f"{ARTICLES}{article.pk}/publish/",
            f"{ARTICLES}{article.pk}/change/",
            ARTICLES,
            "/admin/",
            "/en/",
            article.get_absolute_url(),
            "/en/accounts/login/",
            "/en/nowhere/",
            framed(article, "nobody"),
            token,
        ]
    }

    headers = {
        address: (
            page["X-Frame-Options"],
            policy(page, "frame-ancestors"),
            policy(page, "frame-src"),
        )
        for address, page in pages.items()
        if page.status_code != 302
    }
    frame, around = headers.pop(framed(article, "subscriber")), headers.pop(preview(article))
    assert frame == ("SAMEORIGIN", ["'self'"], None)
    assert around == ("DENY", ["'none'"], ["'self'"])
    assert set(map(str, headers.values())) == {"('DENY', [\"'none'\"], None)"}


# --- The page around it ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked, shown",
    [
        ("?as=lapsed&width=phone", ("lapsed", "preview-phone")),
        ("?as=subscriber", ("subscriber", "preview-desktop")),
        ("?as=nobody&width=99", ("outsider", "preview-desktop")),
    ],
)
def test_editor_chooses_reader_and_width(asked, shown, client, editor, article):
    client.force_login(editor)

    frame = one(tree_of(client.get(preview(article) + asked)), "//iframe")

    page = frame.getparent().get("class")
    assert (frame.get("src"), page) == (framed(article, shown[0]), f"preview-page {shown[1]}")


def test_editor_goes_from_one_language_to_the_other(client, editor, write_article):
    english = write_article("one", work="w")
    french = write_article("un", work="w", language="fr")
    write_article("other")
    client.force_login(editor)

    tree = tree_of(client.get(f"{preview(english)}?as=lapsed&width=phone"))

    links = tree.xpath("//nav[@aria-labelledby='preview-language']//a")
    assert [(link.text, link.get("href"), link.get("aria-current")) for link in links] == [
        ("English", f"{preview(english)}?as=lapsed&width=phone", "true"),
        ("Français", f"{preview(french)}?as=lapsed&width=phone", None),
    ]


def test_previews_are_not_for_colleagues_without_full_texts_nor_for_outsiders(
    client, colleague, article
):
    addresses = [preview(article), f"{preview(article)}1/", framed(article, "subscriber")]
    outside = [client.get(address).status_code for address in addresses]
    client.force_login(colleague)

    inside = [client.get(address).status_code for address in addresses]

    assert (outside, inside) == ([302] * 3, [403] * 3)
    assert client.post(preview(article), {"made_for": "x", "days": "1"}).status_code == 403
    assert PreviewLink.objects.count() == 0


def test_who_may_not_change_an_article_makes_no_links_to_it(client, article):
    client.force_login(member("Translators"))

    page = client.get(preview(article))
    answer = client.post(preview(article), {"made_for": "x", "days": "1"})

    assert (page.status_code, answer.status_code) == (200, 403)
    assert tree_of(page).xpath(LINK_FORM) == []
    assert PreviewLink.objects.count() == 0


# --- Links for people without an account ----------------------------------------------------------


@pytest.mark.parametrize("days", [1, 7, 30])
def test_link_is_made_and_shown_once_and_its_token_is_not_stored(
    days, client, editor, write_article, now, time_machine
):
    article = write_article(status="draft")
    time_machine.move_to(now, tick=False)
    client.force_login(editor)

    address = make_link(client, article, "The translator", days)

    token = address.split("/")[-2]
    link = PreviewLink.objects.get()
    assert address == f"/en/preview/{token}/"
    assert (link.made_for, link.made_by, link.made_at) == ("The translator", editor, now)
    assert link.expires_at == now + timedelta(days=days)
    assert link.token_digest == previewing.digest(token)
    assert token not in str(PreviewLink.objects.values_list())
    assert token not in client.get(preview(article)).content.decode()
    assert token not in str(dict(client.session))


@pytest.mark.parametrize("values", [{"made_for": "", "days": "1"}, {"made_for": "x", "days": "2"}])
def test_link_wants_a_name_and_one_of_the_spans(values, client, editor, article):
    client.force_login(editor)

    page = client.post(preview(article), values)

    assert PreviewLink.objects.count() == 0
    assert len(texts(tree_of(page), "//ul[contains(@class, 'errorlist')]/li")) == 1


@pytest.mark.parametrize("status", ["draft", "in_review", "published", "withdrawn"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_whoever_holds_the_link_reads_the_whole_article(
    language, status, client, editor, write_article
):
    article = write_article(status=status, language=language)
    client.force_login(editor)
    address = make_link(client, article)

    page = HttpsClient().get(address)

    assert page.status_code == 200
    assert tree_of(page).get("lang") == language
    assert all(words in page.content.decode() for words in [TEASER, GATED, GATED_NOTE])
    assert page["X-Robots-Tag"] == "noindex"
    assert page["Cache-Control"] == "private, no-store"
    assert page["Referrer-Policy"] == "no-referrer"
    assert address not in page.content.decode()


def test_link_shows_the_article_as_it_stands_on_that_day(client, editor, article, now):
    client.force_login(editor)
    address = make_link(client, article)
    stage(article, editor, now, body=f"<p>{NEW}</p>")

    seen = HttpsClient().get(address).content.decode()

    assert NEW in seen
    assert GATED not in seen


def test_link_ends_at_its_instant(client, editor, write_article, now, time_machine):
    article = write_article(status="draft")
    time_machine.move_to(now, tick=False)
    client.force_login(editor)
    address = make_link(client, article, days=7)
    outsider = HttpsClient()

    time_machine.move_to(now + timedelta(days=7) - TICK, tick=False)
    before = outsider.get(address)
    time_machine.move_to(now + timedelta(days=7), tick=False)
    then = outsider.get(address)

    assert (before.status_code, then.status_code) == (200, 404)


def test_wrong_expired_and_revoked_links_are_answered_alike(
    client, editor, write_article, now, time_machine
):
    article = write_article(status="draft")
    client.force_login(editor)
    revoked, expired = make_link(client, article, days=30), make_link(client, article)
    asked = client.get(f"{preview(article)}{PreviewLink.objects.earliest('pk').pk}/")
    still = HttpsClient().get(revoked).status_code
    submit(client, asked, "//form[@class='desk-act']")
    time_machine.move_to(now + timedelta(days=2), tick=False)
    outsider = HttpsClient()
    digest = PreviewLink.objects.latest("pk").token_digest
    addresses = [
        revoked,
        expired,
        f"/en/preview/{'x' * 43}/",
        f"/en/preview/{digest}/",
        "/en/preview/1/",
        "/en/preview/%00/",
    ]

    answers = [outsider.get(address) for address in addresses]

    pages = {
        answer.content.decode().replace(address, "ADDRESS").replace(address.replace("/", "%2F"), "")
        for address, answer in zip(addresses[:4], answers, strict=False)
    }
    assert still == 200
    assert [answer.status_code for answer in answers] == [404] * 6
    assert {answer["Cache-Control"] for answer in answers} == {"private, no-store"}
    assert len(pages) == 1
    assert all(GATED not in page and TEASER not in page for page in pages)


def test_link_to_an_article_in_the_bin_opens_nothing(client, editor, article, now):
    client.force_login(editor)
    address = make_link(client, article)
    publishing.delete(article, by=editor, at=now)

    assert HttpsClient().get(address).status_code == 404


def test_link_opens_nothing_but_its_article(client, editor, write_article):
    article, other = write_article("one", status="draft"), write_article("two", status="draft")
    picture, foreign = png(is_public=False), png(is_public=False)
    for each, shown in [(article, picture), (other, foreign)]:
        body = f'<p>{GATED}<img data-picture="{shown.pk}" alt="A view"></p>'
        publishing.write(each, body, by=None, reason="desk")
    client.force_login(editor)
    address = make_link(client, article)
    outsider = HttpsClient()
    [shown] = tree_of(outsider.get(address)).xpath("//div[@class='prose']//img/@src")

    answers = {
        name: outsider.get(where)
        for name, where in {
            "picture": shown,
            "foreign": f"{address}pictures/{foreign.pk}/",
            "missing": f"{address}pictures/99999/",
            "article": article.get_absolute_url(),
            "its picture": f"{article.get_absolute_url()}pictures/{picture.pk}/",
            "other": other.get_absolute_url(),
            "french": address.replace("/en/", "/fr/"),
        }.items()
    }

    assert shown == f"{address}pictures/{picture.pk}/"
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "picture": 200,
        "foreign": 404,
        "missing": 404,
        "article": 404,
        "its picture": 404,
        "other": 404,
        "french": 404,
    }
    assert b"".join(answers["picture"])[1:4] == b"PNG"
    assert answers["picture"]["Cache-Control"] == "private, no-store"
    assert answers["picture"]["X-Robots-Tag"] == "noindex"


def test_picture_closes_with_its_link(client, editor, write_article, now):
    picture = png(is_public=False)
    article = write_article(
        status="draft", body=f'<p><img data-picture="{picture.pk}" alt="A view"></p>'
    )
    client.force_login(editor)
    address = make_link(client, article)
    previewing.revoke(PreviewLink.objects.get(), now)

    assert HttpsClient().get(f"{address}pictures/{picture.pk}/").status_code == 404


def test_openings_are_listed_by_their_times_and_nothing_else(
    client, editor, article, now, time_machine
):
    client.force_login(editor)
    address = make_link(client, article)
    opened = [now + timedelta(hours=hour) for hour in [1, 2]]
    for at in opened:
        time_machine.move_to(at, tick=False)
        HttpsClient().get(address)
        HttpsClient().head(address)

    page = client.get(preview(article))

    assert list(PreviewOpening.objects.order_by("at").values_list("at", flat=True)) == opened
    assert {field.name for field in PreviewOpening._meta.get_fields()} == {"id", "link", "at"}
    assert texts(tree_of(page), "//section[@id='links']//summary") == ["2 times"]


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_link_is_only_looked_at(method, client, editor, article):
    client.force_login(editor)
    address = make_link(client, article)

    assert getattr(HttpsClient(), method)(address).status_code == 405


def test_revoking_asks_first_and_is_done_once(client, editor, article, now):
    client.force_login(editor)
    make_link(client, article)
    link = PreviewLink.objects.get()
    page = client.get(f"{preview(article)}{link.pk}/")
    asked = PreviewLink.objects.get().revoked_at

    response = submit(client, page, "//form[@class='desk-act']", follow=True)
    first = PreviewLink.objects.get().revoked_at
    submit(client, page, "//form[@class='desk-act']")

    assert asked is None
    assert first is not None
    assert messages_of(response) == ["The link works no more."]
    assert PreviewLink.objects.get().revoked_at == first


def test_link_is_revoked_through_its_own_article_alone(client, editor, write_article):
    article, other = write_article("one"), write_article("two")
    client.force_login(editor)
    make_link(client, article)

    response = client.post(f"{preview(other)}{PreviewLink.objects.get().pk}/")

    assert response.status_code == 404
    assert PreviewLink.objects.get().revoked_at is None


def test_robots_are_kept_from_links_and_the_canary_tries_them_without_the_token(
    client, editor, write_article, now
):
    article = write_article(status="draft")
    client.force_login(editor)
    make_link(client, article)

    robots = client.get("/robots.txt").content.decode()
    tried = canary.secrets_of_the_house(now).addresses

    digest = PreviewLink.objects.get().token_digest
    assert "Disallow: /*/preview/" in robots.splitlines()
    assert {f"/en/preview/{digest}/", "/en/preview/"} <= set(tried)
    answers = [HttpsClient().get(address) for address in tried if "preview" in address]
    assert [answer.status_code for answer in answers] == [404] * 3
