# SPDX-License-Identifier: MIT
"""The README's two commands on a fresh Debian machine, in a root of its own.

``make fresh-test SUITE=trixie``; ``python -m tests.fresh_test --help``.

mmdebstrap makes a minimal system with nothing but git, make and python3.  A clone of what is
committed here runs ``make check`` in it from nothing, twice: as an ordinary user who may not
become root, for whom an administrator runs the one line that the kit prints, and as root.  Then
``make test`` is run: its whole set-up, but of its tests only those of the kernel's source and
build and of the sandbox, because all of them take too long.  At last the user's machine runs
``make check`` with the kernel gone from Debian's archive, and a server here as kernel.org.

How packages are reached is taken from this machine: apt's archive and settings, certificates,
pip's and npm's settings, and the variables of the environment that these programs read.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.cache import Cache
from autograder.course import COURSE_FILE, load
from autograder.errors import GraderError
from autograder.kernel import debian, published
from autograder.results import Result
from tests.kernel_site import empty_archive, published_files, serving
from tests.roots import BOX, DEVICES

ROOT = Path(__file__).parents[1]
SUITES = ("trixie", "bookworm")
INCLUDED = "ca-certificates,git,make,python3"
"""What the README expects; git brings the certificates along."""

USER = "student"
USER_ID = 1000
PATIENCE = 7200  # seconds for one command: it may build a kernel on a busy machine
TESTS = "tests/unit/test_kernel_*.py tests/unit/test_sandbox.py"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SETTINGS = ("etc/pip.conf", "etc/npmrc", "etc/apt/apt.conf")
STAND_IN = ("127.0.0.2", 443)
"""Where this process is kernel.org to a machine, with HTTPS; nothing else has this address."""

CERTIFICATES = "usr/local/share/ca-certificates"

_CARRIED = re.compile(
    r"PIP_(?!FIND_LINKS)\w+|npm_config_\w+|(http|https|ftp|all|no)_proxy"
    r"|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS",
    re.I,
)
_LINE = re.compile(r"^ +(sudo apt-get update && sudo apt-get install .*)$", re.M)


@dataclass(frozen=True)
class Ran:
    """How a command went."""

    status: int
    output: str
    seconds: float


@dataclass(frozen=True)
class Machine:
    """A fresh machine: its root folder, and who works on it."""

    folder: Path
    suite: str
    user: str
    hosts: Path = Path("/etc/hosts")  # what the machine has of that name

    @property
    def home(self) -> Path:
        """The user's home, seen from outside."""
        return self.folder / ("root" if self.user == "root" else f"home/{self.user}")

    def command(self, words: Sequence[str], user: str, environment: Mapping[str, str]) -> list[str]:
        """What runs ``words`` on the machine as ``user``, in the clone if there is one."""
        home = "/root" if user == "root" else f"/home/{user}"
        place = f"{home}/kit" if (self.folder / home[1:] / "kit").is_dir() else "/"
        box = [*BOX, "--bind", str(self.folder), "/", *DEVICES, "--ro-bind", "/sys", "/sys"]
        for name, source in (("resolv.conf", Path("/etc/resolv.conf")), ("hosts", self.hosts)):
            if source.exists():
                box += ["--ro-bind", str(source.resolve()), f"/etc/{name}"]
        box += ["--clearenv"]
        for name, value in {"PATH": PATH, "LANG": "C.UTF-8", **environment, "HOME": home}.items():
            box += ["--setenv", name, value]
        # bubblewrap's own /proc is covered in part, and the kernel lets no user mount another then.
        box += ["--chdir", place, "--", "sh", "-c", 'mount -t proc proc /proc && exec "$@"', "sh"]
        if user != "root":
            box += ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
            box += ["--inh-caps=-all", "--bounding-set=-all", "--"]
        return [*box, "timeout", str(PATIENCE), *words]

    def run(self, *words: str, user: str | None = None) -> Ran:
        """Run a command to its end, and show its output as it comes."""
        user = user or self.user
        environment = {**carried(os.environ), "DEBIAN_FRONTEND": "noninteractive"}
        print(f"[{self.suite}, {user}] {' '.join(words)}", flush=True)
        started, output = time.monotonic(), []
        with (
            subprocess.Popen(
                self.command(words, user, environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            ) as process,
            heartbeat(),
        ):
            assert process.stdout is not None
            for line in process.stdout:
                print(f"    {line}", end="", flush=True)
                output.append(line)
        seconds = time.monotonic() - started
        print(f"    ended with {process.returncode} after {seconds:.0f} s", flush=True)
        return Ran(process.returncode, "".join(output), seconds)

    def succeed(self, *words: str, user: str | None = None) -> Ran:
        """Run a command that must succeed."""
        ran = self.run(*words, user=user)
        if ran.status:
            raise GraderError(f"'{' '.join(words)}' ended with {ran.status} instead of 0.")
        return ran

    def make(self, *words: str, fresh: bool) -> float:
        """Run a make target as the README says, and what it asks an administrator for.

        ``fresh``: packages must be missing, so a user without rights must be given the line.
        The seconds that the target took at last.
        """
        target = " ".join(("make", *words))
        first = self.run("make", *words)
        line = install_line(first.output)
        if self.user == "root" or not fresh:
            if line is not None and self.user == "root":
                raise GraderError(f"'{target}' asked root for packages instead of installing them.")
        elif line is None or first.status == 0:
            raise GraderError(f"'{target}' did not print the line that installs what is missing.")
        if line is not None:
            self.succeed("sh", "-c", line.replace("sudo ", ""), user="root")
            first = self.run("make", *words)
        if first.status:
            raise GraderError(f"'{target}' ended with {first.status} instead of 0.")
        return first.seconds

    def set_up(self, tarball: Path) -> None:
        """Unpack the minimal system, make it reach packages as this machine does, clone."""
        self.folder.mkdir(parents=True)
        unpack = ["tar", "--numeric-owner", "-xpf", str(tarball), "-C", str(self.folder)]
        subprocess.run(unpack, check=True)
        for name in (*SETTINGS, *apt_settings(Path("/"))):
            target = self.folder / name
            if Path("/", name).is_file() and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(Path("/", name), target)
        if Path("/", CERTIFICATES).is_dir():
            shutil.copytree(Path("/", CERTIFICATES), self.folder / CERTIFICATES, dirs_exist_ok=True)
            self.succeed("update-ca-certificates", user="root")
        if self.user != "root":
            self.succeed("useradd", "-m", "-u", str(USER_ID), "-U", self.user, user="root")
        clone = ["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(self.home / "kit")]
        subprocess.run(clone, check=True)
        if self.user != "root":
            owner = f"{USER_ID}:{USER_ID}"
            subprocess.run(["chown", "-R", owner, str(self.home / "kit")], check=True)

    @property
    def downloads(self) -> Path:
        """Where the user's cache keeps the kernel's source, seen from outside."""
        return Cache(self.home / ".cache/pgfault-course-kit").downloads

    @property
    def origin(self) -> str:
        """Where the kernel's source came from."""
        record = self.downloads / f"series-{load(ROOT / COURSE_FILE).kernel.series}.json"
        return str(json.loads(record.read_text())["origin"])

    def tell(self) -> str:
        """Name the compiler, Python and kernel that were found, and the reference's points."""
        result = Result.read(self.home / "kit/build/check/result.json")
        said = self.succeed("sh", "-c", "gcc -dumpfullversion; python3 --version").output.split()
        return (
            f"{result.totals.points:g} points with gcc {said[0]} and {' '.join(said[1:])}, "
            f"kernel {result.kernel_version} from {self.origin}, sandbox {result.sandbox}"
        )


@contextmanager
def heartbeat(seconds: float = 60) -> Iterator[None]:
    """Say every so often for how long a command has been running: a compiler is silent."""
    ended, started = threading.Event(), time.monotonic()

    def beat() -> None:
        while not ended.wait(seconds):
            print(f"    (running for {time.monotonic() - started:.0f} s)", flush=True)

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def carried(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that say how packages are reached."""
    return {name: value for name, value in environment.items() if _CARRIED.fullmatch(name)}


def install_line(output: str) -> str | None:
    """The one line that the kit prints for the administrator, if it prints one."""
    found = _LINE.search(output)
    return found[1] if found else None


def apt_settings(root: Path) -> list[str]:
    """apt's settings below ``root`` that say how packages are reached, as relative names."""
    return sorted(
        str(path.relative_to(root))
        for path in (root / "etc/apt/apt.conf.d").glob("*")
        if "Acquire::" in path.read_text(errors="replace")
    )


def bootstrap(suite: str, tarball: Path) -> None:
    """Make the minimal system of ``suite``, unless it was kept."""
    if tarball.exists():
        print(f"{tarball} was kept: using it", flush=True)
        return
    print(f"making a minimal {suite} with mmdebstrap (some minutes)", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        archives = debian.archives(Path(folder))[:1]
    partial = tarball.with_suffix(".part.tar")
    command = ["mmdebstrap", "--variant=minbase", f"--include={INCLUDED}", suite, str(partial)]
    if subprocess.run([*command, *archives], stdin=subprocess.DEVNULL, check=False).returncode:
        partial.unlink(missing_ok=True)
        raise GraderError(f"mmdebstrap could not make a minimal {suite}.")
    partial.rename(tarball)


@contextmanager
def kept(folder: Path, keep: bool) -> Iterator[Path]:
    """A folder that is removed at the end, whatever happens, unless it is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        if keep:
            print(f"kept for the next run: {folder}", flush=True)
        else:
            shutil.rmtree(folder)


def certify(machine: Machine, host: str) -> tuple[Path, Path]:
    """A certificate for ``host`` which the machine trusts, and its key."""
    certificate = machine.folder / CERTIFICATES / "stand-in.crt"
    certificate.parent.mkdir(parents=True, exist_ok=True)
    key = machine.folder.with_name(f"{machine.user}.key")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    command += ["-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
    command += ["-addext", "keyUsage=critical,digitalSignature,keyCertSign"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    certificate.chmod(0o644)
    machine.succeed("update-ca-certificates", user="root")
    return certificate, key


def without_archive(machine: Machine) -> str:
    """Run ``make check`` with no kernel in Debian's archive and this process as kernel.org.

    What the machine downloaded is taken away, and served to it again.
    """
    host = urllib.parse.urlsplit(published.SITE).hostname or ""
    hosts = machine.folder.with_name("hosts")
    hosts.write_text(f"127.0.0.1 localhost\n{STAND_IN[0]} {host}\n")
    source = next(machine.downloads.glob("linux-*.tar.xz"))
    files = published_files(source.name, source.read_bytes())
    shutil.rmtree(machine.downloads)
    sources = machine.folder / "etc/apt/sources.list"
    usual = sources.read_bytes()
    sources.write_text(empty_archive(machine.folder / "srv/empty", machine.suite, "/srv/empty"))
    try:
        machine.succeed("apt-get", "update", user="root")
        with serving(files, address=STAND_IN, certificate=certify(machine, host)):
            ran = dataclasses.replace(machine, hosts=hosts).succeed("make", "check")
    finally:
        sources.write_bytes(usual)
    if not machine.origin.startswith("kernel.org"):
        raise GraderError(f"without Debian's package the source came from {machine.origin}.")
    return f"make check without the Debian package: {ran.seconds:.0f} s, from {machine.origin}"


def fresh_machine(machine: Machine, tarball: Path) -> list[str]:
    """Run both commands on one machine; a line for each that says how it went."""
    fresh = not machine.folder.exists()
    if fresh:
        machine.set_up(tarball)
    who = f"{machine.suite}, {'root' if machine.user == 'root' else 'an ordinary user'}"
    seconds = machine.make("check", fresh=fresh)
    lines = [f"{who}: make check: {seconds:.0f} s, {machine.tell()}"]
    seconds = machine.make("test", f"TESTS={TESTS}", fresh=fresh)
    lines += [f"{who}: make test (kernel, sandbox): {seconds:.0f} s"]
    if machine.user != "root":
        lines += [f"{who}: {without_archive(machine)}"]
    return lines


def main() -> None:
    """The whole test, with figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--suite", choices=SUITES, default=SUITES[0])
    parser.add_argument("--user", choices=("root", USER), help="only as this user (default: both)")
    parser.add_argument("--keep", action="store_true", help="keep the roots for a second run")
    parser.add_argument("--out", type=Path, default=Path("build/fresh"))
    arguments = parser.parse_args()
    if os.geteuid():
        parser.error("a root of its own belongs to root: run this as root")
    folder, lines = arguments.out.absolute() / arguments.suite, []
    try:
        with kept(folder, arguments.keep):
            bootstrap(arguments.suite, folder / "root.tar")
            for user in [arguments.user] if arguments.user else [USER, "root"]:
                machine = Machine(folder / user, arguments.suite, user)
                lines += fresh_machine(machine, folder / "root.tar")
    except GraderError as error:
        lines.append(f"{arguments.suite}: {error}")
        raise SystemExit("\n".join(lines)) from error
    print("\n".join(lines))


if __name__ == "__main__":
    main()
