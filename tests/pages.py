"""What a reader does with a page: look at it, follow a link, fill in a form."""

import re

from django.core import mail
from lxml import html


def tree_of(response):
    return html.document_fromstring(response.content.decode())


def one(tree, path):
    [found] = tree.xpath(path)
    return found


def texts(tree, path):
    return [" ".join(each.text_content().split()) for each in tree.xpath(path)]


def submit(client, response, form="//main//form[1]", *, follow=False, **values):
    """Send a form of the page with what stands in it, and `values` typed in."""
    form = one(tree_of(response), form)
    unknown = values.keys() - set(form.fields.keys())
    assert not unknown, f"the form has no {unknown}"
    sent = {}
    for name, value in form.form_values():
        sent.setdefault(name, []).append(value)
    request = response.request
    here = request["PATH_INFO"] + (f"?{query}" if (query := request["QUERY_STRING"]) else "")
    send = client.post if form.method == "POST" else client.get
    return send(form.get("action") or here, {**sent, **values}, follow=follow)


def code_in(message):
    """The code that stands alone on a line of a mail."""
    [code] = re.findall(r"^[A-Z0-9-]{6,12}$", message.body, re.MULTILINE)
    return code


def code_sent_to(address):
    assert mail.outbox[-1].to == [address]
    return code_in(mail.outbox[-1])
