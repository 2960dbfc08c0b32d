"""Two writers at one article on the production server, which is killed under them.

What the server has acknowledged stands: a save in the history, unsaved work as unsaved work.
"""

import json
import random
import re
import secrets
import threading
import time
from dataclasses import dataclass

import httpx
import pytest

from eurasia.accounts.models import User
from eurasia.newsroom import vault
from eurasia.newsroom.models import Autosave, Draft, FullText
from tests.cast import guard
from tests.conftest import session_of
from tests.pages import one, tree_of
from tests.proof import IS_PROOF

pytestmark = [pytest.mark.stack, pytest.mark.proof]

ACTS, KILLS = (200, 4) if IS_PROOF else (40, 1)
FORM = "//form[@id='article_form']"


@dataclass
class Sent:
    """A text on its way to the server: only what is acknowledged must be found again."""

    word: str
    is_save: bool = False
    is_acknowledged: bool = False


class Writer(threading.Thread):
    """Types, saves and, where the article is live, publishes, as fast as the server answers."""

    def __init__(self, number, session, server, article, acts):
        super().__init__(daemon=True)
        self.client = server.client(session)
        self.page = f"/admin/newsroom/article/{article.pk}"
        self.acts_of_both, self.number = acts, number
        self.form = None
        self.saved: list[str] = []
        self.tabs: dict[str, list[Sent]] = {}  # that no save of theirs has put an end to
        self.failure: Exception | None = None
        chances = random.Random(number)  # noqa: S311 - the same course every time
        kinds = [self.autosave] * 7 + [self.save] * 2
        kinds += [self.publish] if article.status == "published" else [self.save]
        self.next_act = lambda: chances.choice(kinds)

    def run(self):
        with self.client:
            self.act_until_both_have_done_enough()

    def act_until_both_have_done_enough(self):
        while len(self.acts_of_both) < ACTS:
            try:
                self.form = self.form or self.open()
                self.next_act()()
                self.acts_of_both.append(self.number)
            except httpx.TransportError:
                self.form = None  # what the server had in hand is anybody's guess
                time.sleep(0.05)
            except Exception as failure:
                self.failure = failure
                return

    def open(self):
        response = self.client.get(f"{self.page}/change/")
        assert response.status_code == 200, response.text
        form = values_of(one(tree_of(response), FORM))
        return {**form, "tab": [secrets.token_hex(16)]}

    def send(self, *, is_save):
        sent = Sent(f"word-{self.number}-{len(self.acts_of_both)}-{secrets.token_hex(4)}", is_save)
        self.form |= {"headline": [sent.word], "body": [f"<p>{sent.word}</p>"]}
        self.tabs.setdefault(self.form["tab"][0], []).append(sent)
        return sent

    def autosave(self):
        sent = self.send(is_save=False)
        fields = {name: self.form[name] for name in ["headline", "body"]}
        said = {"tab": self.form["tab"][0], "lock": self.form["lock"][0], "fields": fields}
        response = self.client.post(f"{self.page}/writing/", json=said)
        assert response.status_code == 200, response.text
        sent.is_acknowledged = True

    def save(self):
        sent = self.send(is_save=True)
        response = self.client.post(f"{self.page}/change/", data=self.form)
        if response.status_code == 200:  # the other was quicker: both versions are shown
            sent.is_acknowledged = True  # as unsaved work
            [seen] = tree_of(response).xpath("//input[@name='seen_lock']/@value")
            sent = self.send(is_save=True)
            response = self.client.post(
                f"{self.page}/change/", data={**self.form, "seen_lock": [seen]}
            )
        if response.status_code == 302:
            self.saved.append(sent.word)
            del self.tabs[self.form["tab"][0]]
        else:  # quicker once more
            assert response.status_code == 200, response.text
            sent.is_acknowledged = True
        self.form = None

    def publish(self):
        """What waits, where something does and is still what was shown."""
        response = self.client.get(f"{self.page}/publish/")
        if response.status_code == 200:
            form = values_of(one(tree_of(response), "//form[.//input[@name='lock']]"))
            sent = {**form, "all_the_same": "on"}
            response = self.client.post(f"{self.page}/publish/", data=sent)
        assert response.status_code in {200, 302}, response.text
        self.form = None


def values_of(form):
    values: dict[str, list[str]] = {}
    for name, value in form.form_values():
        values.setdefault(name, []).append(value)
    return values


def word_in(text):
    found = re.search(r"word-[\w-]+", text)
    return found and found[0]


@pytest.fixture
def editors(editor):
    other = User.objects.create_user("other@example.org", is_staff=True)
    other.user_permissions.set(editor.user_permissions.all())
    return [editor, guard(other)]


@pytest.mark.parametrize("is_live", [False, True], ids=["draft", "live"])
def test_nothing_acknowledged_is_lost(server, editors, write_article, is_live):
    article = write_article(**({} if is_live else {"status": "draft", "published_at": None}))
    acts: list[int] = []
    writers = [
        Writer(number, session_of(editor), server, article, acts)
        for number, editor in enumerate(editors)
    ]
    for writer in writers:
        writer.start()
    for kill in range(1, KILLS + 1):
        while len(acts) < kill * ACTS // (KILLS + 1):
            assert any(writer.is_alive() for writer in writers)
            time.sleep(0.01)
        server.kill()
        server.start()
    for writer in writers:
        writer.join(timeout=120)
    server.kill()

    assert [writer.failure for writer in writers] == [None, None]
    assert sum(len(writer.saved) for writer in writers) > 0
    history = saves_of(article, is_live=is_live)
    for writer in writers:
        assert [word for word in history if word in writer.saved] == writer.saved
    article.refresh_from_db()
    with vault.opened("desk"):
        full_text = FullText.objects.get(pk=article.pk)
        waiting = Draft.objects.filter(pk=article.pk).first()
        unsaved = {row.tab: json.loads(row.fields) for row in Autosave.objects.all()}
    newest = waiting or full_text
    assert word_in(newest.body) == history[-1]
    assert word_in(article.headline) == word_in(full_text.body)  # never half of a save
    lost = [
        (sent, unsaved.get(tab))
        for writer in writers
        for tab, sent in writer.tabs.items()
        if not is_kept(sent, unsaved.get(tab), history)
    ]
    assert lost == []


def saves_of(article, *, is_live):
    """The words that the history holds, in order."""
    model = Draft if is_live else FullText
    with vault.opened("desk"):
        rows = model.history.filter(article_id=article.pk).exclude(history_type="-")
        bodies = rows.order_by("history_id").values_list("body", flat=True)
        return [word for word in map(word_in, bodies) if word]


def is_kept(sent, unsaved, history):
    """Whether a tab's last acknowledged text is there, or one that the tab sent after it."""
    acknowledged = [position for position, each in enumerate(sent) if each.is_acknowledged]
    if not acknowledged:
        return True
    later = sent[acknowledged[-1] :]
    if unsaved is None:  # a save whose answer was lost has put an end to it
        return any(each.is_save and each.word in history for each in later[1:])
    [word] = unsaved["headline"]
    return word in unsaved["body"][0] and word in [each.word for each in later]
