# SPDX-License-Identifier: MIT
"""Where the kernel's source comes from, and that it is what it should be."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import subprocess
from pathlib import Path

import pytest

from autograder.cache import Cache
from autograder.errors import GraderError, UsageError
from autograder.kernel import debian, published, source
from autograder.progress import silent
from tests.kernel_tarball import FILES, archive


@pytest.fixture
def tarball(tmp_path: Path) -> Path:
    """A kernel source, compressed as published ones are."""
    return compressed(archive(tmp_path, FILES), tmp_path / "published.tar.xz")


def compressed(path: Path, target: Path) -> Path:
    target.write_bytes(lzma.compress(gzip.decompress(path.read_bytes())))
    return target


def site(folder: Path, releases: dict[str, bytes], sums: dict[str, str] | None = None) -> str:
    """A copy of the layout at kernel.org, to be read with file:// addresses."""
    place = folder / "site" / "v7.x"
    place.mkdir(parents=True)
    lines = ["-----BEGIN PGP SIGNED MESSAGE-----"]
    for name, content in releases.items():
        (place / name).write_bytes(content)
        digest = (sums or {}).get(name) or hashlib.sha256(content).hexdigest()
        lines.append(f"{digest}  {name}")
    (place / "sha256sums.asc").write_text("\n".join(lines) + "\n")
    return (folder / "site").as_uri()


def test_the_newest_release_is_downloaded_and_checked(tmp_path: Path) -> None:
    releases = {f"linux-7.3{level}.tar.xz": level.encode() for level in ("", ".2", ".10", ".9")}
    address = site(
        tmp_path, {**releases, "linux-7.4.1.tar.xz": b"no", "linux-7.3.99.tar.gz": b"no"}
    )
    tarball, origin = published.get("7.3", tmp_path, silent, address)
    assert tarball.read_bytes() == b".10"
    assert origin == "kernel.org, linux-7.3.10.tar.xz"


def test_a_release_that_is_not_what_was_published_is_refused(tmp_path: Path) -> None:
    name = "linux-7.3.4.tar.xz"
    address = site(tmp_path, {name: b"evil"}, {name: "0" * 64})
    with pytest.raises(GraderError, match=r"SHA-256 is [0-9a-f]{12}\.\.\. instead"):
        published.get("7.3", tmp_path, silent, address)
    assert not (tmp_path / name).exists()


def test_no_release_and_no_site(tmp_path: Path) -> None:
    with pytest.raises(GraderError, match=r"no release of series 7\.3"):
        published.get("7.3", tmp_path, silent, site(tmp_path, {}))
    with pytest.raises(GraderError, match=r"sha256sums\.asc cannot be downloaded"):
        published.get("7.3", tmp_path, silent, (tmp_path / "nowhere").as_uri())


def test_a_named_tarball(tmp_path: Path, tarball: Path) -> None:
    cache = Cache(tmp_path / "cache")
    first = source.fetch("7.3", cache, tarball, silent)
    assert first.version == "7.3.4"
    assert first.sha256 == hashlib.sha256(tarball.read_bytes()).hexdigest()
    assert first.tarball == tarball
    assert source.fetch("7.3", cache, tarball, silent) == first
    with pytest.raises(UsageError, match=r"holds kernel 7\.3\.4, and the course's series is 7\.2"):
        source.fetch("7.2", cache, tarball, silent)


def test_a_named_tarball_that_has_changed_is_read_again(tmp_path: Path, tarball: Path) -> None:
    cache = Cache(tmp_path / "cache")
    source.fetch("7.3", cache, tarball, silent)
    files = {**FILES, "Makefile": FILES["Makefile"].replace("= 4", "= 5")}
    compressed(archive(tmp_path, files), tarball)
    assert source.fetch("7.3", cache, tarball, silent).version == "7.3.5"


@pytest.mark.parametrize("content", [b"", b"not an archive", b"\xfd7zXZ\x00 broken"])
def test_a_named_file_that_is_no_tarball(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises((GraderError, UsageError), match="file"):
        source.fetch("7.3", Cache(tmp_path / "cache"), tmp_path / "file", silent)


def test_a_named_tarball_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        source.fetch("7.3", Cache(tmp_path), tmp_path / "absent.tar.xz", silent)


def test_ways_are_tried_in_turn_and_the_result_is_kept(
    tmp_path: Path, tarball: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def no_package(series: str, folder: Path, progress: object) -> tuple[Path, str]:
        calls.append("package")
        raise GraderError("Debian package: none")

    def download(series: str, folder: Path, progress: object) -> tuple[Path, str]:
        calls.append("download")
        copy = folder / "linux-7.3.4.tar.xz"
        copy.write_bytes(tarball.read_bytes())
        return copy, "somewhere"

    monkeypatch.setattr(debian, "get", no_package)
    monkeypatch.setattr(published, "get", download)
    cache = Cache(tmp_path / "cache")
    first = source.fetch("7.3", cache, None, silent)
    assert (first.version, first.origin) == ("7.3.4", "somewhere")
    assert first.tarball == cache.downloads / "linux-7.3.4.tar.xz"
    assert source.fetch("7.3", cache, None, silent) == first
    assert calls == ["package", "download"]
    cache.root.rename(tmp_path / "moved")
    moved = source.fetch("7.3", Cache(tmp_path / "moved"), None, silent)
    assert moved.tarball.exists()
    assert len(calls) == 2
    moved.tarball.unlink()
    source.fetch("7.3", Cache(tmp_path / "moved"), None, silent)
    assert len(calls) == 4


def test_every_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(series: str, folder: Path, progress: object) -> tuple[Path, str]:
        raise GraderError("nothing here")

    monkeypatch.setattr(debian, "get", nothing)
    monkeypatch.setattr(published, "get", nothing)
    with pytest.raises(GraderError, match=r"nothing here; nothing here.*KERNEL_TARBALL=FILE"):
        source.fetch("7.3", Cache(tmp_path), None, silent)
    assert list(Cache(tmp_path).downloads.iterdir()) == []


def test_where_apt_gets_packages_from() -> None:
    uris = (
        "'http://mirror.example/debian-security/dists/x-security/InRelease' mirror_x 0 \n"
        "'http://mirror.example/debian/dists/x/InRelease' mirror_x 0 \n"
        "'http://mirror.example/debian/dists/x-updates/InRelease' mirror_x 0 \n"
        "'http://mirror.example/debian/dists/x/main/binary-amd64/Packages.xz' mirror 0 \n"
    )
    assert debian.bases(uris) == [
        "http://mirror.example/debian",
        "http://mirror.example/debian-security",
    ]


APT = """#!/bin/sh
echo "$@" >> {log}
case "$*" in
*--print-uris*) echo "'http://mirror.example/debian/dists/x/InRelease' x 0 " ;;
*sourcelist*download*) cp {package} linux-source-7.3_7.3.4-1_all.deb ;;
*download*) exit 100 ;;
esac
"""


@pytest.fixture
def machine(tmp_path: Path, tarball: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Debian machine whose apt is ours; the log of what apt was asked."""
    programs = tmp_path / "programs"
    inside = tmp_path / "inside" / "usr" / "src"
    inside.mkdir(parents=True)
    programs.mkdir()
    tarball.rename(inside / "linux-source-7.3.tar.xz")
    package = tmp_path / "package.tar"
    subprocess.run(["tar", "-C", tmp_path / "inside", "-cf", package, "."], check=True)
    log = tmp_path / "log"
    (programs / "apt-get").write_text(APT.format(log=log, package=package))
    (programs / "dpkg").write_text('#!/bin/sh\nmkdir -p "$3" && tar -C "$3" -xf "$2"\n')
    for program in programs.iterdir():
        program.chmod(0o755)
    keyring = tmp_path / "keyring.gpg"
    keyring.touch()
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setattr(debian, "KEYRING", keyring)
    monkeypatch.setattr("platform.freedesktop_os_release", lambda: {"ID": "debian"})
    return log


def test_a_suite_that_is_not_among_the_machines_own(tmp_path: Path, machine: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    tarball, origin = debian.get("7.3", folder, silent)
    assert tarball.name == "linux-source-7.3.tar.xz"
    assert origin == "Debian package linux-source-7.3_7.3.4-1_all"
    sources = (folder / "sources.list").read_text()
    assert sources == (
        f"deb [signed-by={debian.KEYRING}] http://mirror.example/debian trixie-backports main\n"
    )
    asked = machine.read_text()
    assert f"Dir::State::Lists={folder}/lists" in asked


def test_machines_without_the_package(
    tmp_path: Path, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(GraderError, match=r"suite of series 5\.4"):
        debian.get("5.4", tmp_path, silent)
    monkeypatch.setattr(debian, "KEYRING", tmp_path / "absent")
    with pytest.raises(GraderError, match="debian-archive-keyring"):
        debian.get("7.3", tmp_path, silent)
    monkeypatch.setattr("platform.freedesktop_os_release", lambda: {"ID": "ubuntu"})
    with pytest.raises(GraderError, match="not Debian's"):
        debian.get("7.3", tmp_path, silent)
