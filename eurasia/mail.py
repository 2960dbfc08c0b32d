"""The only way a mail leaves: a subject, a text and an HTML part, in the recipient's language.

Anybody above may call `send`; it imports no app. A mail named `account/email/login_code` has the
templates `…_subject.txt` and `…_message.txt`; its HTML part is the text laid out by
`mail/message.html`, so that the two never say different things.
"""

import logging
import re
from email.utils import formataddr, parseaddr
from textwrap import fill
from typing import Any

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import translation

from eurasia import languages, masthead

log = logging.getLogger(__name__)

WIDTH = 72


def send(name: str, *, to: str, language: str, context: dict[str, Any]) -> None:
    """Send the mail `name` to one address, after the caller's transaction has ended.

    `language` is a code of settings.LANGUAGES; `context["code"]`, where a mail carries one, is
    shown large. Raises what the mail backend raises.
    """
    context = {
        **context,
        **languages.of_the_journal(),
        "page_language": language,
    }
    with translation.override(language):
        # A line break in a subject would start a header of its own (RFC 5322, 2.2).
        lines = _text(f"{name}_subject.txt", context).splitlines()
        subject = " ".join(line.strip() for line in lines if line.strip())
        paragraphs = _paragraphs(_text(f"{name}_message.txt", context))
        html = render_to_string(
            "mail/message.html", {**context, "subject": subject, "paragraphs": paragraphs}
        )
    text = "\n\n".join(map(_wrapped, paragraphs)) + "\n"
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    sender = formataddr((masthead.name(), address))
    message = EmailMultiAlternatives(subject, text, sender, [to])
    message.attach_alternative(css_inline.inline(html, keep_at_rules=True), "text/html")
    message.send()


def notify(name: str, *, number: int, to: str, language: str, context: dict[str, Any]) -> None:
    """Like `send`, of what has been done already: a mail server that is down undoes nothing.

    The log then tells the `number` of the reader, never the address.
    """
    try:
        send(name, to=to, language=language, context=context)
    except OSError:  # what smtplib raises as well
        log.error("Mail %s was not sent to reader %s.", name, number)  # noqa: TRY400 - a trace would name the address


def _text(template: str, context: dict[str, Any]) -> str:
    """Plain text: an ampersand in a name stays one."""
    found: Any = get_template(template)
    return str(found.template.render(Context(context, autoescape=False)))


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def _wrapped(paragraph: str) -> str:
    """In lines that a window of eighty signs shows whole; addresses and codes are not cut."""
    return "\n".join(
        fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)
        for line in paragraph.splitlines()
    )
