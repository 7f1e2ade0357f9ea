"""The chapters as course material: one notebook for students, one for teachers, one for nbgrader.

    python course/notebooks.py [folder]         all of them, into folder/student, folder/instructor, ...
    python course/notebooks.py --lab [folder]   the student's only; what is there already stays as it is

The chapters are the source; nothing here is kept by hand. What a cell is, its
tag says:

- `answer`: what a student fills in, and the check of it. Both copies keep it
  as two cells; the teacher's has the solution in the first. What the chapter
  calls `answer` has the name of its question here, so that no answer can be
  taken for another question's, and the check imports what it calls: it works
  after a restart, and whatever a student has called `check`.
- `solution`: the solution, or a text about it. Students do not get it.
- `instructor`: a note to the teacher. Students do not get it.

The cells carry the metadata of nbgrader. Its source is the student's notebook with
the solutions of the graded cells, which it takes out itself. A graded cell raises
until its answer is right, and has no value that could be read as a score.
"""

import copy
import re
import sys
from pathlib import Path

import misreadings
import nbformat
from repository import ROOT, repository, requirement

CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
OTHERS = [ROOT / "course" / "project.ipynb"]
NOT_FOR_STUDENTS = {"solution", "instructor"}
# Whatever kernel the chapter was last saved with: VS Code stores one of its own machine. No version of Python
# is stored, for the next machine has another; the rest lets `jupyter nbconvert --to script` write a .py.
KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "name": "python", "nbconvert_exporter": "python"},
}
CHECK = 'from swa_lib.exercises import {check}\n\n{check}("{name}")'
INSTALL = """try:
    from swa_lib.exercises import check
except ModuleNotFoundError:  # on a hub of your own or in Colab: the book's package, once
    %pip install --quiet "{}"
    from swa_lib.exercises import check"""
FOLDED = "# The solution"  # what JupyterLab shows of a folded cell
CHECKED = re.compile(r'check\("(\w+)", answer\)')
MARKED = "\n### BEGIN SOLUTION\n{lines}\n### END SOLUTION"
SOLUTION = "# {name}: your answer" + MARKED
# Without it, nbgrader writes "raise NotImplementedError()" below what a student is to fill in.
NBGRADER = 'c = get_config()\nc.ClearSolutions.code_stub = {"python": ""}\n'


def tags(cell):
    return set(cell.metadata.get("tags", []))


def student(chapter):
    """A chapter as a notebook without solutions, notes and outputs."""
    cells = []
    for cell in chapter.cells:
        if "answer" in tags(cell):
            lines, name = _parts(cell.source)
            _rename_in_the_question(cells, name)
            cells += _graded(cell, lines, name, _points(cells))
            if _points(cells):  # "Run all" goes on behind an exercise that is not solved yet
                cells[-1].metadata.tags.append("raises-exception")
        elif not tags(cell) & NOT_FOR_STUDENTS:
            cells.append(copy.deepcopy(cell))
    for cell in cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return _notebook(chapter, cells)


def instructor(chapter):
    """A chapter as a notebook with solutions, notes and outputs in place."""
    cells, answer = [], None
    for cell in chapter.cells:
        if "answer" in tags(cell):
            answer = cell  # its solution is one of the next cells
            _rename_in_the_question(cells, _parts(cell.source)[1])
        elif cell.cell_type == "code" and "solution" in tags(cell) and answer:
            lines, name = _parts(cell.source)
            points = _points(cells)
            pair = _graded(answer, SOLUTION.format(name=name, lines=lines) if points else lines, name, points)
            for output in cell.outputs:
                printed = output.output_type == "stream"
                pair[not printed].outputs.append(output if printed or not points else _printed(output))
            cells, answer = cells + pair, None
        else:
            cells.append(copy.deepcopy(cell))
    count = 0
    for cell in cells:
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = count
    return _notebook(chapter, cells)


def nbgrader(chapter):
    """The student's notebook with the graded solutions marked, as nbgrader takes it for its source.

    What a student is given to fill in stands before the solution: nbgrader takes out what is marked.
    """
    made, solved = student(chapter), {}
    for cell in chapter.cells:
        if cell.cell_type == "code" and "solution" in tags(cell) and CHECKED.search(cell.source):
            lines, name = _parts(cell.source)
            solved[name] = MARKED.format(lines=lines)
    for cell, check in zip(made.cells, made.cells[1:]):
        if "nbgrader" in cell.metadata and cell.metadata.nbgrader.solution:
            cell.source += solved[re.search(r'"(\w+)"', check.source)[1]]
    return made


def _points(cells):
    """1 for an exercise, 0 for a prediction: a wrong guess is no fault."""
    return int(any(cell.source.startswith("## Exercises") for cell in cells))


def _parts(source):
    """What comes before the check, with the question's name instead of `answer`, and that name."""
    lines, check = source.rsplit("\n", 1)
    name = CHECKED.fullmatch(check)[1]
    return re.sub(r"(#.*)|\banswer\b", lambda found: found[1] or name, lines.rstrip()), name


def _rename_in_the_question(cells, name):
    """Say where the answer goes, in the text since the last check."""
    for cell in reversed(cells):
        if cell.cell_type == "code" and "check" in tags(cell):
            break
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("`answer`", f"`{name}`")


def _printed(output):
    """A verdict as `grade` prints it."""
    return nbformat.v4.new_output("stream", name="stdout", text=output.data["text/plain"] + "\n")


def _graded(answer, lines, name, points):
    """The cell to fill in and the cell that checks it, with nbgrader's metadata."""
    pair = []
    check = CHECK.format(check="grade" if points else "check", name=name)
    for source, role, solution in [(lines, "answer", True), (check, "check", False)]:
        cell = nbformat.v4.new_code_cell(source, id=answer.id.removesuffix("answer") + role)
        cell.metadata = nbformat.from_dict({"tags": [role]})
        if points:
            grade = {"grade_id": cell.id, "schema_version": 3, "solution": solution, "grade": not solution}
            grade |= {"locked": not solution, "task": False} | ({} if solution else {"points": points})
            cell.metadata["nbgrader"] = grade
        pair.append(cell)
    return pair


def _notebook(chapter, cells):
    """A notebook that stands alone: links lead to the other chapters, or become plain words."""
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\[([^\]]+)\]\(\.\./[^)]+\)", r"\1", cell.source)
        elif cell.id == "install" and repository():
            cell.source = INSTALL.format(requirement(repository()))
    return nbformat.v4.new_notebook(
        cells=cells, metadata=nbformat.from_dict(KERNEL), nbformat_minor=chapter.nbformat_minor
    )


def as_stored(notebook, resources):
    """A preprocessor of nbconvert for `make refresh`: any Jupyter opens it, and a fold tells nothing.

    JupyterLab shows the first line of a folded cell, so a solution begins with one that gives nothing away.
    """
    notebook.metadata = nbformat.from_dict(KERNEL)
    for cell in notebook.cells:
        if cell.cell_type == "code" and "solution" in tags(cell) and not cell.source.startswith(FOLDED):
            cell.source = f"{FOLDED}\n{cell.source}"
    return notebook, resources


def copies(make):
    """The copies that `make` makes, file name -> notebook."""
    return {name: make(notebook) for name, notebook in sources().items()}


def sources():
    """What copies are made of, file name -> notebook: chapters, project, and the tests before and after."""
    kept = {path.name: nbformat.read(path, as_version=4) for path in [*CHAPTERS, *OTHERS]}
    return kept | misreadings.notebooks()


def write(folder):
    """Write every copy into folder/student, folder/instructor and folder/nbgrader, and its settings."""
    for make in (student, instructor, nbgrader):
        (folder / make.__name__).mkdir(parents=True, exist_ok=True)
        for name, notebook in copies(make).items():
            nbformat.write(notebook, folder / make.__name__ / name)
    (folder / nbgrader.__name__ / "nbgrader_config.py").write_text(NBGRADER, encoding="utf-8")


def write_lab(folder):
    """Write the student's notebooks that a folder does not hold yet: those in it are somebody's work."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, notebook in copies(student).items():
        if (folder / name).exists():
            print(f"{folder.name}/{name} is there already, and stays as it is.")
        else:
            nbformat.write(notebook, folder / name)


if __name__ == "__main__":
    asked = sys.argv[1:]
    if asked[:1] == ["--lab"]:
        write_lab(Path(asked[1]) if asked[1:] else ROOT / "lab")
    else:
        write(Path(asked[0]) if asked else ROOT / "_build" / "course")
