# SPDX-License-Identifier: MIT
"""What is wrong with a submission, and what to fix first: the failed checks by their causes.

A pure function over verdicts, as the reader may see them; every report begins with it.
The causes come in this order: the patch is refused or does not apply; the kernel or the tools
do not build; the kernel does not boot; the kernel reports an error in the student's own lines;
the student's code hangs; nothing can be traced; then the failed checks on which others depend.
Of two causes of the same kind, the one that costs more points comes first; what belongs to a
milestone that was not even begun comes after both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from autograder import assignment
from autograder.judge import rubric
from autograder.judge.dependencies import resting_on
from autograder.judge.stages import TOOLS_CHECK
from autograder.report import complaints, hangs
from autograder.results import Evidence, Excerpt, Finding, Status, Verdict

MOST_WORDS = 220  # characters of what was observed that stand in a sentence


@dataclass(frozen=True)
class Cause:
    """One thing that is wrong, and the checks that it may explain."""

    finding: Finding
    sentence: str  # what this kernel or tool did: one sentence, with the place if it is known
    verdict: Verdict  # the failed check that shows it best: did, expected, observed, evidence
    hint: str
    place: Excerpt | None = None  # the line of the patch, with those around it
    evidence: Evidence | None = None  # the report, the compiler's words, the hang
    others: tuple[Verdict, ...] = ()  # further failed checks that may come of it
    not_tried: tuple[Verdict, ...] = ()  # checks that were not tried because of it

    @property
    def lost(self) -> float:
        """Points that the submission did not get in all of these checks."""
        members = (self.verdict, *self.others, *self.not_tried)
        return sum(verdict.max_points - verdict.points for verdict in members)


_ORDER = (
    Finding.REFUSED,
    Finding.NOT_BUILT,
    Finding.NO_BOOT,
    Finding.REPORT,
    Finding.PANIC,
    Finding.HANG,
    Finding.SPIN,
    Finding.NO_FILE,
    Finding.NO_START,
    Finding.NO_RECORD,
    Finding.NO_EVENTS,
    Finding.MISMATCH,
    Finding.NONE,
)
_NUMBER = re.compile(r"[0-9a-f]*\d[0-9a-f]*")  # hexadecimal too
# Names that are written as they are, at the beginning of a sentence too.
_CALL = re.compile(r"\w+\(|\w+/|\w+\.patch")
_THING = re.compile(r"no\b|nothing\b|blanks\b|'|\d+ ")  # what begins so may lack a verb
_VERB = re.compile(r"^[^']*\b(?:is|are|has|have)\b")
_SEVERAL = re.compile(r"blanks\b|(?!1 )\d+ |no (?:such )?\w+s\b")
_SHOULD = " should be "  # what a check compares line by line: 'the regions should be those in'


def diagnose(verdicts: Sequence[Verdict]) -> tuple[Cause, ...]:
    """The causes of all failures, the first to fix first; none if nothing failed.

    Every failed check belongs to exactly one cause: its ``verdict``, or among its ``others``.
    """
    failed = [verdict for verdict in verdicts if verdict.status is Status.FAILED]
    below = resting_on({verdict.id: verdict.depends_on for verdict in verdicts})
    causes: list[Cause] = []
    left = failed
    for collect in (_obstacles, _reports, _hangs, _roots):
        found = collect(left, below)
        causes += found
        explained = {verdict.id for cause in found for verdict in (cause.verdict, *cause.others)}
        left = [verdict for verdict in left if verdict.id not in explained]
    blocked = [v for v in verdicts if v.status is Status.NOT_REACHED and v.blocked_by]
    causes = [_with_not_tried(cause, blocked) for cause in causes]
    later = _later(verdicts)
    return tuple(sorted(causes, key=lambda one: (_rank(one), _is_later(one, later), -one.lost)))


def _later(verdicts: Sequence[Verdict]) -> set[str]:
    """The checks of milestones that the student has not begun, but for the first of these.

    What is wrong with the work so far, or the next step, comes before what is not there yet: a
    milestone is begun when more than half of its checks pass.
    """
    missing = {v.id for v in verdicts if v.status in (Status.FAILED, Status.NOT_REACHED)}
    later: set[str] = set()
    known: set[str] = set()
    is_first = True
    for step in assignment.current().milestones:
        checks = {check.id for check in rubric.select(step.only)} - known
        known |= checks
        if 2 * len(checks & missing) >= len(checks) and not is_first:
            later |= checks
        if checks & missing:
            is_first = False
    return later


def _is_later(cause: Cause, later: set[str]) -> bool:
    """Whether all that a cause may explain is work that was not begun."""
    return all(verdict.id in later for verdict in (cause.verdict, *cause.others))


def _rank(cause: Cause) -> int:
    """The place of a cause in the order.

    An error report without a line of the student's is one symptom among others; so is a
    process that sleeps where a signal can end it: nobody woke it, which has a reason elsewhere.
    """
    finding = cause.finding
    if finding is Finding.PANIC and cause.verdict.id == assignment.current().boots:
        finding = Finding.NO_BOOT
    if finding in (Finding.HANG, Finding.SPIN) and cause.not_tried:
        return _ORDER.index(Finding.HANG)
    if finding in (Finding.REPORT, Finding.PANIC, Finding.HANG, Finding.SPIN) and not cause.place:
        return _ORDER.index(Finding.MISMATCH)
    if finding is Finding.HANG and not _is_stuck(cause.evidence):
        return _ORDER.index(Finding.MISMATCH)
    return _ORDER.index(finding)


def _is_stuck(hang: Evidence | None) -> bool:
    """Whether some process of a hang cannot even be killed."""
    return hang is not None and any(process.state == "D" for process in hang.processes)


def _with_not_tried(cause: Cause, blocked: list[Verdict]) -> Cause:
    members = {cause.verdict.id, *(verdict.id for verdict in cause.others)}
    mine = tuple(verdict for verdict in blocked if verdict.blocked_by in members)
    return replace(cause, not_tried=mine)


Collected = list[Cause]
Below = dict[str, set[str]]


def _obstacles(failed: list[Verdict], below: Below) -> Collected:
    """What keeps other checks from being tried at all, each with what depends on it, and with
    what was tried all the same and failed alike: with the first of two obstacles, if either.
    """
    found = [verdict for verdict in failed if _is_obstacle(verdict)]
    under = {v.id: below.get(v.id, set()) if v.id != TOOLS_CHECK else set() for v in found}
    first = [v for v in found if not any(v.id in names for names in under.values())]
    taken = {verdict.id for verdict in first}
    causes = []
    for verdict in first:
        alike = {v.id for v in failed if _alike(v, verdict)}
        others = _without(failed, (under[verdict.id] | alike) - taken)
        taken |= {other.id for other in others}
        causes.append(_obstacle(verdict, others))
    return causes


def _is_obstacle(verdict: Verdict) -> bool:
    """One trace that is empty, where others are not, is a failed check like any other."""
    chosen = assignment.current()
    if verdict.finding in chosen.causes:
        return verdict.id in chosen.gates
    return verdict.finding in (Finding.REFUSED, Finding.NOT_BUILT) or verdict.id == chosen.boots


def _alike(verdict: Verdict, obstacle: Verdict) -> bool:
    """Whether a check that was tried behind an obstacle failed just as that did."""
    if obstacle.finding in assignment.current().causes and verdict.finding is obstacle.finding:
        return True
    said = (obstacle.did, obstacle.expected, obstacle.observed)
    return bool(verdict.did) and (verdict.did, verdict.expected, verdict.observed) == said


def _obstacle(verdict: Verdict, others: tuple[Verdict, ...]) -> Cause:
    evidence = next(iter(verdict.evidence), None)
    place = _first_place(verdict.evidence)
    observed = _clause(verdict.observed)
    hint = verdict.hint
    if advice := assignment.current().causes.get(verdict.finding):
        sentence, hint = advice
        sentence = sentence.format(observed=observed)
    elif verdict.finding is Finding.REFUSED:
        sentence = _sentence(observed)
    elif verdict.finding is Finding.NOT_BUILT:
        if observed.startswith(("the kernel ", "the tools ")):
            sentence = _sentence(f"Your {observed.removeprefix('the ')}")
        else:
            what = "Your tools do" if verdict.id == TOOLS_CHECK else "Your kernel does"
            sentence = _sentence(
                f"{what} not build: {observed}" if observed else f"{what} not build"
            )
    else:
        report = next((item for item in verdict.evidence if item.kind == "report"), None)
        does = "panics while it boots" if verdict.finding is Finding.PANIC else "does not boot"
        title = report.title if report else observed
        sentence = f"Your kernel {does}: {title.rstrip('.')}{_at(place)}."
        evidence = report or evidence
    return Cause(verdict.finding, sentence, verdict, hint, place, evidence, others)


def _reports(failed: list[Verdict], below: Below) -> Collected:
    """The kernel's own reports, each kind at each place with the checks that met it.

    Reports of code that is not the student's, such as a panic in the allocator, may come of
    memory that the student's code has damaged.
    """
    causes = _grouped(failed, _report_key, _report_cause)
    damage = next((c for c in causes if c.place and c.evidence and _corrupts(c.evidence)), None)
    if damage is None:
        return causes
    strange = [cause for cause in causes if cause.place is None]
    others = tuple(v for cause in strange for v in (cause.verdict, *cause.others))
    whole = replace(damage, others=(*damage.others, *others))
    return [whole if cause is damage else cause for cause in causes if cause not in strange]


def _corrupts(report: Evidence) -> bool:
    return complaints.corrupts(report.title)


def _report_key(verdict: Verdict) -> tuple[str, ...]:
    report = _worst_report(verdict)
    if report is None:
        return ()
    place = next(iter(report.excerpts), None)
    return complaints.kind(report.title), f"{place.file}:{place.line}" if place else ""


def _report_cause(verdict: Verdict, others: tuple[Verdict, ...]) -> Cause:
    report = _worst_report(verdict)
    assert report is not None
    place = next(iter(report.excerpts), None)
    words = complaints.words(report.title, report.text)
    told = f" ({report.title})" if words.what in ("panics", "triggers a warning") else ""
    sentence = f"Your kernel {words.what}{told}{_at(place)}."
    panics = verdict.finding is Finding.PANIC
    finding = Finding.PANIC if panics else Finding.REPORT
    return Cause(finding, sentence, verdict, words.hint, place, report, others)


def _worst_report(verdict: Verdict) -> Evidence | None:
    """The report to show: one that points into the patch before any other."""
    reports = [item for item in verdict.evidence if item.kind == "report"]
    return next((item for item in reports if item.excerpts), next(iter(reports), None))


def _hangs(failed: list[Verdict], below: Below) -> Collected:
    """Checks in which something hung or computed without end, by the place where it did."""
    hung = [verdict for verdict in failed if verdict.finding in (Finding.HANG, Finding.SPIN)]
    return _grouped(hung, _hang_key, _hang_cause)


def _hang_key(verdict: Verdict) -> tuple[str, ...]:
    place = _first_place(verdict.evidence)
    return str(verdict.finding), f"{place.file}:{place.line}" if place else ""


def _hang_cause(verdict: Verdict, others: tuple[Verdict, ...]) -> Cause:
    place = _first_place(verdict.evidence)
    hang = next((item for item in verdict.evidence if item.kind == "hang"), None)
    if verdict.finding is Finding.SPIN:
        sentence = f"Something in your kernel computes without end{_at(place)}."
        hint = "Look for a loop whose condition never changes, or a wait that does not sleep."
    else:
        who = hangs.who(hang.processes) if hang else "A process"
        sentence = f"{who} never goes on: it waits in the kernel{_at(place)}."
        hint = "Find who was to wake it up, or who holds the lock that it waits for."
    return Cause(verdict.finding, sentence, verdict, hint, place, hang, others)


def _roots(failed: list[Verdict], below: Below) -> Collected:
    """The failed checks that depend on no other failed one; equal ones are one cause.

    A check that depends on several of these goes to the one that the most depend on.
    """
    names = {verdict.id for verdict in failed}
    roots = [v for v in failed if not any(v.id in below.get(o, ()) for o in names - {v.id})]
    groups: dict[tuple[str, ...], list[Verdict]] = {}
    advised: dict[tuple[str, str], tuple[str, ...]] = {}
    for root in roots:
        shapes = (_NUMBER.sub("#", root.expected), _NUMBER.sub("#", root.observed))
        same: tuple[str, ...] = shapes if root.observed else (root.id,)
        if root.did and root.hint:  # the same was done, and what was observed asks for the same
            same = advised.setdefault((root.did, root.hint), same)
        groups.setdefault(same, []).append(root)
    under = {
        key: {name for root in members for name in below.get(root.id, set())} & names
        for key, members in groups.items()
    }
    taken = {root.id for root in roots}
    causes = []
    for key in sorted(groups, key=lambda key: -len(under[key])):
        first, *equal = groups[key]
        members = [v for v in failed if v.id in under[key] and v.id not in taken]
        taken |= {verdict.id for verdict in members}
        causes.append(_mismatch(first, (*equal, *members)))
    return causes


def _mismatch(verdict: Verdict, others: tuple[Verdict, ...]) -> Cause:
    did, observed = verdict.did.strip().rstrip("."), _clause(verdict.observed)
    if _SHOULD in did:
        action, _, wanted = did.rpartition("; ")
        sentence = _sentence(f"{action}, but {wanted.replace(_SHOULD, ' are not ')}")
    elif did and observed and len(observed) < MOST_WORDS:
        sentence = _sentence(f"{did}, but {_with_verb(observed)}")
    elif did and "\n" not in did and len(did) < MOST_WORDS:
        sentence = _sentence(f"{did}, with another result than the assignment asks for")
    else:
        sentence = f"This does not work yet: {verdict.title}"
    return Cause(
        Finding.MISMATCH,
        sentence,
        verdict,
        verdict.hint,
        _first_place(verdict.evidence),
        None,
        others,
    )


def _grouped(
    failed: list[Verdict],
    key: Callable[[Verdict], tuple[str, ...]],
    cause: Callable[[Verdict, tuple[Verdict, ...]], Cause],
) -> Collected:
    """One cause for all verdicts with the same key; those with none are left out."""
    groups: dict[tuple[str, ...], list[Verdict]] = {}
    for verdict in failed:
        if found := key(verdict):
            groups.setdefault(found, []).append(verdict)
    return [cause(members[0], tuple(members[1:])) for members in groups.values()]


def _without(failed: Iterable[Verdict], names: set[str]) -> tuple[Verdict, ...]:
    return tuple(verdict for verdict in failed if verdict.id in names)


def _first_place(evidence: Iterable[Evidence]) -> Excerpt | None:
    return next((excerpt for item in evidence for excerpt in item.excerpts), None)


def _at(place: Excerpt | None) -> str:
    """The line of the patch, to go on in a sentence."""
    if place is None:
        return ""
    inside = f", in {place.function}()" if place.function else ""
    return f": {place.file}:{place.line}{inside}"


def _clause(text: str) -> str:
    """The first line of what was observed, without its full stop."""
    return (text.strip().splitlines() or [""])[0].strip().rstrip(".")


def _with_verb(observed: str) -> str:
    """A clause, also of 'no such line' or "'x' on standard error"."""
    if not _THING.match(observed) or _VERB.search(observed):
        return observed
    return f"there {'were' if _SEVERAL.match(observed) else 'was'} {observed}"


def _sentence(text: str) -> str:
    if not _CALL.match(text) and not text.startswith(tuple(assignment.current().tools)):
        text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."
