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

from swa_lib import fit_alpha, influence

TOO_SLOW = 10.0  # seconds: a rival that would need more for one run is left out
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


def timed(route, *stack):
    start = time.perf_counter()
    profile = route(*stack)
    return time.perf_counter() - start, profile


def best(routes, *stack):
    """Best time and the profile of each route, the routes taking turns so that all meet the same machine."""
    times, profiles = {name: [] for name in routes}, {}
    while waiting := [
        name for name, taken in times.items() if not taken or sum(taken) + min(taken) < PATIENCE
    ]:
        for name in waiting:
            took, profiles[name] = timed(routes[name], *stack)
            times[name].append(took)
    return {name: min(taken) for name, taken in times.items()}, profiles


def too_slow(layers, window):
    """Would repeated numpy.convolve be? Its middle convolution, times the layers, tells."""
    return layers * timed(np.convolve, np.ones(layers * window // 2), np.ones(window))[0] > TOO_SLOW


def far_tail(layers, window, alpha):
    """Exact shares at five distances from the farthest above SMALLEST: {tokens before the end: (n, d)}."""
    keep, parts = float(alpha).as_integer_ratio()
    denominator = (parts * window) ** layers

    def numerator(j):
        return math.comb(j + layers - 1, layers - 1) * (parts - keep) ** layers

    first = next(j for j in range(window - 1) if numerator(j) / denominator > SMALLEST)
    distances = np.linspace(first, window - 2, 5).astype(int).tolist()
    return {j: (numerator(j), denominator) for j in distances}


def compare(layers, window, alpha):
    stack = (layers, window, alpha)
    left_out = {"numpy.convolve"} if too_slow(layers, window) else set()
    times, profiles = best({name: route for name, route in ROUTES.items() if name not in left_out}, *stack)
    tail = far_tail(*stack)
    for name in ROUTES:
        row = f"{f'L={layers:<4}W={window:<5}alpha={alpha}' if name == OURS else '':<26}{name:<16}"
        if name in left_out:
            print(row + f"{'-':>10}{'-':>10}{'-':>10}{'-':>12}")
            continue
        error = max(relative_error(profiles[name][-1 - j], *exact) for j, exact in tail.items())
        ours, fft = times[name] / times[OURS], times[name] / times["FFT power"]
        print(f"{row}{1e3 * times[name]:>10.2f}{ours:>10.2f}{fft:>10.2f}{error:>12.0e}", flush=True)


def growth(title, stacks):
    print(f"\n{title}\n{'L':>6}{'W':>7}{'n':>10}{'ms':>10}{'x before':>10}{'ns per token and layer':>25}")
    times = [best({OURS: influence}, *stack, 0.95)[0][OURS] for stack in stacks]
    for (layers, window), took, before in zip(stacks, times, [None, *times]):
        n = layers * (window - 1) + 1
        ratio = f"{took / before:.1f}" if before else "-"
        print(
            f"{layers:>6}{window:>7}{n:>10,}{1e3 * took:>10.2f}{ratio:>10}{1e9 * took / (n * layers):>25.2f}"
        )


def gemma_windows(text):
    """The 62 layers of Gemma 3 27B, every sixth one global."""
    return [text if layer % 6 == 5 else 1024 for layer in range(62)]


def texts(lengths):
    """A hybrid in a text with a beginning, against one transform of its length, 62nd power and back."""
    print("\nA text with a beginning: 62 layers, every sixth global, alpha=0.95")
    print(f"{'text':>10}{'route':>22}{'ms':>10}{'x FFT':>10}")
    for text in lengths:
        windows, numbers = gemma_windows(text), np.full(text, 1 / text)
        profile = influence(62, windows, 0.95, text=text)
        routes = {
            "FFT power": lambda n=numbers: np.fft.irfft(np.fft.rfft(n) ** 62, len(n)),
            "influence": lambda w=windows, n=text: influence(62, w, 0.95, text=n),
        }
        if text <= 32768:
            routes["fit_alpha"] = lambda w=windows, n=text, p=profile: fit_alpha(p, 62, w, text=n)
        times, _ = best(routes)
        for name, took in times.items():
            print(f"{text:>10,}{name:>22}{1e3 * took:>10.2f}{took / times['FFT power']:>10.1f}", flush=True)


if __name__ == "__main__":
    print(f"Python {sys.version.split()[0]}, numpy {np.__version__}; best of interleaved runs, one process")
    print(f"tail error: worst relative one at the far end, where the exact share is above {SMALLEST}\n")
    print(f"{'stack':<26}{'route':<16}{'ms':>10}{'x ours':>10}{'x FFT':>10}{'tail error':>12}")
    for layers, window in ((32, 4096), (100, 4096), (32, 1000), (100, 100)):
        for alpha in (0.0, 0.95):
            compare(layers, window, alpha)
    growth("Twice the layers", [(16, 1024), (32, 1024), (64, 1024), (128, 1024)])
    growth("Twice the window", [(32, 512), (32, 1024), (32, 2048), (32, 4096), (32, 8192)])
    texts([8192, 32768, 131072])
