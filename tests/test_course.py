"""Student and instructor notebooks: made from the chapters and nothing else; a chapter alone runs anywhere."""

import importlib.util
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
MADE = ROOT / "_build" / "course"
spec = importlib.util.spec_from_file_location("course_notebooks", ROOT / "course" / "notebooks.py")
course = importlib.util.module_from_spec(spec)
spec.loader.exec_module(course)


WITH_EXERCISES = [path for path in course.CHAPTERS if path.stem[0].isdigit()]  # the appendix has none


@pytest.fixture(params=course.CHAPTERS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def chapter(path):
    return nbformat.read(path, as_version=4)


def code(notebook, tag=None):
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and (tag is None or tag in course.tags(cell))
    ]


def verdicts(notebook):
    return [output.data["text/plain"] for cell in code(notebook, "check") for output in cell.outputs]


@pytest.mark.parametrize("copy", [course.student, course.instructor], ids=lambda make: make.__name__)
def test_copies_are_fresh_and_valid(copy, path, chapter, tmp_path):
    made = MADE / copy.__name__ / path.name
    assert made.is_file(), "run `make course`"
    nbformat.write(copy(chapter), tmp_path / path.name)
    assert made.read_bytes() == (tmp_path / path.name).read_bytes(), "run `make course`"
    notebook = nbformat.read(made, as_version=4)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))
    assert not re.search(r"\]\(\.\./", "".join(cell.source for cell in notebook.cells)), (
        "a link leads out of the folder"
    )


def test_making_the_copies_leaves_the_chapter_alone(path, chapter):
    course.student(chapter), course.instructor(chapter)
    assert chapter == nbformat.read(path, as_version=4)


def test_students_get_no_solution_no_note_and_no_output(chapter):
    student = course.student(chapter)
    text = "\n".join(cell.source for cell in student.cells)
    for cell in chapter.cells:
        if course.tags(cell) & {"solution", "instructor"}:
            assert cell.source not in text and cell.id not in [other.id for other in student.cells]
    assert "HIDDEN TESTS" not in text
    assert all(
        cell.source.startswith("answer = None  # ") and "\n" not in cell.source
        for cell in code(student, "answer")
    )
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code(student))


def test_both_copies_keep_all_the_rest_in_its_order(chapter):
    special = {"answer", "check", "solution", "instructor"}
    rest = [
        (cell.id, cell.source)
        for cell in chapter.cells
        if not course.tags(cell) & special and "](../" not in cell.source
    ]
    for copy in (course.student(chapter), course.instructor(chapter)):
        kept = [(cell.id, cell.source) for cell in copy.cells]
        assert [pair for pair in kept if pair in rest] == rest


@pytest.mark.parametrize("path", WITH_EXERCISES, ids=lambda path: path.stem)
def test_instructors_get_everything_and_every_check_passes(chapter):
    instructor = course.instructor(chapter)
    assert all(verdict.startswith("Right: ") for verdict in verdicts(instructor))
    assert len(verdicts(instructor)) == len(code(instructor, "check")) == len(code(chapter, "solution"))
    assert sum("instructor" in course.tags(cell) for cell in instructor.cells) >= 1
    outputs = [
        output.get("text") or output.data
        for cell in code(chapter)
        if "answer" not in course.tags(cell)
        for output in cell.outputs
    ]
    assert [
        output.get("text") or output.data for cell in code(instructor) for output in cell.outputs
    ] == outputs


@pytest.mark.parametrize("path", WITH_EXERCISES, ids=lambda path: path.stem)
def test_nbgrader_can_tell_what_is_what(chapter):
    for copy in (course.student(chapter), course.instructor(chapter)):
        graded = [cell for cell in copy.cells if "nbgrader" in cell.metadata]
        assert 6 <= len(graded) <= 10
        for answer, check in zip(graded[::2], graded[1::2]):
            assert (
                answer.metadata.nbgrader.solution
                and not answer.metadata.nbgrader.grade
                and not answer.metadata.nbgrader.locked
            )
            assert (
                check.metadata.nbgrader.grade
                and check.metadata.nbgrader.locked
                and check.metadata.nbgrader.points == 1
            )
        assert len({cell.metadata.nbgrader.grade_id for cell in graded}) == len(graded)


# Alone in an empty folder


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """A fresh environment with what the book needs but the package itself, in an empty folder."""
    folder = tmp_path_factory.mktemp("elsewhere")
    run([sys.executable, "-m", "venv", "--without-pip", folder / "env"])
    python = folder / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    packages = run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).strip()
    # A path in a .pth file adds what lies there, but does not follow the .pth files there: no editable swa_lib.
    (Path(packages) / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return folder, python


def run(command, cwd=None):
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHONPATH", "SWA_"))}
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_without_the_package_the_first_cell_says_how_to_get_it(elsewhere, path, chapter):
    first = code(chapter)[0].source
    assert "from swa_lib.exercises import check" in first
    if path.stem == "01_window":  # the same in every chapter
        folder, python = elsewhere
        with pytest.raises(AssertionError, match="swa_lib is missing. Run %pip install"):
            run([python, "-c", first], cwd=folder)
    assert first == code(nbformat.read(course.CHAPTERS[0], as_version=4))[0].source


EXECUTE = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
nbformat.write(notebook, sys.argv[1])
"""


def test_one_chapter_alone_runs_from_a_wheel(elsewhere, tmp_path):
    folder, python = elsewhere
    run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, ROOT])
    (wheel,) = tmp_path.glob("swa_lib-*.whl")
    run([sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", wheel])
    where = run([python, "-c", "import swa_lib; print(swa_lib.__file__)"], cwd=folder)
    assert Path(where.strip()).is_relative_to(folder / "env")
    alone = folder / "alone.ipynb"
    alone.write_bytes((ROOT / "chapters" / "02_reach.ipynb").read_bytes())
    run([python, "-c", EXECUTE, alone], cwd=folder)
    stored, executed = (
        nbformat.read(ROOT / "chapters" / "02_reach.ipynb", as_version=4),
        nbformat.read(alone, as_version=4),
    )
    for cell, again in zip(code(stored), code(executed)):
        text = [output.get("text") or output.data.get("text/plain") for output in cell.outputs]
        assert [output.get("text") or output.data.get("text/plain") for output in again.outputs] == text
