"""The calculator on its page: held to the package, says what it refuses, runs nothing it is given."""

import copy
import json
import random

import numpy as np
import pytest
from book import ROOT
from browser import new_tab

from swa_lib import (
    MODELS,
    Layer,
    Model,
    beyond,
    horizon,
    influence,
    model_bill,
    model_from_config,
    model_influence,
    model_reach,
    rule_horizon,
    tokens_to_reread,
)
from swa_lib.book import reading
from swa_lib.book.look import page_colours
from swa_lib.book.pages import NEEDS, STYLES
from swa_lib.chapters.calculator import MAX_WORK, PAGES, Calculator, answers, package_script, typed_model
from swa_lib.models.configs import TABLE

CONFIGS = {path.stem: path.read_text() for path in sorted((ROOT / "tests" / "configs").glob("*.json"))}
MEMORY = 1000  # tokens that a state is taken to remember


# The ports ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def engine(browser):
    """The calculator's scripts in an empty page: `engine(code, values)` runs code that has them at hand."""
    tab = browser.new_page()
    tab.add_script_tag(path=PAGES[1] / "draw.js")
    tab.add_script_tag(content=package_script())
    tab.evaluate("window.engine = calculatorEngine()")
    yield lambda code, *values: tab.evaluate(f"values => {{ {code} }}", list(values))
    tab.close()


def packed(model):
    """A model as the scripts know it."""
    return {"layers": [layer._asdict() for layer in model]}


READ = """return values[0].map((text) => {
    try { return engine.read(text); }
    catch (error) { return error.message; }
});"""


def read_here(text):
    try:
        model = model_from_config(text)
    except (ValueError, TypeError) as error:
        return str(error)
    said = {"family": model.family, "context": model.context, "notes": list(model.notes)}
    return said | {"number_bytes": model.number_bytes} | packed(model)


YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 4096}
ODD = [None, 0, -1, 1, 3, 7, 2.5, 1e300, True, False, "", "LLG", "full_attention", [], [1, 2], {}, {"a": 1}]
ODD += [[64, None, 7], YARN, {"full_attention": YARN}, {"kv_cache_scheme": {"num_bits": 8}}, "FP8"]
FIELDS = """num_kv_shared_layers per_layer_config use_sliding_window is_causal rope_scaling n_layer
    sliding_window quantization_config kv_lora_rank layer_types num_attention_groups head_dim
    dual_chunk_attention_config"""


def spoiled(seed):
    """A config in which somebody changed, added or lost a few fields."""
    chance = random.Random(seed)
    if seed % 2:
        config = json.loads(chance.choice(list(CONFIGS.values())))
    else:
        config = {"model_type": chance.choice(list(TABLE["families"]))}
    more = [*FIELDS.split(), *TABLE["families"].get(config["model_type"], {}).get("defaults", {})]
    part = config.get("text_config", config)
    for _ in range(chance.randint(1, 3)):
        field = chance.choice([*part, *more])
        part[field] = copy.deepcopy(chance.choice(ODD))
        if chance.random() < 0.3:
            del part[field]
    return json.dumps(config)


def test_a_config_is_read_or_refused_as_by_the_package(engine):
    """Released ones, every family bare, and spoiled ones; what is refused is refused for the same field."""
    plain = [json.dumps({"model_type": family}) for family in TABLE["families"]]
    texts = [*CONFIGS.values(), *plain, *map(spoiled, range(800))]
    refused = []
    for text, found in zip(texts, engine(READ, texts)):
        here = read_here(text)
        if isinstance(found, str) and isinstance(here, str):
            refused.append(text)
            found, here = found.partition(" must be ")[0][:60], here.partition(" must be ")[0][:60]
        assert found == here, text
    names = [name for name, text in CONFIGS.items() if text in refused]
    assert names == ["deepseek-v4-flash", "modernbert-large"]
    assert 80 < len(refused) < 720


def random_stack(seed):
    chance = random.Random(seed)
    kinds = chance.choice([["windowed"], ["windowed", "global"], ["windowed", "chunked", "global", "state"]])
    layers = []
    for _ in range(chance.randint(1, 30)):
        kind = chance.choice(kinds)
        size = chance.randint(1, 60) if kind in ("windowed", "chunked") else None
        layers.append(Layer(kind, size, 2, 8, 4, 4, chance.random() < 0.8, 50 if kind == "state" else 0))
    return Model(tuple(layers)), chance.choice([0.0, 0.5, 0.9, 0.95]), chance.randint(1, 700)


def test_a_profile_and_a_bill_are_those_of_the_package(engine):
    cases = [random_stack(seed) for seed in range(60)]
    for name in ("Mistral 7B v0.1", "Gemma 3 27B", "Llama 4 Scout", "Qwen3.5 27B"):
        cases.append((MODELS[name], 0.95, 20_000))
    cases.append((model_from_config(CONFIGS["kimi-linear-48b"]), 0.9, 3000))
    served = dict(sequences=3, bytes=1.0625, prefill=32, memory=None, state_memory=MEMORY)
    code = """return values[0].map(([model, alpha, text]) => {
        const asked = { alpha, text, tolerance: 0.01, distance: 1, ...values[1] };
        const profile = Array.from(engine.influence(model, alpha, text, asked.state_memory));
        return { profile, ...engine.answer(model, asked) }; });"""
    found = engine(code, [[packed(model), alpha, text] for model, alpha, text in cases], served)
    for (model, alpha, text), page in zip(cases, found):
        exact = model_influence(model, alpha, text, MEMORY if model.count("state") else None)
        port = np.zeros(max(len(exact), len(page["profile"])))
        port[: len(page["profile"])] = page["profile"]
        normal = exact > 1e-290
        assert np.all(np.abs(port[: len(exact)][normal] / exact[normal] - 1) < 1e-9)
        assert np.all(port[: len(exact)][~normal] < 1e-289) and not port[len(exact) :].any()
        assert page["reach"] == model_reach(model, text)
        assert min(share for _, share in page["curve"]) >= 0.01 / 1000  # the picture's foot
        assert page["bill"] == model_bill(model, text, 3, 1.0625, 32)._asdict()
        if page["reread"] is not None:
            assert page["reread"] == tokens_to_reread(model)


# The page -----------------------------------------------------------------------------------------

START = dict(layers=32, window="1,024", global_layers=0, kv_heads=8, head_dim=128, alpha=0.95, tolerance=0.01)
START |= dict(bytes=2, text="2,048", distance="300", sequences=1, prefill=512, memory="")


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """The calculator alone on a page, as its sources are now."""
    made = {"reader.js": reading.script(), "package.js": package_script(), "look": page_colours()}

    def tags(tag, names):
        paths = ([folder / name for folder in PAGES if (folder / name).exists()] for name in names)
        texts = (made.get(name) or path[0].read_text() for name, path in zip(names, paths))
        return "".join(f"<{tag}>{text}</{tag}>" for text in texts)

    styles, scripts = tags("style", ["look", *STYLES]), tags("script", NEEDS['class="calculator"'])
    page = tmp_path_factory.mktemp("calculator") / "page.html"
    body = f"<title>Calculator</title>{styles}<main>{Calculator().page()}</main>{scripts}"
    page.write_text(f'<!doctype html><html lang="en"><meta charset="utf-8">{body}', encoding="utf-8")
    return page.as_uri()


@pytest.fixture
def visit(browser, address):
    """The page in a tab of one's own, closed after the test; `before` runs before its scripts."""
    tabs = []

    def visit(state="", width=1280, before="", **options):
        tab = new_tab(browser, width, 740, **options)
        tabs.append(tab)
        if before:
            tab.add_init_script(before)
        tab.goto(address + state)
        return tab

    yield visit
    for tab in tabs:
        assert tab.errors == [] and tab.evaluate("window.hit") is None  # nothing that was pasted was run
        tab.context.close()


@pytest.fixture(scope="module")
def calculator_page(browser, address):
    tab = new_tab(browser, 1280, 800)
    tab.goto(address)
    yield tab
    assert tab.errors == []
    tab.context.close()


@pytest.fixture
def calculator(calculator_page):
    """The calculator with numbers of one's own."""
    fill(calculator_page, model="", **START)
    return calculator_page


def fill(tab, **values):
    """Write into fields, one after the other, as a reader does."""
    tab.evaluate(
        """values => Object.entries(values).forEach(([name, value]) => {
            const field = document.getElementById(`calculator-${name}`);
            field.value = value;
            field.dispatchEvent(new Event("input", { bubbles: true }));
        })""",
        {name: str(value) for name, value in values.items()},
    )


def results(tab):
    """What the page says, once it has said it."""
    tab.wait_for_function("!document.querySelector('.calculator-busy, .calculator-unclear')")
    told = "all => Object.fromEntries(all.map(one => [one.dataset.result, one.textContent]))"
    return tab.locator("[data-result]").evaluate_all(told)


def said(tab, field):
    return tab.locator(f"#calculator-{field}-said").text_content()


# What is typed, and the package's answer to it.
MISTRAL, FALCON = MODELS["Mistral 7B v0.1"], '{"model_type": "falcon_h1"}'
OWN = [
    (dict(layers=32, window="1k", alpha="95%", tolerance="1%"), (32, 1024), {}),
    (dict(layers=12, window=128, alpha=0.9, tolerance="1e-3"), (12, 128), dict(alpha=0.9, tolerance=0.001)),
    (dict(layers=40, window=30, alpha=0, tolerance=0.05), (40, 30), dict(alpha=0.0, tolerance=0.05)),
    (dict(layers=10, window=64, global_layers=3, kv_heads=2), (10, 64, 3, 2), {}),
    (dict(layers=4, global_layers=4), (4, 1024, 4), {}),
    (dict(layers=4, window=60, distance=300), (4, 60), dict(distance=300)),  # nothing from there
    (dict(layers=4, window=2048), (4, 2048), {}),  # no window cuts the text
    (dict(layers=4, window=1024, sequences=3, prefill=7), (4, 1024), dict(sequences=3, prefill=7)),
    (dict(layers=4, window=128, bytes=0.5625, memory=1), (4, 128), dict(memory=2**30, bytes=0.5625)),
    (dict(layers=4, window=128, memory=0), (4, 128), dict(memory=0)),
    (dict(layers=1, window=4, alpha=0, tolerance=0.25), (1, 4), dict(alpha=0, tolerance=0.25)),  # just so
    (dict(layers=1, alpha=0.5, text=50), (1, 1024), dict(alpha=0.5, text=50)),
    # "60k" is sixty thousand, unless it names a power of two
    *[
        (dict(layers=2, text=typed), (2, 1024), dict(text=tokens))
        for typed, tokens in (("60k", 60_000), ("1.5k", 1500), ("128k", 131_072), ("0.5M", 500_000))
    ],
]
SHAPE = ("layers", "window", "global_layers", "kv_heads")
CASES = [(values, typed_model(**dict(zip(SHAPE, shape))), asked) for values, shape, asked in OWN]
for name, model in MODELS.items():
    CASES.append((dict(text=6000, model=name), model, dict(name=name, text=6000)))
    if model.count("state"):
        CASES[-1][0]["state_memory"] = CASES[-1][2]["state_memory"] = MEMORY
SERVED = dict(text=60_000, sequences=4, prefill=512)
CASES += [
    (dict(model="Gemma 3 27B", memory=24, **SERVED), MODELS["Gemma 3 27B"],
     dict(name="Gemma 3 27B", memory=24 * 2**30, **SERVED)),
    (dict(model="Qwen3.5 27B", memory=24, state_memory=""), MODELS["Qwen3.5 27B"],
     dict(name="Qwen3.5 27B", memory=24 * 2**30)),
    (dict(model="config", config=FALCON), model_from_config(FALCON), dict(name="config.json (falcon_h1)")),
]  # fmt: skip


@pytest.mark.parametrize("values, model, asked", CASES)
def test_it_says_what_the_package_says(calculator, values, model, asked):
    asked = dict(alpha=0.95, tolerance=0.01, text=2048, distance=10, prefill=512) | asked
    fill(calculator, **{"distance": asked["distance"]} | values)
    assert results(calculator) == answers(model, **asked)
    assert calculator.locator("#calculator-layers").is_visible() == ("model" not in values)
    assert calculator.locator("#calculator-state_memory").is_visible() == bool(model.count("state"))


def test_the_picture_has_the_tail_the_rule_and_both_horizons(calculator):
    profile, rule, end = influence(100, 100, 0.95), rule_horizon(100, 0.95, 0.01), 1000
    exact, curve = horizon(profile, 0.01), [[d, beyond(profile)[d].item()] for d in range(0, end + 1, 10)]
    found = dict(curve=curve, exact=int(exact), rule=rule, end=end)
    told = "found => calculatorPicture(String, { tolerance: 0.01 }, found)"
    picture = calculator.evaluate(told, found)
    drawn = {  # down to a thousandth of the tolerance
        (one["is"], one["name"]): [(end * (1 - x), 1e-5 ** (1 - y)) for x, y in zip(one["x"], one["y"])]
        for one in picture["shapes"]
    }
    assert [one["words"] for one in picture["letters"][0][1]] == [f"exact {exact}", f"rule {rule}"]
    np.testing.assert_allclose(drawn["path", "exact"], curve, atol=1e-6)
    np.testing.assert_allclose(drawn["dot", "exact"] + drawn["dot", "rule"], [(exact, 0.01), (rule, 0.01)])
    straight = [[d, 0.01 ** (d / rule)] for d, _ in curve if d < 2.5 * rule]
    np.testing.assert_allclose(drawn["path", "rule"], straight, atol=1e-6)


@pytest.mark.parametrize(
    "typed, told",
    [
        ("128k", "= 131,072; for 128,000 write 128000"),
        ("1M", "= 1,048,576; for 1,000,000 write 1000000"),
        ("60k", "= 60,000"),
        ("70000", ""),
    ],
)
def test_it_says_how_a_number_was_read(calculator, typed, told):
    fill(calculator, layers=2, text=typed)
    assert said(calculator, "text") == told


def test_a_dropped_config_gets_the_packages_answer_and_its_own_text(visit):
    tab, config = visit(), json.loads(CONFIGS["mimo-v2-flash"])
    text = json.dumps(config | {"quantization_config": {"kv_cache_scheme": {"num_bits": 8}}})
    tab.evaluate(
        """bytes => { const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], "config.json"));
        const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
        document.querySelector(".calculator").dispatchEvent(drop); }""",
        list(text.encode("utf-8-sig")),
    )
    model = model_from_config(text)
    name = f"config.json ({model.family})"
    tab.locator(".calculator-for", has_text=name).wait_for()
    fill(tab, distance=300)
    assert tab.locator("#calculator-text").input_value() == f"{model.context:,}"
    assert results(tab) == answers(model, 0.95, 0.01, model.context, 300, name, bytes=1)
    assert said(tab, "config") == " ".join(model.notes)
    other = {"name": "config.json", "mimeType": "application/json", "buffer": FALCON.encode()}
    tab.locator("[type=file]").set_input_files(other)
    tab.locator(".calculator-for", has_text="falcon_h1").wait_for()
    assert tab.locator("#calculator-distance").input_value() == "300", "what was typed stays"


def test_a_distance_that_nobody_typed_lies_within_the_text(visit):
    tab = visit()
    fill(tab, text=8192)
    assert tab.locator("#calculator-distance").input_value() == "4,096" and said(tab, "distance") == ""


@pytest.mark.parametrize(
    "field, value, words",
    [
        ("layers", "0", 'Layers L: write a whole number from 1 to 1,000, not "0".'),
        ("layers", "3.5", 'Layers L: write a whole number from 1 to 1,000, not "3.5".'),
        ("window", "9999999", 'Window W: write a whole number from 1 to 1,048,576, not "9999999".'),
        ("window", "4.096", "thousand"),
        ("alpha", "1", 'Residual share α: write a number from 0 to below 1, not "1".'),
        ("alpha", "0,95", "decimal point"),
        ("tolerance", "0", 'Tolerance ε: write a number above 0 and below 1, not "0".'),
        ("tolerance", "<b>", "number"),
        ("distance", "2048", "nothing is farther back than 2,047. Ask for half of it, 1,024,"),
        ("text", "10M", 'Text length T: write a whole number from 1 to 1,048,576, not "10M".'),
        ("text", "", "Text length T: nothing stands here. Write a whole number from 1 to 1,048,576."),
        ("text", "1048576", f"Layers x text must be at most {MAX_WORK:,} here;"),
        ("memory", "-1", "Memory for the cache, GiB: write a number from 0 to 1,048,576, or nothing"),
        ("global_layers", "301", "At most the 300 layers can be global."),
    ],
)
def test_a_bad_value_is_told_beside_its_field(calculator, field, value, words):
    start = START | dict(layers=300, window=8)
    fill(calculator, **start)
    results(calculator)
    fill(calculator, **{field: value})
    assert words in said(calculator, field)
    assert calculator.locator(f"#calculator-{field}:invalid").count() == 1
    assert "calculator-unclear" in calculator.locator(".calculator").get_attribute("class")
    look = "e => [getComputedStyle(e).borderColor, getComputedStyle(e.nextElementSibling).color]"
    looks = [calculator.locator(f"#calculator-{one}").evaluate(look) for one in (field, "bytes")]
    assert all(wrong != right for wrong, right in zip(*looks)), "it does not look wrong"
    fill(calculator, **{field: start[field]})
    assert said(calculator, field) == "" and results(calculator)


HOSTILE = '<img src=x onerror="window.hit = 1"><script>window.hit = 1</script>'


@pytest.mark.parametrize(
    "text, words",
    [
        ('{"model_type": "mistral",\n  "a": }', "JSON that can be read: "),
        ('{"model_type": "mistral"', "(line 1 column 25)"),  # in the browser's own words
        ("{'model_type': 'mistral'}", "; JSON wants double quotes, not single ones"),
        ('{"model_type": "deepseek_v4"}', 'Type its layers and windows by hand: choose "your own numbers"'),
        ("mistralai/Mistral-7B-v0.1", "this page fetches nothing, so it cannot look up mistralai/Mistral-7B"),
        ("https://huggingface.co/openai/gpt-oss-20b", "paste what stands in it"),
        (json.dumps({"model_type": HOSTILE}), "is not read"),
        (json.dumps({"model_type": "gemma2", "layer_types": [HOSTILE] * 3}), "layer_types must be made of"),
        ('{"model_type": "__proto__"}', "'__proto__' is not read"),
        ('{"model_type": "constructor", "__proto__": {"sliding_window": 7}}', "'constructor' is not read"),
        (HOSTILE, "'<'"),
        ('{"model_type": "mistral", "num_hidden_layers": 1e9}', "num_hidden_layers must be at most 10,000"),
        ("[" * 10_000, "JSON that can be read"),
    ],
)
def test_a_config_that_is_refused_is_shown_as_text_and_there_after_a_reload(visit, text, words):
    tab = visit()
    fill(tab, model="config", config=text)
    assert words in said(tab, "config") and tab.locator("#calculator-config-said *").count() == 0
    assert not tab.locator(".calculator-answer").is_visible()  # no other model's answer stands
    tab.reload()
    assert tab.locator("#calculator-config").input_value() == text and words in said(tab, "config")
    fill(tab, config=CONFIGS["gpt-oss-20b"])
    assert "gpt_oss" in results(tab)["for"] and tab.locator(".calculator-answer").is_visible()


def test_a_hostile_address_is_shown_as_text(visit):
    img = "%3Cimg%20src%3Dx%20onerror%3D%22window.hit%3D1%22%3E"
    tab = visit(f"#calculator?model=%3Cb%3E&alpha={img}&config=%3Cb%3E&layres=8&bytes=7")
    assert "<img" in said(tab, "alpha") and tab.locator(".calculator img, .calculator b").count() == 0
    told = tab.locator(".calculator-strange").text_content()
    assert told == "The link asks for what this page does not know: model = <b>, layres = 8, bytes = 7."


def test_the_first_answer_stands_without_script(visit):
    still = visit(java_script_enabled=False)
    for name, text in answers(typed_model(32, 4096), 0.95, 0.01, 131072, 16384).items():
        assert still.locator(f"[data-result={name}]").text_content() == text
    for part in (".calculator-fields", ".calculator-picture", ".calculator-link"):
        assert not still.locator(part).first.is_visible()


def test_an_old_answer_never_looks_valid(calculator):
    results(calculator)
    seen = calculator.evaluate(
        """() => new Promise((done) => {
            const form = document.getElementById("calculator"), seen = [];
            const look = () => {
                const opacity = (place) => Number(getComputedStyle(form.querySelector(place)).opacity);
                seen.push([opacity(".calculator-answer"), opacity(".does strong")]);
                if (/busy/.test(form.className)) setTimeout(look, 5);
                else done(seen);
            };
            const alpha = form.elements.alpha;
            for (const value of ["0.8", "0.93"]) {
                alpha.value = value;
                alpha.dispatchEvent(new Event("input", { bubbles: true }));
            }
            look(); // in the same breath as the input
        })"""
    )
    *pending, last = seen
    assert pending and max(max(pair) for pair in pending) < 0.5 and last == [1, 1]
    assert results(calculator)["does"] == answers(typed_model(32, 1024), 0.93, 0.01, 2048, 300)["does"]


def test_another_model_s_numbers_never_stand_under_a_new_name(visit):
    """On a slow machine: here the first answer comes once the test asks for it."""
    slow = """window.Worker = class { terminate() {} set onmessage(then) { this.then = then; }
        postMessage(asked) {
            window.reply = () => this.then({ data: calculatorEngine().answer(...asked) });
        } }"""
    tab = visit(before=slow, width=390)
    tab.evaluate("reply()")
    number = tab.locator(".does strong")
    assert number.is_visible()
    before = tab.locator(".calculator-verdict").bounding_box()
    tab.locator("#calculator-model").select_option("Mistral 7B v0.1")
    told = "getComputedStyle(document.querySelector('.calculator-verdict'), '::before').content"
    assert "computing" in tab.evaluate(told) and not number.is_visible()
    assert not tab.locator("[data-result=exact]").is_visible()
    assert tab.locator(".calculator-verdict").bounding_box() == before, "nothing moves"
    tab.evaluate("reply()")
    assert number.is_visible() and tab.evaluate(told) == "none"
    tab.locator("#calculator-model").select_option("config")  # nothing is pasted yet
    assert not number.is_visible() and tab.evaluate(told) == "none"


def test_one_short_announcement_after_a_pause(visit):
    tab = visit()
    tab.evaluate(
        """() => { window.heard = []; const status = document.querySelector(".calculator-status");
        new MutationObserver(() => status.textContent && heard.push(status.textContent))
            .observe(status, { childList: true, characterData: true, subtree: true }); }"""
    )
    tab.locator("#calculator-window").press_sequentially("0", delay=30)
    for digit in "1024":
        tab.locator("#calculator-window").press_sequentially(digit, delay=30)
    fill(tab, window=512)
    tab.wait_for_timeout(2000)
    assert tab.evaluate("heard") == [tab.locator(".calculator-status").text_content()]
    assert "it could see" in tab.evaluate("heard")[0]
    fill(tab, window="many")
    tab.wait_for_function("heard.length === 2")
    assert tab.evaluate("heard")[1] == said(tab, "window"), "what is wrong is read out, too"
    assert tab.locator("[aria-live], [role=alert]").count() == 0


def test_on_a_phone_the_answer_and_every_field_are_seen_together(visit):
    tab = visit(width=390)
    assert tab.locator(".calculator").evaluate("form => form.scrollWidth <= form.clientWidth")
    tab.locator(".calculator summary").click()
    for name in ("layers", "alpha", "distance", "memory", "layers"):
        field = tab.locator(f"#calculator-{name}")
        field.focus()
        field.scroll_into_view_if_needed()
        box, verdict = field.bounding_box(), tab.locator(".does strong").bounding_box()
        assert verdict["y"] >= 0 and verdict["y"] + verdict["height"] <= box["y"], name
        assert box["y"] + box["height"] <= 740


def test_what_is_said_under_a_field_moves_none_beside_it(visit):
    tab = visit()
    before = tab.locator("#calculator-layers").bounding_box()
    fill(tab, window="about as much as that")
    assert len(said(tab, "window")) > 50 and tab.locator("#calculator-layers").bounding_box() == before


@pytest.mark.parametrize("name", ["", "Mistral 7B v0.1", "config"])
def test_the_whole_state_survives_reload_and_back(visit, name):
    tab = visit()
    tab.locator("#calculator-model").select_option(name)
    if name == "config":
        fill(tab, config=FALCON.replace("_h1", ""))
        assert tab.locator("#calculator-distance").input_value() == "1,024"  # half of so short a text
        fill(tab, config=CONFIGS["gemma-4-31b"])
    elif name:
        assert said(tab, "text") == f"Set to the longest text of {name}."
    else:
        fill(tab, layers=12, window=128, global_layers=2)
    fill(tab, text=5000, distance=700, alpha=0.9, sequences=4, memory=24, bytes=1)
    told = results(tab)
    assert len(tab.url) < 4000
    for again in (tab.reload, lambda: (tab.goto("about:blank"), tab.go_back())):
        again()
        assert results(tab) == told and tab.locator("#calculator-model").input_value() == name
        assert tab.locator("#calculator-memory").is_visible(), "what was asked for is not folded away"


LINK = "#calculator?layers=12&window=128&alpha=0.95&tolerance=0.01"


@pytest.mark.parametrize(
    "state, before",
    [  # however a link was passed on, and where no worker starts; in a browser of three years ago
        (LINK, "for (const name of ['toReversed', 'toSorted', 'with']) delete Array.prototype[name]"),
        ("#calculator%3Flayers%3D12%26window%3D128%26tolerance%3D1%25", ""),
        ("#calculator?layers=12&amp;window=128&amp;alpha=0.95", ""),
        ("#calculator?layers=12&window=128;strip?token=3", ""),
        (LINK, "delete window.Worker"),
        (LINK, "window.Worker = class { constructor() { throw new Error('no'); } }"),
        (LINK, "window.Worker = class { terminate() {} "
               "postMessage() { setTimeout(() => this.onerror(new Event('error'))); } }"),
    ],
)  # fmt: skip
def test_a_link_is_understood_and_answered(visit, state, before):
    tab = visit(state, before=before)
    assert results(tab)["exact"] == "223 tokens (1.7 W)"
    assert "; 223 tokens (1.7 W) at" in tab.locator(".calculator-picture").get_attribute("aria-label")
    assert tab.get_by_role("button", name="Copy link").is_visible()
    assert tab.locator(".calculator-strange").text_content() == ""
    fill(tab, layers=13, alpha=0.5)
    assert results(tab)["for"].startswith("13 layers")
    tab.evaluate("location.hash = '#calculator?layers=12&window=128'")  # the rest as at first
    tab.wait_for_function("document.getElementById('calculator-alpha').value === '0.95'")
