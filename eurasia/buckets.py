"""Buckets of S3 and what speaks like it, where STORAGES may keep pictures and documents.

No address is ever signed: what is public has one of its own below MEDIA_URL, and the rest leaves
its bucket through the journal alone.
"""

from typing import Any
from urllib.parse import quote, urljoin

from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage


class Bucket(S3Storage):
    """Takes `base_url` as Django's own storage does: None for what has no address."""

    base_url: str | None

    def get_default_settings(self) -> dict[str, Any]:
        return {
            **super().get_default_settings(),
            "addressing_style": "path",  # every server knows it
            "base_url": None,
            "file_overwrite": False,
            "max_memory_size": 2**20,  # what is larger goes through a file on its way out
            "querystring_auth": False,
        }

    def url(self, name: str, *_args: Any, **_options: Any) -> str:
        if self.base_url is None:
            raise ValueError("What is kept in this bucket has no address of its own.")
        return urljoin(self.base_url, filepath_to_uri(name))

    def address(self, name: str) -> str:
        """Where the bucket itself would give a file away, if it were open to all."""
        return f"{self.endpoint_url}/{self.bucket_name}/{quote(name)}"
