"""Check what a caller passes in, before any work is done.

Every public function sends its arguments through here. A wrong value raises
``ValueError``, a wrong kind of thing ``TypeError``; the message names the
argument, the value and what is allowed.
"""

import numbers

import numpy as np

MAX_LAYERS = 10_000
MAX_TOKENS = 2**26  # longest profile: 0.5 GiB as float64, about 2.5 GiB while it is made
LARGEST_WHOLE = 2**53  # beyond it float64 no longer counts one by one


def refuse(name, value, allowed, error=ValueError):
    try:
        shown = repr(value)
    except ValueError:  # Python refuses to print a whole number of thousands of digits
        shown = "a number of thousands of digits"
    if len(shown) > 80:
        shown = shown[:77] + "..."
    raise error(f"{name} must be {allowed}, got {shown}")


def whole(name, value, low, high=None, hint=""):
    """`value` as an int from `low` to `high` (no upper end when None)."""
    allowed = f"a whole number >= {low}" if high is None else f"a whole number from {low} to {high}"
    allowed += hint
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        refuse(name, value, allowed, TypeError)
    counted = isinstance(value, numbers.Integral)
    if not counted and real(name, value, -LARGEST_WHOLE, LARGEST_WHOLE, allowed=allowed) % 1:
        refuse(name, value, allowed)
    value = int(value)
    if abs(value) > LARGEST_WHOLE:
        refuse(name, value, f"{allowed}, at most 2**53")
    if value < low or (high is not None and value > high):
        refuse(name, value, allowed)
    return value


def real(name, value, low, high, low_open=False, high_open=False, allowed=None):
    """`value` as a float between `low` and `high`."""
    allowed = allowed or f"a number in {'(' if low_open else '['}{low}, {high}{')' if high_open else ']'}"
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        refuse(name, value, allowed, TypeError)
    try:
        number = float(value)
    except OverflowError:
        refuse(name, value, allowed)
    above = number > low if low_open else number >= low
    below = number < high if high_open else number <= high
    if not (above and below):  # NaN fails both comparisons
        refuse(name, value, allowed)
    return number


def residual_share(value, name="alpha"):
    """`value` as a float in [0, 1): the share the residual path keeps."""
    return real(name, value, 0, 1, high_open=True)


def tolerance_share(value):
    """`value` as a float in (0, 1): the influence that counts as nothing."""
    return real("tolerance", value, 0, 1, low_open=True, high_open=True)


def depth(layers):
    """`layers` as an int from 0 to MAX_LAYERS."""
    return whole("layers", layers, 0, MAX_LAYERS)


def per_layer(name, value, layers, check):
    """One value for the whole stack, or one per layer, as a list of `layers` values."""
    if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim > 0):
        if len(value) != layers:
            refuse(name, value, f"one value or a list of {layers} values, one per layer")
        return [check(item, f"{name}[{i}]") for i, item in enumerate(value)]
    return [check(value, name)] * layers


def window_width(value, name="window"):
    """`value` as an int >= 1. Where 0, -1 or None stand for "no window", the message says what does here."""
    return whole(name, value, 1, hint=" (for a layer without a window, the text's length)")


def windows(layers, window):
    """`window` as a list of ints, one per layer, each >= 1."""
    return per_layer("window", window, layers, window_width)


def alphas(layers, alpha):
    """`alpha` as a list of floats, one per layer, each in [0, 1)."""
    return per_layer("alpha", alpha, layers, residual_share)


def stack(layers, window, alpha):
    """Checked (window, alpha) pairs, one per layer."""
    layers = depth(layers)
    return list(zip(windows(layers, window), alphas(layers, alpha)))


def text(text):
    """`text` as an int >= 1, tokens; None is an endless text."""
    return None if text is None else whole("text", text, 1)


def length_that_fits(tokens, what):
    """Refuse a profile of more than MAX_TOKENS entries before it is allocated."""
    if tokens > MAX_TOKENS:
        raise ValueError(f"{what} would need a profile of {tokens:,} tokens, allowed are {MAX_TOKENS:,}")
    return tokens


def numbers_array(name, value, whole_only=False):
    """`value`, a number or an array-like, as a float64 array of numbers >= 0."""
    allowed = f"{'whole ' if whole_only else ''}numbers from 0 to 2**53"
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        refuse(name, value, allowed)
    if array.dtype.kind not in "iuf":
        refuse(name, value, allowed, TypeError)
    array = array.astype(np.float64)
    inside = (array >= 0) & (array <= LARGEST_WHOLE)  # False for NaN
    if not np.all(inside) or (whole_only and np.any(array % 1)):
        refuse(name, value, allowed)
    return array


def profile_array(profile):
    """`profile` as a float64 array: one dimension, not empty, finite, none negative."""
    array = numbers_array("profile", profile)
    if array.ndim != 1 or array.size == 0:
        refuse("profile", profile, "one-dimensional and not empty")
    return array
