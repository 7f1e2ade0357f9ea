"""Every quantitative claim of the book, and the check that proves it.

A claim is one line: where it stands, of what kind it is, the claim in a sentence
with the stated numbers in **bold** (the others are its settings), and the
expression that computes them. The page "Claims" prints this list, and
tests/test_claims.py holds the chapters to it: to add a claim, add its line.
"""

import functools
import html
import math
import re
from typing import NamedTuple

import numpy as np

import swa_lib

KINDS = {
    "exact": "follows from the model of chapters 2 to 4; computed to twelve digits, rounded only to be printed",
    "approximation": "a rule or a limit, computed as it is written, or its error",
    "measured": "read off a computer's arithmetic, or off a trained model",
    "cited": "published elsewhere, quoted from the source and not run again here",
}

# Numbers that stand free (not the 8 of text8, the 7 of 7B), with thousands commas, exponent, "%" or "K".
NUMBER = re.compile(
    r"(?<![\w.])(?P<digits>\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?P<decimals>\.\d+)?(?P<exponent>e[+-]?\d+)?"
    r"(?P<unit>%| per cent|K\b)?(?![A-Za-z_])"
)
UNITS = {None: [1], "%": [1, 0.01], " per cent": [1, 0.01], "K": [1000, 1024]}


def readings(text):
    """Every number in a text: as written, what it may mean, and half a unit of its last digit."""
    for match in NUMBER.finditer(text):
        decimals, exponent = match["decimals"] or "", match["exponent"] or ""
        number = float(match["digits"].replace(",", "") + decimals + exponent)
        half = 0.5 * 10.0 ** (int(exponent[1:] or 0) - len(decimals[1:]))
        yield match[0], [(number * scale, half * scale) for scale in UNITS[match["unit"]]]


class Claim(NamedTuple):
    """One quantitative claim.

    >>> claim = Claim("02_reach#the-code", "exact", "L = 3 layers of W = 100 reach **297** tokens back.", "reach(3, 100)")
    >>> claim.stated, claim.computed(), claim.holds()
    (['297'], [297.0], True)
    """

    where: str  # page of the chapter, and anchor
    kind: str  # one of KINDS
    says: str  # the sentence; what it states is **bold**, the rest are settings
    check: (
        str  # an expression in the names of swa_lib that gives the bold numbers; for a cited claim its source
    )
    tolerance: float | None = None  # absolute; None means half a unit of the last digit that is stated

    @property
    def stated(self):
        """The bold numbers, as written."""
        return [written for bold in re.findall(r"\*\*(.+?)\*\*", self.says) for written, _ in readings(bold)]

    def computed(self, names=None):
        """What the check gives, one float for each stated number."""
        return [float(value) for value in np.atleast_1d(eval(self.check, {**NAMES, **(names or {})}))]

    def allowed(self):
        """For each stated number: the values it may mean, and how far the computed one may be from them."""
        meanings = [list(readings(written))[0][1] for written in self.stated]
        return [
            [(value, self.tolerance if self.tolerance is not None else half) for value, half in m]
            for m in meanings
        ]

    def holds(self):
        """Whether every computed value is what the sentence states. A cited claim has no value of its own here."""
        if self.kind == "cited":
            return True
        values, allowed = self.computed(), self.allowed()
        agree = (
            any(abs(v - n) <= half * (1 + 1e-9) for n, half in meanings)
            for v, meanings in zip(values, allowed)
        )
        return len(values) == len(allowed) and all(agree)


def fitted_power(measure, depths):
    """The slope of a measure of the profile against depth, on log axes."""
    return np.polyfit(np.log(depths), np.log([measure(n, 100) for n in depths]), 1)[0]


@functools.cache
def gaussian_error(spreads):
    """Relative error of the Gaussian so many spreads beyond the mean, L = W = 100."""
    at = round(swa_lib.drift(100, 100) + spreads * swa_lib.spread(100, 100))
    return swa_lib.gaussian(100, 100)[at] / swa_lib.influence(100, 100)[at] - 1


@functools.cache
def fourier_error():
    """Largest error of a profile by Fourier transform, as a share of the peak, L = W = 100."""
    profile, size = swa_lib.influence(100, 100), 9901
    fourier = np.fft.irfft(np.fft.rfft(np.full(100, 1 / 100), size) ** 100, size)
    return np.abs(fourier - profile).max() / profile.max()


def share_near(profile, middle, within):
    """Share of a profile from the distances at most so many tokens from a middle."""
    return profile[np.abs(np.arange(len(profile)) - middle) <= within].sum()


def right_depth(alpha, tolerance=0.01):
    """Fewest layers of W = 100 whose exact horizon is not below the rule's."""
    rule, layers = swa_lib.rule_horizon(100, alpha, tolerance), 1
    while swa_lib.horizon(swa_lib.influence(layers, 100, alpha), tolerance) < rule:
        layers += 1
    return layers


def local_horizon(model):
    """Exact horizon at 1% of a model's windowed layers alone, alpha = 0.95."""
    shape = swa_lib.MODELS[model]
    return swa_lib.horizon(swa_lib.influence(shape.count("windowed"), shape.window, 0.95), 0.01)


def from_afar(model):
    """Share from beyond 16,384 tokens in a text of 32,768, alpha = 0.95."""
    shape = swa_lib.MODELS[model]
    profile = swa_lib.model_influence(shape, 0.95, 32768)
    return swa_lib.share_beyond(profile, 16384)


def reordered(global_first):
    """`from_afar` for Gemma 3 27B, had it all its global layers first, or last."""
    windows = sorted(swa_lib.model_windows(swa_lib.MODELS["Gemma 3 27B"], 32768), reverse=global_first)
    return swa_lib.share_beyond(swa_lib.influence(len(windows), windows, 0.95, 32768), 16384)


@functools.cache
def plans(model, distance):
    """The planner's answers by remedy for a shape with windows only, at 1% and alpha = 0.95."""
    shape = swa_lib.all_windowed(swa_lib.MODELS[model])
    return {plan.remedy: plan for plan in swa_lib.plan(shape, distance, 0.01, alpha=0.95)}


def mib(model, distance, remedy):
    """Cache of a planned remedy in MiB."""
    return plans(model, distance)[remedy].cache_bytes / 2**20


def first_above(layers_list, alpha):
    """The first of these depths at which all paths bring more than the stairs, over the first eight windows."""
    back = np.arange(800)
    stairs = swa_lib.path_influence(back // 100 + 1, alpha)
    for layers in layers_list:
        tail = swa_lib.beyond(swa_lib.influence(layers, 100, alpha))
        if len(tail) >= 800 and np.all(tail[:800] > stairs):
            return layers


def stairs_off(layers, windows):
    """Largest factor, either way, between all paths and one path over so many windows, W = 100, alpha = 0.95."""
    back = np.arange(1, 100 * windows + 1)
    one = swa_lib.path_influence(np.ceil(back / 99).astype(int), 0.95)
    ratio = swa_lib.beyond(swa_lib.influence(layers, 100, 0.95))[back] / one
    return max(ratio.max(), 1 / ratio.min())


NAMES = {name: getattr(swa_lib, name) for name in swa_lib.__all__} | {
    name: value for name, value in list(globals().items()) if callable(value) and getattr(value, "__module__", "") == __name__
} | {"np": np, "math": math}  # fmt: skip

WINDOW, REACH, BLUR = "01_window", "02_reach", "03_blur"
BARRIER, HORIZON, REMEDIES = "04_barrier", "05_horizon", "06_remedies"

MISTRAL, STREAMING, POWER = (
    "https://arxiv.org/abs/2310.06825",
    "https://arxiv.org/abs/2309.17453",
    "https://arxiv.org/abs/2503.03588",
)
KOBAYASHI, SAMBA, GEMMA = (
    "https://arxiv.org/abs/2109.07152",
    "https://arxiv.org/abs/2406.07522",
    "https://arxiv.org/abs/2503.19786",
)
ARTICLE, RULER, LONGFORMER = (
    "https://guangxuanx.com/blog/stacking-swa.html",
    "https://github.com/NVIDIA/RULER",
    "https://arxiv.org/abs/2004.05150",
)
LANDMARK, JAMBA, HYBRIDS = (
    "https://arxiv.org/abs/2305.16300",
    "https://arxiv.org/abs/2403.19887",
    "https://arxiv.org/abs/2507.06457",
)

CLAIMS = [
    # The landing page
    Claim("index#stacking-swa", "exact", "32 layers with windows of 4,096 tokens, each keeping 95% of what it has, reach **131,040** tokens back.", "reach(32, 4096)"),
    Claim("index#stacking-swa", "exact", "99% of their output comes from the last **11,941** tokens.", "horizon(influence(32, 4096, 0.95), 0.01)"),
    Claim("index#stacking-swa", "exact", "That is **9.1%** of the reach.", "horizon(influence(32, 4096, 0.95), 0.01) / reach(32, 4096)"),
    # Chapter 1
    Claim("01_window#the-code", "exact", "With W = 10, token 100 sees tokens **91** to **100**, which are **10**.", "visible(100, 10)[0], visible(100, 10)[-1], len(visible(100, 10))"),
    Claim("01_window#the-code", "exact", "Token 90 is 10 tokens back, and the farthest distance that W = 10 sees is **9**.", "100 - visible(100, 10)[0]"),
    Claim("01_window#the-picture", "exact", "A window of 6 on 24 tokens fills **129** of **576** cells of the mask.", "mask(24, 6).sum(), mask(24, 6).size"),
    Claim("01_window#why-have-a-window-at-all", "cited", "Mistral 7B has **32** layers, windows of **4,096** tokens, **8** key-value heads of **128** numbers and **32** query heads.", MISTRAL),
    Claim("01_window#why-have-a-window-at-all", "exact", "At 32,768 tokens its cache takes **0.50** GiB; with full attention it would take **4.00**.", "[kv_cache_bytes(tokens_held(32, w, 32768), 8, 128) / 2**30 for w in (4096, 32768)]"),
    Claim("01_window#why-have-a-window-at-all", "exact", "A token costs **2.1** GFLOP of attention; with full attention **17.2**.", "[attention_flops(tokens_held(32, w, 32768), 32, 128) / 1e9 for w in (4096, 32768)]"),
    Claim("01_window#why-have-a-window-at-all", "exact", "Both shrink by a factor of **8**.", "tokens_held(32, 32768, 32768) / tokens_held(32, 4096, 32768)"),
    Claim("01_window#move-it", "exact", "With W = 10, token 8 sees **9** tokens and token 9 sees **10**: the first whole window.", "len(visible(8, 10)), len(visible(9, 10))"),
    Claim("01_window#tiny-check-from-the-notes", "exact", "With W = 100, token 1000 sees tokens **901** to **1000**.", "visible(1000, 100)[0], visible(1000, 100)[-1]"),
    Claim("01_window#where-this-stops-being-true", "exact", "Code that sees W+1 tokens where this book says W = 128 sees **129**.", "len(visible(1000, 128 + 1))"),
    # Chapter 2
    Claim("02_reach#the-code", "exact", "L = 3 layers of W = 100 reach **297** tokens back.", "reach(3, 100)"),
    Claim("02_reach#the-code", "approximation", "The popular rule, L x W, says **300**.", "3 * 100"),
    Claim("02_reach#the-code", "exact", "Distances of 99, 100 and 297 tokens need at least **1**, **2** and **3** hops.", "[hops(d, 100) for d in (99, 100, 297)]"),
    Claim("02_reach#from-paths-to-shares", "exact", "L = 3 and W = 4 make **64** paths; **1** leads to the farthest token and **12** to each of the two in the middle.", "4**3, influence(3, 4)[-1] * 4**3, influence(3, 4)[4] * 4**3"),
    Claim("02_reach#stacking-is-convolving", "exact", "With L = 3 and W = 100, the farthest token's share is **1e-06**, a millionth: one over W to the power L.", "influence(3, 100)[297]"),
    Claim("02_reach#the-picture", "exact", "The profile of L = 3, W = 100 peaks **148** tokens back with a share of **0.0075**.", "influence(3, 100).argmax(), influence(3, 100).max()"),
    Claim("02_reach#layer-by-layer", "exact", "8 layers of W = 32 reach **248** tokens; the mean of the influence is at **124**.", "reach(8, 32), drift(8, 32)"),
    Claim("02_reach#tiny-check-from-the-notes", "exact", "With L = 3, W = 100, **1.84%** comes from beyond 250 tokens and 99% from within **259**.", "beyond(influence(3, 100))[250], horizon(influence(3, 100), 0.01)"),
    Claim("02_reach#tiny-check-from-the-notes", "exact", "W = 100: 99% comes from **87%** of the reach at L = 3, **62%** at L = 32.", "[horizon(influence(n, 100), 0.01) / reach(n, 100) for n in (3, 32)]"),
    Claim("02_reach#where-this-stops-being-true", "exact", "At alpha = 0.95 the farthest share of L = 3, W = 100 is **1.25e-10**.", "influence(3, 100, 0.95)[297]"),
    # Chapter 3
    Claim("03_blur#the-code", "exact", "L = 100 layers of W = 100 drift **4,950** tokens: L(W-1)/2.", "drift(100, 100)"),
    Claim("03_blur#the-code", "exact", "Their spread is **288.66** tokens.", "spread(100, 100)"),
    Claim("03_blur#the-code", "approximation", "The spread is about **0.29** W sqrt(L); twice the spread is **0.58** W sqrt(L).", "spread(100, 100) / 1000, 2 * spread(100, 100) / 1000"),
    Claim("03_blur#the-law-measured", "exact", "On log axes the spread grows with slope **0.50** in depth.", "fitted_power(spread, [1, 2, 4, 8, 16, 32, 64])"),
    Claim("03_blur#the-law-measured", "exact", "Drift and reach grow with slope **1.00**.", "fitted_power(drift, [1, 2, 4, 8, 16, 32, 64])"),
    Claim("03_blur#the-law-measured", "exact", "L = W = 100: two spreads are **577** tokens.", "2 * spread(100, 100)"),
    Claim("03_blur#the-law-measured", "exact", "Of the output, **6e-79** comes from the last 577 tokens.", "influence(100, 100)[:578].sum()"),
    Claim("03_blur#the-law-measured", "exact", "**95.5%** comes from within 577 tokens of the mean.", "share_near(influence(100, 100), 4950, 577)"),
    Claim("03_blur#the-gaussian", "approximation", "The Gaussian is **0.15%** too high at the mean.", "gaussian_error(0)"),
    Claim("03_blur#the-gaussian", "approximation", "It is **28.7%** too high five spreads from the mean: more than a quarter.", "gaussian_error(5)"),
    Claim("03_blur#the-gaussian", "approximation", "At the reach the exact share is 10 to the power -**200**; the Gaussian says -**67**.", "-np.log10([influence(100, 100)[-1], gaussian(100, 100)[-1]])"),
    Claim("03_blur#where-do-the-digits-go", "measured", "A Fourier transform errs by less than **1e-13** of the peak.", "max(fourier_error(), 1e-13)", tolerance=1e-20),
    Claim("03_blur#where-do-the-digits-go", "exact", "The share at distance 1,000 is **1.3e-57**.", "influence(100, 100)[1000]"),
    Claim("03_blur#move-it", "approximation", "At L = 4, W = 100 the Gaussian is off by at most **3.6%** of the peak.", "np.abs(gaussian(4, 100) - influence(4, 100)).max() / influence(4, 100).max()"),
    Claim("03_blur#tiny-check-from-the-notes", "exact", "L = W = 100: a band W sqrt(L) = 1,000 tokens wide around the mean holds **91.7%**.", "share_near(influence(100, 100), 4950, 500)"),
    Claim("03_blur#tiny-check-from-the-notes", "approximation", "W sqrt(L) is sqrt(12), about **3.46**, spreads.", "1000 / spread(100, 100)"),
    Claim("03_blur#tiny-check-from-the-notes", "exact", "It is **10%** of the reach.", "1000 / reach(100, 100)"),
    # Chapter 4
    Claim("04_barrier#the-code", "exact", "At alpha = 0.95 one path keeps **0.05**, **0.0025** and **0.000125** over 1, 2 and 3 hops.", "path_influence([1, 2, 3], 0.95)", tolerance=1e-15),
    Claim("04_barrier#the-picture", "exact", "8 layers, W = 100: over three windows one path and all paths differ by up to a factor of **12**.", "stairs_off(8, 3)"),
    Claim("04_barrier#the-picture", "exact", "32 layers: from beyond 1, 2 and 3 windows come **0.32**, **0.064** and **0.0078**.", "beyond(influence(32, 100, 0.95))[[100, 200, 300]]"),
    Claim("04_barrier#the-code", "exact", "In 8 layers of W = 100 at alpha = 0.95, **66.6%** comes from the token itself.", "influence(8, 100, 0.95)[0]"),
    Claim("04_barrier#the-code", "exact", "**3.0%** comes from beyond one window.", "influence(8, 100, 0.95)[100:].sum()"),
    Claim("04_barrier#one-path-or-all-of-them", "exact", "32 layers at alpha = 0.95 make 0, 1, 2, 3 hops with chance **0.194**, **0.326**, **0.266**, **0.140**.", "hop_distribution(32, 0.95)[:4]"),
    Claim("04_barrier#one-path-or-all-of-them", "exact", "2 hops among 32 layers can be chosen in **496** ways, 3 hops in **4960**.", "math.comb(32, 2), math.comb(32, 3)"),
    Claim("04_barrier#one-path-or-all-of-them", "exact", "8, 32 and 100 layers make **0.4**, **1.6** and **5** hops on average.", "[n * (1 - 0.95) for n in (8, 32, 100)]"),
    Claim("04_barrier#one-path-or-all-of-them", "exact", "One layer of W = 100 at alpha = 0.95 moves the mean by **2.475** tokens, where the reach promises **99**.", "drift(1, 100, 0.95), reach(1, 100)", tolerance=1e-12),
    Claim("04_barrier#one-path-or-all-of-them", "exact", "8, 32 and 100 layers have their mean **19.8**, **79.2** and **247.5** tokens back.", "[drift(n, 100, 0.95) for n in (8, 32, 100)]"),
    Claim("04_barrier#one-path-or-all-of-them", "exact", "**0.9%**, **16.1%** and **76.6%** of their output come from beyond 1.5 windows.", "[beyond(influence(n, 100, 0.95))[150] for n in (8, 32, 100)]"),
    Claim("04_barrier#one-path-or-all-of-them", "approximation", "One path needs 2 hops for 1.5 windows and keeps **0.0025**, at any depth.", "path_influence(hops(150, 100), 0.95)"),
    Claim("04_barrier#when-the-stream-grows", "exact", "With share 1/(l+1), 32 layers make **3.1** hops and 100 layers **4.2**.", "[(1 - growing_stream(n)).sum() for n in (32, 100)]"),
    Claim("04_barrier#when-the-stream-grows", "exact", "Their means, W = 100, are **153** and **208** tokens back.", "[drift(n, 100, growing_stream(n)) for n in (32, 100)]"),
    Claim("04_barrier#move-it", "exact", "At alpha = 0.95, all paths lie above the stairs over eight windows from **24** layers on, of those on the slider.", "first_above([1, 2, 4, 8, 12, 16, 24, 32, 64, 100], 0.95)"),
    Claim("04_barrier#tiny-check-from-the-notes", "exact", "L = 3, W = 100: the farthest share at alpha = 0.95 is **0.000125** times the one without residual.", "influence(3, 100, 0.95)[-1] / influence(3, 100)[-1]", tolerance=1e-15),
    Claim("04_barrier#where-this-stops-being-true", "cited", "The article writes an alpha of **0.9** to **0.99**.", ARTICLE),
    Claim("04_barrier#where-this-stops-being-true", "cited", "BERT-base mixes in **18.8%** from other tokens, RoBERTa-base **16.2%**.", KOBAYASHI),
    Claim("04_barrier#where-this-stops-being-true", "exact", "Put into 32 layers they give a mean of **3.0** and **2.6** windows; alpha = 0.99 gives **0.2**.", "[drift(32, 100, 1 - share) / 100 for share in (0.188, 0.162, 0.01)]"),
    Claim("04_barrier#where-this-stops-being-true", "approximation", "Read as 1-alpha, both are nearer to alpha = **0.8** than to 0.99.", "1 - min(0.188, 0.162)", tolerance=0.095),
    # Chapter 5
    Claim("05_horizon#the-code", "approximation", "W = 100, alpha = 0.95: the rule's horizon is **153.7** tokens at 1%, **230.6** at 0.1%.", "[rule_horizon(100, 0.95, eps) for eps in (0.01, 0.001)]"),
    Claim("05_horizon#the-code", "approximation", "At 1% the rule says **2.0**, **1.5**, **1.2** and **1.0** W for alpha = 0.90, 0.95, 0.98, 0.99.", "[rule_horizon(100, a, 0.01) / 100 for a in (0.9, 0.95, 0.98, 0.99)]"),
    Claim("05_horizon#the-code", "exact", "W = 100, alpha = 0.95, 0.1%: 8, 12, 32 and 100 layers have horizons of **202**, **244**, **383** and **725** tokens.", "[horizon(influence(n, 100, 0.95), 0.001) for n in (8, 12, 32, 100)]"),
    Claim("05_horizon#where-the-two-part", "exact", "At 1% the rule is right at L = **15**, **9**, **9**, **9**, **14** and **22** for alpha = 0.5, 0.8, 0.9, 0.95, 0.98, 0.99.", "[right_depth(a) for a in (0.5, 0.8, 0.9, 0.95, 0.98, 0.99)]"),
    Claim("05_horizon#where-the-two-part", "exact", "Over the same alphas it is right between L = **11** and **21** at 0.1%, between **16** and **40** at 1e-6.", "[f(right_depth(a, eps) for a in (0.5, 0.8, 0.9, 0.95, 0.98, 0.99)) for eps in (1e-3, 1e-6) for f in (min, max)]"),
    Claim("05_horizon#where-the-two-part", "exact", "At L = 100 and alpha = 0.99 the exact horizon is **2.3** times the rule's.", "horizon(influence(100, 100, 0.99), 0.01) / rule_horizon(100, 0.99, 0.01)"),
    Claim("05_horizon#the-tolerance-is-yours", "approximation", "A factor of ten in the tolerance buys **77** tokens of the rule's horizon.", "rule_horizon(100, 0.95, 0.1)"),
    Claim("05_horizon#the-tolerance-is-yours", "exact", "32 layers, W = 100, alpha = 0.95: horizons of **177**, **289**, **383** and **616** tokens at 10%, 1%, 0.1% and 1e-6.", "[horizon(influence(32, 100, 0.95), eps) for eps in (0.1, 0.01, 0.001, 1e-6)]"),
    Claim("05_horizon#the-tolerance-is-yours", "exact", "At a tolerance of 5%: **214**.", "horizon(influence(32, 100, 0.95), 0.05)"),
    Claim("05_horizon#real-models", "cited", "Mistral's paper quotes an attention span of about **131K** tokens.", MISTRAL),
    Claim("05_horizon#real-models", "approximation", "For Mistral 7B, L x W is **131,072** tokens; the rule of thumb says **6,297** at 1%.", "32 * 4096, rule_horizon(4096, 0.95, 0.01)"),
    Claim("05_horizon#real-models", "exact", "Its exact reach is **131,040**; at alpha = 0.95, 99% comes from within **11,941** tokens, **2.9** windows.", "reach(32, 4096), local_horizon('Mistral 7B v0.1'), local_horizon('Mistral 7B v0.1') / 4096"),
    Claim("05_horizon#real-models", "exact", "The windowed layers of Gemma 3 27B, gpt-oss-120b and Olmo 3 7B alone: **3,977**, **272** and **10,210** tokens.", "[local_horizon(m) for m in ('Gemma 3 27B', 'gpt-oss-120b', 'Olmo 3 7B')]"),
    Claim("05_horizon#real-models", "exact", "With their global layers, in a text of 32,768 tokens: **27.4%** (gpt-oss-20b), **24.3%** (Gemma 3 27B) and **20.8%** (Olmo 3 7B) come from beyond 16,384.", "[from_afar(m) for m in ('gpt-oss-20b', 'Gemma 3 27B', 'Olmo 3 7B')]"),
    Claim("05_horizon#real-models", "exact", "Gemma 3 27B with all its global layers last would get **24.7%** from there, with all of them first **24.0%**.", "[reordered(first) for first in (False, True)]"),
    Claim("05_horizon#real-models", "exact", "Without any, Mistral 7B gets **0.1%** from there.", "from_afar('Mistral 7B v0.1')"),
    Claim("05_horizon#what-has-been-measured", "cited", "StreamingLLM, a cache of 4+2044 tokens, 23 tokens a line: **75.30** per cent at 1840 tokens, **0.00** at 2300.", STREAMING),
    Claim("05_horizon#what-has-been-measured", "cited", "PowerAttention: **28** layers with windows of **2,304** tokens recall a passkey up to **12K** tokens and fail at **16K**.", POWER),
    Claim("05_horizon#what-has-been-measured", "exact", "That is **5.2** to **6.9** windows.", "12000 / 2304, 16000 / 2304"),
    Claim("05_horizon#what-has-been-measured", "approximation", "L x W would be **64,512** tokens; the rule's horizon at 1% is **1.5** windows.", "28 * 2304, rule_horizon(2304, 0.95, 0.01) / 2304"),
    Claim("05_horizon#what-has-been-measured", "exact", "The exact horizon is **2.7** windows at alpha = 0.95 and **6.1** at 0.8.", "[horizon(influence(28, 2304, a), 0.01) / 2304 for a in (0.95, 0.8)]"),
    Claim("05_horizon#what-has-been-measured", "cited", "Samba: a windowed stack of **1.6**B, W = **2,048**, recalls around **30%**; tuned at **4K**.", SAMBA),
    Claim("05_horizon#pitfalls", "exact", "From 8 to 32 layers, W = 100, the reach grows from **792** to **3,168** tokens.", "reach(8, 100), reach(32, 100)"),
    Claim("05_horizon#pitfalls", "exact", "From beyond 500 tokens 32 layers bring **0.0025** at alpha = 0.90, **1.4e-09** at 0.99.", "[beyond(influence(32, 100, a))[500] for a in (0.9, 0.99)]"),
    Claim("05_horizon#tiny-check-from-the-notes", "approximation", "W = 100, alpha = 0.95: the rule leaves **0.000125** at 300 tokens, **0.0000063** at 400.", "[rule_of_thumb(d, 100, 0.95) for d in (300, 400)]"),
    Claim("05_horizon#your-own-numbers", "exact", "The calculator starts with 32 layers of W = 4,096: the exact horizon is **1.90** times the rule's.", "local_horizon('Mistral 7B v0.1') / rule_horizon(4096, 0.95, 0.01)"),
    # Chapter 6
    Claim("06_remedies#the-code", "exact", "8 layers of W = 100 reach **792** tokens: nothing comes from beyond 1,000.", "reach(8, 100)"),
    Claim("06_remedies#the-code", "exact", "At alpha = 0.95, W = 400 brings **0.02%** from beyond 1,000 tokens, W = 800 **1.84%**.", "[beyond(influence(8, w, 0.95, text=4000))[1000] for w in (400, 800)]"),
    Claim("06_remedies#the-code", "exact", "32 layers of W = 100: alpha = 0.8 brings **1.5e-05**, alpha = 0.5 **0.13**.", "[beyond(influence(32, 100, a))[1000] for a in (0.8, 0.5)]"),
    Claim("06_remedies#the-code", "exact", "1, 2 and 4 global layers of 8, in a text of 4,000 tokens, bring **3.8%**, **7.4%** and **14.3%**.", "[beyond(influence(8, [100] * (8 - n) + [4000] * n, 0.95, text=4000))[1000] for n in (1, 2, 4)]"),
    Claim("06_remedies#the-code", "exact", "Four global layers bring **14.25%** from there when they come last, **14.24%** when they come first.", "[beyond(influence(8, windows, 0.95, text=4000))[1000] for windows in ([100] * 4 + [4000] * 4, [4000] * 4 + [100] * 4)]"),
    Claim("06_remedies#the-code", "exact", "1, 10 and 50 memory tokens bring **0.047%**, **0.425%** and **1.485%**.", "[beyond(memory_influence(8, 100, 0.95, m, context=4000, text=4000))[1000] for m in (1, 10, 50)]"),
    Claim("06_remedies#the-code", "exact", "A quarter of the heads with stride 16 or 64 brings **3.80%** or **7.25%**.", "[beyond(influence_through([[Route(0.75, 100), Route(0.25, 100, stride=s)]] * 8, 0.95, text=4000))[1000] for s in (16, 64)]"),
    Claim("06_remedies#the-code", "exact", "1 or 10 tokens retrieved from 2,000 back bring **0.40%** or **3.58%**.", "[beyond(influence_through([[Route(1 - n / (100 + n), 100), Route(n / (100 + n), n, offset=2000)]] * 8, 0.95, text=4000))[1000] for n in (1, 10)]"),
    Claim("06_remedies#the-code", "exact", "Half of the layers with a memory of 1,000 or 10,000 tokens bring **7.19%** or **13.58%**.", "[beyond(influence_through([[Route(1.0, 100)]] * 4 + [[Route(1.0, 4000, decay=1 - 1 / n)]] * 4, 0.95, text=4000))[1000] for n in (1000, 10000)]"),
    Claim("06_remedies#the-planner", "exact", "36 layers of W = 128, 4,096 tokens at 1%: one global layer keeps **25** MiB, wide windows **92**.", "mib('gpt-oss-120b', 4096, 'global layers'), mib('gpt-oss-120b', 4096, 'wider window')"),
    Claim("06_remedies#the-planner", "exact", "Wide windows cost **3.7** times as much.", "mib('gpt-oss-120b', 4096, 'wider window') / mib('gpt-oss-120b', 4096, 'global layers')"),
    Claim("06_remedies#the-planner", "exact", "At 16,384 tokens wide windows need W = **5,620** for the shape of Mistral 7B, W = **3,780** for Gemma 3 27B.", "[plans(m, 16384)['wider window'].strength for m in ('Mistral 7B v0.1', 'Gemma 3 27B')]"),
    Claim("06_remedies#the-planner", "exact", "At their full context, hybrids keep **2.0** (gpt-oss-120b), **6.0** (Gemma 3 27B) and **3.4** (Olmo 3 32B) times less than full attention.", "[model_cache_bytes(all_global(MODELS[m])) / model_cache_bytes(MODELS[m]) for m in ('gpt-oss-120b', 'Gemma 3 27B', 'Olmo 3 32B')]"),
    Claim("06_remedies#what-has-been-measured", "cited", "Gemma 3: minimal impact from **1**:1 to **7**:1 local to global layers, and from windows of **512** to **4,096** tokens.", GEMMA),
    Claim("06_remedies#what-has-been-measured", "cited", "PowerAttention at 32K, windows against full attention: perplexity **9.97** against **9.42**, RULER **34.91** against **79.24**.", POWER),
    Claim("06_remedies#what-has-been-measured", "cited", "EXAONE 4.0 32B, 3:1 with W = 4K, scores **88.2** at 128K on RULER.", RULER),
    Claim("06_remedies#what-has-been-measured", "cited", "Over **72** hybrids with linear attention, recall depends on the ratio, most of all below **3**:1.", HYBRIDS),
    Claim("06_remedies#what-has-been-measured", "cited", "Longformer: **1.20** bits per character with dilation on two heads, **1.21** without.", LONGFORMER),
    Claim("06_remedies#what-has-been-measured", "cited", "Landmark tokens took a LLaMA 7B to over **32K** tokens.", LANDMARK),
    Claim("06_remedies#what-has-been-measured", "cited", "Jamba: no substantial difference between **1**:3 and **1**:7 attention to Mamba layers.", JAMBA),
    Claim("06_remedies#move-it", "approximation", "36 layers of W = 128: one global layer brings **0.026** from beyond 4,096 tokens.", "plans('gpt-oss-120b', 4096)['global layers'].beyond"),
    # Measured in trained models
    Claim("04_barrier#in-a-model-we-trained", "measured", "8 layers, W = 32: fitted to trained models, all paths err by **0.33** decades, one path by **0.65**, the Gaussian by **1.30**.", "[fits(name, 8, 32)[:, 1].mean() for name in ('all paths', 'one path', 'Gaussian')]"),
    Claim("04_barrier#in-a-model-we-trained", "measured", "8 layers, W = 64: fitted to trained models, all paths err by **0.49** decades, one path by **0.50**, the Gaussian by **1.31**.", "[fits(name, 8, 64)[:, 1].mean() for name in ('all paths', 'one path', 'Gaussian')]"),
    Claim("04_barrier#in-a-model-we-trained", "measured", "8 layers, W = 16: fitted to trained models, all paths err by **0.43** decades, one path by **0.66**, the Gaussian by **1.18**.", "[fits(name, 8, 16)[:, 1].mean() for name in ('all paths', 'one path', 'Gaussian')]"),
    Claim("04_barrier#in-a-model-we-trained", "measured", "Alpha of 8 layers, W = 32: **0.90** by the fit, **0.76** from the norms.", "fits('all paths', 8, 32)[:, 0].mean(), np.mean([run['at_end']['residual_shares'] for run in runs('language', layers=8, window=32)])"),
    Claim("04_barrier#in-a-model-we-trained", "measured", "From the nearest to the farthest window the measured shares span **12** powers of ten.", "np.log10(np.mean([by_window(run['at_end']['profile'], 32)[0] / by_window(run['at_end']['profile'], 32)[-1] for run in runs('language', layers=8, window=32)]))"),
    Claim("05_horizon#in-a-model-we-trained", "exact", "8 layers with windows of 32 bytes reach **248** bytes.", "reach(8, 32)"),
    Claim("05_horizon#in-a-model-we-trained", "measured", "Their 1% horizon is **53** bytes as measured, **61** by the exact profile with the fitted alpha.", "np.mean([horizon(run['at_end']['profile'], 0.01) for run in runs('language', layers=8, window=32)]), horizon(influence(8, 32, fits('all paths', 8, 32)[:, 0].mean()), 0.01)"),
    Claim("05_horizon#in-a-model-we-trained", "measured", "6 layers, W = 16, trained to relay one pair: at least **99%** right at every number of hops up to 6.", "min(runs('relay', layers=6, pairs=1, window=16, long=False)[0]['accuracy_by_hops'][:6])"),
    Claim("05_horizon#in-a-model-we-trained", "measured", "4 layers, 16 pairs, four hops: **14%** right in the same steps.", "runs('relay', layers=4, pairs=16, window=16, long=False)[0]['accuracy_by_hops'][3]"),
    Claim("05_horizon#in-a-model-we-trained", "measured", "2 layers, over two hops: **37%** right with 4 pairs, **48%** with 16.", "[runs('relay', layers=2, pairs=n, window=16, long=False)[0]['accuracy_by_hops'][1] for n in (4, 16)]"),
    Claim("06_remedies#in-a-model-we-trained", "measured", "6 layers, W = 16, texts of 256 bytes: from beyond 28 bytes a global layer brings **20%**, memory tokens at every 64th place **11%**, one dilated head of four **15%**.", "[np.mean([beyond(run['at_end']['profile'])[28] for run in runs('remedies', layers=6, window=16, remedy=name)]) for name in ('global layer', 'memory tokens', 'dilated heads')]"),
    Claim("06_remedies#in-a-model-we-trained", "measured", "With the global layer what lies beyond 32 bytes is worth **0.024** nats a byte.", "np.mean([run['useful']['loss'][run['useful']['contexts'].index(32)] - run['useful']['loss'][-1] for run in runs('remedies', layers=6, window=16, remedy='global layer')])"),
    Claim("A_trained#alpha-measured-twice", "cited", "BERT-base mixes in **18.8%** from other tokens, RoBERTa-base **16.2%**.", KOBAYASHI),
    Claim("A_trained#alpha-measured-twice", "measured", "Fitted alpha of 8 layers, W = 32: **0.77** before training, **0.90** after.", "fits('all paths', 8, 32, 'at_start')[:, 0].mean(), fits('all paths', 8, 32)[:, 0].mean()"),
    Claim("A_trained#before-training", "measured", "Before training, 8 layers: all paths err by **0.40** decades, random signs by **0.29**.", "[np.mean([fits(name, 8, w, 'at_start')[:, 1].mean() for w in (16, 32, 64)]) for name in ('all paths', 'random signs')]"),
    Claim("A_trained#useful-context", "measured", "With two windows of context no windowed model is farther than **0.001** nats from the full text; 0.005 is what counts as nothing.", "max(abs(f['loss'][list(np.array(f['contexts']) >= min(2 * run['window'], f['contexts'][-1])).index(True)] - f['loss'][-1]) for run in runs('language') for f in [run['useful']])"),
    Claim("A_trained#remember-and-pass-on", "measured", "2 layers, W = 16, 4 pairs, trained four times as long: **100%** right over one hop and **100%** over two. A guess is right once in 16.", "[share for share in [run for run in runs('relay', long=True)][0]['accuracy_by_hops'][:2]]"),
    Claim("A_trained#what-others-measured", "cited", "StreamingLLM asks for lines of **23** tokens.", STREAMING),
    Claim("A_trained#what-others-measured", "cited", "PowerAttention: **28** layers with windows of **2,304** tokens work to **12K** tokens and fail at **16K**.", POWER),
    Claim("A_trained#what-others-measured", "cited", "Samba: **1.6**B parameters, W = **2,048**, around **30%** on passkeys; tuned at **4K**.", SAMBA),
]  # fmt: skip


# Numbers of the prose that claim nothing: where, as written, and why. A number up to 12 needs no line.
PLAIN = {}


def page_of(where):
    """A claim's place as a link from the reference pages."""
    page, anchor = where.split("#")
    return f"../{'' if page == 'index' else 'chapters/'}{page}.html#{anchor}"


def table(page):
    """The claims of one page of the book as an HTML table; on a phone a row becomes a card."""
    head = "".join(f'<th role="columnheader" scope="col">{name}</th>' for name in COLUMNS)
    rows = "".join(_row(claim) for claim in CLAIMS if claim.where.split("#")[0] == page)
    return (
        f'<table class="claims" role="table" aria-label="Claims of {page}"><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table>'
    )


COLUMNS = ("Claim, and where", "Kind", "Value", "Check, and how close it must come")


def _row(claim):
    says = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", html.escape(claim.says))
    place = claim.where.split("#")[1].replace("-", " ")
    place = place[0].upper() + place[1:].replace("swa", "SWA")
    if claim.kind == "cited":
        check = f'<a href="{claim.check}">{claim.check.removeprefix("https://")}</a>, as published'
    else:
        spans = sorted({meanings[-1][1] for meanings in claim.allowed()})
        check = (
            f"<code>{html.escape(claim.check)}</code> within {' or '.join(f'{span:.2g}' for span in spans)}"
        )
    cells = (
        f'{says} <a href="{page_of(claim.where)}">{place}</a>',
        claim.kind,
        "; ".join(claim.stated),
        check,
    )
    return (
        '<tr role="row">'
        + "".join(f'<td role="cell" data-column="{name}">{cell}</td>' for name, cell in zip(COLUMNS, cells))
        + "</tr>"
    )
