# SPDX-License-Identifier: MIT
"""autograder.zip in Gradescope's documented layout, in a root of its own.

``make gradescope-test``; ``python -m tests.gradescope_test --help``.  Both scripts are run
as Gradescope's harness does: unpacked to /autograder/source, run_autograder copied beside
it, the submission in /autograder/submission, results read from /autograder/results.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from autograder.cache import Cache
from autograder.kernel import ready
from autograder.progress import silent
from autograder.sandbox.sandbox import choose
from tests.corpus import REFERENCE
from tests.reference import SERIES, series_patch
from tests.roots import BOX, DEVICES

ROOT = Path(__file__).parents[1]
OWN = ("proc", "dev", "tmp", "sys", "run", "autograder", "lost+found")
GROUPS = Path("/sys/fs/cgroup")
METADATA = {
    "id": 1,
    "created_at": "2026-11-30T12:00:00.000000+00:00",
    "users": [{"email": "ada@example.edu", "id": 7, "name": "Ada"}],
    "assignment": {"due_date": "2026-11-30T22:59:00+00:00"},
    "previous_submissions": [],
}


class Container:
    """A root in which everything but /autograder, /tmp and /dev is the machine's, read-only."""

    def __init__(self, folder: Path, zipped: Path) -> None:
        self.folder = folder
        with zipfile.ZipFile(zipped) as archive:
            archive.extractall(folder / "source")
        for name in ("submission", "results"):
            (folder / name).mkdir()
        for name in ("setup.sh", "run_autograder"):
            (folder / "source" / name).chmod(0o755)
        shutil.copy2(folder / "source/run_autograder", folder / "run_autograder")
        (folder / "submission_metadata.json").write_text(json.dumps(METADATA))

    def command(self, *words: str, groups: Sequence[Path] = ()) -> list[str]:
        """What runs ``words`` inside, as root."""
        walls = [*BOX]
        for entry in sorted(Path("/").iterdir()):
            if entry.name in OWN:
                continue
            if entry.is_symlink():
                walls += ["--symlink", str(entry.readlink()), str(entry)]
            else:
                walls += ["--ro-bind", str(entry), str(entry)]
        walls += ["--proc", "/proc", *DEVICES, "--bind", str(self.folder), "/autograder"]
        for group in groups:
            walls += ["--ro-bind", str(group), str(GROUPS / group.parent.name)]
        return [*walls, "--chdir", "/autograder", "--", *words]

    def set_up(self) -> float:
        """Run setup.sh; the seconds that it took."""
        started = time.monotonic()
        subprocess.run(self.command("/autograder/source/setup.sh"), check=True)
        return time.monotonic() - started

    def hand_in(self, submission: Path) -> None:
        """Put a submission where Gradescope does."""
        shutil.rmtree(self.folder / "submission")
        shutil.copytree(submission, self.folder / "submission")
        shutil.rmtree(self.folder / "results")
        (self.folder / "results").mkdir()
        shutil.rmtree(self.folder / "grade", ignore_errors=True)

    def grade(self, groups: Sequence[Path] = ()) -> float:
        """Run run_autograder to its end; the seconds that it took."""
        started = time.monotonic()
        with self.start(groups) as process:
            if process.wait():
                raise SystemExit(f"run_autograder ended with {process.returncode}")
        return time.monotonic() - started

    def start(self, groups: Sequence[Path] = ()) -> subprocess.Popen[bytes]:
        """Start run_autograder, its output in results/stdout."""
        command = self.command("/autograder/run_autograder", groups=groups)
        for group in groups:
            # The shell joins the group and becomes the container.
            command = ["sh", "-c", f'echo $$ >{group}/tasks; exec "$@"', "sh", *command]
        with (self.folder / "results" / "stdout").open("wb") as stream:
            environment = {**os.environ, "PGFAULT_SANDBOX": "container"}
            environment.pop("PGFAULT_CACHE", None)
            return subprocess.Popen(command, stdout=stream, stderr=stream, env=environment)

    @property
    def results(self) -> dict[str, Any]:
        """What Gradescope would read."""
        told: dict[str, Any] = json.loads((self.folder / "results/results.json").read_text())
        return told

    @property
    def statuses(self) -> Counter[str]:
        """How many checks have which status."""
        return Counter(test["extra_data"]["status"] for test in self.results["tests"])

    def plant_kernel(self, cache: Cache, key: str, version: str) -> None:
        """The reference's kernel, kept under its name in the container, to save its build."""
        patch = series_patch()
        outside = cache.kernels / version / key / "tree"
        inside = Path("/autograder/cache/kernel") / version / key / "tree"
        kept = cache.built / _kept_as(outside, patch)
        if kept.exists():
            target = self.folder / "cache/built" / _kept_as(inside, patch)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(kept, target)


def _kept_as(tree: Path, patch: bytes) -> str:
    return hashlib.sha256(str(tree).encode() + b"\0" + patch).hexdigest()[:32]


@contextlib.contextmanager
def limited(processors: float, memory: int) -> Iterator[list[Path]]:
    """Control groups with these limits; none where this machine lets nobody make them."""
    made = []
    limits = (
        ("cpu", "cpu.cfs_quota_us", int(processors * 100_000)),
        ("memory", "memory.limit_in_bytes", memory),
    )
    try:
        for controller, file, value in limits:
            group = GROUPS / controller / f"pgfault-test-{os.getpid()}"
            with contextlib.suppress(OSError):
                group.mkdir()
                made.append(group)
                (group / file).write_text(str(value))
        yield made
    finally:
        time.sleep(0.5)
        for group in made:
            with contextlib.suppress(OSError):
                group.rmdir()


def make_zip(out: Path) -> Path:
    """The autograder, with the baseline: the container has this machine's compiler."""
    command = [sys.executable, "-m", "autograder", "gradescope", "--out", str(out), "--prebuilt"]
    subprocess.run(command, cwd=ROOT, check=True)
    return out / "autograder.zip"


def cut_off(container: Container) -> tuple[int, bool]:
    """Kill the container in the middle: how many checks the file tells of, and whether it ends."""
    container.hand_in(REFERENCE)
    with container.start() as process:
        while process.poll() is None:
            with contextlib.suppress(OSError):
                if container.statuses["passed"] >= 40:
                    break
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    return container.statuses["passed"], container.results["extra_data"]["finished"]


def main() -> None:
    """The whole test, with figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/gradescope"))
    parser.add_argument("--zip", type=Path, help="made before with --prebuilt")
    arguments = parser.parse_args()
    shutil.rmtree(arguments.out, ignore_errors=True)
    arguments.out.mkdir(parents=True)
    folder = arguments.out.absolute()
    cache = Cache.default()
    baseline = ready.baseline(SERIES, cache, choose(), silent)
    zipped = arguments.zip or make_zip(folder)
    container = Container(folder / "autograder", zipped)
    print(f"setup.sh: {container.set_up():.0f} s", flush=True)
    container.plant_kernel(cache, baseline.tree.parent.name, baseline.version)
    wrong = []

    container.hand_in(REFERENCE)
    seconds = container.grade()
    whole = container.results
    print(f"the reference: {whole['score']} points, {seconds:.0f} s, {dict(container.statuses)}")
    if set(container.statuses) != {"passed"} or whole["score"] <= 100:
        wrong.append("the reference did not get every point")
    if whole["extra_data"]["sandbox"] != "container":
        wrong.append(f"the sandbox was {whole['extra_data']['sandbox']}")

    container.hand_in(REFERENCE)
    with limited(0.5, 768 << 20) as groups:
        seconds = container.grade(groups)
    names = ", ".join(group.parent.name for group in groups) or "nothing"
    print(
        f"at half a processor and 768 MB (limited: {names}): {container.results['score']} points, "
        f"{seconds:.0f} s, {dict(container.statuses)}",
        flush=True,
    )
    if container.results["score"] != whole["score"]:
        wrong.append("other points at half a processor and 768 MB")

    passed, finished = cut_off(container)
    print(f"killed in the middle: {passed} checks in a whole file", flush=True)
    if passed < 40 or finished:
        wrong.append("a run that was killed did not keep what it had")

    settings = json.loads((container.folder / "source/gradescope.json").read_text())
    settings["minutes"] = 0.9
    (container.folder / "source/gradescope.json").write_text(json.dumps(settings))
    container.hand_in(REFERENCE)
    with limited(0.2, 768 << 20) as groups:
        seconds = container.grade(groups)
    print(f"its time limit came first: {seconds:.0f} s, {dict(container.statuses)}", flush=True)
    if groups and not container.statuses["grader_error"]:
        wrong.append("no check is called a grader error where the time was up")
    if container.statuses["failed"]:
        wrong.append("a time limit failed a check")
    print("\n".join(wrong) or "as it should be")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
