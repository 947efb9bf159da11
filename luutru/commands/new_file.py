"""A file that a command writes for somebody: durably, and never over another one."""

import os
import tempfile
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
        InvalidInput: there is no such folder, or it cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}") from error
    part = Path(name)
    try:
        yield part
        part.chmod(0o666 & ~_mask())
        part.replace(path)
    except OSError as error:
        if error.filename not in (str(part), part):
            raise  # what it was made of could not be read
        raise InvalidInput(f"{path} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def _mask() -> int:
    """Return what this process takes away from the rights of a new file."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
