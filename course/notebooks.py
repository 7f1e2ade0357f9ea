"""The notebooks of a course, made of the book's own by nbconvert: for students, and for teachers.

    python course/notebooks.py [folder]         into folder/student and folder/instructor
    python course/notebooks.py --lab [folder]   the student's only; what is there already stays as it is

What a cell is, its tag says. Students do not get `solution`, a solution or a text about it, nor `instructor`,
a note to the teacher; and no outputs. Beside the notebooks lies the book's package as a wheel, which their
first cell installs where it is missing.
"""

import copy
import re
import sys
from pathlib import Path

import forms
import graded
import nbformat
from nbconvert.preprocessors import ClearOutputPreprocessor, TagRemovePreprocessor
from repository import ROOT, requirement, site, wheel

CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
OTHERS = [ROOT / "course" / "lab.ipynb", ROOT / "course" / "project.ipynb"]
NOT_FOR_STUDENTS = {"solution", "instructor"}
# Whatever kernel the chapter was last saved with: VS Code stores one of its own machine. No version of Python
# is stored, for the next machine has another; the rest lets `jupyter nbconvert --to script` write a .py.
KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "name": "python", "nbconvert_exporter": "python"},
}
INSTALL = """try:
    from swa_lib.exercises import check
except ModuleNotFoundError:  # the book's package, once, {where}
    %pip install --quiet {what}
    from swa_lib.exercises import check"""
BESIDE = """from this folder: no such file? Save it here from
    # the foot of this notebook's page on the site, and run this cell again."""
FOLDED = "# The solution"  # what JupyterLab shows of a folded cell


def student(notebook):
    """A notebook without solutions, notes and outputs."""
    notebook = copy.deepcopy(notebook)
    for step in (TagRemovePreprocessor(remove_cell_tags=NOT_FOR_STUDENTS), ClearOutputPreprocessor()):
        notebook, _ = step.preprocess(notebook, {})
    return alone(notebook)


def instructor(notebook):
    """A notebook with solutions, notes and outputs."""
    return alone(copy.deepcopy(notebook))


def alone(notebook):
    """A notebook that needs nothing beside it: it brings its package, and its links lead to the site."""
    address = site()
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            page = rf"[\1]({address}\2.html\3)" if address else r"\1"
            cell.source = re.sub(r"\[([^\]]+)\]\(\.\./([\w/]+)\.(?:ipynb|md)(#[^)]*)?\)", page, cell.source)
        elif cell.id == "install":
            where = "from its site" if address else BESIDE
            cell.source = INSTALL.format(where=where, what=requirement(address))
    notebook.metadata = nbformat.from_dict(KERNEL)
    return notebook


def as_stored(notebook, resources):
    """A preprocessor of nbconvert for `make refresh`: any Jupyter opens it, and a fold tells nothing.

    JupyterLab shows the first line of a folded cell, so a solution begins with one that gives nothing away.
    """
    notebook.metadata = nbformat.from_dict(KERNEL)
    for cell in notebook.cells:
        tagged = "solution" in cell.metadata.get("tags", [])
        if cell.cell_type == "code" and tagged and not cell.source.startswith(FOLDED):
            cell.source = f"{FOLDED}\n{cell.source}"
    return notebook, resources


def sources():
    """What copies are made of, file name -> notebook: chapters, lab, project, the tests before and after."""
    kept = {path.name: nbformat.read(path, as_version=4) for path in [*CHAPTERS, *OTHERS]}
    return kept | {f"{form}.ipynb": forms.notebook(form) for form in forms.FORMS}


def copies(make):
    """The copies that `make` makes, file name -> notebook."""
    return {name: make(notebook) for name, notebook in sources().items()}


def write(folder, makes=(student, instructor), keep=False):
    """Write every copy into a folder of its kind, and the wheel; with `keep`, leave alone what is there."""
    for make in makes:
        there = folder if keep else folder / make.__name__
        there.mkdir(parents=True, exist_ok=True)
        wheel(there)
        for name, notebook in copies(make).items():
            if keep and (there / name).exists():
                print(f"{there.name}/{name} is there already, and stays as it is.")
            else:
                nbformat.write(notebook, there / name)


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--lab"]
    if "--lab" in sys.argv:
        write(Path(words[0]) if words else ROOT / "lab", [student], keep=True)
    else:
        made = Path(words[0]) if words else ROOT / "_build" / "course"
        write(made)
        graded.write(made / "graded")
