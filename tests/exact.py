"""The independent truth: the profile in whole numbers of any size, with no rounding at all."""

import math
from itertools import accumulate

SMALLEST = 1e-290  # below it float64 begins to run out of digits


def exact_profile(windows, alphas, text=None):
    """Numerators and one denominator of the profile of the float alphas, as Python ints.

    The stack is run backwards from the last token of a text: the token q (from 0) passes on
    what it holds to the min(window, q + 1) tokens that exist. None is a text in which the
    stack never meets the beginning.
    """
    reach = sum(windows) - len(windows)
    endless, text = text is None, reach + 1 if text is None else text
    held, denominator = [0] * (text - 1) + [1], 1
    for window, alpha in reversed(list(zip(windows, alphas, strict=True))):
        keep, whole = float(alpha).as_integer_ratio()
        seen = [window if endless else min(window, q + 1) for q in range(text)]
        common = math.lcm(*set(seen))
        until = [0, *accumulate(common // tokens * share for tokens, share in zip(seen, held))]
        held = [
            keep * common * held[q] + (whole - keep) * (until[min(q + window, text)] - until[q])
            for q in range(text)
        ]
        denominator *= common * whole
    assert not any(held[: max(text - 1 - reach, 0)])
    return held[::-1][: reach + 1], denominator


def relative_error(value, numerator, denominator):
    """|value / (numerator / denominator) - 1| of a float, itself free of rounding until the last step."""
    top, bottom = float(value).as_integer_ratio()
    return abs(top * denominator - numerator * bottom) / (numerator * bottom)


def worst_error(profile, numerators, denominator):
    """The largest relative error over all entries above SMALLEST."""
    assert len(profile) == len(numerators)
    return max(
        relative_error(value, numerator, denominator)
        for value, numerator in zip(profile, numerators)
        if numerator / denominator > SMALLEST
    )
