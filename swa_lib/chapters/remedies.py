"""Questions of chapter 6: remedies."""

from ..book.asking import Sliders, only, question
from ..book.kinds import Choice, Number
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


def price_of(remedy):
    return next(
        p.cache_bytes
        for p in plan(all_windowed(MODELS["gpt-oss-120b"]), 4096, 0.01, 0.95)
        if p.remedy == remedy
    )


@question(
    "06_remedies.ipynb#what-is-cheap",
    Choice("wide windows", "one global layer", also={"wider windows": "wide windows"}),
)
def cheaper_remedy():
    """Which is cheaper in memory for 4,096 tokens: wide windows or one global layer of 36."""
    return "one global layer" if price_of("global layers") < price_of("wider window") else "wide windows", [
        ("wide windows", "Wide windows are paid for in all 36 layers, a global layer in one."),
    ]  # fmt: skip


@question(
    "06_remedies.ipynb#what-is-cheap",
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


@question("06_remedies.ipynb#one-hop-to-anywhere-a-global-layer", model_short_of_32k)
def model_that_misses():
    """A published configuration with less than 1% from beyond 32,000 tokens."""
    return "Mistral 7B v0.1", []


@question("06_remedies.ipynb#what-is-cheap", design_in_budget)
def design_under_budget():
    """W, L and the number of global layers under a cache budget."""
    return (1024, 32, 2), []
