"""The experiment: what was measured in real transformers, and how to hold theory against it.

`experiments/` trained the models and wrote `trained.json`; nothing in that file
is theory. The fits are computed here, when a chapter asks for them.
"""

import functools
import json
import math
from importlib import resources

import numpy as np

from .. import arguments
from ..blur import gaussian
from ..horizons import rule_of_thumb
from ..paths import reach
from ..profile import influence
from .choices import composed, layer_choices

NOTHING = 1e-300  # a share of zero, on a log scale

THEORIES = (
    "all paths",  # the exact profile
    "one path",  # the rule of thumb
    "Gaussian",  # with the drift and the spread of the exact profile
    "layer choices",  # all paths, but the squares of those through different layers add
)


@functools.cache
def experiment():
    """Everything the experiment measured, as experiments/README.md describes it.

    Returns
    -------
    dict: about (versions, date, settings), and lists of runs: language, kernels,
    controls, remedies, demand, twins, relay and late; the same object on every call, so do not change it

    Source: the appendix, "A model we trained".

    >>> sorted(experiment())
    ['about', 'controls', 'demand', 'kernels', 'language', 'late', 'relay', 'remedies', 'twins']
    """
    return json.loads((resources.files(__package__) / "trained.json").read_text())


def runs(kind, **settings):
    """The runs of one kind with these settings, one a seed.

    Parameters
    ----------
    kind : "language", "kernels", "controls", "remedies", "demand", "twins", "relay" or "late"
    **settings : what a run must have been, such as layers=6, window=32

    Returns
    -------
    list of dicts, at least one

    Source: the appendix.

    >>> {run["layers"] for run in runs("language", layers=4)}
    {4}
    """
    kinds = [name for name, value in experiment().items() if isinstance(value, list)]
    if kind not in kinds:
        arguments.refuse("kind", kind, f"one of {', '.join(kinds)}")
    found = [
        run for run in experiment()[kind] if all(run.get(name) == value for name, value in settings.items())
    ]
    if not found:
        arguments.refuse("settings", settings, "those of at least one run")
    return found


def shapes(kind):
    """The shapes of the runs of one kind: list of (layers, window), widest windows last.

    Parameters
    ----------
    kind : as for `runs`

    Source: the appendix.

    >>> shapes("language")[:2]
    [(2, 16), (4, 16)]
    """
    found = {(run["layers"], run["window"]) for run in runs(kind)}
    return sorted(found, key=lambda shape: shape[::-1])


def expected_by(rule, kernels):
    """The profile that measured kernels compose to; nothing is fitted.

    Parameters
    ----------
    rule : one of COMPOSITIONS, or "norms": norm shares for alpha, attention's own weights for the kernel
    kernels : dict, a run's `kernels` before or after training

    Returns
    -------
    float64 array [reach+1], sums to 1

    Source: the appendix.

    >>> kernels = runs("kernels", layers=6, window=16)[0]["at_end"]["kernels"]
    >>> len(expected_by("squares", kernels))
    91
    """
    kernels = {name: np.array(values) for name, values in kernels.items()}
    if rule == "norms":
        return composed(kernels["alpha"], (1 - kernels["alpha"][:, None]) * kernels["weights"])
    kind = "_rms" if rule == "squares" else ""  # squares add, so it is their means that count
    stay, hop, itself = (kernels[name + kind] for name in ("stay", "hop", "itself"))
    return composed(stay, hop, rule, itself=None if rule == "layer choices" else itself)


def by_window(profile, window):
    """A profile summed up window by window: share from distances 0..W-1, W..2W-1, and so on.

    Parameters
    ----------
    profile : float64 array [n]
    window : int >= 1, tokens

    Returns
    -------
    float64 array [ceil(n/window)]

    Source: chapter 4.

    >>> by_window([0.5, 0.25, 0.125, 0.125], 2)
    array([0.75, 0.25])
    """
    profile = arguments.profile_array(profile)
    return np.add.reduceat(profile, np.arange(0, len(profile), arguments.window_width(window)))


def theory(name, layers, window, alpha, text=None):
    """Shares by window that a theory expects; they sum to 1.

    Parameters
    ----------
    name : one of THEORIES
    layers, window, alpha : as for `influence`; where windows differ, the shortest is what is counted in,
        and there is no rule of thumb, and no layer choices. With these, alpha is 1/(1+g)
    text : int >= 1 or None, tokens in the text, as for `influence`. Only "all paths" knows that a text
        has a beginning: the other theories just stop there

    Returns
    -------
    float64 array, one entry per window within the reach, or within the text where that is shorter

    Source: chapters 3 to 5, and the appendix for layer choices.

    >>> theory("all paths", 2, 2, 0.0)
    array([0.75, 0.25])
    """
    shares = by_window(_expected(name, layers, window, alpha, arguments.text(text)), int(np.min(window)))
    return shares / shares.sum()


def _expected(name, layers, window, alpha, text):
    """A theory's profile, up to a factor; float64 array [reach+1] or [text], whichever is shorter."""
    if name == "all paths":
        return influence(layers, window, alpha, text)
    if name == "layer choices":
        return layer_choices(layers, window, alpha)[:text]
    if name == "one path":
        return rule_of_thumb(np.arange(min(reach(layers, window) + 1, text or np.inf)), window, alpha)
    if name == "Gaussian":
        return gaussian(layers, window, alpha)[:text]
    arguments.refuse("name", name, f"one of {', '.join(THEORIES)}")


def decades_off(shares, expected, above=0.0):
    """Error of a theory in powers of ten: root mean square of log10(expected / measured).

    Parameters
    ----------
    shares, expected : float64 arrays of the same length, measured and expected
    above : float from 0 to 1; measured shares that are not larger are left out, for they change nothing

    Returns
    -------
    float; 1 means wrong by a factor of ten, on average

    Source: chapter 4.

    >>> decades_off([0.5, 0.05], [0.5, 0.5])
    0.7071067811865476
    >>> decades_off([0.5, 0.05], [0.5, 0.5], above=0.1)
    0.0
    """
    shares = arguments.profile_array(shares, "shares")
    expected = arguments.profile_array(expected, "expected")
    if len(shares) != len(expected):
        arguments.refuse("expected", len(expected), f"as long as shares, {len(shares)}")
    counted = shares > arguments.real("above", above, 0, 1) if above else slice(None)
    if not len(shares[counted]):
        arguments.refuse("above", above, f"less than the largest share, {shares.max():.3g}")
    off = np.log10(np.maximum(expected, NOTHING)) - np.log10(np.maximum(shares, NOTHING))
    return float(np.sqrt(np.mean(off[counted] ** 2)))


def fit_alpha(profile, layers, window, name="all paths", text=None):
    """The one residual share with which a theory comes closest to a measured profile.

    Parameters
    ----------
    profile : float64 array, share by distance, at most reach+1 entries and as many as the text has tokens
    layers, window, name : as for `theory`
    text : int >= 1 or None, tokens in the text. None where it is longer than the reach, or where the
        profile has fewer entries: it then goes back to the beginning

    Returns
    -------
    (alpha, decades): the best alpha from 0 to 0.9999, and its error window by window

    Source: chapter 4.

    >>> alpha, decades = fit_alpha(influence(4, 8, 0.7), 4, 8)
    >>> round(alpha, 3), round(decades, 3)
    (0.7, 0.0)
    >>> round(fit_alpha(influence(4, [8, 99, 8, 99], 0.7, text=99), 4, [8, 99, 8, 99])[0], 3)
    0.7
    """
    profile = arguments.profile_array(profile)
    text = arguments.text(text)
    most = min(reach(layers, window) + 1, text or np.inf)
    if len(profile) > most:
        arguments.refuse(
            "profile", len(profile), f"at most {most} entries, the reach and the token itself, or the text"
        )
    if profile.sum() == 0:
        arguments.refuse("profile", profile, "more than zeros")
    text, width = text or len(profile), int(np.min(window))
    shares = by_window(profile / profile.sum(), width)

    @functools.cache
    def error(decade):  # of the attention share 1-alpha = 10^decade
        expected = by_window(_expected(name, layers, window, 1 - 10**decade, text)[: len(profile)], width)
        return decades_off(shares, expected / expected.sum())

    hop = _lowest(error, -4.0, math.log10(0.9999) if name == "one path" else 0.0)
    return 1 - 10**hop, error(hop)


def _lowest(error, low, high):
    """Where from low to high an error is lowest, to 0.0002.

    Thirteen places find the valley, whatever the rest looks like. Inside it the golden
    section leaves out 38% at every step for one more value, and needs no slope: at the true
    alpha of an exact profile the error comes to a point.
    """
    places = np.linspace(low, high, 13).tolist()
    best = min(range(13), key=lambda i: error(places[i]))
    left, right = places[max(best - 1, 0)], places[min(best + 1, 12)]
    golden = (math.sqrt(5) - 1) / 2
    tried = [right - golden * (right - left), left + golden * (right - left)]
    while right - left > 2e-4:
        if error(tried[0]) <= error(tried[1]):
            right, tried = tried[1], [tried[1] - golden * (tried[1] - left), tried[0]]
        else:
            left, tried = tried[0], [tried[1], tried[0] + golden * (right - tried[0])]
    return min([*places, *tried], key=error)


@functools.cache
def fits(name, layers, window, when="at_end"):
    """How well a theory fits the language models of one shape.

    Parameters
    ----------
    name : as for `theory`
    layers, window : of a shape that was trained
    when : "at_start" or "at_end" of training

    Returns
    -------
    float64 array [seeds, 2]: alpha and error in decades, a row a seed; read-only, the same every time

    Source: the appendix.

    >>> bool(fits("all paths", 6, 32)[:, 1].max() < fits("one path", 6, 32)[:, 1].min())
    True
    """
    if when not in ("at_start", "at_end"):
        arguments.refuse("when", when, "at_start or at_end")
    found = [
        fit_alpha(run[when]["profile"], layers, window, name)
        for run in runs("language", layers=layers, window=window)
    ]
    found = np.array(found)
    found.flags.writeable = False
    return found
