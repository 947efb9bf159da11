"""A file that a command writes for somebody: durably, and never over another one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from luutru.errors import InvalidInput


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet.

    Raises:
        InvalidInput: it is, or it cannot be written.
    """
    try:
        with path.open("xb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
    except FileExistsError:
        raise InvalidInput(
            f"{path} is there already, and nothing is written over: name another with --out"
        ) from None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}") from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield where to write what shall stand at `path`: it does once it is whole, else nothing changes.

    Raises:
        InvalidInput: there is no such folder.
    """
    if not path.parent.is_dir():
        raise InvalidInput(f"{path} cannot be written: {path.parent} is no folder")
    part = path.with_name(path.name + ".part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
