"""What a released config.json says about attention, read by a table of families.

`families.json` holds the table, for this reader and for the calculator's page: for each
family (transformers' `model_type`) the defaults of its fields and the rules by which it
lays out its layers; plain families, global layers only, are a row of defaults. A layer
is a letter: S windowed, G global, C chunked, M state, H global with a state beside it,
"-" no attention at all. The rules, in the order in which they are tried:

    layer_types, layers_block_type   the config's own list of layers
    lists      [field, {value: letter}]: another list, or a word of letters; "repeated"
               as a third entry says that it goes on from its beginning
    indices    [field, letter, other, first]: the layers of a kind, counted from 0 or `first`
    layout     words of letters, each repeated to the end or "for" so many layers, and the
               next behind "|"; "S*field-1" is a letter so many times. `by` names the field
               that a reader would look for; it may hold a word instead (such as "LLLG").
               `from_end` counts from the last layer, `end` sets it, `last` on a list, too

and beside them: `least` (there is one of them at least), `windows` ([field, plus, divided
by], when it is not sliding_window), `unlike` (fields of one kind of layer, or [only if,
field]), `per_layer`, `shared` and `reuse` (layers that keep nothing), `latent` (keys and
values are kept compressed), `state` (a sum of products), `computed` (products that stand
in for missing fields; "/field" divides), `one_head` (key-value heads, whatever the file
says), `within` (a field that stands inside another), `sublayers` (attentions a layer) and
`depth_from_list`.
"""

import json
import math
import os
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
KINDS = {"S": "windowed", "G": "global", "C": "chunked", "M": "state", "H": "global"}
OFF = (None, False, 0, -1)
SHAPE = ("num_hidden_layers", "num_attention_heads", "num_key_value_heads", "hidden_size", "head_dim")


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
    windows, chunk = _windows(fields, rules), _size(fields, "attention_chunk_size")
    letters, by = _letters(fields, rules)
    layers = [
        _layer(fields, rules, letter, i, windows[i % len(windows)], chunk)
        for i, letter in enumerate(letters * rules.get("sublayers", 1))
        if letter != "-"
    ]
    _share(layers, fields, rules)
    context, stretched = _positions(fields)
    size, asked = _number_bytes(stored)
    notes = (*_window_notes(config, fields, rules, layers, by), stretched, asked, _compressed(layers))
    if fields.get("dual_chunk_attention_config"):
        notes += ("dual_chunk_attention_config renumbers positions; every token is still seen and kept.",)
    notes = tuple(note for note in (*notes, _filled_in(config, rules)) if note)
    return {"family": family, "context": context, "layers": layers, "notes": notes, "number_bytes": size}


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
        if found is None and family is None:
            arguments.refuse("config", config, "one that names its model_type")
        family = found or family
        own = config.get("quantization_config")
        stored = own if isinstance(own, dict) else stored
        if family in TABLE["refused"]:
            return config, family, stored
        known = family in TABLE["families"] or family + "_text" not in TABLE["families"] | TABLE["refused"]
        family = TABLE["inside"].get(family, family if known else family + "_text")
        if config.get("is_encoder_decoder"):
            arguments.refuse("is_encoder_decoder", True, "false: an encoder reads text from both sides")
        inner = [key for key in TABLE["parts"] if isinstance(config.get(key), dict)]
        if not inner:
            return config, family, stored
        config = config[inner[0]]


# The fields


def _fields(config, rules):
    """The config's fields under their common names, and the family's defaults where it has none."""
    fields = rules["defaults"] | config
    for common, others in TABLE["aliases"].items():
        given = [config[name] for name in others if config.get(name) is not None]
        if given and config.get(common) is None:
            fields[common] = given[0]
    for name, (outer, inner) in rules.get("within", {}).items():
        if isinstance(fields.get(outer), dict) and fields[outer].get(inner) is not None:
            fields[name] = fields[outer][inner]
    for name, product in rules.get("computed", {}).items():
        if fields.get(name) is None:
            fields[name] = _product(fields, product)
    shape = [fields.get(name) for name in ("num_attention_heads", "hidden_size")]
    if fields.get("head_dim") is None and None not in shape:
        fields["head_dim"] = _product(fields, ["hidden_size", "/num_attention_heads"])
    one, unless = rules.get("one_head", (None, None))
    if fields.get("num_key_value_heads") is None or fields.get("multi_head"):
        fields["num_key_value_heads"] = fields.get("num_attention_heads")
    if fields.get(one) and not fields.get(unless):
        fields["num_key_value_heads"] = 1
    return fields


def _refuse_unknown(family, fields, rules):
    for field in TABLE["unknown"]:  # what it does to a layer is not known
        if fields.get(field) and not (field == "kv_lora_rank" and rules.get("latent")):
            arguments.refuse(
                field, fields[field], f"absent: what it does in the family {family!r} is not known here"
            )
    both = fields.get("use_bidirectional_attention")
    if both in (True, "all"):
        arguments.refuse("use_bidirectional_attention", both, "off: both sides are read")
    if fields.get("is_causal") is False:
        arguments.refuse("is_causal", False, "true: both sides are read")
    reads = {"sliding_window", *(field for field, _, _ in rules.get("windows", []))}
    windowed = reads & rules["defaults"].keys() or "windows" in rules or "S" in rules.get("layout", "")
    if not windowed and "layer_types" not in fields and fields.get("sliding_window") not in OFF:
        arguments.refuse(
            "sliding_window", fields["sliding_window"], f"off: the family {family!r} does not read it"
        )


def _windows(fields, rules):
    """Tokens a windowed layer sees, itself included, None where windows are off: a list that is repeated."""
    if fields.get("use_sliding_window", True) in OFF:
        return [None]
    for field, plus, divided_by in rules.get("windows", [["sliding_window", 0, 1]]):
        given = fields.get(field)
        sizes = [_size({field: one}, field) for one in given] if isinstance(given, list) and given else None
        sizes = [_size(fields, field)] if sizes is None else sizes
        if sizes != [None]:
            return [size and size // divided_by + plus for size in sizes]
    return [None]


def _size(fields, name):
    """A window's or a chunk's size; None where it is off."""
    return None if fields.get(name) in OFF else _whole(fields, name)


def _positions(fields):
    """The longest text, and a word where a rotation stretches it; what is stretched already stays."""
    if fields.get("max_position_embeddings") is None:
        return None, None
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
    if longest == own:
        return own, None
    return longest, f"YaRN stretches its {own:,} positions to {longest:,}."


def _number_bytes(stored):
    """Bytes of a number in the cache, and a word where the file asks for a format of its own."""
    scheme, named = stored.get("kv_cache_scheme"), stored.get("kv_cache_quant_algo")
    bits = scheme.get("num_bits") if isinstance(scheme, dict) else {"FP8": 8, "INT8": 8}.get(str(named))
    if bits not in (4, 8, 16):
        return 2, None
    return bits / 8, f"The file asks for keys and values of {bits} bits."


# What is said about a file


def _window_notes(config, fields, rules, layers, by):
    """Each declared window or chunk: in how many layers it is in effect, or what switches it off."""
    names = [field for field, _, _ in rules.get("windows", [["sliding_window", 0, 1]])]
    first = next((name for name in names if fields.get(name) not in OFF), None)
    for field, kind in [(first, "windowed"), ("attention_chunk_size", "chunked")]:
        value = fields.get(field)
        if field not in config or value in OFF or not isinstance(value, (int, float)) or value % 1:
            continue
        count = sum(layer["kind"] == kind for layer in layers)
        if count:
            yield f"{field} {int(value):,} is in effect in {count} of {len(layers)} layers."
        elif fields.get("use_sliding_window", True) in OFF:
            yield f"{field} {int(value):,} is switched off by use_sliding_window."
        else:
            yield f"{field} {int(value):,} is in effect in no layer: {by} names none."


def _compressed(layers):
    one = next((layer for layer in layers if layer.get("latent")), None)
    if one is None:
        return None
    whole = one["kv_heads"] * (one["key_width"] + one["value_width"])
    kept = f"Keys and values are kept compressed, {one['latent']:,} numbers a token and layer"
    return f"{kept}; an engine that expands them keeps {whole:,}."


def _filled_in(config, rules):
    """The numbers that matter here and that the file does not give: the family's own stand in for them."""
    given = {name for name in SHAPE if any(key in config for key in (name, *TABLE["aliases"].get(name, [])))}
    windows = [field for field, _, _ in rules.get("windows", [["sliding_window", 0, 1]])]
    missing = [name for name in (*SHAPE, *windows) if name not in given and name not in config]
    filled = [f"{name} {rules['defaults'][name]}" for name in missing if name in rules["defaults"]]
    return f"Not in this file, filled in as its family has it: {', '.join(filled)}." if filled else None


# The order of the layers


def _letters(fields, rules):
    """One letter a layer, in the model's order, and the field that says so."""
    letters, field = _listed(fields, rules)
    depth = len(letters) if rules.get("depth_from_list") and letters else _whole(fields, "num_hidden_layers")
    if depth > arguments.MAX_LAYERS:
        arguments.refuse("num_hidden_layers", depth, f"at most {arguments.MAX_LAYERS:,}")
    by = field or rules.get("by", "the family's pattern")
    letters = letters or _laid_out(fields, rules, depth)
    if field and field in (entry[0] for entry in rules.get("lists", []) if "repeated" in entry):
        letters = _repeated(letters, depth)
    if len(letters) < depth:
        arguments.refuse(field, fields[field], f"as long as the model is deep ({depth} layers)")
    letters = letters[:depth]  # longer lists name extra layers that predict further tokens
    if rules.get("least", "") not in letters:
        letters = letters[:-1] + rules["least"]
    return letters[:-1] + rules["last"] if "last" in rules else letters, by


def _listed(fields, rules):
    """The letters of a list that the config itself gives, and the field it stands in."""
    for field, meaning, *_ in [
        *((field, TABLE["letters"]) for field in ("layer_types", "layers_block_type")),
        *rules.get("lists", []),
    ]:
        if fields.get(field):
            return "".join(_letter(field, item, meaning) for item in _items(fields, field)), field
    return "", None


def _laid_out(fields, rules, depth):
    """The letters that the family gives its layers where the config has no list of them."""
    if "indices" in rules and fields.get(rules["indices"][0]) is not None:
        field, letter, other, *first = rules["indices"]
        chosen = _items(fields, field)
        return "".join(letter if i + sum(first) in chosen else other for i in range(depth))
    if "layout" not in rules:
        arguments.refuse("layer_types", None, "given: the family has no pattern of its own")
    letters = ""
    for part in rules["layout"].split(" | "):
        word, _, length = part.partition(" for ")
        left = depth - len(letters)
        more = min(_difference(fields, rules, length), left) if length else left
        unit = _unit(fields, rules, word, depth)
        letters += _repeated(unit[::-1], more)[::-1] if rules.get("from_end") else _repeated(unit, more)
    return letters[:-1] + rules["end"] if "end" in rules else letters


def _unit(fields, rules, word, depth):
    """A word of a layout as letters, or the word that the config itself has in its place."""
    own = fields.get(rules.get("by"))
    if own and isinstance(own, str):
        return "".join(_letter(rules["by"], item, {"L": "S", "G": "G"}) for item in own)
    runs = [run.partition("*") for run in word.split()]
    counts = [min(_difference(fields, rules, times), depth) if times else 1 for _, _, times in runs]
    return "".join(letters * count for (letters, _, _), count in zip(runs, counts))


def _difference(fields, rules, words):
    """A field or a number, less others, as the table writes it: "attn_layer_period-attn_layer_offset-1"."""
    name, *less = words.split("-")
    fields = rules["defaults"] | {key: value for key, value in fields.items() if value is not None}
    first, *rest = [int(one) if one.isdecimal() else _whole(fields, one, 0) for one in (name, *less)]
    if first < sum(rest):
        arguments.refuse(name, first, f"a whole number >= {sum(rest)}")
    return first - sum(rest)


def _repeated(word, depth):
    return (word * (depth // len(word) + 1))[:depth]


# The layers


def _layer(fields, rules, letter, i, window, chunk):
    """One layer as the fields of `swa_lib.models.Layer`."""
    own = _own(fields, rules, letter, i)
    if "sliding_window" in own and letter in "SG":
        letter, window = ("S", _whole(own, "sliding_window")) if own["sliding_window"] else ("G", None)
    letter = "G" if (letter == "S" and window is None) or (letter == "C" and chunk is None) else letter
    layer = {"kind": KINDS[letter], "window": {"S": window, "C": chunk}.get(letter)}
    if letter in "MH":
        layer["state_numbers"] = sum(_product(fields, product) for product in rules.get("state", []))
    return layer if letter == "M" else layer | _attention(fields | own, rules)


def _attention(fields, rules):
    """What an attention layer keeps of each token."""
    heads = _whole(fields, "num_attention_heads")
    if rules.get("latent") and fields.get("kv_lora_rank"):
        rope = _whole(fields, "qk_rope_head_dim", 0)
        return {
            "kv_heads": heads,
            "key_width": _whole(fields, "qk_nope_head_dim") + rope,
            "value_width": _whole(fields, "v_head_dim"),
            "query_heads": heads,
            "latent": _whole(fields, "kv_lora_rank") + rope,
        }
    key = _whole(fields, "head_dim")
    value = _whole(fields, "v_head_dim") if "v_head_dim" in rules["defaults"] else key
    kv_heads = _whole(fields, "num_key_value_heads")
    return {"kv_heads": kv_heads, "key_width": key, "value_width": value, "query_heads": heads}


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


def _share(layers, fields, rules):
    """The last so many layers, or all but the first of each few, read an earlier layer's keys and values."""
    reading = []
    if "shared" in rules and fields.get(rules["shared"]):
        shared = _whole(fields, rules["shared"], 0)
        if shared > len(layers):
            arguments.refuse(rules["shared"], shared, f"at most the {len(layers)} layers")
        reading = layers[len(layers) - shared :]
    if "reuse" in rules and fields.get(rules["reuse"][0]):
        every = _whole(fields, rules["reuse"][1])
        reading = [layer for i, layer in enumerate(layers) if i % every]
    for layer in reading:
        layer["cached"] = False


def _product(fields, factors):
    """A product of fields and whole numbers; "/" divides by what follows, rounding down."""
    result = 1
    for factor in factors:
        name = str(factor).removeprefix("/")
        number = int(name) if name.removeprefix("-").isdecimal() else _whole(fields, name, 0)
        if str(factor).startswith("/"):
            result //= number or arguments.refuse(name, number, "a whole number >= 1")
        else:
            result *= number
    return result


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


def _letter(field, item, meaning):
    letter = meaning.get(str(item))
    if letter is None:
        arguments.refuse(field, item, f"made of {', '.join(meaning)}")
    return letter


def _whole(fields, name, low=1):
    return arguments.whole(name, fields.get(name), low)
