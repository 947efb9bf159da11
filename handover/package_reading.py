"""What packages say of themselves, read apart: METS, descriptions, record and page descriptions of strangers.

All packages of a parcel in one child (`handover.apart`); one that kills it, or takes too much time or memory,
is told as not read, and the others are as they are.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from handover import record as records
from handover.announcement import Item
from handover.apart import Lost, read_apart
from handover.catalogue_check import check_catalogue
from handover.content_check import Looked
from handover.document_signatures import Said, SaidSigned, said_in
from handover.marked_words import check_marked
from handover.outcome import Check, Plain, Telling, from_plain
from handover.package_check import check_package
from handover.record import Record, RecordInvalid
from ingest.limits import Limits

AT_ONCE = 200
"""Packages read in one child."""

SECONDS_PER_FILE = 0.5
"""Of a package, beside `Limits.seconds_per_file`: a page description of 2,000 words takes 0.05 s."""

MOST_FILES = 10_000
"""Files that time is given for in one child; a parcel of ours has no more."""

MOST_AT_ONCE, MOST_OF_PARCEL = 10_000, 50_000
"""Checks that are told of what is read in one child, and of a parcel; an honest package has some twenty."""

UNREAD = "package-unread"


@dataclass(frozen=True)
class Asked:
    """A package, and what is known of it before it is read."""

    folder: Path
    item: Item | None  #: as announced; None: nothing was
    latest: date  #: no paper of it is younger
    seen: Mapping[str, Looked] | None  #: of its files, by path within it; None: nobody looked
    listed: Mapping[str, Path] | None  #: its files by SHA-256; None: its words are not looked through


@dataclass(frozen=True)
class Read:
    """What was found in a package."""

    package: tuple[Check, ...]  #: R4
    catalogue: tuple[Check, ...]  #: R6
    words: tuple[Check, ...]  #: secret marks in its words
    said: Said  #: of signatures
    signed: Iterable[Check] = ()  #: R3: how its signed PDFs stand, which is asked apart


_Answer = tuple[list[Plain], list[Plain], list[Plain], tuple[bool, list[tuple[str, str, str]], str]]


def read_packages(asked: Sequence[Asked], *, limits: Limits) -> list[Read]:
    """Return what is found in each package, in their order."""

    def seconds(some: Sequence[Asked]) -> float:
        files = min(sum(map(_files, some)), MOST_FILES)  # those that lie there, whatever a list says
        return limits.seconds_per_file + (files + len(some) - 1) * SECONDS_PER_FILE

    answers = read_apart(look_into, asked, limits=limits, at_once=AT_ONCE, seconds=seconds)
    telling = Telling(MOST_OF_PARCEL)
    return [_read(one, answer, telling) for one, answer in zip(asked, answers, strict=True)]


def _files(asked: Asked) -> int:
    return sum(len(names) for _root, _folders, names in os.walk(asked.folder, followlinks=False))


def _read(asked: Asked, answer: _Answer | Lost, telling: Telling) -> Read:
    if isinstance(answer, Lost):
        unread = answer.check(UNREAD, asked.folder.name)
        return Read((unread,), (), (), Said(True, (), answer.reason))
    package, catalogue, words, (has_record, signed, why) = answer
    said = Said(has_record, tuple(SaidSigned(*each) for each in signed), why)
    r4, r6, r5 = (_told(rows, asked.folder.name, telling) for rows in (package, catalogue, words))
    return Read(r4, r6, r5, said)


def _told(rows: Sequence[Plain], name: str, telling: Telling) -> tuple[Check, ...]:
    return tuple(map(from_plain, telling.bounded(map(from_plain, rows), name, len(rows))))


def look_into(asked: Sequence[Asked], *, limits: Limits) -> list[_Answer]:
    """Return what is found in each package; runs in a child, whose bounds are set by then."""
    del limits
    telling = Telling(MOST_AT_ONCE)
    return [_look_into(one, telling) for one in asked]


def _look_into(one: Asked, telling: Telling) -> _Answer:
    words: Iterable[Check] = ()
    said = Said()
    if one.listed is not None:
        record = _record(one.folder)
        words, said = check_marked(record, one.listed), said_in(record)
    name = one.folder.name
    return (
        telling.bounded(check_package(one.folder, digests=False).checks, name),
        telling.bounded(check_catalogue(one.folder, one.item, latest=one.latest, seen=one.seen), name),
        telling.bounded(words, name),
        (said.has_record, [(it.identifier, it.signed_at, it.certificate) for it in said.signed], said.why),
    )


def _record(folder: Path) -> Record | RecordInvalid | None:
    path = folder / records.PATH
    if not path.is_file() or path.is_symlink():
        return None
    try:
        with path.open("rb") as stream:
            return records.from_json(stream.read(records.MOST_BYTES + 1))
    except RecordInvalid as error:
        return error
    except OSError as error:
        return RecordInvalid(error.strerror or "it cannot be read")
