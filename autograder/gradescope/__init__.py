# SPDX-License-Identifier: MIT
"""Grading inside Gradescope: its results file, what runs in its container, the zip for it.

``results`` is one more form of a result; ``harness`` grades within the container's limits
and keeps the results file whole at every moment; ``bundle`` makes ``autograder.zip``;
``canary`` runs without anything else of the kit and tells what a container allows.
"""
