"""The chapters as files: short cells, plain Markdown, outputs that can be compared and stay small."""

import re
from pathlib import Path

import nbformat
import pytest
from claims import readings

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
NUMBERED = [path for path in CHAPTERS if path.stem[0].isdigit()]  # without the appendix

SKELETON = [  # headings that every chapter has, in this order
    "What you will be able to do",
    "Predict first",
    "The picture",
    "The code",
    "Move it",
    "Tiny check from the notes",
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
    return nbformat.read(path, as_version=4)


@pytest.fixture
def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture
def markdown(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def test_six_chapters_and_an_appendix():
    assert len(NUMBERED) == 6 and len(CHAPTERS) == 7


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
    missing = unlisted("\n".join(markdown), (ROOT / "reference" / "references.bib").read_text())
    assert not missing, f"not in references.bib: {', '.join(missing)}"


SMALL = 12  # whole numbers up to it may be plain words: "two paths", "chapter 5"


def prose_of(markdown):
    """What states numbers as facts: no headings, links, code spans, list numbers, questions, years, names."""
    text = re.sub(r"^#.*$|^\s*\d+\. |!?\[[^\]]*\]\([^)]*\)|`[^`]*`", " ", markdown, flags=re.MULTILINE)
    text = re.sub(r"(?:[^.?!:\n]|\.(?=\d))*\?", " ", text)  # a question claims nothing
    text = re.sub(r"\b(?:EXAONE 4\.0|Table \d+|(?:19[9]\d|20[0-2]\d|2030)(?![\d.,]*\d|%))", " ", text)
    text = text.replace("{,}", ",").replace("\\%", "%")
    return re.sub(r"(\d\s*\\times\s*|\b)10\^\{?(-?\d+)\}?", latex_power, text)


def latex_power(match):
    return (match[1].rstrip("\\times ") or "1") + "e" + match[2]


def unbacked(markdown, evidence):
    """Numbers of the prose, as written, that no number of the evidence equals or rounds to."""
    known = [value for _, meanings in readings(evidence.replace("_", "")) for value, _ in meanings]
    missing = []
    for written, meanings in readings(prose_of(markdown)):
        plain_word = written.isdigit() and int(written) <= SMALL
        backed = any(abs(value - n) <= half * (1 + 1e-9) for n, half in meanings for value in known)
        if not (plain_word or backed):
            missing.append(written)
    return missing


@pytest.mark.parametrize(
    "prose, evidence",
    [
        ("4,096 tokens", "window=4096"),
        ("1000 tokens", "1_000"),
        ("keeps 3% of it", "0.03"),
        ("keeps 3% of it", "3.02%"),
        ("keeps 0.03 of it", "3%"),
        ("18.8 per cent", "mixing = 0.188"),
        ("a horizon of 12.4", "12.3961"),
        (r"only $1.25 \times 10^{-10}$ is left", "1.25e-10"),
        (r"only $10^{-6}$ is left", "1e-06"),
        ("a 32K text", "context=32768"),
        ("in 2025, of 7B and text8, by chapter 12, [page 77](page-77.html)", ""),
        ("Are there 90? How many: 1,000 or 0.95, or 10,000?", ""),
        ("1. first\n\n## 99 ways\n\n`round(x, 44)`", ""),
    ],
)
def test_a_backed_number_is_accepted(prose, evidence):
    assert unbacked(prose, evidence) == []


@pytest.mark.parametrize(
    "prose, evidence, missing",
    [
        ("66.6% of 4,096 tokens, 12.5 times", "0.666 4096 layers 12.4", ["12.5"]),
        ("4,097 tokens", "window=4096", ["4,097"]),
        ("a share of 0.03", "3 layers", ["0.03"]),
        ("keeps 3% of it", "0.04 of 30", ["3%"]),
        (r"only $1.25 \times 10^{-10}$ is left", "1.25e-09 10 1.25", ["1.25e-10"]),
        ("| model | 0.71 |", "", ["0.71"]),
        ("a 35K text", "context=32768", ["35K"]),
        ("13 layers", "", ["13"]),
        ("Is it 90? No: it is 91.", "", ["91"]),
    ],
)
def test_an_unbacked_number_is_found(prose, evidence, missing):
    assert unbacked(prose, evidence) == missing


def test_every_number_in_the_prose_is_computed_or_given(markdown, code):
    outputs = [output for cell in code for output in cell.outputs]
    shown = [output.get("text", "") + output.get("data", {}).get("text/plain", "") for output in outputs]
    missing = unbacked("\n".join(markdown), "\n".join([cell.source for cell in code] + shown))
    assert not missing, f"in the prose, but in no code and no output: {', '.join(missing)}"


def test_uses_the_package(code):
    assert any(re.search(r"^(import|from) swa_lib\b", cell.source, re.MULTILINE) for cell in code)
