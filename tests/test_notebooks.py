"""The chapters as files: short cells, plain Markdown, outputs that can be compared and stay small."""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))

SKELETON = [  # headings that every chapter has, in this order
    "What you will be able to do",
    "Predict first",
    "The picture",
    "The code",
    "Tiny check from the notes",
    "Where this stops being true",
    "Words to keep",
]
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


def test_sources_are_in_the_bibliography(markdown):
    listed = (ROOT / "reference" / "references.bib").read_text()
    for url in re.findall(r"\]\((https?://[^)]+)\)", "\n".join(markdown)):
        assert url in listed or "/issues/" in url, f"{url} is not in references.bib"


NUMBER = r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?"


def numbers(text):
    """Every number in a text, without thousands commas, as written: {"4096", "0.05"}."""
    return {number.replace(",", "").rstrip(".") for number in re.findall(NUMBER, text)}


def unbacked(prose, evidence):
    """Numbers of the prose that no number of the evidence equals or rounds to, also as a percentage."""
    known = sorted({float(number) for number in numbers(evidence)})
    missing = set()
    for number in numbers(prose):
        digits = len(number.partition(".")[2])
        forms = [number_of * scale for number_of in known for scale in (1, 100)]
        if not any(round(form, digits) == float(number) for form in forms):
            missing.add(number)
    return missing


def test_an_unbacked_number_is_found():
    assert unbacked("keeps 66.6% of 4,096 tokens, 12.5 times", "0.666 4096 layers 12.4") == {"12.5"}


def prose_of(markdown):
    """What the reader takes as a claim: no links' targets, formulas, tables of contents or headings."""
    text = re.sub(r"\]\([^)]*\)|`[^`]*`|\$[^$]*\$|^#.*$|^\|.*$", " ", "\n".join(markdown), flags=re.MULTILINE)
    text = re.sub(r"\[[^\]]*\b20\d\d\b|\b(arXiv:\S+|[Cc]hapters? \d|Table \d+|August 2025)|\d+K\b|\d:\d", " ", text)
    # Names of things that happen to hold a number.
    text = re.sub(r"Mistral 7B|Gemma \d( \d+B)?|EXAONE 4\.0( 32B)?|gpt-oss-\d+b|Olmo 3|LLaMA 7B|PG19|text8|\d(\.\d)?B\b", " ", text)
    return text


def test_every_number_in_the_prose_is_computed_or_given(markdown, code):
    outputs = [output for cell in code for output in cell.outputs]
    shown = [output.get("text", "") + output.get("data", {}).get("text/plain", "") for output in outputs]
    prose = " ".join(number if float(number) > 12 or "." in number else "" for number in numbers(prose_of(markdown)))
    assert unbacked(prose, "\n".join([cell.source for cell in code] + shown)) == set()


def test_uses_the_package(code):
    assert any(re.search(r"^(import|from) swa_lib\b", cell.source, re.MULTILINE) for cell in code)
