# SPDX-License-Identifier: MIT
"""What can be wrong with what was handed in: a kind, and a sentence for the student."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Refusal(str, Enum):
    """The kinds of problem; the values are stable and may stand in a result."""

    # The submission as a whole.
    ARCHIVE_UNKNOWN = "archive_unknown"
    ARCHIVE_DAMAGED = "archive_damaged"
    ARCHIVE_EMPTY = "archive_empty"
    ARCHIVE_TOO_LARGE = "archive_too_large"
    ARCHIVE_TWO_SUBMISSIONS = "archive_two_submissions"
    MEMBER_ENCRYPTED = "member_encrypted"
    MEMBER_NOT_PLAIN = "member_not_plain"
    MEMBER_OUTSIDE = "member_outside"
    MEMBER_NAME = "member_name"
    MEMBER_DUPLICATE = "member_duplicate"
    MEMBER_UNREADABLE = "member_unreadable"

    # kernel.patch.
    PATCH_MISSING = "patch_missing"
    PATCH_EMPTY = "patch_empty"
    PATCH_TOO_LARGE = "patch_too_large"
    PATCH_ENCODING = "patch_encoding"
    PATCH_NOT_UNIFIED = "patch_not_unified"
    PATCH_MALFORMED = "patch_malformed"
    PATCH_BINARY = "patch_binary"
    PATCH_SYMLINK = "patch_symlink"
    PATCH_MODE = "patch_mode"
    PATCH_NAME = "patch_name"
    PATCH_ABSOLUTE = "patch_absolute"
    PATCH_DOTDOT = "patch_dotdot"
    PATCH_LEVEL = "patch_level"
    PATCH_OUTSIDE = "patch_outside"
    PATCH_BUILT = "patch_built"

    # tools/.
    TOOLS_MISSING = "tools_missing"
    TOOLS_NO_MAKEFILE = "tools_no_makefile"

    __str__ = str.__str__


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: ``message`` is a sentence or more, safe to print."""

    code: Refusal
    message: str


class Refused(Exception):  # noqa: N818  (a verdict on the submission, not an error of ours)
    """Carries a :class:`Problem` up to the function that answers for the whole."""

    def __init__(self, code: Refusal, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(code, message)
