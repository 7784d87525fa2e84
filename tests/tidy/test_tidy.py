"""The house stays tidy: sizes of files and functions, and the tools that read all of it.

The size limits are a ratchet: they go down, never up.
"""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
MOST_FILE_LINES = 450
MOST_FUNCTION_LINES = 60
MEDIAN_FILE_LINES = 200
MEDIAN_FUNCTION_LINES = 10


def sources() -> list[Path]:
    """Return every Python file of the project."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.split() if (ROOT / name).exists()]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each function's name and number of lines, its docstring aside.

    The docstring of a test may be a whole ledger for an accountant to read.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            told = (ast.get_docstring(node, clean=False) or "").count("\n")
            size = (node.end_lineno or node.lineno) - node.lineno + 1 - told
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", size


def test_no_file_is_too_long() -> None:
    """A file of more than 450 lines wants dividing by what it is about; the median stays short."""
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    long = {str(path.relative_to(ROOT)): n for path, n in sizes.items() if n > MOST_FILE_LINES}
    assert long == {}
    assert statistics.median(sizes.values()) <= MEDIAN_FILE_LINES


def test_no_function_is_too_long() -> None:
    """No function has more than 60 lines; the median function has 10 or fewer."""
    sizes = dict(found for path in sources() for found in functions(path))
    long = {name: size for name, size in sizes.items() if size > MOST_FUNCTION_LINES}
    assert long == {}
    assert statistics.median(sizes.values()) <= MEDIAN_FUNCTION_LINES


def test_no_float_near_money() -> None:
    """The ledger and its reports never make a float."""
    for path in sources():
        if path.relative_to(ROOT).parts[0] not in {"ledger", "projections"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            assert not (called and node.func.id == "float"), f"{path}:{node.lineno}"  # type: ignore[attr-defined] # narrowed by `called`


def test_domain_and_folds_read_no_clock() -> None:
    """Time is injected: only the recorder (the store's clock) and the progress bar read one."""
    allowed = {"ledger/store/recorder.py", "ledger/output.py"}
    clocks = {"now", "today", "utcnow", "time", "time_ns", "monotonic"}
    for path in sources():
        name = str(path.relative_to(ROOT))
        if not name.startswith(("ledger/", "projections/")) or name in allowed:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = getattr(node.func.value, "id", "")
                reads = node.func.attr in clocks and owner in {"date", "datetime", "time"}
                assert not reads, f"{name}:{node.lineno}"


@pytest.mark.parametrize(
    "command",
    [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"], ["lint-imports"]],
    ids=lambda command: " ".join(command[:2]),
)
def test_tools_are_content(command: list[str]) -> None:
    """Linter, formatter, types and the direction of imports hold for the whole project."""
    program = Path(sys.executable).parent / command[0]
    done = subprocess.run(
        [str(program), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
