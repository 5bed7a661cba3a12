# SPDX-License-Identifier: MIT
"""The checks: one module an area, a pytest function a check.

A check judges an observation that was recorded before it runs; it boots nothing itself.
Its docstring is its title in every report, its decorators are what the rubric knows of it:

    @number("3.7")                          gradescope-utils: its place in the rubric
    @weight(3)                              gradescope-utils: points
    @rule("R3")                             the rule of the contract that it is about
    @rests_on(READS)                        what has to pass first; by default RESTS_ON
    @hint("...")                            what to look at first where it fails
    @observe("blocked_read", seconds=60)    the probe that is run, and its parameters
    @needs("pgfaultmap")                    a tool of the submission that the probe uses
    def test_empty_trace_blocks(seen): ...
"""
