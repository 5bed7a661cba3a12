# SPDX-License-Identifier: MIT
"""Build a submission's kernel from a copy of the baseline's tree and objects."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from autograder.errors import GraderError
from autograder.intake import misfits
from autograder.kernel import diagnosis, options, patching, speedups
from autograder.kernel.baseline import FRAGMENT, Baseline
from autograder.kernel.make import INSIDE, counting, make, make_jobs, marking, run_makefile
from autograder.kernel.speedups import headstart, layout
from autograder.kernel.speedups.headstart import Unit
from autograder.progress import Progress
from autograder.sandbox.bounded import read_back
from autograder.sandbox.command import Bind, Completed, EndedBy, Limits
from autograder.sandbox.sandbox import Sandbox
from autograder.sandbox.scarcity import Scarcity

LIMITS = Limits(cpu_seconds=1800, wall_seconds=2400, disk_bytes=2 << 30)
LARGEST_KERNEL = 256 << 20
LARGEST_HEADER = LARGEST_SOURCE = 1 << 20
EXPECTED = 400  # files compiled for a patch that touches sched.h; for the progress only
MOST_PROBLEMS = 5
NO_RULE = "No rule to make target"


class BuildStatus(str, Enum):
    """What became of building a kernel."""

    OK = "ok"
    PATCH_FAILED = "patch_failed"
    CONFIG_FAILED = "config_failed"
    COMPILE_FAILED = "compile_failed"
    LINK_FAILED = "link_failed"
    TIMEOUT = "timeout"
    FLOOD = "flood"

    __str__ = str.__str__


@dataclass(frozen=True)
class KernelBuild:
    """How the build went; ``linux`` is the kernel, a file that no submission can change."""

    status: BuildStatus
    message: str = ""  # one sentence for the student
    log: str = ""
    notes: tuple[str, ...] = ()  # remarks that are no errors
    error: diagnosis.BuildError | None = None
    linux: Path | None = None
    wall_seconds: float = 0
    cpu_seconds: float = 0

    @property
    def ok(self) -> bool:
        """Whether there is a kernel to boot."""
        return self.status is BuildStatus.OK

    @property
    def patch_failed(self) -> bool:
        """Whether the patch did not apply."""
        return self.status is BuildStatus.PATCH_FAILED


def build_submission(
    baseline: Baseline, patch: bytes, workdir: Path, sandbox: Sandbox, progress: Progress
) -> KernelBuild:
    """Apply ``patch``, whose paths were checked, and build, all below ``workdir``.

    What is wrong with the patch is in the value returned.
    Errors: GraderError where this machine is at fault (no room, no copy).
    """
    workdir.mkdir(parents=True, exist_ok=True)
    return _Build(baseline, workdir, sandbox, progress).run(patch)


class _Build:
    """One build, step by step; the steps' costs and output add up."""

    def __init__(
        self, baseline: Baseline, workdir: Path, sandbox: Sandbox, progress: Progress
    ) -> None:
        self.baseline = baseline
        self.workdir = workdir
        self.sandbox = sandbox
        self.progress = progress
        self.top = workdir / "tree"
        self.log = ""
        self.notes: tuple[str, ...] = ()
        self.gone: list[str] = []  # files of the source that the patch deletes or renames
        self.cpu_seconds = 0.0
        self.started = time.monotonic()

    def run(self, patch: bytes) -> KernelBuild:
        self._copy()
        file = self.workdir / "kernel.patch"
        file.write_bytes(patch)
        file.chmod(0o644)
        self.progress("applying the patch", None)
        done = self._command([*patching.COMMAND, f"--input={INSIDE}.patch"], [file])
        report = patching.read(done.output)
        self.notes = report.notes
        if not done.ok or report.problems:
            return self._failed_patch(done, report, patch)
        self._forget(report.files)
        self.progress("configuring the kernel", None)
        done = self._command(make("olddefconfig"))
        if not done.ok:
            return self._failed_config(done)
        if refused := self._refused():
            return self._end(
                BuildStatus.CONFIG_FAILED,
                f"the patch changes options of the grading kernel: {', '.join(refused)} is no "
                "longer so",
            )
        units = headstart.stale(self.baseline.tree, report.files) if speedups.wanted() else []
        if len(units) >= headstart.FEWEST:
            units = self._keep(units, report.files)
            # Not `prepare` and objects in one call: make would make them one after another.
            sources = [name for name in report.files if name not in self.gone]
            own = headstart.own_objects(self.baseline.tree, sources) + self._added(sources)
            own = own or ["prepare"]
            done = self._command(make(f"-j{make_jobs()}", *own))
            if not done.ok and NO_RULE not in done.output:  # the Makefile may need them no more
                return self._failed_make(done, report.files)
        if len(units) >= headstart.FEWEST:
            self._head_start(units)
        counter = counting("compiling the kernel", EXPECTED, self.progress)
        done = self._command(make(f"-j{make_jobs()}", "linux"), on_output=counter)
        if not done.ok:
            return self._failed_make(done, report.files)
        return self._take_kernel()

    def _copy(self) -> None:
        self.progress("copying the baseline kernel", None)
        self.top.mkdir()
        self.sandbox.hand_over(self.top)
        source = "/baseline"
        binds = [Bind(self.baseline.tree, source), Bind(self.top, INSIDE, writable=True)]
        copy = ["cp", "-a", f"{source}/.", INSIDE]
        done = self.sandbox.run(copy, binds=binds, limits=self._limits())
        self.cpu_seconds += done.cpu_seconds
        if not done.ok:
            raise GraderError(f"the baseline kernel cannot be copied: {done.output.strip()[:500]}")

    def _limits(self) -> Limits:
        """What is left: the limits are those of all commands together."""
        wall = LIMITS.wall_seconds - (time.monotonic() - self.started)
        cpu = int(LIMITS.cpu_seconds - self.cpu_seconds)
        return replace(LIMITS, wall_seconds=max(wall, 1), cpu_seconds=max(cpu, 1))

    def _command(
        self,
        command: Sequence[str],
        inputs: Sequence[Path] = (),
        on_output: Callable[[bytes], None] | None = None,
    ) -> Completed:
        binds = [Bind(self.top, INSIDE, writable=True)]
        binds += [Bind(path, f"{INSIDE}{path.suffix}") for path in inputs]
        scarcity = Scarcity(self.workdir)
        done = self.sandbox.run(
            command, binds=binds, cwd=INSIDE, limits=self._limits(), on_output=on_output
        )
        self.log += done.output
        self.cpu_seconds += done.cpu_seconds
        scarcity.check(done)
        return done

    def _forget(self, changed: Sequence[str]) -> None:
        """Remove the objects of sources that the patch has deleted or renamed.

        make would take them for up to date, and the kernel would build here alone.
        """
        baseline = self.baseline.tree
        self.gone = [
            name
            for name in changed
            if (baseline / name).is_file() and not (self.top / name).exists()
        ]
        objects = headstart.made_from(self.gone, baseline)
        if objects:
            self._command(["rm", "-f", "--", *objects])

    def _added(self, sources: Sequence[str]) -> list[str]:
        """Objects of sources that the patch adds: most mistakes are in these."""
        new = [name for name in sources if not (self.baseline.tree / name).exists()]
        texts = {
            name: (read_back(self.top / name, LARGEST_SOURCE) or b"").decode(errors="replace")
            for name in [*new, *(name for name in sources if name.endswith("/Makefile"))]
        }
        config = (read_back(self.top / ".config", 1 << 20) or b"").decode(errors="replace")
        return headstart.added_objects(texts, config)

    def _keep(self, units: list[Unit], changed: Sequence[str]) -> list[Unit]:
        """Let make take the objects that the patch leaves as they are; the other units."""
        headers = layout.surveyed_headers().intersection(changed)
        before = {name: (self.baseline.tree / name).read_text() for name in headers}
        after = {name: read_back(self.top / name, LARGEST_HEADER) or b"" for name in headers}
        texts = {name: text.decode(errors="replace") for name, text in after.items()}
        grown = layout.grown(before, texts)
        kept = layout.unaffected(units, self.baseline.unmoved, changed, grown)
        if kept:
            # Before `make prepare`: an object that uses what this generates is older then.
            self._command(["touch", "--no-create", *kept])
        return [unit for unit in units if unit.name not in kept]

    def _head_start(self, units: list[headstart.Unit]) -> None:
        """Compile ``units`` ahead of make, which compiles again whatever fails here."""
        folder = self.workdir / "headstart"
        headstart.write(units, self.baseline.tree, folder)
        phrase = "compiling what the changed headers affect"
        done = self.sandbox.run(
            run_makefile(headstart.INSIDE),
            binds=[Bind(self.top, INSIDE, writable=True), Bind(folder, headstart.INSIDE)],
            cwd=INSIDE,
            limits=self._limits(),
            on_output=marking(phrase, headstart.DONE, len(units), self.progress),
        )
        self.cpu_seconds += done.cpu_seconds

    def _refused(self) -> list[str]:
        """Options of the grading kernel that the patch has changed."""
        config = read_back(self.top / ".config", 1 << 20) or b""
        fragment = (self.baseline.tree / FRAGMENT).read_text()
        return options.missing(fragment, config.decode(errors="replace"))

    def _failed_patch(
        self, done: Completed, report: patching.PatchReport, patch: bytes
    ) -> KernelBuild:
        problems = report.problems or ("patch(1) finds no patch in it",)
        version = self.baseline.version
        why = misfits.explain(patch, self._pristine, version)
        most = MOST_PROBLEMS if why is None else 1
        more = len(problems) - most
        shown = "; ".join(problems[:most]) + (f"; and {more} more" if more > 0 else "")
        message = f"the patch does not apply to Linux {version}"
        return self._limited(done) or self._end(
            BuildStatus.PATCH_FAILED,
            f"{message}: {shown}" if why is None else f"{message} ({shown}). {why}",
        )

    def _pristine(self, name: str) -> str | None:
        """A file of the untouched source, for a comparison with the patch."""
        content = read_back(self.baseline.tree / name, LARGEST_SOURCE)
        return None if content is None else content.decode("utf-8", "surrogateescape")

    def _failed_config(self, done: Completed) -> KernelBuild:
        error = diagnosis.configuration(done.output)
        return self._limited(done) or self._end(
            BuildStatus.CONFIG_FAILED, f"Kconfig cannot be read: {error or 'see the log'}", error
        )

    def _failed_make(self, done: Completed, touched: Sequence[str]) -> KernelBuild:
        error = diagnosis.compilation(done.output, touched)
        linking = error is not None and error.linking
        message = (
            f"the kernel does not {'link' if linking else 'compile'}: {error or 'see the log'}"
        )
        for name in self.gone:
            if error is not None and f"'{name.rpartition('.')[0]}.o'" in error.text:
                message += f". The patch removes {name}, but the Makefile still needs it"
        return self._limited(done) or self._end(
            BuildStatus.LINK_FAILED if linking else BuildStatus.COMPILE_FAILED, message, error
        )

    def _limited(self, done: Completed) -> KernelBuild | None:
        if done.ended_by is EndedBy.OUTPUT:
            return self._end(BuildStatus.FLOOD, "the build was ended: it printed without end")
        if done.ended_by in (EndedBy.DISK, EndedBy.MEMORY):
            return self._end(
                BuildStatus.FLOOD, f"the build was ended: it filled the {done.ended_by}"
            )
        if done.ended_by:
            return self._end(
                BuildStatus.TIMEOUT,
                f"the build was ended after {time.monotonic() - self.started:.0f} s, "
                f"{self.cpu_seconds:.0f} s of them on processors",
            )
        return None

    def _take_kernel(self) -> KernelBuild:
        """End with a copy of the kernel that nothing in a sandbox can replace any more."""
        content = read_back(self.top / "linux", LARGEST_KERNEL)
        if content is None:
            return self._end(BuildStatus.LINK_FAILED, "make succeeded and left no kernel behind")
        linux = self.workdir / "linux"
        linux.write_bytes(content)
        linux.chmod(0o755)
        return self._end(BuildStatus.OK, "", linux=linux)

    def _end(
        self,
        status: BuildStatus,
        message: str,
        error: diagnosis.BuildError | None = None,
        linux: Path | None = None,
    ) -> KernelBuild:
        return KernelBuild(
            status,
            message,
            self.log,
            self.notes,
            error,
            linux,
            time.monotonic() - self.started,
            self.cpu_seconds,
        )
