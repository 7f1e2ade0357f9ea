"""The notebooks of a course, made of the book's own by nbconvert: for students, and for teachers.

    python course/notebooks.py          into _build/course/student and _build/course/instructor
    python course/notebooks.py --lab    the student's into lab/; what is there already stays as it is

What a cell is, its tag says. Students do not get `solution`, a solution or a text about it, nor `instructor`,
a note to the teacher; and no outputs. Beside the notebooks lies all that they need to run: the book's package
as a wheel, which their first cell installs where it is missing, how to start, and what Binder reads.
"""

import copy
import re
import shutil
import sys

import nbformat
from nbconvert.preprocessors import ClearOutputPreprocessor, TagRemovePreprocessor
from repository import ROOT, site, wheel, wheel_name

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
START = """Python 3.11 or newer is all that you need. In this folder, type

    pip install {needs} {wheel}
    {start}
"""
FOLDED = "# The solution"  # what JupyterLab shows of a folded cell


def read(path):
    """A notebook, whatever version it is stored in."""
    return nbformat.read(path, as_version=4)


def tags(cell):
    """What a cell is."""
    return set(cell.metadata.get("tags", []))


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
    """A notebook that needs nothing of the book: it brings its package, and its links lead to the site."""
    page, where, what = r"\1", BESIDE, wheel_name()
    if site():
        page, where = rf"[\1]({site()}\2.html\3)", "from its site"
        what = f'"swa_lib @ {site()}_static/{what}"'
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\[([^\]]+)\]\(\.\./([\w/]+)\.(?:ipynb|md)(#[^)]*)?\)", page, cell.source)
        elif cell.id == "install":
            cell.source = INSTALL.format(where=where, what=what)
    notebook.metadata = nbformat.from_dict(KERNEL)
    return notebook


def as_stored(notebook, resources):
    """A preprocessor of nbconvert for `make refresh`: any Jupyter opens it, and a fold tells nothing.

    JupyterLab shows the first line of a folded cell, so a solution begins with one that gives nothing away.
    """
    notebook.metadata = nbformat.from_dict(KERNEL)
    for cell in notebook.cells:
        code = cell.cell_type == "code" and "solution" in tags(cell)
        if code and not cell.source.startswith(FOLDED):
            cell.source = f"{FOLDED}\n{cell.source}"
    return notebook, resources


def copies(make):
    """The copies that `make` makes of chapters, lab and project, file name -> notebook."""
    return {path.name: make(read(path)) for path in [*CHAPTERS, *OTHERS]}


def begin(folder, needs, start):
    """Make a folder to hand out, with the package in it, and how to start."""
    folder.mkdir(parents=True, exist_ok=True)
    wheel(folder)
    said = START.format(needs=needs, wheel=wheel_name(), start=start)
    (folder / "START.txt").write_text(said, encoding="utf-8")


def write(folder, make, keep=False):
    """Write copies into a folder, and what they need to run; with `keep`, leave alone what is there."""
    begin(folder, "jupyterlab", "jupyter lab 01_window.ipynb")
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    (folder / "requirements.txt").write_text(lock.replace("-e .", f"./{wheel_name()}", 1), encoding="utf-8")
    shutil.copy(ROOT / "runtime.txt", folder)
    for name, notebook in copies(make).items():
        if keep and (folder / name).exists():
            print(f"{folder.name}/{name} is there already, and stays as it is.")
        else:
            nbformat.write(notebook, folder / name)


if __name__ == "__main__":
    if "--lab" in sys.argv:
        write(ROOT / "lab", student, keep=True)
    else:
        for make in (student, instructor):
            write(ROOT / "_build" / "course" / make.__name__, make)
