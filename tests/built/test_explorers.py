"""Explorers on the built pages, in a browser: both drawers alike, and one run for each thing that moves."""

import gzip
import re

import numpy as np
import pytest
from book import EXPLORERS, SITE, built, explorer_data, soup
from browser import barriers

from swa_lib import influence, share_beyond
from swa_lib.book.marks import share_in_words
from swa_lib.book.shapes import Sheet
from swa_lib.chapters import barrier, horizon, stack

SHAPES = """([name, n, width]) => {
    const { frameOf, data } = document.getElementById(name).explorer;
    const figure = data.frames[n], { parts } = picture.placed(figure, width);
    return parts.map(({ kind, name, role, n }) => [kind, name, role, n]);
}"""


@pytest.fixture
def seen(visit):
    """A page of one's own with nothing covered."""

    def seen(*args, **options):
        tab = visit(*args, **options)
        tab.evaluate("document.querySelectorAll('.curtain button').forEach((button) => button.click())")
        return tab

    return seen


def says(tab, name):
    return tab.locator(f"#{name} figcaption").text_content()


def values(tab, name, control):
    return explorer_data(name)["controls"][control]["values"]


def slider(tab, name, control):
    return tab.locator(f"#{name}-{control}")


def test_every_explorer_of_the_site_is_known_here():
    there = {
        (figure["id"], str(page.relative_to(SITE).with_suffix("")))
        for page in SITE.rglob("*.html")
        if page.stem != "slides"  # they have tests of their own
        for figure in soup(page).select("figure.explorer")
    }
    assert there == set(EXPLORERS.items())


@pytest.mark.parametrize("page", sorted(set(EXPLORERS.values())))
def test_a_page_of_explorers_is_light(page):
    """Kilobytes as a server packs them: the explorers' numbers, and the page with its text."""
    numbers = [script.string for script in soup(built(page)).select("figure.explorer script")]
    assert max(len(gzip.compress(own.encode())) for own in numbers) < 30_000
    assert len(gzip.compress("".join(numbers).encode())) < 40_000
    assert len(gzip.compress(built(page).read_bytes())) < 70_000


# Described once, drawn twice -----------------------------------------------------------------------------

DRAWN = {
    "kept": (stack.kept, {"layers": 14, "alpha": 0.95}),
    "residual_hops": (barrier.residual_hops, {"back": 4, "passed": 2, "alpha": 0.5}),
    "staircase": (barrier.staircase, {"layers": 32, "alpha": 0.9}),
    "two_horizons": (horizon.two_horizons, {"layers": 32, "alpha": 0.95, "tolerance": 0.001}),
    "master_curve": (horizon.master_curve, {"layers": 32, "alpha": 0.95, "tolerance": 0.01}),
    "large_stack": (stack.large_stack, {"layers": 32, "alpha": 0.0}),
}


@pytest.mark.parametrize("name", DRAWN)
def test_both_drawers_draw_the_same_marks_at_the_same_places(seen, name):
    draw, choice = DRAWN[name]
    figure, tab, data = draw(**choice), seen(EXPLORERS[name]), explorer_data(name)
    places = [control["values"].index(str(choice[key])) for key, control in data["controls"].items()]
    number = np.ravel_multi_index(places, [len(control["values"]) for control in data["controls"].values()])
    for width in (figure.width, 358):
        live = tab.evaluate(SHAPES, [name, int(number), width])
        here = [part[:4] for part in Sheet(figure, width).parts]
        assert sorted(part[:3] for part in live) == sorted([*part[:3]] for part in here)
        for kind in ("grid", "tick", "text", "path", "cells", "edge", "dot", "grip"):
            ours = [n for k, *_, n in here if k == kind]
            theirs = [n for k, *_, n in live if k == kind]
            for one, other in zip(ours, theirs, strict=True):
                assert np.abs(np.subtract(one, other)).max() < 0.6, (kind, width)


def test_what_is_drawn_mapped_back_through_the_axes_is_the_numbers(seen):
    tab, data = seen(EXPLORERS["staircase"]), explorer_data("staircase")
    mapped = tab.evaluate(
        """() => {
            const host = document.getElementById("staircase"), { drawing } = host.explorer;
            const { left, right, top, bottom } = drawing.frame, { x, y } = drawing.figure;
            const value = ({ log, first, last }, share) =>
                log ? first * (last / first) ** share : first + share * (last - first);
            const written = host.querySelector('.path [data-name="exact"]').getAttribute("d");
            const d = written.match(/-?[\\d.]+/g).map(Number);
            const points = [];
            for (let i = 0; i < d.length; i += 2) points.push(
                [value(x, (d[i] - left) / (right - left)), value(y, (bottom - d[i + 1]) / (bottom - top))]);
            return points;
        }"""
    )
    exact = barrier.staircase(8, 0.95).marks
    line = next(mark for mark in exact if mark.name == "exact")
    inside = [(x, y) for x, y in mapped if y > 2e-8]
    assert len(inside) > 5 and len(data["frames"]) == 60
    for x, y in inside:
        assert y == pytest.approx(np.exp(np.interp(x, line.x, np.log(np.maximum(line.y, 1e-300)))), rel=0.03)


# Hands and eyes ------------------------------------------------------------------------------------------

GRIPS = [("kept", "layers"), ("kept", "alpha"), ("two_horizons", "tolerance"), ("hop_diagram", "back"),
         ("one_layer", "token")]  # fmt: skip
PLACES = """([name, control]) => {  // where a grip lies for each value of its control
    const { drawing, data, at, frameOf } = document.getElementById(name).explorer;
    const i = Object.keys(data.controls).indexOf(control), { left, right, top, bottom } = drawing.frame;
    return data.controls[control].values.map((_, p) => {
        const figure = frameOf(at().map((old, j) => (i === j ? p : old)));
        const grip = figure.shapes.find(({ is, name }) => is === "grip" && name === control);
        const [[across], [up]] = [grip.x, grip.y];
        return [left + across * (right - left), bottom - up * (bottom - top)];
    });
}"""


def test_a_slider_moves_picture_and_sentence_and_says_its_value(seen):
    tab, name = seen("chapters/05_horizon"), "two_horizons"
    for control in ("layers", "alpha"):
        slider(tab, name, control).press("End")
    expected = horizon.two_horizons(0.99, 100, 0.001)
    assert says(tab, name) == expected.said()
    assert tab.locator(f"#{name} .claim").text_content() == expected.claim
    assert slider(tab, name, "layers").get_attribute("aria-valuetext") == "100 layers"
    assert tab.locator(f"output[for={name}-layers]").text_content() == "100 layers"
    assert tab.evaluate("location.hash") == f"#{name}?layers=100&alpha=0.99&tolerance=0.001"


def test_a_menu_moves_too(seen):
    tab = seen("chapters/06_remedies")
    slider(tab, "shortcuts", "remedy").select_option(label="memory words")
    assert "with memory words" in says(tab, "shortcuts")


@pytest.mark.parametrize("touch", [False, True])
@pytest.mark.parametrize("name, control", GRIPS)
def test_a_grip_follows_the_hand(seen, name, control, touch):
    tab = seen(EXPLORERS[name], 390 if touch else 1280, has_touch=touch, reduced_motion="reduce")
    grip = tab.locator(f'#{name} .grip [data-name="{control}"]')
    tab.locator(f"#{name} .stage").scroll_into_view_if_needed()
    assert grip.locator(".target").bounding_box()["width"] >= 44
    places = tab.evaluate(PLACES, [name, control])
    box, knob = tab.locator(f"#{name} .stage > svg").bounding_box(), grip.locator(".knob").bounding_box()
    start = knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2
    target = 0 if slider(tab, name, control).input_value() != "0" else len(places) - 1
    x, y = places[target]
    if touch:
        hand = tab.context.new_cdp_session(tab)

        def send(kind, *points):
            points = [dict(zip("xy", point)) for point in points]
            hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        send("touchStart", start)
        send("touchMove", (box["x"] + x, box["y"] + y))
        send("touchEnd")
    else:
        tab.mouse.move(*start)
        tab.mouse.down()
        tab.mouse.move(box["x"] + x, box["y"] + y)
        tab.mouse.up()
    assert slider(tab, name, control).input_value() == str(target)
    assert f"{control}=" in tab.evaluate("location.hash") and tab.errors == []


def test_a_grip_that_was_taken_leaves_the_keys_to_its_slider(seen):
    tab = seen("chapters/04_barrier")
    tab.locator('#kept .grip [data-name="layers"] .knob').click()
    tab.keyboard.press("Home")
    assert slider(tab, "kept", "layers").get_attribute("aria-valuetext") == "1 layer"
    tab.keyboard.press("ArrowUp")
    assert tab.locator("output[for=kept-layers]").text_content() == "2 layers"
    assert barriers(tab, within="#kept .stage") == barriers(tab, within="#kept .explorer-controls") == []


def test_a_word_tells_how_far_back_it_is_and_what_it_gives(seen):
    tab = seen("chapters/04_barrier", reduced_motion="reduce", state="#kept?layers=14&alpha=0.95")
    words = tab.locator("#kept .words > span")
    words.nth(119).hover()
    told = tab.locator("#kept .reading").inner_text()
    assert told.startswith("and: 1 back, 1 hop") and "of the output" in told
    words.nth(9).hover()
    assert "the name: 111 back, 13 hops" in tab.locator("#kept .reading").inner_text()
    tab.locator("#kept .stage > svg").focus()
    tab.keyboard.press("ArrowRight")
    assert "110 back" in tab.locator("#kept .reading").inner_text()
    tab.get_by_role("button", name="Show all words").first.click()
    assert tab.evaluate("getComputedStyle(document.querySelector('#kept .words i')).opacity") == "1"


def test_ink_follows_the_share(seen):
    tab = seen("chapters/04_barrier", reduced_motion="reduce", state="#kept?layers=5&alpha=0.5")
    opacity = "all => all.map(word => Number(getComputedStyle(word).opacity))"
    inks = tab.locator("#kept .words i").evaluate_all(opacity)
    text = next(mark for mark in stack.kept(5, 0.5).marks if mark.name == "story")
    expected = [ink for ink, _ in text.inks()]
    assert np.abs(np.subtract(inks, expected)).max() < 0.02
    edged = "all => all.flatMap((word, i) => (word.matches('.edge') ? [all.length - i] : []))"
    back = tab.locator("#kept .words > span:not(.slot)").evaluate_all(edged)
    assert sorted(back) == sorted(place for place, _ in text.edges)


def test_pointing_reads_the_light_where_there_is_some(seen):
    tab = seen("index", reduced_motion="reduce", state="#large_stack?layers=32&alpha=0.95")
    drawing = "document.getElementById('large_stack').explorer.drawing"
    read = "([x, y]) => " + drawing + ".cross([x, y]) || " + drawing + ".found.map(([words]) => words).join()"
    frame = tab.evaluate(f"({{...{drawing}.frame}})")
    bottom, wide = frame["bottom"] - 3, frame["right"] - frame["left"]
    told = tab.evaluate(read, [frame["right"] - 4608 / 131040 * wide, bottom])  # from 4,096 tokens on
    beyond = share_in_words(share_beyond(influence(32, 4096, 0.95), 4095))
    assert f"{beyond} of the output comes from here or farther back" in told
    assert "of the output" not in tab.evaluate(read, [frame["right"] - 65536 / 131040 * wide, bottom])


def test_pointing_reads_the_curves_and_so_do_the_arrow_keys(seen):
    tab = seen("chapters/05_horizon", reduced_motion="reduce", state="#two_horizons?layers=32&alpha=0.95")
    picture = tab.locator("#two_horizons .stage > svg")
    box = picture.bounding_box()
    frame = tab.evaluate("document.getElementById('two_horizons').explorer.drawing.frame")
    across = frame["right"] - 383 / 1750 * (frame["right"] - frame["left"])  # at the exact horizon
    tab.mouse.move(box["x"] + across, box["y"] + frame["top"] + 40)
    told = tab.locator("#two_horizons .reading").inner_text()
    assert re.search(r"38[0-6] tokens back", told) and re.search(r"exact 0\.(09\d|1\d?)%", told)
    picture.focus()
    tab.keyboard.press("ArrowLeft")
    assert "tokens back" in tab.locator("#two_horizons .reading").inner_text()
    assert tab.evaluate("picture.said(1, '{} tokens back')") == "1 token back"
    for share in (0, 1.7e-5, 0.0001, 0.12, 0.997):
        assert tab.evaluate(f"picture.said({share}, 'share')") == share_in_words(share)
    place = "document.getElementById('two_horizons').explorer.drawing.at"
    x, y = tab.evaluate(place)
    picture.press("ArrowUp")
    assert tab.evaluate(place) == [x, y - 6]
    picture.press("Escape")
    assert tab.evaluate(place) is None
    tab.mouse.move(box["x"] + across, box["y"] + frame["top"] + 50)
    assert tab.evaluate(place)
    tab.mouse.move(1, 1)
    assert tab.evaluate(place) is None, "a mouse that has left reads nothing"
    tab.locator("#two_horizons figcaption b").last.hover()
    assert tab.locator("#two_horizons .path .hot").count() == 1


def test_a_link_restores_what_it_can(seen):
    tab = seen("chapters/04_barrier", state="#staircase?layers=32&alpha=0.99&colour=red")
    assert says(tab, "staircase") == barrier.staircase(32, 0.99).said()
    tab.evaluate("location.hash = '#staircase?layers=33&alpha=%'")
    tab.wait_for_timeout(100)
    assert says(tab, "staircase") == barrier.staircase(32, 0.99).said() and tab.errors == []


def test_play_walks_to_the_end(seen):
    tab = seen("reference/own_explorer")
    button, layers = tab.locator("#moving_off .explorer-play"), slider(tab, "moving_off", "layers")
    assert (button.text_content(), layers.input_value()) == ("Play", "3")
    button.click()
    tab.wait_for_function("document.querySelector('#moving_off .explorer-play').textContent === 'Play'")
    assert layers.input_value() == "5"
    button.click()  # once more, from the beginning
    tab.wait_for_function("document.querySelector('#moving_off-layers').value < 3")
    layers.press("ArrowRight")
    assert button.text_content() == "Play", "a hand takes over"


def test_what_changes_glides_and_ends_where_it_should(seen):
    tab = seen("chapters/03_blur")
    path = tab.locator('#spreading_blur .path [data-name="exact"]')
    before = path.get_attribute("d")
    slider(tab, "spreading_blur", "layers").press("End")
    tab.wait_for_timeout(600)
    after = path.get_attribute("d")
    slider(tab, "spreading_blur", "layers").press("Home")
    tab.wait_for_timeout(600)
    slider(tab, "spreading_blur", "layers").press("End")
    tab.wait_for_timeout(600)
    assert before != after == path.get_attribute("d")


# Everywhere else -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["kept", "staircase", "large_stack"])
def test_without_script_the_first_frame_stands(visit, name):
    tab = visit(EXPLORERS[name], java_script_enabled=False)
    assert tab.locator(f"#{name} svg").first.is_visible() and says(tab, name)
    assert not tab.locator(f"#{name} .explorer-controls").is_visible()


@pytest.mark.parametrize("name", sorted(EXPLORERS))
def test_on_a_phone_all_of_it_is_seen_at_once(seen, name):
    tab = seen(EXPLORERS[name], 390, "dark", reduced_motion="reduce")
    tab.wait_for_timeout(200)
    box = tab.locator(f"#{name}").bounding_box()
    assert box["width"] <= 390 and box["height"] <= 740
    letters = tab.locator(f"#{name} .stage > svg text").first
    assert letters.evaluate("t => parseFloat(getComputedStyle(t).fontSize)") >= 14
    for control in tab.locator(f"#{name} .explorer-controls :is(input, select, button)").all():
        assert control.bounding_box()["height"] >= 44
    tab.set_viewport_size({"width": 740, "height": 390})  # turned on its side
    tab.wait_for_function(f"Number({name}.querySelector('.stage > svg').getAttribute('width')) > 390")


@pytest.mark.parametrize("name", ["kept", "two_horizons", "residual_hops"])
def test_no_sentence_pushes_the_controls_away(seen, name):
    tab = seen(EXPLORERS[name], 390, reduced_motion="reduce")
    tops = tab.evaluate(
        """name => {
            const host = document.getElementById(name), { controls } = host.explorer.data, tops = new Set();
            for (const input of host.querySelectorAll("[name]"))
            for (const p of controls[input.name].values.keys()) {
                input.value = p;
                input.dispatchEvent(new Event("input", { bubbles: true }));
                tops.add(host.querySelector(".explorer-controls").offsetTop);
            }
            return tops.size;
        }""",
        name,
    )
    assert tops == 1
