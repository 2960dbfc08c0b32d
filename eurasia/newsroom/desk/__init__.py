"""The newsroom's part of the desk: a module for each thing that editors do."""

from django.utils.translation import gettext_noop

#: Headings that Django's own French makes of a name without its article: our catalogue comes first.
HEADINGS = [gettext_noop("Change %s"), gettext_noop("Select %s to change")]
