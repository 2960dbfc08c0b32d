"""The site as a server behind a proxy has it, but for what `collectstatic` makes."""

from eurasia.settings import *  # noqa: F403 - one settings file is made of another
from eurasia.settings import STORAGES as COLLECTED

STORAGES = {
    **COLLECTED,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
