"""What is about to be put into a store, noted on the quay first, so that what was put in vain is found.

Whoever is killed between putting and recording leaves bytes that no record knows. While nothing is known
against them they harm nobody; where their page is held for a secret mark they must go
(`luutru.withholding.let_go_of_strays`).
"""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from storage.hashing import digest
from storage.quay_aside import Aside


@contextmanager
def putting(aside: Aside, pieces: Mapping[str, Collection[str]]) -> Iterator[None]:
    """Say that `pieces` (key: the ids of the pages, or of the file, it was made of) are put in this block.

    The note goes when the block ends well: what was put is recorded then. It stays where the block breaks
    off, whatever the reason.
    """
    name = aside.keep(json.dumps({key: sorted(made_of) for key, made_of in pieces.items()}).encode())
    yield
    aside.wipe(name)


def noted(aside: Aside, name: str) -> dict[str, list[str]]:
    """Return what a note says: key and of what it was made.

    Raises:
        NotAside: its block ended meanwhile.
    """
    told = json.loads(aside.get(name))
    return {str(key): [str(one) for one in made_of] for key, made_of in told.items()}


def key_of(path: Path) -> str:
    """Return the key under which a store will keep the file."""
    with path.open("rb") as file:
        return digest(file).sha256
