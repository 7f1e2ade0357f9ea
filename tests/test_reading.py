"""Numbers as people write them: a value, or a question that says how to write it; never a guess."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from readings import ONE, SEVERAL

from swa_lib.book.reading import NoNumber, Unclear, read_number, read_numbers


@pytest.mark.parametrize("text", ONE)
def test_one_number(text):
    wanted = ONE[text]
    if isinstance(wanted, str):
        with pytest.raises(Unclear) as asked:
            read_number(text, dot_may_group=True)
        assert wanted in str(asked.value) and str(asked.value).endswith((".", "?"))
    else:
        (value,), unit, is_range = read_number(text, dot_may_group=True)
        assert value == pytest.approx(wanted[0], rel=1e-12) and unit == wanted[1] and not is_range


@pytest.mark.parametrize("text", SEVERAL)
def test_several_numbers(text):
    wanted = SEVERAL[text]
    if isinstance(wanted, str):
        with pytest.raises(Unclear, match=wanted):
            read_numbers(text)
    else:
        reading = read_numbers(text)
        assert reading.values == pytest.approx(wanted, rel=1e-12)
        assert reading.is_range == (
            wanted == (901, 1000) and "," not in text.replace("1,000", "") or "range" in text
        )


def test_a_dot_is_a_decimal_point_unless_large_whole_numbers_are_meant():
    assert read_number("131.040").values == (131.04,)
    assert read_number("0.125", dot_may_group=True).values == (0.125,)


def test_what_k_means_is_asked_or_told():
    assert read_number("4k", k=1024).values == (4096,) and read_number("4K tokens", k=1000).values == (4000,)


@pytest.mark.parametrize("whole", [1, 297, 4096, 131_040, 7_654_321])
def test_every_way_to_group_digits_is_read_alike(whole):
    for mark in (",", "_", "'", " ", "\u2009", "\u202f", "\u00a0"):
        assert read_number(f"{whole:,}".replace(",", mark)).values == (whole,)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_python_prints_is_read_back(number):
    assert read_number(repr(number)).values == (number,)
    if number:
        assert read_number(f"{number!r} %").values == (number / 100,)


SCRAPS = [
    "1", "0", "97", "000", ".", ",", " ", "-", "+", "*", "/", "^", "(", ")", "e", "k", "x", "%", "W", " to ",
    " and ", "about ", "tokens", "back", "=", "sqrt", "⁻⁶", "−", "½", "\u2009", ";", "[", "]", "{", "}", "$",
    "\\frac",
]  # fmt: skip


@settings(max_examples=500)
@given(st.lists(st.sampled_from(SCRAPS)).map("".join) | st.text())
def test_whatever_is_typed_is_read_or_asked_about(text):
    for read in (read_number, read_numbers):
        try:
            reading = read(text)
        except Unclear as asked:
            assert len(str(asked)) > 10 and isinstance(asked, (NoNumber, Unclear))
        else:
            assert all(abs(value) < float("inf") for value in reading.values)
