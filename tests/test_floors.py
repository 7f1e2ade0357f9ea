"""Three floors: what is computed knows no picture, how things look knows no window, chapters know both."""

import ast
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).parents[1] / "swa_lib"
DOORS = ("__init__", "calculator", "exercises", "explorers", "tables")  # by them notebooks reach other floors


def imported(path):
    """Full names of what a file imports, wherever in it."""
    package = ["swa_lib", *path.relative_to(HOUSE).parent.parts]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            module = [*above, node.module] if node.module else above
            yield from (".".join([*module, alias.name]) for alias in node.names)


def test_what_is_computed_needs_numpy_alone():
    computing = [path for path in HOUSE.glob("*.py") if path.stem not in DOORS]
    rooms = {"models", *(path.stem for path in computing)}
    for path in [*computing, *HOUSE.glob("models/*.py")]:
        names = [name.split(".") for name in imported(path)]
        assert {name[0] for name in names} - sys.stdlib_module_names <= {"numpy", "swa_lib"}, path
        assert {name[1] for name in names if name[0] == "swa_lib"} <= rooms, path
    loads = "import sys, swa_lib; print([name for name in ('matplotlib', 'IPython') if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", loads], text=True).strip() == "[]"


def test_the_book_would_serve_any_other():
    for path in HOUSE.glob("book/**/*.py"):
        names = [name.split(".") for name in imported(path)]
        assert all(name[1] == "book" for name in names if name[0] == "swa_lib"), path
