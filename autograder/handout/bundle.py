# SPDX-License-Identifier: MIT
"""Put together what students get: one archive, the same bytes for the same inputs."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path

from autograder import assignment, imports
from autograder.course import Course
from autograder.files import KIT, PUBLIC, write_zip
from autograder.guest.programs import PROBE
from autograder.handout import lock, text, visible
from autograder.handout.tables import VISIBLE
from autograder.judge import rubric
from autograder.scoring import worths

FOLDER = "pgfault"
"""What the archive unpacks to."""

ENTRY = "autograder.student.__main__"
DATA = (
    "autograder/guest/lib",
    "autograder/judge/pytest.ini",
    "autograder/kernel/config",
    "autograder/kernel/holder",
    "templates",
    "web/src",
)
PACKAGES = {  # whose imported name is not their own
    "elftools": "pyelftools",
    "gradescope_utils": "gradescope-utils",
    "markupsafe": "jinja2",
    "_pytest": "pytest",
}
INSTRUCTORS = re.compile(r"class|gradebook|matrix|similar|instructor", re.I)


def contents(course: Course, top: Path = KIT) -> dict[str, bytes]:
    """Every file of the handout by its path below :data:`FOLDER`."""
    written = text.assignment(course, top / "handout")
    files = {
        "assignment.md": written.markdown.encode(),
        "assignment.html": written.html.encode(),
    }
    files.update(_tree(top / "handout" / "kit", ""))
    files.update(_tree(top / "handout" / "pictures", "pictures/"))
    files["kit/setup.sh"] = (top / "scripts" / "setup.sh").read_bytes()
    files["kit/course.toml"] = course_file(course).encode()
    chosen = assignment.current()
    withheld = [f"{chosen.package}.{name}" for name in chosen.for_instructors]
    modules = imports.modules([ENTRY, *_roots(top)], top, withheld)
    checks = Path(_package()[1], "checks")  # of these, students get what is visible
    others = [path for path in modules if checks not in path.parents]
    files.update({f"kit/{path}": (top / path).read_bytes() for path in others})
    files.update(_checks(course, top))
    for name in (*DATA, *chosen.reads):
        files.update(_tree(top / name, f"kit/{name}/" if (top / name).is_dir() else f"kit/{name}"))
    files = {name: data for name, data in files.items() if not _for_instructors(name)}
    locked = lock.needed((top / "requirements.lock").read_text(), third_party(files))
    files["kit/requirements.lock"] = locked.encode()
    return dict(sorted(files.items()))


def write(course: Course, target: Path, top: Path = KIT) -> int:
    """Write the archive; the number of files in it."""
    files = contents(course, top)
    return write_zip(target, ((f"{FOLDER}/{name}", data) for name, data in files.items()), PUBLIC)


def course_file(course: Course) -> str:
    """``course.toml`` for students: what every check is worth, and nobody's name.

    Hidden checks are not there, so the full marks are those of the visible ones.
    """
    worth = {name: w for name, w in worths(course).items() if w.visibility == VISIBLE}
    full = sum((value.points for value in worth.values() if not value.extra_credit), Fraction())
    due = course.due()
    lines = [
        "# SPDX-License-Identifier: MIT",
        "# Made with the handout: what the course says, for `make check`.",
        "[course]",
        f"name = {_quoted(course.course.name)}",
        f"assignment = {_quoted(course.title)}",
        f"term = {_quoted(course.course.term)}",
        "",
        "[assignment]",
        f"package = {_quoted(course.assignment.package)}",
        "",
        "[kernel]",
        f"series = {_quoted(course.series)}",
        "",
        "[points]",
        f"full = {float(full)!r}",
        "",
        "[points.checks]",
        *(f"{_quoted(name)} = {float(value.points)!r}" for name, value in worth.items()),
        "",
        "[extra_credit.checks]",
        *(
            f"{_quoted(name)} = {'true' if value.extra_credit else 'false'}"
            for name, value in worth.items()
        ),
    ]
    if due is not None:
        lines += ["", "[deadline]", f"due = {due.isoformat()}"]
    return "\n".join(lines) + "\n"


def third_party(files: Mapping[str, bytes]) -> list[str]:
    """The packages that the Python files in ``files`` import."""
    found = set()
    for name, data in files.items():
        if not name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(data)):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    found -= {*sys.stdlib_module_names, "tomllib", imports.PACKAGE}
    return sorted(PACKAGES.get(name, name) for name in found)


def _checks(course: Course, top: Path) -> dict[str, bytes]:
    """The visible checks, and the probes that these use."""
    shown = {name for name, worth in worths(course).items() if worth.visibility == VISIBLE}
    folder = _package()[1]
    hidden = visible.hidden_functions(shown)
    withheld = [check.id for check in rubric.checks() if check.id not in shown]
    files: dict[str, bytes] = {}
    for path in sorted((top / folder / "checks").glob("*.py")):
        source = visible.without_hidden(path.read_text(), hidden.get(path.name, set()))
        if path.name in hidden and not re.search(r"^def test_", source, re.M):
            continue  # an area of which nothing is shown
        source = visible.without_names(source, withheld)
        files[f"kit/{folder}/checks/{path.name}"] = source.encode()
    plans = [check.plan for check in rubric.checks() if check.id in shown]
    wanted = {plan.probe for plan in plans if plan is not None}
    for path in sorted((top / folder / "probes").iterdir()):
        probes = set(PROBE.findall(path.read_text()))
        if not probes or probes & wanted:
            files[f"kit/{folder}/probes/{path.name}"] = path.read_bytes()
    return files


def _package() -> tuple[str, str]:
    """The package of the assignment, and its folder in the kit."""
    name = assignment.current().package
    return name, name.replace(".", "/")


def _roots(top: Path) -> list[str]:
    """What the assignment's part of a student's kit begins with."""
    name, folder = _package()
    modules = sorted(path.stem for path in (top / folder / "checks").glob("*.py"))
    return [name, *(f"{name}.checks.{module}" for module in modules)]


def _tree(path: Path, prefix: str) -> dict[str, bytes]:
    if path.is_file():
        return {prefix: path.read_bytes()}
    return {
        prefix + str(file.relative_to(path)): file.read_bytes()
        for file in _files(path)
        if "__pycache__" not in file.parts
    }


def _files(path: Path) -> Iterable[Path]:
    files = sorted(file for file in path.rglob("*") if file.is_file())
    return [file for file in files if file.suffix != ".o" and not _is_program(file)]


def _is_program(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"


def _for_instructors(name: str) -> bool:
    return name.startswith("kit/templates/") and bool(INSTRUCTORS.search(Path(name).name))


def _quoted(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'
