"""`luutru read`: read a file and register nothing."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from catalog.reading import Line
from luutru.commands.exit_codes import DONE
from luutru.commands.looking import add_files, looking, reading_of
from luutru.commands.verb import Verb, say, say_json
from luutru.pipeline import Looked


def _run(args: argparse.Namespace) -> int:
    with looking() as look:
        for path in args.files:
            pages = [as_json(number, looked) for number, looked in enumerate(look(path), start=1)]
            if args.json:
                say_json({"pages": pages} if len(args.files) == 1 else {"file": str(path), "pages": pages})
            else:
                _tell(path, pages, several=len(args.files) > 1)
    return DONE


def as_json(number: int, looked: Looked) -> dict[str, Any]:
    """Return one page in the form that scripts read; boxes in pixels of the master image.

    Raises:
        Refused: the page cannot be read; the code says why.
    """
    reading = reading_of(number, looked)
    return {
        "number": number,
        "width": reading.width,
        "height": reading.height,
        "dpi": reading.dpi,
        "rotation": reading.rotation,
        "skew": round(reading.skew, 2),
        "blank": looked.finding.state == "blank",
        "degraded": reading.degraded,
        "flags": list(looked.finding.flags),
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


READ = Verb("read", add_files, _run)
