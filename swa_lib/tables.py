"""The door by which notebooks reach `Table`; the room behind it is `swa_lib.figures.tables`."""

from .figures.tables import Table, planned

__all__ = ["Table", "planned"]
