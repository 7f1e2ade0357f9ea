"""Student and instructor notebooks: made from the chapters, nothing is lost, no answer counts twice."""

import builtins
import contextlib
import copy
import re

import nbclient
import nbformat
import notebooks as course
import pytest
from book import CHAPTERS, NUMBERED, ROOT, read_notebook, tags
from book import code_cells as code

import swa_lib
from swa_lib.exercises import QUESTIONS, expected


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def chapter(path):
    return read_notebook(path)


def verdicts(notebook):
    outputs = [output for cell in code(notebook, "check") for output in cell.outputs]
    return [said(output).strip() for output in outputs]


def said(output):
    return output.get("text") or output.data.get("text/plain") or str(output.data)


def question(cell):
    return re.search(r'"(\w+)"', cell.source)[1]


def test_making_the_copies_leaves_the_chapter_alone(path, chapter):
    course.student(chapter), course.instructor(chapter)
    assert chapter == read_notebook(path)


def test_students_get_no_solution_no_note_and_no_output(chapter):
    student = course.student(chapter)
    text = "\n".join(cell.source for cell in student.cells)
    for cell in chapter.cells:
        if tags(cell) & {"solution", "instructor"}:
            assert cell.source not in text and cell.id not in [other.id for other in student.cells]
    for answer, check in zip(code(student, "answer"), code(student, "check"), strict=True):
        assert re.search(rf"^{question(check)} = None  # .+\Z", answer.source, re.MULTILINE)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code(student))


def test_both_copies_keep_all_the_rest_in_its_order(chapter):
    special = {"answer", "check", "solution", "instructor"}
    rest = [
        (cell.id, cell.source)
        for cell in chapter.cells
        if not tags(cell) & special
        and cell.id != "install"  # with the repository's address (tests/test_handout.py)
        and "](../" not in cell.source
        and "`answer`" not in cell.source
    ]
    for made in (course.student(chapter), course.instructor(chapter)):
        kept = [(cell.id, cell.source) for cell in made.cells]
        assert [pair for pair in kept if pair in rest] == rest


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_instructors_get_everything_and_every_check_passes(chapter):
    instructor = course.instructor(chapter)
    assert all(verdict.startswith(("Right: ", "Right, close enough: ")) for verdict in verdicts(instructor))
    assert len(verdicts(instructor)) == len(code(instructor, "check")) == len(code(chapter, "solution"))
    assert sum("instructor" in tags(cell) for cell in instructor.cells) >= 1
    shown = [said(output).strip() for cell in code(instructor) for output in cell.outputs]
    assert shown == [
        said(output).strip()
        for cell in code(chapter)
        if "answer" not in tags(cell)
        for output in cell.outputs
    ]


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_an_answer_has_the_name_of_its_question_everywhere(chapter):
    for made in (course.student(chapter), course.instructor(chapter)):
        for answer, check in zip(code(made, "answer"), code(made, "check"), strict=True):
            assert re.search(rf"^{question(check)} = ", answer.source, re.MULTILINE)
        assert not re.search(r"\banswer\b", re.sub("#.*", "", "\n".join(c.source for c in code(made))))
        assert "`answer`" not in "".join(cell.source for cell in made.cells)


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_nbgrader_gets_the_students_notebook_with_the_solutions_that_it_takes_out(chapter):
    student, source = course.student(chapter), course.nbgrader(chapter)
    for given, marked in zip(student.cells, source.cells, strict=True):
        solved = "nbgrader" in given.metadata and given.metadata.nbgrader.solution
        assert given.id == marked.id and given.metadata == marked.metadata
        assert solved or given.source == marked.source
        if solved:
            left, solution = re.fullmatch(
                r"(.*)\n### BEGIN SOLUTION\n(.*)\n### END SOLUTION", marked.source, re.DOTALL
            ).groups()
            assert left == given.source, "what nbgrader releases is not the student's cell"
            name = re.findall(r"^(\w+) = ", left, re.MULTILINE)[-1]
            assert re.search(rf"^{name} = ", solution, re.MULTILINE)
    assert "### BEGIN SOLUTION" not in "".join(cell.source for cell in student.cells)


def test_a_folded_solution_shows_a_line_that_gives_nothing_away():
    """JupyterLab shows the first line of a folded cell; `make refresh` sees to it."""
    chapter = read_notebook(NUMBERED[0])
    (stored, _), (again, _) = (course.as_stored(copy.deepcopy(chapter), {}) for _ in range(2))
    assert stored == again == course.as_stored(copy.deepcopy(stored), {})[0]
    for cell in code(stored, "solution"):
        assert cell.source.splitlines()[0] == "# The solution" and cell.metadata.jupyter.source_hidden
    answers = [course.instructor(notebook) for notebook in (chapter, stored)]
    assert [len(made.cells) for made in answers] == [len(answers[0].cells)] * 2


def test_no_question_has_the_name_of_something_in_the_package():
    assert not set(QUESTIONS) & (set(dir(swa_lib)) | set(dir(builtins)))


NAMES = ["farthest_token", "farthest_share", "twice_the_layers", "paths_in_all",
         "reach_of_mistral", "fewest_hops", "path_counts", "layers_for_a_hundredth",
         "reach_by_another_reading", "first_whole_reach"]  # fmt: skip


def run(notebook, only=None):
    """The outputs of the cells with a check, question -> list; no cell stops the others.

    only : tags of the code cells to run, without the pictures between them; None for all
    """
    notebook.cells = [cell for cell in code(notebook) if not only or tags(cell) & only]
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", allow_errors=True).execute()
    return {question(cell): cell.outputs for cell in code(notebook, "check")}


def score(outputs):
    """A graded cell's points by the rules of nbgrader 0.9.6: none for an error, a bare number is a score."""
    for output in outputs:
        if output.output_type == "error" or output.get("name") == "stderr":
            return 0
        if output.output_type == "execute_result":
            with contextlib.suppress(ValueError):
                return float(output.data["text/plain"])
    return 1


def test_no_answer_is_credited_to_another_question_and_no_other_check_counts():
    """A student's chapter 2 without its first cell, in a kernel: some answers given, some skipped."""
    student = course.student(read_notebook(NUMBERED[1]))
    first = code(student)[0]
    skipped = set(NAMES[1::3])
    for cell in list(student.cells):
        name = cell.id.removesuffix("-answer").replace("-", "_")
        if cell is first or ("answer" in tags(cell) and name in skipped):
            student.cells.remove(cell)
        elif "answer" in tags(cell) and name in NAMES[::3]:
            cell.source = f"answer = {name} = 297\ncheck = grade = lambda *given: True"
        elif "answer" in tags(cell):
            cell.source = f"answer = {expected(name)[0]!r}"
    outputs = run(student, {"answer", "check"})
    assert list(outputs) == NAMES
    texts = {name: "".join(o.get("evalue") or said(o) for o in shown) for name, shown in outputs.items()}
    assert texts["farthest_token"] == "Right: 297 tokens."
    assert all(f"There is no {name} yet." in texts[name] for name in skipped | set(NAMES[2::3]))
    assert {score(outputs[name]) for name in NAMES[4:]} == {0}


def test_graded_cells_show_a_sentence_and_no_value():
    """The instructor's copy earns all points; unanswered, none."""
    instructor = course.instructor(read_notebook(NUMBERED[1]))
    outputs = run(instructor)
    for name in NAMES[4:]:
        assert {output.name for output in outputs[name]} == {"stdout"}  # one print, at times two outputs
        assert said(outputs[name][0]).startswith("Right: ") and score(outputs[name]) == 1
    unanswered = run(course.student(read_notebook(NUMBERED[1])), {"answer", "check"})
    for name in NAMES[4:]:
        (output,) = unanswered[name]
        assert output.ename == "NotRight" and output.evalue.startswith("Not answered yet.")
        assert output.traceback == [output.evalue] and score([output]) == 0


LEFT_OVER = """answer = 91
check("oldest_of_ten", answer)

check("tokens_in_ten", answer)

answer = 4^3
check("paths_in_all", answer)

answer = 10 ^ 4
check("layers_for_half", answer)

check("farthest_token", 297)

answer = 297
for answer in (297,): print(check("farthest_token", answer))

%%time
check("farthest_token", answer)

print(check("farthest_token", answer))
answer = 297

%%time
answer = 297
print(check("farthest_token", answer))

def answer(): return 297
check("farthest_token", answer())"""


def test_in_a_chapter_an_answer_of_another_cell_is_not_judged():
    cells = [nbformat.v4.new_code_cell(cell) for cell in LEFT_OVER.split("\n\n")]
    cells[0].source = "from swa_lib.exercises import check\n" + cells[0].source
    notebook = nbformat.v4.new_notebook(cells=cells)
    run(notebook)
    texts = ["".join(map(said, cell.outputs)) for cell in cells]
    assert texts[0] == "Right: 91." and texts[1].startswith("This answer was not given in this cell")
    assert "^ is not a power" in texts[2] and "^ is not a power" in texts[3]
    assert texts[4:6] == ["Right: 297 tokens.", "Right: 297 tokens.\n"]
    assert "not given in this cell" in texts[6] and "not given in this cell" in texts[7]
    assert "Right: 297 tokens." in texts[8] and texts[9] == "Right: 297 tokens."


@pytest.mark.parametrize("make", [course.student, course.instructor], ids=lambda make: make.__name__)
def test_a_copy_without_exercises_is_its_chapter(make):
    """It is not run a second time (testpaths in pyproject.toml)."""
    for path in set(CHAPTERS) - set(NUMBERED):
        chapter = read_notebook(path)
        assert [cell.source for cell in code(make(chapter))] == [cell.source for cell in code(chapter)]


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_nbgrader_can_tell_what_is_what(chapter):
    for made in (course.student(chapter), course.instructor(chapter)):
        graded = [cell for cell in made.cells if "nbgrader" in cell.metadata]
        assert 6 <= len(graded) <= 14
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


# The project


def test_the_project_has_three_levels_a_rubric_and_teacher_only_solutions():
    project = read_notebook(ROOT / "course" / "project.ipynb")
    student, teacher = course.student(project), course.instructor(project)
    text = "\n".join(cell.source for cell in student.cells)
    assert re.findall(r"^## Level (\d)", text, re.MULTILINE) == ["1", "2", "3"]
    rubric = re.search(r"^## The rubric$(.*)", text, re.MULTILINE | re.DOTALL)[1]
    rows = re.findall(r"^\| (?!\|)(?!-)(.*) \|$", rubric, re.MULTILINE)
    assert len(rows) == 6 and all(row.count("|") == 3 for row in rows)
    kept = [cell for cell in project.cells if not tags(cell) & course.NOT_FOR_STUDENTS]
    assert [cell.id for cell in student.cells] == [cell.id for cell in kept]
    hidden = [cell for cell in project.cells if tags(cell) & course.NOT_FOR_STUDENTS]
    assert len(hidden) >= 7 and all("remove-cell" in tags(cell) for cell in hidden), (
        "they would be on the site"
    )
    assert [cell.source for cell in teacher.cells] == [cell.source for cell in project.cells]
    assert sum("solution" in tags(cell) for cell in code(teacher)) == 3


def test_the_projects_first_cell_is_that_of_the_chapters():
    first = [code(read_notebook(path))[0].source for path in [*CHAPTERS, ROOT / "course" / "project.ipynb"]]
    assert len(set(first)) == 1


@pytest.mark.parametrize("path", [*CHAPTERS, *course.OTHERS], ids=lambda path: path.stem)
def test_a_folded_solution_of_the_book_tells_nothing(path):
    solutions = code(read_notebook(path), "solution")
    told = [cell.id for cell in solutions if not cell.source.startswith(course.FOLDED + "\n")]
    assert told == [], "JupyterLab shows the first line of a folded cell: run `make refresh`"
