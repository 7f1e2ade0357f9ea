"""Which question asks for which objective: every objective has questions, every question an objective.

An objective is a line below "What you will be able to do" of a chapter; here stand its first words. A
question is a function of `swa_lib/chapters/`, or the exercise in two sentences, called by the
name of its cell. The page "Objectives and questions" is made from this; tests/test_objectives.py finds what
is missing.
"""

import functools
import re

import nbformat
from repository import ROOT

from swa_lib.exercises import QUESTIONS

OBJECTIVES = {
    "01_window": {
        "Say which tokens a layer sees": [
            "oldest_of_ten", "tokens_in_ten", "first_whole", "seen_by_1000", "oldest_of_4096",
            "cells_of_the_mask", "your_mask",
        ],
        "Tell which of two readings": ["oldest_in_griffin", "reach_by_another_reading", "window_in_words"],
        "Compute what a window saves": ["cheaper_cache", "window_for_a_gibibyte", "same_cache"],
    },
    "02_reach": {
        "Compute how far back": [
            "farthest_token", "reach_of_mistral", "fewest_hops", "first_whole_reach", "reach_of_gemma",
        ],
        "Count the paths": [
            "farthest_share", "paths_in_all", "path_counts", "farthest_through_residuals",
            "spread_of_64_paths",
        ],
        "Keep two words apart": ["twice_the_layers", "layers_for_a_hundredth", "reach_in_words"],
    },
    "03_blur": {
        "Give the drift and the spread": [
            "middle_of_the_blur", "spread_of_25", "width_formula", "drift_with_residuals",
        ],
        "Say what the √L rule measures": [
            "width_of_the_blur", "four_times_the_layers", "last_577_tokens", "layers_for_half",
            "blur_in_words",
        ],
        "Use the Gaussian": ["layers_for_a_bell"],
    },
    "04_barrier": {
        "Name the two sides": [
            "three_hops", "two_hops_at_98", "your_layer", "never_moved", "average_hops", "hop_chance",
            "barrier_in_words",
        ],
        "Compare the rule of thumb": ["depth_counts", "first_above", "beyond_the_rule"],
        "Say what α is": ["alpha_for_three_windows", "growing_hops"],
    },
    "05_horizon": {
        "Say what limits": ["strongest_slider", "alpha_for_12k", "horizon_in_words"],
        "Estimate a horizon": [
            "horizon_in_the_head", "three_horizons", "rule_at_a_ten_thousandth", "rule_for_a_real_window",
            "your_horizon",
        ],
        "Choose a tolerance": [
            "tolerance_of_nothing", "deep_or_wide", "windows_of_gemma", "model_that_misses",
        ],
    },
    "06_remedies": {
        "Write a remedy as a kernel": ["one_global_of_eight", "written_then_read"],
        "Say what it costs": ["held_with_one_global", "cheaper_by", "cheaper_remedy"],
        "Plan for a distance": ["fewest_global", "never_enough", "design_under_budget", "free_in_words"],
    },
}  # fmt: skip


@functools.cache
def chapters():
    """The cells of each numbered chapter, file name -> list."""
    paths = sorted((ROOT / "chapters").glob("[0-9]*.ipynb"))
    return {path.stem: nbformat.read(path, as_version=4).cells for path in paths}


def listed(chapter):
    """The objectives of a chapter, as its notebook says them."""
    (source,) = [
        cell.source
        for cell in chapters()[chapter]
        if cell.source.startswith("## What you will be able to do")
    ]
    return re.findall(r"^- (.*)$", source, re.MULTILINE)


def place(name):
    """Where a question stands: the chapter, and "predict", "exercise" or "two sentences"."""
    for chapter, cells in chapters().items():
        exercises = False
        for cell in cells:
            exercises |= cell.source.startswith("## Exercises")
            if name not in QUESTIONS and cell.id == f"{name.replace('_', '-')}-answer":
                return chapter, "two sentences"
            if f'check("{name}", answer)' in cell.source:
                return chapter, "exercise" if exercises else "prediction"
    raise ValueError(f"no chapter asks {name}")


def table():
    """The map as Markdown: one part a chapter, one line an objective."""
    parts = []
    for chapter, objectives in OBJECTIVES.items():
        title = chapters()[chapter][0].source.splitlines()[0].removeprefix("# ")
        parts.append(f"## {title}\n\n| You can | Asked by |\n|---|---|")
        for says, names in zip(listed(chapter), objectives.values(), strict=True):
            parts[-1] += f"\n| {says.rstrip('.')} | {'<br>'.join(map(asked, names))} |"
    return "\n\n".join(parts)


def asked(name):
    """A question in the map: what it asks, where it stands."""
    chapter, kind = place(name)
    number = int(chapter[:2])
    if name not in QUESTIONS:
        return f"[in two sentences](../chapters/{chapter}.ipynb#in-two-sentences), chapter {number}"
    about = re.split(r"\. |\.$", QUESTIONS[name].make.__wrapped__.__doc__)[0].removeprefix("Back to chapter ")
    about = re.sub(r"^\d: ", "", about).replace("alpha", "α").replace("|", "\\|")
    section = QUESTIONS[name].section
    page = section if section.startswith(chapter) else f"{chapter}.ipynb#exercises"
    return f"[{about}](../chapters/{page}), {kind} of chapter {number}"
