"""Looking at an article before readers do: at the desk, and by links for people without an account.

A link's token is stored hashed. What is shown is what would be published: a live article's waiting
changes included.
"""

import hashlib


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
