# SPDX-License-Identifier: MIT
"""A whole class: find what was handed in, grade what changed, keep the books.

``batch`` runs graders and resumes; ``shelf`` keeps each student's folder whole whatever
moment a run is killed at; ``classbook`` joins results, roster and late policy, and
``gradebook`` and ``page`` set it; ``rescoring`` judges and scores again without a boot.
"""
