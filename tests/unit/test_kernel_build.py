# SPDX-License-Identifier: MIT
"""Building baselines and submissions, with a 'kernel' of two files in the real sandbox."""

from __future__ import annotations

import difflib
import hashlib
import threading
import time
from pathlib import Path

import pytest

from autograder.cache import Cache
from autograder.errors import GraderError
from autograder.kernel import options, submission
from autograder.kernel.baseline import latest
from autograder.kernel.build import (
    Baseline,
    BuildStatus,
    KernelBuild,
    build_baseline,
    build_submission,
)
from autograder.kernel.options import Variant
from autograder.kernel.source import KernelSource
from autograder.progress import silent
from autograder.sandbox import scarcity
from autograder.sandbox.command import Limits
from autograder.sandbox.sandbox import Sandbox, choose
from tests.kernel_tarball import FILES, archive

# Says what it compiles, as a kernel's Makefile does, and fails where a kernel's would.
RULES = """
ALL = fs/main.o fs/other.o
include fs/Makefile
allnoconfig:
	cp $(KCONFIG_ALLCONFIG) .config
olddefconfig:
	@if grep -n bad fs/Kconfig; then echo "fs/Kconfig:2: syntax error"; exit 1; fi
	@if grep -q off fs/Kconfig; then echo > .config; fi
linux: $(ALL)
	gcc -o $@ $(ALL)
	@$(AFTER)
%.o: %.c
	@echo "  CC      $@"
	@gcc -c -o $@ $<
"""
MAIN = "int other(void);\n\nint main(void)\n{\n\treturn other();\n}\n"
OTHER = "int other(void)\n{\n\treturn 0;\n}\n"
TREE = {
    **FILES,
    "Makefile": FILES["Makefile"] + RULES,
    "fs/Makefile": "# nothing\n",
    "fs/Kconfig": "# options\n",
    "fs/main.c": MAIN,
    "fs/other.c": OTHER,
}


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return choose("full")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def source(tmp_path: Path) -> KernelSource:
    return source_of(tmp_path, TREE)


def source_of(folder: Path, files: dict[str, str]) -> KernelSource:
    tarball = archive(folder, files)
    digest = hashlib.sha256(tarball.read_bytes()).hexdigest()
    return KernelSource("7.3.4", tarball, digest, "a test")


@pytest.fixture
def baseline(source: KernelSource, cache: Cache, sandbox: Sandbox) -> Baseline:
    return build_baseline(source, cache, sandbox, silent)


@pytest.fixture
def build(baseline: Baseline, cache: Cache, sandbox: Sandbox) -> Build:
    return Build(baseline, cache, sandbox)


class Build:
    """Builds the patch that changes files to what is given, in a fresh folder."""

    def __init__(self, baseline: Baseline, cache: Cache, sandbox: Sandbox) -> None:
        self.baseline = baseline
        self.cache = cache
        self.sandbox = sandbox

    def __call__(self, **changes: str) -> KernelBuild:
        patch = ""
        for name, new in changes.items():
            path = "fs/" + name.replace("_", ".")
            old = TREE.get(path, "").splitlines(keepends=True)
            before = f"a/{path}" if old else "/dev/null"
            lines = new.splitlines(keepends=True)
            patch += "".join(difflib.unified_diff(old, lines, before, f"b/{path}"))
        return self.apply(patch)

    def apply(self, patch: str) -> KernelBuild:
        with self.cache.workdir("test") as work:
            build = build_submission(
                self.baseline, patch.encode(), work / "kernel", self.sandbox, silent
            )
            if build.linux is not None:
                assert build.linux.stat().st_mode & 0o111
                assert build.linux.read_bytes()[:4] == b"\x7fELF"
            return build


def test_the_baseline_is_built_once(
    source: KernelSource, cache: Cache, sandbox: Sandbox, baseline: Baseline
) -> None:
    assert baseline.version == "7.3.4"
    assert baseline.linux.is_file()
    before = baseline.linux.stat().st_mtime_ns
    phrases: list[str] = []
    again = build_baseline(source, cache, sandbox, lambda phrase, part: phrases.append(phrase))
    assert again == baseline
    assert again.linux.stat().st_mtime_ns == before
    assert phrases == []


def test_somebody_who_waits_is_told(
    source: KernelSource, cache: Cache, sandbox: Sandbox, baseline: Baseline
) -> None:
    home = baseline.tree.parent
    phrases: list[str] = []
    told = threading.Event()

    def progress(phrase: str, part: float | None) -> None:
        phrases.append(phrase)
        told.set()

    waiter = threading.Thread(target=build_baseline, args=(source, cache, sandbox, progress))
    with cache.lock(f"baseline-{home.name.rpartition('-')[2]}"):
        away = home.rename(home.with_name("away"))
        waiter.start()
        assert told.wait(60)
        away.rename(home)
    waiter.join(60)
    assert phrases == ["waiting for another process that builds the baseline kernel"]


def test_another_configuration_is_another_baseline(
    source: KernelSource,
    cache: Cache,
    sandbox: Sandbox,
    baseline: Baseline,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    fragment = tmp_path / "other.config"
    fragment.write_text("CONFIG_KASAN=y\n")
    monkeypatch.setattr(options, "GRADING", fragment)
    other = build_baseline(source, cache, sandbox, silent)
    assert other.tree != baseline.tree
    assert other.config_sha256 != baseline.config_sha256


def test_the_latest_baseline_is_one_for_grading(
    source: KernelSource, cache: Cache, sandbox: Sandbox, baseline: Baseline, tmp_path: Path
) -> None:
    fragment = tmp_path / "distribution.config"
    fragment.write_text("CONFIG_KASAN=y\n")
    build_baseline(source, cache, sandbox, silent, Variant(fragment))
    assert latest(cache, "7.3") == baseline.tree.parent
    assert latest(cache, "6.12") is None


def test_a_refused_option_is_named(cache: Cache, sandbox: Sandbox, tmp_path: Path) -> None:
    rules = TREE["Makefile"].replace(
        "cp $(KCONFIG_ALLCONFIG)", "grep -v KASAN=y $(KCONFIG_ALLCONFIG) >"
    )
    with pytest.raises(GraderError, match="refuses CONFIG_KASAN=y: a dependency"):
        build_baseline(source_of(tmp_path, {**TREE, "Makefile": rules}), cache, sandbox, silent)
    assert not list(cache.kernels.rglob("tree"))


def test_a_baseline_that_does_not_build(cache: Cache, sandbox: Sandbox, tmp_path: Path) -> None:
    source = source_of(tmp_path, {**TREE, "fs/main.c": "int main(void) { return x; }\n"})
    with pytest.raises(GraderError, match=r"cannot be built: see .*failed-build\.log"):
        build_baseline(source, cache, sandbox, silent)
    (log,) = cache.kernels.rglob("failed-build.log")
    assert "'x' undeclared" in log.read_text()
    assert not list(cache.kernels.rglob("tree"))


def test_a_clock_that_was_set_back(
    source: KernelSource,
    cache: Cache,
    sandbox: Sandbox,
    baseline: Baseline,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_000_000_000.0)
    with pytest.raises(GraderError, match="clock"):
        build_baseline(source, cache, sandbox, silent)


def test_only_what_changed_is_compiled(build: Build) -> None:
    done = build(other_c=OTHER.replace("0", "1"))
    assert (done.status, done.message) == (BuildStatus.OK, "")
    assert "CC      fs/other.o" in done.log
    assert "CC      fs/main.o" not in done.log


def test_the_baseline_stays_as_it_is(build: Build, baseline: Baseline) -> None:
    def state() -> list[tuple[str, int, int]]:
        return sorted(
            (str(path), path.lstat().st_mtime_ns, path.lstat().st_size)
            for path in baseline.tree.rglob("*")
        )

    before = state()
    script = "x := $(shell rm -rf /baseline/* /kernel/fs/main.o; echo >> /baseline/Makefile)\n"
    build(Makefile=script)
    assert state() == before


def test_new_files(build: Build) -> None:
    rules = "# nothing\nlinux: fs/new.o\nALL += fs/new.o\n"
    done = build(
        other_c="int new(void);\nint other(void)\n{\n\treturn new();\n}\n",
        new_c="int new(void)\n{\n\treturn 7;\n}\n",
        Makefile=rules,
    )
    assert done.ok, done.log


GONE = "".join(difflib.unified_diff(OTHER.splitlines(True), [], "a/fs/other.c", "/dev/null"))
RENAMED = (
    "diff --git a/fs/other.c b/fs/another.c\nsimilarity index 100%\n"
    "rename from fs/other.c\nrename to fs/another.c\n"
)
MAKEFILE = (
    "diff --git a/fs/Makefile b/fs/Makefile\n"
    "--- a/fs/Makefile\n+++ b/fs/Makefile\n@@ -1 +1,2 @@\n # nothing\n"
)


@pytest.mark.parametrize("patch", [GONE, RENAMED + MAKEFILE + "+# more\n"])
def test_a_source_that_is_gone_is_missed(build: Build, patch: str) -> None:
    """As from nothing: the baseline's object of it is not taken."""
    done = build.apply(patch)
    assert done.status is BuildStatus.COMPILE_FAILED
    assert done.message == (
        "the kernel does not compile: there is nothing to make 'fs/other.o' from. "
        "The patch removes fs/other.c, but the Makefile still needs it"
    )


def test_a_source_that_is_gone_and_not_needed(build: Build) -> None:
    main = "".join(
        difflib.unified_diff(
            MAIN.splitlines(True),
            ["int main(void)\n", "{\n", "\treturn 0;\n", "}\n"],
            "a/fs/main.c",
            "b/fs/main.c",
        )
    )
    done = build.apply(GONE + main + MAKEFILE + "+ALL = fs/main.o\n")
    assert done.ok, done.message
    assert done.message == ""


def test_a_source_that_moved(build: Build) -> None:
    done = build.apply(RENAMED + MAKEFILE + "+ALL = fs/main.o fs/another.o\n")
    assert done.ok, done.message
    assert "CC      fs/another.o" in done.log


def test_a_patch_that_does_not_apply(build: Build) -> None:
    done = build.apply("--- a/fs/main.c\n+++ b/fs/main.c\n@@ -3 +3 @@\n-int nothing;\n+int x;\n")
    assert done.status is BuildStatus.PATCH_FAILED
    assert done.patch_failed
    assert done.message.startswith(
        "the patch does not apply to Linux 7.3.4 (fs/main.c: hunk 1, at line 3). It expects the"
        " line 'int nothing;' in fs/main.c (line 3 of kernel.patch), which Linux 7.3.4 does not"
        " have"
    )


def test_a_patch_whose_file_is_not_there(build: Build) -> None:
    done = build.apply("--- a/fs/no.c\n+++ b/fs/no.c\n@@ -3 +3 @@\n-int a;\n+int x;\n")
    assert done.message == (
        "the patch does not apply to Linux 7.3.4: fs/no.c: there is no such file in this kernel"
    )


def test_source_that_does_not_compile(build: Build) -> None:
    done = build(main_c=MAIN.replace("other()", "another"))
    assert done.status is BuildStatus.COMPILE_FAILED
    assert done.message.startswith("the kernel does not compile: fs/main.c:5: 'another' undeclared")
    assert done.error is not None
    assert "return another;" in done.error.excerpt


def test_source_that_does_not_link(build: Build) -> None:
    done = build(main_c=MAIN.replace("other", "another"))
    assert done.status is BuildStatus.LINK_FAILED
    assert "undefined reference to `another'" in done.message


def test_kconfig_that_cannot_be_read(build: Build) -> None:
    done = build(Kconfig="# options\nbad\n")
    assert done.status is BuildStatus.CONFIG_FAILED
    assert done.message == "Kconfig cannot be read: fs/Kconfig:2: syntax error"


def test_a_patch_that_switches_the_instruments_off(build: Build) -> None:
    done = build(Kconfig="# options\noff\n")
    assert done.status is BuildStatus.CONFIG_FAILED
    assert "CONFIG_KASAN=y" in done.message


def test_a_build_without_end(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission, "LIMITS", Limits(wall_seconds=1))
    done = build(Makefile="x := $(shell sleep 60)\n")
    assert done.status is BuildStatus.TIMEOUT
    monkeypatch.setattr(submission, "LIMITS", Limits(output_bytes=2000))
    done = build(Makefile="linux: flood\nflood:\n\t@yes\n")
    assert done.status is BuildStatus.FLOOD
    assert len(done.log) < 10_000


@pytest.mark.parametrize(
    "script",
    [
        "rm linux; ln -s /etc/hostname linux",
        "rm linux; mkfifo linux",
        "rm linux; mkdir linux",
        "rm linux",
    ],
)
def test_a_kernel_that_is_no_file(build: Build, script: str) -> None:
    done = build(Makefile=f"# nothing\nAFTER = {script}\n", other_c=OTHER.replace("0", "1"))
    assert not done.ok
    assert done.linux is None


def test_a_full_disk_is_nobodys_mistake(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scarcity, "LEAST_ROOM", 1 << 60)
    with pytest.raises(GraderError, match="no room"):
        build(main_c=MAIN.replace("other()", "another"))


def test_costs_are_told(build: Build) -> None:
    started = time.monotonic()
    done = build(other_c=OTHER.replace("0", "1"))
    assert 0 < done.wall_seconds <= time.monotonic() - started
