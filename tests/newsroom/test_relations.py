"""The files drawn: who stands where, how thick a line is, and what those get who do not see it."""

import re

import pytest

from eurasia.newsroom import relations
from eurasia.newsroom.models import FileParty, Party, TopicFile
from tests.pages import tree_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn():
    """Writes files by their parties' slugs, which also give the colours in turn."""

    def write(*files: str) -> list[TopicFile]:
        for place, names in enumerate(files):
            slugs = names.split()
            file = TopicFile.objects.create(
                slug="on-" + "-".join(slugs),
                name_en=f"On {names}",
                name_fr=f"Sur {names}",
                position=place,
            )
            for position, slug in enumerate(slugs):
                colour = Party.Colour.values[len(slug) % len(Party.Colour.values)]
                party, _created = Party.objects.get_or_create(
                    slug=slug,
                    defaults={"name_en": slug.title(), "name_fr": slug.title(), "colour": colour},
                )
                FileParty.objects.create(file=file, party=party, position=position)
        return list(
            TopicFile.objects.filter(parties__isnull=False).distinct().in_order().with_parties()
        )

    return write


def test_nothing_is_drawn_without_two_parties(drawn):
    assert relations.draw([], []) is None
    assert relations.draw(drawn("alone"), []) is None


def test_each_party_stands_once_inside_the_drawing(drawn):
    figure = relations.draw(drawn("iran brics", "turkey brics", "iran iraq syria"), [])

    assert [node.party.slug for node in figure.nodes] == [
        "iran", "brics", "turkey", "iraq", "syria",
    ]  # fmt: skip
    assert len({(node.x, node.y) for node in figure.nodes}) == 5
    assert all(0 < n.x < figure.width and 0 < n.y < figure.height for n in figure.nodes)


def test_relations_do_not_cross_where_they_need_not(drawn):
    places = relations._places(((1, 3), (2, 4), (3, 5), (4, 6)))
    order = sorted(places, key=lambda pk: (places[pk][1] > 170, places[pk][0]))

    crossings, _length = relations._strain(order, ((1, 3), (2, 4), (3, 5), (4, 6)))

    assert crossings <= 1


def test_same_files_give_the_same_drawing(drawn):
    files = drawn("iran brics", "turkey brics")

    assert relations.draw(files, [{1}]) == relations.draw(files, [{1}])


def test_line_is_as_thick_as_its_share_of_the_newest(drawn):
    one, other = files = drawn("iran brics", "turkey brics")

    figure = relations.draw(files, [{one.pk}, {one.pk}, {one.pk, other.pk}, set()])

    widths = {relation.file: (relation.articles, relation.width) for relation in figure.relations}
    assert widths == {one: (3, 12.6), other: (1, 5.9)}
    assert figure.newest == 4


def test_three_parties_meet_in_a_hub(drawn):
    [file] = drawn("iran iraq syria")

    [relation] = relations.draw([file], []).relations

    assert len(relation.strands) == 3
    assert {strand.end for strand in relation.strands} == {relation.hub}


def test_front_page_links_each_relation_and_lists_the_files_beside(client, drawn, write_article):
    [file] = drawn("iran brics")
    write_article(files=[file])

    page = tree_of(client.get("/en/"))

    [link] = page.xpath('//figure//*[local-name()="a"]')
    assert link.get("href") == "/en/files/on-iran-brics/"
    assert link.get("aria-label") == "On iran brics: 1 of the newest 1 articles"
    assert "/en/files/on-iran-brics/" in page.xpath('//ul[@class="files"]//a/@href')


def test_numbers_of_the_drawing_are_plain_in_french(client, drawn, write_article):
    [file] = drawn("iran brics")
    write_article(files=[file], language="fr")

    markup = client.get("/fr/").content.decode()

    numbers = re.findall(r' (?:x|y|x1|y1|cx|cy|r|stroke-width)="([^"]+)"', markup)
    assert numbers
    assert all(re.fullmatch(r"-?\d+(\.\d+)?", number) for number in numbers)


def test_page_of_a_file_shows_its_own_relation_as_a_picture(client, drawn):
    drawn("iran brics", "turkey brics")

    page = tree_of(client.get("/en/files/on-turkey-brics/"))

    [picture] = page.xpath('//figure/*[local-name()="svg"]')
    assert picture.get("role") == "img"
    assert picture.get("aria-label") == "On turkey brics, among all the files we follow"
    assert picture.xpath('.//*[local-name()="a"]') == []
    assert picture.xpath('.//*[local-name()="text"]//text()') == ["Brics", "Turkey"]


def test_closed_file_is_drawn_on_its_own_page_only(client, drawn):
    drawn("iran brics", "turkey brics")
    TopicFile.objects.filter(slug="on-turkey-brics").update(status="closed")

    own = client.get("/en/files/on-turkey-brics/").content.decode()
    front = client.get("/en/").content.decode()

    assert "On turkey brics, among all" in own
    assert "on-turkey-brics" not in front


def test_card_wears_the_colours_of_its_files_first_two_parties(client, drawn, write_article):
    [file] = drawn("iran brics")
    write_article(files=[file])

    page = tree_of(client.get("/en/articles/"))

    emblem = page.xpath('//*[@class="emblem"]/*/@class')
    assert emblem == ["party-plum", "party-copper emblem-over"]
