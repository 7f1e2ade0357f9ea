"""Tables: aligned text in git, a real table where somebody reads it, the same cells in both."""

import numpy as np
import pytest
from bs4 import BeautifulSoup

from swa_lib.tables import Table

ROWS = [("short", 8, 0.125, None), ("a longer <name>", 131072, 0.5, 2.5)]
HEADINGS = {"Model": "", "Tokens": "", "Share": ".1%", "Loss & error": lambda loss: f"{loss} ±0.1"}
TEXT = """\
All of it
Model             Tokens  Share  Loss & error
short                  8  12.5%             –
a longer <name>  131,072  50.0%      2.5 ±0.1"""


def shown(table):
    return BeautifulSoup(table.html(), "html.parser")


def test_the_text_is_aligned():
    assert repr(Table(ROWS, HEADINGS, "All of it")) == TEXT


@pytest.mark.parametrize("life, kinds", [("live", 2), ("page", 2), ("still", 1)])
def test_git_stores_the_text_alone(life, kinds, monkeypatch):
    monkeypatch.setenv("SWA_EXPLORERS", life)
    given = Table(ROWS, HEADINGS, "All of it")._repr_mimebundle_()
    assert given["text/plain"] == TEXT and len(given) == kinds
    assert kinds == 1 or given["text/html"].count("<tr>") == 3


def test_the_page_has_a_table_with_the_same_cells():
    table = shown(Table(ROWS, HEADINGS, "All of it"))
    assert table.caption.string == "All of it"
    rows = [[cell.string for cell in row.select("th, td")] for row in table.select("tr")]
    assert rows == [
        list(HEADINGS),
        ["short", "8", "12.5%", "–"],
        ["a longer <name>", "131,072", "50.0%", "2.5 ±0.1"],
    ]
    assert [cell["scope"] for cell in table.select("th")] == ["col"] * 4 + ["row"] * 2
    aligned = [bool(cell.get("style")) for cell in table.select("tr")[2].select("th, td")]
    assert aligned == [True, False, False, False]  # words to the left, numbers as the style sheet sets them


def test_numbers_of_any_kind_are_written_alike():
    assert Table([("none", 0.0)], {"a": "", "b": ".1e"}, "Nothing").rows == [["none", "0"]]
    rows = [(np.int64(4096), np.float64(0.1)), (True, 1e-10)]
    assert Table(rows, ["a", "b"], "Kinds").rows == [["4,096", "0.1"], ["yes", "1 × 10⁻¹⁰"]]


@pytest.mark.parametrize(
    "change, error, words",
    [
        (dict(columns=[]), ValueError, "columns must be a list of headings"),
        (dict(columns="ab"), TypeError, "columns must be a list of headings"),
        (dict(columns=["a", "a"]), ValueError, "no two are alike"),
        (dict(rows=[(1, 2), (3,)]), ValueError, r"a row of rows must be 2 values.*got \(3,\)"),
        (dict(rows=[]), ValueError, "a row of rows"),
        (dict(caption=" "), TypeError, "caption must be words"),
    ],
)
def test_a_wrong_table_is_refused(change, error, words):
    with pytest.raises(error, match=words):
        Table(**dict(rows=[(1, 2)], columns=["a", "b"], caption="Two") | change)
