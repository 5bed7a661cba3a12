# SPDX-License-Identifier: MIT
"""Nothing can be traced: what the kernel or the tool lacks, and the next step."""

from __future__ import annotations

from autograder.assignment import Advice
from autograder.pgfault.checks.foundations import EXISTS, READS, STARTS
from autograder.results import Finding

GATES = (EXISTS, STARTS, READS)

CAUSES = {
    Finding.NO_FILE: Advice(
        "No process has the file /proc/PID/pgfault_history yet.",
        "This is where the work begins (milestone M1): add an entry to tgid_base_stuff in "
        "fs/proc/base.c, with its open, read and write.",
    ),
    Finding.NO_START: Advice(
        "Tracing cannot be started: {observed}.",
        "A write of 1 must return the number of bytes written, however little your kernel "
        "records yet (milestone M1).",
    ),
    Finding.NO_RECORD: Advice(
        "Tracing can be started, but your kernel has not recorded anything yet.",
        "Allocate the buffer when tracing starts, and record the regions that exist then "
        "(milestone M2): the first read returns them.",
    ),
    Finding.NO_EVENTS: Advice(
        "Your kernel records a trace, but pgfaultmap --events prints no event of it.",
        "Write pgfaultmap --events next (milestone M2): the grader sees your trace through it.",
    ),
}
