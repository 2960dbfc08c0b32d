"""Each mail: a subject, a text and an HTML part in the recipient's language, codes but no links."""

import re
from pathlib import Path

import allauth
import pytest
from django.conf import settings
from django.core import mail as outbox
from django.template.loader import get_template

from eurasia import mail

ALLAUTH = Path(allauth.__file__).parent / "templates"
#: What allauth can send with our settings; mails of links are not among them.
NAMES = sorted(
    f"{folder}/{path.name.removesuffix('_subject.txt')}"
    for folder in ["account/email", "mfa/email"]
    for path in (ALLAUTH / folder).glob("*_subject.txt")
    if path.name.removesuffix("_subject.txt") not in {"password_reset", "password_reset_key"}
)
CODES = {
    "account/email/login_code",
    "account/email/email_confirmation",
    "account/email/email_confirmation_signup",
    "account/email/password_reset_code",
}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", NAMES)
def test_mail_has_three_parts_and_no_link_that_acts(name, language):
    mail.send(name, to="reader@example.org", language=language, context={"code": "ABC-DEF"})

    [sent] = outbox.outbox
    [(html, kind)] = sent.alternatives
    assert sent.to == ["reader@example.org"]
    assert sent.subject
    assert kind == "text/html"
    assert f'lang="{language}"' in html
    addresses = set(re.findall(r"https?://[^\s\"<>]+", sent.body + html))
    assert addresses <= {settings.SITE_URL}
    assert ("ABC-DEF" in sent.body and "ABC-DEF" in html) == (name in CODES)
    assert "<style" not in html
    assert "<script" not in html


@pytest.mark.parametrize("name", NAMES)
def test_mail_speaks_the_language_of_its_reader(name):
    for language in ["en", "fr"]:
        mail.send(name, to="reader@example.org", language=language, context={"code": "ABC-DEF"})

    english, french = outbox.outbox
    assert english.subject != french.subject
    assert english.body != french.body


def test_subject_stays_on_one_line():
    mail.send(
        "account/email/login_code",
        to="reader@example.org",
        language="en",
        context={"code": "A", "site_name": "x\nBcc: other@example.org"},
    )

    [sent] = outbox.outbox
    assert sent.subject == f"Your code for {settings.SITE_NAME}"


def test_layout_of_every_mail_is_ours():
    assert Path(get_template("mail/message.html").origin.name).is_relative_to(settings.BASE_DIR)
