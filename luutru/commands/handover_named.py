"""Words that several acts have: which handover it is, and which fonds of ours theirs is."""

import argparse
from collections.abc import Sequence

from luutru.errors import InvalidInput

TOKEN = "LUUTRU_PEER_TOKEN"  # noqa: S105 - the name of a variable
"""Where the token is, with which the other installation lets us in."""


def numbered(act: argparse.ArgumentParser, *, help_: str | None = None, nargs: str | None = None) -> None:
    """Let an act name the handover that it is about."""
    act.add_argument("number", metavar="NUMBER", nargs=nargs, help=help_)
    act.add_argument(
        "--from", dest="from_unit", metavar="UNIT", help="its giver, where several came with this number"
    )


def fonds_words(act: argparse.ArgumentParser) -> None:
    """Let an act say which fonds of ours theirs is."""
    act.add_argument(
        "--fonds",
        dest="fonds_said",
        action="append",
        default=[],
        metavar="THEIRS=OURS",
        help="which fonds of ours theirs is, where the code is taken here; may be said again",
    )


def fonds_said(words: Sequence[str]) -> dict[str, str]:
    """Return THEIRS=OURS, codes of fonds, as they were said.

    Raises:
        InvalidInput: one is written otherwise.
    """
    fonds: dict[str, str] = {}
    for word in words:
        theirs, there, ours = word.partition("=")
        if not (theirs and there and ours):
            raise InvalidInput(f"write THEIRS=OURS, codes of fonds; found {word!r}")
        fonds[theirs] = ours
    return fonds
