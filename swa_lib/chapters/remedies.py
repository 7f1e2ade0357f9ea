"""Questions of chapter 6: remedies."""

import math

from ..barrier import path_influence
from ..book.asking import Sliders, first, only, question
from ..book.kinds import Choice, Estimate, Number
from ..costs import tokens_held
from ..models import MODELS, all_windowed
from ..planner import plan
from .designs import design_in_budget, far_share, model_short_of_32k

REMEDIES = (
    "softer residual",
    "global layers",
    "retrieval",
    "memory tokens",
    "dilated heads",
    "wider window",
    "fading state",
)
REMEDIES_ALSO = {
    "global layer": "global layers",
    "wider windows": "wider window",
    "widen the window": "wider window",
}
REMEDIES_ALSO |= dict.fromkeys(
    ("soften the residual", "soften residual", "soft residual", "a softer residual"), "softer residual"
)


def _price(remedy):
    return next(
        p.cache_bytes
        for p in plan(all_windowed(MODELS["gpt-oss-120b"]), 4096, 0.01, 0.95)
        if p.remedy == remedy
    )


@question(
    "06_remedies.ipynb#what-it-costs",
    Choice("wide windows", "one global layer", also={"wider windows": "wide windows"}),
)
def cheaper_remedy():
    """Which is cheaper in memory for 4,096 tokens: wide windows or one global layer of 36."""
    return "one global layer" if _price("global layers") < _price("wider window") else "wide windows", [
        ("wide windows", "Wide windows are paid for in all 36 layers, a global layer in one."),
    ]  # fmt: skip


@question("06_remedies.ipynb#what-it-costs", Estimate("times", within=0.35))
def cheaper_by():
    """By what factor the cache of 36 wide windows is larger than with one global layer."""
    return _price("wider window") / _price("global layers"), [
        (
            36,
            "One layer in 36 is global, but it keeps the whole text. "
            "And windows need not be as wide as the distance.",
        ),
        (
            1312 / 128,
            "So much wider is one window. The other cache has one layer that keeps all 8,192 tokens.",
        ),
        (
            _price("global layers") / _price("wider window"),
            "Turn it round: how many times more do the wide windows cost?",
        ),
    ]


@question("06_remedies.ipynb#one-hop-to-anywhere-a-global-layer", Number(within=0.02))
def one_global_of_eight():
    """The share from beyond 1,000 tokens with one global layer of 8, alpha = 0.95, a text of 4,000."""
    return far_share(8, [100] * 7 + [4000], 0.95, 1000, text=4000), [
        (
            0.05,
            "That is all the global layer takes. "
            "It spreads it over 4,000 tokens, and a quarter of them are near.",
        ),
        (1 / 8, "Each layer attends with a share of 1-alpha only; the residual path keeps the rest."),
        (0.75, "That is the part of the text that is far. Only a share of 1-alpha goes through the layer."),
        (0, "So it is with windows alone. The global layer reaches everything in one hop."),
    ]


@question(
    "06_remedies.ipynb#the-picture",
    Choice(*sorted(REMEDIES), also=REMEDIES_ALSO),
    Sliders(values={"remedy": REMEDIES}),
)
def never_enough():
    """Which remedy never gets 1% from beyond 4,096 tokens with 36 layers of 128."""
    best = {p.remedy: p.enough for p in plan(all_windowed(MODELS["gpt-oss-120b"]), 4096, 0.01, 0.95)[1:]}
    return only([remedy for remedy, enough in best.items() if not enough]), [
        (remedy, "This one does, when it is strong enough. Move its slider.")
        for remedy, enough in best.items()
        if enough
    ]


@question("06_remedies.ipynb#what-it-costs", Number("tokens"))
def held_with_one_global():
    """The tokens that 36 layers of 128 hold at a text of 8,192 when one of them is global."""
    return tokens_held(36, [128] * 35 + [8192], 8192), [
        (36 * 128 + 8192, "The global layer is one of the 36: 35 keep a window."),
        (36 * 128, "That is windows alone. The global layer keeps the whole text."),
        (36 * 8192, "That is 36 global layers."),
        (128 + 8192, "Every layer keeps a cache of its own."),
    ]


@question("06_remedies.ipynb#one-hop-to-anywhere-a-global-layer", Number("layers"))
def fewest_global():
    """The fewest global layers of 32, W = 1,024, with 9% from beyond 16,384 in a text of 32,768."""

    def share(wide):
        return far_share(32, [1024] * (32 - wide) + [32768] * wide, 0.95, 16384, text=32768)

    right = first(lambda wide: share(wide) >= 0.09)
    return right, [
        *(
            (wide, f"With {wide} of them {share(wide):.1%} comes from there. Ask for 9%.")
            for wide in range(1, right)
        ),
        *((wide, "That is enough, but fewer will do.") for wide in range(right + 1, 32)),
        (32, "That is full attention. It is enough, but fewer will do."),
    ]


@question("06_remedies.ipynb#two-hops-memory-tokens", Number("choices"))
def written_then_read():
    """The choices of two layers of 36, one to write and a later one to read."""
    return math.comb(36, 2), [
        (
            36 * 35,
            "That counts each two layers twice. The earlier of them writes, so their order is settled.",
        ),
        (36**2, "That lets one layer write and read, and counts every two layers twice."),
        (36, "That is one hop. The second goes through another layer."),
        (2**36, "Those are all choices, of any number of layers. Here two of them hop."),
        (path_influence(2, 0.95), "That is what two hops let through. Count the choices of layers."),
    ]


@question("06_remedies.ipynb#the-code", design_in_budget)
def design_under_budget():
    """W, L and the number of global layers under a cache budget."""
    return (1024, 32, 2), []


@question("05_horizon.ipynb#real-models", model_short_of_32k)
def model_that_misses():
    """A published configuration with less than 1% from beyond 32,000 tokens."""
    return "Mistral 7B v0.1", []
