"""Mail of the demo edition: a file in var/mail/, subject and code on the console as well."""

import re

from django.core.mail.backends.filebased import EmailBackend as FileBackend
from django.core.mail.message import EmailMessage


class EmailBackend(FileBackend):
    def write_message(self, message: EmailMessage) -> None:
        super().write_message(message)
        # A code stands alone on its line; the demo's console is where its visitor looks for it.
        code = re.search(r"^[A-Z0-9-]{6,12}$", str(message.body), re.MULTILINE)
        said = f" · code {code[0]}" if code else ""
        print(f"Mail to {message.to[0]}: {message.subject}{said}", flush=True)  # noqa: T201 - the demo's console is its mailbox
