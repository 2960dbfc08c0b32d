"""What the web server calls. Settings that do not hold stop it with one line."""

import os
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.wsgi import get_wsgi_application

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eurasia.settings")

behind_the_front = get_wsgi_application()
application: "WSGIApplication" = behind_the_front
if not settings.TRUSTED_PROXIES:  # a proxy remembers pages itself
    from eurasia.front import Front  # needs the settings

    application = Front(behind_the_front)
