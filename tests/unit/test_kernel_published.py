# SPDX-License-Identifier: MIT
"""A series that Debian's archive has no longer comes from kernel.org, by a real server here."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import platform
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from autograder.cache import Cache
from autograder.errors import GraderError
from autograder.kernel import debian, published, source, tree
from autograder.kernel.progress import silent
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


@contextmanager
def serving(files: Mapping[str, bytes], cut: int = 0, garbage: bool = False) -> Iterator[str]:
    """A server on this machine in place of kernel.org; the last ``cut`` bytes are never sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = files.get(self.path.removeprefix("/v7.x/"))
            if garbage:
                self.wfile.write(b"log in first\r\n\r\n")
                return
            if content is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) - cut * self.path.endswith(".xz")])

        def log_message(self, format: str, *args: object) -> None:
            """Write nothing to standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def published_files(release: bytes) -> dict[str, bytes]:
    sums = f"{hashlib.sha256(release).hexdigest()}  {NAME}\n{'0' * 64}  linux-7.4.tar.xz\n"
    return {"sha256sums.asc": sums.encode(), NAME: release}


@pytest.fixture
def without_the_series(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own apt, with an archive that has a suite and no package in it."""
    suite = tmp_path / "archive/dists/trixie"
    index = suite / "main/binary-amd64/Packages"
    index.parent.mkdir(parents=True)
    index.touch()
    digest = hashlib.sha256(b"").hexdigest()
    (suite / "Release").write_text(
        "Suite: trixie\nCodename: trixie\nArchitectures: amd64\nComponents: main\n"
        f"SHA256:\n {digest} 0 main/binary-amd64/Packages\n"
    )
    sources = tmp_path / "sources.list"
    sources.write_text(f"deb [trusted=yes] file:{tmp_path}/archive trixie main\n")
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
    with serving(published_files(release)) as site:
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
        serving(published_files(release), cut, garbage) as site,
        pytest.raises(GraderError, match=words),
    ):
        published.get("7.3", tmp_path, silent, site)


def test_a_file_that_is_listed_and_not_there(tmp_path: Path, release: bytes) -> None:
    files = published_files(release)
    del files[NAME]
    with serving(files) as site, pytest.raises(GraderError, match=r"answered 404 \(Not Found\)"):
        published.get("7.3", tmp_path, silent, site)
