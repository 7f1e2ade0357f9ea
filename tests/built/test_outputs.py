"""The build runs every chapter: what its cells gave there is what git stores, and what the page shows."""

import nbformat
import pytest
from book import BUILT, CHAPTERS, built, code_cells, read_notebook, soup

from swa_lib.figures.pages import in_one_piece


def words(cell):
    """What a cell prints and what its values say. Not its pictures: another matplotlib draws another."""
    printed = {"stdout": "", "stderr": ""}
    values = []
    for output in cell.outputs:
        if output.output_type == "stream":  # may come in pieces
            printed[output.name] += output.text
        elif output.output_type == "error":
            values.append(f"{output.ename}: {output.evalue}")
        else:
            values.append(output.data["text/plain"])
    return printed, values


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_stores_what_its_cells_give(path):
    executed = BUILT / "jupyter_execute" / "chapters" / path.name
    assert executed.is_file(), "run `make book`"
    for cell, again in zip(code_cells(read_notebook(path)), code_cells(read_notebook(executed)), strict=True):
        assert again.source == cell.source, "run `make book`"
        assert words(again) == words(cell), f"cell {cell.id}: run `make refresh`"


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_page_shows_what_its_cells_print(path):
    printed = [words(cell)[0]["stdout"] for cell in code_cells(read_notebook(path))]
    shown = soup(built(f"chapters/{path.stem}")).select(".cell_output .stream pre")
    assert [box.get_text().strip("\n") for box in shown] == [text.strip("\n") for text in printed if text]


def test_a_line_that_came_in_pieces_is_put_together():
    pieces = [nbformat.v4.new_output("stream", name="stdout", text=text) for text in ("1: 2", "\n3: 4\n")]
    (whole,) = in_one_piece(pieces)
    assert whole.text == "1: 2\n3: 4\n" and pieces[0].text == "1: 2"
