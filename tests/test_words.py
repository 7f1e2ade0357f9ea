"""One word, one meaning: text, figures, replies and slides have no second word for what has one."""

import ast
import re

import pytest
from book import (
    CHAPTERS,
    REFERENCE,
    ROOT,
    code_blocks,
    code_cells,
    markdown_cells,
    read_notebook,
    without_code,
)
from book import PAGES as LISTED
from claims_table import CLAIMS
from words import DOUBLES, NOTATION, found, prose

from swa_lib.exercises.kinds import Judged
from swa_lib.exercises.questions import QUESTIONS
from swa_lib.explorers import Explorer
from swa_lib.figures import scenes
from swa_lib.planner import REMEDIES


def pages():
    """Name -> Markdown of every page of the book, and of the README."""
    for page in [*LISTED, "README"]:
        if (path := ROOT / f"{page}.ipynb").exists():
            yield page, "\n\n".join(cell.source for cell in markdown_cells(read_notebook(path)))
        else:
            yield page, without_code((ROOT / f"{page}.md").read_text(encoding="utf-8"))


PAGES = dict(pages())


def test_a_double_is_found():
    assert all(found(text, DOUBLES) for text in SAID_TWICE)
    assert not any(found(text, DOUBLES) for text in SAID_ONCE)
    assert all(found(text, NOTATION) for text in ["alpha = 0.95", "L x W", "W-1 tokens", "sqrt(L)", "at eps"])
    assert found(prose("`alpha` and $W-1$, [L](#L-1) and ![alpha](a.png)\n\n# Alpha\n"), NOTATION) == []


SAID_TWICE = [
    "A global layer brings 3.8%.", "Bring more from afar.", "The tail of the profile.", "What survives?",
    "One path keeps 0.05.", "Two hops keep little.", "It keeps 0.05 of it.", "a path of two hops",
    "two thin paths", "the mean ± spread", "far tokens are faint", "1 layers with windows", "after 1 hops",
]  # fmt: skip
SAID_ONCE = [
    "Two hops let through 0.0025.", "3.8% comes from beyond 1,000 tokens.", "W+1 tokens, 11 layers, 1/4",
    "Bring a model of your own.", "as far as the reach, not how far", "one path of many", "1 of 36 layers",
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_one_word_for_each_thing(page):
    assert found(prose(PAGES[page]), DOUBLES) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_writes_letters_and_formulas_in_one_way(page):
    assert found(prose(PAGES[page]), NOTATION) == []


# Figures


def sources():
    """The cells of the book's pages, as code."""
    for path in CHAPTERS:
        yield from (cell.source for cell in code_cells(read_notebook(path)))
    for path in [ROOT / "index.md", REFERENCE / "own_explorer.md"]:
        blocks = code_blocks(path.read_text(encoding="utf-8"))
        yield from (re.sub(r"^:tags:.*", "", block) for block in blocks)


def explorers():
    """Every explorer of the book, made from its cell."""
    names = {"scenes": scenes, "Explorer": Explorer, "REMEDIES": REMEDIES}
    for source in sources():
        if "Explorer(scenes." in source:
            yield eval(ast.unparse(ast.parse(source).body[-1]), names)


MOVING = list(explorers())


@pytest.mark.parametrize("explorer", MOVING, ids=lambda explorer: explorer.name)
def test_the_ends_of_an_explorer_have_one_word_for_each_thing(explorer):
    """A slider at its first value, and at its last; tests/built/test_explorers.py reads all frames."""
    assert len(MOVING) > 8
    for control, values in explorer.controls.items():
        for value in (values[0], values[-1]):
            svg, sentence = explorer.frame(**explorer.first | {control: value})
            drawn = re.findall(r"<text[^>]*>([^<]*)", svg)
            assert found("\n".join([sentence, *drawn]), DOUBLES) == [], (control, value)


def test_descriptions_of_figures_have_one_word_for_each_thing():
    cells = [cell for path in CHAPTERS for cell in code_cells(read_notebook(path))]
    said = [
        output.data["text/plain"]
        for cell in cells
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    assert len(said) > 10 and found("\n".join(said), DOUBLES) == []


# Strings of the code that readers meet


def strings(path):
    """The words in a file's code, without its documentation."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node)
    }
    return "\n".join(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented
    )


READ = [
    path
    for folder in ("swa_lib/exercises", "swa_lib/figures", "course")
    for path in sorted((ROOT / folder).glob("*.py"))
]


@pytest.mark.parametrize("path", READ, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_replies_figures_and_slides_have_one_word_for_each_thing(path):
    assert found(strings(path), DOUBLES) == []


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_and_its_replies_have_one_word_for_each_thing(name):
    kind, make = QUESTIONS[name].kind, QUESTIONS[name].make
    replies = [] if isinstance(kind, Judged) else [sentence for _, sentence in make()[1]]
    assert found("\n".join([make.__wrapped__.__doc__, *replies]), DOUBLES) == []


def test_claims_have_one_word_for_each_thing():
    assert found("\n".join(claim.says for claim in CLAIMS), DOUBLES) == []
