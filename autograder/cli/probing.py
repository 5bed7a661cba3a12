# SPDX-License-Identifier: MIT
"""One probe by hand: boot one guest, run it, and print what it noted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from autograder import assignment
from autograder.building import build_for_boot
from autograder.cache import Cache
from autograder.errors import UsageError
from autograder.guest.machine import Job, Kernel, Machine
from autograder.guest.observation import Ending, Observation
from autograder.guest.programs import PROBE, compile_programs
from autograder.judge.draw import draw_params
from autograder.kernel.build import Baseline
from autograder.progress import Progress
from autograder.sandbox.sandbox import Sandbox
from autograder.text import one_line, visible

FILE_RECORD = "bytes"  # says that a file came along; the file is listed instead
LOG_LINES = 20  # of the kernel's log, if only that can say why the probe did not end
SAY_WHY = (Ending.COMPLETED, Ending.GAVE_UP, Ending.BROKEN)


def probes() -> list[str]:
    """The names of all probes."""
    return sorted(
        name
        for path in assignment.current().probes.glob("*.c")
        for name in PROBE.findall(path.read_text())
    )


def job(name: str, words: Sequence[str], seed: int) -> Job:
    """What to run.  ``words``: parameters as KEY=VALUE, with {places} as in a check.

    Errors: UsageError for a probe that does not exist, or words of another form.
    """
    if name not in probes():
        raise UsageError(f"there is no probe {name!r}: choose one of {', '.join(probes())}")
    params: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not key or not equals:
            raise UsageError(f"{word!r} is no parameter: write KEY=VALUE, such as pages=3")
        params[key] = value
    try:
        return Job(name, draw_params(name, params, seed))
    except (KeyError, ValueError, IndexError) as error:
        raise UsageError(
            f"a value in braces must name another parameter, and {error} does not"
        ) from error


def observe(
    wanted: Job,
    submission: Path | None,
    baseline: Baseline,
    cache: Cache,
    sandbox: Sandbox,
    progress: Progress,
) -> Observation:
    """Boot the submission's kernel, or else the baseline, with the probe.

    Errors: UsageError if the submission does not build, GraderError of this machine.
    """
    with cache.workdir("probe") as work:
        kernel = Kernel(baseline.linux)
        if submission is not None:
            kernel = build_for_boot(submission, baseline, work, cache, sandbox, progress)
        progress("booting the kernel", None)
        programs = compile_programs(cache.root)
        return Machine(kernel, programs, sandbox, work / "guests").observe(wanted)


def told(seen: Observation, files: bool = False) -> Iterator[str]:
    """What was seen, line by line; ``files``: with what stands in the files."""
    yield f"probe {seen.probe} {_fields(seen.params)}".rstrip()
    for record in seen.records:
        if record.name != FILE_RECORD:
            yield f"  {record.name} {_fields(record.fields)}".rstrip()
    for name, content in seen.files.items():
        yield f"  file {one_line(name)}: {len(content):,} bytes"
        if files:
            for line in visible(content.decode(errors="replace")).splitlines():
                yield f"    {line}"
    for report in seen.reports:
        yield f"kernel report ({report.kind}): {one_line(report.title)}"
    if seen.outcome.kind not in SAY_WHY:
        yield from (f"  log: {one_line(line)}" for line in seen.console.splitlines()[-LOG_LINES:])
    yield f"outcome: {one_line(str(seen.outcome))}"


def _fields(fields: Mapping[str, str]) -> str:
    return " ".join(f"{one_line(key)}={one_line(value)}" for key, value in fields.items())
