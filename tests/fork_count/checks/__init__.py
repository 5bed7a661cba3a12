# SPDX-License-Identifier: MIT
"""The checks: one module an area."""
