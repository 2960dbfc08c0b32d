"""The table of spellings: what an editor may add to it, and who may not."""

import pytest

from eurasia.newsroom.models import SpelledName, Spelling
from tests.pages import texts, tree_of

NAMES = "/admin/newsroom/spelledname/"


@pytest.fixture(autouse=True)
def emptied(db):
    SpelledName.objects.all().delete()


def posted(*spellings):
    rows = {f"spellings-{number}-text": text for number, text in enumerate(spellings)}
    return {"spellings-TOTAL_FORMS": len(spellings), "spellings-INITIAL_FORMS": 0, **rows}


def errors(response):
    return texts(tree_of(response), "//ul[contains(@class, 'errorlist')]/li")


def test_editor_adds_a_name_and_finds_it_by_any_spelling(client, editor):
    client.force_login(editor)

    response = client.post(f"{NAMES}add/", posted("Xamenei", "Khâmenei", "خامنه‌ای"))

    assert (response.status_code, response["Location"]) == (302, NAMES)
    folded = Spelling.objects.order_by("id").values_list("folded", flat=True)
    assert list(folded) == ["xamenei", "khamenei", "خامنهاي"]
    for query in ["Khamenei", "XAMENEI", "خامنه‌ای", ""]:
        page = client.get(NAMES, {"q": query})
        assert texts(tree_of(page), "//*[contains(@class, 'field-spelt')]") == [
            "Xamenei, Khâmenei, خامنه‌ای"
        ]
    assert texts(tree_of(client.get(NAMES, {"q": "Zebu"})), "//*[@id='result_list']") == []


@pytest.mark.parametrize(
    "spellings, error",
    [
        (["Erdoğan", "Erdogan"], "A search makes no difference between “Erdogan” and “Erdoğan”."),
        (["Xyz", "TÜRKIYE"], "A search makes no difference between “TÜRKIYE” and “Türkiye”."),
        (["Xyz", "?!"], "Nothing of this can be searched for."),
        (["Xyz", "ﷺ" * 99], "Nothing of this can be searched for."),
        (["Xyz"], "Please submit at least 2 forms."),
    ],
)
def test_what_helps_no_search_is_refused(spellings, error, client, editor):
    Spelling.objects.create(name=SpelledName.objects.create(), text="Türkiye")
    client.force_login(editor)

    response = client.post(f"{NAMES}add/", posted(*spellings))

    assert error in errors(response)
    assert Spelling.objects.count() == 1


def test_staff_without_the_permission_are_refused(client, colleague):
    client.force_login(colleague)

    for address in [NAMES, f"{NAMES}add/"]:
        assert client.get(address).status_code == 403
    assert client.post(f"{NAMES}add/", posted("Xyz", "Zyx")).status_code == 403
    assert Spelling.objects.count() == 0
