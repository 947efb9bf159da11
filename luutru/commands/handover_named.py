"""The words that name one handover: its number or id, and from whom where several givers count alike."""

import argparse


def numbered(act: argparse.ArgumentParser, *, help_: str | None = None, nargs: str | None = None) -> None:
    """Let an act name the handover that it is about."""
    act.add_argument("number", metavar="NUMBER", nargs=nargs, help=help_)
    act.add_argument(
        "--from", dest="from_unit", metavar="UNIT", help="its giver, where several came with this number"
    )
