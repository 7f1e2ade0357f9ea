"""What a released config.json says about attention, read by a table of families.

`families.json` holds the table. This reader and the calculator's page (configs.js) go through it in
the same steps: for each family (transformers' `model_type`) the defaults of its fields, and the rules
by which it lays out its layers. Plain families, global layers only, are a row of defaults. A layer is
a letter: S windowed, G global, C chunked, M state, H global with a state beside it, "-" no attention.
A number may be worked out from fields, as in "qk_nope_head_dim + qk_rope_head_dim"; "/" rounds down.

Which field says what (a rule that stands outside of the families holds for all of them):

    aliases    {field: other names}, such as "attn_config.kv_n_heads" for one inside another
    computed   {field: how to work it out, where the file does not give it}
    forced     [field, how to work it out, if this field is on, unless that one is]
    unread     [field, values that no model of text has, what is allowed], in each part of a file
    unknown    fields that are refused, for nobody knows what they do; `latent` names one that is known
    read       fields that the reader looks for by itself; with those of the rules all that it needs

How its layers follow each other, in the order in which it is tried:

    lists      [field, {value: letter}], a list or a word of letters; "repeated" as a third entry says
               that it goes on from its beginning; `depth_from_list`: nothing else tells the depth
    indices    [field, letter, other, first]: the layers of a kind, counted from 0 or `first`
    layout     words of letters, each repeated to the end or "for" so many layers, and the next behind
               "|"; "S*field-1" is a letter so many times. `by` names the field that a reader would
               look for; it may hold a word instead (such as "LLLG"). `from_end` counts from the end
    least, last    there is one of them at least; the last layer, come what may

What a layer sees and keeps:

    windows, chunks    [field, how to work the size out], the first that is on
    attention, compressed    what is kept of a token; compressed where the field named by `latent` is on
    state              numbers that a state keeps
    unlike, per_layer  fields of one kind of layer ([only if, field]), of each layer
    shared, reuse      layers that keep nothing: so many at the end, all but the first of each few
    sublayers          attentions a layer
"""

import json
import math
import os
import re
from importlib import resources

from .. import arguments


def _table():
    table = json.loads(resources.files(__package__).joinpath("families.json").read_text("utf-8"))
    for family, row in table.pop("plain").items():
        given = {name: value for name, value in zip(table["columns"], row) if value is not None}
        table["families"][family] = {"defaults": given, "layout": "G"}
    for part in ("inside", "refused"):
        table[part] = {name: what for what, names in table[part].items() for name in names}
    return table


TABLE = _table()
OFF = (None, False, 0, -1)
NAMES = re.compile(r"[a-z]\w*").findall  # of the fields in a number that is worked out


def read(config):
    """What a config says, as the fields of `swa_lib.models.Model`, its layers as those of `Layer`."""
    config, family, stored = _text_part(_loaded(config))
    if family in TABLE["refused"] or family not in TABLE["families"]:
        absent = "it is not in the table (if it is built like llama, or another family that is, "
        reason = TABLE["refused"].get(family, absent + "write that model_type)")
        raise ValueError(
            f"config of the family {family[:60]!r} is not read: {reason}. "
            "Describe its layers by hand, with Model and Layer"
        )
    rules = TABLE["families"][family]
    fields = _fields(config, rules)
    _refuse_unknown(family, fields, rules)
    windows = [] if fields.get("use_sliding_window", True) in OFF else rules.get("windows", TABLE["windows"])
    sizes = {"S": _sizes(fields, windows), "C": _sizes(fields, TABLE["chunks"])}
    letters, by = _letters(fields, rules)
    letters *= rules.get("sublayers", 1)
    layers = [_layer(fields, rules, sizes, letter, i) for i, letter in enumerate(letters) if letter != "-"]
    for layer in _readers(layers, fields, rules):
        layer["cached"] = False
    context, number_bytes = _positions(fields), _number_bytes(stored)
    said = {"family": family, "context": context, "layers": layers, "number_bytes": number_bytes or 2}
    return said | {"notes": tuple(_notes(config, fields, rules, layers, by, context, number_bytes))}


# The file


def _loaded(config):
    if isinstance(config, os.PathLike) or (
        isinstance(config, str) and not config.lstrip("\ufeff \t\r\n").startswith("{")
    ):
        try:
            with open(config, "rb") as file:
                data = file.read()
                config = data.decode(json.detect_encoding(data))
        except (OSError, ValueError):
            arguments.refuse(
                "config", config, "a dict, JSON text, or the path of a config.json here (nothing is fetched)"
            )
    if isinstance(config, str):
        config = _parsed(config.removeprefix("\ufeff"))
    if not isinstance(config, dict):
        arguments.refuse("config", config, "a dict, JSON text, or the path of a config.json", TypeError)
    return config


def _parsed(text):
    """JSON text as an object; where it breaks, the place is said."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        quotes = "; JSON wants double quotes, not single ones" if "'" in text and '"' not in text else ""
        place = f"line {error.lineno}, column {error.colno}"
    except (ValueError, RecursionError):
        quotes, place = "", "a place too deep or too long"
    arguments.refuse("config", text, f"JSON that can be read (it breaks at {place}{quotes})")


def _text_part(config):
    """The part that describes the text model, its family, and how the file stores numbers."""
    family, stored = None, {}
    while True:
        found = config.get("model_type")
        if found is not None and not isinstance(found, str):
            arguments.refuse("model_type", found, "a name", TypeError)
        if not found and not family:
            arguments.refuse("config", config, "one that names its model_type")
        family = found or family
        own = config.get("quantization_config")
        stored = own if isinstance(own, dict) else stored
        if family in TABLE["refused"]:
            return config, family, stored
        known = family in TABLE["families"] or family + "_text" not in TABLE["families"] | TABLE["refused"]
        family = TABLE["inside"].get(family, family if known else family + "_text")
        for field, values, allowed in TABLE["unread"]:
            value = config.get(field)
            if any(value == one and type(value) is type(one) for one in values):
                arguments.refuse(field, value, allowed)
        inner = [key for key in TABLE["parts"] if isinstance(config.get(key), dict)]
        if not inner:
            return config, family, stored
        config = config[inner[0]]


# The fields


def _fields(config, rules):
    """The config's fields under their common names, and the family's defaults where it has none."""
    fields = rules["defaults"] | config
    for name, others in (TABLE["aliases"] | rules.get("aliases", {})).items():
        given = [found for found in (_at(config, other) for other in others) if found is not None]
        if given and config.get(name) is None:
            fields[name] = given[0]
    for name, words in [*rules.get("computed", {}).items(), *TABLE["computed"].items()]:
        if fields.get(name) is None and all(fields.get(part) is not None for part in NAMES(words)):
            fields[name] = _value(fields, words)
    for name, words, *switches in TABLE["forced"] + rules.get("forced", []):
        if [bool(fields.get(switch)) for switch in switches] == [True, False][: len(switches)]:
            fields[name] = _value(fields, words)
    return fields


def _at(config, path):
    """A field, also one inside another: "attn_config.kv_n_heads"."""
    for name in path.split("."):
        config = config.get(name) if isinstance(config, dict) else None
    return config


def _value(fields, words):
    """A sum of products of fields and whole numbers, as the table writes it; "/" rounds down."""
    total = 0
    for minus, product in re.findall(r"(-?) ?([\w*/]+)", words):
        result = 1
        for over, name in re.findall(r"(/?)(\w+)", product):
            number = int(name) if name.isdecimal() else _whole(fields, name, 1 if over else 0)
            result = result // number if over else result * number
        total += -result if minus else result
    return total


def _whole(fields, name, low=1):
    return arguments.whole(name, fields.get(name), low)


def _refuse_unknown(family, fields, rules):
    for field in TABLE["unknown"]:  # what it does to a layer is not known
        if fields.get(field) and field != rules.get("latent"):
            arguments.refuse(
                field, fields[field], f"absent: what it does in the family {family!r} is not known here"
            )
    windowed = "sliding_window" in rules["defaults"] or "windows" in rules or "S" in rules.get("layout", "")
    if not windowed and "layer_types" not in fields and fields.get("sliding_window") not in OFF:
        arguments.refuse(
            "sliding_window", fields["sliding_window"], f"off: the family {family!r} does not read it"
        )


def _sizes(fields, rows):
    """What a windowed or chunked layer sees, None where that is off: a list that is repeated."""
    for field, words in rows:
        given = fields.get(field)
        given = given if isinstance(given, list) and given else [given]
        sizes = [None if one in OFF else _value({field: one}, words) for one in given]
        if sizes != [None]:
            return sizes
    return [None]


def _positions(fields):
    """The longest text, None where nothing says so; what YaRN has stretched already stays."""
    if fields.get("max_position_embeddings") is None:
        return None
    own = longest = _whole(fields, "max_position_embeddings")
    whole = [fields.get(name) for name in ("rope_scaling", "rope_parameters")]
    whole = [scaling for scaling in whole if isinstance(scaling, dict)]
    parts = [part for scaling in whole for part in scaling.values() if isinstance(part, dict)]
    for scaling in whole + parts:  # the parts: one for each kind of layer
        factor = scaling.get("factor")
        yarn = "yarn" in (scaling.get("rope_type"), scaling.get("type"))
        if yarn and isinstance(factor, (int, float)) and 1 < factor < 2**30:
            before = scaling.get("original_max_position_embeddings") or own
            before = arguments.whole("original_max_position_embeddings", before, 1)
            longest = max(longest, math.floor(before * factor))
    return longest


def _number_bytes(stored):
    """Bytes of a number in the cache, where the file asks for a format of its own."""
    scheme, named = stored.get("kv_cache_scheme"), stored.get("kv_cache_quant_algo")
    bits = scheme.get("num_bits") if isinstance(scheme, dict) else {"FP8": 8, "INT8": 8}.get(str(named))
    return bits / 8 if bits in (4, 8, 16) else None


# The order of the layers


def _letters(fields, rules):
    """One letter a layer, in the model's order, and the field that says so."""
    letters, by, repeated = _listed(fields, rules)
    depth = len(letters) if rules.get("depth_from_list") and letters else _whole(fields, "num_hidden_layers")
    if depth > arguments.MAX_LAYERS:
        arguments.refuse("num_hidden_layers", depth, f"at most {arguments.MAX_LAYERS:,}")
    if not letters:
        letters, by = _laid_out(fields, rules, depth), rules.get("by", "the family's pattern")
    letters = _repeated(letters, depth) if repeated else letters
    if len(letters) < depth:
        arguments.refuse(by, fields[by], f"as long as the model is deep ({depth} layers)")
    letters = letters[:depth]  # longer lists name extra layers that predict further tokens
    if rules.get("least", "") not in letters:
        letters = letters[:-1] + rules["least"]
    return letters[:-1] + rules["last"] if "last" in rules else letters, by


def _listed(fields, rules):
    """The letters of a list that the config itself gives, the field it stands in, and if it is repeated."""
    common = [(field, TABLE["letters"]) for field in TABLE["lists"]]
    for field, meaning, *repeated in common + rules.get("lists", []):
        if fields.get(field):
            return _spelled(field, _items(fields, field), meaning), field, repeated
    return "", None, []


def _laid_out(fields, rules, depth):
    """The letters that the family gives its layers where the config has no list of them."""
    if "indices" in rules and fields.get(rules["indices"][0]) is not None:
        field, letter, other, *first = rules["indices"]
        chosen = _items(fields, field)
        return "".join(letter if i + sum(first) in chosen else other for i in range(depth))
    if "layout" not in rules:
        arguments.refuse("layer_types", None, "given: the family has no pattern of its own")
    counted = rules["defaults"] | {name: value for name, value in fields.items() if value is not None}
    letters, own = "", fields.get(rules.get("by"))
    for part in rules["layout"].split(" | "):
        word, _, length = part.partition(" for ")
        left = depth - len(letters)
        more = min(max(_value(counted, length), 0), left) if length else left
        if own and isinstance(own, str):  # the config has a word of its own
            word = _spelled(rules["by"], own, {"L": "S", "G": "G"})
        unit = "".join(_run(counted, run, depth) for run in word.split())
        letters += _repeated(unit[::-1], more)[::-1] if rules.get("from_end") else _repeated(unit, more)
    return letters


def _run(fields, run, depth):
    """Letters so many times: "M*attn_layer_period-attn_layer_offset-1"."""
    letters, _, words = run.partition("*")
    times = _value(fields, words) if words else 1
    if times < 0:
        arguments.refuse(words, times, "a whole number >= 0")
    return letters * min(times, depth)


def _repeated(word, depth):
    return (word * (depth // len(word) + 1))[:depth]


def _items(fields, field, least=0):
    """A list with an entry a layer; an entry that is [kinds, how often] counts so often."""
    items = fields[field]
    if not isinstance(items, (list, tuple, str)) or len(items) < least:
        arguments.refuse(field, items, "a list with an entry a layer")
    spread = []
    for item in items:
        pair = isinstance(item, list) and len(item) == 2 and isinstance(item[0], list)
        if pair and type(item[1]) is int and 0 < item[1] * len(item[0]) <= arguments.MAX_LAYERS:
            spread += item[0] * item[1]
        else:
            spread.append(item)
    return spread


def _spelled(field, items, meaning):
    """A list of kinds in letters."""
    strange = [item for item in items if str(item) not in meaning]
    if strange:
        arguments.refuse(field, strange[0], f"made of {', '.join(meaning)}")
    return "".join(meaning[str(item)] for item in items)


# The layers


def _layer(fields, rules, sizes, letter, i):
    """One layer as the fields of `swa_lib.models.Layer`."""
    own = _own(fields, rules, letter, i)
    window = sizes[letter][i % len(sizes[letter])] if letter in sizes else None
    if "sliding_window" in own and letter in "SG":
        letter, window = ("S", _whole(own, "sliding_window")) if own["sliding_window"] else ("G", None)
    letter = "G" if letter in sizes and window is None else letter
    layer = {"kind": TABLE["kinds"][letter], "window": window}
    if letter in "MH":
        layer["state_numbers"] = _value(fields, rules.get("state", "0"))
    if letter == "M":
        return layer
    fields = fields | own
    compressed = fields.get(rules.get("latent"))
    for name, words in (
        TABLE["compressed"] if compressed else TABLE["attention"] | rules.get("attention", {})
    ).items():
        layer[name] = _value(fields, words)
        if layer[name] < 1:
            arguments.refuse(words, layer[name], "a whole number >= 1")
    return layer


def _own(fields, rules, letter, i):
    """What this layer says for itself: its kind's fields, its place in a list, its own entry."""
    own = {}
    for name, source in rules.get("unlike", {}).get(letter, {}).items():
        only_if, field = source if isinstance(source, list) else (source, source)
        if fields.get(only_if) and fields.get(field) is not None:
            own[name] = fields[field]
    for name, field in rules.get("per_layer", {}).items():
        if fields.get(field):
            own[name] = _items(fields, field, i + 1)[i]
    entries = fields.get("per_layer_config") or {}
    if not isinstance(entries, dict):
        arguments.refuse("per_layer_config", entries, "an object, by layer")
    for place, entry in entries.items():
        if str(place).isdecimal() and int(place) == i and isinstance(entry, dict):
            own |= entry
    return own


def _readers(layers, fields, rules):
    """The last so many layers, or all but the first of each few, read an earlier layer's keys and values."""
    if fields.get(rules.get("shared")):
        shared = _whole(fields, rules["shared"], 0)
        if shared > len(layers):
            arguments.refuse(rules["shared"], shared, f"at most the {len(layers)} layers")
        return layers[len(layers) - shared :]
    switch, every = rules.get("reuse", (None, None))
    return (
        [layer for i, layer in enumerate(layers) if i % _whole(fields, every)] if fields.get(switch) else []
    )


# What is said about a file


def _notes(config, fields, rules, layers, by, context, number_bytes):
    """What the file declares and what of it is in effect; what was stretched, compressed, filled in."""
    windows = [field for field, _ in rules.get("windows", TABLE["windows"])]
    first = next((name for name in windows if fields.get(name) not in OFF), None)
    for field, kind in [(first, "windowed"), ("attention_chunk_size", "chunked")]:
        value = fields.get(field)
        if field not in config or value in OFF or not isinstance(value, (int, float)) or value % 1:
            continue
        count = sum(layer["kind"] == kind for layer in layers)
        effect = f"in effect in no layer: {by} names none"
        if count:
            effect = f"in effect in {count} of {len(layers)} layers"
        elif fields.get("use_sliding_window", True) in OFF:
            effect = "switched off by use_sliding_window"
        yield f"{field} {int(value):,} is {effect}."
    if context != fields.get("max_position_embeddings"):
        yield f"YaRN stretches its {int(fields['max_position_embeddings']):,} positions to {context:,}."
    if number_bytes:
        yield f"The file asks for keys and values of {8 * number_bytes:.0f} bits."
    for layer in [layer for layer in layers if "latent" in layer][:1]:
        whole = layer["kv_heads"] * (layer["key_width"] + layer["value_width"])
        kept = f"Keys and values are kept compressed, {layer['latent']:,} numbers a token and layer"
        yield f"{kept}; an engine that expands them keeps {whole:,}."
    if fields.get("dual_chunk_attention_config"):
        yield "dual_chunk_attention_config renumbers positions; every token is still seen and kept."
    names = {name: (name, *TABLE["aliases"].get(name, [])) for name in (*TABLE["shape"], *windows)}
    missing = [name for name, others in names.items() if not any(key in config for key in others)]
    filled = [f"{name} {rules['defaults'][name]}" for name in missing if name in rules["defaults"]]
    if filled:  # numbers that matter here
        yield f"Not in this file, filled in as its family has it: {', '.join(filled)}."
