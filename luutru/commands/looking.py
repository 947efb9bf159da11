"""Looking at files without registering anything: what `read` and `describe` have in common."""

import argparse
import queue
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from catalog.reading import Reading, from_bytes
from ingest.arrangement import as_spelled
from ingest.limits import Limits
from ingest.media import MediaType
from ingest.open_file import open_file
from ingest.refusal import Unsupported
from ingest.sandbox import run_in_child
from luutru.bootstrap import engine_choice
from luutru.errors import InvalidInput
from luutru.hands import Hand, Refused, passing_place, sweep
from luutru.pipeline import Looked, LookOrder
from luutru.settings import from_environment

Look = Callable[[Path], list[Looked]]
"""Returns every page of a file, looked at, in order."""


def add_files(parser: argparse.ArgumentParser) -> None:
    """Add the words of a verb that takes files."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="PDF, TIFF, JPEG, PNG or JPEG 2000"
    )


@contextmanager
def looking() -> Iterator[Look]:
    """Give a way to look at files, with as many hands as the settings say."""
    settings = from_environment()
    limits = Limits(bytes_per_file=settings.upload_bytes)
    scratch = settings.scratch if settings.scratch.exists() else passing_place()
    sweep(scratch)
    hands: queue.SimpleQueue[Hand] = queue.SimpleQueue()
    made = [Hand(engine_choice(settings), limits, scratch) for _ in range(settings.hands)]
    for hand in made:
        hands.put(hand)

    def look(order: LookOrder) -> Looked:
        hand = hands.get()
        try:
            return hand.look([order])[0]
        finally:
            hands.put(hand)

    try:
        with ThreadPoolExecutor(len(made)) as pool:
            yield lambda path: list(pool.map(look, _orders(as_spelled(path.absolute()), limits)))
    finally:
        for hand in made:
            hand.close()


def _orders(path: Path, limits: Limits) -> list[LookOrder]:
    if not path.is_file():
        raise InvalidInput(f"{path} is not a file")
    opened = run_in_child(open_file, path, limits=limits)
    if opened.media_type is MediaType.ZIP:
        raise Unsupported("an archive is not read as such; digitise it, or unpack it first")
    return [LookOrder(path, index, opened.media_type.value) for index in range(opened.pages)]


def reading_of(number: int, looked: Looked) -> Reading:
    """Return what was read off page `number`; of a blank page, a reading without lines.

    Raises:
        Refused: the page cannot be read; the code says why.
    """
    found = looked.finding
    if found.state == "held":
        raise Refused(found.code or "refused", f"page {number}: {found.reason}")
    if looked.reading is not None:
        return from_bytes(looked.reading)
    return Reading((), found.width or 0, found.height or 0, found.dpi or 0, found.rotation or 0, 0.0, {})
