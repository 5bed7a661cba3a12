# SPDX-License-Identifier: MIT
"""What a sandboxed command can see, do and leave behind."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest

from autograder.errors import GraderError, UsageError
from autograder.sandbox import disk, processes
from autograder.sandbox.bounded import Kept, read_back
from autograder.sandbox.command import Bind, Completed, EndedBy, Limits
from autograder.sandbox.sandbox import Level, Sandbox, choose, outside
from autograder.sandbox.users import HIDDEN

FAMILIES = (("unix", 1), ("inet", 2), ("inet6", 10), ("vsock", 40))
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a command a user id")
both = pytest.mark.parametrize(
    "level",
    [pytest.param(level, marks=AS_ROOT if level is Level.CONTAINER else ()) for level in Level],
)


@pytest.fixture(scope="module")
def full() -> Sandbox:
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed")
    return choose("full")


@pytest.fixture(autouse=True)
def open_folder(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents):  # pytest's own are closed to other users
        if folder.stat().st_uid == os.geteuid() and not folder.samefile(tempfile.gettempdir()):
            folder.chmod(0o755)
        else:
            break


def shell(sandbox: Sandbox, script: str, *binds: Bind, limits: Limits | None = None) -> Completed:
    return sandbox.run(["sh", "-c", script], binds=binds, limits=limits)


def test_only_the_system_and_the_binds_are_seen(full: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "seen").write_text("here\n")
    done = shell(full, "ls /; ls /etc; cat /data/seen", Bind(tmp_path, "/data"))
    assert done.ok
    names = done.output.split()
    assert {"bin", "lib", "usr", "proc", "dev", "tmp", "data", "here"} <= set(names)
    assert not {"home", "root", "var", "work", "mnt", "passwd", "shadow"} & set(names)


def test_the_environment_is_the_kits_own(full: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", "sings")
    done = full.run(["env"], env={"ADDED": "yes"})
    assert "CANARY" not in done.output
    assert "ADDED=yes" in done.output
    assert "HOME=/tmp\n" in done.output


def test_there_is_no_network(full: Sandbox) -> None:
    done = shell(full, "cat /proc/net/dev")
    devices = [line.split(":")[0].strip() for line in done.output.splitlines()[2:]]
    assert devices == ["lo"]


def test_there_are_no_sockets_past_the_network(full: Sandbox) -> None:
    """A vsock leads to whoever runs this machine, from whatever network namespace."""
    script = "socket(my $s, $ARGV[0], SOCK_STREAM, 0) or die $!; print 'made'"
    families = {name: ["perl", "-MSocket", "-e", script, str(n)] for name, n in FAMILIES}
    made = {name: full.run(command).output for name, command in families.items()}
    assert {made[name] for name in ("unix", "inet", "inet6")} == {"made"}
    assert "not permitted" in made["vsock"].lower()


def test_the_user_is_not_the_graders_and_has_no_rights(full: Sandbox) -> None:
    done = shell(full, "id -u; grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status")
    user, *facts = done.output.splitlines()
    assert int(user) == (full.user if full.root else HIDDEN) != os.getuid()
    assert "NoNewPrivs:\t1" in facts
    assert "CapEff:\t0000000000000000" in facts


def test_the_system_and_read_only_binds_cannot_be_written(full: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("as it was")
    tmp_path.chmod(0o777)
    (tmp_path / "file").chmod(0o666)
    for target in ("/usr/bin/x", "/x", "/etc/x", "/data/x", "/data/file"):
        assert not shell(full, f"echo changed > {target}", Bind(tmp_path, "/data")).ok
    assert (tmp_path / "file").read_text() == "as it was"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@both
def test_what_was_handed_over_can_be_written(level: Level, tmp_path: Path) -> None:
    sandbox = choose(level.value)
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "old").write_text("old")
    sandbox.hand_over(tmp_path)
    bind = Bind(tmp_path, "/data", writable=True)
    done = shell(sandbox, "echo new > /data/inner/old && echo more > /data/more", bind)
    assert done.ok, done.output
    assert (inner / "old").read_text() == "new\n"
    assert (tmp_path / "more").read_text() == "more\n"


@pytest.mark.parametrize("level", [Level.FULL, Level.CONTAINER])
def test_what_was_taken_back_cannot_be_written(level: Level, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files to others")
    sandbox = choose(level.value)
    (tmp_path / "file").write_text("as it was")
    sandbox.hand_over(tmp_path)
    sandbox.take_back(tmp_path)
    done = shell(sandbox, "echo changed > /data/file", Bind(tmp_path, "/data", writable=True))
    assert not done.ok
    assert (tmp_path / "file").read_text() == "as it was"


@both
def test_what_is_made_can_be_read_by_others(level: Level, tmp_path: Path) -> None:
    sandbox = choose(level.value)
    sandbox.hand_over(tmp_path)
    before = os.umask(0o077)
    try:
        done = shell(sandbox, "echo made > /data/made", Bind(tmp_path, "/data", writable=True))
    finally:
        os.umask(before)
    assert done.ok
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o644


@both
def test_links_are_not_followed_when_handing_over(level: Level, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(other)
    choose(level.value).hand_over(folder)
    assert other.stat().st_uid == os.geteuid()


@both
def test_status_and_output(level: Level) -> None:
    sandbox = choose(level.value)
    done = shell(sandbox, "echo out; echo err >&2; exit 3")
    assert (done.status, done.ended_by, done.ok) == (3, EndedBy.ITSELF, False)
    assert done.output == "out\nerr\n"
    assert shell(sandbox, "kill -ABRT $$").status == -6
    assert shell(sandbox, "cat").output == ""  # standard input is empty


@both
def test_a_command_that_is_not_there(level: Level) -> None:
    assert choose(level.value).run(["no-such-command"]).status != 0


@both
def test_output_is_kept_at_both_ends(level: Level) -> None:
    done = shell(choose(level.value), "seq 1 3000", limits=Limits(output_bytes=1000))
    assert done.output.startswith("1\n2\n3\n")
    assert done.output.endswith("2999\n3000\n")
    assert "bytes left out" in done.output
    assert len(done.output) < 1100


@both
def test_output_without_end_is_ended(level: Level) -> None:
    done = shell(choose(level.value), "yes", limits=Limits(output_bytes=10_000))
    assert done.ended_by is EndedBy.OUTPUT
    assert not done.ok


@both
def test_wall_clock_limit(level: Level) -> None:
    done = shell(choose(level.value), "sleep 60", limits=Limits(wall_seconds=0.5))
    assert done.ended_by is EndedBy.WALL


@both
def test_processor_time_is_limited_for_all_processes_together(level: Level) -> None:
    script = "while :; do :; done & while :; do :; done"
    done = shell(choose(level.value), script, limits=Limits(cpu_seconds=1, wall_seconds=600))
    assert done.ended_by is EndedBy.CPU
    assert done.cpu_seconds >= 1


def test_memory_files_and_scratch_are_limited(full: Sandbox) -> None:
    limits = Limits(memory_bytes=200 << 20, file_size=1 << 20, scratch_bytes=4 << 20)
    assert not shell(full, "head -c 2M /dev/zero > /tmp/x", limits=limits).ok
    parts = "for i in 1 2 3 4 5 6; do head -c 1M /dev/zero > /tmp/$i || exit 1; done"
    assert not shell(full, parts, limits=limits).ok
    big = "perl -e '$x = \"a\" x (300 << 20)'"
    assert not shell(full, big, limits=limits).ok
    assert shell(full, big, limits=Limits()).ok


@pytest.mark.parametrize(
    ("level", "kept"),
    [(Level.FULL, "open"), (Level.FULL, "mapped"), (Level.NONE, "open")],
)
def test_files_without_a_name_fill_the_disk_too(
    level: Level, kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kept == "mapped" and os.geteuid() != 0:
        pytest.skip("only root sees what others have mapped")
    monkeypatch.setattr(disk, "OFTEN", 0.5)
    sandbox = choose(level.value)
    sandbox.hand_over(tmp_path)
    # 9 is mmap(2): 4 MiB to be read, shared, wherever there is room.
    held = {"open": "push @held, $f", "mapped": "syscall(9, 0, 4 << 20, 1, 1, fileno($f), 0)"}
    script = (
        "for (1..6) { open(my $f, '+>', '/data/x') or die; unlink '/data/x'; "
        f"syswrite($f, 'x' x (4 << 20)); {held[kept]} }} sleep 20"
    )
    bind = Bind(tmp_path, "/data", writable=True)
    limits = Limits(disk_bytes=16 << 20)
    done = sandbox.run(["perl", "-e", script], binds=[bind], limits=limits)
    assert done.ended_by is EndedBy.DISK, done
    assert not [*tmp_path.iterdir()]


def test_processes_are_limited(full: Sandbox) -> None:
    script = "for i in $(seq 100); do sleep 5 & done; wait"
    done = shell(full, script, limits=Limits(processes=20, wall_seconds=30))
    assert "fork" in done.output


def test_nothing_stays_behind(full: Sandbox) -> None:
    mark = f"{time.time_ns() % 10**6 + 10**6}.5"
    done = shell(full, f"(setsid sleep {mark} &) ; sleep {mark} & sleep 0.2")
    assert done.ok
    assert not sleeping(mark)


@both
def test_kill_ends_the_whole_tree_at_once(level: Level) -> None:
    mark = f"{time.time_ns() % 10**6 + 10**6}.25"
    process = choose(level.value).start(
        ["sh", "-c", f"sleep {mark} & setsid sleep {mark} & wait"], limits=Limits()
    )
    wait_for(lambda: len(sleeping(mark)) >= 2)
    process.kill()
    assert not sleeping(mark)
    assert process.wait() == -9
    process.kill()  # once more is harmless


@both
def test_kill_ends_a_tree_that_still_grows(level: Level) -> None:
    mark = f"30.{time.time_ns() % 10**9:09}"
    one = f"sh -c 'setsid sleep {mark} & wait' & i=$((i+1)); sleep 0.001"
    process = choose(level.value).start(
        ["sh", "-c", f"i=0; while [ $i -lt 2000 ]; do {one}; done; wait"], limits=Limits()
    )
    wait_for(lambda: len(sleeping(mark)) >= 5)
    process.kill()
    assert not sleeping(mark)
    time.sleep(0.2)  # what went unseen would have gone on to grow
    assert not sleeping(mark)


@both
def test_descriptors_are_passed(level: Level, tmp_path: Path) -> None:
    target = os.open(tmp_path / "report", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    process = choose(level.value).start(
        ["bash", "-c", f"echo told >&{target}"], limits=Limits(), pass_fds=(target,)
    )
    os.close(target)
    assert process.wait() == 0
    assert (tmp_path / "report").read_text() == "told\n"


def test_other_descriptors_are_not(full: Sandbox) -> None:
    done = shell(full, "ls /proc/self/fd | wc -l")
    assert int(done.output) <= 4  # three, and the folder that is listed


@both
def test_a_command_may_close_its_output_and_go_on(level: Level) -> None:
    done = shell(choose(level.value), "exec >&- 2>&-; sleep 0.7; exit 5")
    assert (done.status, done.ended_by) == (5, EndedBy.ITSELF)
    done = shell(choose(level.value), "exec >&- 2>&-; sleep 60", limits=Limits(wall_seconds=1))
    assert done.ended_by is EndedBy.WALL


@both
def test_processor_time_is_seen_while_it_runs(level: Level) -> None:
    process = choose(level.value).start(["sh", "-c", "while :; do :; done"], limits=Limits())
    try:
        wait_for(lambda: process.cpu_seconds() > 0.3)
        assert process.running()
    finally:
        process.kill()
    assert not process.running()
    assert process.cpu_seconds() > 0.3


def test_a_mistaken_bind_is_the_graders_fault(full: Sandbox) -> None:
    with pytest.raises(GraderError, match="/no/such/folder"):
        full.run(["true"], binds=[Bind(Path("/no/such/folder"), "/x")])


def test_level_none_has_a_scratch_folder_of_its_own(tmp_path: Path) -> None:
    sandbox = choose("none")
    done = shell(sandbox, "echo $HOME; echo left > /tmp/left; ls $HOME")
    home = Path(done.output.splitlines()[0])
    assert home != Path("/tmp")
    assert not Path("/tmp/left").exists()
    assert done.output.splitlines()[1:] == ["left"]
    assert not home.exists()


def test_choosing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose("none").level is Level.NONE
    monkeypatch.setenv("PGFAULT_SANDBOX", "none")
    assert choose().level is Level.NONE
    with pytest.raises(UsageError, match="padded"):
        choose("padded")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(GraderError, match="apt-get install bubblewrap"):
        choose("full")


def test_paths_inside_are_translated_for_level_none() -> None:
    binds = [Bind(Path("/host/k"), "/kernel"), Bind(Path("/host/p"), "/kernel.patch")]
    assert outside("/kernel", binds) == "/host/k"
    assert outside("--input=/kernel.patch", binds) == "--input=/host/p"
    assert outside("X=/kernel/.config", binds) == "X=/host/k/.config"
    assert outside("/kernels /my/kernel kernel", binds) == "/kernels /my/kernel kernel"


def test_reading_back(tmp_path: Path) -> None:
    good = tmp_path / "good"
    good.write_bytes(b"12345")
    (tmp_path / "link").symlink_to(good)
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    assert read_back(good, 5) == b"12345"
    assert read_back(good, 4) is None
    for name in ("link", "fifo", "folder", "absent"):
        assert read_back(tmp_path / name, 100) is None


def test_keeping_both_ends() -> None:
    kept = Kept(10)
    for part in (b"abc", b"def", b"ghi", b"jklm"):
        kept.add(part)
    assert kept.text() == "abcde\n[... 3 bytes left out ...]\nijklm"
    short = Kept(10)
    short.add(b"0123456789")
    assert short.text() == "0123456789"


def sleeping(mark: str) -> list[int]:
    """Processes on this machine that sleep for ``mark`` seconds."""
    found = []
    for stat in processes.snapshot():
        try:
            words = Path(f"/proc/{stat.pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[:2] == [b"sleep", mark.encode()]:
            found.append(stat.pid)
    return found


def wait_for(condition: object, patience: float = 20) -> None:
    assert callable(condition)
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.02)
