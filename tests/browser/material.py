# SPDX-License-Identifier: MIT
"""A result with checks of every kind, in which everything was written by somebody hostile."""

from __future__ import annotations

from pathlib import Path

from autograder.files import write_atomically
from autograder.guest.observation import Ending, Observation, Outcome
from autograder.judge import rubric
from autograder.judge.observer import record_path
from autograder.judge.verdicts import empty_verdict
from autograder.pgfault.trace.events import Event
from autograder.report.journey import Journey, MilestoneStatus
from autograder.results import (
    CoveredFile,
    Evidence,
    Excerpt,
    PatchLine,
    Process,
    Result,
    Status,
    Stretch,
    SubmissionInfo,
    total,
)
from tests.traces import Process as Traced
from tests.traces import broken, text

SEED = 7
HOSTILE = (
    "</script></pre></svg></details></main><script>alert(1)</script>"
    "<img src=http://127.0.0.1:9/x onerror=alert(2)><iframe src=//127.0.0.1:9></iframe>"
    "<style>*{background:url(http://127.0.0.1:9/y)}</style><a href=javascript:alert(3)>x</a>"
    "\"' onmouseover='alert(4)' <!-- {{ 7 * 7 }} {% raw %} ]]> \x1b[2J \u202eesrever\u200b"
)
FAILED = (
    "reading/empty_trace_blocks",
    "regions/mmap",
    "regions/mprotect_splits",
    "health/no_memory_errors",
    "buffer/freed_after_readers",
)


def graded() -> Result:
    """The result."""
    verdicts = [empty_verdict(check) for check in rubric.checks()]
    for number, verdict in enumerate(verdicts):
        verdict.attempts = ["passed"]
        verdict.status, verdict.points = Status.PASSED, verdict.max_points
        if verdict.id in FAILED:
            verdict.status, verdict.points = Status.FAILED, 0
            verdict.attempts = ["failed", "failed"]
            verdict.did = f"step {number} {HOSTILE}"
            verdict.expected = f"state S, pages |..XX..| {HOSTILE}"
            verdict.observed = f"state D, pages |..X...| {HOSTILE}"
            verdict.message = f"{verdict.did}: {verdict.expected}"
            verdict.evidence = _evidence()
        elif verdict.area == "Buffer":
            verdict.status, verdict.points = Status.NOT_REACHED, 0
            verdict.attempts, verdict.message = [], f"why not {HOSTILE}"
        elif verdict.id == "faults/stack":
            verdict.status, verdict.points = Status.GRADER_ERROR, 0
            verdict.message = f"no room {HOSTILE}"
    return Result(
        kit_version="0.1.0",
        kernel_version="7.3.4",
        seed=SEED,
        started="2025-10-15T09:12:04+00:00",
        finished="2025-10-15T09:13:04+00:00",
        sandbox="full",
        submission=SubmissionInfo(
            name=f"ada {HOSTILE}", sha256="0" * 64, files=[HOSTILE], answers=HOSTILE * 3
        ),
        verdicts=verdicts,
        totals=total(verdicts),
        coverage=_coverage(),
        notes=[HOSTILE],
    )


def _coverage() -> list[CoveredFile]:
    lines = [PatchLine(number=at, added=True, text=f"\tx{at}; {HOSTILE}") for at in range(1, 8)]
    stretch = Stretch(function=f"put{HOSTILE}", missed=[3, 4], lines=lines)
    numbers = list(range(1, 8))
    return [CoveredFile(file=HOSTILE, with_code=numbers, reached=numbers[:2], not_seen=[stretch])]


def _evidence() -> list[Evidence]:
    log = "[    0.1] fine\n[    0.2] BUG: KASAN: slab-use-after-free in x\n"
    log += f" [<60>] ? guess+0x1/0x2\n [<61>] put+0x1/0x2  mm/x.c:4\n{HOSTILE}\n"
    lines = [PatchLine(number=at, added=at > 3, text=f"\tx{at}; {HOSTILE}") for at in range(1, 8)]
    excerpt = Excerpt(function=f"put{HOSTILE}", file="mm/x.c", line=4, lines=lines)
    return [
        Evidence(kind="report", title=f"BUG {HOSTILE}", text=log, excerpts=[excerpt]),
        Evidence(
            kind="hang",
            title="who is still there",
            text=f"pid=26 {HOSTILE}",
            processes=[
                Process(pid=25, name="init", state="S", stack=["schedule", "do_wait"]),
                Process(pid=26, name=HOSTILE, state="D", stack=[HOSTILE]),
            ],
        ),
        Evidence(kind="console", title=HOSTILE, text=log * 20),
    ]


def journey() -> Journey:
    """The way of somebody who stands before the third milestone, and lost a check."""
    steps = [
        MilestoneStatus(f"M{n}", HOSTILE, "2,3", max(5 - n, 0), 5 - n // 5) for n in range(1, 11)
    ]
    return Journey(tuple(steps), (1, 5.5, 4), "14:20", ("1.1", "1.2"), ("3.6",))


def events(seed: int) -> list[Event]:
    """A trace with contradictions, in which identities are hostile too."""
    return [
        Event(
            e.time,
            e.kind,
            e.id and f"{e.id}<script>alert(5)</script>",
            e.start,
            e.end,
            e.address,
            e.count,
        )
        for e in broken(Traced(seed).events(160), seed)
    ]


def observations(result: Result, folder: Path) -> None:
    """A trace for every check that runs the probe `steps`."""
    for number, check in enumerate(rubric.checks()):
        if check.plan is None or check.plan.probe != "steps":
            continue
        job = check.plan.job(result.seed)
        trace = events(number)
        steps = len(job.params["steps"].split(";"))
        files = {"events.out": text(trace)}
        for step in range(steps + 1):
            part = trace[: len(trace) * (step + 1) // (steps + 1)]
            files[f"events.{step}.out"] = text(part)
            files[f"maps.{step}"] = "00400000-00480000 rw-p 00000000 00:00 0 \n"
        seen = Observation(
            probe=job.probe,
            params=dict(job.params),
            outcome=Outcome(kind=Ending.COMPLETED),
            files={name: content.encode() for name, content in files.items()},
        )
        write_atomically(record_path(folder, job, 1), seen.model_dump_json())
