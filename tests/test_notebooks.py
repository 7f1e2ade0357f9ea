"""The chapters as files: short cells, plain Markdown, outputs that can be compared and stay small."""

import re

import nbformat
import pytest
from book import CHAPTERS, NUMBERED, REFERENCE, code_cells, markdown_cells, read_notebook
from notebooks import FOLDED, KERNEL

SKELETON = [  # headings that every chapter has, in this order
    "What you will be able to do",
    "Predict first",
    "Where this stops being true",
    "Exercises",
    "Words to keep",
]
MAX_BYTES = 300_000
MAX_LINES = 8  # of a code cell; aim at 2 to 6


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return read_notebook(path)


@pytest.fixture
def code(notebook):
    return code_cells(notebook)


@pytest.fixture
def markdown(notebook):
    return [cell.source for cell in markdown_cells(notebook)]


def test_six_chapters_and_an_appendix():
    assert len(NUMBERED) == 6 and len(CHAPTERS) == 7


def test_valid(notebook):
    nbformat.validate(notebook)


def test_small(path):
    assert path.stat().st_size <= MAX_BYTES


def test_stored_as_refresh_stores_it(notebook, code):
    assert notebook.metadata == KERNEL, "run `make refresh`"
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
        lines = cell.source.removeprefix(f"{FOLDED}\n").count("\n") + 1  # that line only hides the next
        assert lines <= MAX_LINES, f"{lines} lines:\n{cell.source}"


def test_markdown_is_plain(markdown):
    for source in markdown:
        directive = re.search(r"^\s*(`{3,}|:{3,}|~{3,})\s*\{|\{[\w:-]+\}`", source, re.MULTILINE)
        assert not directive, f"shows as raw text in Jupyter: {directive[0]!r}"


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_skeleton(markdown):
    headings = re.findall(r"^## +(.+?) *$", "\n".join(markdown), re.MULTILINE)
    assert [heading for heading in headings if heading in SKELETON] == SKELETON


def unlisted(markdown, bibliography):
    """Links that no field of the bibliography holds (an arXiv page: its number); issue pages need none."""
    links = [link.rstrip(".,;") for link in re.findall(r"https?://[^\s)>\]\"]+", markdown)]
    links = [
        link for link in links if not re.match(r"https://github\.com/[^/]+/[^/]+/(issues|pull)/\d+", link)
    ]
    names = {link: re.sub(r"^https://(arxiv\.org/abs|(dx\.)?doi\.org)/", "", link) for link in links}
    fields = set(
        re.findall(r"^ *(?:url|doi|eprint) *= *[{\"]+([^}\"]+)", bibliography, re.MULTILINE | re.IGNORECASE)
    )
    return [link for link in links if not {link, names[link]} & fields]


def test_an_unlisted_source_is_found():
    bibliography = "  eprint = {2310.06825},\n  url = {https://example.org/a},\n"
    issue, listed = (
        "https://github.com/a/b/issues/1",
        "[a](https://example.org/a) <https://arxiv.org/abs/2310.06825>",
    )
    missing = ["https://example.org/b", "https://arxiv.org/abs/2310.0682"]
    assert unlisted(f"{listed} {issue} [b]({missing[0]}), {missing[1]}.", bibliography) == missing


def test_sources_are_in_the_bibliography(markdown):
    missing = unlisted("\n".join(markdown), (REFERENCE / "references.bib").read_text())
    assert not missing, f"not in references.bib: {', '.join(missing)}"


def test_uses_the_package(code):
    assert any(re.search(r"^(import|from) swa_lib\b", cell.source, re.MULTILINE) for cell in code)
