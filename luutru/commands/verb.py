"""A verb of the command line: its words, and what it does."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.access import Scope
from catalog.harmless import harmless_lines
from luutru.bootstrap import Archive, acting, open_archive
from luutru.settings import from_environment


@dataclass(frozen=True)
class Verb:
    """One verb; `run` returns the exit code."""

    name: str  #: `luutru.commands` has its help
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def opened(args: argparse.Namespace) -> tuple[Archive, Scope]:
    """Return the archive, and on whose behalf the command asks.

    Raises:
        NotSetUp: there is no archive here and this verb does not make one.
        PersonNotFound: nobody is called what --as says.
    """
    settings = from_environment()
    archive = open_archive(settings, prepare=False)
    return archive, acting(archive, args.acting or settings.user)


def say(text: str = "") -> None:
    """Tell a person; what strangers wrote into it does nothing to their terminal."""
    sys.stdout.write(harmless_lines(text) + "\n")
    sys.stdout.flush()


def say_json(document: Mapping[str, Any]) -> None:
    """Tell a program: one JSON document on a line of its own, long lists member by member."""
    for piece in _pieces(document):
        sys.stdout.write(piece.encode("utf-8", "backslashreplace").decode())  # a name that is no text
    sys.stdout.write("\n")
    sys.stdout.flush()


def _pieces(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the document's JSON piece by piece; joined, they are what `json.dumps` makes of it."""
    for place, (name, value) in enumerate(document.items()):
        yield f"{', ' if place else '{'}{json.dumps(name, ensure_ascii=False)}: "
        if isinstance(value, list) and value:
            for number, member in enumerate(value):
                yield f"{', ' if number else '['}{json.dumps(member, ensure_ascii=False)}"
            yield "]"
        else:
            yield json.dumps(value, ensure_ascii=False)
    yield "}" if document else "{}"
