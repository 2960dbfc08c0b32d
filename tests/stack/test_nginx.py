"""nginx with the rules of deploy/: it keeps for a second what everybody gets, and nothing else."""

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from eurasia import keeping
from eurasia.newsroom import publishing
from eurasia.newsroom.models import Article
from tests.cast import GATED
from tests.conftest import AVAILABLE, session_of
from tests.newsroom.test_pictures import png
from tests.serving import NO_TLS, free_port, until_it_answers

DEPLOY = Path(settings.BASE_DIR, "deploy/nginx")
ADDRESS = "/en/articles/the-crossing/"
#: Seconds: nginx counts in whole ones; and what a request takes here.
SEEN_WITHIN = keeping.FRESH + keeping.STALE + 0.3


def parameters_of_routes(patterns=None) -> Iterator[str]:
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            yield from getattr(pattern.callback, "parameters", ())
        else:
            yield from parameters_of_routes(pattern.url_patterns)


def test_rules_name_every_declared_parameter():
    rules = (DEPLOY / "rules.conf").read_text()
    declared = sorted(set(parameters_of_routes()))

    for name in declared:
        assert f'"~(?:^|&)(?<v_{name}>{name}=[^&]*)" "&$v_{name}";' in rules
    [key] = re.findall(r'^    default "(\$declared_.*)";$', rules, re.MULTILINE)
    assert key == "".join(f"$declared_{name}" for name in declared)


def test_rules_know_what_django_says_and_the_cookie():
    rules = (DEPLOY / "rules.conf").read_text()

    assert f'"{keeping.TO_A_PROXY}" "";' in rules
    assert f'"{keeping.TO_A_PROXY}" "{keeping.PUBLIC}";' in rules
    assert settings.SESSION_COOKIE_NAME.endswith("eurasia_session")
    assert '"~eurasia_session" 1;' in rules


# --- The real thing -------------------------------------------------------------------------------


class Nginx:
    """The rules as they are, between a port of loopback and the server."""

    def __init__(self, folder: Path, upstream: int) -> None:
        self.folder, self.port = folder, free_port()
        self.reads, self.cache = folder / "reads.log", folder / "cache"
        said = {
            "/var/log/nginx/eurasia-reads.log": str(self.reads),
            "X-Forwarded-Proto $scheme": "X-Forwarded-Proto https",
        }
        for name in ["rules.conf", "journal.conf"]:
            text = (DEPLOY / name).read_text()
            for place, here in said.items():
                text = text.replace(place, here)
            (folder / name).write_text(text)
        cache = next(
            line.replace("/run/eurasia", str(self.cache))
            for line in (DEPLOY / "site.conf").read_text().splitlines()
            if line.startswith("proxy_cache_path")
        )
        (folder / "nginx.conf").write_text(f"""
            daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
            user root;
            events {{}}
            http {{
                types {{ text/css css; image/png png; }}
                {
            " ".join(
                f"{kind}_temp_path {folder}/{kind};"
                for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            )
        }
                upstream eurasia {{ server 127.0.0.1:{upstream}; keepalive 8; }}
                {cache}
                include {folder}/rules.conf;
                server {{
                    listen 127.0.0.1:{self.port};
                    server_name localhost;
                    set $house {folder}/house;
                    include {folder}/journal.conf;
                }}
            }}
        """)
        log = folder / "out.log"
        with log.open("w") as out:
            self.process = subprocess.Popen(
                [AVAILABLE["nginx"], "-c", folder / "nginx.conf"], stdout=out, stderr=out
            )
        until_it_answers(f"http://localhost:{self.port}", self.process, log)

    def get(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        base = f"http://localhost:{self.port}"
        with httpx.Client(base_url=base, timeout=20, verify=NO_TLS) as client:
            del client.headers["Accept-Encoding"]
            return client.request(method, path, headers=named)

    def signed_in(
        self, session: str, path: str = ADDRESS, method: str = "GET", **headers: str
    ) -> httpx.Response:
        cookie = f"other=1; {settings.SESSION_COOKIE_NAME}={session}"
        return self.get(path, method, Cookie=cookie, **headers)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


@pytest.fixture
def nginx(server, tmp_path):
    folder = tmp_path / "nginx"
    for name in ["house/var/static", "house/var/media", "house/var/gated"]:
        (folder / name).mkdir(parents=True)
    nginx = Nginx(folder, server.port)
    yield nginx
    nginx.stop()


def at_the_beginning_of_a_second() -> None:
    """By nginx's clock, which knows no smaller parts."""
    time.sleep(1 - time.time() % 1)


def seconds_until(seen) -> float:
    """How long it takes from now until `seen()`; ten at most."""
    begun = time.monotonic()
    while not seen() and time.monotonic() - begun < 10:
        time.sleep(0.02)
    return time.monotonic() - begun


@pytest.mark.stack
@pytest.mark.needs("nginx")
def test_page_is_kept_for_a_second_and_changes_are_seen_within_two(nginx, article):
    nginx.get(ADDRESS)
    article = publishing.withdraw(article, by=None, at=timezone.now())
    withdrawn = seconds_until(lambda: nginx.get(ADDRESS).status_code == 410)
    publishing.publish(article, by=None, at=timezone.now())
    published = seconds_until(lambda: nginx.get(ADDRESS).status_code == 200)

    at_the_beginning_of_a_second()
    nginx.get(ADDRESS)
    at_the_beginning_of_a_second()  # so that what is kept is stale, and this one asks anew
    nginx.get(ADDRESS)
    Article.objects.update(status=Article.Status.WITHDRAWN)
    kept = nginx.get(f"{ADDRESS}?utm_source=letter")

    assert withdrawn < SEEN_WITHIN
    assert published < SEEN_WITHIN
    assert kept.status_code == 200


@pytest.mark.stack
@pytest.mark.needs("nginx")
def test_nobody_gets_what_was_made_for_another(nginx, article, subscriber):
    session = session_of(subscriber)
    at_the_beginning_of_a_second()

    seen = [nginx.get(ADDRESS), nginx.signed_in(session), nginx.get(ADDRESS)]
    stolen = nginx.signed_in("no-such-session")
    private = [nginx.get(path) for path in ["/en/accounts/login/", "/", "/admin/"]]
    tokens = [nginx.get("/en/accounts/login/").headers["Set-Cookie"] for _ in range(2)]

    assert [GATED in each.text for each in [*seen, stolen]] == [False, True, False, False]
    assert [each.headers["Cache-Control"] for each in seen] == [
        keeping.PUBLIC, keeping.PRIVATE, keeping.PUBLIC,
    ]  # fmt: skip
    assert {each.headers["Cache-Control"] for each in [stolen, *private]} == {keeping.PRIVATE}
    assert tokens[0] != tokens[1]
    kept = b"".join(each.read_bytes() for each in nginx.cache.rglob("*") if each.is_file())
    assert b"Headline of the-crossing" in kept
    assert GATED.encode() not in kept
    assert b"csrfmiddlewaretoken" not in kept


@pytest.mark.stack
@pytest.mark.needs("nginx")
def test_what_a_visitor_sends_makes_no_other_page(nginx, article):
    """Neither parameters that no route reads, nor hosts, nor headers that name another site."""
    at_the_beginning_of_a_second()
    asked = ["?BEFORE=1-1", "?before=&before=1-1", "?xbefore=1-1", "?before=1-1", ""]
    lists = {query: nginx.get(f"/en/articles/{query}").text for query in asked}
    evil = nginx.get(ADDRESS, Host="evil.example")
    said = nginx.get(ADDRESS, X_Forwarded_Host="evil.example", X_Forwarded_Proto="http")
    again = nginx.get(ADDRESS, If_None_Match=said.headers["ETag"])

    assert ["Headline of" in lists[query] for query in asked] == [True, True, True, False, True]
    assert evil.status_code == 400
    assert said.status_code == 200
    assert "evil.example" not in said.text
    assert not said.headers["ETag"].startswith("W/")
    assert (again.status_code, again.content) == (304, b"")
    for accepted, encoding in [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, deflate", "gzip"),
        ("br;q=0, gzip", None),
        ("x-br", None),
        ("", None),
    ]:
        answer = nginx.get(ADDRESS, Accept_Encoding=accepted)
        assert answer.headers.get("Content-Encoding") == encoding
        assert "Headline of the-crossing" in answer.text


@pytest.mark.stack
@pytest.mark.needs("nginx")
def test_files_come_from_the_disk_but_gated_ones_and_the_log_tells_of_nobody(nginx, article):
    house = nginx.folder / "house/var"
    (house / "static/a.0123456789ab.css").write_text("a {}")
    (house / "static/plain.css").write_text("a {}")
    (house / "media/one.png").write_bytes(b"png")
    (house / "gated/secret.png").write_bytes(b"secret")

    hashed = nginx.get("/static/a.0123456789ab.css")
    plain = nginx.get("/static/plain.css")
    picture = nginx.get("/media/one.png")
    gated = nginx.get("/gated/secret.png")
    nginx.get(f"{ADDRESS}?q=words", Cookie="a=b", Referer="http://from.example/")
    nginx.get("/en/preview/token-of-a-preview/")
    nginx.get("/en/feed/private/token-of-a-feed/")
    round_about = ["/media/../gated/secret.png", "/media/%2e%2e/gated/secret.png"]
    found = [nginx.get(path) for path in [*round_about, "/media../gated/secret.png"]]

    assert hashed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert plain.headers["Cache-Control"] == "public, max-age=60"
    assert picture.content == b"png"
    assert gated.status_code == 404
    assert [each.status_code for each in found] == [404] * 3
    time.sleep(1.2)  # it is written once a second
    written = [line.split(" ", 1)[1] for line in nginx.reads.read_text().splitlines()]
    assert f"GET 200 {ADDRESS}" in written
    assert not re.search(r"words|a=b|from\.example|token|127\.0", "".join(written))


@pytest.mark.stack
@pytest.mark.needs("nginx")
def test_file_of_a_full_text_comes_from_the_disk_for_whom_django_lets_in(
    nginx, write_article, subscriber, lapsed
):
    picture = png(is_public=False)
    write_article(body=f'<p>See <img data-picture="{picture.pk}" alt="A view"></p>')
    address = f"{ADDRESS}pictures/{picture.pk}/"
    on_disk = nginx.folder / "house/var/gated" / picture.file.name
    on_disk.parent.mkdir()
    on_disk.write_bytes(b"as nginx has it on its disk")

    whole = nginx.signed_in(session_of(subscriber), address)
    part = nginx.signed_in(session_of(subscriber), address, Range="bytes=3-7")
    head = nginx.signed_in(session_of(subscriber), address, method="HEAD")
    refused = [nginx.get(address), nginx.signed_in(session_of(lapsed), address, Range="bytes=0-3")]
    by_name = [nginx.get(f"/gated/{picture.file.name}"), nginx.get(f"/media/{picture.file.name}")]

    assert (whole.status_code, whole.content) == (200, b"as nginx has it on its disk")
    assert (part.status_code, part.content) == (206, b"nginx")
    assert (head.status_code, head.content, head.headers["Content-Length"]) == (200, b"", "27")
    for answer in [whole, part, head]:
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["Cache-Control"] == keeping.PRIVATE
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "X-Accel-Redirect" not in answer.headers
    assert [each.status_code for each in [*refused, *by_name]] == [404] * 4
    kept = b"".join(each.read_bytes() for each in nginx.cache.rglob("*") if each.is_file())
    assert b"nginx has it" not in kept
