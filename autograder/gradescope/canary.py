# SPDX-License-Identifier: MIT
"""What a container allows, told as a ``results.json``: upload this before the autograder.

It runs alone, with nothing but Python's own library: ``canary.py FOLDER RESULTS``.  In
FOLDER there may be ``linux`` and ``initrd``: a guest to boot.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import platform
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

CLONE_NEWUSER, CLONE_NEWNS = 0x10000000, 0x00020000
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
SECCOMP_RET_ALLOW, BPF_RETURN = 0x7FFF0000, 0x06
PTRACE_TRACEME = 0
BOOT_SECONDS = 60
FUNCTIONS = 300  # in the file that is compiled to measure
REFERENCE_SECONDS = 1.6  # the same on the machine on which the kernel took the time below
KERNEL_CPU_SECONDS = 300  # for a submission that touches a header that all include
_GROUPS = Path("/sys/fs/cgroup")


class Found(NamedTuple):
    """One thing that was looked at; ``good`` is None for what is only told."""

    name: str
    good: bool | None
    words: str


def look(folder: Path) -> list[Found]:
    """Everything, in the order in which it matters."""
    return [
        Found("Processor", platform.machine() == "x86_64", platform.machine()),
        _user(),
        _attempt("ptrace", _ptrace, "User Mode Linux can run in ptrace mode"),
        _attempt("seccomp filters", _seccomp, "User Mode Linux can run in its fast mode"),
        _attempt("user namespaces", _namespaces, "the sandbox can be of level full without root"),
        _bubblewrap(),
        _attempt("exec on /dev/shm", lambda: _executable("/dev/shm"), "guests keep memory there"),
        _attempt("exec on /tmp", lambda: _executable("/tmp"), "guests can keep memory there"),
        _room(),
        _memory(),
        _processors(),
        _boot(folder, "on", "a guest boots, seccomp mode"),
        _boot(folder, "off", "a guest boots, ptrace mode"),
        _speed(),
    ]


def results(found: list[Found]) -> dict[str, Any]:
    """For Gradescope."""
    bad = [each.name for each in found if each.good is False]
    return {
        "score": 0,
        "output": "The canary: what this container allows.\n"
        + (f"Not good: {', '.join(bad)}" if bad else "Everything that was tried works."),
        "visibility": "visible",
        "tests": [
            {
                "name": each.name,
                "score": 0,
                "max_score": 0,
                "status": "failed" if each.good is False else "passed",
                "output": each.words,
                "extra_data": {"good": each.good},
            }
            for each in found
        ],
    }


def _attempt(name: str, trial: Any, meaning: str) -> Found:
    """Run ``trial`` in a process of its own, which a filter may kill."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            trial()
            os.write(writer, b"ok")
        except BaseException as error:
            os.write(writer, f"{type(error).__name__}: {error}".encode()[:500])
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        told = stream.read().decode(errors="replace")
    _, status = os.waitpid(child, 0)
    if told == "ok":
        return Found(name, True, f"Allowed: {meaning}.")
    return Found(name, False, f"Not allowed ({told or f'status {status}'}).")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _must(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _ptrace() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0 if _libc().ptrace(PTRACE_TRACEME, 0, None, None) == 0 else 1)
    _, status = os.waitpid(child, 0)
    if status:
        raise PermissionError("the call is refused")


def _seccomp() -> None:
    libc = _libc()
    _must(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    allow = ctypes.create_string_buffer(struct.pack("HBBI", BPF_RETURN, 0, 0, SECCOMP_RET_ALLOW))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 1, ctypes.addressof(allow)))
    _must(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0))


def _namespaces() -> None:
    _must(_libc().unshare(CLONE_NEWUSER | CLONE_NEWNS))


def _executable(folder: str) -> None:
    with tempfile.TemporaryFile(dir=folder) as stream:
        stream.truncate(mmap.PAGESIZE)
        mmap.mmap(stream.fileno(), mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_EXEC).close()


def _bubblewrap() -> Found:
    if shutil.which("bwrap") is None:
        return Found("bubblewrap", None, "Not installed here; the autograder's set-up installs it.")
    command = ["bwrap", "--unshare-pid", "--unshare-net", "--ro-bind", "/", "/", "--proc", "/proc"]
    done = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return Found("bubblewrap", True, "Works: submissions are shut in at level full.")
    words = "Does not work, so the sandbox is of level container (which is meant for this): "
    return Found("bubblewrap", None, words + done.stderr.strip()[:300])


def _user() -> Found:
    if os.geteuid() == 0:
        return Found("root", True, "Runs as root: a submission gets a user id of its own.")
    return Found("root", False, f"Runs as user {os.geteuid()}: level container needs root.")


def _room() -> Found:
    shm, tmp = shutil.disk_usage("/dev/shm"), shutil.disk_usage("/tmp")
    words = f"/dev/shm {shm.total >> 20} MiB, /tmp {tmp.free >> 20} MiB free"
    return Found("room", shm.total >= 60 << 20 and tmp.free >= 1 << 30, words)


def _memory() -> Found:
    limits = [_GROUPS / "memory.max", _GROUPS / "memory/memory.limit_in_bytes"]
    numbers = [int(word) for path in limits if (word := _read(path)).isdecimal()]
    numbers.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return Found("memory", min(numbers) >= 700 << 20, f"{min(numbers) >> 20} MiB")


def _processors() -> Found:
    words = f"{len(os.sched_getaffinity(0))} to be seen"
    quota = _read(_GROUPS / "cpu.max") or _read(_GROUPS / "cpu/cpu.cfs_quota_us")
    return Found("processors", None, f"{words}; the control group says: {quota or 'nothing'}")


def _boot(folder: Path, seccomp: str, name: str) -> Found:
    linux = folder / "linux"
    if not linux.exists():
        return Found(name, None, "No kernel came along.")
    linux.chmod(0o755)
    command = [str(linux), "mem=128M", f"initrd={folder / 'initrd'}", f"seccomp={seccomp}"]
    command += ["time-travel=inf-cpu", "con=null", "con0=fd:0,fd:1", "ssl=null", "panic=-1"]
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        try:
            done = subprocess.run(
                [*command, f"uml_dir={home}"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=BOOT_SECONDS,
                env={"HOME": home, "TMPDIR": "/dev/shm"},
                start_new_session=True,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return Found(name, False, str(error)[:500])
    seconds = time.monotonic() - started
    log = done.stdout.decode(errors="replace")
    good = done.returncode == 0 and "Run /init as init process" in log
    words = f"{seconds:.1f} s, status {done.returncode}"
    return Found(name, good, words if good else f"{words}\n{log[-1500:]}")


def _speed() -> Found:
    if shutil.which("gcc") is None:
        return Found("speed", None, "There is no compiler.")
    body = "for(int i=0;i<n;i++){s+=i*%d;s^=s>>3;if(s&1)s+=f(s,i);}"
    source = "static long f(long a,long b){return a*b+1;}\n" + "".join(
        f"long g{n}(long n,long s){{{body % n}return s;}}\n" for n in range(FUNCTIONS)
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.c").write_text(source)
        started = time.monotonic()
        command = ["gcc", "-O2", "-g1", "-c", "a.c"]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
        seconds = time.monotonic() - started
    if done.returncode:
        return Found("speed", False, done.stderr.decode(errors="replace")[:500])
    minutes = KERNEL_CPU_SECONDS * seconds / REFERENCE_SECONDS / 60
    words = (
        f"A file took {seconds:.1f} s to compile on one processor: the kernel of a submission that "
        f"touches a header which all files include would take about {minutes:.0f} minutes here on "
        "one processor, less on more. Set time and size of the container accordingly."
    )
    return Found("speed", minutes < 10, words)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def main() -> None:
    """Look, and write what was found."""
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    told = json.dumps(results(look(folder)), indent=1)
    temporary = out.with_name(f".{out.name}")
    temporary.write_text(told + "\n")
    temporary.replace(out)
    print(told)


if __name__ == "__main__":
    main()
