"""Speed beside accuracy: `python tests/benchmark.py` prints how the exact profile compares.

Every route computes the same profile. The far tail is known exactly: only paths
that hop in every layer come within W-1 tokens of the reach R = L(W-1), so there
profile[R-j] = C(j+L-1, L-1) ((1-alpha)/W)^L, for j <= W-2.
"""

import math
import sys
import time

import numpy as np
from exact import SMALLEST, relative_error
from scipy.fft import next_fast_len
from scipy.signal import fftconvolve

from swa_lib import influence

TOO_SLOW = 8.0  # seconds: one run of a slower rival is estimated instead
PATIENCE = 0.5  # seconds of repetitions for one route


def kernel(window, alpha):
    weights = np.full(window, (1 - alpha) / window)
    weights[0] += alpha
    return weights


def fft_power(layers, window, alpha):
    length = layers * (window - 1) + 1
    fast = next_fast_len(length, real=True)
    return np.fft.irfft(np.fft.rfft(kernel(window, alpha), fast) ** layers, fast)[:length]


def repeated(convolve):
    def profile(layers, window, alpha):
        result = np.ones(1)
        for _ in range(layers):
            result = convolve(result, kernel(window, alpha))
        return result

    return profile


ROUTES = {
    "exact (ours)": influence,
    "FFT power": fft_power,
    "numpy.convolve": repeated(np.convolve),
    "fftconvolve": repeated(fftconvolve),
}


def seconds(route, *stack):
    start = time.perf_counter()
    route(*stack)
    return time.perf_counter() - start


def best(routes, *stack):
    """Best time of each route, the routes taking turns so that all meet the same machine."""
    times = {name: [seconds(route, *stack)] for name, route in routes.items()}
    while any(sum(taken) + min(taken) < PATIENCE for taken in times.values()):
        for name, route in routes.items():
            if sum(times[name]) + min(times[name]) < PATIENCE:
                times[name].append(seconds(route, *stack))
    return {name: min(taken) for name, taken in times.items()}


def convolve_estimate(layers, window):
    """Seconds that repeated numpy.convolve would take, from its middle convolution."""
    return layers * seconds(np.convolve, np.ones(layers * window // 2), np.ones(window))


def tail_error(profile, layers, window, alpha):
    """Worst relative error at a few far distances where the exact value is above SMALLEST."""
    keep, parts = float(alpha).as_integer_ratio()
    errors = []
    for j in (0, window // 4, window // 2, window - 2):
        numerator = math.comb(j + layers - 1, layers - 1) * (parts - keep) ** layers
        denominator = (parts * window) ** layers
        if numerator / denominator > SMALLEST:
            errors.append(relative_error(profile[len(profile) - 1 - j], numerator, denominator))
    return max(errors)


def decades(error):
    return "exact" if error == 0 else f"1e{math.log10(error):+03.0f}" if error < math.inf else "inf"


def compare(layers, window, alpha):
    stack, estimate = (layers, window, alpha), convolve_estimate(layers, window)
    routes = {name: route for name, route in ROUTES.items() if name != "numpy.convolve" or estimate < TOO_SLOW}
    times = best(routes, *stack)
    for name in ROUTES:
        if name not in routes:
            print(f"{'':26}{name:<16}{'too slow: about ' + format(estimate, '.0f') + ' s':>32}", flush=True)
            continue
        where = f"L={layers:<4}W={window:<5}alpha={alpha:<5}" if name == "exact (ours)" else ""
        ours, fft = times[name] / times["exact (ours)"], times[name] / times["FFT power"]
        error = decades(tail_error(routes[name](*stack), *stack))
        print(f"{where:<26}{name:<16}{1e3 * times[name]:>10.2f}{ours:>10.2f}{fft:>10.2f}{error:>12}", flush=True)


def growth(title, stacks):
    print(f"\n{title}\n{'L':>6}{'W':>7}{'n':>10}{'ms':>10}{'x before':>10}{'ns per token and layer':>25}")
    before = None
    for layers, window in stacks:
        took = best({"": influence}, layers, window, 0.95)[""]
        n = layers * (window - 1) + 1
        times = f"{took / before:.1f}" if before else "-"
        cost = 1e9 * took / (n * layers)
        print(f"{layers:>6}{window:>7}{n:>10,}{1e3 * took:>10.2f}{times:>10}{cost:>25.2f}", flush=True)
        before = took


if __name__ == "__main__":
    print(f"Python {sys.version.split()[0]}, numpy {np.__version__}; best of several interleaved runs, one process\n")
    print(f"{'stack':<26}{'route':<16}{'ms':>10}{'x ours':>10}{'x FFT':>10}{'tail error':>12}")
    for layers, window in ((32, 4096), (100, 4096), (32, 1000), (100, 100)):
        for alpha in (0.0, 0.95):
            compare(layers, window, alpha)
    growth("Twice the layers", [(16, 1024), (32, 1024), (64, 1024), (128, 1024)])
    growth("Twice the window", [(32, 512), (32, 1024), (32, 2048), (32, 4096), (32, 8192)])
    growth("Twice the tokens n (L and W both)", [(16, 1024), (23, 1448), (32, 2048), (45, 2896), (64, 4096)])
