# SPDX-License-Identifier: MIT
"""Traces as text, and the address space that they describe."""
