"""Days are written as readers of each language write them."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils.translation import override


@pytest.mark.parametrize(
    "language, value, said",
    [
        ("en", date(2026, 1, 1), "1 January 2026"),
        ("fr", date(2026, 1, 1), "1er janvier 2026"),
        ("fr", date(2026, 1, 11), "11 janvier 2026"),
        ("fr", datetime(2025, 12, 31, 23, 30, tzinfo=UTC), "1er janvier 2026"),
        ("fr", None, ""),
    ],
)
def test_day_is_said_in_the_language_of_the_page(language, value, said):
    with override(language):
        assert Template("{{ value|day }}").render(Context({"value": value})) == said
