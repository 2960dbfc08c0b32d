"""What counting adds to a page that the front has in memory, in processor time.

    python -m benchmarks.counting [microseconds that the server spends on such a page]

One page is counted and one is not, else they are alike; rounds take turns, medians are told. What
is counted is summed up as often as a process does at 20,000 pages a second.
"""

import os
import statistics
import sys
import time

import django

#: granian's, of docs/performance.md.
SERVER = 16.0
PAGES, ROUNDS = 100_000, 21
BODY = b"x" * 11_000


def application(environ, start_response):
    headers = [("Cache-Control", "public, max-age=0, s-maxage=1")]
    start_response("200 OK", [*headers, ("Content-Length", str(len(BODY)))])
    return [BODY]


def main() -> None:
    from eurasia.behind import behind  # these want the settings first
    from eurasia.front import Front
    from eurasia.tally import tally

    server = float(sys.argv[1]) if sys.argv[1:] else SERVER
    tally.writer = lambda reads: None
    behind.start = lambda: None  # summed up below
    front = Front(application, clock=lambda: 0.0)
    spent: dict[str, list[float]] = {"articles": [], "contributors": []}
    for _round in range(ROUNDS):
        for kind, rounds in spent.items():
            environ = {
                "REQUEST_METHOD": "GET", "HTTP_HOST": "localhost", "QUERY_STRING": "",
                "PATH_INFO": f"/en/{kind}/a-pragmatic-alliance/", "HTTP_ACCEPT_ENCODING": "br",
                "wsgi.url_scheme": "http", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
                "wsgi.version": (1, 0), "wsgi.errors": sys.stderr, "wsgi.multithread": True,
                "wsgi.multiprocess": False, "wsgi.run_once": False,
            }  # fmt: skip
            front(environ, lambda *started: None)
            began = time.process_time()
            for _page in range(PAGES):
                front(environ, lambda *started: None)
            tally.flush()
            rounds.append((time.process_time() - began) / PAGES * 1e6)
    counted, uncounted = (statistics.median(rounds) for rounds in spent.values())
    added = counted - uncounted
    share = added / server * 100
    sys.stdout.write(
        f"front: {uncounted:.2f} µs, with counting {counted:.2f} µs: {added:.2f} µs more,"
        f" {share:.1f} % of a page of {server:.0f} µs\n"
    )


if __name__ == "__main__":
    os.environ.setdefault("DEMO", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eurasia.settings")
    django.setup()
    main()
