"""The rule for numbers in prose: what backs one, and what does not."""

import pytest
from prose import unbacked


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
