"""The lab as a graded assignment: numbers of its own, for nbgrader, the key in the teacher's folder only.

    python course/graded.py VARIANT

A variant is any number or word: it picks the lab's numbers, and the same variant picks the same. Into
_build/course/graded come source/lab/lab.ipynb, from which `nbgrader generate_assignment lab` makes what
students get, and nbgrader's settings. The tests are hidden until nbgrader grades. They hold numbers and call
nothing of the package, so that nothing a notebook does to `check` or to the package earns a point.
"""

import random
import sys

import nbformat
import numpy as np
from notebooks import read, student, tags
from repository import ROOT, wheel

POOL = {
    "window": [64, 96, 128, 160, 192, 256],
    "layers": [20, 24, 28, 36, 40, 48],
    "alpha": [0.85, 0.88, 0.9, 0.92, 0.94],
    "tolerance": [0.005, 0.01, 0.02],
    "token": [700, 850, 1000, 1200],
    "back": [2, 3, 5, 6, 7],
    "name": ["gpt-oss-20b", "gpt-oss-120b"],
    "distance": [2500, 3000, 3500],
    "wanted": [0.1, 0.15, 0.2, 0.25],
}
MARKED = "{given}\n### BEGIN SOLUTION\n{solution}\n### END SOLUTION"
TESTS = "# Graded after you have handed in.\n### BEGIN HIDDEN TESTS\n{tests}\n### END HIDDEN TESTS"
NUMBER = "import builtins\n\nassert {low!r} <= builtins.float({name}) <= {high!r}"
FUNCTION = """import builtins

import numpy

for (profile, *given), right in {cases!r}:
    made = builtins.list({name}(numpy.array(profile), *given))
    assert builtins.len(made) == builtins.len(right)
    assert builtins.all(-1e-9 < m - r < 1e-9 for m, r in builtins.zip(made, right))"""
# Without it, nbgrader writes "raise NotImplementedError()" below what a student is to fill in.
SETTINGS = 'c = get_config()\nc.ClearSolutions.code_stub = {"python": ""}\n'


def numbers(variant):
    """The cell with the numbers of a variant."""
    chosen = random.Random(str(variant))
    return "\n".join(f"{name} = {chosen.choice(values)!r}" for name, values in POOL.items())


def notebook(variant):
    """The lab as nbgrader takes it for its source: the student's, with solutions to cut and hidden tests."""
    lab, cells, known = read(ROOT / "course" / "lab.ipynb"), [], {}
    for cell in lab.cells:
        cells.append(cell)
        if cell.id == "numbers":
            cell.source = numbers(variant)
        if "answer" in tags(cell):
            answer = cell
        elif cell.cell_type == "code":
            exec(cell.source, known)
        if "manual" in tags(cell):
            _mark(cell, points=2, solution=True, grade=True)
        if "solution" in tags(cell):
            cells.append(_graded(answer, cell.source, known))
    lab.cells = cells
    return student(lab)


def _graded(answer, solution, known):
    """The hidden test of a cell to fill in, which gets its solution: what that gives, as plain numbers."""
    name, cases = answer.source.partition(" = ")[0], answer.metadata.pop("cases", [])
    if cases:
        right = [known[name](np.array(profile), *given).tolist() for profile, *given in cases]
        tests = FUNCTION.format(name=name, cases=[*zip(cases, right)])
    else:
        right = float(known[name])
        near = 0 if right.is_integer() else 0.01 * right
        tests = NUMBER.format(name=name, low=right - near, high=right + near)
    answer.source = MARKED.format(given=answer.source, solution=solution)
    _mark(answer, solution=True)
    test = nbformat.v4.new_code_cell(TESTS.format(tests=tests), id=answer.id.replace("answer", "test"))
    return _mark(test, points=answer.metadata.pop("points", 1), grade=True, locked=True)


def _mark(cell, points=None, **what):
    """Give a cell nbgrader's metadata."""
    marks = {"solution": False, "grade": False, "locked": False, "task": False} | what
    marks |= {"grade_id": cell.id, "schema_version": 3} | ({"points": points} if points else {})
    cell.metadata["nbgrader"] = marks
    return cell


def write(folder, variant="1"):
    """The assignment's source with the package beside it, and nbgrader's settings; the notebook's path."""
    path = folder / "source" / "lab" / "lab.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook(variant), path)
    wheel(path.parent)
    (folder / "nbgrader_config.py").write_text(SETTINGS, encoding="utf-8")
    return path


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    print(f"Variant {sys.argv[1]}: {write(ROOT / '_build' / 'course' / 'graded', sys.argv[1])}")
