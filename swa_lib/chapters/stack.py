"""The picture that grows through the book: a stack of layers, and the words that it stands on.

Time runs to the right, and the output sits above the last word. The top row is what the
output's own layer sees, and every row below is one layer farther from it. A row is as long as
light could have come by then; how dark it is says how much does.
"""

import functools
import math
from importlib.resources import files

from .. import beyond, hops, horizon, influence, reach
from ..book.explorer import Picture
from ..book.marks import Axis, Cells, Figure, Grip, Label, Line, Words, share_in_words
from ..book.tables import as_people_write
from ..planner import counted

STORY = tuple(files(__package__).joinpath("story.txt").read_text(encoding="utf-8").split())
WORDS, WINDOW, NAME = len(STORY), 10, len(STORY) - 1 - STORY.index("Umbrella.")
HUNDRED = 100  # tokens: the window of the pictures that have no words
DEEPEST = 14  # layers that reach back over the whole story
MOST = 0.01  # what may come from beyond "99%"


def ticks(values, how=","):
    """Values of an axis, each with its words: `how` is a format.

    >>> ticks((0, 1000)), ticks((0.5,), ".0%")
    (((0, '0'), (1000, '1,000')), ((0.5, '50%'),))
    """
    return tuple((value, format(value, how)) for value in values)


def back_axis(most, step, label="tokens back"):
    """Distance, with "now" at the right end."""
    marked = ((0, "now"), *ticks(range(step, int(most) + 1, step)))
    return Axis(label, most, 0, ticks=marked, reads=f"{{}} {label}")


def share_axis(label, least, most=2):
    """A share on a log axis: in per cent as long as people write it so, then in powers of ten."""
    powers = range(round(-math.log10(least) - 0.4) + 1)
    tens = [as_people_write(f"1e-{k}").removeprefix("1 × ") for k in powers]
    marked = tuple((10.0**-k, f"{100 / 10**k:g}%" if k < 4 else tens[k]) for k in powers)
    return Axis(label, least, most, True, marked, "share")


def picture(*figure, **size):
    """A picture that stands, of what a `Figure` takes."""
    return Picture(Figure(*figure, **size))


@functools.cache
def story_shares(layers, alpha):
    """What each word of the story gives to the last one's output, from the last word back."""
    return tuple(influence(layers, WINDOW, alpha, text=WORDS))


def of_name(shares):
    """The share that the story's name has of them, 0 where it is out of reach."""
    return shares[NAME] if len(shares) > NAME else 0.0


def over_words(far):
    """So many words back, in words."""
    return "the whole story" if far == WORDS - 1 else f"the last {far + 1} words"


def keeping(alpha):
    """What each layer of a stack keeps, in words."""
    return f"each keeps {alpha:.0%} of what it has" if alpha else "nothing is kept on the way"


def _outlines(ends, near, output, could="could", does=None):
    """What every stack has: how far back each row could see, how far it does, and the output on top."""
    layers = len(ends)
    x, y = zip((0, layers), *((end, layers - k - drop) for k, end in enumerate(ends) for drop in (0, 1)))
    marks = [Line("could", "could", x, y, "dash", label=could, read=False)]
    if near:
        heights = (layers, *(layers - k - 0.5 for k in range(layers)), 0)
        marks.append(Line("does", "does", (0.5, *near, near[-1]), heights, label=does, read=False))
    return [*marks, Label("output", "ink", output, 0, layers)]


def _grips(names, layers, near):
    """Depth is taken hold of at the output, everything else where the light ends."""
    for name in names:
        yield Grip(name, "ink", 0, layers, "y") if name == "layers" else Grip(name, "does", near[-1], 0)


def over_story(
    claim, sentence, rows, near=(), marks=(), grips=("layers",), *, lit=True, fewest=True, decades=0
):
    """The stack over the story, whatever its layers are.

    rows : list of shares from the last word back: what the output has from each word after 1, 2, ... layers
    near : list of horizons in words, one a row; empty where none is shown
    marks, grips : more marks; the names of controls that can be taken hold of
    lit : whether cells and words are as dark as their shares; otherwise all in reach are alike
    fewest : whether distances are counted in hops of ten-word windows
    decades : factors of ten from full ink to none; 0 for a plain scale
    """
    layers, ends, near = len(rows), [len(row) for row in rows], [d + 1 for d in near]
    role, shares, full = ("does", rows, 1 / WINDOW) if lit else ("could", [[0.12] * n for n in ends], 1)
    cells = [(0, *row) for row in zip(ends, shares)]
    edges = [(ends[-1], "could"), *((d, "does") for d in near[-1:])]
    notes = [f"{d} back" + f", {counted(hops(d, WINDOW), 'hop')}" * fewest for d in range(WORDS)]
    shown = [
        Cells("light", role, cells, top=layers, full=full, decades=decades),
        _name_mark(layers, ends, fewest),
        *_outlines(ends, near, "last word"),
        *marks,
        *_grips(grips, layers, near),
        Words(
            "story",
            "ink",
            STORY,
            rows[-1],
            ["the last word", *notes[1:]],
            full,
            decades,
            [edge for edge in edges if edge[0] < WORDS],
            veiled=NAME,
            reads="{} of the output" * lit,
        ),
    ]
    marked = ((0, "now"), *ticks(range(20, 100, 20)), (100, "100 words back"))
    return Figure(
        claim,
        sentence,
        Axis("", WORDS, 0, ticks=marked, reads="{} back"),
        Axis("", 0, 2 * layers / (1 + layers / DEEPEST)),  # few layers are thick: half of the height or more
        tuple(shown),
        height=11 * DEEPEST,
    )


def _name_mark(layers, ends, fewest):
    """Where the name stands, up to the row from which it can be reached."""
    reached = [k for k, end in enumerate(ends) if end > NAME]
    label = f"the name: {counted(hops(NAME, WINDOW), 'hop')}" if fewest and reached else "the name"
    top, dash = (layers - reached[0], "") if reached else (0.6, "dot")
    return Line("the name", "ink", [NAME + 0.5] * 2, (0, top), dash, label=label, read=False)


def kept(layers, alpha, tolerance=MOST, grips=("layers", "alpha")):
    """Plain layers over the story, each keeping a share of what it has: chapters 4 and 5."""
    rows = [story_shares(k, alpha) for k in range(1, layers + 1)]
    near = [horizon(row, tolerance) for row in rows]
    over, name = over_words(len(rows[-1]) - 1), share_in_words(of_name(rows[-1]))
    return over_story(
        f"It could see {over}, and sees {near[-1] + 1}",
        f"{counted(layers, 'layer')} of ten-word windows [could|could look back over {over}]. If "
        f"{keeping(alpha)}, {100 * (1 - tolerance):.4g}% of the output comes from "
        f"[does|the last {counted(near[-1] + 1, 'word')}], and {name} from the name.",
        rows,
        near,
        grips=grips,
    )


LARGE, TALL, STEP = 4096, 32, 1024  # the landing page's: window, layers, tokens of a cell


@functools.cache
def _large_row(layers, alpha):
    """What so many layers have from each cell or farther back, and their horizon."""
    profile = influence(layers, LARGE, alpha)
    shares = [1.0, *beyond(profile)[STEP - 1 :: STEP]]
    return tuple(share for share in shares if share >= 0.005), horizon(profile, MOST)


def large_stack(layers, alpha):
    """The landing page: how far 32 layers of 4,096 tokens could look, and how far they do."""
    depths, deep = range(1, layers + 1), counted(layers, "layer")
    shares, near = zip(*(_large_row(k, alpha) for k in depths))
    ends = [reach(k, LARGE) for k in depths]
    far, seen = ends[-1], near[-1]
    last, of = (f"the last {seen:,}", f", {seen / far:.0%} of that") if seen else ("the token itself", "")
    cells = [(0, *row) for row in zip(ends, shares)]
    reads = "{} of the output comes from here or farther back"
    return Figure(
        f"{deep} could look {far:,} tokens back. If each keeps {alpha:.0%}, 99% comes from {last}",
        f"{deep} of {LARGE:,}-token windows [could|could look {far:,} tokens back]. If {keeping(alpha)}, "
        f"99% of the output [does|comes from {last}]{of}.",
        back_axis(reach(TALL, LARGE), 32768),
        Axis("", 0, TALL),
        (
            Cells("light", "does", cells, STEP, layers, reads=reads),
            *_outlines(ends, near, "output", f"could: {far:,}", f"does: {seen:,}"),
            *_grips(("layers", "alpha"), layers, near),
        ),
        height=320,
        width=1104,
    )
