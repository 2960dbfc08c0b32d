import pytest


@pytest.fixture(autouse=True)
def pages_follow(no_plate_is_stale):
    """Whatever the desk writes, the pages of readers follow."""
