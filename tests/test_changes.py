"""What CONTRIBUTING.md says belongs together is together, and a half that is missing is named."""

import ast
import re
from collections import Counter

import pytest
from book import CHAPTERS, NUMBERED, PAGES, REFERENCE, ROOT, code_cells, markdown_cells, read_notebook

import swa_lib
from swa_lib.exercises import QUESTIONS
from swa_lib.planner import REMEDIES

BIBLIOGRAPHY = (REFERENCE / "references.bib").read_text(encoding="utf-8")


def words(path):
    return "\n\n".join(cell.source for cell in markdown_cells(read_notebook(path)))


def test_the_table_of_changes_names_files_and_tests_that_exist():
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = set(re.findall(r"`([\w./]+\.(?:py|md|yml|toml|cff|css|js|json|bib|tsv|ipynb)|[\w/]+/)`", table))
    assert [path for path in paths if not (ROOT / path).exists()] == []
    written = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name in re.findall(r"`(test_\w+)`", table) if f"def {name}(" not in written] == []


def test_every_page_is_in_the_table_of_contents():
    folders = ["chapters/*.md", "chapters/*.ipynb", "course/*.md", "reference/*.md"]
    pages = [path for pattern in folders for path in ROOT.glob(pattern)]
    files = {str(path.relative_to(ROOT).with_suffix("")) for path in pages}
    assert files - set(PAGES) == set(), "not in _toc.yml"
    landing = (ROOT / "index.md").read_text(encoding="utf-8")
    assert [path.name for path in CHAPTERS if f"chapters/{path.name}" not in landing] == [], "not on index.md"


def test_every_figure_is_shown():
    """Whatever a chapter's module can draw stands on a page, or is a part of what does."""
    pages = [*CHAPTERS, ROOT / "index.md", REFERENCE / "own_explorer.md", *ROOT.glob("course/*")]
    code = sorted(ROOT.glob("swa_lib/chapters/*.py"))
    files = [path for path in [*pages, *code, ROOT / "Makefile"] if path.is_file()]  # that draws the README's
    written = Counter(re.findall(r"\w+", "".join(path.read_text(encoding="utf-8") for path in files)))
    for path in code:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name not in QUESTIONS:
                assert written[node.name] > 1, f"no page shows {node.name} of swa_lib/chapters/{path.name}"


def test_every_model_of_the_book_is_held_to_a_published_number():
    tests = "".join((ROOT / f"tests/test_{name}.py").read_text() for name in ("contract", "models"))
    for name, model in swa_lib.MODELS.items():
        assert f'"{name}"' in tests, f"tests/test_contract.py must hold {name} to a number from elsewhere"
        source = model.source.removeprefix("https://arxiv.org/abs/")
        listed = f"{{{source}}}" in BIBLIOGRAPHY or f"{{{model.source}}}" in BIBLIOGRAPHY
        assert listed, f"reference/references.bib must list {source}, of {name}"


def test_every_remedy_is_in_chapter_6():
    text = words(NUMBERED[5]).lower() + "\n".join(c.source for c in code_cells(read_notebook(NUMBERED[5])))
    for name in REMEDIES:
        assert name in text, f"chapter 6 must explain and price the remedy {name!r} of swa_lib/planner.py"


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_source_is_in_the_bibliography(path):
    """An arXiv page by its number; pages of issues need none."""
    links = {link.rstrip(".,;") for link in re.findall(r"https?://[^\s)>\]\"]+", words(path))}
    fields = set(re.findall(r"^ *(?:url|doi|eprint) *= *[{\"]+([^}\"]+)", BIBLIOGRAPHY, re.M | re.I))
    issue = r"https://github\.com/[^/]+/[^/]+/(issues|pull)/\d+"
    unlisted = [link for link in links - fields if not re.match(issue, link)]
    assert not unlisted, f"not in reference/references.bib: {', '.join(unlisted)}"


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_words_to_keep_are_in_the_glossary(path):
    """The bold terms of a chapter's last list; "Window W" is window, "paths" is path."""
    glossary = (REFERENCE / "glossary.md").read_text(encoding="utf-8")
    known = {line.lower() for line in glossary.split(":::{glossary}")[1].splitlines()}
    letters = set(re.findall(r"^\| (\S+) \| `", glossary, re.M))
    kept = words(path).partition("\n## Words to keep\n")[2].partition("\n## ")[0]
    terms = {re.sub(r" \S$", "", term).lower() for term in re.findall(r"\*\*(.+?)\*\*", kept)}
    terms -= {letter.lower() for letter in letters}
    assert terms and not {term for term in terms if not {term, term.removesuffix("s")} & known}
