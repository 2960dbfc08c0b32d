"""Each mail: a subject, a text and an HTML part in the recipient's language, codes but no links."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail as outbox
from django.template.loader import get_template

from eurasia import mail
from tests.mails import CODE, NAMES, context_of

CODES = {
    "account/email/login_code",
    "account/email/email_confirmation",
    "account/email/email_confirmation_signup",
    "account/email/password_reset_code",
}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", NAMES)
def test_mail_has_three_parts_and_no_link_that_acts(name, language):
    context = context_of(name)

    mail.send(name, to="reader@example.org", language=language, context=context)

    [sent] = outbox.outbox
    [(html, kind)] = sent.alternatives
    assert sent.to == ["reader@example.org"]
    assert sent.subject
    assert kind == "text/html"
    assert f'lang="{language}"' in html
    addresses = set(re.findall(r"https?://[^\s\"<>]+", sent.body + html))
    assert addresses <= {settings.SITE_URL, context.get("address"), context.get("account")}
    assert (CODE in sent.body and CODE in html) == (name in CODES)
    [dark] = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert dark.strip().startswith("@media (prefers-color-scheme: dark)")
    assert "<script" not in html
    assert max(map(len, sent.body.splitlines())) <= mail.WIDTH


@pytest.mark.parametrize("name", NAMES)
def test_mail_speaks_the_language_of_its_reader(name):
    for language in ["en", "fr"]:
        mail.send(name, to="reader@example.org", language=language, context=context_of(name))

    english, french = outbox.outbox
    assert english.subject != french.subject
    assert english.body != french.body
    # No straight apostrophe, no space that breaks a line before a mark or inside guillemets.
    assert re.findall(r"'|[ \n][;:!?»]|«[ \n]", french.subject + french.body) == []


def test_subject_stays_on_one_line():
    mail.send(
        "account/email/login_code",
        to="reader@example.org",
        language="en",
        context={"code": "A", "site_name": "x\nBcc: other@example.org"},
    )

    [sent] = outbox.outbox
    assert sent.subject == f"Your code for {settings.SITE_NAME}"


def test_server_that_says_nothing_is_given_up_after_ten_seconds():
    assert outbox.get_connection("django.core.mail.backends.smtp.EmailBackend").timeout == 10


def test_layout_of_every_mail_is_ours():
    assert Path(get_template("mail/message.html").origin.name).is_relative_to(settings.BASE_DIR)
