"""Answers with many right forms: a design, a model, a tolerance. Each judge says right or wrong, and why."""

import re

from .. import arguments
from ..book.kinds import Judged, Number
from ..book.reading import NoNumber, Unclear, read_numbers
from ..costs import kv_cache_bytes, tokens_held
from ..horizons import horizon, share_beyond
from ..models import MODELS, model_influence
from ..profile import influence

BUDGET = 512 * 2**20  # bytes
TEXT, FAR, SHARE, ALPHA = 32768, 16384, 0.05, 0.95
DEPTHS = (24, 64)
STACKS = ((128, 100), (8, 1600))  # the deep one and the wide one: layers, window
HEADS = {"kv_heads": 8, "head_dim": 128}
STATE_MEMORY = 1_000  # tokens that a state is taken to remember, where a model has states
NEED = 32_000  # tokens back that a model is asked for, in a text twice as long, or in its longest text


PARTS = ("window", "layers", "global_layers")
WANTED = "This question wants three whole numbers: (window, layers, global_layers)."


def _typed_design(text):
    """Three numbers, each with its name or without; names in another order are not guessed at."""
    plain = _small(text)
    names = re.findall(r"window|global|layers", re.sub(r"global[ _]layers?", "global", plain))
    if names and names != ["window", "layers", "global"]:
        raise Unclear(WANTED)
    plain = re.sub(r"global[ _]layers?|windows?|global|layers?", "", plain)
    try:
        values = read_numbers(re.sub(r"[=:]", "", plain), dot_may_group=True).values
    except NoNumber:
        raise Unclear(WANTED) from None
    return [int(value) if value == int(value) else value for value in values]


def _read_design(answer):
    if isinstance(answer, str):
        answer = _typed_design(answer)
    if isinstance(answer, dict):
        answer = [answer.get(name) for name in PARTS]
    try:
        window, layers, wide = answer
        return (
            arguments.whole("window", window, 2, TEXT),
            arguments.whole("layers", layers, *DEPTHS),
            arguments.whole("global_layers", wide, 0, layers),
        )
    except (ValueError, TypeError) as error:
        if "must be" in str(error):
            raise Unclear(f"A design has 24 to 64 layers and windows up to the text: {error}.") from None
        raise Unclear(WANTED) from None


def _judge_design(design):
    window, layers, wide = design
    windows = [window] * (layers - wide) + [TEXT] * wide
    cache = kv_cache_bytes(tokens_held(layers, windows, TEXT), **HEADS)
    if cache > BUDGET:
        return False, f"Its cache is {cache / 2**20:,.0f} MiB; the budget is {BUDGET / 2**20:.0f} MiB."
    share = share_beyond(influence(layers, windows, ALPHA, TEXT), FAR)
    found = f"{share:.2%} from beyond {FAR:,} tokens for {cache / 2**20:,.0f} MiB"
    if share >= SHARE:
        return True, found + "."
    if share >= 0.9 * SHARE:  # so near that a little more window will do
        return (
            False,
            f"It has {share:.3%} from beyond {FAR:,} tokens; {SHARE:.0%} are asked for. That is close.",
        )
    hint = (
        "Depth and windows do not do it alone."
        if wide == 0
        else "One more global layer is worth more than wider windows."
    )
    return False, f"It has {found}; {SHARE:.0%} are asked for. {hint}"


def _design_for_page():
    one = kv_cache_bytes(1, **HEADS)
    numbers = dict(text=TEXT, far=FAR, share=SHARE, alpha=ALPHA, depths=DEPTHS)
    return {"kind": "Design", "wanted": WANTED, "budget": BUDGET, "bytes": one, **numbers}


design_in_budget = Judged(
    "three whole numbers: (window, layers, global_layers)", _read_design, _judge_design, _design_for_page
)


WANTED_MODEL = "This question wants the name of one model, as in list(MODELS)."


def _small(text):
    """With ASCII letters small."""
    return re.sub(r"[A-Z]+", lambda found: found[0].lower(), text)


def _name(text):
    """A model's name, however its words are joined.

    >>> _name("Mistral-7B_v0.1")
    'mistral 7b v0.1'
    """
    return re.sub("[-_]", " ", _small(text))


def _read_model(answer):
    if isinstance(answer, str):
        word = _name(answer).strip(" \t\r\n\"'")
        like = [name for name in MODELS if _name(name).startswith(word)] if word else []
        exact = [name for name in like if _name(name) == word] or like
        if len(exact) == 1:
            return exact[0]
        if like:
            raise Unclear(f"More than one model begins like this: {', '.join(like)}.")
    raise Unclear(WANTED_MODEL)


def _judge_model(name):
    model = MODELS[name]
    if model.context <= NEED:
        return (
            True,
            f"{name} is made for texts of {model.context:,} tokens, and nothing lies {NEED:,} back in them.",
        )
    share = share_beyond(model_influence(model, ALPHA, min(model.context, 2 * NEED), STATE_MEMORY), NEED)
    found = f"{name} has {'less than 0.01%' if share < 1e-4 else f'{share:.0%}'} from beyond {NEED:,} tokens"
    if share < 0.01:
        return True, f"{found}: {model.count('global')} of its {len(model)} layers are global."
    return (
        False,
        f"{found}: {model.count('global')} of its {len(model)} layers are global, and one hop is enough.",
    )


def _model_for_page():
    verdicts = [(name, *_judge_model(name)) for name in MODELS]
    return {"kind": "Model", "wanted": WANTED_MODEL, "verdicts": verdicts}


model_short_of_32k = Judged("the name of a model", _read_model, _judge_model, _model_for_page)


TOLERANCE = Number()
TOLERANCE.form = "a tolerance between 0 and 1"


def _read_tolerance(answer):
    try:
        return arguments.tolerance_share(TOLERANCE.read(answer))
    except Unclear:
        raise
    except (ValueError, TypeError):
        raise TOLERANCE.wants() from None


def _judge_tolerance(tolerance):
    deep, wide = (horizon(influence(layers, window, ALPHA), tolerance) for layers, window in STACKS)
    if deep > wide:
        return True, f"there the deep stack sees {deep:,} tokens back, the wide one {wide:,}."
    if deep == wide:
        advice = "Leave out less of the output." if deep == 0 else "Try another."
        return False, f"There both see {deep:,} tokens back. {advice}"
    return False, (
        f"There the deep stack sees {deep:,} tokens back and the wide one {wide:,}: "
        "a single hop through a wide window goes far. How large a share would you have to ask for?"
    )


def _tolerance_for_page():
    return TOLERANCE.for_page() | {"kind": "Tolerance", "alpha": ALPHA, "stacks": STACKS}


deep_or_wide_tolerance = Judged(TOLERANCE.form, _read_tolerance, _judge_tolerance, _tolerance_for_page)


def far_share(layers, window, alpha, distance, text=None):
    """Share of a stack's output from beyond a distance."""
    return share_beyond(influence(layers, window, alpha, text), distance)
