# SPDX-License-Identifier: MIT
"""Whose a submission is, as far as its name and the roster tell.

A submission whose owner is not known is never guessed to be somebody's: it is graded under its
own name, and who handed nothing in is not known before all that is settled.
"""

from __future__ import annotations

from dataclasses import dataclass

from autograder.bulk.columns import is_participant
from autograder.bulk.exports import Named
from autograder.bulk.students import Match, Roster, Student, shares_a_word

HOW = "Give the roster a column 'submission' with its name"


@dataclass(frozen=True)
class Owners:
    """The students whose submission it is; ``complete`` where no other can be among them."""

    students: tuple[Student, ...]
    complete: bool = True
    reasons: tuple[str, ...] = ()

    def remarks(self, label: str) -> list[str]:
        """Why not all owners are known."""
        return [f"{label}: {reason}" for reason in self.reasons]


def owners_of(named: Named, roster: Roster) -> Owners:
    """Whose ``named`` is.  Without a roster it is its own name's."""
    if named.students:
        return _described(named, roster)
    stand_in = (Student(id=named.identity),)
    if not roster.students:
        return Owners(stand_in)
    if members := _shared(named, roster):
        return Owners(members)
    if named.system == "moodle":
        return _moodle(named, roster) or _by_name(named, roster, stand_in)
    if named.system == "canvas":
        return _canvas(named, roster, stand_in)
    return _by_name(named, roster, stand_in)


def _described(named: Named, roster: Roster) -> Owners:
    """Those whom Gradescope names, as the roster knows them."""
    students, reasons = [], []
    for person in named.students:
        match = roster.match(person.id, person.email)
        if not person.key:
            match = roster.match(*named.words)
        if len(match.students) == 1:
            students.append(match.students[0])
            continue
        students.append(person if person.key else Student(id=named.identity))
        if roster.students:
            reasons.append(_why(match, students[-1].words))
    unique = {student.key: student for student in students}
    students = list(unique.values()) or [Student(id=named.identity)]
    return Owners(tuple(students), not reasons, tuple(reasons))


def _moodle(named: Named, roster: Roster) -> Owners | None:
    """A participant of Moodle's, or the members of a group; None where the number tells nobody.

    The number of a team submission is the group's, which may be some participant's as well:
    it counts only where the name agrees.
    """
    student = roster.find(f"moodle {named.number}") if named.number else None
    if student is not None and (
        not student.name or shares_a_word(student, named.who) or is_participant(named.who)
    ):
        return Owners((student,))
    if members := roster.group(named.who):
        return Owners(members)
    if student is None:
        return None
    return Owners(
        (Student(id=named.identity),),
        False,
        (
            f"{named.number} is the number of {student.words} on the roster, whose name it does "
            "not have: it was taken for the number of a group. Who is in it is not known, because "
            "the roster has no column 'group' with its name",
        ),
    )


def _canvas(named: Named, roster: Roster, stand_in: tuple[Student, ...]) -> Owners:
    """A student of Canvas's; where the name is another, it is that of the student's group."""
    student = roster.find(f"canvas {named.number}") if named.number else None
    if student is None:
        if members := roster.group(named.who):
            return Owners(members)
        return _by_name(named, roster, stand_in)
    hidden = named.who.lower().startswith("anon")
    if hidden or not student.name or shares_a_word(student, named.who):
        return Owners((student,))
    if student.group and (members := roster.group(student.group)):
        return Owners(members)
    return Owners(
        (student,),
        False,
        (
            f"it has the name of a group, and {student.words} handed it in: who else is in the "
            "group is not known, because the roster has no column 'group'",
        ),
    )


def _by_name(named: Named, roster: Roster, stand_in: tuple[Student, ...]) -> Owners:
    words = named.words or tuple(filter(None, [named.who]))
    match = roster.match(*words)
    if match.students:
        return Owners(match.students)
    if members := roster.group(named.who or named.identity):
        return Owners(members)
    if not named.system:
        ends = roster.with_login_at_the_end(named.identity)
        longest = max((len(s.login) for s in ends), default=0)
        ends = tuple(s for s in ends if len(s.login) == longest)
        if len(ends) == 1:
            return Owners(ends)
    return Owners(stand_in, False, (_why(match, named.identity),))


def _shared(named: Named, roster: Roster) -> tuple[Student, ...]:
    """Those for whom the roster itself names this submission."""
    for name in (named.entry, named.identity, named.who):
        if members := roster.sharing(name):
            return members
    return ()


def _why(match: Match, words: str) -> str:
    if match.ambiguous:
        people = ", ".join(f"{s.words} ({s.key})" for s in match.ambiguous)
        return f"{words} is ambiguous: it may be {people}. {HOW}"
    return f"nobody on the roster is {words}"
