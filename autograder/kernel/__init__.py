# SPDX-License-Identifier: MIT
"""Kernels: where the source comes from, what of it is kept, and how it is built."""
