"""The style sheets in the pages, and the policy that lets them in and nothing else."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpResponse
from lxml import html

from eurasia import scripts, sheets

CSS = Path(settings.BASE_DIR, "eurasia/static/css")


def styles(response):
    return [
        style.text for style in html.document_fromstring(response.content.decode()).iter("style")
    ]


def sources(response):
    """What the policy allows as a style, by digest."""
    [rule] = re.findall(r"style-src ([^;]+)", response.headers["Content-Security-Policy"])
    return rule.split()


def digest(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize(
    "address, names",
    [
        ("/en/", ["house", "newsroom", "overview"]),
        ("/en/articles/the-crossing/", ["house", "newsroom", "membership"]),
        ("/en/subscribe/", ["house", "membership"]),
        ("/en/accounts/login/", ["house", "account"]),
        ("/en/no-such-page/", ["house"]),
    ],
)
def test_page_carries_its_sheets_and_its_policy_lets_them_in(address, names, client, article, plan):
    response = client.get(address)

    assert styles(response) == [sheets.text_of(name) for name in names]
    assert {digest(style) for style in styles(response)} <= set(sources(response))


def test_policy_lets_in_our_sheets_and_nothing_else(client, db):
    response = client.get("/en/about/")

    assert sources(response) == [
        "'self'",
        *(digest(sheets.text_of(name)) for name in sheets.SHEETS),
    ]


def test_policy_that_a_page_brings_is_its_own_even_where_it_is_the_first(rf):
    policy, brought = "Content-Security-Policy", "default-src 'none'"
    answers = iter([HttpResponse(headers={policy: brought}), HttpResponse()])
    middleware = sheets.CSPMiddleware(lambda request: next(answers))
    plain = sheets.CSPMiddleware(lambda request: HttpResponse())(rf.get("/"))

    assert [middleware(rf.get("/"))[policy] for _each in range(2)] == [brought, plain[policy]]


def test_every_sheet_of_the_house_is_written_into_some_page():
    assert sorted(file for files in sheets.SHEETS.values() for file in files) == sorted(
        path.stem for path in CSS.glob("*.css")
    )


def test_no_rule_is_lost_on_the_way_into_the_page():
    for name, files in sheets.SHEETS.items():
        rules = "".join((CSS / f"{file}.css").read_text() for file in files)
        rules = re.sub(r"/\*.*?\*/", "", rules, flags=re.DOTALL).replace("../", "/static/")

        assert "".join(sheets.text_of(name).split()) == "".join(rules.split())


def test_sheet_cannot_end_its_own_element():
    assert not any("<" in sheets.text_of(name) for name in sheets.SHEETS)


# --- Scripts --------------------------------------------------------------------------------------


def test_policy_lets_in_our_scripts(client, article):
    response = client.get("/en/articles/the-crossing/")

    inline = [
        script.text
        for script in html.document_fromstring(response.content.decode()).iter("script")
        if script.text and script.get("type") != "application/ld+json"  # data, which nothing runs
    ]
    assert inline == [scripts.texts()[name] for name in ["article", "search", "speculationrules"]]
    for text in inline:
        assert digest(text) in response.headers["Content-Security-Policy"]


def test_script_cannot_end_its_own_element():
    assert not any("</" in text for text in scripts.texts().values())
