"""Chapter 6: remedies. Its explorers, and its questions."""

import functools
import itertools

from .. import MODELS, all_windowed, horizon, influence, model_influence, share_beyond
from ..book.asking import question
from ..book.kinds import Choice, Judged, Number, Numbers
from ..book.marks import Axis, Figure, Line, Points, Rule, share_in_words
from ..costs import kv_cache_bytes, tokens_held
from ..planner import plan, remedy_curves
from ..remedies import Route, influence_through, memory_influence
from .stack import MOST, WINDOW, WORDS, counted, of_name, over_story, share_axis, ticks

PLAIN = Route(1.0, WINDOW)  # what layers do that have no shortcut of their own
LAYERS = {"wider windows": Route(1.0, 2 * WINDOW), "a dilated window": Route(1.0, WINDOW, stride=9)}
SHORTCUTS = ["windows alone", *LAYERS, "memory words", "a global layer"]


@functools.cache
def _with_shortcut(remedy, layers, depth):
    """Shares of the story's words after the last `layers` of `depth` layers, each keeping 95%."""
    if remedy == "memory words":
        return tuple(memory_influence(layers, WINDOW, 0.95, memory=2, context=WORDS, text=WORDS))
    stack = [[LAYERS.get(remedy, PLAIN)]] * depth
    if remedy == "a global layer":
        stack[depth // 2] = [Route(1.0, WORDS)]
    return tuple(influence_through(stack[depth - layers :], 0.95, text=WORDS))


def shortcuts(remedy, layers):
    """The stack over the story with one remedy: is the name back?"""
    rows = [_with_shortcut(remedy, k, layers) for k in range(1, layers + 1)]
    near, share = [horizon(row, MOST) for row in rows], of_name(rows[-1])
    alone = of_name(_with_shortcut("windows alone", layers, layers))
    before = f" Windows alone give the name {share_in_words(alone)}." * (remedy != "windows alone")
    far = f"{share_beyond(rows[-1], 2 * WINDOW):.2%}"
    gives = f"the name gives {share_in_words(share)}" if share else "the name is out of reach"
    return over_story(
        f"{remedy.capitalize()}: {gives}",
        f"{counted(layers, 'layer')} that keep 95%, with {remedy}: from more than twenty words back comes "
        f"[light|{far}], and {gives}.{before} Ten times less light is one shade lighter.",
        rows,
        near,
        fewest=False,
        decades=6,
    )


FAR, ENOUGH = 4096, 0.01  # what is asked of remedies: so much of the output from beyond D tokens


@functools.cache
def _curves():
    """The remedies at five strengths each, for the shape of gpt-oss-120b with local layers only."""
    return remedy_curves(all_windowed(MODELS["gpt-oss-120b"]), FAR, ENOUGH, alpha=0.95)


def _prices(plans):
    """MiB of cache, and the share from beyond; what is too small for the axis lies at its end."""
    return [plan.cache_bytes / 2**20 for plan in plans], [max(plan.beyond, 1e-6) for plan in plans]


def remedy_and_price(remedy, strength):
    """What influence from beyond D tokens a remedy gives, and what it costs."""
    curves = _curves()
    bare, plans = curves["as it is"][0], curves[remedy]
    chosen = plans[round((strength - 1) / 4 * (len(plans) - 1))]
    share = "less than a millionth" if chosen.beyond < 1e-6 else share_in_words(chosen.beyond)
    size = chosen.cache_bytes / 2**20
    others = [name for name in curves if name not in ("as it is", remedy)]
    short = {name: name.removesuffix(" tokens") for name in curves}
    return Figure(
        f"{remedy.capitalize()}: {share} for {size:,.0f} MiB",
        f"{remedy.capitalize()}, {chosen.setting}: [this strength|{share}] of the output comes from beyond "
        f"{FAR:,} tokens, {'enough' if chosen.enough else 'not enough'} for the 1% asked. "
        f"It keeps {size:,.0f} MiB of cache, the bare windows {bare.cache_bytes / 2**20:,.0f}.",
        Axis("KV cache, MiB", 4, 1200, True, ticks((10, 100, 1000)), "{} MiB"),
        share_axis(f"share from beyond {FAR:,} tokens", 1.3e-7, 3),
        (
            Rule("enough", "muted", ENOUGH, "y", label="enough: 1%"),
            *(
                Line(name, "muted", *_prices(curves[name]), "dot", label=short[name], read=False)
                for name in others
            ),
            *(Points(f"{name} strengths", "muted", *_prices(curves[name]), size=3) for name in others),
            Line("this remedy", "does", *_prices(plans), label=short[remedy], read=False),
            Points("strengths", "does", *_prices(plans), shades=[0.3] * len(plans), size=4),
            Points("this strength", "does", *_prices([chosen]), size=7),
        ),
        height=320,
    )  # fmt: skip


# Questions


@functools.cache
def prices():
    """Bytes of cache that each remedy needs, for the same shape."""
    plans = plan(all_windowed(MODELS["gpt-oss-120b"]), FAR, ENOUGH, alpha=0.95)
    return {one.remedy: one.cache_bytes for one in plans}


@question(
    "06_remedies.ipynb#what-is-cheap",
    Choice("wide windows", "one global layer", also={"wider windows": "wide windows"}),
)
def cheaper_remedy():
    """Which is cheaper in memory for 4,096 tokens: wide windows or one global layer of 36."""
    cheaper = prices()["global layers"] < prices()["wider window"]
    yield "one global layer" if cheaper else "wide windows"
    yield "wide windows", "Wide windows are paid for in all 36 layers, a global layer in one."


@question("06_remedies.ipynb#one-hop-to-anywhere-a-global-layer", Number(within=0.08))  # 3.5% to 4%
def one_global_of_eight():
    """The share from beyond 1,000 tokens with one global layer of 8, alpha = 0.95, a text of 4,000."""
    yield share_beyond(influence(8, [100] * 7 + [4000], 0.95, text=4000), 1000)
    all_it_takes = "That is all the global layer takes. It spreads it over 4,000 tokens"
    yield 0.05, f"{all_it_takes}, and a quarter of them are near."
    yield 1 / 8, "Each layer attends with a share of 1-alpha only; the residual path keeps the rest."
    yield 0.75, "That is the part of the text that is far. Only a share of 1-alpha goes through the layer."
    yield 0, "So it is with windows alone. The global layer reaches everything in one hop."
    yield ..., "What goes through the global layer, and what part of the text is that far?"


@question(
    "06_remedies.ipynb#one-hop-to-anywhere-a-global-layer",
    Judged(Choice(*MODELS), "the name of a model, as in list(MODELS)", (*MODELS,)),
)
def model_that_misses(name):
    """A published configuration with less than 1% from beyond 32,000 tokens."""
    model, need = MODELS[name], 32_000
    made_for = f"{name} is made for texts of {model.context:,} tokens"
    if model.context <= need:
        return True, f"{made_for}, and nothing lies {need:,} back in them."
    share = share_beyond(model_influence(model, 0.95, min(model.context, 2 * need), 1000), need)
    found = f"{name} has {'less than 0.01%' if share < 1e-4 else f'{share:.0%}'} from beyond {need:,} tokens"
    one_hop = ", and one hop is enough" if share >= 0.01 else ""
    return share < 0.01, f"{found}: {model.count('global')} of its {len(model)} layers are global{one_hop}."


DESIGNS = [*itertools.product([2**n for n in range(7, 13)], (24, 32, 48, 64), range(9))]
FORM = "three numbers: a window (128, 256, 512 ... 4,096), layers (24, 32, 48 or 64), global ones (up to 8)"


@question("06_remedies.ipynb#what-is-cheap", Judged(Numbers("three numbers", 3), FORM, DESIGNS))
def design_under_budget(design):
    """W, L and the number of global layers under a cache budget."""
    window, layers, wide = design
    windows = [window] * (layers - wide) + [32768] * wide
    cache = kv_cache_bytes(tokens_held(layers, windows, 32768), kv_heads=8, head_dim=128) / 2**20
    if cache > 512:
        return False, f"Its cache is {cache:,.0f} MiB; the budget is 512 MiB."
    share = share_beyond(influence(layers, windows, 0.95, text=32768), 16384)
    if 0.045 <= share < 0.05:
        return False, f"It has {share:.3%} from beyond 16,384 tokens; 5% are asked for. That is close."
    found = f"{share:.2%} from beyond 16,384 tokens for {cache:,.0f} MiB"
    if share >= 0.05:
        return True, f"{found}."
    more = "One more global layer is worth more than wider windows."
    hint = more if wide else "Depth and windows do not do it alone."
    return False, f"It has {found}; 5% are asked for. {hint}"
