"""The picture that grows through the book: a stack of layers, and the words that it stands on.

Time runs to the right, and the output sits above the last word. The top row is what the
output's own layer sees, and every row below is one layer farther from it. A row is as long as
light could have come by then; how dark it is says how much does.
"""

import functools
from importlib.resources import files

from ..book.marks import Axis, Cells, Figure, Grip, Label, Line, Words, share_in_words
from ..horizons import beyond, horizon
from ..paths import hops, reach
from ..profile import influence

STORY = tuple(files(__package__).joinpath("story.txt").read_text(encoding="utf-8").split())
WORDS, WINDOW, NAME = len(STORY), 10, len(STORY) - 1 - STORY.index("Umbrella.")
HUNDRED = 100  # tokens: the window of the pictures that have no words
DEEPEST = 14  # layers that reach back over the whole story
MOST = 0.01  # what may come from beyond "99%"


def counted(number, thing):
    """1 layer, 12 layers.

    >>> counted(1, "layer"), counted(4096, "token")
    ('1 layer', '4,096 tokens')
    """
    return f"{number:,} {thing}{'s' * (number != 1)}"


def back_axis(most, step):
    """Distance in tokens, with "now" at the right end."""
    ticks = ((0, "now"), *((n, f"{n:,}") for n in range(step, most + 1, step)))
    return Axis("tokens back", most, 0, ticks=ticks, reads="{} tokens back")


@functools.cache
def story_shares(layers, alpha):
    """What each word of the story gives to the last one's output, from the last word back."""
    return tuple(influence(layers, WINDOW, alpha, text=WORDS))


def over_story(claim, sentence, rows, near, marks=(), *, lit=True, fewest=True, decades=0):
    """The stack over the story, whatever its layers are.

    Parameters
    ----------
    rows : list of shares from the last word back: what the output has from each word after 1, 2, ... layers
    near : list of horizons in words, one a row; or None where none is shown
    marks : more marks
    lit : whether cells and words are as dark as their shares; otherwise all in reach are alike
    fewest : whether distances are counted in hops of ten-word windows
    decades : factors of ten from full ink to none; 0 for a plain scale
    """
    layers, ends = len(rows), [len(row) for row in rows]
    seen = [d + 1 for d in near or ()]
    edges = [(ends[-1], "could"), *((d, "does") for d in seen[-1:])]
    stairs = [(end, layers - k - drop) for k, end in enumerate(ends) for drop in (0, 1)]
    shares, full = (rows, 1 / WINDOW) if lit else ([[0.12] * end for end in ends], 1)
    shown = [
        Cells(
            "light",
            "does" if lit else "could",
            [(0, *row) for row in zip(ends, shares)],
            1,
            layers,
            full,
            decades,
        ),
        _name_mark(layers, ends, fewest),
        _stairs_mark(stairs, layers),
    ]
    if seen:
        heights = [layers - k - 0.5 for k in range(layers)]
        shown.append(Line("does", "does", (0.5, *seen, seen[-1]), (layers, *heights, 0), read=False))
    notes = [f"{d} back" + f", {counted(hops(d, WINDOW), 'hop')}" * fewest for d in range(WORDS)]
    notes[0] = "the last word"
    reads = "{} of the output" * lit
    text = Words(
        "story",
        "ink",
        STORY,
        rows[-1],
        notes,
        full,
        decades,
        [e for e in edges if e[0] < WORDS],
        veiled=NAME,
        reads=reads,
    )
    ticks = ((0, "now"), (20, "20"), (40, "40"), (60, "60"), (80, "80"), (100, "100 words back"))
    return Figure(
        claim,
        sentence,
        Axis("", WORDS, 0, ticks=ticks, reads="{} back"),
        Axis("", 0, 2 * layers / (1 + layers / DEEPEST)),  # few layers are thick: half of the height or more
        (*shown, Label("output", "ink", "last word", 0, layers, "end", dx=-16, dy=-8), *marks, text),
        height=11 * DEEPEST,
    )


def _stairs_mark(stairs, layers, label="could"):
    """How far back each row could see: the dashed stairs from the output down to the ground."""
    x, y = zip(*stairs)
    return Line("could", "could", (0, *x), (layers, *y), "dash", label=label, read=False)


def _name_mark(layers, ends, fewest):
    """Where the name stands, up to the row from which it can be reached."""
    reached = [k for k, end in enumerate(ends) if end > NAME]
    label = f"the name: {counted(hops(NAME, WINDOW), 'hop')}" if fewest and reached else "the name"
    top = layers - reached[0] if reached else 0.6
    return Line(
        "the name", "ink", [NAME + 0.5] * 2, (0, top), "" if reached else "dot", label=label, read=False
    )


def story_stack(layers, alpha, tolerance=MOST, grips=("layers", "alpha")):
    """Plain layers over the story, each keeping a share `alpha`: chapters 3, 4 and 5."""
    rows = [story_shares(k, alpha) for k in range(1, layers + 1)]
    near = [horizon(row, tolerance) for row in rows]
    far, seen, share = min(reach(layers, WINDOW), WORDS - 1), near[-1], rows[-1]
    name = (
        f"and {share_in_words(share[NAME])} from the name" if len(share) > NAME else "and none from the name"
    )
    over = "the whole story" if far == WORDS - 1 else f"the last {far + 1} words"
    keeps = f"each keeps {alpha:.0%} of what it has" if alpha else "nothing is kept on the way"
    sentence = (
        f"{counted(layers, 'layer')} of ten-word windows [could|could look back over {over}]. If {keeps}, "
        f"{100 * (1 - tolerance):.4g}% of the output comes from [does|the last {counted(seen + 1, 'word')}], "
        f"{name}."
    )
    places = {
        "layers": Grip("layers", "ink", 0, layers, "y"),
        "alpha": Grip("alpha", "does", seen + 1, 0, "x"),
        "tolerance": Grip("tolerance", "does", seen + 1, 0, "x"),
    }
    claim = f"It could see {over}, and sees {seen + 1}"
    return over_story(claim, sentence, rows, near, [places[name] for name in grips])


LARGE, TALL, STEP = 4096, 32, 1024  # the landing page's: window, layers, tokens of a cell


@functools.cache
def _large_rows(alpha):
    """For 1 to 32 layers: the share from each cell or farther back, and the horizon."""
    rows = []
    for layers in range(1, TALL + 1):
        profile = influence(layers, LARGE, alpha)
        tail = beyond(profile)
        shares = [1.0, *tail[STEP - 1 :: STEP]]
        rows.append((tuple(share for share in shares if share >= 0.005), horizon(profile, MOST)))
    return rows


def large_stack(layers, alpha):
    """The landing page: how far 32 layers of 4,096 tokens could look, and how far they do."""
    rows, far = _large_rows(alpha)[:layers], reach(layers, LARGE)
    ends, seen = [reach(k, LARGE) for k in range(1, layers + 1)], [near for _, near in rows]
    heights = [layers - k - 0.5 for k in range(layers)]
    stairs = [(x, layers - k - drop) for k, x in enumerate(ends) for drop in (0, 1)]
    keeps = f"each keeps {alpha:.0%} of what it has" if alpha else "nothing is kept on the way"
    return Figure(
        f"{counted(layers, 'layer')} could look {far:,} tokens back. "
        f"If each keeps {alpha:.0%}, 99% comes from {seen[-1]:,}",
        f"{counted(layers, 'layer')} of {LARGE:,}-token windows [could|could look {far:,} tokens back]. If "
        f"{keeps}, 99% of the output [does|comes from the last {seen[-1]:,}], {seen[-1] / far:.0%} of that.",
        back_axis(reach(TALL, LARGE), 32768),
        Axis("", 0, TALL),
        (
            Cells(
                "light",
                "does",
                [(0, end, row) for end, (row, _) in zip(ends, rows)],
                STEP,
                layers,
                reads="{} of the output comes from here or farther back",
            ),
            _stairs_mark(stairs, layers, f"could: {far:,}"),
            Line(
                "does",
                "does",
                (0, *seen, seen[-1]),
                (layers, *heights, 0),
                label=f"does: {seen[-1]:,}",
                read=False,
            ),
            Label("output", "ink", "output", 0, layers, "end", dx=-20, dy=-8),
            Grip("layers", "ink", 0, layers, "y"),
            Grip("alpha", "does", seen[-1], 0, "x"),
        ),
        height=320,
        width=1104,
    )
