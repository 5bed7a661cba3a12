# SPDX-License-Identifier: MIT
"""The student's kernel tree: a git repository whose first commit is the pristine source.

It begins as a copy of the baseline with its objects, so that make compiles only what the
student changes.
"""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

from autograder.cache import complete_or_nothing
from autograder.errors import GraderError, UsageError
from autograder.kernel.build import Baseline
from autograder.kernel.tree import EPOCH
from autograder.progress import Progress
from autograder.student.project import Project

PRISTINE = "pristine"
WHO = ("-c", "user.name=Pristine source", "-c", "user.email=none@localhost")
WHEN = "2001-01-01T00:00:00Z"
HIDE_ALL = ("/*", "!/debian/")


def create(project: Project, baseline: Baseline, progress: Progress) -> bool:
    """Make ``linux/`` unless it is there; whether it was made.

    Errors: GraderError where there is no room, or git fails.
    """
    if (project.linux / ".git").exists():
        return False
    if project.linux.exists():
        raise UsageError(f"{project.linux} was not made by `make setup`: move it away")
    with complete_or_nothing(project.linux) as partial:
        progress("copying the source and its objects to linux/", None)
        copy = ["cp", "-a", "--reflink=auto", "--no-preserve=ownership", f"{baseline.tree}/."]
        partial.mkdir()
        done = subprocess.run([*copy, str(partial)], capture_output=True, text=True, check=False)
        if done.returncode:
            raise GraderError(f"linux/ cannot be made: {done.stderr.strip()[:500]}")
        progress("making a git repository of it", None)
        _commit(partial)
    return True


def _commit(tree: Path) -> None:
    git(tree, "init", "--quiet", "--initial-branch=main")
    # What git packs by itself in the background is in the way.
    git(tree, "config", "gc.auto", "0")
    git(tree, "config", "core.fileMode", "false")
    _let_git_see(tree / ".gitignore")
    # What has the time of unpacking is source, also where a pattern says that it is made.
    sources = [
        str(Path(folder, name).relative_to(tree)).encode()
        for folder, folders, files in os.walk(tree)
        for name in (*files, *folders)
        if _is_source(Path(folder, name))
    ]
    names = tree / ".git" / "sources"
    names.write_bytes(b"\0".join(sources))
    git(tree, "add", "--force", f"--pathspec-from-file={names}", "--pathspec-file-nul")
    names.unlink()
    git(tree, *WHO, "commit", "--quiet", "--no-verify", "--message", "Pristine source")
    git(tree, "tag", PRISTINE)


def _is_source(path: Path) -> bool:
    facts = path.lstat()
    return path.is_symlink() or (stat.S_ISREG(facts.st_mode) and facts.st_mtime == EPOCH)


def _let_git_see(patterns: Path) -> None:
    """Debian's source hides everything at the top from git: take that out."""
    kept = [line for line in patterns.read_text().splitlines() if line not in HIDE_ALL]
    patterns.write_text("\n".join(kept) + "\n")
    os.utime(patterns, (EPOCH, EPOCH))


def git(tree: Path, *arguments: str, index: Path | None = None) -> bytes:
    """What git prints, run in ``tree``.  Errors: UsageError with git's words."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_AUTHOR_DATE": WHEN,
        "GIT_COMMITTER_DATE": WHEN,
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
    }
    if index is not None:
        environment["GIT_INDEX_FILE"] = str(index)
    command = ["git", "-c", f"safe.directory={tree}", *arguments]
    try:
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, check=False)
    except OSError as error:
        raise GraderError(f"git cannot be run: {error}") from error
    if done.returncode:
        words = (done.stderr or done.stdout).decode(errors="replace").strip()[:500]
        raise UsageError(f"git {' '.join(arguments)} failed in {tree}: {words}")
    return done.stdout


def sources(project: Project) -> list[str]:
    """Every source in ``linux/`` by its name, those included that git is not yet told of."""
    listed = git(project.linux, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return [name for name in listed.decode(errors="replace").split("\0") if name]


def difference(project: Project) -> bytes:
    """The patch from the pristine source to the files as they are, new ones included.

    The student's own index is left alone.
    Errors: UsageError where the pristine commit is gone.
    """
    project.require_source()
    tree = project.linux
    try:
        git(tree, "rev-parse", "--verify", "--quiet", f"{PRISTINE}^{{commit}}")
    except UsageError:
        raise UsageError(
            f"linux/ has lost its tag '{PRISTINE}', the commit that patches are made against: "
            "set it again (git -C linux tag pristine COMMIT), or move linux/ away and run "
            "`make setup`"
        ) from None
    index = tree / ".git" / "patch-index"
    own = tree / ".git" / "index"
    if own.exists():  # with its file times, git need not read every file
        index.write_bytes(own.read_bytes())
    git(tree, "add", "--all", index=index)
    options = ("--no-color", "--no-ext-diff", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/")
    return git(tree, "diff", "--cached", *options, PRISTINE, index=index)
