"""What a chapter prints, its page shows: whole, in one box a cell."""

import nbformat
import pytest
from book import CHAPTERS, built, code_cells, read_notebook, soup

from swa_lib.book.pages import in_one_piece


def printed(cell):
    return "".join(output.text for output in cell.outputs if output.output_type == "stream").strip("\n")


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_page_shows_what_its_cells_print(path):
    texts = filter(None, map(printed, code_cells(read_notebook(path))))
    shown = soup(built(f"chapters/{path.stem}")).select(".cell_output .stream pre")
    assert [box.get_text().strip("\n") for box in shown] == list(texts)


def test_a_line_that_came_in_pieces_is_put_together():
    pieces = [nbformat.v4.new_output("stream", name="stdout", text=text) for text in ("1: 2", "\n3: 4\n")]
    (whole,) = in_one_piece(pieces)
    assert whole.text == "1: 2\n3: 4\n" and pieces[0].text == "1: 2"
