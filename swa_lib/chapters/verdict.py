"""What the calculator finds, and what it says, on a page and in a notebook alike.

`numbers` finds, `words` says, by the name of the place where each stands. The page runs this very code,
and what it calls of costs.py and models: PScript writes it as JavaScript, so it is plain Python:
no generators, conditions in lists are true or false, and no name is one of models/configs.py.
"""

import math

from ..book.marks import share_in_words
from ..costs import model_bill, sequences_that_fit, text_that_fits, tokens_to_reread
from ..horizons import horizon, rule_horizon, share_beyond
from ..models import Layer, Model, model_influence, model_reach
from ..models.configs import count

GIB = 2**30
# A page must stay usable: a layer takes a browser about 10 ns a token.
MAX_TOKENS, MAX_WORK = 2**20, 200_000_000


# What follows runs on the page as well, with what stands above, a profile and its horizon of the page.


def typed_stack(asked):
    """A stack as typed: its global layers stand evenly, each the last of its group."""
    depth, wide, heads, width = asked["layers"], asked["global_layers"], asked["kv_heads"], asked["head_dim"]
    places = [-(-(group + 1) * depth // wide) - 1 for group in range(wide)]
    near = Layer("windowed", asked["window"], heads, width, width)
    far = Layer("global", None, heads, width, width)
    return Model(tuple([far if i in places else near for i in range(depth)]))


def misfit(asked, layers):
    """The field that does not fit the others, and why, for so many layers; None where all do."""
    text, distance = asked["text"], asked["distance"]
    if asked["global_layers"] > layers:
        return ["global_layers", f"At most the {count(layers)} layers can be global."]
    if distance >= text:
        half = f"Ask for half of it, {count(max(1, text // 2))}, to see what comes from the first half."
        end = f"In a text of {count(text)} tokens nothing is farther back than {count(text - 1)}"
        return ["distance", f"{end}. {half}"]
    if layers * text > MAX_WORK:
        most = f"Layers x text must be at most {count(MAX_WORK)} here"
        return ["text", f"{most}; swa_lib.influence takes more."]
    return None


def numbers(model, asked):
    """What is asked about a model, by name; None is what nobody asked, or no config tells."""
    alpha, tolerance, text, memory = asked["alpha"], asked["tolerance"], asked["text"], asked["memory"]
    sequences, size, prefill = asked["sequences"], asked["bytes"], asked["prefill"]
    windowed = _of(model.layers, "windowed")
    states = [layer for layer in model.layers if layer.kind == "state" or layer.state_numbers]
    window = max([layer.window for layer in windowed]) if windowed else None
    found = {"exact": None, "far": None, "alone": None, "fits": None, "used": None, "batch": None}
    found["reach"], found["window"] = model_reach(model, text), window
    found["mixed"] = len(states) > len(_of(states, "state"))
    found["rule"] = rule_horizon(window, alpha, tolerance) if window else math.inf
    found["reread"] = None if states else tokens_to_reread(model)
    found["bill"] = model_bill(model, text, sequences, size, prefill)
    if memory is not None:
        found["fits"] = text_that_fits(model, memory, sequences, size, prefill)
        found["batch"] = sequences_that_fit(model, memory, text, size, prefill)
    if found["mixed"] or (states and asked["state_memory"] is None):
        return found
    profile = model_influence(model, alpha, text, asked["state_memory"])
    found["profile"], found["exact"] = profile, horizon(profile, tolerance)
    found["far"] = share_beyond(profile, asked["distance"])
    if windowed and len(windowed) < len(model.layers):
        alone = Model(tuple(windowed))
        near = horizon(model_influence(alone, alpha, text), tolerance)
        found["alone"] = {"reach": model_reach(alone, text), "exact": near}
    longest = min(found["fits"] or 0, MAX_TOKENS, MAX_WORK // len(model.layers))
    if longest > 1:
        profile = model_influence(model, alpha, longest, asked["state_memory"])
        found["used"] = [longest, horizon(profile, tolerance)]
    return found


def size_words(size):
    """Bytes as a reader sees them, always in GiB; halves are rounded up."""
    digits = 2 if size >= GIB / 10 else 4
    steps = int(size / GIB * 10**digits + 0.5)
    if not steps:
        return "<0.0001 GiB" if size else "0 GiB"
    return f"{count(steps / 10**digits, digits)} GiB"


def words(model, asked, found):
    """By the name of its place in the calculator, what is said there; "" where nothing is."""
    layers, text, named = model.layers, asked["text"], asked["name"]
    only = len(_of(layers, "windowed")) == len(layers)
    one = found["window"] if len(_widths(layers, "windowed")) == 1 else None  # its only window
    kinds = ("windowed", "chunked", "global", "state")
    parts = [_part(layers, kind) for kind in kinds if len(_of(layers, kind)) > 0]
    shape = f"{named or 'Your stack'}: {', '.join(parts)}"
    if only and one and not named:
        shape = f"{len(layers)} layer{'s' if len(layers) > 1 else ''}, windows of {count(one)} tokens"
    bytes_ = f"{asked['bytes']:.6g} byte{'s' if asked['bytes'] > 1 else ''} a number"
    settings = f"α = {asked['alpha']:.6g}, tolerance {asked['tolerance']:.6g}, {bytes_}"
    said = {"for": f"{shape}, text of {count(text)} tokens, {settings}"}
    said.update(_verdict(layers, asked, found, only))
    said.update(_seen(model, asked, found, only, one))
    said.update(_kept(layers, asked, found))
    return said


def _of(layers, kind):
    return [layer for layer in layers if layer.kind == kind]


def _widths(layers, kind):
    """The windows or chunks of the layers of one kind, each size once."""
    sizes = sorted([layer.window for layer in _of(layers, kind) if layer.window], key=lambda size: size)
    return [size for i, size in enumerate(sizes) if i == 0 or size != sizes[i - 1]]


def _part(layers, kind):
    sizes = " and ".join([count(size) for size in _widths(layers, kind)])
    return f"{len(_of(layers, kind))} {kind}{f' ({sizes})' if sizes else ''}"


def _verdict(layers, asked, found, only):
    """The two large numbers. Beside global layers the horizon is nearly the text: there it is a share."""
    whole = ", the whole text" if found["reach"] == asked["text"] - 1 else ""
    said = {"could": count(found["reach"]), "could_words": f"tokens back it could see{whole}"}
    if found["exact"] is None:
        said.update({"does": "?", "does_words": "tokens back that it does see: unknown"})
        return said
    does = share_in_words(found["far"])
    about = f"of what it does see comes from beyond {count(asked['distance'])} tokens"
    if only:
        does = count(found["exact"])
        about = f"tokens back hold all but {100 * asked['tolerance']:.6g}% of what it does see"
    room = ": room to look there, not recall" if _of(layers, "global") else ""
    assumed = f"if α = {asked['alpha']:.6g} and attention is spread evenly"
    said.update({"does": does, "does_words": f"{about}, {assumed}{room}"})
    return said


def _seen(model, asked, found, only, one):
    layers, text, window, reach = model.layers, asked["text"], found["window"], found["reach"]
    sizes = [layer.window for layer in layers if layer.window]
    cut = [size for size in sizes if size < text]
    cuts = f"{len(cut)} of {len(layers)} layers cut a text of {count(text)} tokens."
    if sizes and not cut:
        cuts = f"No window cuts a text of {count(text)} tokens: the narrowest is {count(min(sizes))}."
    edge = ", the whole text" if reach == text - 1 else ""
    if len(_of(layers, "chunked")) == len(layers):
        edge = ": no layer crosses the edge of a chunk"
    longer = sum(sizes) - len(sizes) if only else 0
    more = f"; in a longer one {count(longer)}" if longer > reach else ""
    alone = found["alone"]
    near = f"reach {count(alone['reach'])}, exact horizon {_tokens(alone['exact'], one)}" if alone else ""
    far = "" if found["exact"] is None else share_in_words(found["far"])
    again = "the whole text: a state holds no past to start from" if window else ""
    if window and found["reread"] is not None:
        whole = " (the whole text)" if found["reread"] >= text else ""
        kept = "" if only else ", if what its other layers kept is not overwritten"
        again = f"{count(min(found['reread'], text))} tokens{whole}{kept}"
    ends = model.context or text
    note = f"this model's positions end at {count(ends)} tokens; the text is longer"
    return {
        "cut": cuts if sizes else "",
        "reach": f"{count(reach)} tokens{edge}{more}",
        "exact": _exact(found, one if only else None),
        "rule": _rule(found, only and one),
        "alone": near,
        "far": f"{far} from beyond {count(asked['distance'])} tokens" if far else "",
        "reread": again,
        "note": note if ends < text else "",
    }


def _exact(found, window):
    if found["mixed"]:
        return "unknown: its layers mix attention and a state, and no config says in which shares"
    if found["exact"] is None:
        example = "say how many tokens a state remembers, such as 1,000"
        return f"{example}: no config tells, so it must be assumed"
    return _tokens(found["exact"], window)


def _rule(found, alone):
    window, rule = found["window"], found["rule"]
    if not window:
        return "none: it is a rule about windows"
    if rule == math.inf:
        return "none: at α = 0 the rule sees no loss"
    which = "" if alone else ", for its windowed layers"
    past = "; that is beyond the reach" if rule > found["reach"] else ""
    return f"{count(rule)} tokens ({count(rule / window, 1)} W{which}){past}"


def _tokens(number, window):
    return f"{count(number)} tokens{f' ({count(number / window, 1)} W)' if window else ''}"


def _kept(layers, asked, found):
    bill, fits, used = found["bill"], found["fits"], found["used"]
    states = bill.states
    many = f" for {count(asked['sequences'])} sequences" if asked["sequences"] > 1 else ""
    expands = [layer for layer in layers if layer.latent]
    said = {
        "least": size_words(bill.least + states) + many,
        "prefill": f"{size_words(bill.prefill + states)}, {count(asked['prefill'])} tokens at once",
        "whole": size_words(bill.whole_text + states),
        "expanded": size_words(bill.expanded + states) if expands else "",
        "states": f"{size_words(states)}, at 4 bytes a number" if states else "",
        "fits": "", "used": "", "batch": "",
    }  # fmt: skip
    if fits is not None:
        longest = "any: no layer keeps the whole text" if fits == math.inf else f"{count(fits)} tokens"
        said["fits"] = longest + many
        said["batch"] = f"{count(found['batch'])} of {count(asked['text'])} tokens"
    if used:
        all_but = f"all but {100 * asked['tolerance']:.6g}% of the output"
        said["used"] = f"in {count(used[0])} tokens {all_but} comes from the last {count(used[1])}"
    return said
