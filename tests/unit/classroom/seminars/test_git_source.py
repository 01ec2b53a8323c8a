"""Notebooks from a Git repository whose address somebody typed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from classroom.errors import HomeroomError, TooLarge
from classroom.services import git_source
from classroom.services.git_source import GitLimits
from tests.support.git_server import git, repository, served

HERE = GitLimits(max_bytes=1_000_000, seconds=60, private=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("git")
    made = repository(
        root / "course",
        {"one.ipynb": b"{}\n", "week1/two.ipynb": b"two", "week1/data.csv": b"1,2\n", ".hidden": b"x", "empty.txt": b""},
        links={"secrets": "/etc/passwd", "week1/out": "../.."},
    )
    (made / ".gitattributes").write_text("*.ipynb filter=evil text eol=lf export-ignore\n")
    git(made, "add", "--all")
    git(made, "commit", "--quiet", "--message=attributes")
    git(made, "checkout", "--quiet", "-b", "other")
    (made / "other.ipynb").write_bytes(b"other")
    git(made, "add", "--all")
    git(made, "commit", "--quiet", "--message=other")
    git(made, "checkout", "--quiet", "main")
    repository(root / "large", {"large.bin": b"x" * 1_000_001})
    with served(root) as address:
        yield address


def test_the_files_come_as_they_are_without_links_and_hidden_ones(server: str) -> None:
    files = git_source.fetch(f"{server}/course", limits=HERE)

    assert files == {"one.ipynb": b"{}\n", "week1/two.ipynb": b"two", "week1/data.csv": b"1,2\n", "empty.txt": b""}


def test_a_branch_and_a_folder_can_be_named(server: str) -> None:
    assert "other.ipynb" in git_source.fetch(f"{server}/course", branch="other", limits=HERE)
    assert git_source.fetch(f"{server}/course", folder="/week1/", limits=HERE) == {"two.ipynb": b"two", "data.csv": b"1,2\n"}


def test_more_than_the_limit_is_refused(server: str) -> None:
    with pytest.raises(TooLarge, match="1 MB"):
        git_source.fetch(f"{server}/large", limits=HERE)


@pytest.mark.parametrize(
    ("path", "more", "says"),
    [
        ("/missing", {}, "Git could not fetch this repository"),
        ("/moved/course", {}, "leads on to another"),
        ("/course", {"branch": "no-such"}, "no-such"),
        ("/course", {"branch": "--upload-pack=touch"}, "no name of a branch"),
        ("/course", {"branch": "a/../b"}, "no name of a branch"),
        ("/course", {"folder": "../.."}, "no folder"),
        ("/course", {"folder": "week9"}, "no files"),
    ],
)
def test_what_can_not_be_fetched_is_told_in_words(server: str, path: str, more: dict[str, str], says: str) -> None:
    with pytest.raises(HomeroomError, match=says):
        git_source.fetch(server + path, limits=HERE, **more)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "course",
        "file:///etc",
        "ssh://git@github.com/a/b",
        "git@github.com:a/b.git",
        "ext::sh -c touch% /tmp/pwned",
        "--upload-pack=touch",
        "https://user:word@example.org/a",
        "https:///a",
        "http://exa mple.org/",
        "http://[::1",
        "https://example.org:port/",
    ],
)
def test_only_plain_web_addresses_are_taken(address: str) -> None:
    with pytest.raises(HomeroomError):
        git_source.fetch(address, limits=HERE)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "2130706433", "[::ffff:127.0.0.1]"]
)
def test_addresses_of_private_networks_are_not_gone_to(host: str) -> None:
    with pytest.raises(HomeroomError, match=r"private network|no server"):
        git_source.fetch(f"http://{host}:1/a", limits=GitLimits(max_bytes=1000, seconds=10))


@pytest.mark.parametrize(
    ("ip", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - not bound to, looked at
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_which_addresses_are_public(ip: str, *, public: bool) -> None:
    assert git_source.is_public(ip) is public


def test_nothing_is_left_behind(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    git_source.fetch(f"{server}/course", limits=HERE)

    assert list(tmp_path.iterdir()) == []
