# SPDX-License-Identifier: MIT
"""A server on this machine in place of kernel.org, and a Debian archive without the kernel."""

from __future__ import annotations

import hashlib
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def published_files(name: str, release: bytes) -> dict[str, bytes]:
    """What kernel.org's folder holds of one release: it, and the list of checksums."""
    sums = f"{hashlib.sha256(release).hexdigest()}  {name}\n{'0' * 64}  linux-999.4.tar.xz\n"
    return {"sha256sums.asc": sums.encode(), name: release}


@contextmanager
def serving(
    files: Mapping[str, bytes],
    *,
    cut: int = 0,
    garbage: bool = False,
    address: tuple[str, int] = ("127.0.0.1", 0),
    certificate: tuple[Path, Path] | None = None,
) -> Iterator[str]:
    """Serve ``files`` by their last name; the address of the server.

    ``cut``: so many bytes of a release are never sent.  ``garbage``: no answer is HTTP.
    ``certificate``: it and its key, for HTTPS.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = files.get(self.path.rpartition("/")[2])
            if garbage:
                self.wfile.write(b"log in first\r\n\r\n")
            elif content is None:
                self.send_error(404)
            else:
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[: len(content) - cut * self.path.endswith(".xz")])

        def log_message(self, format: str, *args: object) -> None:
            """Write nothing to standard error."""

    with ThreadingHTTPServer(address, Handler) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            scheme = "http" if certificate is None else "https"
            yield f"{scheme}://{address[0]}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def empty_archive(folder: Path, suite: str, seen_as: str = "") -> str:
    """Make an archive that has ``suite`` and no package in it; the line for sources.list.

    ``seen_as`` is the folder's name for apt, if it is another.
    """
    place = folder / "dists" / suite
    index = place / "main/binary-amd64/Packages"
    index.parent.mkdir(parents=True, exist_ok=True)
    index.touch()
    (place / "Release").write_text(
        f"Suite: {suite}\nCodename: {suite}\nArchitectures: amd64\nComponents: main\n"
        f"SHA256:\n {hashlib.sha256(b'').hexdigest()} 0 main/binary-amd64/Packages\n"
    )
    return f"deb [trusted=yes] file:{seen_as or folder} {suite} main\n"
