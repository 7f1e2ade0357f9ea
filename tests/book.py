"""The book as it lies on the disk: its sources, its built pages, and what is in them."""

import functools
import json
import re
from pathlib import Path

import nbformat
import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "reference"
BUILT = ROOT / "_build"
SITE = BUILT / "html"  # made by `make book`
SERVED = "http://book.test/"  # where a test's browser finds it as if it came from a server

CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
NUMBERED = [path for path in CHAPTERS if path.stem[0].isdigit()]  # without the last one

_TOC = yaml.safe_load((ROOT / "_toc.yml").read_text())
PAGES = [_TOC["root"]] + [page["file"] for part in _TOC["parts"] for page in part["chapters"]]


def source(page):
    """A page of the book as it is written."""
    found = [path for path in (ROOT / f"{page}.md", ROOT / f"{page}.ipynb") if path.exists()]
    assert found, f"_toc.yml names {page}, and there is no {page}.md or {page}.ipynb"
    return found[0]


# Where each explorer stands.
EXPLORERS = {
    name: page
    for page in PAGES
    for name in re.findall(r"\bExplorer\((\w+),", source(page).read_text(encoding="utf-8"))
}


# Sources ------------------------------------------------------------------------------------------


def read_notebook(path):
    return nbformat.read(path, as_version=4)


def tags(cell):
    return set(cell.metadata.get("tags", []))


def code_cells(notebook, tag=None):
    """The code cells, or those with a tag."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and tag in {None, *tags(cell)}]


def markdown_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def code_blocks(page):
    """The cells of a page that is written in Markdown."""
    return re.findall(r"^```\{code-cell\} ipython3\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def without_code(page):
    """The words of a page that is written in Markdown."""
    return re.sub(r"^---\n.*?^---$|^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)


# Built pages --------------------------------------------------------------------------------------


def built(page):
    """The file that a page of the book became."""
    path = SITE / f"{page}.html"
    assert path.is_file(), f"{page}.html is missing: run `make book` first"
    return path


@functools.cache  # a page is parsed once, however many tests look at it
def soup(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def explorer_data(name):
    """What a page holds for an explorer: its controls, and the figure of every choice of their values."""
    return opened(soup(built(EXPLORERS[name])).select_one(f"#{name} script").string)


def opened(lines):
    """What `packed` wrote, put back."""
    things = []
    for line in lines.split("\n"):
        things.append(
            json.loads(line, object_hook=lambda thing: things[thing["$"]] if "$" in thing else thing)
        )
    return things[-1]
