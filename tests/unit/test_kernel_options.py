# SPDX-License-Identifier: MIT
"""Kernel configurations: what was asked for and not granted is named."""

from autograder.kernel import options

FRAGMENT = """
CONFIG_KASAN=y
CONFIG_LOCALVERSION="-x"
# CONFIG_NET is not set
# a remark
CONFIG_HZ=100
"""


def test_everything_granted() -> None:
    config = 'CONFIG_KASAN=y\nCONFIG_LOCALVERSION="-x"\nCONFIG_HZ=100\nCONFIG_MORE=y\n'
    assert options.missing(FRAGMENT, config) == []
    assert options.missing(FRAGMENT, config + "# CONFIG_NET is not set\n") == []


def test_what_is_missing_is_named() -> None:
    config = '# CONFIG_KASAN is not set\nCONFIG_LOCALVERSION="-y"\nCONFIG_NET=y\n'
    assert options.missing(FRAGMENT, config) == [
        "CONFIG_KASAN=y",
        'CONFIG_LOCALVERSION="-x"',
        "CONFIG_NET=n",
        "CONFIG_HZ=100",
    ]


def test_the_grading_kernel_asks_for_what_the_checks_rely_on() -> None:
    asked = options.parse(options.GRADING.read_text())
    for name in ("KASAN", "PROVE_LOCKING", "DEBUG_ATOMIC_SLEEP", "DEBUG_KMEMLEAK", "PREEMPT"):
        assert asked[f"CONFIG_{name}"] == "y"
    for name in ("NET", "BLOCK", "SMP"):
        assert asked[f"CONFIG_{name}"] == "n"
    assert "CONFIG_HOSTFS" not in asked
