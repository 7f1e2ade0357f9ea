"""What the checks of the claims compute beyond the package: one small function each.

A check in `claims_table.py` is an expression in the names of `swa_lib` and of
this module. What would be too long to read there has a name here.
"""

import functools
import itertools
import math  # noqa: F401  for the checks, which may use it

import numpy as np

from swa_lib import (
    MODELS,
    Route,
    all_windowed,
    beyond,
    by_window,
    decades_off,
    drift,
    evidence_plots,
    evidence_tables,
    fit_alpha,
    fit_power_over_factorial,
    fits,
    gaussian,
    horizon,
    influence,
    influence_through,
    model_influence,
    path_influence,
    plan,
    rule_horizon,
    runs,
    share_beyond,
    spread,
    trained_plots,  # noqa: F401  for the checks
)
from swa_lib.trained.verdict import BY_TOKEN, BY_WINDOW, FAILURE, judged  # noqa: F401  for the checks

# Chapter 3


def fitted_power(measure, depths):
    """The slope of a measure of the profile against depth, on log axes."""
    return np.polyfit(np.log(depths), np.log([measure(n, 100) for n in depths]), 1)[0]


def gaussian_error(spreads):
    """Relative error of the Gaussian so many spreads beyond the mean, L = W = 100."""
    at = round(drift(100, 100) + spreads * spread(100, 100))
    return gaussian(100, 100)[at] / influence(100, 100)[at] - 1


def fourier_error():
    """Largest error of a profile by Fourier transform, as a share of the peak, L = W = 100."""
    profile, size = influence(100, 100), 9901
    fourier = np.fft.irfft(np.fft.rfft(np.full(100, 1 / 100), size) ** 100, size)
    return np.abs(fourier - profile).max() / profile.max()


def share_near(profile, middle, within):
    """Share of a profile from the distances at most so many tokens from a middle."""
    return profile[np.abs(np.arange(len(profile)) - middle) <= within].sum()


def narrowest_band(profile, middle, share):
    """How many tokens around a middle hold at least so large a share of a profile."""
    return next(2 * n + 1 for n in itertools.count() if share_near(profile, middle, n) >= share)


# Chapter 4


def first_above(layers_list, alpha):
    """The first of these depths whose exact influence beyond lies above the forecast, over eight windows."""
    back = np.arange(1, 801)
    forecast = path_influence(np.ceil(back / 100).astype(int), alpha)
    for layers in layers_list:
        tail = beyond(influence(layers, 100, alpha))
        if len(tail) > 800 and np.all(tail[back] > forecast):
            return layers


def barrier_begins(layers, window, alpha):
    """From which distance on one more window divides the influence beyond by ten or more."""
    tail = np.pad(beyond(influence(layers, window, alpha)), (0, window))
    return next(d for d in range(len(tail)) if 10 * tail[d + window] <= tail[d])


# Chapter 5


def right_depth(alpha, tolerance=0.01):
    """Fewest layers of W = 100 whose exact horizon is not below the rule's."""
    rule, layers = rule_horizon(100, alpha, tolerance), 1
    while horizon(influence(layers, 100, alpha), tolerance) < rule:
        layers += 1
    return layers


def in_the_head(layers, window, alpha, tolerance):
    """Chapter 5's estimate of a horizon: the rule's, and the drift on top."""
    return rule_horizon(window, alpha, tolerance) + drift(layers, window, alpha)


def within_two(estimate):
    """Share of the settings of chapter 5's sliders at which an estimate is within a factor of two."""
    tolerances = (0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
    settings = itertools.product((4, 8, 16, 32, 64, 100), (0.8, 0.9, 0.95, 0.99), tolerances)
    ratios = np.array(
        [horizon(influence(n, 100, a), eps) / estimate(n, 100, a, eps) for n, a, eps in settings]
    )
    return np.mean((ratios >= 0.5) & (ratios <= 2))


def measured_windows(layers, window, when):
    """Windows that hold 99% of the measured influence, mean over seeds."""
    found = runs("language", layers=layers, window=window)
    return np.mean([horizon(run[when]["profile"], 0.01) for run in found]) / window


def local_horizon(model):
    """Exact horizon at 1% of a model's windowed layers alone, alpha = 0.95."""
    shape = MODELS[model]
    return horizon(influence(shape.count("windowed"), shape.window, 0.95), 0.01)


def from_afar(model):
    """Share from beyond 16,384 tokens in a text of 32,768, alpha = 0.95."""
    return share_beyond(model_influence(MODELS[model], 0.95, 32768), 16384)


# Chapter 6: 8 layers with windows of 100 at alpha = 0.95, asked for 1,000 of 4,000 tokens; the planner


def with_layers(*layers):
    """Share from beyond 1,000 tokens through layers made of routes."""
    return share_beyond(influence_through(layers, 0.95, text=4000), 1000)


def with_global_layers(count):
    """The same with so many of the 8 layers global."""
    return share_beyond(influence(8, [100] * (8 - count) + [4000] * count, 0.95, text=4000), 1000)


def with_dilated_heads(stride):
    """The same for windows where a quarter of the heads looks at every so many-th token."""
    return with_layers(*[[Route(0.75, 100), Route(0.25, 100, stride=stride)]] * 8)


def with_retrieval(found):
    """The same for windows with so many tokens fetched from 2,000 back."""
    share = found / (100 + found)
    return with_layers(*[[Route(1 - share, 100), Route(share, found, offset=2000)]] * 8)


def with_fading_state(memory):
    """The same for four windows and four states that forget one part in so many with every token."""
    state = [Route(1.0, 4000, decay=1 - 1 / memory)]
    return with_layers(*[[Route(1.0, 100)]] * 4, *[state] * 4)


@functools.cache
def plans(model, distance):
    """The planner's answers by remedy for a shape with windows only, at 1% and alpha = 0.95."""
    return {found.remedy: found for found in plan(all_windowed(MODELS[model]), distance, 0.01, alpha=0.95)}


def mib(model, distance, remedy):
    """Cache of a planned remedy in MiB."""
    return plans(model, distance)[remedy].cache_bytes / 2**20


# Trained models: means over the seeds


def fitted_alpha(layers, window, when="at_end"):
    """The alpha at which all paths come nearest to what was measured."""
    return fits("all paths", layers, window, when)[:, 0].mean()


def misfit(name, layers, window, when="at_end"):
    """How far a theory stays from what was measured, at its best alpha, in decades."""
    return fits(name, layers, window, when)[:, 1].mean()


def untrained_misfit(name, layers):
    """The same before training, mean over the windows 16, 32 and 64."""
    return np.mean([misfit(name, layers, window, "at_start") for window in (16, 32, 64)])


def derived_misfit(layers):
    """The same for layer choices with g from the initialiser alone: nothing is fitted."""
    return np.mean([evidence_plots.derived_errors(layers, window) for window in (16, 32, 64)])


def gain_of(std, width):
    """g that comes nearest before training, 6 layers of W = 16, mean over the seeds."""
    profiles = [run["at_start"]["profile"] for run in runs("controls", layers=6, std=std, width=width)]
    return np.mean([1 / fit_alpha(one, 6, 16, "layer choices")[0] - 1 for one in profiles])


def null_misfit(layers, window):
    """Error of x^k/k! after training, its x fitted to each seed."""
    shares = [
        by_window(run["at_end"]["profile"], window) for run in runs("language", layers=layers, window=window)
    ]
    return np.mean([decades_off(one, fit_power_over_factorial(one)[1]) for one in shares])


def verdict_on(layers, window, rule):
    """Error by window of a rule that composes the kernels of the trained model of seed 0."""
    return runs("kernels", layers=layers, window=window, seed=0)[0]["at_end"]["verdict"][rule][0][0]


def squares_off(window):
    """Error by window of squares of the layers' kernels after training; one a network."""
    return [run["at_end"]["verdict"]["squares"][0][0] for run in runs("kernels", window=window)]


def worth_of_saying_twice(percent):
    """Steps of training, and nats a byte that a span's first time saves on its second, seed 0."""
    run = runs("demand", percent=percent, seed=0)[0]
    return run["steps"], run["span"]["saved"][0]


def worth_beyond(remedy, windows):
    """Nats a byte that the text beyond so many windows is worth, one a seed."""
    found = [run for run in runs("remedies", remedy=remedy) if "losses" in run]
    at = found[0]["losses"]["contexts"].index(windows * found[0]["window"])
    return [run["losses"]["excess"][at] for run in sorted(found, key=lambda run: run["seed"])]


def saved_by(remedy):
    """By how much the loss of windows alone is lowered, in nats a byte, one a seed."""
    both = [
        [runs("remedies", remedy=name, seed=seed)[0]["losses"]["loss"] for name in ("none", remedy)]
        for seed in range(3)
    ]
    return [alone - with_it for alone, with_it in both]


def nats_of_a_byte(layers, window, back):
    """What another byte so far back changes in the next byte's distribution, seed 0, mean over texts."""
    found = runs("kernels", layers=layers, window=window, seed=0)[0]["at_end"]["bytes_replaced"]
    return found["nats"]["mean"][found["distances"].index(back)]


def relayed(layers, pairs, long=False):
    """Shares of right answers over 1, 2, 3, ... hops, trained to relay with W = 16; one seed."""
    return runs("relay", layers=layers, pairs=pairs, window=16, long=long)[0]["accuracy_by_hops"]


def measured_share(remedy, distance):
    """Share from beyond a distance, 6 layers of W = 16 with a remedy."""
    found = runs("remedies", layers=6, window=16, remedy=remedy)
    return np.mean([share_beyond(run["at_end"]["profile"], distance) for run in found])


def worth(useful, context):
    """Nats that the full text saves against the shortest context measured of at least so many tokens."""
    at = next(i for i, tokens in enumerate(useful["contexts"]) if tokens >= context)
    return useful["loss"][at] - useful["loss"][-1]


def most_worth_beyond_two_windows():
    """The most that any windowed model gains or loses by more than two windows of context, in nats."""
    found = runs("language")
    return max(
        abs(worth(run["useful"], min(2 * run["window"], run["useful"]["contexts"][-1]))) for run in found
    )


def least_and_most(values):
    """Smallest and largest of some numbers."""
    return min(values), max(values)


def first_hops():
    """Hops against staying after training: every network's first layer, and the most of its later ones."""
    return evidence_tables.first_hops().T


def windows_before():
    """Windows that hold 99% of the influence before training, one a control."""
    return [horizon(run["at_start"]["profile"], 0.01) / run["window"] for run in runs("controls")]


def pulled_in():
    """How many times as many windows hold 99% after training on text as before, one a shape."""
    return [
        measured_windows(run["layers"], run["window"], "at_end")
        / measured_windows(run["layers"], run["window"], "at_start")
        for run in runs("language", seed=0)
    ]


def last_window(when):
    """The sixth window's influence in 6x16 on ordinary text, one a seed."""
    found = runs("language", layers=6, window=16)
    return np.array([by_window(run[when]["profile"], 16)[-1] for run in found])


def last_window_lost():
    """By how much training on text divides the sixth window's influence, one a seed."""
    return last_window("at_start") / last_window("at_end")


def null_wins(clear=0.005):
    """In how many shapes x^k/k! errs clearly less than the exact profile, and in how many more."""
    less = np.array([evidence_tables.lone_null(*shape).mean() for shape in evidence_tables.deeper()])
    return np.sum(less > clear), np.sum(less < -clear)
