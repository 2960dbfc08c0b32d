"""The newsroom's part of the desk, which Django finds here; it lives in `desk/`."""

from django.contrib.admin import site
from django_tasks_db.admin import DBTaskResult  # it registers what is taken back below

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

site.unregister(DBTaskResult)  # in English alone, and nothing for editors: operators have the log
