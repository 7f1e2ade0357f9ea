"""The page of all tables, `reference/evidence.md`: `evidence.md` is its template, the data fill it."""

import jinja2
import numpy as np
from shown import HERE, gains, grouped, runs
from theory import decades_off, fit_alpha, layer_choices

from swa_lib import by_window, horizon
from swa_lib.chapters import trained


def written(data, real, found):
    """The page as text, from all runs, from those of the real model, and from what the book draws of them."""
    template = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True).from_string(
        (HERE / "evidence.md").read_text(encoding="utf-8")
    )
    known = {"trained": trained, "span": trained.span, "grouped": grouped, "mean": np.mean}
    known |= {"markdown": markdown, "with_error": with_error, "judged": real["about"]["judged"]}
    return template.render(known | found, runs=data["runs"].values(), controls=controls(runs(data, "fresh")))


def markdown(table):
    """A `Table` as Markdown, its caption above it."""
    lines = [table.headings, ["--:" if right else ":--" for right in table.numeric], *table.rows]
    body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"*{table.caption}.*\n\n{body}\n"


def with_error(both, how=".2f"):
    """A mean and its standard error."""
    return " ±".join(format(one, f"z{how}") for one in both)


def controls(fresh):
    """Fresh networks of other initial scales and widths, a row each.

    Layers, width, scale; means over seeds of g as fitted, as the stream begins, as it grows; of the errors of
    the latter two; of the windows that hold 99% of the influence.
    """
    rows = []
    for (layers, width, std), them in sorted(grouped(fresh, "layers", "width", "std").items()):
        cells = []
        for run in them:
            profile, gain = run["profile"], gains(run, layers, width, std)
            begins, growing = gain["g from the initialiser"], gain["and both"]
            alpha, _ = fit_alpha(profile, layers, 16, "choices of layers")
            expected = [by_window(layer_choices(layers, 16, g), 16) for g in (begins, growing)]
            errors = [decades_off(by_window(profile, 16), one) for one in expected]
            cells.append([1 / alpha - 1, begins[0], np.mean(growing), *errors, horizon(profile, 0.01) / 16])
        rows.append((layers, width, std, *np.mean(cells, axis=0)))
    return rows
