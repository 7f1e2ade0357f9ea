"""Explorers and pictures: their numbers against whole numbers, what is stored, what is refused."""

import itertools
import json
import math

import numpy as np
import pytest
from book import CHAPTERS, REFERENCE, ROOT, code_blocks, code_cells, opened, read_notebook
from bs4 import BeautifulSoup
from exact import exact_profile

from swa_lib import MODELS, all_windowed
from swa_lib.book import look, marks, shapes, still
from swa_lib.book.marks import Axis, Cells, Figure, Line, Words
from swa_lib.book.reading import read
from swa_lib.chapters import barrier, blur, horizon, reach, remedies, stack, window
from swa_lib.explorers import Explorer

STORY, W = len(stack.STORY), stack.WINDOW


def shares(windows, alphas, text=None):
    """A profile from whole numbers."""
    numerators, denominator = exact_profile(windows, alphas, text)
    return [n / denominator for n in numerators]


def mark(figure, name, kind=object):
    return next(mark for mark in figure.marks if mark.name == name and isinstance(mark, kind))


def horizon_of(profile, tolerance):
    return next(d for d in range(len(profile)) if math.fsum(profile[d + 1 :]) <= tolerance)


def explorers():
    """Every explorer of the chapters and the landing page, from its cell."""
    names, found = {}, []
    sources = [
        block.partition("\n")[2] for block in code_blocks((ROOT / "index.md").read_text())
    ]  # tags first
    sources += [cell.source for path in CHAPTERS for cell in code_cells(read_notebook(path))]
    for source in sources:
        if "Explorer(" in source:
            exec(source.replace("Explorer(", "shown = Explorer("), names)
            found.append(names["shown"])
    return found


EXPLORERS = {explorer.name: explorer for explorer in explorers()}


@pytest.fixture(params=EXPLORERS)
def explorer(request):
    return EXPLORERS[request.param]


# Numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layers, alpha", [(1, 0.0), (5, 0.5), (14, 0.95)])
def test_the_words_carry_what_the_text_gives(layers, alpha):
    figure = stack.kept(layers, alpha)
    expected = shares([W] * layers, [alpha] * layers, STORY)
    rows = mark(figure, "light", Cells).rows
    np.testing.assert_allclose(mark(figure, "story", Words).shares, expected, rtol=1e-12)
    for k, (start, end, row) in enumerate(rows, start=1):
        own = shares([W] * k, [alpha] * k, STORY)
        np.testing.assert_allclose(row, own, rtol=1e-12)
        assert (start, end) == (0, min(k * (W - 1) + 1, STORY))
    assert mark(figure, "does").x[-1] == horizon_of(expected, 0.01) + 1
    assert list(mark(figure, "could").x[1::2]) == [min(9 * k + 1, STORY) for k in range(1, layers + 1)]
    assert f"the last {horizon_of(expected, 0.01) + 1} word" in figure.said()


def test_the_name_is_in_reach_from_thirteen_layers_on():
    assert stack.STORY[STORY - 1 - stack.NAME] == "Umbrella." and stack.STORY[-1] == "called:"
    reached = [len(mark(reach.in_reach(n), "story").shares) > stack.NAME for n in range(1, 15)]
    assert reached == [False] * 12 + [True] * 2
    path = mark(reach.in_reach(5), "one path")
    assert list(path.x) == [0.5 + 9 * k for k in range(6)] and list(path.y) == [5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize("token, wide", [(120, 10), (9, 10), (120, 111), (120, 112), (59, 121)])
def test_one_layer_sees_its_window(token, wide):
    figure = window.one_layer(token, wide)
    words = mark(figure, "story")
    seen = [STORY - 1 - back for back, share in enumerate(words.shares) if share]
    assert sorted(seen) == list(range(max(0, token - wide + 1), token + 1))
    assert list(words.notes[STORY - token :]) == [f"{d} back" for d in range(1, token + 1)]
    assert words.unseen == STORY - 1 - token and ("in sight" in figure.said()) == (9 in seen)


def test_the_light_drifts_off():
    for layers in (1, 8, 14):
        own = shares([W] * layers, [0.0] * layers, STORY)
        middle = math.fsum(d * share for d, share in enumerate(own))
        assert mark(blur.drifting(layers), "middle").x[-1] == pytest.approx(middle + 0.5, rel=1e-12)
    band = mark(blur.spreading_blur(16), "band")
    assert (band.start, band.stop) == pytest.approx((16 * 99 / 2 - 200, 16 * 99 / 2 + 200))  # W√L about it


def test_the_staircase_and_the_horizons():
    own = shares([100] * 32, [0.95] * 32)
    figure = barrier.staircase(32, 0.95)
    tail = mark(figure, "exact").y
    for d in (0, 100, 250, 3000):
        assert tail[d] == pytest.approx(math.fsum(own[d + 1 :]), rel=1e-11)
    np.testing.assert_allclose(mark(figure, "in whole windows").y[:8], 0.05 ** np.arange(1, 9))
    assert mark(figure, "rule of thumb").y[-1] == pytest.approx(0.05**8)
    begins = next(d for d in range(3000) if 10 * tail[d + 100] <= tail[d])
    assert mark(figure, "barrier").at == begins / 100 and f"From {begins:,} tokens on" in figure.said()
    figure = horizon.two_horizons(0.95, 32, 0.001)
    assert mark(figure, "exact horizon").x == [horizon_of(own, 0.001)] == [383]
    assert mark(figure, "rule's horizon").x[0] == pytest.approx(100 * math.log(0.001) / math.log(0.05))
    assert mark(figure, "tolerance", marks.Rule).at == mark(figure, "tolerance", marks.Grip).y == 0.001
    assert "reach" not in figure.said()
    assert "rule's horizon passes the reach, 396" in horizon.two_horizons(0.5, 4, 0.001).said()


def test_the_master_curve_has_the_stack_at_its_hops():
    figure = horizon.master_curve(32, 0.95, 0.01)
    own = horizon_of(shares([256] * 32, [0.95] * 32), 0.01) / 256
    assert mark(figure, "this stack").x[0] == pytest.approx(1.6) and mark(figure, "this stack").y == [own]
    assert "0.8 + 1.7 + 0.5 = 3.0" in figure.said()
    assert "0.8 + 2.2 + 1.0 = 4.0" in horizon.master_curve(32, 0.95, 0.001).said()
    windows = horizon_of(shares([128] * 12, [0.95] * 12), 0.01) / 128
    assert (12 * 0.05, windows) in list(zip(mark(figure, "models").x, mark(figure, "models").y))


BACK = {"windows alone": range(10), "wider windows": range(20), "a dilated window": range(0, 90, 9)}


@pytest.mark.parametrize("remedy", [*BACK, "a global layer"])
def test_a_shortcut_brings_the_name_back_or_not(remedy):
    """Six layers, from the last one down, each token passing on what it holds to those that it sees."""
    held = np.eye(STORY)[-1]
    for layer in reversed(range(6)):
        step = 0.95 * np.eye(STORY)
        for token in range(STORY):
            back = range(STORY) if remedy == "a global layer" and layer == 3 else BACK.get(remedy, range(10))
            seen = [token - d for d in back if d <= token]
            step[token, seen] += 0.05 / len(seen)
        held = held @ step
    own = mark(remedies.shortcuts(remedy, 6), "story").shares
    np.testing.assert_allclose(own, held[::-1][: len(own)], rtol=1e-12)
    brings = remedy in ("wider windows", "a global layer")  # every ninth word is not the name
    assert any(own[stack.NAME : stack.NAME + 1]) == brings


def test_the_large_stack():
    figure = stack.large_stack(4, 0.95)
    own = np.array(shares([4096] * 4, [0.95] * 4))
    row = mark(figure, "light").rows[-1]
    assert row[1] == len(own) - 1 == 16380
    np.testing.assert_allclose(row[2], [own[d:].sum() for d in range(0, 1024 * len(row[2]), 1024)], rtol=1e-9)
    assert mark(figure, "does").x[-1] == horizon_of(own, 0.01)
    stairs = mark(figure, "could")
    assert list(stairs.x) == [0, *(4095 * k for k in (1, 1, 2, 2, 3, 3, 4, 4))]
    assert list(stairs.y) == [4, 4, 3, 3, 2, 2, 1, 1, 0]
    assert stack.large_stack(1, 0.99).claim.endswith("99% comes from the token itself")


@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_the_steps_of_the_cone_carry_everything_once(alpha):
    for steps in (reach.carried(alpha), reach.carried(alpha, back=2)):
        layers = [math.fsum(share for step, share in steps.items() if step[0] == n) for n in range(3)]
        np.testing.assert_allclose(layers, 1)
    own = reach.carried(alpha).items()
    starts = [math.fsum(share for step, share in own if step[:2] == (0, n)) for n in range(10)]
    np.testing.assert_allclose(starts, shares([4] * 3, [alpha] * 3))
    ends = mark(reach.hop_diagram(9, 3), "paths").ends
    assert sorted(ends) == [(3, 2, 0, 3), (6, 1, 3, 2), (9, 0, 6, 1)]  # one path leads to the edge


@pytest.mark.parametrize("back", range(10))
def test_the_hop_diagram_says_how_many_paths_there_are_and_how_often_they_must_hop(back):
    paths = [path for path in itertools.product(range(4), repeat=3) if sum(path) == back]
    least = min(sum(hop > 0 for hop in path) for path in paths)
    must = ["none has to", "at least 1 of 3", "at least 2 of 3", "all of 3"][least]
    ways = f"{len(paths)} path{'s' * (len(paths) > 1)} of 64; {must} "
    assert ways in reach.hop_diagram(back, 3).said()


def test_the_still_pictures():
    rows = mark(window.mask_picture(12, 5).figure, "seen").rows
    seen = [[0 <= query - key < 5 for key in range(12)] for query in range(12)]
    assert [[bool(share) for share in row] for *_, row in rows] == seen
    hops = barrier.hops_picture([4, 20], 0.75).figure
    for n in (4, 20):
        chance = [math.comb(n, k) * 0.25**k * 0.75 ** (n - k) for k in range(min(n, 14) + 1)]
        np.testing.assert_allclose(mark(hops, f"L = {n}").y, chance, rtol=1e-12)


# What a page gets ----------------------------------------------------------------------------------------


def test_every_frame_can_be_drawn_and_sent(explorer):
    assert len(explorer.frames) == math.prod(map(len, explorer.controls.values()))
    roles = {mark.role for frame in explorer.frames for mark in frame.marks}
    assert roles <= set(look.COLOURS)
    some = explorer.frames[:: max(1, len(explorer.frames) // 8)]
    sent = [shapes.shapes(frame) for frame in some]
    assert opened(shapes.packed(sent)) == json.loads(json.dumps(sent))
    for frame, width in itertools.product(some, (explorer.figure.width, 358)):
        sheet = shapes.Sheet(frame, width)
        assert all(math.isfinite(n) for part in sheet.parts for n in part[3])
        assert collisions(sheet) == []


def collisions(sheet):
    """Words outside of a sheet, and words on words or on a grip."""
    boxes, grips = [], []
    for kind, name, _, (x, y, *_), shape in sheet.parts:
        if kind in ("text", "tick"):
            wide = shapes.text_width(shape["words"])
            x -= {"end": wide, "middle": wide / 2}.get(shape["anchor"], 0)
            boxes.append((x, y - 10, wide, 10, name))
        elif kind == "grip":
            grips.append((x - 11, y - 11, 22, 22, name))
    end = sheet.width + 14
    outside = [b for b in boxes if b[0] < -14 or b[0] + b[2] > end or not 0 < b[1] < sheet.height]
    return outside + [
        (one, other)
        for one, other in [*itertools.combinations(boxes, 2), *itertools.product(boxes, grips)]
        if one[0] + 1 < other[0] + other[2] and other[0] + 1 < one[0] + one[2]
        if one[1] + 1 < other[1] + other[3] and other[1] + 1 < one[1] + one[3]
    ]


def test_an_axis_of_distance_has_now_on_the_right(explorer):
    axis = explorer.figure.x
    if any("back" in words for words in (axis.label, axis.reads)):
        assert axis.first > axis.last and (0, "now") in axis.ticks


def test_a_tick_says_its_value(explorer):
    for value, words in (tick for axis in (explorer.figure.x, explorer.figure.y) for tick in axis.ticks):
        assert not words[:1].isdigit() or read(words)[0] == [pytest.approx(value)], words


def test_every_word_lies_below_the_picture(explorer):
    figure = explorer.figure
    if figure.text:
        back = np.arange(len(figure.text.text)) * (1 if figure.x.first > figure.x.last else -1)
        middles = figure.x.place(figure.text.x + back + 0.5)
        assert middles.min() > 0 and middles.max() < 1


def test_a_grip_goes_one_way_as_its_control_does(explorer):
    for name, axis in ((m.name, m.axis) for m in explorer.figure.marks if isinstance(m, marks.Grip)):
        frames = [explorer.draw(**explorer.first | {name: value}) for value in explorer.controls[name]]
        grips = [mark(frame, name, marks.Grip) for frame in frames]
        places = np.array([getattr(frame, axis).place(getattr(g, axis)) for frame, g in zip(frames, grips)])
        assert (np.diff(places) > 0).all() or (np.diff(places) < 0).all()
        assert places.min() > -0.01 and places.max() < 1.01


def test_a_mark_becomes_a_shape_at_its_place():
    light = Cells("light", rows=[(0, 2, [0.01, 1])], decades=4)
    own = Line("stairs", x=(0, 1, 2), y=(1, 2, 4), step=True), marks.Points("dots", x=(1, 9), y=(1, 1)), light
    own += marks.Rule("level", at=3, axis="y"), marks.Rule("upright", at=1)
    figure = Figure("", "", Axis("", 0, 4), Axis("", 0, 4), own)
    found = {shape["name"]: shape for shape in shapes.shapes(figure)}
    places = {name: [*zip(found[name].pop("x"), found[name].pop("y"))] for name in found}
    stairs = [(0, 0.25), (0.25, 0.25), (0.25, 0.5), (0.5, 0.5), (0.5, 1)]
    np.testing.assert_allclose([*dict.fromkeys(places["stairs"])], stairs, atol=1e-3)
    assert (places["level"], places["upright"]) == ([(1, 0.75), (0, 0.75)], [(0.25, 0), (0.25, 1)])
    assert places["dots"] == [(0.25, 0.25)] and found["light"]["shades"] == [[0.5, 1]]  # none lies outside


def test_thinning_moves_no_curve():
    x = np.linspace(100, 0, 5001)
    y = 10.0 ** (-8 * (x / 100) ** 2)
    figure = Figure("", "", Axis("", 100, 0), Axis("", 1e-6, 2, log=True), (Line("curve", "does", x, y),))
    (thin,) = shapes.shapes(figure)
    across, up = figure.x.place(x) * 704, figure.y.place(y) * 380
    points = np.array(thin["x"]) * 704, np.array(thin["y"]) * 380
    found, seen = np.interp(across, *points), up > 0
    assert len(thin["x"]) < 60 and np.abs(found - up)[seen].max() < 0.5


def test_what_occurs_twice_is_sent_once_and_comes_back():
    data = {"frames": [{"x": list(range(12)), "y": n // 2} for n in range(6)]}
    packed = shapes.packed(data)
    assert opened(packed) == data and packed.count("1,2,3,4") == 1


# Where it is shown ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("where, kinds", [("page", {"text/html"}), ("still", {"image/png"})])
def test_what_a_cell_gives(where, kinds, monkeypatch):
    monkeypatch.setenv("SWA_EXPLORERS", where)
    for shown in (EXPLORERS["hop_diagram"], window.mask_picture(12, 5)):
        given = shown._repr_mimebundle_()
        given = given if isinstance(given, dict) else given[0]
        assert set(given) == kinds | {"text/plain"} and given["text/plain"] == repr(shown)


def test_chapters_store_pictures_and_words_alone():
    stored = [o for path in CHAPTERS for c in read_notebook(path).cells for o in c.get("outputs", [])]
    assert {kind for output in stored for kind in output.get("data", {})} == {"text/plain", "image/png"}


def test_a_place_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("SWA_EXPLORERS", "dead")
    with pytest.raises(ValueError, match="SWA_EXPLORERS must be page, live or still, got 'dead'"):
        EXPLORERS["hop_diagram"]._repr_mimebundle_()


def test_a_picture_in_a_notebook_is_the_same_again_and_light():
    first = still.png(EXPLORERS["in_reach"].figure)
    assert first == still.png(EXPLORERS["in_reach"].figure) and len(first) < 120_000


def test_paper_has_the_shades_and_dashes_of_the_page():
    light = Cells("light", "does", [(0, 2, [0.25, 0.5])])
    own = light, Line("slope", "could", (4, 0), (0, 1), "dash")
    drawn = still.svg(Figure("", "", Axis("tokens back", 4, 0), Axis("", 0, 1), own), 704, "wide")
    shades = [cell["fill-opacity"] for cell in BeautifulSoup(drawn, "html.parser").select(".does")]
    assert shades == ["0.25", "0.5"] and "← tokens back" in drawn and 'class="could dash"' in drawn
    css = (ROOT / "swa_lib/book/page/draw.css").read_text()
    for name, (_, (on, off)) in (pair for pair in still.DASHES.items() if pair[0]):
        assert f".stage .path .{name} {{ stroke-dasharray: {on} {off}; }}" in css


def test_words_with_markup_stay_words():
    def sly(n):
        return Figure("</script><b>", f"<i>{n}", Axis("", 0, 1), Axis("", 0, 1), ())

    page = BeautifulSoup(Explorer(sly, n=[1]).page(), "html.parser")
    assert page.select_one(".claim").string == "</script><b>" and page.figcaption.string == "<i>1"
    assert opened(page.script.string)["frames"][0]["claim"] == "</script><b>"


# What cannot be --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong, error, says",
    [
        ({}, ValueError, r"controls must be at least one name=\[values\]"),
        ({"n": 3}, TypeError, "n must be a list of one or more different numbers or words, got 3"),
        ({"n": []}, ValueError, "n must be a list"),
        ({"n": [1, 1]}, ValueError, "n must be a list"),
        ({"n": [None]}, TypeError, "a value of n must be a number or a word, got None"),
        ({"n": [1], "start": {"m": 1}}, ValueError, "a name in start must be one of n, got 'm'"),
        ({"n": [1], "start": {"n": 2}}, ValueError, r"start\['n'\] must be one of \[1\], got 2"),
        ({"n": [1], "play": "m"}, ValueError, "play must be one of n, got 'm'"),
        ({"n": range(301)}, ValueError, "at most 300 frames, these give 301"),
    ],
)
def test_a_wrong_control_is_named(wrong, error, says):
    with pytest.raises(error, match=says):
        Explorer(lambda n: None, **wrong)


def test_every_block_of_the_authors_page_runs_and_lists_every_mark(capsys):
    page = (REFERENCE / "own_explorer.md").read_text()
    names = {}
    for block in code_blocks(page):
        exec(block, names)
    assert len(capsys.readouterr().out.splitlines()) == 3  # one complaint for each of the mistakes shown
    offered = {kind.__name__ for kind in marks.Mark.__subclasses__()}
    assert offered == {line[3:].split("(")[0] for line in page.splitlines() if line.startswith("| `")}


def test_the_price_of_a_remedy_is_the_planners():
    curves = remedies.remedy_curves(all_windowed(MODELS["gpt-oss-120b"]), 4096, 0.01, alpha=0.95)
    for strength in (3, 5):
        chosen = curves["wider window"][(strength - 1) * (len(curves["wider window"]) - 1) // 4]
        figure = remedies.remedy_and_price("wider window", strength)
        assert mark(figure, "this strength").x == [chosen.cache_bytes / 2**20]
        assert mark(figure, "this strength").y == [chosen.beyond]
        assert f"keeps {chosen.cache_bytes / 2**20:,.0f} MiB" in figure.said()
