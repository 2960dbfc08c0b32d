"""The outsider check: walks a running site as somebody who may read nothing gated, and tells which
responses carry gated words all the same. Asked by `manage.py canary` and by tests.

The measure: words compared casefolded, without markup and entities. A run of eight words counts
unless it also stands in a public field or an open full text. Unpublished articles count whole.
"""

import contextlib
import hashlib
import html
import json
import random
import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from secrets import token_urlsafe
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx
from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db.models import Model

from eurasia.languages import CODES
from eurasia.membership import gate
from eurasia.membership.models import Plan
from eurasia.newsroom import vault
from eurasia.newsroom.models import (
    Article,
    Contributor,
    Document,
    Draft,
    Event,
    FeedToken,
    FormerSlug,
    FullText,
    Party,
    Picture,
    PreviewLink,
    TopicFile,
)

RUN = 8
#: Each run is kept as a number of 8 bytes; this many articles fit into some 300 MB.
MOST_ARTICLES = 3_000
#: Each costs some forty requests, and one is like another.
MOST_FEEDS = 10
#: Bytes of a file that are asked for alone, and known.
PART = 4_096
UNSEEN = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
ADDRESSES = re.compile(r"""(?:href|src|action)=["']([^"'<>]+)["']|<loc>([^<]+)</loc>""")
LINKS_OF_MARKDOWN = re.compile(r"\]\(<?([^\s<>()]+)|^(?:License|Sitemap): (\S+)", re.MULTILINE)
SRCSETS = re.compile(r"""srcset=["']([^"'<>]+)["']""")

#: What else an outsider may try on an address: other methods, formats, names, and lies.
SUFFIXES = [
    ".md", ".json", ".txt", ".xml", ".html", "amp/", "print/", "full/", "feed/", "raw/",
    "?format=json", "?format=md", "?print=1", "?amp=1", "?preview=true", "?full=1", "?page=2",
    "?subscriber=1", "?_escaped_fragment_=", "?before=99999999999999999-1", "?year=2024",
    "?show=articles", "cite.bib", "card.png", "%2e%2e/", "%00", "index.html", "//",
]  # fmt: skip
HEADERS = [
    {"Accept": "application/json"},
    {"Accept": "text/markdown, text/plain;q=0.9"},
    {"Accept": "application/atom+xml"},
    {"Range": "bytes=0-"},
    {"Range": f"bytes=0-{PART - 1}"},
    {"Cookie": "eurasia_session=forged; __Host-eurasia_session=forged"},
    {"Authorization": "Bearer forged"},
    {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
    {"Referer": "https://www.google.com/"},
    {"X-Requested-With": "XMLHttpRequest"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Original-URL": "/admin/", "X-Rewrite-URL": "/admin/"},
]


@dataclass(frozen=True)
class Leak:
    """One response that carried what it must not. Names the article, never its words."""

    request: str
    what: str

    def __str__(self) -> str:
        return f"LEAK {self.request} carries {self.what}"


@dataclass
class Secrets:
    """What no outsider may be sent: eight-word runs by article; files, and how they begin."""

    runs: dict[int, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    #: Some words of each full text, too few to be a run, to search for.
    phrases: list[str] = field(default_factory=list)
    #: Addresses worth trying although nothing may link to them.
    addresses: list[str] = field(default_factory=list)
    #: Likewise, of the buckets in which files are kept.
    elsewhere: list[str] = field(default_factory=list)
    #: Each picture of a full text, by number, with its article.
    illustrated: list[tuple[Article, int]] = field(default_factory=list)
    articles: int = 0
    left_out: int = 0
    #: Digests of answers that carried nothing of this.
    _harmless: set[str] = field(default_factory=set)

    def found_in(self, response: httpx.Response) -> str | None:
        """What of this a response carries; None if nothing."""
        digest = hashlib.sha256(response.content).hexdigest()
        if file := self.files.get(digest):
            return file
        headers = " ".join(value for _name, value in response.headers.multi_items())
        known = digest in self._harmless  # many tries end at the same page
        for text in _tellings(headers if known else response.text + "\n" + headers):
            for run in runs_of(text):
                if run in self.runs:
                    return self.runs[run]
        self._harmless.add(digest)
        return None


@dataclass
class Outcome:
    """How a walk ended."""

    requests: int = 0
    leaks: list[Leak] = field(default_factory=list)
    unfinished: int = 0


# --- What must not be seen ------------------------------------------------------------------------


def secrets_of_the_house(at: datetime) -> Secrets:
    """Everything gated or unpublished at `at`, less what is public somewhere."""
    found = Secrets()
    ids = list(Article.objects.values_list("pk", flat=True))
    if len(ids) > MOST_ARTICLES:
        found.left_out = len(ids) - MOST_ARTICLES
        ids = random.sample(ids, MOST_ARTICLES)
    with vault.opened("canary"):
        bodies = FullText.objects.in_bulk(ids)
        drafts = Draft.objects.in_bulk(ids)
    public: set[int] = set()
    shown_pictures: set[int] = set()
    shown_documents: set[int] = set()
    for article in Article.objects.filter(pk__in=ids):
        full_text = bodies.get(article.pk)
        body = f"{full_text.body_html}\n{full_text.body_notes}" if full_text else ""
        teaser = f"{article.teaser_html}\n{article.teaser_notes}"
        labels = f"{article.headline}\n{article.standfirst}\n{article.cover_alt}"
        name = f"article {article.pk} ({article.language}/{article.slug})"
        if draft := drafts.get(article.pk):
            # What waits is shown to nobody, whatever readers see of the article itself.
            waits = [draft.teaser, draft.body, *map(str, draft.labels.values())]
            found.runs.update(dict.fromkeys(chain(*map(runs_of, waits)), f"changes to {name}"))
            found.phrases.append(_phrase(draft.body))
        seen = article.is_published(at)
        hidden = [body] if seen else [body, teaser, labels]
        if seen:
            public.update(*map(runs_of, [teaser, *labels.splitlines()]))
        if seen and gate.is_open(article, at):
            public.update(runs_of(body))
            shown_pictures.update(_pictures_in(body))
            shown_documents.update(_documents_in(body))
            continue
        for text in hidden:
            found.runs.update(dict.fromkeys(runs_of(text), name))
        found.articles += 1
        found.phrases.append(_phrase(body))
        found.addresses += [article.get_absolute_url(), _twin_of(article.get_absolute_url())]
        for key in _pictures_in(body):
            found.addresses.append(f"{article.get_absolute_url()}pictures/{key}/")
            found.illustrated.append((article, key))
        found.addresses += _renditions_in(body)
        for key in _documents_in(body):
            found.addresses.append(f"{article.get_absolute_url()}documents/{key}/")
    for former in FormerSlug.objects.exclude(article=None):
        found.addresses.append(f"/{former.language}/articles/{former.slug}/")
    for text in _public_labels():
        public.update(runs_of(text))
    for run in public & found.runs.keys():
        del found.runs[run]
    for code in CODES:
        found.addresses += [f"/{code}/preview/", f"/{code}/feed/private/{token_urlsafe(32)}/"]
    for link in PreviewLink.objects.select_related("article"):
        # What is stored of its token, which is all that a thief of the database has.
        found.addresses.append(f"/{link.article.language}/preview/{link.token_digest}/")
    for feed in FeedToken.objects.order_by("-pk")[:MOST_FEEDS]:
        found.addresses.append(f"/{feed.language}/feed/private/{feed.token_digest}/")
    for picture in Picture.objects.filter(is_public=False).exclude(pk__in=shown_pictures):
        for name in picture.names:
            _keep_secret(found, picture.file.storage, name, f"picture {picture.pk}")
    for document in Document.objects.exclude(pk__in=shown_documents):
        name = document.file.name or ""
        _keep_secret(found, document.file.storage, name, f"document {document.pk}")
        found.addresses.append(document.source_address)
    return found


def _keep_secret(found: Secrets, storage: Storage, name: str, what: str) -> None:
    with contextlib.suppress(OSError), storage.open(name) as opened:
        found.files[hashlib.sha256(opened.read(PART)).hexdigest()] = what
        opened.seek(0)
        found.files[hashlib.file_digest(opened, "sha256").hexdigest()] = what
    found.addresses += [f"/media/{name}", f"/gated/{name}"]
    if address := getattr(storages["gated"], "address", None):
        found.elsewhere.append(address(name))


def _public_labels() -> Iterator[str]:
    columns: list[tuple[type[Model], list[str]]] = [
        (TopicFile, ["name_{}", "introduction_{}"]),
        (Party, ["name_{}"]),
        (Contributor, ["about_{}"]),
        (Event, ["text_{}"]),
        (Plan, ["name_{}", "description_{}"]),
    ]
    for model, names in columns:
        wanted = [name.format(code) for name in names for code in CODES]
        for row in model._default_manager.values_list(*wanted):
            yield from row


def _pictures_in(body: str) -> set[int]:
    return {int(key) for key in re.findall(r'src="/[^"]*/pictures/(\d+)/"', body)}


def _documents_in(body: str) -> set[int]:
    return {int(key) for key in re.findall(r'href="/[^"]*/documents/(\d+)/"', body)}


def _renditions_in(text: str) -> list[str]:
    """The addresses in the `srcset`s of a page or a text."""
    return [
        candidate.split()[0]
        for srcset in SRCSETS.findall(text)
        for candidate in srcset.split(",")
        if candidate.strip()
    ]


def _twin_of(path: str) -> str:
    """Where the same page would stand in Markdown."""
    return f"{path.rstrip('/') or '/index'}.md"


def _phrase(body: str) -> str:
    """Some words to search for, too few to be a run where a page repeats the question."""
    return " ".join(words_of(_without_markup(body))[: RUN // 2])


# --- The measure ----------------------------------------------------------------------------------


def words_of(text: str) -> list[str]:
    text = unicodedata.normalize("NFKC", html.unescape(text)).translate(UNSEEN)
    return re.findall(r"\w+", text.casefold())


def runs_of(text: str) -> set[int]:
    """The eight-word runs of an HTML or plain text, as numbers."""
    words = words_of(_without_markup(text))
    return {hash(tuple(words[at : at + RUN])) for at in range(len(words) - RUN + 1)}


def _without_markup(text: str) -> str:
    return re.sub(r"<[^>]*>", " ", text)


def _tellings(text: str) -> Iterator[str]:
    """The same response as a reader sees it, as its source says it, and with escapes undone."""
    yield text
    source = text.replace("<", " ").replace(">", " ")
    yield source
    if "\\" in text:
        yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), source).replace(
            "\\n", " "
        )
    if "&amp;" in text or "&lt;" in text:
        yield html.unescape(text)  # feeds carry HTML inside XML
        yield html.unescape(html.unescape(text))


# --- The walk -------------------------------------------------------------------------------------


def walk(
    base: str,
    secrets: Secrets,
    most: int,
    told: Callable[[Leak], None] = lambda leak: None,
    advance: Callable[[int, int], None] = lambda done, known: None,
) -> Outcome:
    """Ask `base` for everything an outsider finds or guesses, at most `most` requests.

    `told` hears of each leak, `advance` of requests done and known. Raises httpx.HTTPError if the
    site cannot be reached at all.
    """
    outcome = Outcome()
    with httpx.Client(follow_redirects=False, timeout=30) as client:
        client.get(base)
        queue = _Queue(base.rstrip("/"), client)
        for url in secrets.elsewhere:
            queue.waiting.append((client.build_request("GET", url), True))
        for address in _starts(secrets):
            queue.add(address)
        while queue.waiting and outcome.requests < most:
            request, is_try = queue.waiting.popleft()
            outcome.requests += 1
            advance(outcome.requests, min(most, outcome.requests + len(queue.waiting)))
            try:
                response = client.send(request)
            except httpx.HTTPError:
                continue  # a site that breaks off says nothing
            finally:
                client.cookies.clear()
            if what := secrets.found_in(response):
                outcome.leaks.append(Leak(_said(request), what))
                told(outcome.leaks[-1])
            if is_try and response.status_code >= 400:
                continue  # what an error page links to, every page links to
            for address in _links(response):
                queue.add(urljoin(str(request.url), address), is_try=is_try)
            if not is_try:
                queue.add_tries(urlsplit(str(request.url)).path)
        outcome.unfinished = len(queue.waiting)
    return outcome


class _Queue:
    """Requests still to be sent. A try is asked once and has no tries of its own."""

    def __init__(self, origin: str, client: httpx.Client) -> None:
        self.origin, self.client = origin, client
        self.waiting: deque[tuple[httpx.Request, bool]] = deque()
        self.known: set[str] = set()
        self.tried: set[str] = set()

    def add(
        self,
        address: str,
        *,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        is_try: bool = False,
    ) -> None:
        url = _own(self.origin, address)
        # Each page's way to the sign-in form names the page; the form stays the same.
        key = json.dumps([method, re.sub(r"([?&])next=[^&]*", r"\1", url or ""), headers])
        if url is not None and key not in self.known:
            self.known.add(key)
            request = self.client.build_request(method, url, headers=headers)
            self.waiting.append((request, is_try))

    def add_tries(self, path: str) -> None:
        """What else may be tried on the address of a page, of its twin or of a feed."""
        if path in self.tried or not path.endswith(("/", ".md")):
            return
        self.tried.add(path)
        for method in ["HEAD", "OPTIONS", "POST"]:
            self.add(path, method=method, is_try=True)
        for headers in HEADERS:
            self.add(path, headers=headers, is_try=True)
        if path.endswith(".md"):
            return
        self.add(_twin_of(path), is_try=True)
        for suffix in SUFFIXES:
            self.add(path + suffix, is_try=True)
        self.add(path.rstrip("/"), is_try=True)
        self.add(path.upper(), is_try=True)


def _starts(secrets: Secrets) -> Iterator[str]:
    yield from ["/", "/sitemap.xml", "/robots.txt", "/admin/", "/llms.txt", "/feed/", "/rss/"]
    yield from ["/license.xml", "/.well-known/security.txt"]
    for code in CODES:
        yield from [f"/{code}/", f"/{code}/feed/", f"/{code}/search/"]
    yield from secrets.addresses
    for phrase in secrets.phrases:
        for code in CODES:
            yield f"/{code}/search/?q={phrase}"
            yield f"/{code}/search/suggest/?q={phrase}"
            yield f"/{code}/?q={phrase}"


def _links(response: httpx.Response) -> Iterator[str]:
    kind = response.headers.get("content-type", "")
    if location := response.headers.get("location"):
        yield location
    if "html" in kind or "xml" in kind:
        for pair in ADDRESSES.findall(response.text):
            yield html.unescape(pair[0] or pair[1])
        yield from map(html.unescape, _renditions_in(response.text))
    elif "markdown" in kind or "plain" in kind:
        for pair in LINKS_OF_MARKDOWN.findall(response.text):
            yield pair[0] or pair[1]


def _own(origin: str, address: str) -> str | None:
    """An address of this site, whatever name the site gives itself in feeds and sitemaps."""
    url, _fragment = urldefrag(address)
    parts = urlsplit(url)
    if parts.scheme not in {"", "http", "https"}:
        return None
    ours = {urlsplit(origin).netloc, urlsplit(settings.SITE_URL).netloc}
    if parts.netloc and parts.netloc not in ours:
        return None
    return origin + (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _said(request: httpx.Request) -> str:
    ours = {name.lower() for headers in HEADERS for name in headers}
    extra = [name for name in request.headers if name in ours and _is_a_try(request, name)]
    return f"{request.method} {request.url}" + (f" with {', '.join(extra)}" if extra else "")


def _is_a_try(request: httpx.Request, name: str) -> bool:
    return request.headers[name] in {
        value for headers in HEADERS for key, value in headers.items() if key.lower() == name
    }


def summary(outcome: Outcome, secrets: Secrets) -> str:
    left = f", {outcome.unfinished} left when --max was reached" if outcome.unfinished else ""
    sample = f" ({secrets.left_out} more not sampled)" if secrets.left_out else ""
    return (
        f"{outcome.requests} requests{left}; {secrets.articles} gated texts{sample}; "
        f"{len(outcome.leaks)} leaks"
    )
