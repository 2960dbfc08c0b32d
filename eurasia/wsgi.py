"""What the web server calls. Settings that do not hold stop it with one line."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eurasia.settings")

application = get_wsgi_application()
