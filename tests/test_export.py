"""Notebooks that leave Jupyter as HTML keep what their moving figures say first."""

import os
import subprocess
import sys

import nbformat
import pytest
from book import CHAPTERS, read_notebook
from bs4 import BeautifulSoup

# Executed by nbconvert, where nobody sits; or saved by Jupyter, without the state of widgets, and exported.
WAYS = {
    "executed": ({}, []),
    "saved": ({"SWA_EXPLORERS": "live"}, ["--ExecutePreprocessor.store_widget_state=False"]),
}


def moving():
    """All cells of the book that show a moving figure."""
    cells = [cell for path in CHAPTERS for cell in read_notebook(path).cells if cell.cell_type == "code"]
    return [cell for cell in cells if "Explorer(" in cell.source or "Calculator(" in cell.source]


@pytest.mark.parametrize("environment, options", WAYS.values(), ids=WAYS)
def test_an_export_shows_the_first_frame_and_the_sentence(environment, options, tmp_path):
    cells = moving()
    again = [nbformat.v4.new_code_cell(cell.source) for cell in cells]  # ids are unique within a chapter only
    notebook = nbformat.v4.new_notebook(cells=again)
    nbformat.write(notebook, tmp_path / "moving.ipynb")
    environment = {name: value for name, value in os.environ.items() if name != "SWA_EXPLORERS"} | environment
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--execute", "moving.ipynb", *options]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)

    page = BeautifulSoup((tmp_path / "moving.html").read_text("utf-8"), "html.parser")
    shown = page.select(".jp-CodeCell")
    assert len(shown) == len(cells) > 6
    for cell, exported in zip(cells, shown):
        sentence = cell.outputs[-1].data["text/plain"]
        assert sentence in exported.select_one(".jp-Cell-outputWrapper").text
        assert exported.select(".jp-OutputArea img, .jp-OutputArea figure svg")
        assert not exported.select("script"), "a widget, which is dead without a kernel"
