# SPDX-License-Identifier: MIT
"""A filter of system calls that no build and no guest needs.

It closes what namespaces leave open: the grader's keyring, which a process inherits; sockets
to whoever runs this machine as a virtual one, which no network namespace holds; new user
namespaces, behind which most holes of kernels were found; programs with the set-user-id
bit, which on a disk outside the sandbox would run as whoever owns them.  What User Mode
Linux needs (ptrace, filters of its own, memory that is executed) stays.

The program is classic BPF over ``struct seccomp_data``, as seccomp(2) describes it.
"""

from __future__ import annotations

import errno
import stat
import struct

REFUSED = {
    "unshare": 272,
    "setns": 308,
    "mount": 165,
    "umount2": 166,
    "pivot_root": 155,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsmount": 432,
    "mount_setattr": 442,
    "add_key": 248,
    "request_key": 249,
    "keyctl": 250,
    "bpf": 321,
    "perf_event_open": 298,
    "userfaultfd": 323,
    "io_uring_setup": 425,
    "syslog": 103,
    "kexec_load": 246,
    "kexec_file_load": 320,
    "init_module": 175,
    "finit_module": 313,
    "open_by_handle_at": 304,
    "quotactl": 179,
}
ABSENT = {"clone3": 435, "openat2": 437}  # their arguments cannot be looked at: libc does without
MODES = {"chmod": (90, 1), "fchmod": (91, 1), "fchmodat": (268, 2), "fchmodat2": (452, 2)}
MODES |= {"creat": (85, 1), "mknod": (133, 1), "mknodat": (259, 2)}
CREATING = {"open": (2, 1), "openat": (257, 2)}  # where the flags are; the mode comes next
CLONE = 56
SOCKETS = {"socket": 41, "socketpair": 53}
FAMILIES = {"unix": 1, "inet": 2, "inet6": 10, "netlink": 16}  # and no other one

NEW_NAMESPACE = 0x7E02_0000  # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
MAKES_FILE = 0o100 | 0o20000000  # O_CREAT, O_TMPFILE
X86_64 = 0xC000_003E
X32 = 0x4000_0000
ARCH, FIRST_ARGUMENT = 4, 16  # offsets; the number is at 0, arguments take 8 bytes each

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW = 0x7FFF_0000
_ERRNO = 0x0005_0000


def program() -> bytes:
    """The filter, as ``bwrap --seccomp`` reads it."""
    no = _ERRNO | errno.EPERM
    absent = _ERRNO | errno.ENOSYS
    code = [_step(_LOAD, ARCH), _step(_EQUAL, X86_64, 1, 0), _step(_RETURN, absent)]
    code += [_step(_LOAD, 0), _step(_AT_LEAST, X32, 0, 1), _step(_RETURN, absent)]
    for answer, numbers in ((no, REFUSED), (absent, ABSENT)):
        for number in numbers.values():
            code += [_step(_EQUAL, number, 0, 1), _step(_RETURN, answer)]
    code += _where(CLONE, [*_bits(0, NEW_NAMESPACE, 0, 1), _step(_RETURN, no)])
    for number, place in MODES.values():
        code += _where(number, [*_bits(place, stat.S_ISUID, 0, 1), _step(_RETURN, no)])
    for number, place in CREATING.values():
        mode = _bits(place + 1, stat.S_ISUID, 0, 1)
        code += _where(number, [*_bits(place, MAKES_FILE, 0, 3), *mode, _step(_RETURN, no)])
    for number in SOCKETS.values():
        code += _where(number, [*_one_of(0, list(FAMILIES.values())), _step(_RETURN, no)])
    return b"".join([*code, _step(_RETURN, _ALLOW)])


def _where(number: int, steps: list[bytes]) -> list[bytes]:
    """``steps`` for one call, which is allowed after them."""
    return [_step(_EQUAL, number, 0, len(steps) + 1), *steps, _step(_RETURN, _ALLOW)]


def _bits(argument: int, mask: int, if_any: int, if_none: int) -> list[bytes]:
    """Look at the lower half of an argument; steps to leave out in either case."""
    place = FIRST_ARGUMENT + 8 * argument
    return [_step(_LOAD, place), _step(_ANY_BIT, mask, if_any, if_none)]


def _one_of(argument: int, values: list[int]) -> list[bytes]:
    """Look at the lower half of an argument, and leave out one step where it is in ``values``."""
    tests = [_step(_EQUAL, value, len(values) - at, 0) for at, value in enumerate(values)]
    return [_step(_LOAD, FIRST_ARGUMENT + 8 * argument), *tests]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)
