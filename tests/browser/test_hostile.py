"""Hostile HTML in a browser that would run whatever can run: see tests/newsroom/test_hostile.py."""

import pytest

from eurasia.newsroom import publishing, rendering
from eurasia.newsroom.models import ArticleContributor, Contributor
from tests.newsroom.test_hostile import FRAMES, PAYLOADS, SOME
from tests.proof import IS_PROOF

pytestmark = pytest.mark.browser

FRAME = """
async pages => {
  let hits = 0
  window.hit = () => hits++
  const KINDS = ["mouseover", "focus", "pointerdown"]
  await Promise.all(pages.map(source => new Promise(done => {
    const frame = document.createElement("iframe")
    frame.onload = () => {
      for (const each of frame.contentDocument.querySelectorAll("*")) {
        for (const kind of KINDS) each.dispatchEvent(new Event(kind))
        if (each.tagName === "A" && /script|data/i.test(each.protocol)) each.click()
      }
      setTimeout(() => { frame.remove(); done() }, 50)
    }
    frame.srcdoc = "<!DOCTYPE html><script>window.hit = () => parent.hit()</script>" + source
    document.body.append(frame)
  })))
  return hits
}
"""


def hits(page, sources):
    """How often something ran when a browser without any content security policy shows them."""
    devtools = page.context.new_cdp_session(page)  # a route would ask Python each time
    devtools.send("Network.enable")
    devtools.send("Network.setBlockedURLs", {"urls": ["*"]})
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.set_content("<!DOCTYPE html><body></body>")
    return sum(
        page.evaluate(FRAME, sources[start : start + 60]) for start in range(0, len(sources), 60)
    )


def test_browser_notices_what_runs(page):
    assert hits(page, ["<p>a</p>", "<img src=x onerror=hit()>", "<svg onload=hit()>"]) == 2


@pytest.mark.proof
def test_browser_finds_nothing_to_run(page, client, topic_file, write_article, plan):
    """Texts as finished, and whole pages on which the payload is headline, caption and name.

    All of them under `make prove`, an eighth in the suite, which reads all of them above.
    """
    article = write_article()
    person = Contributor.objects.create(slug="hostile", name="x")
    ArticleContributor.objects.create(article=article, contributor=person, position=9)
    sources = []
    for payload in PAYLOADS if IS_PROOF else SOME[::2]:
        text = rendering._NO_TEXT.sub("", payload)
        source = "".join(frame.replace("{}", payload) for frame in FRAMES)
        article.teaser = source
        article.headline = text[:200] or "x"
        article.standfirst = text[:400]
        article.access = "everyone"
        publishing.write(article, source, by=None, reason="desk")
        Contributor.objects.filter(pk=person.pk).update(name=text[:120] or "x")
        topic_file.name_en = text[:160] or "x"
        topic_file.introduction_en = payload
        topic_file.save()
        sources.append(client.get(article.get_absolute_url()).content.decode())
    sources.append(client.get(topic_file.get_absolute_url()).content.decode())

    assert hits(page, sources) == 0
