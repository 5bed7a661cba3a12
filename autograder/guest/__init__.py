# SPDX-License-Identifier: MIT
"""The guest: a patched kernel booted as User Mode Linux, and what runs in it."""
