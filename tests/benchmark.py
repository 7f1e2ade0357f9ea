"""Speed beside accuracy: `python tests/benchmark.py` prints how the exact profile compares.

The far tail is known exactly: only paths that hop in every layer come near the
reach R = L(W-1), so profile[R-j] = C(j+L-1, L-1) ((1-alpha)/W)^L for j <= W-2.
"""

import math
import sys
import time

import numpy as np
from exact import SMALLEST, relative_error
from scipy.fft import next_fast_len
from scipy.signal import fftconvolve

from swa_lib import influence

PATIENCE = 0.4  # seconds of repetitions for one route
OURS = "exact (ours)"


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
    OURS: influence,
    "FFT power": fft_power,
    "numpy.convolve": repeated(np.convolve),
    "fftconvolve": repeated(fftconvolve),
}


def best(routes, *stack):
    """Best time and the profile of each route, the routes taking turns so that all meet the same machine."""
    times, profiles = {name: [] for name in routes}, {}
    while waiting := [name for name, took in times.items() if not took or sum(took) + min(took) < PATIENCE]:
        for name in waiting:
            start = time.perf_counter()
            profiles[name] = routes[name](*stack)
            times[name].append(time.perf_counter() - start)
    return {name: min(taken) for name, taken in times.items()}, profiles


def far_tail(layers, window, alpha):
    """Exact shares at five distances from the farthest above SMALLEST: {tokens before the end: (n, d)}."""
    keep, parts = float(alpha).as_integer_ratio()
    denominator = (parts * window) ** layers

    def numerator(j):
        return math.comb(j + layers - 1, layers - 1) * (parts - keep) ** layers

    first = next(j for j in range(window - 1) if numerator(j) / denominator > SMALLEST)
    distances = np.linspace(first, window - 2, 5).astype(int).tolist()
    return {j: (numerator(j), denominator) for j in distances}


def show(stack, times, profiles=None, exact=None):
    """A line for each route: its time, against ours and the transform's, and its error at the far end."""
    for name, took in times.items():
        line = f"{stack if name == OURS else '':<26}{name:<16}{1e3 * took:>10.2f}"
        line += f"{took / times[OURS]:>10.2f}{took / times['FFT power']:>10.2f}"
        if exact:
            line += f"{max(relative_error(profiles[name][-1 - j], *n) for j, n in exact.items()):>12.0e}"
        print(line, flush=True)


def compare(layers, window, alpha):
    slow = "numpy.convolve" if layers * window > 50_000 else None  # it would take minutes
    measured = best({n: route for n, route in ROUTES.items() if n != slow}, layers, window, alpha)
    show(f"L={layers:<4}W={window:<5}alpha={alpha}", *measured, far_tail(layers, window, alpha))


def in_a_text(text):
    """Gemma 3 27B's windows, every sixth global, against one transform, 62nd power and back."""
    windows, numbers = [text if i % 6 == 5 else 1024 for i in range(62)], np.full(text, 1 / text)
    routes = {
        OURS: lambda: influence(62, windows, 0.95, text=text),
        "FFT power": lambda: np.fft.irfft(np.fft.rfft(numbers) ** 62, text),
    }
    show(f"62 layers, text {text:,}", best(routes)[0])


if __name__ == "__main__":
    print(f"Python {sys.version.split()[0]}, numpy {np.__version__}; best of interleaved runs, one process")
    print(f"tail error: worst relative one at the far end, where the exact share is above {SMALLEST}\n")
    print(f"{'stack':<26}{'route':<16}{'ms':>10}{'x ours':>10}{'x FFT':>10}{'tail error':>12}")
    for layers, window in ((32, 4096), (100, 4096), (32, 1000), (100, 100)):
        for alpha in (0.0, 0.95):
            compare(layers, window, alpha)
    for text in (8192, 32768, 131072):
        in_a_text(text)
