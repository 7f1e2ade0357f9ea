"""The calculator without a browser: its words, its first answer, the notebook's twin."""

import json

import pytest
from bs4 import BeautifulSoup

from swa_lib import MODELS, Layer, Model, horizon, influence, model_bill, reach, rule_horizon, share_beyond
from swa_lib.chapters.calculator import (
    FIELDS,
    RESULTS,
    Asked,
    Calculator,
    answers,
    share_words,
    size_words,
    typed_model,
)

MISTRAL, GEMMA, QWEN = (MODELS[name] for name in ("Mistral 7B v0.1", "Gemma 3 27B", "Qwen3.5 27B"))


@pytest.mark.parametrize("layers, window, alpha, tolerance", [(32, 400, 0.95, 0.01), (8, 100, 0.9, 0.001)])
def test_it_gives_the_packages_answers(layers, window, alpha, tolerance):
    words = answers(Asked(typed_model(layers, window), "", alpha, tolerance, 20_000, 500))
    exact, rule = influence(layers, window, alpha), rule_horizon(window, alpha, tolerance)
    assert words["reach"] == f"{reach(layers, window):,} tokens" == f"{words['could']} tokens"
    assert words["rule"] == f"{rule:,.0f} tokens ({rule / window:.1f} W)"
    assert words["exact"].startswith(f"{horizon(exact, tolerance):,} tokens (")
    assert words["does"] == f"{horizon(exact, tolerance):,}"
    assert words["far"] == f"{share_words(share_beyond(exact, 500))} from beyond 500 tokens"


def test_beside_global_layers_the_verdict_is_a_share():
    words = answers(Asked(GEMMA, "Gemma", 0.95, 0.01, 60_000, 20_000))
    assert (words["could"], words["does"]) == ("59,999", "29.80%")
    assert words["does_words"].endswith("comes from beyond 20,000 tokens")


def test_the_bill_is_told_in_one_unit_with_states_in_every_sum():
    words = answers(Asked(QWEN, "Qwen", 0.95, 0.01, 8192, 1000, 1000, sequences=2))
    bill = model_bill(QWEN, 8192, 2)
    assert words["least"] == f"{(bill.least + bill.states) / 2**30:.2f} GiB for 2 sequences"
    assert words["states"] == "0.30 GiB, at 4 bytes a number"
    assert all(" GiB" in words[name] for name in ("least", "prefill", "whole"))
    assert answers(Asked(MISTRAL, "", 0.95, 0.01, 32768, 1000))["expanded"] == ""


def test_a_memory_is_turned_into_a_text_a_batch_and_what_is_used_of_it():
    words = answers(Asked(GEMMA, "Gemma", 0.95, 0.01, 60_000, 20_000, sequences=4, memory=24))
    assert words["fits"] == "62,674 tokens for 4 sequences" and words["batch"] == "4 of 60,000 tokens"
    words = answers(Asked(typed_model(4, 128), "", 0.95, 0.01, 4096, 1000, memory=1))
    assert words["fits"] == "any: no layer keeps the whole text"
    near = horizon(influence(4, 128, 0.95), 0.01)
    assert words["used"].endswith(f"all but 1% of the output comes from the last {near:,}")


@pytest.mark.parametrize(
    "model, words",
    [
        (typed_model(4, 100), "396 tokens"),
        (typed_model(4, 2000), "4,096 tokens (the whole text)"),
        (typed_model(4, 100, 1), "297 tokens, if what its other layers kept is not overwritten"),
        (typed_model(4, 100, 4), ""),
        (
            Model((Layer("windowed", 9, 1, 1, 1), Layer("state", state_numbers=5))),
            "the whole text: a state holds",
        ),
    ],
)
def test_what_must_be_read_again(model, words):
    assert answers(Asked(model, "", 0.95, 0.01, 4096, 300, 50))["reread"].startswith(words)


def test_faint_and_none_are_told_apart():
    faint, none = (answers(Asked(typed_model(4, 100), "", 0.95, 0.01, 4096, d))["far"] for d in (390, 500))
    assert faint == "<0.01% from beyond 390 tokens" and none == "0 from beyond 500 tokens"


def test_a_text_longer_than_the_models_positions_is_noted():
    model = Model(MISTRAL.layers[:2], context=300)
    notes = [answers(Asked(model, "", 0.95, 0.01, text, 100))["note"] for text in (300, 301)]
    assert notes == ["", "this model's positions end at 300 tokens; the text is longer"]


def test_a_distance_beyond_the_text_gets_one_that_fits():
    with pytest.raises(ValueError, match="farther back than 65,535; ask for half of it, 32,768, to see"):
        answers(Asked(MISTRAL, "", 0.95, 0.01, 65536, 65536))


CHUNKS = Model(tuple(layer for layer in MODELS["Llama 4 Scout"] if layer.kind == "chunked"))


@pytest.mark.parametrize(
    "model, alpha, text, name, words",
    [
        (typed_model(1, 100), 0.5, 50, "rule", "that is beyond the reach"),
        (typed_model(4, 100), 0.0, 50, "rule", "none: at α = 0 the rule sees no loss"),
        (typed_model(4, 9, 4), 0.9, 50, "rule", "none: it is a rule about windows"),
        (typed_model(4, 9, 1), 0.9, 50, "reach", "49 tokens, the whole text"),
        (CHUNKS, 0.5, 20_000, "reach", f"{20_000 % 8192 - 1:,} tokens: no layer crosses the edge of a chunk"),
        (typed_model(4, 100), 0.5, 50, "cut", "No window cuts a text of 50 tokens: the narrowest is 100."),
        (typed_model(4, 9, 1), 0.9, 50, "ratio", ""),
    ],
)
def test_it_says_where_an_answer_needs_a_word(model, alpha, text, name, words):
    assert words in answers(Asked(model, "", alpha, 0.001, text, 10))[name]


def test_global_layers_stand_evenly_and_last_in_their_group():
    assert [layer.kind for layer in typed_model(42, 4096, 21)] == [
        layer.kind for layer in MODELS["Gemma 2 9B"]
    ]
    assert [i for i, layer in enumerate(typed_model(10, 8, 3)) if layer.kind == "global"] == [3, 6, 9]


@pytest.mark.parametrize(
    "size, words",
    [
        (2**30, "1.00 GiB"),
        (7.125 * 2**30, "7.13 GiB"),
        (2**20, "0.0010 GiB"),
        (3, "<0.0001 GiB"),
        (0, "0 GiB"),
    ],
)
def test_sizes(size, words):
    assert size_words(size) == words


def test_the_page_is_whole_before_any_script():
    page = BeautifulSoup(Calculator(model="Gemma 3 27B", text=20_000).page(), "html.parser")
    assert page.select_one("[data-result=far]").text.endswith("% from beyond 16,384 tokens")
    assert page.select_one(".calculator-fields").has_attr("hidden")
    assert {row["data-result"] for row in page.select("td")} == {
        name for part in RESULTS.values() for name in part
    }
    fields = {field["name"] for field in page.select(".calculator-fields [name]")}
    assert fields == set(FIELDS) | {"model", "config"}
    for field in page.select("[name]:not([type=file])"):
        assert page.find("label", attrs={"for": field["id"]}) and field["autocomplete"] == "off"
    data = json.loads(page.script.string)
    assert {name: len(packed["order"]) for name, packed in data["models"].items()} == {
        name: len(model) for name, model in MODELS.items()
    }


def test_the_notebooks_twin_runs_the_pages_scripts():
    widget = Calculator(layers=8, window=100, text=4096, distance=500).widget
    for name in ("swaReading", "configReader", "stackEngine", "startCalculator", "export default"):
        assert name in widget._esm
    assert ".calculator-fields" in widget._css and "<form" in widget.page


def test_a_saved_notebook_shows_the_first_answer(monkeypatch):
    monkeypatch.setenv("SWA_EXPLORERS", "live")
    shown = Calculator(layers=8, window=100, text=4096, distance=500)._repr_mimebundle_()["text/html"]
    assert "792" in shown and "<script" not in shown and "<form" not in shown


def test_a_model_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="model must be None or the name of one of MODELS, got 'GPT-5'"):
        Calculator(model="GPT-5")
