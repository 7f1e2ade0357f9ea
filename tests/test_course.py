"""Student and instructor notebooks: made from the chapters alone, and nothing is lost on the way."""

import notebooks as course
import pytest
from book import CHAPTERS, NUMBERED, read_notebook, tags
from book import code_cells as code


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def chapter(path):
    return read_notebook(path)


def verdicts(notebook):
    return [output.data["text/plain"] for cell in code(notebook, "check") for output in cell.outputs]


def test_making_the_copies_leaves_the_chapter_alone(path, chapter):
    course.student(chapter), course.instructor(chapter)
    assert chapter == read_notebook(path)


def test_students_get_no_solution_no_note_and_no_output(chapter):
    student = course.student(chapter)
    text = "\n".join(cell.source for cell in student.cells)
    for cell in chapter.cells:
        if tags(cell) & {"solution", "instructor"}:
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
        if not tags(cell) & special and "](../" not in cell.source
    ]
    for copy in (course.student(chapter), course.instructor(chapter)):
        kept = [(cell.id, cell.source) for cell in copy.cells]
        assert [pair for pair in kept if pair in rest] == rest


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_instructors_get_everything_and_every_check_passes(chapter):
    instructor = course.instructor(chapter)
    assert all(verdict.startswith("Right: ") for verdict in verdicts(instructor))
    assert len(verdicts(instructor)) == len(code(instructor, "check")) == len(code(chapter, "solution"))
    assert sum("instructor" in tags(cell) for cell in instructor.cells) >= 1
    outputs = [
        output.get("text") or output.data
        for cell in code(chapter)
        if "answer" not in tags(cell)
        for output in cell.outputs
    ]
    assert [
        output.get("text") or output.data for cell in code(instructor) for output in cell.outputs
    ] == outputs


@pytest.mark.parametrize("copy", [course.student, course.instructor], ids=lambda make: make.__name__)
def test_a_copy_without_exercises_is_its_chapter(copy):
    """It is not run a second time (testpaths in pyproject.toml)."""
    for path in set(CHAPTERS) - set(NUMBERED):
        chapter = read_notebook(path)
        assert [cell.source for cell in code(copy(chapter))] == [cell.source for cell in code(chapter)]


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
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
