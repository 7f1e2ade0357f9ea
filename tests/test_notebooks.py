"""The chapters as files: stored as `make refresh` stores them, and readable in any Jupyter."""

import re

import nbformat
import pytest
from book import CHAPTERS, code_cells, markdown_cells, read_notebook
from notebooks import KERNEL


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_is_stored_as_refresh_stores_it(path):
    notebook = read_notebook(path)
    nbformat.validate(notebook)
    code = code_cells(notebook)
    assert notebook.metadata == KERNEL, "run `make refresh`"
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1)), "run `make refresh`"
    for output in (output for cell in code for output in cell.outputs):
        assert output.output_type != "error" and output.get("name") != "stderr", output
        text = output.get("text", "") + output.get("data", {}).get("text/plain", "")
        assert not re.search(r"<.* at 0x[0-9a-f]+", text), f"another at every run: {text}"


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_no_directive_stands_in_a_notebook_where_jupyter_shows_it_raw(path):
    text = "\n".join(cell.source for cell in markdown_cells(read_notebook(path)))
    assert re.findall(r"^\s*(?:`{3,}|:{3,}|~{3,})\s*\{|\{[\w:-]+\}`", text, re.M) == []
