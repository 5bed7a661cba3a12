# SPDX-License-Identifier: MIT
"""Small kernel patches, made for tests."""

from __future__ import annotations


def new_file(path: str, text: str) -> str:
    """A patch that adds a file."""
    lines = text.splitlines()
    body = "".join(f"+{line}\n" for line in lines)
    return f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{len(lines)} @@\n{body}"


def object_in(folder: str, first_line: str) -> str:
    """A patch that adds an object to the Makefile of ``folder``, below its first line."""
    return (
        f"--- a/{folder}/Makefile\n+++ b/{folder}/Makefile\n@@ -1 +1,2 @@\n {first_line}\n"
        "+obj-y += course.o\n"
    )


MM = object_in("ipc", "# SPDX-License-Identifier: GPL-2.0")


def code(text: str) -> str:
    """A patch that adds ``text`` to the kernel, in a file of its own."""
    return MM + new_file(
        "ipc/course.c",
        "#include <linux/init.h>\n#include <linux/kernel.h>\n#include <linux/irqflags.h>\n" + text,
    )


HARMLESS = code("int course_answer = 42;\n")
AT_BOOT = "static int __init course(void)\n{\n%s\n\treturn 0;\n}\nlate_initcall(course);\n"


def file_in_proc(read: str, write: str, makes: str = "") -> str:
    """A patch that adds pgfault_history to every process, with these bodies of its calls."""
    return (
        "--- a/fs/proc/base.c\n+++ b/fs/proc/base.c\n@@ -3324,6 +3324,7 @@\n"
        ' \tREG("smaps_rollup", S_IRUGO, proc_pid_smaps_rollup_operations),\n'
        ' \tREG("pagemap",    S_IRUSR, proc_pagemap_operations),\n #endif\n'
        '+\tREG("pgfault_history", 0600, proc_pgfault_history_operations),\n'
        ' #ifdef CONFIG_SECURITY\n \tDIR("attr",       S_IRUGO|S_IXUGO, '
        "proc_attr_dir_inode_operations, proc_attr_dir_operations),\n #endif\n"
        "--- a/fs/proc/internal.h\n+++ b/fs/proc/internal.h\n@@ -410,6 +410,7 @@\n"
        " extern const struct file_operations proc_pid_smaps_rollup_operations;\n"
        " extern const struct file_operations proc_clear_refs_operations;\n"
        " extern const struct file_operations proc_pagemap_operations;\n"
        "+extern const struct file_operations proc_pgfault_history_operations;\n \n"
        " extern unsigned long task_vsize(struct mm_struct *);\n"
        " extern unsigned long task_statm(struct mm_struct *,\n"
        "--- a/fs/proc/Makefile\n+++ b/fs/proc/Makefile\n@@ -35,4 +35,5 @@\n"
        " proc-$(CONFIG_PROC_VMCORE)\t+= vmcore.o\n proc-$(CONFIG_PRINTK)\t+= kmsg.o\n"
        " proc-$(CONFIG_PROC_PAGE_MONITOR)\t+= page.o\n+proc-y += pgfault_history.o\n"
        " proc-$(CONFIG_BOOT_CONFIG)\t+= bootconfig.o\n"
    ) + new_file(
        "fs/proc/pgfault_history.c",
        f"""#include <linux/fs.h>
#include <linux/panic.h>
#include "internal.h"
{makes}
static ssize_t history_read(struct file *file, char __user *to, size_t size, loff_t *at)
{{
\t{read}
}}
static ssize_t history_write(struct file *file, const char __user *from, size_t size, loff_t *at)
{{
\t{write}
}}
const struct file_operations proc_pgfault_history_operations = {{
\t.read = history_read,
\t.write = history_write,
}};
""",
    )
