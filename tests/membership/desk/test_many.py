"""A hundred thousand readers at the desk: each list opens within 300 ms."""

import time

import pytest
from django.db import connection
from django.utils import timezone

from eurasia.membership import glance
from tests.membership.desk.many import fill
from tests.proof import IS_PROOF, scaled

READERS, SUBSCRIPTIONS = "/admin/accounts/user/", "/admin/membership/subscription/"


@pytest.fixture
def many(editor):
    """100,000 readers (a fiftieth of that in the suite)."""
    readers = fill(scaled(100_000), editor, timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as PostgreSQL does by itself once they are committed
    return readers


@pytest.mark.proof
def test_lists_of_a_hundred_thousand_readers_open_in_300_ms(client, editor, many):
    client.force_login(editor)
    some, last = many[len(many) // 2], scaled(100_000) // 50
    asked = [
        *[READERS + query for query in [
            "", f"?p={last}", "?o=-5", "?q=reader-000", f"?q={some.email}", "?q=nobody",
            "?q=family77+name", "?q=%C3%89lodie", "?plan=2",
            *[f"?state={state}" for state in glance.Narrowing.values],
            "?state=running&plan=1&source=free&language__exact=fr&q=family", "?source=granted",
            f"?state=running&p={last // 2}", "?language__exact=fr", "?is_staff__exact=1",
        ]],
        *[SUBSCRIPTIONS + query for query in [
            "", f"?p={last}", "?state=running", "?state=over", "?source__exact=paid", "?q=library",
            f"?q={some.email}", "?o=5", "?o=1",
        ]],
        f"{READERS}{some.pk}/change/", f"{READERS}{some.pk}/history/", f"{READERS}log/",
        f"{READERS}log/?by={editor.pk}", f"{READERS}export/", f"{READERS}export/?state=running",
        f"{READERS}choose/?term=family77&app_label=membership&model_name=subscription&field_name=reader",
    ]  # fmt: skip

    slow = {}
    for address in asked:
        taken = []
        for _time in range(5 if IS_PROOF else 1):
            begun = time.perf_counter()
            response = client.get(address)
            taken.append(time.perf_counter() - begun)
        assert response.status_code == 200, address
        print(f"{address}: {min(taken) * 1000:.0f} ms")  # noqa: T201 - the figure for the note
        if min(taken) >= 0.3:
            slow[address] = min(taken)

    assert slow == {} or not IS_PROOF
