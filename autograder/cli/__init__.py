# SPDX-License-Identifier: MIT
"""The command line: a module for each command; ``frame`` has what they share."""
