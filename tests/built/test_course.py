"""The student and instructor notebooks in _build/course: fresh, valid, and each complete in its folder."""

import re

import nbformat
import notebooks as course
import pytest
from book import CHAPTERS, COURSE, read_notebook


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
@pytest.mark.parametrize("copy", [course.student, course.instructor], ids=lambda make: make.__name__)
def test_copies_are_fresh_and_valid(copy, path, tmp_path):
    made = COURSE / copy.__name__ / path.name
    assert made.is_file(), "run `make course`"
    nbformat.write(copy(read_notebook(path)), tmp_path / path.name)
    assert made.read_bytes() == (tmp_path / path.name).read_bytes(), "run `make course`"
    notebook = read_notebook(made)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))
    assert not re.search(r"\]\(\.\./", "".join(cell.source for cell in notebook.cells)), (
        "a link leads out of the folder"
    )
