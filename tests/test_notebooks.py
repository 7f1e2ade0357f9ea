"""The chapters as files: short cells, plain Markdown, outputs that can be compared and stay small."""

import re
from pathlib import Path

import nbformat
import pytest

CHAPTERS = sorted((Path(__file__).parents[1] / "chapters").glob("*.ipynb"))

SKELETON = []  # headings that every chapter has, in this order
MAX_BYTES = 300_000
MAX_LINES = 8  # of a code cell; aim at 2 to 6


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return nbformat.read(path, as_version=4)


@pytest.fixture
def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture
def markdown(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def test_six_chapters():
    assert len(CHAPTERS) == 6


def test_valid(notebook):
    nbformat.validate(notebook)


def test_small(path):
    assert path.stat().st_size <= MAX_BYTES


def test_stored_as_refresh_stores_it(notebook, code):
    assert set(notebook.metadata) == {"kernelspec"}, "run `make refresh`"
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1)), "run `make refresh`"
    assert not any("execution" in cell.metadata for cell in code), "run `make refresh`"


def test_outputs_can_be_compared(code):
    for output in (output for cell in code for output in cell.outputs):
        assert output.output_type != "error", output.get("evalue")
        assert output.get("name") != "stderr", output.get("text")
        text = output.get("text", "") + output.get("data", {}).get("text/plain", "")
        assert not re.search(r"<.* at 0x[0-9a-f]+", text), text


def test_cells_are_short(code):
    for cell in code:
        lines = cell.source.count("\n") + 1
        assert lines <= MAX_LINES, f"{lines} lines:\n{cell.source}"


def test_markdown_is_plain(markdown):
    for source in markdown:
        directive = re.search(r"^\s*(`{3,}|:{3,}|~{3,})\s*\{|\{[\w:-]+\}`", source, re.MULTILINE)
        assert not directive, f"shows as raw text in Jupyter: {directive[0]!r}"


def test_skeleton(markdown):
    headings = re.findall(r"^##? +(.+?) *$", "\n".join(markdown), re.MULTILINE)
    assert [heading for heading in headings if heading in SKELETON] == SKELETON


def test_uses_the_package(code):
    assert any(re.search(r"^(import|from) swa_lib\b", cell.source, re.MULTILINE) for cell in code)
