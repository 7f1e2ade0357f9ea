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
DEEPEST = 14  # layers that reach back over the whole story
MOST = 0.01  # what may come from beyond "99%"


def counted(number, thing):
    """1 layer, 12 layers.

    >>> counted(1, "layer"), counted(4096, "token")
    ('1 layer', '4,096 tokens')
    """
    return f"{number:,} {thing}{'s' * (number != 1)}"


@functools.cache
def story_shares(layers, alpha):
    """What each word of the story gives to the last one's output, from the last word back."""
    return tuple(influence(layers, WINDOW, alpha, text=WORDS))


def story_picture(claim, sentence, rows, near, marks=(), *, full=1 / WINDOW, deepest=DEEPEST, fewest=None):
    """The stack over the story, for any kind of layer.

    Parameters
    ----------
    rows : list of shares from the last word back: what the output has from each word after 1, 2, ... layers
    near : list of horizons in words, one a row; or None, where only the reach is shown
    marks : more marks
    fewest : function of a distance that gives the fewest hops there; `hops` of ten-word windows where None
    """
    layers, fewest = len(rows), fewest or (lambda d: hops(d, WINDOW))
    ends = [len(row) for row in rows]
    seen = [] if near is None else [d + 1 for d in near]
    edges = [
        (end, role)
        for end, role in ((ends[-1], "could"), (seen[-1] if seen else WORDS, "does"))
        if end < WORDS
    ]
    stairs_x, stairs_y = [0], [layers]
    for k, end in enumerate(ends):
        stairs_x += [end, end]
        stairs_y += [layers - k, layers - k - 1]
    need = fewest(NAME)
    named = Line(
        "the name",
        "ink",
        (NAME + 0.5, NAME + 0.5),
        (0, max(layers - need + 1, 0.6)),
        dash="" if need <= layers else "dot",
        label=f"the name: {counted(need, 'hop')}",
        read=False,
    )
    shown = [
        Cells("light", "does", [(0, end, row) for end, row in zip(ends, rows)], 1, layers, full),
        named,
        Line("could", "could", stairs_x, stairs_y, dash="dash", read=False),
    ]
    if seen:
        heights = [layers - k - 0.5 for k in range(layers)]
        shown.append(Line("does", "does", (0.5, *seen, seen[-1]), (layers, *heights, 0), read=False))
    notes = [f"{d} back, {counted(fewest(d), 'hop')}" if d else "the last word, no hop" for d in range(WORDS)]
    text = Words("story", "ink", STORY, rows[-1], notes, full, edges, veiled=NAME, reads="{} of the output")
    ticks = ((0, "now"), *((d, str(d)) for d in range(20, WORDS, 20)))
    return Figure(
        claim,
        sentence,
        Axis("words back", WORDS, 0, ticks=ticks),
        Axis("", 0, deepest),
        (*shown, Label("output", "ink", "last word", 0, layers, "end", dx=-16, dy=-8), *marks, text),
        height=11 * deepest,
    )


def story_stack(layers, alpha, tolerance=MOST, grips=("layers", "alpha")):
    """Plain layers over the story, each keeping a share `alpha`: chapters 3, 4 and 5."""
    rows = [story_shares(k, alpha) for k in range(1, layers + 1)]
    near = [horizon(row, tolerance) for row in rows]
    far, seen, share = min(reach(layers, WINDOW), WORDS - 1), near[-1], rows[-1]
    name = share_in_words(share[NAME]) if len(share) > NAME else "nothing: it is out of reach"
    over = "the whole story" if far == WORDS - 1 else f"the last {far + 1} words"
    keeps = f"each keeps {alpha:.0%} of what it has" if alpha else "nothing is kept on the way"
    sentence = (
        f"{counted(layers, 'layer')} of ten-word windows [could|could look back over {over}]. If {keeps}, "
        f"{1 - tolerance:.4g}% of the output comes from [does|the last {counted(seen + 1, 'word')}], "
        f"and from the name {name}."
    ).replace(f"{1 - tolerance:.4g}%", f"{100 * (1 - tolerance):.4g}%")
    places = {
        "layers": Grip("layers", "ink", 0, layers, "y"),
        "alpha": Grip("alpha", "does", seen + 1, 0, "x"),
        "tolerance": Grip("tolerance", "does", seen + 1, 0, "x"),
    }
    claim = f"It could see {over}, and sees {counted(seen + 1, 'word')}"
    return story_picture(claim, sentence, rows, near, [places[name] for name in grips])


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
        f"{counted(layers, 'layer')} could look {far:,} tokens back, and look {seen[-1]:,} back",
        f"{counted(layers, 'layer')} of {LARGE:,}-token windows [could|could look {far:,} tokens back]. If "
        f"{keeps}, 99% of the output [does|comes from the last {seen[-1]:,}], {seen[-1] / far:.0%} of that.",
        Axis(
            "tokens back",
            reach(TALL, LARGE),
            0,
            ticks=((0, "now"), *((32768 * k, f"{32768 * k:,}") for k in (1, 2, 3))),
            reads="{} tokens back",
        ),
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
            Line(
                "could",
                "could",
                (0, *(x for x, _ in stairs)),
                (layers, *(y for _, y in stairs)),
                "dash",
                read=False,
            ),
            Line("does", "does", (0, *seen, seen[-1]), (layers, *heights, 0), read=False),
            Label("output", "ink", "output", 0, layers, "end", dx=-20, dy=-8),
            Grip("layers", "ink", 0, layers, "y"),
            Grip("alpha", "does", seen[-1], 0, "x"),
        ),
        height=320,
        width=1104,
    )
