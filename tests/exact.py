"""The independent truth: the profile in whole numbers of any size, with no rounding at all."""

import math
from fractions import Fraction
from itertools import accumulate, product

SMALLEST = 1e-290  # below it float64 begins to run out of digits


def exact_profile(windows, alphas):
    """Numerators and one denominator of the profile of the float alphas, as Python ints."""
    numerators, denominator = [1], 1
    for window, alpha in zip(windows, alphas, strict=True):
        keep, whole = float(alpha).as_integer_ratio()
        padded = numerators + [0] * (window - 1)
        until = list(accumulate(padded))
        box = until[:window] + [a - b for a, b in zip(until[window:], until)]
        numerators = [keep * window * kept + (whole - keep) * seen for kept, seen in zip(padded, box)]
        denominator *= window * whole
    return numerators, denominator


def enumerated_profile(windows, alphas):
    """The profile as Fractions, from every single path: what each layer does, written out."""
    layers = [
        [(Fraction(alpha), 0)] + [((1 - Fraction(alpha)) / window, back) for back in range(window)]
        for window, alpha in zip(windows, alphas, strict=True)
    ]
    profile = [Fraction(0)] * (sum(windows) - len(windows) + 1)
    for path in product(*layers):
        share = Fraction(1)
        for weight, _ in path:
            share *= weight
        profile[sum(back for _, back in path)] += share
    return profile


def exact_text_profile(windows, alphas, text):
    """The same for the last token of a text: token q spreads over the min(window, q + 1) that exist."""
    held, denominator = [0] * (text - 1) + [1], 1
    for window, alpha in reversed(list(zip(windows, alphas, strict=True))):
        keep, whole = float(alpha).as_integer_ratio()
        common = math.lcm(*range(1, min(window, text) + 1))
        until = [0, *accumulate(common // min(window, q + 1) * share for q, share in enumerate(held))]
        held = [
            keep * common * held[q] + (whole - keep) * (until[min(q + window, text)] - until[q])
            for q in range(text)
        ]
        denominator *= common * whole
    reach = sum(windows) - len(windows)
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
