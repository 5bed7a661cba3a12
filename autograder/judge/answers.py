# SPDX-License-Identifier: MIT
"""What a system call returned, in words: 'the read failed with EINVAL'."""

from __future__ import annotations

READ = "the read"
WRITE = "the write"
KERNEL_ONLY = {
    "errno 512": "ERESTARTSYS",
    "errno 513": "ERESTARTNOINTR",
    "errno 514": "ERESTARTNOHAND",
    "errno 516": "ERESTART_RESTARTBLOCK",
    "errno 524": "ENOTSUPP",
}
"""Errors that have a number in the kernel alone: a call that returns one is wrong."""


def expected(of: str, *answers: str) -> str:
    """What ``of`` (the read, the write, mmap() ...) should do: one of ``answers``."""
    errors = [answer for answer in answers if _is_error(answer)]
    results = [
        _result(of, answer, "returns", "succeeds") for answer in answers if _is_result(answer)
    ]
    if errors:
        results.append("fails with " + " or ".join(_name(error) for error in errors))
    return f"{of} " + " or ".join(results)


def observed(of: str, answer: str) -> str:
    """What ``of`` did."""
    if _is_error(answer):
        return f"{of} failed with {_name(answer)}"
    return f"{of} {_result(of, answer, 'returned', 'succeeded')}"


def _is_error(answer: str) -> bool:
    return answer.startswith(("E", "errno"))


def _is_result(answer: str) -> bool:
    return not _is_error(answer)


def _name(error: str) -> str:
    if error in KERNEL_ONLY:
        return f"{KERNEL_ONLY[error]}, an error of the kernel's own"
    return error.replace("errno", "the unknown error")


def _result(of: str, answer: str, returns: str, succeeds: str) -> str:
    if of == READ:
        return f"{returns} 0 (end of file)" if answer == "0" else f"{returns} {answer} bytes"
    if of == WRITE:
        return f"{returns} {answer}"
    return succeeds
