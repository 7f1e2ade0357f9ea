"""The calculator without a browser: its words, its first answer, the notebook's twin."""

import pytest
from book import ROOT
from bs4 import BeautifulSoup

from swa_lib import MODELS, horizon, influence, model_bill, model_from_config, reach, share_beyond
from swa_lib.book.marks import share_in_words
from swa_lib.chapters.calculator import FIELDS, RESULTS, Calculator, answers, typed_model
from swa_lib.chapters.verdict import size_words

MISTRAL, GEMMA = MODELS["Mistral 7B v0.1"], MODELS["Gemma 3 27B"]


@pytest.mark.parametrize("layers, window, alpha, tolerance", [(32, 400, 0.95, 0.01), (8, 100, 0.9, 0.001)])
def test_it_gives_the_packages_answers(layers, window, alpha, tolerance):
    words = answers(typed_model(layers, window), alpha, tolerance, 20_000, 500)
    exact = influence(layers, window, alpha)
    assert words["could"] == f"{reach(layers, window):,}"
    assert words["exact"].startswith(f"{horizon(exact, tolerance):,} tokens (")
    assert words["does"] == f"{horizon(exact, tolerance):,}"
    assert words["far"] == f"{share_in_words(share_beyond(exact, 500))} from beyond 500 tokens"


def test_beside_global_layers_the_verdict_is_a_share_and_the_bill_in_one_unit():
    words, bill = answers(GEMMA, 0.95, 0.01, 60_000, 20_000), model_bill(GEMMA, 60_000)
    assert (words["could"], words["does"]) == ("59,999", "30%")
    assert "comes from beyond 20,000 tokens, if α = 0.95 and" in words["does_words"]
    assert words["does_words"].endswith("room to look there, not recall")
    assert words["least"] == f"{bill.least / 2**30:.2f} GiB"
    assert words["whole"] == f"{bill.whole_text / 2**30:.2f} GiB"


@pytest.mark.parametrize(
    "model, asked, place, told",
    [
        (typed_model(1, 9), dict(alpha=0.5, tolerance=0.5, text=50), "rule", "; that is beyond the reach"),
        (typed_model(4, 128), dict(alpha=0), "rule", "none: at α = 0 the rule sees no loss"),
        (typed_model(4, 128, global_layers=4), {}, "rule", "none: it is a rule about windows"),
        (typed_model(4, 100), {}, "cut", "4 of 4 layers cut a text of 2,048 tokens."),
        (typed_model(4, 2048), {}, "cut", "No window cuts a text of 2,048 tokens: the narrowest is 2,048."),
        (typed_model(4, 1024), {}, "reach", "2,047 tokens, the whole text; in a longer one 4,092"),
        (typed_model(4, 1024), {}, "reread", "2,048 tokens (the whole text)"),
        (typed_model(4, 128), dict(memory=2**30), "fits", "any: no layer keeps the whole text"),
        (typed_model(4, 128), dict(memory=0), "fits", "0 tokens"),
        (model_from_config({"model_type": "falcon_h1"}), {}, "exact", "unknown: its layers mix attention"),
        (MODELS["Qwen3.5 27B"], {}, "exact", "so it must be assumed"),
        (MISTRAL, dict(text=40_000), "note", "positions end at 32,768 tokens; the text is longer"),
        (GEMMA, dict(text=60_000), "alone", "reach 53,196, exact horizon 3,977 tokens (3.9 W)"),
        (GEMMA, dict(text=60_000), "reread", "53,196 tokens, if what its other layers kept is not overwr"),
        (GEMMA, dict(memory=24 * 2**30, sequences=4, prefill=512), "fits", "70,661 tokens for 4 sequences"),
        (GEMMA, dict(memory=24 * 2**30, sequences=4, prefill=512), "used", "comes from the last 70,395"),
        (GEMMA, dict(memory=24 * 2**30, prefill=512), "batch", "31 of 2,048 tokens"),
        (GEMMA, dict(prefill=512), "prefill", "0.77 GiB, 512 tokens at once"),
    ],
)
def test_it_says_where_an_answer_needs_a_word(model, asked, place, told):
    asked = dict(alpha=0.95, tolerance=0.01, text=2048, distance=10) | asked
    assert told in answers(model, **asked)[place]


def test_what_it_keeps_is_the_bill_with_the_states():
    model = model_from_config(ROOT / "tests" / "configs" / "kimi-linear-48b.json")
    said = answers(model, 0.95, 0.01, 2048, 10)
    for place, size in model_bill(model, 2048).total._asdict().items():
        assert said[{"whole_text": "whole"}.get(place, place)].startswith(size_words(size)), place
    assert said["states"].endswith(", at 4 bytes a number")


def test_a_distance_beyond_the_text_gets_one_that_fits():
    with pytest.raises(ValueError, match="farther back than 65,535. Ask for half of it, 32,768, to see"):
        answers(MISTRAL, 0.95, 0.01, 65536, 65536)


def test_global_layers_stand_evenly_and_last_in_their_group():
    def places(model):
        return [i for i, layer in enumerate(model) if layer.kind == "global"]

    assert places(typed_model(42, 4096, global_layers=21)) == places(MODELS["Gemma 2 9B"])
    assert places(typed_model(10, 8, global_layers=3)) == [3, 6, 9]


@pytest.mark.parametrize(
    "size, words", [(2**30, "1.00"), (7.125 * 2**30, "7.13"), (2**20, "0.0010"), (0, "0")]
)
def test_sizes(size, words):
    assert size_words(size) == f"{words} GiB"


def test_the_page_is_whole_before_any_script():
    page = BeautifulSoup(Calculator(model="Gemma 3 27B", text=20_000).page(), "html.parser")
    assert page.select_one("[data-result=far]").text.endswith("% from beyond 16,384 tokens")
    assert page.select_one("[name=text]")["value"] == "20,000"
    assert page.select_one("[name=model] [selected]").text == "Gemma 3 27B"
    assert page.select_one("[data-result=states]").parent.has_attr("hidden")  # it has none
    assert page.select_one(".calculator-fields").has_attr("hidden")
    assert [row["data-result"] for row in page.select("td")] == [
        *RESULTS["What it sees"],
        *RESULTS["What it keeps"],
    ]
    for size, name in ((34 / 32, "q8_0"), (18 / 32, "q4_0")):  # bytes a number
        assert name in page.select_one(f"option[value='{size}']").text
    assert page.form["autocomplete"] == "off"  # or a browser that comes back fills in old words
    fields = {field["name"] for field in page.select(".calculator-fields [name]")}
    assert fields == set(FIELDS) | {"model", "config"}
    for field in page.select("[name]:not([type=file])"):
        assert page.find("label", attrs={"for": field["id"]})


def test_the_notebooks_twin_runs_the_pages_scripts_and_a_saved_notebook_shows_the_first_answer(monkeypatch):
    monkeypatch.setenv("SWA_EXPLORERS", "live")
    calculator = Calculator(layers=8, window=100, text=4096, distance=500)
    for name in ("Drawing", "swaReading", "calculatorEngine", "startCalculator", "export default"):
        assert name in calculator.widget._esm
    assert ".calculator-fields" in calculator.widget._css and "<form" in calculator.widget.page
    shown = calculator._repr_mimebundle_()["text/html"]
    assert "792" in shown and "<script" not in shown and "<form" not in shown


def test_a_model_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="model must be None or the name of one of MODELS, got 'GPT-5'"):
        Calculator(model="GPT-5")
