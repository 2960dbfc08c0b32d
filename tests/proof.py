"""Numbers in the thousands: `make prove` reaches them, the suite runs the same at a fiftieth."""

import os

IS_PROOF = os.environ.get("PROVE") == "1"


def scaled(count: int) -> int:
    return count if IS_PROOF else max(1, count // 50)
