"""The plan of the 50-minute lecture, in one place: the slides and the teaching guide are made from it.

A row is a question, a frame that answers it, and a claim, with its minutes and the speaker's notes. Numbers
are computed where they are said. The frames answer the question that was asked; the first shows one layer.
"""

import html
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlencode

from swa_lib import (
    MODELS,
    all_windowed,
    drift,
    horizon,
    influence,
    plan,
    reach,
    rule_horizon,
    scenes,
    share_beyond,
    visible,
)  # fmt: skip
from swa_lib.book.sheets import HEIGHT, WIDTH
from swa_lib.book.style import BLUE, ORANGE, RED
from swa_lib.calculator import Calculator
from swa_lib.explorers import Explorer

MINUTES = 50
DEPTHS = [1, 2, 4, 8, 12, 16, 20, 24, 28, 32]


class Row(NamedTuple):
    """One step of the lecture. `frame` and `claim` are made when they are asked for: frames take a while."""

    minutes: int
    title: str  # of the frame
    question: str
    options: tuple[str, ...]
    frame: Callable  # -> HTML
    claim: Callable  # -> the sentence to leave with
    notes: str
    link: tuple  # the same frame in the book: page, figure, state


def moving(name, scene, play=None, start=None, height=HEIGHT, **controls):
    """An explorer for a slide, under a name that no figure of the book has."""
    explorer = Explorer(scene, play=play, start=start, height=height, **controls)
    explorer.name = f"lecture-{name}"
    return explorer.page().replace("<figure ", f'<figure style="--ratio:{WIDTH / height:.3f}" ', 1)


def drifting_blur(sheet, layers):
    """The blur of a stack as deep as the question asks, with the last 1,000 tokens marked."""
    profile = influence(layers, 100)
    near = profile[:1000].sum()
    middle = drift(layers, 100)
    sheet.axis("x", "tokens back", 0, 6500)
    sheet.axis("y", "influence (share of its peak)", 0, 1.25)
    sheet.band("the last 1,000 tokens", 0, 1000)
    back = [*range(len(profile)), len(profile) - 1]
    sheet.line("influence", back, [*(profile / profile.max()), 0], color=BLUE, linestyle="-")
    sheet.mark("middle", middle, color=ORANGE, linestyle="--")
    sheet.title(f"{layers} layers: the middle is {middle:,.0f} tokens back")
    share = f"{near:.0%}" if near > 0.005 else "less than a millionth" if near < 1e-6 else f"{near:.1g}"
    return (
        f"{layers} layers with windows of 100 tokens: the middle of the blur is {middle:,.0f} tokens back, "
        f"and {share} of the output comes from the last 1,000 tokens."
    )


def prices():
    """The remedies that the question compares, (setting, MiB), each at the least strength that is enough."""
    plans = {p.remedy: p for p in plan(all_windowed(MODELS["gpt-oss-120b"]), 4096, 0.01, 0.95)}
    return [
        (f"36 windows, {plans['wider window'].setting}", plans["wider window"].cache_bytes / 2**20),
        ("1 global layer, 35 windows of 128", plans["global layers"].cache_bytes / 2**20),
        ("36 windows of 128: not enough", plans["as it is"].cache_bytes / 2**20),
    ]


def bars(caption, rows):
    """Bars of HTML, so that their words are as large as the slide's. Rows are (words, length, its words)."""
    most = max(length for _, length, _ in rows)
    lines = "".join(
        f'<tr><th scope="row">{html.escape(words)}</th>'
        f'<td><span style="width:{60 * length / most:.1f}%"></span>{html.escape(shown)}</td></tr>'
        for words, length, shown in rows
    )
    return f'<table class="bars"><caption>{html.escape(caption)}</caption>{lines}</table>'


def price_bars():
    """What the two remedies keep, and the bare windows."""
    return bars("KV cache", [(words, size, f"{size:,.0f} MiB") for words, size in prices()])


def horizon_bars():
    """The exact horizons of the three depths, and the rule's one."""
    exact = [(f"{layers} layers", tokens, f"{tokens:,}") for layers, tokens in zip((8, 32, 100), horizons())]
    rule = rule_horizon(100, 0.95, 0.001)
    return bars("Horizon, tokens back", [*exact, ("rule of thumb, any depth", rule, f"{rule:,.0f}")])


def share_by_depth(sheet, layers):
    """The share from beyond one window for every depth, and what the rule says of it."""
    depths = range(1, 101)
    shares = [beyond_one_window(depth) for depth in depths]
    rule = 1 - 0.95
    sheet.axis("x", "layers", 0, 105)
    sheet.axis("y", "from beyond one window", 0, 1, percent=True)
    sheet.line("exact", depths, shares, color=BLUE, linestyle="-")
    sheet.line("rule of thumb", [0, 105], [rule, rule], color=RED, linestyle="--")
    sheet.points("this stack", [layers], [shares[layers - 1]], color="black", markersize=9)
    sheet.title(f"{layers} layers: {shares[layers - 1]:.0%} from beyond one window")
    return (
        f"{layers} layer{'s' if layers > 1 else ''} at 95%: {shares[layers - 1]:.0%} of the output comes "
        f"from beyond one window. The rule of thumb says {rule:.0%} at any depth."
    )


def beyond_one_window(layers):
    return share_beyond(influence(layers, 100, 0.95), 99)


def horizons():
    return [horizon(influence(layers, 100, 0.95), 0.001) for layers in (8, 32, 100)]


def where_mistral_ends():
    return horizon(influence(32, 4096, 0.95), 0.01)


VOTE = "32 layers. In each, a token sees the last 4,096 tokens. How far back does the last token see?"
VOTES = ("4,096 tokens", "about 12,000 tokens", "about 131,000 tokens", "as far as there is text")

ROWS = (
    Row(
        4, "One layer", VOTE, VOTES,
        lambda: moving("one-layer", scenes.strip, layers=[1], alpha=[0.95], height=2.4),
        lambda: (
            f"One layer sees {len(visible(10_000, 4096)):,} tokens, the current one among them. What"
            " do 32 layers make of it? Keep your vote."
        ),
        "Everybody writes one letter and a number on paper. Count hands, write the counts on the board, say "
        "nothing. The answer comes at the end, and both B and C are an answer to something.",
        ("index", "strip", {"layers": 1, "alpha": 0.95}),
    ),
    Row(
        5, "The window counts the token itself", "W = 10. Does token 100 see token 90?", ("yes", "no"),
        lambda: moving("window", scenes.token_strip, "token", {"token": 100},
                       token=[0, 4, 8, 9, 10, 20, 40, 60, 80, 100, 119], window=[10], height=2.4),
        lambda: (
            f"No. The window counts the token itself: token 100 sees {visible(100, 10)[0]} to 100."
        ),
        "90 to 100 are eleven tokens: let them count. Then move to token 9, the first whole window. Code "
        "differs here by one, and it never matters for what follows.",
        ("chapters/01_window", "token_strip", {"token": 100, "window": 10}),
    ),
    Row(
        8, "Three layers: what could arrive, what does",
        "3 layers, W = 100. What share of the output comes from the farthest token?",
        ("a hundredth", "a third of a per cent", "a ten-thousandth", "a millionth"),
        lambda: moving("reach", scenes.reach_and_influence, "layers", {"layers": 3},
                       layers=[1, 2, 3, 4, 6, 8, 12, 16], window=[100]),
        lambda: (
            f"A millionth: {influence(3, 100)[-1]:.6f}. One path in {100**3:,} leads there. Reach is"
            " what could arrive, influence is what does."
        ),
        "Count the paths of L = 3, W = 4 on the board first: one to the farthest token, twelve to each "
        "middle one. A third of a per cent spreads the output evenly. Play up to 16 layers: the gap opens.",
        ("chapters/02_reach", "reach_and_influence", {"layers": 3, "window": 100}),
    ),
    Row(
        7, "A hundred layers that average",
        "100 layers average windows of 100 tokens. What share of the output comes from the last 1,000 "
        "tokens?",
        ("nearly all", "about half", "nearly nothing"),
        lambda: moving("blur", drifting_blur, "layers", {"layers": 100},
                       layers=[4, 9, 16, 25, 36, 49, 64, 81, 100]),
        lambda: (
            f"Nearly nothing. A causal blur moves: its middle is {drift(100, 100):,.0f} tokens back."
            " The square root of L says how wide it is, not where."
        ),
        "The square root of 100 times 100 is 1,000, so most vote for nearly all. Play it from 4 to 100 "
        "layers. Far away and smeared out: nothing sharp can be read from there. Short of time, leave this "
        "row out.",
        ("chapters/03_blur", "spreading_blur", {"layers": 4}),
    ),
    Row(
        9, "With a residual path",
        "Now each layer keeps 95%. Does the share from beyond one window depend on the number of layers?",
        ("yes", "no"),
        lambda: moving("depth", share_by_depth, "layers", {"layers": 100},
                       layers=[1, 8, 16, 32, 64, 100]),
        lambda: (
            f"Yes: {beyond_one_window(8):.0%} of the output with 8 layers, "
            f"{beyond_one_window(100):.0%} with 100. The rule of thumb says 5% at any depth."
        ),
        "Let no stand until the frame: it is what the article says. The rule of thumb does not know the "
        "depth; a deeper stack has more choices of layers that hop. Play it from one layer.",
        ("chapters/04_barrier", "staircase", {"layers": 8, "alpha": 0.95}),
    ),
    Row(
        6, "Two horizons",
        "W = 100, each layer keeps 95%, and 0.1% may be left out. Where is the horizon of 8, 32 and 100 "
        "layers?",
        (),
        horizon_bars,
        lambda: f"{horizons()[0]}, {horizons()[1]} and {horizons()[2]} tokens. "
        + f"The rule of thumb says {rule_horizon(100, 0.95, 0.001):,.0f} to all three.",
        "Three numbers from everybody, on paper. Reach would be 792 to 9,900. Ask what 1% in place of 0.1% "
        "does: a horizon without its tolerance is not a number.",
        ("chapters/05_horizon", "two_horizons", {"layers": 8, "alpha": 0.95, "tolerance": 0.001}),
    ),
    Row(
        5, "Two ways to 1% from beyond 4,096 tokens",
        "36 layers, W = 128. 1% is to come from beyond 4,096 tokens. Wider windows, or one global layer?",
        ("wider windows", "one global layer"),
        price_bars,
        lambda: (
            f"One global layer: {prices()[1][1]:,.0f} MiB of cache, wider windows "
            f"{prices()[0][1]:,.0f}."
        ),
        "Text of 8,192 tokens, each layer keeps 95%, and each remedy is just strong enough. Ask by what "
        "factor before the frame. Then ask what the bars do not show: what a trained model would do with "
        "either.",
        ("chapters/06_remedies", "remedy_and_price", {"remedy": "global layers", "strength": 1}),
    ),
    Row(
        3, "Thirty-two layers", VOTE, VOTES,
        lambda: moving("all-layers", scenes.strip, "layers", {"layers": 32},
                       layers=DEPTHS, alpha=[0.95], height=2.4),
        lambda: f"{reach(32, 4096):,} tokens could be reached. 99% of the output comes from the last "
        f"{where_mistral_ends():,}, if each layer keeps 95%.",
        "Vote again before the frame, and write the counts beside the first ones. C was the reach, B is the"
        " horizon. Who changed, and why?",
        ("index", "strip", {"layers": 32, "alpha": 0.95}),
    ),
    Row(
        3, "Any model you name", "Which model would you like to ask?", (),
        lambda: Calculator(layers=32, window=4096, alpha=0.95, tolerance=0.01).page(),
        lambda: (
            "Exact: the stack on paper. Assumed: even windows, and one α for all layers. Measured: "
            "what trained models do with it, in the appendix."
        ),
        "Take one model from the room. Then change α, and let them watch the horizon: the α of a real "
        "model is not known. This is also the slack for what ran over.",
        ("chapters/05_horizon", "calculator",
         {"layers": 32, "window": 4096, "alpha": 0.95, "tolerance": 0.01}),
    ),
)  # fmt: skip


def starts():
    """The minute at which each row begins."""
    return [sum(row.minutes for row in ROWS[:number]) for number in range(len(ROWS))]


def table():
    """The plan for the teaching guide, as Markdown."""
    lines = ["| Time | Ask, before the frame | Project | Then say |", "|---|---|---|---|"]
    for row in ROWS:
        page, figure, state = row.link
        frame = f'<a href="../{page}.html#{html.escape(f"{figure}?{urlencode(state)}")}">{row.title}</a>'
        asked = row.question + (f" ({', '.join(row.options)})" if row.options else "")
        lines.append(f"| {row.minutes}\u00a0min | {asked} | {frame} | {row.claim()} |")
    return "\n".join(lines)
