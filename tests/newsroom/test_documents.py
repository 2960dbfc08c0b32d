"""Documents of a full text: downloaded by whom the article opens to, by no other way."""

import io
import zipfile
from datetime import timedelta
from itertools import product

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from eurasia import keeping
from eurasia.newsroom import canary, documents, previewing, publishing, vault
from eurasia.newsroom.models import Document, FullText
from tests.conftest import HttpsClient

PDF = b"%PDF-1.7\nThe ledger of the seven drivers, page by page.\n%%EOF\n"


def pdf(title="The ledger"):
    return Document.objects.create(title=title, file=ContentFile(PDF, name="secret name.PDF"))


@pytest.fixture
def document(db):
    return pdf()


@pytest.fixture
def article(write_article, document):
    return write_article(body=f'<p>See <a href="/documents/{document.pk}/">the ledger</a>.</p>')


@pytest.fixture
def address(article, document):
    return f"/en/articles/the-crossing/documents/{document.pk}/"


def content_of(response):
    return b"".join(response) if response.streaming else response.content


# --- Where it lies -------------------------------------------------------------------------------


def test_document_lies_where_no_address_leads(document):
    name = document.file.name

    assert name.startswith("gated/")
    assert name.endswith(".pdf")
    assert "secret" not in name
    assert storages["gated"].exists(name)
    assert not storages["default"].exists(name)
    with pytest.raises(ValueError, match="through its article only"):
        _ = document.file.url


# --- Who gets it ---------------------------------------------------------------------------------


def test_subscriber_finds_and_downloads_it(client, address, subscriber):
    client.force_login(subscriber)

    page = client.get("/en/articles/the-crossing/").content.decode()
    response = client.get(address)

    assert f'<a class="document" href="{address}">the ledger (PDF, 62&nbsp;bytes)</a>' in page
    assert (response.status_code, content_of(response)) == (200, PDF)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="The_ledger.pdf"'
    assert response["Cache-Control"] == keeping.PRIVATE
    assert response["X-Content-Type-Options"] == "nosniff"


def test_subscriber_downloads_the_rest_of_it(client, address, subscriber):
    client.force_login(subscriber)

    response = client.get(address, headers={"range": "bytes=9-"})
    head = client.head(address)

    assert (response.status_code, content_of(response)) == (206, PDF[9:])
    assert response["Cache-Control"] == keeping.PRIVATE
    assert (head.status_code, content_of(head)) == (200, b"")
    assert head["Content-Length"] == str(len(PDF))


def test_nginx_is_told_where_it_lies(client, address, subscriber, document, settings):
    settings.TRUSTED_PROXIES = 1
    client.force_login(subscriber)

    response = client.get(address)

    assert (response.status_code, response.content) == (200, b"")
    assert response["X-Accel-Redirect"] == f"/gated/{document.file.name}"
    assert response["Content-Disposition"] == 'attachment; filename="The_ledger.pdf"'


@pytest.mark.parametrize("proxies", [0, 1])
@pytest.mark.parametrize("who", ["outsider", "registered", "lapsed", "colleague"])
def test_nobody_else_gets_it(who, proxies, client, address, document, request, settings):
    settings.TRUSTED_PROXIES = proxies
    if who != "outsider":
        client.force_login(request.getfixturevalue(who))
    name = document.file.name
    tried = [
        address, f"{address}?download=1", f"{address}ledger.pdf", f"{address[:-1]}.pdf",
        address.replace("/en/", "/fr/"), document.source_address, f"/media/{name}", f"/{name}",
        f"/gated/{name}", f"/media/../gated/{name}", f"/media/%2e%2e/gated/{name}",
        f"/en/articles/the-crossing/pictures/{document.pk}/",
    ]  # fmt: skip

    asked = [{}, {"range": "bytes=0-3"}, {"accept": "application/pdf"}]
    for each, headers in product(tried, asked):
        for response in [client.get(each, headers=headers), client.head(each, headers=headers)]:
            assert response.status_code == 404, each
            assert "X-Accel-Redirect" not in response
            assert b"%PDF" not in content_of(response)


@pytest.mark.parametrize("who", ["outsider", "registered", "lapsed"])
def test_page_does_not_name_it_to_others(who, client, address, request):
    if who != "outsider":
        client.force_login(request.getfixturevalue(who))

    page = client.get("/en/articles/the-crossing/").content.decode()

    assert "/documents/" not in page
    assert "ledger" not in page


def test_other_article_does_not_open_it(client, write_article, address, document, subscriber):
    write_article("open-to-all", access="everyone")
    other = f"/en/articles/open-to-all/documents/{document.pk}/"

    outsider = client.get(other)
    client.force_login(subscriber)

    assert [outsider.status_code, client.get(other).status_code] == [404, 404]


def test_open_article_does_not_open_what_it_merely_names(client, write_article, address, document):
    other = f"/en/articles/open-to-all/documents/{document.pk}/"
    write_article(
        "open-to-all",
        access="everyone",
        body=f'<p>{other}</p><p><a class="document" href="{other}">here</a></p>',
    )

    assert client.get(other).status_code == 404


def test_teaser_opens_no_document(client, write_article, document, subscriber):
    link = f'<p>See <a href="/documents/{document.pk}/">the ledger</a>.</p>'
    article = write_article(teaser=link, access="everyone")
    client.force_login(subscriber)

    response = client.get(f"/en/articles/the-crossing/documents/{document.pk}/")

    assert article.teaser_html == "<p>See the ledger.</p>"
    assert response.status_code == 404


def test_note_of_the_full_text_opens_it_and_one_of_the_teaser_does_not(
    client, write_article, document, subscriber
):
    note = f'<span class="footnote"><a href="/documents/{document.pk}/">It</a></span>'
    write_article("in-the-text", body=f"<p>Text{note}</p>")
    write_article("in-the-teaser", teaser=f"<p>Text{note}</p>")
    client.force_login(subscriber)

    found = [
        client.get(f"/en/articles/{slug}/documents/{document.pk}/")
        for slug in ["in-the-text", "in-the-teaser"]
    ]

    assert [each.status_code for each in found] == [200, 404]
    assert content_of(found[0]) == PDF


@pytest.mark.parametrize("status", ["draft", "in_review", "withdrawn"])
def test_unpublished_article_opens_it_to_the_desk_alone(
    status, client, article, address, subscriber, editor
):
    article.status = status
    article.save()

    client.force_login(subscriber)
    refused = client.get(address)
    client.force_login(editor)
    shown = client.get(address)

    assert refused.status_code == 404
    assert (shown.status_code, content_of(shown)) == (200, PDF)


def test_outsider_gets_it_until_the_instant_the_free_span_ends(
    client, write_article, document, now, time_machine
):
    until = now + timedelta(hours=1)
    body = f'<p><a href="/documents/{document.pk}/">It</a></p>'
    write_article(body=body, free_until=until)
    address = f"/en/articles/the-crossing/documents/{document.pk}/"

    time_machine.move_to(until - timedelta(microseconds=1), tick=False)
    before = client.get(address)
    time_machine.move_to(until, tick=False)
    then = client.get(address)

    assert content_of(before) == PDF
    assert then.status_code == 404


@pytest.mark.parametrize("pk", ["0", "999999", "99999999999999999999999"])
def test_unknown_document_is_404(pk, client, article, subscriber):
    client.force_login(subscriber)

    assert client.get(f"/en/articles/the-crossing/documents/{pk}/").status_code == 404


def test_lost_file_is_404(client, address, document, subscriber):
    storages["gated"].delete(document.file.name)
    client.force_login(subscriber)

    assert client.get(address).status_code == 404


def test_link_for_people_without_an_account_opens_it_until_it_is_revoked(
    article, document, editor, now
):
    link, token = previewing.make_link(article, made_for="Nobody", by=editor, at=now, days=1)
    page = HttpsClient().get(f"/en/preview/{token}/").content.decode()
    address = f"/en/preview/{token}/documents/{document.pk}/"

    opened = HttpsClient().get(address)
    other = HttpsClient().get(address.replace(token, "x" * 43))
    previewing.revoke(link, now)

    assert f'href="{address}"' in page
    assert content_of(opened) == PDF
    assert (opened["Cache-Control"], opened["X-Robots-Tag"]) == (keeping.PRIVATE, "noindex")
    assert [other.status_code, HttpsClient().get(address).status_code] == [404, 404]


def test_link_opens_no_document_of_another_article(article, write_article, editor, now):
    foreign = pdf("Another")
    write_article("elsewhere", body=f'<p><a href="/documents/{foreign.pk}/">It</a></p>')
    _link, token = previewing.make_link(article, made_for="Nobody", by=editor, at=now, days=1)

    assert HttpsClient().get(f"/en/preview/{token}/documents/{foreign.pk}/").status_code == 404


def test_canary_knows_documents(article, address, document, now):
    secrets = canary.secrets_of_the_house(now)

    assert f"document {document.pk}" in secrets.files.values()
    assert {address, f"/media/{document.file.name}", f"/gated/{document.file.name}"} <= set(
        secrets.addresses
    )


# --- Kinds that are taken ------------------------------------------------------------------------


def zipped():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("content.xml", "<a/>")
    return stream.getvalue()


@pytest.mark.parametrize(
    "name, content",
    [("a.pdf", PDF), ("A.PDF", PDF), ("a.csv", "é;1\n".encode()), ("a.ods", zipped())],
)
def test_document_is_taken(name, content):
    documents.look_at(ContentFile(content, name=name))


@pytest.mark.parametrize(
    "name, content, says",
    [
        ("a.html", b"<script>", "The name of the file must end in one of these: .csv, .docx, .ods, "
         ".odt, .pdf, .xlsx."),
        ("a", PDF, "The name of the file must end in one of these: .csv, .docx, .ods, .odt, .pdf, "
         ".xlsx."),
        ("a.pdf", b"<html>", "This file is no PDF, whatever its name says."),
        ("a.xlsx", PDF, "This file is no XLSX, whatever its name says."),
        ("a.csv", b"\xff\xfe", "This file is no CSV, whatever its name says."),
        ("a.pdf", PDF + bytes(20 * 2**20), "This document has more than 20.0\xa0MB. Make it "
         "smaller first."),
    ],
)  # fmt: skip
def test_document_is_refused(name, content, says):
    with pytest.raises(ValidationError) as refusal:
        documents.look_at(ContentFile(content, name=name))

    assert refusal.value.messages == [says]


# --- At the desk ---------------------------------------------------------------------------------


def test_editor_adds_replaces_and_deletes(
    client, editor, write_article, subscriber, django_capture_on_commit_callbacks
):
    client.force_login(editor)
    client.post(
        "/admin/newsroom/document/add/", {"title": "Table", "file": ContentFile(PDF, name="a.pdf")}
    )
    document = Document.objects.get()
    article = write_article(body=f'<p><a href="/documents/{document.pk}/">It</a></p>')
    first = document.file.name

    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            f"/admin/newsroom/document/{document.pk}/change/",
            {"title": "Table", "file": ContentFile(b"a;b\n", name="b.csv")},
        )
    page = client.get(f"/admin/newsroom/document/{document.pk}/change/").content.decode()
    client.post(f"/admin/newsroom/document/{document.pk}/delete/", {"post": "yes"})
    document.refresh_from_db()  # what is used is there still
    with vault.opened("desk"):
        body = FullText.objects.get(pk=article.pk).body_html
    publishing.write(article, "<p>Nothing</p>", by=None, reason="desk")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/admin/newsroom/document/{document.pk}/delete/", {"post": "yes"})

    assert "It (CSV, 4&nbsp;bytes)</a>" in body
    assert not storages["gated"].exists(first)
    assert (
        f'<a href="/admin/newsroom/article/{article.pk}/change/">{article}</a> (full text)' in page
    )
    assert not Document.objects.exists()
    assert not storages["gated"].exists(document.file.name)


def test_desk_refuses_with_the_reason(client, editor):
    client.force_login(editor)

    page = client.post(
        "/admin/newsroom/document/add/", {"title": "T", "file": ContentFile(b"<", name="a.pdf")}
    )

    assert "This file is no PDF, whatever its name says." in page.content.decode()
    assert not Document.objects.exists()


@pytest.mark.parametrize("path", ["", "{}/change/", "{}/file/", "found/", "add/"])
def test_who_may_see_no_full_texts_sees_no_documents(client, colleague, document, path):
    client.force_login(colleague)

    assert client.get(f"/admin/newsroom/document/{path.format(document.pk)}").status_code == 403


def test_editor_chooses_among_documents(client, editor, document):
    client.force_login(editor)

    answer = client.get("/admin/newsroom/document/found/").json()
    file = client.get(f"/admin/newsroom/document/{document.pk}/file/")

    assert answer == {
        "documents": [
            {"address": f"/documents/{document.pk}/", "name": "The ledger (PDF, 62\xa0bytes)"}
        ]
    }
    assert content_of(file) == PDF
