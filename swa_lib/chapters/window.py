"""Chapter 1: the window. Its explorer, and its questions."""

import math

import numpy as np

from .. import kv_cache_bytes, mask, reach, tokens_held, visible
from ..book.asking import question
from ..book.kinds import Choice, Function, Number
from ..book.marks import Axis, Cells, Figure, Grip, Label, Line, Points, Words
from .stack import NAME, STORY, WORDS, counted, picture, ticks


def one_layer(token, window):
    """One layer over the story: which words it sees from the one that asks."""
    seen, place, unseen = visible(token, window), WORDS - 1 - NAME, WORDS - 1 - token
    many, empty, sight = counted(len(seen), "word"), window - len(seen), place in seen
    cut = f" The story begins at 0: {empty} of the window's places stay empty." * (empty > 0)
    middle = (seen[0] + token + 1) / 2
    shares = [0] * unseen + [1] * len(seen)
    notes = [""] * unseen + ["the word that asks", *(f"{d} back" for d in range(1, token + 1))]
    return Figure(
        f"Word {token} sees {many}",
        f"With a window of {window}, word {token} sees [window|{many}]. "
        f"The name, word {place}, is {'in sight' if sight else 'out of sight'}.{cut}",
        Axis("position in the story", 0, WORDS, ticks=ticks(range(0, WORDS, 20)), reads="word {}"),
        Axis("", 0, 1.4),
        (
            Cells("past", "muted", [(0, token + 1, ())]),
            Cells("window", "does", [(seen[0], token + 1, [0.4] * len(seen))]),
            Line("the name", "ink", (place + 0.5,) * 2, (0, 1), "" if sight else "dot", read=False),
            Label("asks", "ink", "asks", token + 1, 1),
            Label("window", "does", f"sees {len(seen)}", middle, 1),
            Grip("token", "ink", token + 1, 1, "x"),
            Grip("window", "does", seen[0], 0, "x"),
            Words("story", "ink", STORY, shares, notes, unseen=unseen, veiled=NAME, x=WORDS - 1, reads=""),
        ),
        height=64,
    )


def mask_picture(length, window):
    """Who sees whom in one layer: a band as wide as the window."""
    seen, middles = mask(length, window), np.arange(length) + 0.5
    across = tuple((n + 0.5, words) for n, words in ticks(range(0, length, 4)))
    down = tuple((length - at, words) for at, words in across)
    return picture(
        "Who may see whom",
        f"Every row asks. It sees [itself|itself] and up to [seen|{window - 1} tokens before it]: "
        f"{int(seen.sum())} of {length * length} cells.",
        Axis("position seen (key)", 0, length, ticks=across),
        Axis("↓ position asking (query)", 0, length, ticks=down),
        (
            Cells("seen", "does", [(0, length, row * 0.5) for row in seen], top=length),
            Points("itself", "ink", middles, middles[::-1], size=3),
        ),
        height=380,
        width=460,
    )


# Questions


@question("01_window.ipynb#which-tokens-exactly", Number())
def oldest_of_ten():
    """The oldest token that token 100 sees with W = 10."""
    yield visible(100, 10)[0]
    yield 100 - 10, "Token 90 is W back. The window counts the token itself, so it starts W-1 back."
    yield ..., "Ten tokens, the last of them token 100: count back on your fingers."


@question("01_window.ipynb#why-would-anybody-do-that", Number("times", within=0.01))
def cheaper_cache():
    """How many times smaller the cache is, W = 4,096, text of 32,768, 32 layers."""
    full, held = (tokens_held(32, window, 32768) for window in (32768, 4096))
    yield full / held
    yield 32, "The number of layers is the same in both caches. Compare what one layer keeps."
    yield held / full, "That is the small cache as a share of the large one. Turn it round."
    yield ..., "How many tokens does one layer keep, with a window and without?"


@question("01_window.ipynb#what-the-cache-forgets", Choice("yes", "no"))
def forgotten_for_good():
    """Whether a token that the first of two layers has forgotten can still be in the output."""
    yield "yes" if reach(2, 3) >= 4 else "no"
    yield "no", "The first layer has forgotten it. But ask when the second layer made what it still keeps."


@question(
    "01_window.ipynb#which-tokens-exactly",
    Function(
        "(length, window) that gives a square array", "a single token and a window longer than the text", mask
    ),
)
def your_mask():
    """A function that makes the mask."""

    def band(low, high):
        def make(length, window):
            back = np.subtract.outer(np.arange(length), np.arange(length))
            return (back >= low(window)) & (back <= high(window))

        return make

    def to_add(low):
        return lambda length, window: np.where(mask(length, window), 0, low)

    yield band(lambda w: 0, lambda w: w - 1), [(1, 1), (6, 2), (9, 9), (12, 5), (5, 40)]
    yield band(lambda w: 0, lambda w: w), "Your rows see W+1 tokens. The window counts the token itself."
    yield band(lambda w: 1, lambda w: w), "Your tokens do not see themselves. The window counts them."
    yield band(lambda w: 0, lambda w: math.inf), "Your mask has no left edge: it is full attention."
    future = "Your mask sees the future. A causal window only looks back."
    yield band(lambda w: 1 - w, lambda w: w - 1), future
    transposed = "Rows are queries and columns are keys. Yours are the other way round."
    yield band(lambda w: 1 - w, lambda w: 0), transposed
    hidden = "Yours is the other convention: True is hidden. In this book True is what is seen."
    yield lambda length, window: ~mask(length, window), hidden
    added = "Yours is a mask to add to the scores: 0 is seen, a huge negative number is hidden."
    for low in (-np.inf, -1e4, -1e9, *(np.finfo(kind).min for kind in ("f2", "f4", "f8"))):
        yield to_add(low), f"{added} Here True is seen."


@question("01_window.ipynb#why-would-anybody-do-that", Number("tokens"))
def window_for_a_gibibyte():
    """The widest window whose cache fits 1 GiB: 32 layers, 8 key-value heads of 128, 2 bytes."""
    fits = 2**30 // kv_cache_bytes(tokens_held(32, 1, 1), 8, 128)
    yield fits
    yield 2 * fits, "A key and a value are kept for each token: twice the numbers."
    yield 32 * fits, "Every layer keeps a cache of its own. Divide by the layers, too."
    yield 4 * fits, "Count the key and the value, and two bytes for each number."
    yield ..., "Begin with the bytes of one token in one layer."
