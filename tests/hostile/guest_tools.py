# SPDX-License-Identifier: MIT
"""Tools that are built well and do harm in the guest, with the reference's kernel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.hostile import texts
from tests.hostile.case import BOOTS, BUILDS, FAILED, PASSED, Case, reference_tools
from tests.hostile.kernels import c_string
from tests.hostile.world import World
from tests.reference import series_patch

USAGE = "tracepgfault/usage"  # tracepgfault alone
HEAD = (
    "#define _GNU_SOURCE\n#include <fcntl.h>\n#include <signal.h>\n#include <stdio.h>\n"
    "#include <stdlib.h>\n#include <string.h>\n#include <sys/reboot.h>\n#include <unistd.h>\n"
)


def main(body: str) -> Callable[[Path, World], Path]:
    """The reference with another tracepgfault."""

    def make(folder: Path, world: World) -> Path:
        tools = reference_tools(folder)
        (tools / "tracepgfault.c").write_text(f"{HEAD}int main(void)\n{{\n{body}\n}}\n")
        (folder / "kernel.patch").write_bytes(series_patch())
        return folder

    return make


def case(name: str, what: str, body: str, *words: str, quick: bool = False) -> Case:
    """A tracepgfault of which only the usage line is asked for."""
    expected = {BUILDS: PASSED, BOOTS: PASSED, USAGE: FAILED}
    return Case(f"tool/{name}", what, main(body), expected, words, f"1.3,1.4,{USAGE}", quick)


_SHOWN = [text for text in texts.ALL.values() if len(text) < 500]

CASES = [
    case(
        "prints_markup",
        "it prints HTML, scripts, templates, terminal escapes and bidirectional marks",
        "\tstatic const char *texts[] = {\n"
        + "".join(f"\t\t{c_string(text)},\n" for text in _SHOWN)
        + "\t};\n\tfor (int n = 0; n < (int)(sizeof(texts) / sizeof(*texts)); n++) {\n"
        '\t\tputs(texts[n]);\n\t\tfprintf(stderr, "%s\\n", texts[n]);\n\t}\n\treturn 2;',
        quick=True,
    ),
    case(
        "prints_without_end",
        "it prints 200 MB of bytes that are no text",
        "\tstatic char much[1 << 16];\n\tmemset(much, 0xff, sizeof(much));\n"
        "\tfor (int n = 0; n < 3200; n++)\n"
        "\t\tif (write(n % 2 + 1, much, sizeof(much)) < 0)\n\t\t\tbreak;\n\treturn 2;",
    ),
    case(
        "fake_results",
        "it looks for the job and its tag, and writes fake results to the grader's line",
        '\tint line = open("/dev/ttyS0", O_WRONLY | O_NOCTTY);\n'
        '\tFILE *job = fopen("/job.0", "r");\n'
        '\tstatic const char fake[] = "0 ended status=512\\n0 bytes tool.err 5\\nusage\\n";\n'
        "\tif (job)\n\t\tabort();\n"
        "\tfor (int n = 0; n < 20; n++)\n"
        "\t\tif (write(line, fake, sizeof(fake) - 1) < 0)\n\t\t\tbreak;\n"
        "\tfor (int fd = 3; fd < 64; fd++)\n"
        "\t\tif (write(fd, fake, sizeof(fake) - 1) < 0)\n\t\t\tcontinue;\n\treturn 0;",
        "status 0",
    ),
    case(
        "kills_everybody",
        "it kills every process of the guest",
        "\tkill(-1, SIGKILL);\n\treturn 2;",
    ),
    case(
        "forks",
        "it forks 5,000 processes, which sleep for an hour of guest time",
        "\tfor (int n = 0; n < 5000; n++)\n\t\tif (fork() == 0) {\n\t\t\tsleep(3600);\n"
        "\t\t\t_exit(0);\n\t\t}\n\tsleep(36000);\n\treturn 2;",
    ),
    case(
        "computes",
        "it computes without end",
        '\tfor (;;)\n\t\t__asm__ volatile("");',
        "spin",
    ),
    case(
        "sleeps",
        "it sleeps for ever",
        "\tfor (;;)\n\t\tpause();",
    ),
    case(
        "powers_off",
        "it turns the guest off before the check has ended",
        "\treboot(RB_POWER_OFF);\n\treturn 2;",
        "vanished",
    ),
    case(
        "takes_all_memory",
        "it takes all memory of the guest",
        "\tfor (int n = 0; n < 4096; n++) {\n\t\tchar *p = malloc(1 << 20);\n"
        "\t\tif (p)\n\t\t\tmemset(p, n, 1 << 20);\n\t}\n\treturn 2;",
    ),
]
