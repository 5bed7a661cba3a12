# SPDX-License-Identifier: MIT
"""The first error of a build, found in what builds really print."""

from __future__ import annotations

from autograder.kernel import diagnosis

COMPILER = """\
  CC      fs/proc/base.o
mm/mmap.c:77:3: warning: unused variable 'x' [-Wunused-variable]
In file included from ./include/linux/mm.h:2,
                 from mm/vma.c:7:
./include/linux/mm_types.h:1200:9: error: unknown type name 'foo_t'
 1200 |         foo_t foo;
      |         ^~~~~
make[3]: *** [scripts/Makefile.build:295: mm/vma.o] Error 1
  CC      fs/proc/pgfault.o
fs/proc/pgfault.c: In function 'pgf':
fs/proc/pgfault.c:6:16: error: 'nonsense' undeclared (first use in this function)
    6 |         return nonsense;
      |                ^~~~~~~~
fs/proc/pgfault.c:6:16: note: each undeclared identifier is reported only once
make[4]: *** [scripts/Makefile.build:295: fs/proc/pgfault.o] Error 1
"""
LINKER = """\
  LD      .tmp_vmlinux1
/usr/bin/ld: fs/proc/base.o: in function `pgf_foo':
/kernel/fs/proc/base.c:3991: undefined reference to `undefined_thing'
collect2: error: ld returned 1 exit status
make[2]: *** [scripts/Makefile.vmlinux:72: vmlinux.unstripped] Error 1
"""


def test_the_first_error_with_what_explains_it() -> None:
    error = diagnosis.compilation(COMPILER)
    assert error is not None
    assert (error.file, error.line) == ("include/linux/mm_types.h", 1200)
    assert str(error) == "include/linux/mm_types.h:1200: unknown type name 'foo_t'"
    assert error.excerpt.splitlines() == COMPILER.splitlines()[2:7]
    assert not error.linking


def test_a_file_of_the_patch_comes_first() -> None:
    error = diagnosis.compilation(COMPILER, {"fs/proc/pgfault.c"})
    assert error is not None
    assert (error.file, error.line) == ("fs/proc/pgfault.c", 6)
    assert error.excerpt.startswith("fs/proc/pgfault.c: In function 'pgf':\n")
    assert "return nonsense;" in error.excerpt


def test_a_missing_header() -> None:
    error = diagnosis.compilation("fs/x.c:3:10: fatal error: linux/y.h: No such file\n")
    assert str(error) == "fs/x.c:3: linux/y.h: No such file"


def test_an_undefined_reference() -> None:
    error = diagnosis.compilation(LINKER)
    assert error is not None
    assert error.linking
    assert str(error) == "fs/proc/base.c:3991: undefined reference to `undefined_thing'"
    assert "in function `pgf_foo'" in error.excerpt


def test_a_definition_given_twice() -> None:
    log = "/usr/bin/ld: mm/b.o:(.bss+0x0): multiple definition of `x'; mm/a.o: first defined here\n"
    error = diagnosis.compilation(log)
    assert error is not None
    assert error.linking
    assert error.text.startswith("multiple definition of `x'")


def test_mistakes_in_makefiles() -> None:
    error = diagnosis.compilation("fs/proc/Makefile:37: *** missing separator.  Stop.\n")
    assert str(error) == "fs/proc/Makefile:37: missing separator."
    log = (
        "make[4]: *** No rule to make target 'fs/proc/x.o', needed by 'fs/proc/built-in.a'. Stop.\n"
    )
    error = diagnosis.compilation(log)
    assert str(error) == "there is nothing to make 'fs/proc/x.o' from"


def test_what_only_make_reports() -> None:
    log = "hello\nmake[1]: *** [Makefile:3: all] Killed\nmake: *** [Makefile:1: x] Error 2\n"
    assert str(diagnosis.compilation(log)) == "[Makefile:3: all] Killed"
    assert diagnosis.compilation("nothing at all\n") is None


def test_kconfig() -> None:
    log = (
        "fs/proc/Kconfig:131:warning: multi-line strings not supported\n"
        "fs/proc/Kconfig:132: syntax error\n"
        'fs/proc/Kconfig:132: unknown statement "defualt"\n'
        "make[2]: *** [scripts/kconfig/Makefile:85: olddefconfig] Error 1\n"
    )
    error = diagnosis.configuration(log)
    assert str(error) == "fs/proc/Kconfig:132: syntax error"
    error = diagnosis.configuration("fs/Kconfig:9:error: recursive dependency detected!\n")
    assert str(error) == "fs/Kconfig:9: recursive dependency detected!"
    assert diagnosis.configuration("make: *** no\n") is None
