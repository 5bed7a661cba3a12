# SPDX-License-Identifier: MIT
"""The pages in a real browser, and their scripts in node."""
