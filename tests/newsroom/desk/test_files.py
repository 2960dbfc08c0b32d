"""Files at the desk: their order, their parties, their chronology, and closing them."""

from datetime import date, timedelta

import pytest
from django.contrib.admin.models import LogEntry

from eurasia.newsroom.models import Event, FileParty, Party, TopicFile
from tests.newsroom.desk.roles import member_of
from tests.pages import one, submit, texts, tree_of

FILES = "/admin/newsroom/topicfile/"
FORM = "//form[@id='topicfile_form']"


def page_of(file):
    return f"{FILES}{file.pk}/change/"


def event_of(file, days=0, **values):
    return Event.objects.create(
        **{
            "file": file,
            "on": date(2024, 1, 1) + timedelta(days=days),
            "text_en": f"Joined {days}.",
            "text_fr": f"Entrée {days}.",
            "source_title": "Gazette",
            "source_url": "https://gazette.example/",
            **values,
        }
    )


# --- Order ----------------------------------------------------------------------------------------


def test_order_of_files_is_kept_without_scripts_too(client, editor, topic_file):
    TopicFile.objects.create(slug="gulf", name_en="Gulf", name_fr="Golfe", position=1)
    client.force_login(editor)
    page = client.get(FILES)

    submit(
        client, page, "//form[@id='changelist-form']", **{"form-0-position": "2", "_save": "Save"}
    )

    assert [file.slug for file in TopicFile.objects.in_order()] == ["gulf", "iran-brics"]


@pytest.mark.parametrize("asked, movable", [("", True), ("?o=1", False)])
def test_rows_are_moved_where_the_list_is_in_order(asked, movable, client, editor, topic_file):
    client.force_login(editor)

    page = tree_of(client.get(FILES + asked))

    assert bool(page.xpath("//*[@data-order-rows]//table[@id='result_list']")) is movable


def test_parties_of_a_file_have_an_order(client, editor, topic_file):
    for place, name in enumerate(["iran", "china"]):
        party = Party.objects.create(slug=name, name_en=name.title(), name_fr=name.title())
        FileParty.objects.create(file=topic_file, party=party, position=place)
    client.force_login(editor)
    page = client.get(page_of(topic_file))
    one(tree_of(page), "//*[@data-order-rows]//*[@id='file_parties-group']")

    submit(client, page, FORM, **{"file_parties-0-position": "7"})

    [file] = TopicFile.objects.with_parties()
    assert [party.slug for party in file.party_list] == ["china", "iran"]


@pytest.mark.parametrize(
    "role, fields", [("Editors", ["party", "position", "DELETE"]), ("Writers", [])]
)
def test_parties_are_named_by_whoever_may_change_the_file(role, fields, client, topic_file):
    iran = Party.objects.create(slug="iran", name_en="Iran", name_fr="Iran")
    FileParty.objects.create(file=topic_file, party=iran)
    client.force_login(member_of(role))

    page = tree_of(client.get(page_of(topic_file)))

    assert "Iran" in one(page, "//*[@id='file_parties-group']").text_content()
    names = page.xpath("//*[starts-with(@name, 'file_parties-0-')][@aria-label]/@name")
    assert [name.removeprefix("file_parties-0-") for name in names] == fields


# --- Chronology -----------------------------------------------------------------------------------


def test_event_is_written_on_the_page_of_its_file(client, editor, topic_file):
    event = event_of(topic_file)
    client.force_login(editor)

    submit(client, client.get(page_of(topic_file)), FORM, **{"events-0-source_title": "Chronicle"})

    event.refresh_from_db()
    assert event.source_title == "Chronicle"


@pytest.mark.parametrize("missing", ["source_title", "source_url"])
def test_event_without_its_source_is_refused(missing, client, editor, topic_file):
    event = event_of(topic_file)
    client.force_login(editor)

    page = submit(client, client.get(page_of(topic_file)), FORM, **{f"events-0-{missing}": ""})

    event.refresh_from_db()
    assert "This field is required." in page.content.decode()
    assert getattr(event, missing)


def test_chronology_stands_in_order_of_time(client, editor, topic_file):
    for days in [5, 1, 3]:
        event_of(topic_file, days)
    client.force_login(editor)

    page = tree_of(client.get(page_of(topic_file)))

    written = page.xpath("//textarea[starts-with(@name, 'events-')][contains(@name, 'text_en')]")
    assert [area.text.strip() for area in written][:3] == ["Joined 1.", "Joined 3.", "Joined 5."]


@pytest.mark.parametrize("count, on_the_page", [(100, True), (101, False)])
def test_long_chronology_has_a_list_of_its_own(count, on_the_page, client, editor, topic_file):
    for days in range(count):
        event_of(topic_file, days)
    client.force_login(editor)

    page = tree_of(client.get(page_of(topic_file)))

    [link] = page.xpath("//a[contains(., 'Chronology')]/@href")
    listed = tree_of(client.get(link))
    assert bool(page.xpath("//*[@id='events-group']")) is on_the_page
    assert texts(page, "//a[contains(., 'Chronology')]") == [f"Chronology: {count} events"]
    assert texts(listed, "//*[contains(@class, 'paginator')]")[0].endswith(
        f"{count} events Show all"
    )


# --- Closing --------------------------------------------------------------------------------------


def test_file_is_closed_and_reopened_by_buttons_that_ask(client, editor, topic_file):
    client.force_login(editor)
    statuses = []

    for button in ["close", "reopen"]:
        asked = client.get(f"{FILES}{topic_file.pk}/{button}/")
        topic_file.refresh_from_db()
        statuses.append(topic_file.status)
        submit(client, asked, "//form[.//input[@class='default']]")
        topic_file.refresh_from_db()
        statuses.append(topic_file.status)

    said = LogEntry.objects.order_by("pk").values_list("user", "change_message")
    assert statuses == ["followed", "closed", "closed", "followed"]
    assert list(said) == [(editor.pk, "Closed."), (editor.pk, "Reopened.")]


def test_closing_twice_is_logged_once(client, editor, topic_file):
    client.force_login(editor)

    for _time in range(2):
        client.post(f"{FILES}{topic_file.pk}/close/")

    assert LogEntry.objects.count() == 1


def test_status_is_not_changed_by_the_form(client, editor, topic_file):
    client.force_login(editor)
    sent = dict(one(tree_of(client.get(page_of(topic_file))), FORM).form_values())

    client.post(page_of(topic_file), {**sent, "status": "closed"})

    topic_file.refresh_from_db()
    assert topic_file.status == "followed"


def test_writer_closes_no_file(client, topic_file):
    client.force_login(member_of("Writers"))

    answers = [
        client.get(f"{FILES}{topic_file.pk}/close/"),
        client.post(f"{FILES}{topic_file.pk}/close/"),
    ]

    topic_file.refresh_from_db()
    assert [answer.status_code for answer in answers] == [403, 403]
    assert topic_file.status == "followed"
