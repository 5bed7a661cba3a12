# SPDX-License-Identifier: MIT
"""A series that Debian's archive has no longer comes from kernel.org, by a real server here."""

from __future__ import annotations

import gzip
import lzma
import platform
from pathlib import Path

import pytest

from autograder.cache import Cache
from autograder.errors import GraderError
from autograder.kernel import debian, published, source, tree
from autograder.progress import silent
from tests.kernel_site import empty_archive, published_files, serving
from tests.kernel_tarball import FILES, archive

NAME = "linux-7.3.4.tar.xz"
DEBIAN = pytest.mark.skipif(
    platform.freedesktop_os_release().get("ID") != "debian" or not debian.KEYRING.exists(),
    reason="apt reads Debian's archive on Debian only",
)


@pytest.fixture
def release(tmp_path: Path) -> bytes:
    """A small kernel source, as kernel.org packs it."""
    packed = archive(tmp_path, FILES)
    content = lzma.compress(gzip.decompress(packed.read_bytes()))
    packed.unlink()
    return content


@pytest.fixture
def without_the_series(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own apt, with an archive that has a suite and no package in it."""
    sources = tmp_path / "sources.list"
    sources.write_text(empty_archive(tmp_path / "archive", "trixie"))
    lists, cache = tmp_path / "lists", tmp_path / "apt-cache"
    for folder in (lists / "partial", cache / "archives/partial"):
        folder.mkdir(parents=True)
    settings = tmp_path / "apt.conf"
    settings.write_text(
        f'Dir::Etc::sourcelist "{sources}";\nDir::Etc::sourceparts "-";\n'
        f'Dir::State::Lists "{lists}";\nDir::Cache "{cache}";\n'
    )
    monkeypatch.setenv("APT_CONFIG", str(settings))


@DEBIAN
def test_a_series_that_left_the_archive_comes_from_kernel_org(
    tmp_path: Path, release: bytes, without_the_series: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, float | None]] = []
    cache = Cache(tmp_path / "cache")
    with serving(published_files(NAME, release)) as site:
        monkeypatch.setattr(published, "SITE", site)
        found = source.fetch("7.3", cache, None, lambda *progress: told.append(progress))
    assert (found.version, found.origin) == ("7.3.4", f"kernel.org, {NAME}")
    assert found.tarball.read_bytes() == release
    phrases = list(dict.fromkeys(phrase for phrase, _ in told))
    assert phrases == [
        "fetching the Debian package linux-source-7.3",
        "Debian package: no configured archive has linux-source-7.3 in trixie-backports; "
        "trying kernel.org",
        "looking for kernel 7.3 at kernel.org",
        f"downloading {NAME} from kernel.org",
    ]
    assert told[-1][1] == 1.0
    # The server has gone: what was downloaded is used, and it unpacks to a tree.
    assert source.fetch("7.3", cache, None, silent) == found
    tree.unpack(found.tarball, tmp_path / "tree", silent)
    assert (tmp_path / "tree/fs/proc/base.c").exists()


@DEBIAN
def test_neither_has_the_series(
    tmp_path: Path, without_the_series: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving({"sha256sums.asc": b"\n"}) as site:
        monkeypatch.setattr(published, "SITE", site)
        with pytest.raises(GraderError) as caught:
            source.fetch("7.3", Cache(tmp_path / "cache"), None, silent)
    assert str(caught.value) == (
        "the source of kernel series 7.3 cannot be downloaded (Debian package: no configured "
        "archive has linux-source-7.3 in trixie-backports; kernel.org: no release of series 7.3 "
        "is listed): get linux-7.3.tar.xz from kernel.org some other way, and name it with "
        "KERNEL_TARBALL=FILE"
    )


@pytest.mark.parametrize(
    ("cut", "garbage", "words"),
    [
        (10, False, rf"{NAME} cannot be downloaded: the connection ended after \d+ of \d+ bytes"),
        (0, True, r"sha256sums\.asc cannot be downloaded: the answer is not HTTP"),
    ],
)
def test_what_goes_wrong_on_the_way_is_named(
    tmp_path: Path, release: bytes, cut: int, garbage: bool, words: str
) -> None:
    with (
        serving(published_files(NAME, release), cut=cut, garbage=garbage) as site,
        pytest.raises(GraderError, match=words),
    ):
        published.get("7.3", tmp_path, silent, site)


def test_a_file_that_is_listed_and_not_there(tmp_path: Path, release: bytes) -> None:
    files = published_files(NAME, release)
    del files[NAME]
    with serving(files) as site, pytest.raises(GraderError, match=r"answered 404 \(Not Found\)"):
        published.get("7.3", tmp_path, silent, site)
