"""`luutru read`: read a file and register nothing."""

import argparse
import queue
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from catalog.reading import Line, Reading, from_bytes
from ingest.arrangement import as_spelled
from ingest.limits import Limits
from ingest.media import MediaType
from ingest.open_file import open_file
from ingest.refusal import Unsupported
from ingest.sandbox import run_in_child
from luutru.bootstrap import engine_choice
from luutru.commands.exit_codes import DONE
from luutru.commands.verb import Verb, say, say_json
from luutru.errors import InvalidInput
from luutru.hands import Hand, Refused, passing_place, sweep
from luutru.pipeline import Looked, LookOrder
from luutru.settings import from_environment


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="PDF, TIFF, JPEG, PNG or JPEG 2000"
    )


def _run(args: argparse.Namespace) -> int:
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
            return hand.look(order)
        finally:
            hands.put(hand)

    try:
        with ThreadPoolExecutor(len(made)) as pool:
            for path in args.files:
                pages = _pages(as_spelled(path.absolute()), look, pool, limits)
                if args.json:
                    say_json(
                        {"pages": pages} if len(args.files) == 1 else {"file": str(path), "pages": pages}
                    )
                else:
                    _tell(path, pages, several=len(args.files) > 1)
    finally:
        for hand in made:
            hand.close()
    return DONE


def _pages(path: Path, look: Any, pool: ThreadPoolExecutor, limits: Limits) -> list[dict[str, Any]]:
    if not path.is_file():
        raise InvalidInput(f"{path} is not a file")
    opened = run_in_child(open_file, path, limits=limits)
    if opened.media_type is MediaType.ZIP:
        raise Unsupported("an archive is not read as such; digitise it, or unpack it first")
    orders = [LookOrder(path, index, opened.media_type.value) for index in range(opened.pages)]
    return [as_json(number, looked) for number, looked in enumerate(pool.map(look, orders), start=1)]


def as_json(number: int, looked: Looked) -> dict[str, Any]:
    """Return one page in the form that scripts read; boxes in pixels of the master image.

    Raises:
        Refused: the page cannot be read; the code says why.
    """
    found = looked.finding
    if found.state == "held":
        raise Refused(found.code or "refused", f"page {number}: {found.reason}")
    reading = (
        from_bytes(looked.reading)
        if looked.reading is not None
        else Reading((), found.width or 0, found.height or 0, found.dpi or 0, found.rotation or 0, 0.0, {})
    )
    return {
        "number": number,
        "width": reading.width,
        "height": reading.height,
        "dpi": reading.dpi,
        "rotation": reading.rotation,
        "skew": round(reading.skew, 2),
        "blank": found.state == "blank",
        "degraded": reading.degraded,
        "flags": list(found.flags),
        "text": reading.text,
        "lines": _lines(reading.lines),
    }


def _lines(lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [
        {
            "text": line.text,
            "box": list(line.box),
            "words": [
                {
                    "text": word.text,
                    "box": list(word.box),
                    "confidence": round(word.confidence, 4),
                    "agreed": word.agreed,
                }
                for word in line.words
            ],
        }
        for line in lines
    ]


def _tell(path: Path, pages: Sequence[dict[str, Any]], *, several: bool) -> None:
    for page in pages:
        if several or len(pages) > 1:
            say(f"--- {path.name}, trang {page['number']} ---")
        say(page["text"])


READ = Verb("read", "read a file and register nothing", _arguments, _run)
