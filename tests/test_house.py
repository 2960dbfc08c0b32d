"""What holds for the tree itself: its names, pins and waivers, and nothing of any one machine."""

import ast
import re
import shutil
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PINS = ["base", "production", "dev"]
PYTHON_FILES = sorted(
    path
    for folder in ["benchmarks", "eurasia", "tests"]
    for path in (PROJECT / folder).rglob("*.py")
)


def relative(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


# --- Requirements --------------------------------------------------------------------------------


def requirements(name: str) -> list[str]:
    """Each with its hashes, on one line."""
    text = (PROJECT / "requirements" / f"{name}.txt").read_text()
    return text.replace("\\\n", " ").splitlines()


def versions(name: str) -> set[str]:
    return {re.split(r"[ ;]", line)[0] for line in requirements(name)}


@pytest.mark.parametrize("name", PINS)
def test_requirements_are_pinned_by_hash(name):
    pinned = re.compile(r"[\w.-]+==[\w.]+( ; [^;]+)?(\s+--hash=sha256:[0-9a-f]{64})+")

    assert [line for line in requirements(name) if not pinned.fullmatch(line)] == []


@pytest.mark.parametrize("name", PINS)
@pytest.mark.parametrize("suffix", ["in", "txt"])
def test_requirements_name_no_address(name, suffix):
    text = (PROJECT / "requirements" / f"{name}.{suffix}").read_text()

    assert re.findall(r"\S*://\S*|--\S*(?:index|links|host)\S*", text) == []


def test_demo_server_and_tests_run_on_the_same_versions():
    base, production, dev = map(versions, PINS)

    assert base <= production <= dev


# --- Names, lengths, reasons ---------------------------------------------------------------------


def test_no_module_is_named_for_nothing():
    vague = {"utils", "helpers", "common", "services", "core", "misc"}

    assert [relative(path) for path in PYTHON_FILES if vague & {path.stem, path.parent.name}] == []


def test_readme_is_read_in_one_sitting():
    assert len((PROJECT / "README.md").read_text().splitlines()) < 250


def test_every_waiver_carries_its_reason():
    """As in `# noqa: S308 - cleaned in rendering.py`: what is waived, then at least two words."""
    waiver = re.compile(
        r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*)?|type:\s*ignore(?:\[[^]]*])?"
        r"|pragma:\s*[a-z ]+|(?:mypy|ruff):\s*\S+)(.*)"
    )
    bare = []
    for path in PYTHON_FILES:
        with tokenize.open(path) as source:
            for token in tokenize.generate_tokens(source.readline):
                found = token.type == tokenize.COMMENT and waiver.search(token.string)
                if found and len(re.findall(r"\w{2,}", found[1])) < 2:
                    bare.append(f"{relative(path)}:{token.start[0]} {token.string}")

    assert bare == []


def test_nothing_passes_the_vault_by():
    """`cursor.copy()` and `callproc()` do not go through the wrapper that locks the full texts."""
    calls = [
        f"{relative(path)}:{node.lineno}"
        for path in PYTHON_FILES
        if path.is_relative_to(PROJECT / "eurasia")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (
            node.func.attr == "callproc"
            or (node.func.attr == "copy" and "cursor" in ast.unparse(node.func.value))
        )
    ]

    assert calls == []


# --- Nothing of this machine ---------------------------------------------------------------------


def said_by(*command: str) -> str:
    """What a command of this machine says; nothing where it is missing or fails."""
    if not shutil.which(command[0]):
        return ""
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout


def registry_hosts() -> set[str]:
    """Where this machine's package managers fetch from, asked of them rather than written here."""
    pips_own = (
        "from pip._internal.models.index import PyPI;"
        "print(PyPI.url, 'https://' + PyPI.file_storage_domain)"
    )
    said = [
        said_by(sys.executable, "-c", pips_own),
        said_by(sys.executable, "-m", "pip", "config", "list"),
        said_by("npm", "config", "get", "registry"),
    ]
    for source in [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]:
        if source.suffix in {".list", ".sources"} and source.is_file():
            said += [line for line in source.read_text().splitlines() if line[:1] != "#"]
    return set(re.findall(r"https?://(?:[^/@\s]*@)?([\w.-]+\.[a-z]{2,})", "\n".join(said)))


def machine_folders() -> set[str]:
    """The folder that this tree lies in and the home folder, unless any machine has such a one."""
    anybodys = {"/", "/home", "/media", "/mnt", "/opt", "/srv", "/tmp", "/var"}  # noqa: S108 - compared, not written to
    return {str(PROJECT.parent), str(Path.home())} - anybodys


def committed_files() -> list[Path]:
    listed = said_by(
        "git", "-C", str(PROJECT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"
    )
    return [path for name in listed.split("\0") if name and (path := PROJECT / name).is_file()]


def test_no_file_names_a_package_registry_or_a_folder_of_this_machine():
    files = committed_files()
    if not files:
        pytest.skip("not a git working tree")
    hosts = "|".join(re.escape(host) for host in sorted(registry_hosts())) or "(?!)"
    folders = "|".join(re.escape(folder) for folder in sorted(machine_folders())) or "(?!)"
    forbidden = re.compile(rf"(?<![\w-])(?:{hosts})(?![\w-])|(?<![\w.-])(?:{folders})/\S*")

    found = [
        f"{relative(path)}: {match[0]}"
        for path in files
        if b"\0" not in (content := path.read_bytes())
        for match in forbidden.finditer(content.decode(errors="replace"))
    ]

    assert found == []


def test_lock_file_with_addresses_stays_out():
    assert PROJECT / "uv.lock" not in committed_files()


# --- The walls of the tests ----------------------------------------------------------------------


@pytest.mark.parametrize("host", ["journal.invalid", "192.0.2.1", "2001:db8::1"])
def test_tests_reach_no_outside_host(host):
    with pytest.raises(RuntimeError, match="only loopback"):
        sys.audit("socket.connect", None, (host, 443))


@pytest.mark.parametrize("address", [("127.0.0.1", 80), ("localhost", 80), ("::1", 80), "/a/path"])
def test_tests_reach_this_machine(address):
    sys.audit("socket.connect", None, address)
