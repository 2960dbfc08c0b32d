"""The site as a server behind a proxy has it, but for what `collectstatic` makes."""

import os
from pathlib import Path

from eurasia.settings import *  # noqa: F403 - one settings file is made of another
from eurasia.settings import STORAGES as COLLECTED

VAR_DIR = Path(os.environ["VAR_DIR"])
MEDIA_ROOT = VAR_DIR / "media"
WRITES_SECONDS = 1  # a test waits for what is counted
STORAGES = {
    **COLLECTED,
    "gated": {**COLLECTED["gated"], "OPTIONS": {"location": VAR_DIR / "gated", "base_url": None}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
