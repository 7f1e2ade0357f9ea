"""Figures that move, without a browser: what a sheet keeps, what a page holds, what a mistake is told."""

import inspect
import itertools
import json
import re
from fractions import Fraction

import numpy as np
import pytest
from book import CHAPTERS, REFERENCE, ROOT, code_blocks, read_notebook
from bs4 import BeautifulSoup

from swa_lib import beyond, drift, horizon, influence, reach, rule_horizon, spread, visible
from swa_lib.book.explorers import Explorer, Sheet
from swa_lib.chapters import scenes
from swa_lib.chapters.calculator import Calculator
from swa_lib.chapters.hop_diagram import carried, carried_from


def dots(sheet, layers, window=3):
    sheet.axis("x", "layers", 0, 10)
    sheet.axis("y", "tokens", 0, 100)
    sheet.line("reach", [0, layers], [0, layers * window])
    if layers > 4:
        sheet.mark("deep", 4)
    return f"{layers} layers, {window} tokens."


def bundle(figure, monkeypatch, life):
    monkeypatch.setenv("SWA_EXPLORERS", life)
    return figure._repr_mimebundle_()


# One line for each scene: values to draw, and numbers of swa_lib that its sentence must state.
TAIL = beyond(influence(32, 100, 0.9))
SCENES = {
    scenes.token_strip: [
        (dict(token=100, window=10), [visible(100, 10)[0], 100, 10]),
        (dict(token=4, window=50), [0, 4, 5, 45]),
    ],
    scenes.reach_and_influence: [
        (dict(layers=3, window=100), [297, 259, "1.0e-06"]),
        (dict(layers=16, window=25), [reach(16, 25), horizon(influence(16, 25), 0.01)]),
    ],
    scenes.spreading_blur: [
        (dict(layers=16), [f"{drift(16, 100):.1f}", f"{spread(16, 100):.1f}", 400]),
        (dict(layers=1), [f"{drift(1, 100):.1f}", f"{spread(1, 100):.1f}", 100]),
    ],
    scenes.hop_diagram: [
        (dict(back=5, passed=3), ["12 of 64 paths;", "at least 2 of 3 layers", "19%"]),
        (dict(back=0, passed=1), ["1 of 64", "no layer has to", "1.6%", "1 of 3"]),
    ],
    scenes.residual_hops: [
        (
            dict(back=9, passed=3, alpha=0.5),
            ["1 of 64", "upright: to stay", "all 3 layers", f"{100 * influence(3, 4, 0.5)[9]:.2g}%"],
        ),
        (dict(back=1, passed=2, alpha=0.9), [f"{100 * influence(3, 4, 0.9)[1]:.2g}%", "90%", "2 of 3"]),
    ],
    scenes.staircase: [
        (dict(layers=32, alpha=0.9), ["0.01", f"{TAIL[200]:.2g}", f"{TAIL[200] / 0.01:.2g}", "534 tokens"]),
        (dict(layers=1, alpha=0.5), ["0.25", "0", "at 0 tokens"]),
    ],
    scenes.two_horizons: [
        (dict(layers=32, alpha=0.95, tolerance=0.001), [383, "230.6", "1.66", "3,168"]),
        (dict(layers=4, alpha=0.99, tolerance=0.05), [0, f"{rule_horizon(100, 0.99, 0.05):.1f}"]),
    ],
    scenes.remedy_and_price: [
        (dict(remedy="global layers", strength=1), ["1 of 36", "2.6%", 25, 9]),
        (dict(remedy="softer residual", strength=5), ["alpha = 0.00", "less than a millionth", "not enough"]),
    ],
    scenes.strip: [
        (dict(layers=32, alpha=0.95), ["131,040", "11,941", "9%"]),
        (dict(layers=1, alpha=0.0), ["4,095", horizon(influence(1, 4096), 0.01)]),
        (dict(layers=1, alpha=0.99), ["4,095", "the token itself"]),
    ],
}


@pytest.mark.parametrize(
    "scene, values, numbers", [(s, *case) for s, cases in SCENES.items() for case in cases]
)
def test_a_scenes_sentence_states_the_numbers_of_the_package(scene, values, numbers):
    _, sentence = Sheet().drawn(scene, values)
    for number in numbers:
        shown = f"{number:,}" if isinstance(number, int) else number
        assert re.search(rf"(?<![\d.,]){re.escape(shown)}(?![\d]|[.,]\d)", sentence), (
            f"no {shown} in: {sentence}"
        )


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_a_frame_does_not_depend_on_the_frames_before_it(scene):
    one, other = (SCENES[scene] * 2)[0][0], (SCENES[scene] * 2)[1][0]
    used = Sheet()
    used.drawn(scene, other)
    assert used.drawn(scene, one) == Sheet().drawn(scene, one)


def test_every_scene_is_tried_and_used():
    public = {
        f
        for name, f in vars(scenes).items()
        if name[0] != "_" and inspect.isfunction(f) and next(iter(inspect.signature(f).parameters)) == "sheet"
    }
    untried = [scene.__name__ for scene in public - set(SCENES)]
    assert not untried, f"SCENES above must draw {untried}"
    book = "".join(path.read_text() for path in [ROOT / "index.md", *CHAPTERS])
    unused = [scene.__name__ for scene in public if f"scenes.{scene.__name__}" not in book]
    assert not unused, f"no chapter moves {unused}"


def test_what_a_frame_does_not_call_for_is_not_in_it():
    explorer = Explorer(dots, layers=[2, 8])
    assert [">deep<" in explorer.frame(layers=n)[0] for n in (2, 8, 2)] == [False, True, False]


def test_a_curve_is_where_the_data_are():
    """The path's corners, read back through the axes: 0..10 and 0..100 over the frame's box."""
    svg, _ = Explorer(dots, layers=[2, 8]).frame(layers=8, window=3)
    box = dict(re.findall(r'(\w+)="([\d.]+)"', re.search(r"<rect [^>]*/>", svg[svg.index("<clipPath") :])[0]))
    x0, y0, width, height = (float(box[name]) for name in ("x", "y", "width", "height"))
    path = re.search(r'd="M ([\d.]+) ([\d.]+) L ([\d.]+) ([\d.]+) " clip-path', svg)
    found = [(float(x) - x0) / width * 10 for x in path.groups()[::2]] + [
        (y0 + height - float(y)) / height * 100 for y in path.groups()[1::2]
    ]
    assert np.allclose(found, [0, 8, 0, 24], atol=0.01)  # places are rounded to a hundredth of a point


def test_frames_are_light_and_alone():
    svg, _ = Explorer(scenes.two_horizons, layers=[4, 8], alpha=[0.9], tolerance=[0.01]).frame(
        layers=8, alpha=0.9, tolerance=0.01
    )
    assert len(svg) < 12_000 and "<style" not in svg and svg.startswith("<svg")
    referred = set(re.findall(r"#([\w.-]+)", svg.replace("#ffffff", ""))) & set(
        re.findall(r'id="([^"]+)"', svg)
    )
    assert (
        set(re.findall(r'id="([^"]+)"', svg)) == referred
    )  # no id that would be there twice with two figures


def test_the_page_holds_every_frame(monkeypatch):
    explorer = Explorer(dots, layers=[2, 4, 8], window=[3, 5], start={"layers": 4}, play="layers")
    given = bundle(explorer, monkeypatch, "page")
    assert set(given) == {"text/html", "text/plain"} and given["text/plain"] == "4 layers, 3 tokens."
    page = BeautifulSoup(given["text/html"], "html.parser")
    data = json.loads(page.script.string)
    values = list(itertools.product([2, 4, 8], [3, 5]))
    assert data["sentences"] == [f"{n} layers, {w} tokens." for n, w in values]
    assert data["frames"] == [explorer.frame(layers=n, window=w)[0] for n, w in values]
    assert data["readouts"]["layers"] == ["2 layers", "4 layers", "8 layers"] and data["play"] == "layers"
    assert page.figcaption.string == "4 layers, 3 tokens." and page.select_one("[role=img]").svg
    assert [page.find(id=label["for"])["aria-valuetext"] for label in page.select("label")[:2]] == [
        "4 layers",
        "3 tokens",
    ]
    assert page.select_one(".explorer-controls").has_attr("hidden")  # until the script is there


def test_a_sentence_with_markup_stays_a_sentence():
    def sly(sheet, n):
        return "</script><b>" + str(n)

    page = BeautifulSoup(Explorer(sly, n=[1]).page(), "html.parser")
    assert page.figcaption.string == "</script><b>1" and json.loads(page.script.string)["sentences"] == [
        "</script><b>1"
    ]


def test_stored_outputs_hold_the_sentence_alone(monkeypatch):
    assert bundle(Explorer(dots, layers=[2, 4]), monkeypatch, "text") == {"text/plain": "2 layers, 3 tokens."}
    assert set(bundle(Calculator(8, 100), monkeypatch, "text")) == {"text/plain"}
    stored = [o for path in CHAPTERS for c in read_notebook(path).cells for o in c.get("outputs", [])]
    kinds = {kind for output in stored for kind in output.get("data", {})}
    assert kinds == {"text/plain", "image/png"}


def test_an_unknown_life_is_refused(monkeypatch):
    with pytest.raises(ValueError, match="SWA_EXPLORERS must be live, page, still or text, got 'dead'"):
        bundle(Explorer(dots, layers=[2]), monkeypatch, "dead")


def test_a_live_figure_follows_its_sliders(monkeypatch):
    explorer = Explorer(dots, layers=[2, 4, 8], window=[3, 5], play="layers")
    assert "application/vnd.jupyter.widget-view+json" in bundle(explorer, monkeypatch, "live")
    live = explorer.widget
    assert live.places == [0, 0] and live.shown == list(explorer.frame(layers=2, window=3))
    live.places = [2, 1]  # what the script asks for when a slider moves
    assert live.shown == list(explorer.frame(layers=8, window=5))
    data = json.loads(BeautifulSoup(live.page, "html.parser").script.string)
    assert data["controls"]["layers"] == ["2", "4", "8"] and "frames" not in data


def test_a_live_figure_says_when_a_frame_fails():
    def brittle(sheet, n):
        return f"one over {n} is {1 / n}"

    explorer = Explorer(brittle, n=[1, 0])
    explorer.widget.places = [1]
    assert explorer.widget.shown[0] == "" and "ZeroDivisionError" in explorer.widget.shown[1]


@pytest.mark.parametrize(
    "options, error, words",
    [
        (dict(layers=[]), ValueError, "layers must be a list of one or more different"),
        (dict(layers=[2, 2]), ValueError, "layers must be .* different"),
        (dict(layers=3), TypeError, "layers must be a list .* got 3"),
        (dict(layers=[None]), TypeError, "a value of layers must be a number or a word, got None"),
        (dict(layers=[True]), TypeError, "a value of layers must be a number"),
        (dict(layers=range(151)), ValueError, "at most 150 frames, these give 151"),
        (dict(), ValueError, "controls must be at least one"),
        (dict(layers=[2], play="window"), ValueError, "play must be one of layers, got 'window'"),
        (
            dict(layers=[2], start={"window": 1}),
            ValueError,
            "a name in start must be one of layers, got 'window'",
        ),
        (dict(layers=[2], start={"layers": 3}), ValueError, r"start\['layers'\] must be one of \[2\], got 3"),
    ],
)
def test_a_mistake_is_named(options, error, words):
    with pytest.raises(error, match=words):
        Explorer(dots, **options)


@pytest.mark.parametrize(
    "draw, words",
    [("dots", "draw must be a function"), (lambda sheet, n: None, "returns must be a sentence")],
)
def test_a_drawing_function_has_to_say_something(draw, words):
    with pytest.raises(TypeError, match=words):
        repr(Explorer(draw, n=[1]))


# The hop diagram ---------------------------------------------------------------------------------


def paths_by_hand(layers, window, alpha):
    """Every path through the stack, from the text to the output, as (tokens back at heights 0..L, share)."""
    alpha = Fraction(alpha)
    for moves in itertools.product(range(window), repeat=layers):  # in the order of the layers
        share = Fraction(1)
        for move in moves:
            share *= (1 - alpha) / window + (alpha if move == 0 else 0)
        yield [sum(moves[height:]) for height in range(layers + 1)], share


@pytest.mark.parametrize("layers, window, alpha", [(3, 4, 0.0), (3, 4, 0.5), (2, 3, 0.875), (1, 2, 0.25)])
def test_each_step_carries_what_its_paths_carry(layers, window, alpha):
    size = layers * (window - 1) + 1
    every, of_token = np.zeros((layers, size, size)), np.zeros((size, layers, size, size))
    for places, share in paths_by_hand(layers, window, alpha):
        for layer, (start, end) in enumerate(itertools.pairwise(places)):
            every[layer, start, end] += float(share)
            of_token[places[0], layer, start, end] += float(share)
    assert np.allclose(carried(layers, window, alpha), every, rtol=1e-12, atol=0)
    for distance in range(size):
        wanted = of_token[distance] / of_token[distance, 0].sum()
        assert np.allclose(carried_from(distance, layers, window, alpha), wanted, rtol=1e-12, atol=0)


def test_a_step_is_as_wide_as_what_it_carries():
    sheet = Sheet()
    sheet.drawn(scenes.residual_hops, dict(back=3, passed=3, alpha=0.5))
    cone, lit = sheet.axes.collections[:2]
    upright = [(x0 == x1, wide) for ((x0, _), (x1, _)), wide in zip(lit.get_segments(), lit.get_linewidths())]
    assert max(upright, key=lambda step: step[1])[0]  # at alpha 0.5 the widest step stays
    shares = carried_from(3, 3, 4, 0.5)
    assert np.allclose(lit.get_linewidths(), 0.6 + 9 * shares[shares > 0], atol=0.051)
    assert len(cone.get_segments()) == np.count_nonzero(carried(3, 4, 0.5)) == 48
    sheet.drawn(scenes.residual_hops, dict(back=3, passed=1, alpha=0.5))
    assert {end for _, (_, end) in sheet.axes.collections[1].get_segments()} == {1.0}


# What a reader may ask of a frame ----------------------------------------------------------------


def asked(svg):
    return json.loads(BeautifulSoup(svg, "html.parser").svg.get("data-frame", "{}"))


def test_a_frame_tells_its_curves_and_axes():
    def scene(sheet, n):
        sheet.axis("x", "tokens back", 0, 10)
        sheet.axis("y", "share", 0.01, 1, log=True, percent=True)
        sheet.line("read me", [0, 10], [0.1, 1])
        sheet.line("_not me", [0, 10], [1, 0.1])
        sheet.mark("nor me", n)
        sheet.points("nor us", [1, 2], [0.5, 0.5])
        sheet.handle("n", "x")
        return "One curve."

    svg = Explorer(scene, n=[3, 5]).frame(n=3)[0]
    assert re.findall('data-curve="([^"]+)"', svg) == ["read me"]
    frame = asked(svg)
    assert frame["x"][2:] == [0, 10, "linear", "tokens back", False]
    assert frame["y"][2:] == [0.01, 1, "log", "share", True] and frame["y"][0] > frame["y"][1]  # downwards
    assert frame["handle"] == ["n", "x"]
    assert ">10%<" in svg  # the axis counts in per cent, too
    assert asked(Sheet().drawn(scenes.token_strip, dict(token=5, window=2))[0]) == {}


def test_words_are_chosen_from_a_menu():
    def either(sheet, shape, n):
        return f"{shape} {n}"

    page = BeautifulSoup(
        Explorer(either, shape=["even", "odd"], n=[1, 2], start={"shape": "odd"}).page(), "html.parser"
    )
    assert [o.string for o in page.select("select option")] == ["even", "odd"]
    assert page.select_one("[selected]").string == "odd" and len(page.select(".explorer-controls input")) == 1


# "Make your own explorer" ------------------------------------------------------------------------


def test_every_block_of_the_authors_page_runs(capsys):
    page = (REFERENCE / "own_explorer.md").read_text()
    blocks = code_blocks(page)
    assert len(blocks) == page.count("```{code-cell}") == 7
    names = {}
    for block in blocks:
        exec(block, names)
    assert len(capsys.readouterr().out.splitlines()) == 3  # one complaint for each of the mistakes shown
    assert (
        repr(Explorer(names["drifting"], layers=[8]))
        == f"L = 8: the mean lies {drift(8, 100):,.1f} tokens back."
    )


def test_the_authors_page_lists_what_a_sheet_can_do():
    page = (REFERENCE / "own_explorer.md").read_text()
    offered = {name for name in vars(Sheet) if not name.startswith("_")} - {"drawn"}
    assert offered == set(re.findall(r"^\| `sheet\.(\w+)\(", page, re.MULTILINE))
