"""A change seldom touches one file: what CONTRIBUTING.md says belongs together is together."""

import re

import pytest
from book import CHAPTERS, PAGES, REFERENCE, ROOT, code_cells, read_notebook

import swa_lib
from swa_lib.chapters import plots, scenes, trained_plots
from swa_lib.planner import REMEDIES
from swa_lib.trained import THEORIES, theory

TABLE = (ROOT / "CONTRIBUTING.md").read_text()


def test_the_table_names_files_and_tests_that_exist():
    paths = set(re.findall(r"`([\w./]+\.(?:py|md|yml|toml|cff|css|js|json|bib|tsv|ipynb)|[\w/]+/)`", TABLE))
    assert len(paths) > 15
    assert [path for path in paths if not (ROOT / path).exists()] == []
    written = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name in re.findall(r"`(test_\w+)`", TABLE) if f"def {name}(" not in written] == []


def test_every_chapter_and_reference_page_is_in_the_table_of_contents():
    course = [path for kind in ("*.md", "*.ipynb") for path in (ROOT / "course").glob(kind)]
    paths = [*CHAPTERS, *REFERENCE.glob("*.md"), *course]
    files = {str(path.relative_to(ROOT).with_suffix("")) for path in paths}
    listed = {page for page in PAGES if "/" in page}
    assert files - listed == set(), "not in _toc.yml"
    assert listed - files == set(), "in _toc.yml, but no such file"


def test_this_version_is_in_the_changelog():
    released = re.findall(r"^## (\d\S*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert released[0] == swa_lib.__version__, "CHANGELOG.md's newest version, and the package's"


def whole(page):
    """A chapter as its reader has it: text, code and what the code prints."""
    cells = read_notebook(ROOT / "chapters" / f"{page}.ipynb").cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    printed = [output.get("text", output.get("data", {}).get("text/plain", "")) for output in outputs]
    text = "\n".join([cell.source for cell in cells] + printed)
    return text


def test_every_figure_is_shown():
    sources = [cell.source for path in CHAPTERS for cell in code_cells(read_notebook(path))]
    book = "\n".join([(ROOT / "index.md").read_text(), (ROOT / "Makefile").read_text(), *sources])
    figures = [vars(module) for module in (plots, trained_plots, scenes)]
    drawing = [name for module in figures for name, draw in module.items() if hasattr(draw, "claim")]
    unshown = [name for name in drawing if not re.search(rf"\b{name}\b", book)]
    assert not unshown, f"no chapter shows {unshown}"


def sources(*names):
    return "\n".join((ROOT / "tests" / f"test_{name}.py").read_text() for name in names)


def test_every_model_of_the_book_is_held_to_a_published_number():
    tests, bibliography = sources("contract", "models"), (REFERENCE / "references.bib").read_text()
    for name, model in swa_lib.MODELS.items():
        assert f'"{name}"' in tests, f"tests/test_contract.py must hold {name} to a number from elsewhere"
        source = model.source.removeprefix("https://arxiv.org/abs/")
        listed = {f"{{{source}}}", f"{{{model.source}}}"}
        assert any(field in bibliography for field in listed), (
            f"reference/references.bib must list {source}, of {name}"
        )


def test_every_remedy_is_in_chapter_6():
    text = whole("06_remedies").lower()
    for name in REMEDIES:
        assert name in text, f"chapter 6 must explain and price the remedy {name!r} of swa_lib/planner.py"


@pytest.mark.parametrize("name", THEORIES)
def test_every_theory_has_a_profile_and_a_test(name):
    assert theory(name, 4, 8, 0.5).sum() == pytest.approx(1)
    assert f'"{name}"' in sources("trained", "choices"), f"tests/test_trained.py must try {name!r}"


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_chapter_has_its_row_on_the_landing_page(path):
    assert f"chapters/{path.name}" in (ROOT / "index.md").read_text(), f"index.md must lead to {path.name}"
