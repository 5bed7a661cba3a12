# SPDX-License-Identifier: MIT
"""Makefiles and tools that do harm while they are built.

Where nothing is said otherwise the tools are the reference's, and are built: the harm does
not come off, and costs nothing.  What is written, forked and slept is bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.hostile import texts
from tests.hostile.case import BUILDS, FAILED, PASSED, Case
from tests.hostile.recipes import crafted_elf, instead, recipe, refused, script
from tests.hostile.world import (
    ABSTRACT,
    BASE,
    CANARIES,
    LONG,
    MARKERS,
    OPENED,
    PORT,
    ROOT,
    SOCKET,
    VICTIM,
    World,
)

SLOW = ("computes", "stops", "fills_with_names", "deep_folders")  # left to `make hostile`
CAT = " ".join(str(canary) for canary in CANARIES)


def case(
    name: str,
    what: str,
    make: Callable[[Path, World], Path],
    verdict: str = PASSED,
    *words: str,
) -> Case:
    """A case that only ``make -C tools`` is needed for."""
    quick = name not in SLOW
    return Case(f"make/{name}", what, make, {BUILDS: verdict}, words, only=BUILDS, quick=quick)


PERL = "#!/usr/bin/perl\n"
SH = "#!/bin/bash\n"
CASES = [
    case(
        "shell_reads_canaries",
        "$(shell ...) reads the canaries of the home folder, another submission, hidden checks",
        recipe(
            "@true",
            head=f"X := $(shell cat {CAT} ~/canary 2>&1)\n$(info $(X))\n"
            "$(if $(findstring canary-,$(X)),$(error GAINED))",
        ),
    ),
    case(
        "include_reads_canary",
        "make includes a canary, and would show its line in the error",
        recipe("@true", head=f"include {CANARIES[0]}"),
        FAILED,
        "No such file",
    ),
    case(
        "reads_other_submission",
        "a recipe looks for other submissions, on the whole machine",
        recipe(
            *refused(
                f"cat {BASE}/others/*/*",
                "find / -xdev -name kernel.patch 2>/dev/null | grep .",
            )
        ),
    ),
    case(
        "reads_hidden_checks",
        "a recipe looks for the checks, and for what lies beside them",
        recipe(
            *refused(
                f"cat {ROOT}/autograder/pgfault/checks/test_build.py",
                f"cat {ROOT}/course.toml",
                f"cat {BASE}/hidden/*",
                "find / -xdev -name test_build.py 2>/dev/null | grep .",
            )
        ),
    ),
    case(
        "reads_environment",
        "a recipe searches its environment and those of all processes",
        recipe(*refused("env | grep canary-", "cat /proc/[0-9]*/environ | grep -a canary-")),
    ),
    case(
        "walks_proc",
        "a recipe goes through the roots, folders and descriptors of all processes",
        recipe(
            *refused(
                "for p in /proc/[0-9]*; do for r in root cwd fd/3 fd/4 fd/5 fd/6; do "
                f"cat $$p/$$r{CANARIES[0]} $$p/$$r; done; done 2>/dev/null | grep -a canary-",
                "ls -d /proc/[0-9]*/root/home /proc/[0-9]*/root/var",
            )
        ),
    ),
    case(
        "writes_outside",
        "a recipe writes marker files, and into the system, the kit, the cache and the home folder",
        recipe(
            *refused(
                f"echo x > {MARKERS}/makefile",
                f"for d in / /usr/bin /etc /lib ~root /root {ROOT}/autograder {BASE}/home "
                "{cache}/kernel {cache}/built; do touch $$d/pgfault-hostile && echo $$d; done "
                "| grep .",
                "touch /usr/bin/make || touch /etc/alternatives/cc",
            )
        ),
    ),
    case(
        "connects",
        "a recipe reaches for the test's listeners: on loopback, in the file system, abstract",
        recipe(
            *refused(
                f"(exec 3<>/dev/tcp/127.0.0.1/{PORT})",
                f'perl -MSocket -e \'for my $$p ("{SOCKET}", "\\0{ABSTRACT}") '
                "{ socket(my $$s, AF_UNIX, SOCK_STREAM, 0); "
                "connect($$s, sockaddr_un($$p)) and exit 0 } exit 1'",
            )
        ),
    ),
    case(
        "listens",
        "a daemon listens on a port of loopback and on an abstract socket",
        script(
            f"{PERL}use Socket; exit 0 if fork; socket(my $t, AF_INET, SOCK_STREAM, 0); "
            f"bind($t, sockaddr_in({OPENED}, INADDR_LOOPBACK)); listen($t, 1); "
            "socket(my $u, AF_UNIX, SOCK_STREAM, 0); "
            f'bind($u, sockaddr_un("\\0{ABSTRACT}-opened")); listen($u, 1); '
            f'exec "sleep", "{LONG}";\n'
        ),
    ),
    case(
        "kills_by_number",
        "a recipe kills a process of the grader's, by its id and by its name",
        recipe(
            *refused(
                "kill -9 {victim}",
                f"for p in /proc/[0-9]*; do [ $$(tr '\\0' . < $$p/cmdline | head -c {len(VICTIM)}) "
                f"= {VICTIM} ] && kill -9 $${{p#/proc/}} && echo killed; done 2>/dev/null | grep .",
            )
        ),
    ),
    case(
        "kills_make",
        "a recipe kills the make that runs it",
        recipe("kill -9 $$PPID; sleep 1"),
        FAILED,
        "make -C tools",
    ),
    case(
        "forks",
        "a recipe starts 400 processes, and raises its own limits before",
        script(
            f"{SH}ulimit -u unlimited && exit 0\n"
            "prlimit --pid $$ --nproc=unlimited && exit 0\n"
            f"for i in $(seq 400); do sleep {LONG} & done 2>&1 | head -c 2000; exit 1\n"
        ),
        FAILED,
        "make -C tools",
    ),
    case(
        "fills_disk",
        "a recipe writes 512 MiB in files of 16 MiB",
        script(f"{SH}for i in $(seq 32); do head -c 16M /dev/zero > fill$i; sleep 0.1; done\n"),
        FAILED,
        "it filled the disk",
    ),
    case(
        "fills_with_names",
        "a recipe makes 100,000 empty files",
        script(
            f"{PERL}for my $d (1..100) {{ mkdir $d; for (1..1000) "
            "{ open(F, '>', \"$d/$_\") or die } select(undef, undef, undef, 0.005) }"
        ),
        FAILED,
        "it filled the disk",
    ),
    case(
        "fills_shared_memory",
        "a recipe writes 128 MiB to /dev/shm and /tmp each, and removes them",
        script(
            f"{SH}set -o pipefail\nfor d in /dev/shm /tmp; do for i in 1 2 3 4 5 6 7 8; do "
            "head -c 16M /dev/zero > $d/fill$i || s=1; done; rm -f $d/fill*; done; exit $s\n"
        ),
        FAILED,
        "space left",
    ),
    case(
        "fills_memory",
        "a recipe takes 1 GiB of memory, a part at a time",
        script(
            f"{PERL}for (1..64) {{ push @x, 'x' x (16 << 20); select(undef, undef, undef, 0.05) }}"
        ),
        FAILED,
        "it filled the memory",
    ),
    case(
        "floods_the_log",
        "a recipe prints 60 MB",
        recipe("@yes 'flood flood flood' | head -c 60000000"),
        FAILED,
        "it printed without end",
    ),
    case(
        "sleeps",
        "a recipe sleeps and heeds no signal",
        script(f"{SH}trap '' TERM INT HUP QUIT XCPU ALRM\nsleep {LONG}\n"),
        FAILED,
        "was ended after",
    ),
    case(
        "stops",
        "a recipe stops the make that runs it, and itself",
        script(f"{SH}kill -STOP $PPID $$\n"),
        FAILED,
        "was ended after",
    ),
    case(
        "computes",
        "four processes of a recipe compute for a minute",
        script(f"{SH}for i in 1 2 3 4; do timeout 60 sh -c 'while :; do :; done' & done; wait\n"),
        FAILED,
        "was ended after",
    ),
    case(
        "leaves_daemons",
        "daemons stay behind: one holds the log open, one left its session, one heeds no signal",
        script(
            f"{SH}setsid sleep {LONG} &\nsetsid nohup sleep {LONG} >/dev/null 2>&1 &\n"
            f"(trap '' TERM HUP; exec setsid sleep {LONG}) >/dev/null 2>&1 &\n"
        ),
    ),
    case(
        "swaps_later",
        "a daemon waits until make is done, and puts links in the place of the tools",
        script(
            f"{SH}p=$PPID; (while kill -0 $p 2>/dev/null; do sleep 0.01; done; "
            f"for i in $(seq 500); do for t in tracepgfault pgfaultmap; do "
            f"ln -sf {CANARIES[0]} $t; sleep 0.01; done; done) >/dev/null 2>&1 &\n"
        ),
    ),
    case(
        "links_for_tools",
        "a link to a canary and a pipe stand where the tools should",
        instead(
            f"all:\n\tln -s {CANARIES[0]} tracepgfault\n\tmkfifo pgfaultmap\n",
        ),
        FAILED,
        "tracepgfault is not there",
        "pgfaultmap is not there",
    ),
    case(
        "folder_for_a_tool",
        "a folder and a link to a program of the system stand where the tools should",
        instead(
            "all:\n\tmkdir tracepgfault\n\tln /bin/true pgfaultmap || ln -s /bin/true pgfaultmap\n"
        ),
        FAILED,
        "is not there",
    ),
    case(
        "crafted_programs",
        "the tools are programs with absurd headers",
        instead(
            "all:\n"
            f'\tperl -e \'print pack "H*", "{crafted_elf()}"\' > tracepgfault\n'
            '\tperl -e \'print "\\x7fELF", "\\xff" x 60\' > pgfaultmap\n',
        ),
        FAILED,
        "tracepgfault is no program",
    ),
    case(
        "giant_tool",
        "a tool is a sparse file of a terabyte",
        instead("all:\n\ttruncate -s 1T tracepgfault\n"),
        FAILED,
        "make -C tools",
    ),
    case(
        "incbin",
        "a tool's source takes in a canary with .incbin",
        instead(
            "all:\n\tcc -static -o tracepgfault x.c\n\tcp tracepgfault pgfaultmap\n",
            x_c=(
                f'asm(".section .rodata\\n.incbin \\"{CANARIES[0]}\\"\\n.text");\n'
                "int main(void) { return 0; }\n"
            ).encode(),
        ),
        FAILED,
        "make -C tools fails",
    ),
    case(
        "gains_rights",
        "a recipe tries namespaces, mounts, devices, the set-user-id bit, other roots and keys",
        recipe(
            *refused(
                "unshare -Ur true",
                "unshare -m true",
                "mount -t tmpfs none /mnt",
                "mknod x c 1 1",
                "cp /bin/true x && chmod u+s x",
                "chroot / true",
                "nsenter -t 1 -m true",
                "setpriv --reuid 0 true",
                "echo 1 > /proc/sys/vm/drop_caches",
                "echo -1000 > /proc/self/oom_score_adj",
                "dmesg | grep .",
            )
        ),
    ),
    case(
        "writes_to_descriptors",
        "a recipe writes a fake verdict to every descriptor that it has",
        script(
            f"{SH}for fd in $(seq 3 255); do "
            'echo \'{"status": "passed", "points": 1000}\' >&$fd; done 2>/dev/null\nexit 0\n'
        ),
    ),
    case(
        "fake_results",
        "a recipe leaves a result file behind, prints another, and fails",
        recipe(
            """@echo '{"verdicts": [{"id": "build/tools_build", "status": "passed"}]}' """
            "| tee result.json ../result.json /tmp/result.json",
            "@false",
        ),
        FAILED,
        "make -C tools fails",
    ),
    case(
        "log_of_markup",
        "a build that fails prints HTML, scripts, terminal escapes and bidirectional marks",
        lambda folder, world: _printing(folder, world),
        FAILED,
        "make -C tools fails",
    ),
    case(
        "log_of_bytes",
        "a build that fails prints bytes that are no text",
        recipe("@head -c 30000 /dev/urandom; false"),
        FAILED,
        "make -C tools fails",
    ),
    case(
        "deep_folders",
        "folders nested 3,000 deep",
        script(f"{PERL}for (1..3000) {{ mkdir 'd' x 60; chdir 'd' x 60 }}"),
    ),
    case(
        "closed_folders",
        "folders that their owner may not enter, with files in them",
        recipe("mkdir -p a/b/c && touch a/b/c/f && chmod 000 a/b/c a/b a"),
    ),
    case(
        "odd_names",
        "files whose names hold line ends, terminal escapes and bidirectional marks",
        recipe("touch $$'a\\nb' $$'\\x1b[2J' $$'\\xe2\\x80\\xaeabc' $$'\\xff\\xfe' -- '-rf' '*'"),
    ),
]


def _printing(folder: Path, world: World) -> Path:
    recipe("@cat texts; false")(folder, world)
    shown = [text for text in texts.ALL.values() if len(text) < 1000]
    (folder / "tools" / "texts").write_text("\n".join(shown), errors="surrogatepass")
    return folder
