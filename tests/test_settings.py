"""A start that cannot go well is refused with one line that says what to set."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
SERVER = {
    "SECRET_KEY": "for-the-tests-alone-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "journal.example",
    "SITE_URL": "https://journal.example",
    "DATABASE_URL": "sqlite://:memory:",
    "EMAIL_URL": "smtp+tls://user:password@mail.example:587",
}
READ = {
    *SERVER, "REDIS_URL", "TRUSTED_PROXIES", "TIME_ZONE", "DEMO", "DEBUG", "UNLIMITED", "PORT",
    "SECURITY_CONTACT", "SECURITY_EXPIRES", "MEDIA_BUCKET", "GATED_BUCKET", "MEDIA_URL",
}  # fmt: skip
CONTACT = {"SECURITY_CONTACT": "mailto:security@journal.example"}
BUCKETS = {
    "MEDIA_BUCKET": "s3://key:wo%2Frd@s3.example/media?region=eu-west-3",
    "GATED_BUCKET": "s3://key:word@s3.example:9000/gated",
}
CHECK = ["manage.py", "check"]
WSGI = ["-c", "import eurasia.wsgi"]


def start(environment, command):
    kept = {name: value for name, value in os.environ.items() if name not in READ}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, "-W", "ignore", *command],
        cwd=PROJECT,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def changed(changes, base=SERVER):
    """`base` with other values; None takes a variable away."""
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


@pytest.mark.parametrize("command", [CHECK, WSGI])
def test_server_starts_with_what_it_needs(command):
    result = start(SERVER, command)

    assert (result.returncode, result.stderr) == (0, "")


MISTAKES = [
    *[(name, {name: value}) for name in SERVER for value in [None, "", "   "]],
    ("SECRET_KEY", {"SECRET_KEY": "short"}),
    ("SECRET_KEY", {"SECRET_KEY": "a" * 60}),
    ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": "*"}),
    ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": ","}),
    ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": "https://journal.example"}),
    ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": "journal.example:443"}),
    ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": "journal.example other.example"}),
    ("SITE_URL", {"SITE_URL": "journal.example"}),
    ("SITE_URL", {"SITE_URL": "ftp://journal.example"}),
    ("SITE_URL", {"SITE_URL": "https://"}),
    ("SITE_URL", {"SITE_URL": "https://journal.example/path"}),
    ("SITE_URL", {"SITE_URL": "https://journal.example?x=1"}),
    ("SITE_URL", {"SITE_URL": "https://journal.example#x"}),
    ("SITE_URL", {"SITE_URL": "https://user:word@journal.example"}),
    ("SITE_URL", {"SITE_URL": "https://journal.example:port"}),
    ("SITE_URL", {"SITE_URL": "https://[journal.example"}),
    ("SITE_URL", {"SITE_URL": "http://journal.example"}),
    ("DATABASE_URL", {"DATABASE_URL": "nonsense"}),
    ("DATABASE_URL", {"DATABASE_URL": "mysql://user:word@db.example/name"}),
    ("DATABASE_URL", {"DATABASE_URL": "postgres://user:word@db.example:5432/"}),
    ("DATABASE_URL", {"DATABASE_URL": "postgres://user:word@db.example:port/name"}),
    ("DATABASE_URL", {"DATABASE_URL": "postgres://[db.example/name"}),
    ("DATABASE_URL", {"DATABASE_URL": "sqlite://"}),
    ("EMAIL_URL", {"EMAIL_URL": "nonsense"}),
    ("EMAIL_URL", {"EMAIL_URL": "post://mail.example"}),
    ("EMAIL_URL", {"EMAIL_URL": "smtp://mail.example:port"}),
    ("EMAIL_URL", {"EMAIL_URL": "smtp://[mail.example"}),
    ("REDIS_URL", {"REDIS_URL": "memcached://cache.example"}),
    ("REDIS_URL", {"REDIS_URL": "redis://[cache.example"}),
    ("TIME_ZONE", {"TIME_ZONE": "Europe/Nowhere"}),
    ("TRUSTED_PROXIES", {"TRUSTED_PROXIES": "-1"}),
    ("TRUSTED_PROXIES", {"TRUSTED_PROXIES": "many"}),
    ("SECURITY_EXPIRES", CONTACT),
    ("SECURITY_CONTACT", {"SECURITY_EXPIRES": "2030-01-31T00:00:00Z"}),
    ("SECURITY_EXPIRES", {**CONTACT, "SECURITY_EXPIRES": "soon"}),
    ("SECURITY_EXPIRES", {**CONTACT, "SECURITY_EXPIRES": "2030-01-31"}),
    ("SECURITY_CONTACT", {"SECURITY_CONTACT": "a@b", "SECURITY_EXPIRES": "2030-01-31T00:00:00Z"}),
    ("SECURITY_CONTACT", {"SECURITY_CONTACT": "tel:1 2", "SECURITY_EXPIRES": "2030-01-31T00:00Z"}),
    ("MEDIA_BUCKET", {"GATED_BUCKET": "s3://key:word@s3.example/gated"}),
    ("GATED_BUCKET", {"MEDIA_BUCKET": "s3://key:word@s3.example/media"}),
    *[
        ("MEDIA_BUCKET", {**BUCKETS, "MEDIA_BUCKET": f"{url}"})
        for url in [
            "nonsense",
            "https://key:word@s3.example/media",
            "s3://s3.example/media",
            "s3://key@s3.example/media",
            "s3://key:word@/media",
            "s3://key:word@s3.example/",
            "s3://key:word@s3.example:port/media",
            "s3://key:wo/rd@s3.example/media",
            "s3://key:word@s3.example/media/folder",
            "s3://key:word@s3.example/media#x",
            "s3://key:word@s3.example/media?acl=public",
            "s3+http://key:word@s3.example/media",
            BUCKETS["GATED_BUCKET"],
        ]
    ],
    ("MEDIA_URL", {"MEDIA_URL": "https://pictures.example/"}),
    *[
        ("MEDIA_URL", {**BUCKETS, "MEDIA_URL": url})
        for url in [
            "nonsense",
            "/pictures/",
            "http://pictures.example/",
            "https://pictures.example",
            "https://pictures.example/?x=1",
            "https://user:word@pictures.example/",
        ]
    ],
    ("PORT", {"PORT": "65536"}),
    ("PORT", {"PORT": "\u0668\u0660\u0660\u0660"}),
    ("DEBUG", {"DEBUG": "true"}),
    ("DEMO", {"DEMO": "yes"}),
    ("DEMO", {"DEMO": "1"}),
    ("DEMO", {"DEMO": "1", "SITE_URL": "http://localhost:8000"}),
    ("DEMO", {"DEMO": "1", "ALLOWED_HOSTS": "localhost,journal.example", "SITE_URL": None}),
    ("DEMO", {"DEMO": "1", "ALLOWED_HOSTS": "localhost", "SITE_URL": "https://journal.example"}),
    ("DEMO", {"DEMO": "1", "ALLOWED_HOSTS": "localhost,192.168.1.2", "SITE_URL": None}),
    ("DEMO", {"DEMO": "1", "ALLOWED_HOSTS": "localhost,0.0.0.0", "SITE_URL": None}),
    ("DEMO", {"DEMO": "1", "ALLOWED_HOSTS": ".localhost", "SITE_URL": None}),
]


DEMO = {"DEMO": "1", "SECRET_KEY": SERVER["SECRET_KEY"], "DATABASE_URL": "sqlite://:memory:"}
#: Environments that start, and what the settings then say: DEBUG, DEMO, the database, some of its
#: options.
STARTS = [
    (SERVER, "False False sqlite3 :memory:"),
    *[
        (DEMO | environment, "False True sqlite3 :memory:")
        for environment in [
            {"ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]"},
            {"SITE_URL": "http://localhost:8123"},
            {"SITE_URL": "http://127.0.0.1:8123"},
            {"SITE_URL": "http://[::1]:8123"},
            {"PORT": "8123"},
        ]
    ],
    *[
        (changed({"DATABASE_URL": address}), f"False False {database}")
        for address, database in [
            ("sqlite:////srv/journal.sqlite3", "sqlite3 /srv/journal.sqlite3"),
            ("postgres://user:word@db.example:5432/journal", "postgresql journal 1"),
            ("postgresql://user:word@db.example/journal", "postgresql journal 1"),
            (
                "postgres://user:word@db.example/journal?sslmode=require&prepare_threshold=9",
                "postgresql journal 9 require",
            ),
        ]
    ],
]


#: Loads the settings once for each environment that it is given, each time in a process of its
#: own, forked from one that has imported what they need.
LOADER = """
import environ, json, os, secrets, sys, tempfile, zoneinfo
import csp.constants, whitenoise.compress
answers = []
for environment in json.load(sys.stdin):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if not child:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            os.environ.clear()
            os.environ.update(environment)
            from eurasia.settings import DATABASES, DEBUG, DEMO
            database = DATABASES["default"]
            options = map(database["OPTIONS"].get, ["prepare_threshold", "sslmode"])
            said = [database["ENGINE"].rpartition(".")[2], database["NAME"], *filter(None, options)]
            print(DEBUG, DEMO, *said)
            sys.exit()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said = [(file.seek(0), file.read().decode())[1] for file in (out, err)]
        answers.append([status, *said])
json.dump(answers, sys.stdout)
"""


@pytest.fixture(scope="module")
def loaded():
    """Exit status, output and error of each mistake, and of each environment that starts."""
    environments = [changed(changes) for _name, changes in MISTAKES]
    environments += [environment for environment, _said in STARTS]
    loader = subprocess.run(
        [sys.executable, "-c", LOADER],
        input=json.dumps(environments),
        cwd=PROJECT,
        capture_output=True,
        check=True,
        text=True,
        timeout=120,
    )
    return json.loads(loader.stdout)


@pytest.mark.parametrize("number", range(len(MISTAKES)), ids=lambda n: str(MISTAKES[n][1]))
def test_mistake_stops_the_start_with_one_line_that_names_it(number, loaded):
    name, changes = MISTAKES[number]
    status, out, err = loaded[number]

    assert (status, out) == (1, "")
    [line] = err.splitlines()
    assert line.startswith("eurasia: ")
    assert name in line
    for value in changes.values():
        assert "word" not in (value or "") or value not in line  # passwords stay out of logs


def test_what_is_whole_starts_on_loopback_or_with_its_database(loaded):
    answers = [[0, f"{said}\n", ""] for _environment, said in STARTS]

    assert loaded[len(MISTAKES) :] == answers


@pytest.mark.parametrize("command", [CHECK, WSGI])
def test_missing_variable_stops_every_way_to_start(command):
    result = start(changed({"SITE_URL": None}), command)

    assert result.returncode == 1
    assert result.stderr == (
        "eurasia: SITE_URL is not set. README.md, 'Environment', says what it holds.\n"
    )


@pytest.mark.parametrize("command", [CHECK, WSGI])
def test_demo_on_another_host_is_refused_whatever_starts_it(command):
    result = start(changed({"DEMO": "1"}), command)

    assert result.returncode == 1
    assert result.stderr == (
        "eurasia: DEMO=1 serves this machine alone: every host in ALLOWED_HOSTS must be loopback.\n"
    )


@pytest.mark.parametrize(
    "unlimited, said", [("1", "{} 0\n"), ("0", "20/m/ip,3/m/key,20/h/key 2\n")]
)
def test_limits_of_a_demo_are_lifted_on_demand(unlimited, said):
    asking = [
        "-c",
        "import django; django.setup(); from django.conf import settings;"
        "from allauth.account import app_settings; limits = app_settings.RATE_LIMITS;"
        "print(limits.get('request_login_code', limits), settings.SIGNUP_SECONDS)",
    ]
    demo = {"DEMO": "1", "SECRET_KEY": SERVER["SECRET_KEY"], "UNLIMITED": unlimited}

    result = start({**demo, "DJANGO_SETTINGS_MODULE": "eurasia.settings"}, asking)

    assert (result.stdout, result.stderr) == (said, "")


def test_limits_are_lifted_for_a_demo_alone():
    result = start(changed({"UNLIMITED": "1"}), CHECK)

    assert (result.returncode, result.stderr) == (
        1,
        "eurasia: UNLIMITED=1 lifts the limits on guessing, "
        "for measuring a demo: it needs DEMO=1.\n",
    )


def test_pictures_that_the_site_brings_out_of_a_bucket_need_no_policy_of_their_own():
    said = "from eurasia import settings; print(settings.CONTENT_SECURITY_POLICY['DIRECTIVES'])"

    result = start({**SERVER, **BUCKETS}, ["-c", said])

    assert "'img-src': [\"'self'\", 'data:']" in result.stdout


def test_pictures_lie_in_the_buckets_that_are_named():
    said = [
        "-c",
        "import json; from eurasia import settings; STORAGES = settings.STORAGES;"
        "policy = settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['img-src'][1:];"
        "print(json.dumps([STORAGES['default'], STORAGES['gated'], policy]))",
    ]
    elsewhere = {"MEDIA_URL": "https://pictures.example/journal/"}

    result = start({**SERVER, **BUCKETS, **elsewhere}, said)

    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout) == [
        {
            "BACKEND": "eurasia.buckets.Bucket",
            "OPTIONS": {
                "access_key": "key",
                "secret_key": "wo/rd",
                "endpoint_url": "https://s3.example",
                "bucket_name": "media",
                "region_name": "eu-west-3",
                "base_url": "https://pictures.example/journal/",
                "object_parameters": {"CacheControl": "public, max-age=31536000, immutable"},
            },
        },
        {
            "BACKEND": "eurasia.buckets.Bucket",
            "OPTIONS": {
                "access_key": "key",
                "secret_key": "word",
                "endpoint_url": "https://s3.example:9000",
                "bucket_name": "gated",
                "region_name": "us-east-1",
            },
        },
        ["data:", "https://pictures.example/"],
    ]
