# SPDX-License-Identifier: MIT
"""What the kit costs, each figure beside its goal and beside what it would cost without effort.

``make bench``; docs/speed.md tells what was found.
"""
