# SPDX-License-Identifier: MIT
"""Whatever a submission did not write, no check ends in an error of the grader.

Every check judges what the reference did, and the same with things taken away: it passes,
or it fails with a sentence.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.guest.observation import Observation, Record
from autograder.judge import rubric
from autograder.judge.expect import Mismatch
from tests.observations import seen_by
from tests.words import message_complaints, sentence_complaints

Change = Callable[[Observation], Observation]
ESRCH, EINVAL, ERESTARTSYS = "3", "22", "512"
FUNCTIONS = {
    rubric.describe(function).id: function
    for module in rubric.modules()
    for name, function in vars(module).items()
    if name.startswith("test_") and callable(function)
}
CHECKS = [check for check in rubric.checks() if check.plan and not check.plan.job(1).holds]
"""Those that hold a process have unit tests of their own: test_meetings.py, test_slow_tool.py."""


def of_files(ending: str, content: Callable[[bytes], bytes]) -> Change:
    def change(seen: Observation) -> Observation:
        files = {k: content(v) if k.endswith(ending) else v for k, v in seen.files.items()}
        return seen.model_copy(update={"files": files})

    return change


def of_records(edit: Callable[[Record], Record | None]) -> Change:
    def change(seen: Observation) -> Observation:
        records = [new for record in seen.records if (new := edit(record)) is not None]
        return seen.model_copy(update={"records": records})

    return change


def with_fields(record: Record, **fields: str) -> Record:
    known = {key: value for key, value in fields.items() if key in record.fields}
    return record.model_copy(update={"fields": {**record.fields, **known}})


def every_call(ret: str, error: str) -> Change:
    def edit(record: Record) -> Record:
        return with_fields(record, ret=ret, errno=error, after_ret=ret, after_errno=error)

    return of_records(edit)


def without(*names: str) -> Change:
    return of_records(lambda record: None if record.name in names else record)


def every_tool(**fields: str) -> Change:
    """How the tools end: the fields of the records that are named as their output is."""

    def change(seen: Observation) -> Observation:
        def edit(record: Record) -> Record:
            ran = f"{record.name}.out" in seen.files
            return record.model_copy(update={"fields": fields}) if ran else record

        return of_records(edit)(seen)

    return change


def in_other_processes(seen: Observation) -> Observation:
    """The kernel killed those that made these calls."""
    if seen.probe not in ("slow_reader", "file_access"):
        return seen
    return without("stop", "own_write", "open")(seen)


def no_files(seen: Observation) -> Observation:
    return seen.model_copy(update={"files": {}})


def no_outfile(seen: Observation) -> Observation:
    """tracepgfault wrote nothing, so that the probe had nothing for pgfaultmap to read."""
    if not seen.all("outfile"):
        return seen
    records = [with_fields(record, size="0") for record in seen.records if record.name != "events"]
    records = [
        with_fields(record, errno="2") if record.name == "outfile" else record for record in records
    ]
    files = {name: data for name, data in seen.files.items() if not name.startswith("events")}
    return seen.model_copy(update={"records": records, "files": files})


def only_adds(data: bytes) -> bytes:
    return b"".join(line for line in data.splitlines(True) if b" add " in line)


CHANGES: dict[str, Change] = {
    "as it was": lambda seen: seen,
    "no output of any tool": of_files(".out", lambda _: b""),
    "no message of any tool": of_files(".err", lambda _: b""),
    "no maps": of_files("maps", lambda _: b""),
    "no file at all": no_files,
    "lines that are none": of_files(".out", lambda _: b"something else\n\n"),
    "times of three digits": of_files(".out", lambda _: b"12.345 fault 1000\n"),
    "numbers without end": of_files(".out", lambda _: b"9" * 5000 + b".123456789 fault 10\n"),
    "counts without end": of_files(".out", lambda _: b"1.123456789 lost " + b"9" * 5000 + b"\n"),
    "a trace that contradicts itself": of_files(".out", lambda _: b"1.123456789 remove a\n"),
    "a region without end": of_files(
        ".out", lambda _: b"1.123456789 add a 0-fffffffffffff000\n1.123456790 fault 1000\n"
    ),
    "regions and no fault": of_files(".out", only_adds),
    "only the first half of each output": of_files(".out", lambda data: data[: len(data) // 2]),
    "each line twice": of_files(
        ".out", lambda data: b"".join(2 * line for line in data.splitlines(True))
    ),
    "bytes that are no text": of_files(".out", lambda _: b"\xff\x00\xfe\n"),
    "every call returns 0": every_call("0", "0"),
    "every call returns 1": every_call("1", "0"),
    "every call fails with ESRCH": every_call("-1", ESRCH),
    "every call fails with EINVAL": every_call("-1", EINVAL),
    "every call fails with an error of the kernel's own": every_call("-1", ERESTARTSYS),
    "no read ever returned": without("read"),
    "no step was taken": without("step"),
    "calls in other processes never returned": in_other_processes,
    "nothing written, opened or tried": without(
        "written", "value", "open", "history", "try", "at", "short_read", "growing_read", "faults"
    ),
    "no thread ended": without("before_end", "after_end"),
    "every tool ends with 1": every_tool(status="256"),
    "every tool crashes": every_tool(status="11"),
    "no tool ends": every_tool(never_ended="1", state="S"),
    "no OUTFILE": no_outfile,
    "all readers sleep": of_records(lambda one: with_fields(one, done="0", state="S")),
    "all readers have ended": of_records(lambda one: with_fields(one, done="1", state="Z")),
    "all readers run": of_records(lambda one: with_fields(one, state="R")),
    "nothing was read": of_records(lambda one: with_fields(one, bytes="0", reads="0", size="0")),
    "the stack and the heap are gone": of_files(
        "", lambda data: data.replace(b"[stack]", b"").replace(b"[heap]", b"")
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_no_check_breaks(change: str) -> None:
    failures = 0
    for check in CHECKS:
        seen = CHANGES[change](seen_by(check))
        try:
            FUNCTIONS[check.id](seen)
        except Mismatch as error:
            failures += 1
            assert not message_complaints(error.did, error.expected, error.observed), check.id
            assert not error.hint or not sentence_complaints(error.hint), check.id
        except pytest.skip.Exception:
            continue
        except Exception as error:
            raise AssertionError(f"{check.id} broke: {error!r}") from error
    assert bool(failures) == (change != "as it was")


def mismatch(check_id: str, change: str) -> Mismatch:
    check = next(check for check in CHECKS if check.id == check_id)
    with pytest.raises(Mismatch) as caught:
        FUNCTIONS[check_id](CHANGES[change](seen_by(check)))
    return caught.value


def test_a_malformed_line_is_shown() -> None:
    error = mismatch("faults/anonymous_memory", "times of three digits")
    assert error.observed == "line 1 is '12.345 fault 1000'"
    assert error.expected == "line 1 has a form such as 'SECONDS.NANOSECONDS fault ADDRESS'"
    assert "nine digits" in error.hint


def test_a_tool_that_writes_nothing_is_named() -> None:
    error = mismatch("tracepgfault/traces_much", "no OUTFILE")
    assert error.observed.startswith("tracepgfault wrote no OUTFILE; it ended with status")
    error = mismatch("pgfaultmap/map_order", "no output of any tool")
    assert error.observed.startswith("nothing on standard output; the tool ends with status 0")
