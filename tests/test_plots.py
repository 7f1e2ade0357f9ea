"""The pictures: drawn is what whole numbers give, the description says it, and the claim stands on top."""

import gzip
import io
import math
import re

import numpy as np
import pytest
from book import ROOT
from bs4 import BeautifulSoup
from exact import exact_profile
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from PIL import Image

from swa_lib import plots
from swa_lib.book import style
from swa_lib.chapters import scenes, trained

# Every picture of the book's figures, at a setting of its own.
DRAWN = {
    plots.mask_picture: dict(length=12, window=5),
    plots.cost_picture: dict(window=100, contexts=[50, 100, 800]),
    plots.cone_picture: dict(layers=4, window=6),
    plots.gaussian_picture: dict(layers=16, window=20),
    plots.growth_picture: dict(depths=[1, 4, 16], window=30),
    plots.hops_picture: dict(depths=[4, 20], alpha=0.75),
    plots.parting_picture: dict(window=10, alphas=[0.5, 0.75], depths=[2, 16], tolerance=0.01),
    plots.kernels_picture: dict(kernels={"near": np.ones(3) / 3, "far": np.eye(9)[8]}),
    plots.strip_picture: dict(layers=4, window=50, alpha=0.75, tolerance=0.01),
    trained.fresh_picture: dict(layers=8, window=16),
    trained.trained_picture: dict(layers=8, window=16),
    trained.texts_picture: dict(),
    trained.relay_picture: dict(),
}


def drawn(draw):
    """The picture, its axes and the lines in them."""
    picture = draw(**DRAWN[draw])
    return picture, picture.figure.axes, [axes.lines for axes in picture.figure.axes]


def profile(layers, window, alpha=0.0):
    """From whole numbers."""
    numerators, denominator = exact_profile([window] * layers, [alpha] * layers)
    return np.array([n / denominator for n in numerators])


def tail(shares, distance):
    return math.fsum(shares[distance + 1 :])


def horizon(shares, tolerance):
    return next(d for d in range(len(shares)) if tail(shares, d) <= tolerance)


def spread(shares):
    mean = math.fsum(d * share for d, share in enumerate(shares))
    return mean, math.sqrt(math.fsum((d - mean) ** 2 * share for d, share in enumerate(shares)))


def rule(window, alpha, tolerance):
    return window * math.log(tolerance) / math.log(1 - alpha)


# All of them


@pytest.mark.parametrize("module", [plots, trained], ids=lambda module: module.__name__)
def test_every_picture_is_tried_here(module):
    claiming = {value for value in vars(module).values() if hasattr(value, "claim")}
    named = {value for name, value in vars(module).items() if name.endswith("_picture")}
    assert claiming == named, "a function says what it claims with @picture, and its name ends in _picture"
    untried = [draw.__name__ for draw in claiming - set(DRAWN)]
    assert not untried, f"DRAWN above must draw {untried}"


@pytest.mark.parametrize("draw", DRAWN, ids=lambda draw: draw.__name__)
def test_a_picture_has_its_claim_on_top_and_fits(draw):
    picture = draw(**DRAWN[draw])
    title = picture.figure._suptitle
    setting, _, claim = title.get_text().rpartition(": " if picture.setting else "\n")
    assert setting == picture.setting
    assert claim == (draw.claim[0].lower() + draw.claim[1:] if setting else draw.claim)
    right = title.get_window_extent(FigureCanvasAgg(picture.figure).get_renderer()).x1
    assert right < picture.figure.bbox.width
    assert not draw.claim.endswith(".") and picture.alt.endswith(".")


@pytest.mark.parametrize("draw", DRAWN, ids=lambda draw: draw.__name__)
def test_every_axis_says_what_it_shows(draw):
    picture, panels, lines = drawn(draw)
    if draw is not plots.strip_picture:  # its words stand in the drawing
        assert any(axes.get_xlabel() for axes in panels)
    for series in lines:  # never by colour alone
        styles = [
            (line.get_linestyle(), line.get_marker())
            for line in series
            if len(line.get_xdata()) > 2 and not line.get_label().startswith("_")
        ]
        assert len(set(styles)) == len(styles)


def test_a_picture_is_opaque_and_as_wide_as_the_page_wants():
    image = Image.open(io.BytesIO(plots.mask_picture(12, 5).png()))
    assert image.width == style.PIXELS_PER_INCH * 7.2 and "transparency" not in image.info


# On a page


def on_page(draw):
    return draw(**DRAWN[draw]).page()


@pytest.mark.parametrize("draw", DRAWN, ids=lambda draw: draw.__name__)
def test_the_page_has_a_picture_twice_in_the_themes_colours_and_light(draw):
    given = on_page(draw)
    page = BeautifulSoup(given, "html.parser")
    assert [box["class"] for box in page.select("[role=img] > div")] == [["picture-wide"], ["picture-narrow"]]
    picture = draw(**DRAWN[draw])
    assert page.select_one("[role=img]")["aria-label"] == picture.alt
    assert page.figcaption.string == picture.title == picture.figure._suptitle.get_text()
    assert picture.title not in page.select_one("[role=img]").text
    assert re.findall(r"#[0-9a-f]{6}", re.sub(r"var\(--figure-[\w-]+, #[0-9a-f]{6}\)", "", given)) == []
    assert len(gzip.compress(given.encode())) < 12_000
    assert not page.select("style, metadata") and len(page.select("clippath")) <= 2 * len(picture.figure.axes)


def test_a_picture_on_a_page_is_the_same_each_time_and_shares_no_name_with_another():
    first, again = on_page(plots.hops_picture), on_page(plots.hops_picture)
    other = plots.hops_picture(depths=[4, 30], alpha=0.75).page()
    names = [re.findall(r' id="([^"]+)"', page) for page in (first, other)]
    assert first == again and len(names[0]) == len(set(names[0])) > 3 and not set(names[0]) & set(names[1])


@pytest.mark.parametrize(
    "life, kinds", [("page", {"text/html", "text/plain"}), ("text", {"image/png", "text/plain"})]
)
def test_a_notebook_stores_no_drawing_of_the_page(life, kinds, monkeypatch):
    monkeypatch.setenv("SWA_EXPLORERS", life)
    given = plots.hops_picture(**DRAWN[plots.hops_picture])._repr_mimebundle_()
    assert set(given if life == "page" else given[0]) == kinds


def test_a_picture_of_ones_own_goes_onto_a_page_as_it_is():
    figure, axes = style.sheet()
    axes.plot([0, 1], color=style.RED)
    page = BeautifulSoup(style.Picture(figure, "A line <up>").page(), "html.parser")
    assert page.select_one("[role=img]")["aria-label"] == "A line <up>" and not page.figcaption
    assert "--figure-red" in str(page.svg) and len(page.select("svg")) == 1


@pytest.mark.parametrize("draw", DRAWN, ids=lambda draw: draw.__name__)
def test_a_legend_covers_nothing(draw):
    figure = draw(**DRAWN[draw]).figure
    FigureCanvasAgg(figure).draw()
    assert not any(axes.get_legend() for axes in figure.axes)
    for legend in figure.legends:
        assert legend.get_window_extent().y1 <= min(axes.get_tightbbox().y0 for axes in figure.axes)


@pytest.mark.parametrize("draw", DRAWN, ids=lambda draw: draw.__name__)
def test_no_two_series_look_alike(draw):
    for axes in draw(**DRAWN[draw]).figure.axes:
        looks = [
            (line.get_color(), line.get_linestyle(), line.get_marker())
            for line in axes.lines
            if not line.get_label().startswith("_")
        ]
        assert len(set(looks)) == len(looks)


def test_a_scene_claims_something_too():
    scene = [value for value in vars(scenes).values() if getattr(value, "__module__", "") == scenes.__name__]
    public = [draw for draw in scene if callable(draw) and not draw.__name__.startswith("_")]
    assert len(public) >= 7 and all(draw.claim for draw in public)


# One by one: what is drawn, what is said


def test_the_mask():
    picture, (axes,), [[itself]] = drawn(plots.mask_picture)
    seen = [[0 <= query - key < 5 for key in range(12)] for query in range(12)]
    assert np.array_equal(axes.images[0].get_array() > 0.5, seen)
    assert f"{sum(map(sum, seen))} of 144 cells" in picture.alt and "up to 4 tokens before it" in picture.alt
    assert picture.setting == "W = 5" and list(itself.get_xdata()) == list(itself.get_ydata())


def test_the_cost():
    picture, _, [[full, windowed]] = drawn(plots.cost_picture)
    assert list(full.get_ydata()) == [50, 100, 800] and list(windowed.get_ydata()) == [50, 100, 100]
    assert "up to 800." in picture.alt and "8 times less" in picture.alt


def test_the_cone():
    picture, panels, [[reach, mean], *_] = drawn(plots.cone_picture)
    for depth, row in enumerate(panels[0].images[0].get_array()):
        np.testing.assert_allclose(10 ** np.array(row[: 5 * depth + 1]), profile(depth, 6), rtol=1e-12)
        assert np.isnan(np.ma.filled(row, np.nan)[5 * depth + 1 :]).all()
    assert list(mean.get_xdata()) == [0, 2.5, 5, 7.5, 10]
    left, right, bottom, top = panels[0].images[0].get_extent()
    assert (left, bottom, top) == (
        -0.5,
        -0.5,
        4.5,
    ) and right == 20.5  # a cell is one token wide, one layer high
    assert list(reach.get_xdata()) == [
        x + 0.5 for x in (0, 0, 5, 5, 10, 10, 15, 15, 20, 20)
    ]  # no bar sticks out
    assert list(reach.get_ydata()) == [-0.5, 0.5, 0.5, 1.5, 1.5, 2.5, 2.5, 3.5, 3.5, 4.5]
    assert "reach is 20 tokens, the mean of the influence 10." in picture.alt


def test_the_gaussian():
    picture, _, [[exact, bell, *_], [error, *_]] = drawn(plots.gaussian_picture)
    shares = profile(16, 20)
    mean, width = spread(shares)
    curve = [
        math.exp(-(((d - mean) / width) ** 2) / 2) / width / math.sqrt(2 * math.pi)
        for d in range(len(shares))
    ]
    np.testing.assert_allclose(exact.get_ydata(), shares, rtol=1e-12)
    np.testing.assert_allclose(bell.get_ydata(), curve, rtol=1e-9)
    near = [d for d in range(len(shares)) if abs(d - mean) <= 6 * width]
    np.testing.assert_allclose(
        error.get_ydata(), [100 * (curve[d] / shares[d] - 1) for d in near], rtol=1e-6, atol=1e-9
    )
    half = 20 * 4 / 2
    inside = math.fsum(share for d, share in enumerate(shares) if abs(d - mean) <= half)
    assert (
        f"spread {width:.1f} tokens; a band as wide as the blur, 80 tokens, holds {inside:.1%}" in picture.alt
    )


def test_the_growth():
    picture, _, [[reach, drift, width]] = drawn(plots.growth_picture)
    assert list(reach.get_ydata()) == [29, 116, 464]
    np.testing.assert_allclose(drift.get_ydata(), [14.5, 58, 232], rtol=1e-12)
    np.testing.assert_allclose(width.get_ydata(), [spread(profile(n, 30))[1] for n in (1, 4, 16)], rtol=1e-12)
    assert "reach 1.00, drift (mean) 1.00, spread 0.50" in picture.alt


def test_the_hops():
    picture, _, [curves] = drawn(plots.hops_picture)
    for layers, curve in zip([4, 20], curves, strict=True):
        chance = [math.comb(layers, k) * 0.25**k * 0.75 ** (layers - k) for k in range(layers + 1)]
        np.testing.assert_allclose(curve.get_ydata(), chance[:16], rtol=1e-12)
        assert (
            f"{layers} layers make {layers / 4:g} hops on average, and {chance[0]:.2f} made none"
            in picture.alt
        )


def test_the_parting():
    picture, panels, _ = drawn(plots.parting_picture)
    ratios = [
        [horizon(profile(n, 10, alpha), 0.01) / rule(10, alpha, 0.01) for n in (2, 16)]
        for alpha in (0.5, 0.75)
    ]
    np.testing.assert_allclose(panels[0].images[0].get_array(), ratios)
    assert [text.get_text() for text in panels[0].texts] == [
        f"{ratio:.1f}" for row in ratios for ratio in row
    ]
    near = sum(abs(ratio - 1) < 0.25 for row in ratios for ratio in row)
    assert f"from {np.min(ratios):.1f} to {np.max(ratios):.1f}; {near} of 4 cells" in picture.alt


def test_the_kernels():
    picture, panels, _ = drawn(plots.kernels_picture)
    assert "near to 2, far to 8." in picture.alt
    stems = [[segment[0][0] for segment in axes.collections[0].get_segments()] for axes in panels]
    assert stems == [[0, 1, 2], [8]]


def test_the_strip():
    picture, panels, _ = drawn(plots.strip_picture)
    shares = profile(4, 50, 0.75)
    seen = horizon(shares, 0.01)
    assert (
        f"reach 196 tokens back; 99% of the output comes from the last {seen} ({seen / 196:.1%}"
        in picture.alt
    )
    boxes = [math.fsum(shares[start : start + 50]) for start in range(0, 197, 50)]
    np.testing.assert_allclose(10 ** panels[0].images[0].get_array()[0][::-1], boxes, rtol=1e-9)


# What cannot be drawn


@pytest.mark.parametrize(
    "draw, argument, value",
    [
        (plots.mask_picture, "window", 0),
        (plots.mask_picture, "length", 2.5),
        (plots.cone_picture, "window", None),
        (plots.gaussian_picture, "layers", 0),
        (plots.hops_picture, "alpha", "0.9"),
        (plots.parting_picture, "tolerance", 0),
        (plots.parting_picture, "window", 1.5),
        (plots.strip_picture, "tolerance", 1),
    ],
)
def test_a_bad_value_is_refused_by_its_name(draw, argument, value):
    with pytest.raises((ValueError, TypeError), match=rf"\b{argument}\b.*{re.escape(repr(value))}"):
        draw(**DRAWN[draw] | {argument: value})


# Colours


def colours(path):
    return re.findall(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b", path.read_text(encoding="utf-8"))


SPOKEN = set(map(to_rgb, colours(ROOT / "swa_lib/book/style.py")))
ELSEWHERE = [
    path
    for folder in ("_static", "course", "swa_lib/book", "swa_lib/chapters")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".css", ".js", ".py") and path.name != "style.py"
]


def test_the_colours_of_the_book_are_told_apart():
    assert len(set(style.COLOURS)) == len(style.COLOURS) and set(map(to_rgb, style.COLOURS)) <= SPOKEN
    assert any(path.name == "calculator.css" for path in ELSEWHERE)


@pytest.mark.parametrize("path", ELSEWHERE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_colour_is_one_that_style_py_says(path):
    """Greys are free; another colour, or one that was changed in one place only, is found."""
    strange = [
        colour for colour in colours(path) if len(set(to_rgb(colour))) > 1 and to_rgb(colour) not in SPOKEN
    ]
    assert strange == [], f"{path.name} draws in {strange}, which swa_lib/book/style.py does not know"
