"""Check what a caller passes in, before any work is done.

The name of an argument means the same in every function of this package, so one table,
ALLOWED, says what each may be, and `@checked` sends a function's arguments through it. A wrong
value raises ``ValueError``, a wrong kind of thing ``TypeError``; the message names the
argument, the value and what is allowed.
"""

import functools
import inspect
import math
import numbers

import numpy as np

MAX_LAYERS = 10_000
MAX_TOKENS = 2**26  # longest profile: 0.5 GiB as float64, about 2.5 GiB while it is made
MOST_HOPS = 500  # average hops up to which the master curve is computed
LARGEST_WHOLE = 2**53  # beyond it float64 no longer counts one by one


def refuse(name, value, allowed, error=ValueError):
    try:
        shown = repr(value)
    except ValueError:  # Python refuses to print a whole number of thousands of digits
        shown = "a number of thousands of digits"
    if len(shown) > 80:
        shown = shown[:77] + "..."
    raise error(f"{name} must be {allowed}, got {shown}")


def real(name, value, low, high=LARGEST_WHOLE, ends="[]", allowed=None):
    """`value` as a float between `low` and `high`; `ends` says whether these belong to it, as in "[)"."""
    allowed = allowed or f"a number in {ends[0]}{low}, {high}{ends[1]}"
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        refuse(name, value, allowed, TypeError)
    try:
        number = float(value)
    except OverflowError:
        refuse(name, value, allowed)
    outside = (number == low and ends[0] == "(") or (number == high and ends[1] == ")")
    if outside or not low <= number <= high:  # NaN is nowhere
        refuse(name, value, allowed)
    return number


def whole(name, value, low, high=None, hint=""):
    """`value` as an int from `low` to `high`, or to 2**53."""
    most = LARGEST_WHOLE if high is None else high
    if type(value) is int and low <= value <= most:  # soon done: deep stacks have a window per layer
        return value
    allowed = (f"a whole number >= {low}" if high is None else f"a whole number from {low} to {high}") + hint
    number = real(name, value, -math.inf, math.inf, allowed=allowed)
    if number % 1 or not low <= value <= most:
        refuse(name, value, f"{allowed}, at most 2**53" if number > LARGEST_WHOLE else allowed)
    return int(value)


def amounts(name, value, high=LARGEST_WHOLE, whole_only=False):
    """`value`, a number or an array-like, as a float64 array of numbers >= 0."""
    most = "2**53" if high == LARGEST_WHOLE else high
    allowed = f"{'whole ' if whole_only else ''}numbers from 0 to {most}"
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        refuse(name, value, allowed)
    if array.dtype.kind not in "iuf":
        refuse(name, value, allowed, TypeError)
    array = array.astype(np.float64)
    inside = (array >= 0) & (array <= high)  # False for NaN
    if not np.all(inside) or (whole_only and np.any(array % 1)):
        refuse(name, value, allowed)
    return array


def shares(name, value):
    """`value` as a profile: a float64 array of one dimension, not empty, finite, none negative."""
    array = amounts(name, value)
    if array.ndim != 1 or array.size == 0:
        refuse(name, value, "one-dimensional and not empty")
    return array


ALLOWED = {  # name -> the check, and what it is told beside the name and the value
    "alpha": (real, 0, 1, "[)"),
    "average_hops": (amounts, MOST_HOPS),
    "bytes_per_number": (real, 0, LARGEST_WHOLE, "(]"),
    "decay": (real, 0, 1, "(]"),
    "distance": (amounts,),
    "hops": (amounts, LARGEST_WHOLE, True),
    "layers": (whole, 0, MAX_LAYERS),
    "memory_bytes": (real, 0),
    "points": (whole, 2, 50),
    "profile": (shares,),
    "share": (real, 0, 1),
    "state_memory": (real, 1, LARGEST_WHOLE, "(]"),
    "tolerance": (real, 0, 1, "()"),
    # Some expect 0, -1 or None to stand for "no window": the message says what does here.
    "window": (whole, 1, None, " (for a layer without a window, the text's length)"),
    **dict.fromkeys(("memory", "offset", "token", "tokens"), (whole, 0)),
    **dict.fromkeys(("context", "length", "prefill", "sequences", "size", "stride", "text"), (whole, 1)),
    **dict.fromkeys(("head_dim", "kv_heads", "query_heads"), (whole, 1)),
}


def check(name, value, allowed=None, called=None):
    """`value` as the table allows it under this name, or as `allowed` says; refused as it is `called`."""
    how, *limits = allowed or ALLOWED[name]
    return how(called or name, value, *limits)


def per_layer(name, value, layers):
    """One value for the whole stack, or one per layer, as a list of `layers` values."""
    if isinstance(value, (list, tuple, range)) or (isinstance(value, np.ndarray) and value.ndim > 0):
        if len(value) != layers:
            refuse(name, value, f"one value or a list of {layers} values, one per layer")
        return [check(name, item, called=f"{name}[{i}]") for i, item in enumerate(value)]
    return [check(name, value)] * layers


def checked(function=None, **special):
    """Put before a function: its arguments come in checked, by ALLOWED or as `special` says.

    None passes where it is the default. With `layers` or a `stack` before them, window and alpha
    come in as lists, one value per layer. What no float64 holds is 0 inside, also for callers
    who let numpy raise an error there, and a result without dimensions is a plain number.
    """
    if function is None:
        return functools.partial(checked, **special)
    signature = inspect.signature(function)

    @functools.wraps(function)
    def careful(*values, **named):
        try:
            bound = signature.bind(*values, **named)
        except TypeError:
            bound = None
        if bound is None:  # Python's own words for what is missing, or too much
            return function(*values, **named)
        bound.apply_defaults()
        given = bound.arguments
        for name, value in given.items():
            if value is None and signature.parameters[name].default is None:
                continue
            if name in ("window", "alpha") and name not in special and given.keys() & {"layers", "stack"}:
                layers = given["layers"] if "layers" in given else len(given["stack"])
                given[name] = per_layer(name, value, layers)
            else:
                given[name] = check(name, value, special.get(name))
        with np.errstate(under="ignore"):
            result = function(**given)
        return result.item() if isinstance(result, (np.ndarray, np.generic)) and result.ndim == 0 else result

    return careful


def shortest(what, *lengths):
    """The least of these lengths that is not None; more than MAX_TOKENS is refused before it is allocated."""
    tokens = min(length for length in lengths if length is not None)
    if tokens > MAX_TOKENS:
        raise ValueError(f"{what} would need a profile of {tokens:,} tokens, allowed are {MAX_TOKENS:,}")
    return tokens
