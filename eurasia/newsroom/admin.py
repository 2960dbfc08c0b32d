"""The newsroom's part of the desk, which Django finds here; it lives in `desk/`."""

from eurasia.newsroom.desk import (
    articles,
    contributors,
    corrections,
    crawlers,
    documents,
    files,
    journal,
    pictures,
    spellings,
)

__all__ = [
    "articles",
    "contributors",
    "corrections",
    "crawlers",
    "documents",
    "files",
    "journal",
    "pictures",
    "spellings",
]
