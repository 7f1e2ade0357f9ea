"""The door by which notebooks reach `Table` (`swa_lib.book.tables`), and the planner's table."""

from .book.tables import Table

__all__ = ["Table", "planned"]


def planned(plans, caption):
    """The plans of `swa_lib.plan` as a `Table`; operations are those of attention for one generated token.

    >>> from swa_lib import MODELS, all_windowed, plan
    >>> plans = plan(all_windowed(MODELS["gpt-oss-20b"]), 2000, 0.01, 0.9)
    >>> planned(plans[:2], "gpt-oss-20b without its global layers: 1% from beyond 2,000 tokens")
    gpt-oss-20b without its global layers: 1% from beyond 2,000 tokens
    remedy        setting      enough  beyond  MiB  attention MFLOP/token
    as it is      24 windowed  no      <0.01%    6                     50
    wider window  W = 553      yes      1.01%   26                    217
    """
    rows = [
        (one.remedy, one.setting, one.enough, one.beyond, one.cache_bytes / 2**20, one.flops) for one in plans
    ]
    columns = {
        "remedy": "",
        "setting": "",
        "enough": "",
        "beyond": lambda share: "<0.01%" if share < 1e-4 else f"{share:.2%}",
        "MiB": ",.0f",
        "attention MFLOP/token": lambda flops: f"{flops / 1e6:,.0f}",
    }
    return Table(rows, columns, caption)
