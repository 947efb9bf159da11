"""The project as a visitor of its folder sees it."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return every file that git tracks or would track, relative to the root."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return tuple(Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def python_files() -> tuple[Path, ...]:
    """Return the tracked modules, relative to the root."""
    return tuple(path for path in tracked_files() if path.suffix == ".py")


def top_level_packages() -> set[str]:
    """Return the top-level folders that hold Python modules."""
    return {path.parts[0] for path in python_files() if len(path.parts) > 1}


@cache
def project() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def imported_modules(path: Path) -> Iterator[str]:
    """Yield the dotted name of every module that a file imports, at any depth, relative ones apart."""
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
