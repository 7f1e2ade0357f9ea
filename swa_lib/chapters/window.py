"""Questions of chapter 1: the window."""

import math

import numpy as np

from ..book.asking import Sliders, first, question
from ..book.functions import Function
from ..book.kinds import Number, Numbers
from ..costs import kv_cache_bytes, tokens_held
from ..window import mask, visible


@question("01_window.ipynb#the-code", Number())
def oldest_of_ten():
    """The oldest token that token 100 sees with W = 10."""
    return visible(100, 10)[0], [
        (100 - 10, "Token 90 is W back. The window counts the token itself, so it starts W-1 back."),
    ]  # fmt: skip


@question("01_window.ipynb#the-code", Number("tokens"))
def tokens_in_ten():
    """How many tokens token 100 sees with W = 10."""
    return len(visible(100, 10)), [
        (10 + 1, "That is a window without the token itself, and the token on top. Here W counts it."),
        (10 - 1, "That leaves out the token itself. It is one of the W."),
    ]


@question("01_window.ipynb#why-have-a-window-at-all", Number("times", within=0.01))
def cheaper_cache():
    """How many times smaller the cache is, W = 4,096, text of 32,768, 32 layers."""
    full, held = (tokens_held(32, window, 32768) for window in (32768, 4096))
    return full / held, [
        (32, "The number of layers is the same in both caches. Compare what one layer keeps."),
        (held / full, "That is the small cache as a share of the large one. Turn it round."),
    ]


@question("01_window.ipynb#the-picture", Number(), Sliders(values={"token": (8, 9), "window": (10,)}))
def first_whole():
    """The first token whose window of 10 is whole."""
    return first(lambda token: len(visible(token, 10)) == 10, 0), [
        (10, "Positions begin at 0, so the tenth token is not token 10."),
    ]  # fmt: skip


@question("01_window.ipynb#the-code", Numbers(ordered=False))
def seen_by_1000():
    """The tokens that token 1000 sees with W = 100."""
    return visible(1000, 100), [
        (range(900, 1001), "Those are W+1 tokens. The window counts the token itself."),
        (range(901, 1000), "A range stops before its end, and the token sees itself."),
        (range(900, 1000), "That is a window without the token itself. W counts it."),
    ]


@question("01_window.ipynb#the-code", Number())
def oldest_of_4096():
    """The oldest token that token 10,000 sees with W = 4,096."""
    return visible(10_000, 4096)[0], [
        (10_000 - 4096, "That is W back. The window counts the token itself, so it starts W-1 back."),
        (0, "A window of 4,096 does not go back to the beginning of this text."),
    ]


@question("01_window.ipynb#the-mask", Number("cells"))
def cells_of_the_mask():
    """How many cells of a mask of 1,000 tokens with W = 100 are seen."""
    seen = mask(1000, 100)
    return int(seen.sum()), [
        (1000 * 100, "Not every row has W cells. The first rows are cut off at the beginning."),
        (1000 * 1001 // 2, "That is the whole triangle, without a left edge. The window cuts it."),
        (1000**2, "That is the whole square. A token does not see the future."),
        (int(seen.sum()) - 1000, "That leaves out the diagonal. Each token sees itself."),
    ]


@question(
    "01_window.ipynb#the-mask",
    Function(
        "(length, window) that gives a square array",
        [(1, 1), (6, 2), (9, 9), (12, 5), (5, 40)],
        "a single token and a window longer than the text",
        mask,
    ),
)
def your_mask():
    """A function that makes the mask."""

    def band(low, high):
        def make(length, window):
            back = np.subtract.outer(np.arange(length), np.arange(length))
            return (back >= low(window)) & (back <= high(window))

        return make

    return band(lambda w: 0, lambda w: w - 1), [
        (band(lambda w: 0, lambda w: w), "Your rows see W+1 tokens. The window counts the token itself."),
        (band(lambda w: 1, lambda w: w), "Your tokens do not see themselves. The window counts them."),
        (band(lambda w: 0, lambda w: math.inf), "Your mask has no left edge: it is full attention."),
        (
            band(lambda w: 1 - w, lambda w: w - 1),
            "Your mask sees the future. A causal window only looks back.",
        ),
        (
            band(lambda w: 1 - w, lambda w: 0),
            "Rows are queries and columns are keys. Yours are the other way round.",
        ),
        (
            lambda length, window: ~mask(length, window),
            "Yours is the other convention: True is hidden. In this book True is what is seen.",
        ),
        *(
            (
                lambda length, window, low=low: np.where(mask(length, window), 0, low),
                "Yours is a mask to add to the scores: 0 is seen, a huge negative number is hidden. "
                "Here True is seen.",
            )
            for low in (-np.inf, -1e4, -1e9, *(np.finfo(kind).min for kind in ("f2", "f4", "f8")))
        ),
    ]


@question("01_window.ipynb#why-have-a-window-at-all", Number("tokens"))
def window_for_a_gibibyte():
    """The widest window whose cache fits 1 GiB: 32 layers, 8 key-value heads of 128, 2 bytes."""
    fits = 2**30 // kv_cache_bytes(tokens_held(32, 1, 1), 8, 128)
    return fits, [
        (2 * fits, "A key and a value are kept for each token: twice the numbers."),
        (32 * fits, "Every layer keeps a cache of its own. Divide by the layers, too."),
        (4 * fits, "Count the key and the value, and two bytes for each number."),
    ]


@question("01_window.ipynb#where-this-stops-being-true", Number())
def oldest_in_griffin():
    """The oldest token that token 100 sees in code whose window of 10 sees W+1 tokens."""
    return visible(100, 10 + 1)[0], [
        (
            visible(100, 10)[0],
            "That is this book's window, which counts the token itself. Griffin's does not.",
        ),
        (100 - 10 - 1, "Its rule allows query = key + W: the oldest token is W back, not W+1."),
    ]
