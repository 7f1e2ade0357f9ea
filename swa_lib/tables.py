"""The door by which notebooks reach `Table`; the room behind it is `swa_lib.book.tables`."""

from .book.tables import Table, planned

__all__ = ["Table", "planned"]
