"""The rule of judgement, and who passes it.

It was fixed when one network had been looked at, before all the others: experiments/README.md.
"""

import numpy as np

from .measured import runs

BY_WINDOW, BY_TOKEN, FAILURE = 0.1, 0.15, 0.3  # decades
RULES = ("amplitudes", "squares", "layer choices", "norms")


def judged(rule, when="at_end", matters=False):
    """A rule that composes the kernels of a network's layers, judged on all networks that were measured.

    Parameters
    ----------
    rule : one of RULES
    when : "at_start" or "at_end" of training
    matters : bool, count shares above 0.00001 only

    Returns
    -------
    dict: `by_window` and `by_token`, the largest errors in decades; `failed`, in how many networks an error
    is FAILURE or more; `verdict`, "predicts", "fails" or "neither"

    >>> judged("amplitudes")["verdict"]
    'fails'
    """
    errors = np.array([run[when]["verdict"][rule] for run in runs("kernels")])[:, :, 0]
    own = errors[:, [1, 3] if matters else [0, 2]]
    window, token = own.max(0)
    verdict = "neither"
    if window <= BY_WINDOW and token <= BY_TOKEN:
        verdict = "predicts"
    elif own.max() >= FAILURE:
        verdict = "fails"
    failed = int((own >= FAILURE).any(1).sum())
    return {"by_window": float(window), "by_token": float(token), "failed": failed, "verdict": verdict}
