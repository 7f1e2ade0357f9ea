"""What the site hands out: the students' notebooks, and the package that they install."""

import ast
import re
import zipfile

import handout
import nbformat
import notebooks as course
import repository
from book import ROOT, SITE, read_notebook, tags


def test_what_is_saved_in_one_piece_is_complete_and_the_students_own():
    student, weights = (zipfile.ZipFile(SITE / "_static" / f"{name}.zip") for name in ("student", "weights"))
    others = ["START.txt", "requirements.txt", "runtime.txt", repository.wheel_name()]
    names = [*course.copies(course.student), *others]
    assert sorted(student.namelist()) == sorted(["student/", *(f"student/{name}" for name in names)])
    for name, copy in course.copies(course.student).items():
        handed = nbformat.reads(student.read(f"student/{name}"), as_version=4)
        assert [cell.source for cell in handed.cells] == [cell.source for cell in copy.cells]
    for name in handout.WEIGHTS[:3]:  # each brings what it imports
        for node in ast.walk(ast.parse(weights.read(f"weights/{name}"))):
            module = node.module if isinstance(node, ast.ImportFrom) else ""
            assert not (ROOT / "experiments" / f"{module}.py").exists() or f"{module}.py" in handout.WEIGHTS
    assert f"weights/{repository.wheel_name()}" in weights.namelist()


def test_below_the_download_button_lies_the_students_notebook():
    sources = sorted((SITE / "_sources").rglob("*.ipynb"))
    assert len(sources) >= len(course.CHAPTERS)
    for path in sources:
        handed, chapter = read_notebook(path), read_notebook(ROOT / path.relative_to(SITE / "_sources"))
        wanted = course.student(chapter)
        assert [cell.source for cell in handed.cells] == [cell.source for cell in wanted.cells]
        page = (SITE / path.relative_to(SITE / "_sources")).with_suffix(".html").read_text(encoding="utf-8")
        assert f'href="../_sources/{path.relative_to(SITE / "_sources")}"' in page, "the button opens another"


def test_no_note_to_the_teacher_is_on_the_site():
    """Neither on a page nor in what can be searched or downloaded; but the rubrics are in the guide."""
    notes = [
        cell.source
        for path in [*course.CHAPTERS, *course.OTHERS]
        for cell in read_notebook(path).cells
        if "instructor" in tags(cell)
    ]
    words = [" ".join(re.findall(r"\w+", note))[:60] for note in notes]
    assert len(words) > 6
    for path in SITE.rglob("*"):
        if path.name != "teaching.html" and path.suffix in (".html", ".ipynb", ".md", ".txt", ".js", ".json"):
            text = " ".join(re.findall(r"\w+", path.read_text(encoding="utf-8", errors="replace")))
            assert not [note for note in words if note in text], path
